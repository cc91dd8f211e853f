//! A prepared command: the exact bytes, what they mean and what has to hold, sealed by a hash.
//!
//! All that decides about a command stands in one JSON text; its SHA-256 is what people approve.
//! The text itself goes into the journal, so the hash is the same after every restart. Whatever is
//! edited (bytes, dictionary, significance, constraints, times) gives another hash.

use serde::{Deserialize, Serialize};

use super::Digest;
use super::digest::as_hex;
use super::verify::Watch;
use crate::format::ccsds::{Header, PacketKind};
use crate::mission::command::{CommandId, Consequence, Constraint};
use crate::mission::telemetry::Dictionary;
use crate::parameter::command::Encoded;
use crate::storage::hex;
use crate::time::Instant;

/// Most bytes of a command or a package.
const MOST_BYTES: usize = 4 << 20;
/// Longest name or sentence in bytes.
const MOST_TEXT: usize = 4_096;

/// Which dictionary a command was encoded by; another one may mean other things by the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DictionaryIdentity {
    /// Its name.
    pub name: String,
    /// Its version as it states it.
    pub version: String,
    /// SHA-256 of its files.
    pub sha256: Digest,
}

/// Where a command goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To the spacecraft, as a telecommand packet.
    #[default]
    Uplink,
    /// To the exchange folder, as a package for another center; always needs an approval.
    Delivery,
}

/// When a command may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Not before.
    pub earliest: Option<Instant>,
    /// Not after; it expires then.
    pub expires: Option<Instant>,
    /// It has to be there by then: an orbiter's pass, the begin of an activity.
    pub arrive_by: Option<Instant>,
}

/// A command that could be sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    /// Mission identifier.
    pub mission: String,
    /// Qualified name in the dictionary, or name of the package.
    pub name: String,
    /// Arguments and their values, as people read them.
    pub arguments: Vec<(String, String)>,
    /// What goes up, to the last bit.
    #[serde(with = "as_hex")]
    pub bytes: Vec<u8>,
    /// By which dictionary.
    pub dictionary: DictionaryIdentity,
    /// Where to.
    pub target: Target,
    /// What is at stake.
    pub significance: Consequence,
    /// Why, or empty.
    pub significance_reason: String,
    /// What has to hold when it is released.
    pub constraints: Vec<Constraint>,
    /// How its stages show; none: a report of its completion is waited for.
    pub watches: Vec<Watch>,
    /// When it may go.
    pub timing: Timing,
}

/// What a spacecraft calls a command in its reports: APID and sequence count of its packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId {
    /// Application process identifier.
    pub apid: u16,
    /// Sequence count, below 16384.
    pub count: u16,
}

impl RequestId {
    /// That of a telecommand packet (CCSDS 133.0-B-2, 4.1.3); none where the bytes are none.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let header = Header::parse(bytes).ok()?;
        let is_command = header.kind == PacketKind::Command;
        is_command.then_some(Self { apid: header.apid, count: header.count })
    }
}

impl Prepared {
    /// A command of a dictionary, with its significance, constraints and verifiers. `bytes` are
    /// those of `encoded` with what the sender adds (sequence count, error control).
    pub fn of(
        dictionary: &Dictionary,
        identity: &DictionaryIdentity,
        mission: &str,
        command: CommandId,
        encoded: &Encoded,
        bytes: Vec<u8>,
    ) -> Self {
        let commanding = &dictionary.commanding;
        let line = commanding.line(command);
        let significance = commanding.significance(command);
        let arguments = encoded.arguments.iter();
        Self {
            mission: mission.to_owned(),
            name: line.first().map(|own| own.name.clone()).unwrap_or_default(),
            arguments: arguments
                .map(|(name, value)| (name.clone(), shown(&value.to_string())))
                .collect(),
            bytes,
            dictionary: identity.clone(),
            target: Target::Uplink,
            significance: significance.map(|of| of.level).unwrap_or_default(),
            significance_reason: significance.map(|of| of.reason.clone()).unwrap_or_default(),
            constraints: line.iter().flat_map(|one| one.constraints.clone()).collect(),
            watches: Watch::of(dictionary, &line),
            timing: Timing::default(),
        }
    }

    /// What the spacecraft calls it; none for packages and for bytes that are no packet.
    pub fn request(&self) -> Option<RequestId> {
        (self.target == Target::Uplink).then(|| RequestId::of(&self.bytes)).flatten()
    }

    /// Why it cannot be taken at all; none where it can.
    fn fault(&self) -> Option<String> {
        if self.bytes.is_empty() || self.bytes.len() > MOST_BYTES {
            return Some(format!("it has {} bytes; 1 to {MOST_BYTES} can be", self.bytes.len()));
        }
        let texts = [&self.mission, &self.name, &self.significance_reason];
        let of_arguments = self.arguments.iter().flat_map(|(name, value)| [name, value]);
        if texts.into_iter().chain(of_arguments).any(|text| text.len() > MOST_TEXT) {
            return Some(format!("a text is longer than {MOST_TEXT} bytes"));
        }
        if self.mission.is_empty() || self.name.is_empty() {
            return Some("it has no mission or no name".to_owned());
        }
        let Timing { earliest, expires, .. } = self.timing;
        if earliest.zip(expires).is_some_and(|(earliest, expires)| earliest >= expires) {
            return Some("it expires before it may go: change its times".to_owned());
        }
        None
    }
}

/// A value as people read it: of a long one, such as a file, its beginning and its length. The
/// whole of it stands in the bytes.
fn shown(value: &str) -> String {
    const MOST: usize = 256;
    if value.len() <= MOST {
        return value.to_owned();
    }
    let start: String = value.chars().take(64).collect();
    format!("{start}… ({} characters)", value.chars().count())
}

/// A prepared command and the text that was hashed.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    text: String,
    digest: Digest,
    prepared: Prepared,
}

impl Sealed {
    /// Seals a command; a sentence where it cannot be one.
    pub fn of(prepared: &Prepared) -> Result<Self, String> {
        if let Some(fault) = prepared.fault() {
            return Err(fault);
        }
        let text = serde_json::to_string(prepared).map_err(|error| error.to_string())?;
        // What is read back counts, so that a restart changes nothing.
        Self::read(text)
    }

    /// Reads a sealed text.
    pub fn read(text: String) -> Result<Self, String> {
        let prepared: Prepared = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if let Some(fault) = prepared.fault() {
            return Err(fault);
        }
        Ok(Self { digest: Digest::of(text.as_bytes()), text, prepared })
    }

    /// What people approve: SHA-256 of the text.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// SHA-256 of the bytes alone, as manifests state it.
    pub fn bytes_digest(&self) -> Digest {
        Digest::of(&self.prepared.bytes)
    }

    /// The command.
    pub fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// The text that was hashed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes as hexadecimal text, for people.
    pub fn hex(&self) -> String {
        hex(&self.prepared.bytes)
    }
}
