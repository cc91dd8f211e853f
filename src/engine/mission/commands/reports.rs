//! What the spacecraft tells of sequences, tables and requests in event messages: the texts, and
//! how the ground reads them.
//!
//! Identifiers and stems hold no blanks, so that a text is read word by word; what does not read
//! as one of these texts is nothing. Writing and reading are each other's inverse.

use std::fmt;

/// Most characters of an identifier.
pub const MOST_ID: usize = 64;
/// Bytes of a table in one message.
pub const CHUNK_BYTES: usize = 400;

/// Whether a text can be an identifier in messages: 1 to 64 characters, no blanks.
pub fn is_id(text: &str) -> bool {
    let is_good = |c: char| !c.is_whitespace() && !c.is_control();
    (1..=MOST_ID).contains(&text.chars().count()) && text.chars().all(is_good)
}

/// How far a step came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// It began.
    Started,
    /// It was carried out.
    Completed,
    /// It was not, and why.
    Failed(String),
}

/// A message that programs read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// `Sequence <id> loaded, <n> steps`.
    SequenceLoaded {
        /// Identifier.
        id: String,
        /// Steps.
        steps: usize,
    },
    /// `Sequence <id> activated`.
    SequenceActivated {
        /// Identifier.
        id: String,
    },
    /// `Sequence <id> step <k> of <n> <STEM> started`, `… completed` or `… failed: <reason>`.
    Step {
        /// Identifier.
        id: String,
        /// Number of the step, from 1.
        step: usize,
        /// Steps of the sequence.
        of: usize,
        /// Stem of its command.
        stem: String,
        /// How far it came.
        outcome: StepOutcome,
    },
    /// `Sequence <id> ended`.
    SequenceEnded {
        /// Identifier.
        id: String,
    },
    /// `Sequence <id> stopped: <reason>`.
    SequenceStopped {
        /// Identifier.
        id: String,
        /// Why.
        reason: String,
    },
    /// `Table <id> of <instrument> loaded, <n> rows`.
    TableLoaded {
        /// Identifier.
        id: String,
        /// Instrument.
        instrument: String,
        /// Rows.
        rows: usize,
    },
    /// `Dump <number> of <instrument> part <k> of <n> <hex>`: a piece of a table file.
    TablePart {
        /// Number of the dump, to tell dumps apart.
        dump: u32,
        /// Instrument.
        instrument: String,
        /// Number of the part, from 1.
        part: usize,
        /// Parts.
        of: usize,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// `Request <id> extracted <n> records`.
    RequestExtracted {
        /// Identifier.
        id: String,
        /// Records of 512 bytes.
        records: usize,
    },
    /// `Request <id> sent`.
    RequestSent {
        /// Identifier.
        id: String,
    },
    /// `Request <id> failed: <reason>`.
    RequestFailed {
        /// Identifier.
        id: String,
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SequenceLoaded { id, steps } => write!(f, "Sequence {id} loaded, {steps} steps"),
            Self::SequenceActivated { id } => write!(f, "Sequence {id} activated"),
            Self::Step { id, step, of, stem, outcome } => {
                write!(f, "Sequence {id} step {step} of {of} {stem} ")?;
                match outcome {
                    StepOutcome::Started => f.write_str("started"),
                    StepOutcome::Completed => f.write_str("completed"),
                    StepOutcome::Failed(reason) => write!(f, "failed: {reason}"),
                }
            }
            Self::SequenceEnded { id } => write!(f, "Sequence {id} ended"),
            Self::SequenceStopped { id, reason } => write!(f, "Sequence {id} stopped: {reason}"),
            Self::TableLoaded { id, instrument, rows } => {
                write!(f, "Table {id} of {instrument} loaded, {rows} rows")
            }
            Self::TablePart { dump, instrument, part, of, bytes } => {
                write!(f, "Dump {dump} of {instrument} part {part} of {of} ")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
            }
            Self::RequestExtracted { id, records } => {
                write!(f, "Request {id} extracted {records} records")
            }
            Self::RequestSent { id } => write!(f, "Request {id} sent"),
            Self::RequestFailed { id, reason } => write!(f, "Request {id} failed: {reason}"),
        }
    }
}

impl Report {
    /// Reads a message; none where it is no such text.
    pub fn parse(text: &str) -> Option<Self> {
        let (what, rest) = text.split_once(' ')?;
        let (id, rest) = rest.split_once(' ')?;
        let id = is_id(id).then(|| id.to_owned())?;
        match what {
            "Sequence" => sequence(id, rest),
            "Table" => {
                let (instrument, rest) = rest.strip_prefix("of ")?.split_once(' ')?;
                let rows = number(rest.strip_prefix("loaded, ")?.strip_suffix(" rows")?)?;
                Some(Self::TableLoaded { id, instrument: named(instrument)?, rows })
            }
            "Dump" => {
                let (instrument, rest) = rest.strip_prefix("of ")?.split_once(' ')?;
                let ((part, of), hex) = counted(rest.strip_prefix("part ")?)?;
                let dump = u32::try_from(number(&id)?).ok()?;
                let bytes = bytes(hex)?;
                Some(Self::TablePart { dump, instrument: named(instrument)?, part, of, bytes })
            }
            "Request" => request(id, rest),
            _ => None,
        }
    }
}

