//! What a station sends back on the connection on which it takes telecommands, as bytes.
//!
//! The ground sends CLTUs (CCSDS 231.0-B-4) one behind the other, and nothing else. The station
//! answers in records of five bytes, a kind and four bytes, big-endian:
//!
//! | kind | the four bytes | when |
//! |---|---|---|
//! | 0 | how many CLTUs of this connection were radiated so far | at once |
//! | 1 | a CLCW (232.0-B-4, 4.2), one for each CLTU that arrived | after the way there and back |
//!
//! A record of another kind is the end of the connection: what follows cannot be told apart.

use crate::problem::Problem;

/// Length of a record, bytes.
const RECORD: usize = 5;

/// A record from the station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// CLTUs radiated since the connection began, modulo 2^32.
    Radiated(u32),
    /// A report from the spacecraft: the bytes of a CLCW.
    Report([u8; 4]),
}

impl Answer {
    /// The bytes of the record.
    pub fn to_bytes(self) -> [u8; RECORD] {
        let (kind, [a, b, c, d]) = match self {
            Self::Radiated(count) => (0, count.to_be_bytes()),
            Self::Report(word) => (1, word),
        };
        [kind, a, b, c, d]
    }
}

/// Reads the records of a stream that comes in pieces; holds at most four bytes.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    held: Vec<u8>,
}

impl Answers {
    /// Takes the next bytes and appends the records that end in them; a record of an unknown kind
    /// is a problem, those before it were appended.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Answer>) -> Result<(), Problem> {
        self.held.extend_from_slice(bytes);
        let (records, rest) = self.held.as_chunks::<RECORD>();
        for &[kind, a, b, c, d] in records {
            let word = [a, b, c, d];
            out.push(match kind {
                0 => Answer::Radiated(u32::from_be_bytes(word)),
                1 => Answer::Report(word),
                _ => {
                    let reason = format!("a record of kind {kind} is not known");
                    return Err(Problem::of("answer of the station", reason));
                }
            });
        }
        self.held = rest.to_vec();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_from_any_pieces() {
        let sent = [Answer::Radiated(0x0102_0304), Answer::Report([1, 0, 0x20, 7])];
        let bytes: Vec<u8> = sent.iter().flat_map(|answer| answer.to_bytes()).collect();
        assert_eq!(bytes, [0, 1, 2, 3, 4, 1, 1, 0, 0x20, 7]);
        for piece in 1..=bytes.len() {
            let (mut answers, mut found) = (Answers::default(), Vec::new());
            for bytes in bytes.chunks(piece) {
                answers.push(bytes, &mut found).unwrap();
                assert!(answers.held.len() < RECORD);
            }
            assert_eq!(found, sent);
        }
        let mut found = Vec::new();
        let wrong = [&bytes[..5], &[9, 0, 0, 0, 0]].concat();
        assert!(Answers::default().push(&wrong, &mut found).unwrap_err().reason.contains("kind 9"));
        assert_eq!(found.len(), 1);
    }
}
