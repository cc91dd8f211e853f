//! Which dictionary a sequence was encoded by: its name, its version and a hash of its commands.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::mission::telemetry::Dictionary;

/// The number of a mission's spacecraft in binary files: its NAIF identifier without the sign
/// (NAIF Integer ID codes: INSIGHT −189, MSL −76); none for a mission without spacecraft here.
pub fn spacecraft_number(mission: &str) -> Option<u32> {
    match mission {
        "insight" => Some(189),
        "msl" => Some(76),
        _ => None,
    }
}

/// The commands of a dictionary, told apart from those of any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DictionaryIdentity {
    /// Identifier of the mission.
    pub mission: String,
    /// Version as the dictionary states it; may be empty.
    pub version: String,
    /// SHA-256 of the commands, their types and containers.
    pub sha256: [u8; 32],
}

impl DictionaryIdentity {
    /// The identity of a dictionary's commands. The hash is over their JSON and those parts of
    /// telemetry that commands are packed with (types, parameters, containers), so that it changes
    /// with everything that changes the bytes of a command.
    pub fn of(mission: &str, dictionary: &Dictionary) -> Self {
        let parts = (
            &dictionary.commanding,
            &dictionary.types,
            &dictionary.parameters,
            &dictionary.containers,
        );
        let mut hash = Writer(Sha256::new());
        // Writing into a hash cannot fail, and every part has a form in JSON.
        if serde_json::to_writer(&mut hash, &parts).is_err() {
            hash.0.update(b"unwritable");
        }
        Self {
            mission: mission.to_owned(),
            version: dictionary.version.clone(),
            sha256: hash.0.finalize().into(),
        }
    }
}

struct Writer(Sha256);

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for DictionaryIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (", self.mission, self.version)?;
        for byte in self.sha256.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…)")
    }
}
