//! The operator's log book: entries that are never changed, only followed by corrections.

use super::SeriesKey;
use crate::time::{Instant, TimeRange};

/// Longest text of an entry, in bytes.
pub const MOST_NOTE_BYTES: usize = 16_384;

/// One entry of the log book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
pub struct LogEntry {
    /// Number in the order of writing; given by the archive.
    pub id: i64,
    /// The time that it is about.
    pub time: Instant,
    /// When it was written.
    pub written: Instant,
    /// Who wrote it.
    pub who: String,
    /// Mission identifier, empty where it is about none.
    pub mission: String,
    /// The text.
    pub text: String,
    /// The series, or the alarm on it, that it is tied to.
    pub series: Option<SeriesKey>,
    /// The entry that it corrects.
    pub corrects: Option<i64>,
    /// The newest entry that corrects it; told by the archive, not stored with it.
    pub corrected_by: Option<i64>,
}

/// Which entries of the log book are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogQuery {
    /// The times that they are about.
    pub range: TimeRange,
    /// Mission identifier; empty: all.
    pub mission: String,
    /// Words that must all occur in text, author or series, letter case ignored.
    pub text: String,
    /// Most entries wanted; the newest are kept.
    pub limit: u32,
}
