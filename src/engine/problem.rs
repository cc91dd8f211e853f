//! What a decoder could not read: where, and why.
//!
//! Decoding never fails as a whole. A codec returns what it could read plus a list of
//! these; the ingest report, the Products panel and the command line show them as they are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing wrong in an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// File name or archive path; empty while a pure codec does not know it.
    pub place: String,
    /// Byte offset in the input, where one is known.
    pub offset: Option<u64>,
    /// Field, element or record that is wrong, in the format's own words.
    pub field: String,
    /// What is wrong and what was kept, as a sentence without a final stop.
    pub reason: String,
}

impl Problem {
    /// A problem at a byte offset.
    pub fn at(offset: u64, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            place: String::new(),
            offset: Some(offset),
            field: named(field.into()),
            reason: reason.into(),
        }
    }

    /// A problem with no byte offset.
    pub fn of(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            place: String::new(),
            offset: None,
            field: named(field.into()),
            reason: reason.into(),
        }
    }

    /// The same problem, said of a file.
    #[must_use]
    pub fn in_file(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }
}

/// A damaged input may leave its fields without a name.
fn named(field: String) -> String {
    if field.is_empty() { "(unnamed)".to_owned() } else { field }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        if let Some(offset) = self.offset {
            write!(f, "byte {offset}: ")?;
        }
        write!(f, "{}: {}", self.field, self.reason)
    }
}
