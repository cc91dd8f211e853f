//! A row of the journal: what was found in the data, or what an operator did. JSON in the archive.

use serde::{Deserialize, Serialize};

use crate::archive::{AlarmRow, SeriesKey};
use crate::mission::Severity;
use crate::time::Instant;

/// A change of severity that was found in the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Severity from now on; normal: inside again.
    pub severity: Severity,
    /// The value that decided it.
    pub value: f64,
    /// Which limit was violated, e.g. `above 34`; empty where it is inside again.
    #[serde(default)]
    pub limit: String,
    /// Whether the alarm stays until it is reset.
    #[serde(default)]
    pub latch: bool,
}

/// What operators can do with an alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AlarmAction {
    /// Say that they saw it; resets a latched one.
    Acknowledge,
    /// Put it aside for a time.
    Shelve {
        /// For so many seconds.
        for_s: f64,
        /// Why.
        reason: String,
    },
    /// Take it back from the shelf.
    Unshelve,
    /// Take it out of service.
    Remove {
        /// Why.
        reason: String,
    },
    /// Put it back in service.
    Restore,
    /// Write a note.
    Comment {
        /// The note.
        text: String,
    },
    /// Tell it to a program, because nobody acknowledged it; done by the engine.
    Escalate {
        /// The program and its arguments.
        command: String,
    },
}

impl AlarmAction {
    /// What was done, for messages: `… acknowledged`.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledged",
            Self::Shelve { .. } => "shelved",
            Self::Unshelve => "unshelved",
            Self::Remove { .. } => "taken out of service",
            Self::Restore => "returned to service",
            Self::Comment { .. } => "commented",
            Self::Escalate { .. } => "escalated",
        }
    }
}

/// An alarm as an operator saw it: an action must not cover what came after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AlarmRef {
    /// Which.
    pub key: SeriesKey,
    /// When it was raised or got worse, as far as the operator saw.
    pub raised: Instant,
}

/// What an operator did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// Who.
    pub who: String,
    /// When the alarm had been raised or got worse, as far as they saw.
    pub raised: Instant,
    /// What.
    pub action: AlarmAction,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Found in the data.
    Found(Found),
    /// Done by an operator.
    Done(Done),
}

/// A row of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Number in the order of writing.
    pub seq: i64,
    /// Which alarm.
    pub key: SeriesKey,
    /// When it takes effect.
    pub time: Instant,
    /// What it says.
    pub what: What,
}

/// Ends the name of what puts an alarm aside by design: it is looked for and kept like an alarm.
const DESIGN: &str = "#design";

/// The key under which what puts an alarm aside by design is kept.
pub fn design_key(key: &SeriesKey) -> SeriesKey {
    SeriesKey::new(format!("{}{DESIGN}", key.name), key.product.clone())
}

impl Record {
    /// The alarm that this row puts aside by design, or takes back; none of all other rows.
    pub fn suppresses(&self) -> Option<SeriesKey> {
        let name = self.key.name.strip_suffix(DESIGN)?;
        Some(SeriesKey::new(name, self.key.product.clone()))
    }

    /// From a row of the archive; none where the body cannot be read.
    pub fn of(row: &AlarmRow) -> Option<Self> {
        let what = if row.found {
            What::Found(serde_json::from_str(&row.body).ok()?)
        } else {
            What::Done(serde_json::from_str(&row.body).ok()?)
        };
        Some(Self { seq: row.seq, key: row.key.clone(), time: row.time, what })
    }

    /// As a row of the archive.
    pub fn row(&self) -> AlarmRow {
        let (found, body) = match &self.what {
            What::Found(found) => (true, serde_json::to_string(found)),
            What::Done(done) => (false, serde_json::to_string(done)),
        };
        // Plain structures of numbers and texts cannot fail to be written.
        let body = body.unwrap_or_default();
        AlarmRow { seq: self.seq, key: self.key.clone(), time: self.time, found, body }
    }

    /// Order in which rows take effect: by time, what was found first, then as written.
    pub fn order(&self) -> (Instant, bool, i64) {
        (self.time, matches!(self.what, What::Done(_)), self.seq)
    }
}