fn request(id: String, rest: &str) -> Option<Report> {
    if rest == "sent" {
        return Some(Report::RequestSent { id });
    }
    if let Some(reason) = rest.strip_prefix("failed: ") {
        return Some(Report::RequestFailed { id, reason: reason.to_owned() });
    }
    let count = rest.strip_prefix("extracted ")?.strip_suffix(" records")?;
    Some(Report::RequestExtracted { id, records: number(count)? })
}

fn sequence(id: String, rest: &str) -> Option<Report> {
    if let Some(reason) = rest.strip_prefix("stopped: ") {
        return Some(Report::SequenceStopped { id, reason: reason.to_owned() });
    }
    if let Some(rest) = rest.strip_prefix("loaded, ") {
        return Some(Report::SequenceLoaded { id, steps: number(rest.strip_suffix(" steps")?)? });
    }
    match rest {
        "ended" => return Some(Report::SequenceEnded { id }),
        "activated" => return Some(Report::SequenceActivated { id }),
        _ => {}
    }
    let ((step, of), rest) = counted(rest.strip_prefix("step ")?)?;
    let (stem, rest) = rest.split_once(' ')?;
    let outcome = match rest {
        "started" => StepOutcome::Started,
        "completed" => StepOutcome::Completed,
        _ => StepOutcome::Failed(rest.strip_prefix("failed: ")?.to_owned()),
    };
    Some(Report::Step { id, step, of, stem: named(stem)?, outcome })
}

/// `<k> of <n> <rest>`.
fn counted(text: &str) -> Option<((usize, usize), &str)> {
    let (first, rest) = text.split_once(" of ")?;
    let (last, rest) = rest.split_once(' ')?;
    let (first, last) = (number(first)?, number(last)?);
    (1..=last).contains(&first).then_some(((first, last), rest))
}

fn named(text: &str) -> Option<String> {
    is_id(text).then(|| text.to_owned())
}

/// A whole number as it is written, without sign or zeros before it.
fn number(text: &str) -> Option<usize> {
    let value: usize = text.parse().ok()?;
    (value.to_string() == text).then_some(value)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let is_good = hex.len().is_multiple_of(2)
        && hex.len() <= 2 * CHUNK_BYTES
        && hex.bytes().all(|c| c.is_ascii_digit() || (b'A'..=b'F').contains(&c));
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(pair).collect::<Option<Vec<u8>>>().filter(|_| is_good)
}

/// The messages of a table file.
pub fn table_parts(dump: u32, instrument: &str, file: &[u8]) -> Vec<Report> {
    let chunks: Vec<&[u8]> = file.chunks(CHUNK_BYTES).collect();
    let of = chunks.len();
    let part = |(at, chunk): (usize, &&[u8])| Report::TablePart {
        dump,
        instrument: instrument.to_owned(),
        part: at + 1,
        of,
        bytes: chunk.to_vec(),
    };
    chunks.iter().enumerate().map(part).collect()
}

/// The newest whole table file of an instrument in messages of any order; none while parts are
/// missing.
pub fn table_file<'a>(
    reports: impl Iterator<Item = &'a Report> + Clone,
    instrument: &str,
) -> Option<Vec<u8>> {
    let own = reports.filter_map(|report| match report {
        Report::TablePart { dump, instrument: name, part, of, bytes } if name == instrument => {
            Some((*dump, *part, *of, bytes))
        }
        _ => None,
    });
    let mut dumps: Vec<(u32, usize)> = own.clone().map(|(dump, _, of, _)| (dump, of)).collect();
    dumps.sort_unstable();
    dumps.dedup();
    dumps.into_iter().rev().find_map(|(dump, of)| {
        let mut parts: Vec<(usize, &Vec<u8>)> = own
            .clone()
            .filter(|(number, _, parts, _)| (*number, *parts) == (dump, of))
            .map(|(_, part, _, bytes)| (part, bytes))
            .collect();
        parts.sort_by_key(|(part, _)| *part);
        parts.dedup_by_key(|(part, _)| *part);
        let is_whole = parts.len() == of;
        is_whole.then(|| parts.into_iter().flat_map(|(_, bytes)| bytes.clone()).collect())
    })
}
