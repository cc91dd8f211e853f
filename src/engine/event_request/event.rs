//! What happens to a request: the records of its kind in the journal.

use serde::{Deserialize, Serialize};

use super::model::{EventRequest, Part};
use crate::command::{Record, Uid};
use crate::time::{Instant, iso};

/// Kind of the journal's records about event requests.
pub const REQUEST_KIND: &str = "event_request";

/// Something that happened to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RequestEvent {
    /// A new request.
    Drafted {
        /// Identifier.
        id: String,
        /// Its content.
        request: Box<EventRequest>,
    },
    /// Another content; it is a draft again.
    Edited {
        /// Which.
        id: String,
        /// The new content.
        request: Box<EventRequest>,
    },
    /// Put up for acceptance.
    Proposed {
        /// Which.
        id: String,
    },
    /// Somebody else accepted this content.
    Accepted {
        /// Which.
        id: String,
        /// Record of the content that they saw.
        seen: u64,
        /// Why rules that can be waived are; empty: none is.
        waiver: String,
    },
    /// Somebody else rejected this content.
    Rejected {
        /// Which.
        id: String,
        /// Why.
        reason: String,
    },
    /// A command for a part left the ground.
    Commanded {
        /// Which.
        id: String,
        /// Of which part.
        part: Part,
        /// The command.
        uid: Uid,
    },
    /// A command for a part did not lead to data.
    Failed {
        /// Which.
        id: String,
        /// Of which part.
        part: Part,
        /// When, on board where a message said it.
        at: Instant,
        /// Why.
        reason: String,
        /// Whether the records are gone, so that no other command will help.
        is_lost: bool,
    },
    /// A part was taken out of the memory.
    Extracted {
        /// Which.
        id: String,
        /// Which part.
        part: Part,
        /// When, on board.
        at: Instant,
        /// Records of it.
        records: u64,
    },
    /// All records of a part have left the spacecraft.
    Sent {
        /// Which.
        id: String,
        /// Which part.
        part: Part,
        /// When, on board.
        at: Instant,
    },
    /// So much of it is stored.
    Covered {
        /// Which.
        id: String,
        /// Share of channels × seconds, 0 to 1.
        share: f64,
        /// Whether every channel is there from start to end.
        is_whole: bool,
    },
    /// The memory was overwritten before it was extracted.
    Expired {
        /// Which.
        id: String,
        /// How that is known.
        reason: String,
    },
    /// Nothing more is to be done.
    Closed {
        /// Which.
        id: String,
        /// Why.
        note: String,
    },
}

impl RequestEvent {
    /// The request that it is about.
    pub fn id(&self) -> &str {
        match self {
            Self::Drafted { id, .. }
            | Self::Edited { id, .. }
            | Self::Proposed { id }
            | Self::Accepted { id, .. }
            | Self::Rejected { id, .. }
            | Self::Commanded { id, .. }
            | Self::Failed { id, .. }
            | Self::Extracted { id, .. }
            | Self::Sent { id, .. }
            | Self::Covered { id, .. }
            | Self::Expired { id, .. }
            | Self::Closed { id, .. } => id,
        }
    }

    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Drafted { request, .. } => format!("drafted: {}", content_words(request)),
            Self::Edited { request, .. } => format!("edited: {}", content_words(request)),
            Self::Proposed { .. } => "proposed".to_owned(),
            Self::Accepted { waiver, .. } if waiver.is_empty() => "accepted".to_owned(),
            Self::Accepted { waiver, .. } => format!("accepted, rules waived: {waiver}"),
            Self::Rejected { reason, .. } => format!("rejected: {reason}"),
            Self::Commanded { part, uid, .. } => {
                format!("{} commanded by {uid}", part.name())
            }
            Self::Failed { part, reason, .. } => format!("{} failed: {reason}", part.name()),
            Self::Extracted { part, at, records, .. } => {
                let at = iso(*at, 0);
                format!("{} extracted at {at}, {records} records", part.name())
            }
            Self::Sent { part, at, .. } => format!("{} sent, {}", part.name(), iso(*at, 0)),
            Self::Covered { is_whole: true, .. } => "all of it is stored".to_owned(),
            Self::Covered { share, .. } => format!("{:.0} % of it are stored", share * 100.0),
            Self::Expired { reason, .. } => format!("expired: {reason}"),
            Self::Closed { note, .. } if note.is_empty() => "closed".to_owned(),
            Self::Closed { note, .. } => format!("closed: {note}"),
        }
    }
}

fn content_words(request: &EventRequest) -> String {
    let mbit = request.volume_bits() / 1e6;
    let (from, to) = (iso(request.window.start, 0), iso(request.window.end, 0));
    format!("{from} to {to}, {}, {mbit:.1} Mbit", request.wishes_text())
}

/// A record of the audit trail in words; none for records of other kinds.
pub fn record_words(record: &Record) -> Option<String> {
    if record.kind != REQUEST_KIND {
        return None;
    }
    let read = serde_json::from_str::<RequestEvent>(&record.body);
    Some(read.map_or_else(
        |_| "about an event request, unreadable by this version".to_owned(),
        |event| format!("event request {} {}", event.id(), event.words()),
    ))
}
