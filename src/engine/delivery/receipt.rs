//! What the other center says of a package: received, accepted, rejected.

use serde::{Deserialize, Serialize};

use super::text::{as_iso, fault_of_texts, unreadable};
use crate::command::Digest;
use crate::problem::Problem;
use crate::time::Instant;

/// Ending of the file, behind the stem of the package.
pub const RECEIPT_ENDING: &str = ".receipt.json";

/// What became of a package there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// It arrived; nothing is decided.
    Received,
    /// It was taken.
    Accepted,
    /// It was refused.
    Rejected,
}

impl ReceiptStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Received, Self::Accepted, Self::Rejected];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// From its word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// SHA-256 of the package that it is about.
    pub package_sha256: Digest,
    /// What became of it.
    pub status: ReceiptStatus,
    /// By whom.
    pub by: String,
    /// When.
    #[serde(with = "as_iso")]
    pub time: Instant,
    /// Why, or empty.
    #[serde(default)]
    pub reason: String,
}

impl Receipt {
    /// As it stands in its file.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads the file.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let wrong = |reason: String| Problem::of("receipt", reason);
        let of: Self = serde_json::from_slice(bytes).map_err(|error| wrong(unreadable(&error)))?;
        match fault_of_texts([&of.by, &of.reason].into_iter()) {
            Some(fault) => Err(wrong(fault)),
            None => Ok(of),
        }
    }

    /// In words, as evidence in the history of a delivery.
    pub fn words(&self) -> String {
        let by = if self.by.is_empty() { "somebody" } else { &self.by };
        let why = if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        format!("receipt of {by}: {}{why}", self.status.word())
    }
}
