//! What a station says: records of five bytes, a kind and a word.
//!
//! | kind | word, big-endian |
//! |---|---|
//! | 0 | units that were radiated since the connection began |
//! | 1 | a control word of the spacecraft (232.0-B-4, 4.2) as it came down |
//!
//! Our own framing, for the simulated station; a real one has the SLE services for it (912.1-B:
//! CLTU radiated; 911.5-B: operational control fields).

use crate::format::ccsds::telecommand::Clcw;
use crate::problem::Problem;

/// Bytes of a record.
const RECORD: usize = 5;

/// A record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// So many units were radiated.
    Radiated(u32),
    /// What the spacecraft has.
    Word(Clcw),
}

impl Confirmation {
    /// The record.
    pub fn to_bytes(self) -> [u8; RECORD] {
        let (kind, [a, b, c, d]) = match self {
            Self::Radiated(count) => (0, count.to_be_bytes()),
            Self::Word(word) => (1, word.to_bytes()),
        };
        [kind, a, b, c, d]
    }
}

/// Reads records out of a stream.
#[derive(Clone, Debug, Default)]
pub struct Confirmations {
    waiting: Vec<u8>,
}

impl Confirmations {
    /// Takes the next bytes; what is no record ends the connection.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Confirmation>, Problem> {
        self.waiting.extend_from_slice(bytes);
        let mut found = Vec::new();
        let (records, rest) = self.waiting.as_chunks::<RECORD>();
        for [kind, a, b, c, d] in records {
            let word = [*a, *b, *c, *d];
            found.push(match kind {
                0 => Confirmation::Radiated(u32::from_be_bytes(word)),
                1 => Confirmation::Word(Clcw::read(word)?),
                kind => {
                    let reason = format!("{kind} is no record of a station; check the address");
                    return Err(Problem::of("kind", reason));
                }
            });
        }
        self.waiting = rest.to_vec();
        Ok(found)
    }
}
