//! What happens to a command: the records of kind `command` in the journal.
//!
//! All state of commanding is a fold over these; a record's number is the number of the command
//! that it prepares.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::verify::{Stage, Way};
use super::{Digest, Role};

/// A command of this journal: number of the record that prepared it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Uid(pub u64);

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Something that happened to a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CommandEvent {
    /// A new command; the text is that of [`Sealed`](super::Sealed).
    Prepared {
        /// The sealed text.
        text: String,
    },
    /// Another content; approvals are void.
    Edited {
        /// Which.
        uid: Uid,
        /// The sealed text.
        text: String,
    },
    /// Somebody approved this content.
    Approved {
        /// Which.
        uid: Uid,
        /// Of the content that they saw.
        digest: Digest,
        /// Their roles at that time.
        roles: BTreeSet<Role>,
    },
    /// Somebody rejected this content; approvals are void.
    Rejected {
        /// Which.
        uid: Uid,
        /// Of the content that they saw.
        digest: Digest,
        /// Why.
        reason: String,
    },
    /// It joined the end of the queue.
    Queued {
        /// Which.
        uid: Uid,
    },
    /// It stays in the queue and cannot be released.
    Held {
        /// Which.
        uid: Uid,
        /// Why.
        reason: String,
    },
    /// It is no longer held.
    Resumed {
        /// Which.
        uid: Uid,
    },
    /// It stands elsewhere in the queue.
    Moved {
        /// Which.
        uid: Uid,
        /// Position from 0.
        to: usize,
    },
    /// A constraint is not looked at.
    Suspended {
        /// Which.
        uid: Uid,
        /// Position of the constraint.
        constraint: usize,
        /// Why.
        reason: String,
    },
    /// It will not be sent.
    Withdrawn {
        /// Which.
        uid: Uid,
        /// Why.
        reason: String,
    },
    /// Its time passed before it was sent.
    Expired {
        /// Which.
        uid: Uid,
    },
    /// It is about to leave: from here on it may be on its way.
    Released {
        /// Which.
        uid: Uid,
        /// Of what leaves.
        digest: Digest,
        /// The way that lies before it.
        way: Way,
    },
    /// It left the ground.
    Sent {
        /// Which.
        uid: Uid,
    },
    /// It did not leave: nothing of it was given to the link. It is held.
    Returned {
        /// Which.
        uid: Uid,
        /// Why.
        reason: String,
    },
    /// Nobody knows whether it left.
    Lost {
        /// Which.
        uid: Uid,
        /// Why.
        reason: String,
    },
    /// Telemetry showed a stage.
    Seen {
        /// Which.
        uid: Uid,
        /// The stage.
        stage: Stage,
        /// By what.
        evidence: String,
    },
    /// A stage was not heard of in its time.
    TimedOut {
        /// Which.
        uid: Uid,
        /// The stage.
        stage: Stage,
    },
}

impl CommandEvent {
    /// The command that it is about; none where it makes a new one.
    pub fn uid(&self) -> Option<Uid> {
        match self {
            Self::Prepared { .. } => None,
            Self::Edited { uid, .. }
            | Self::Approved { uid, .. }
            | Self::Rejected { uid, .. }
            | Self::Queued { uid }
            | Self::Held { uid, .. }
            | Self::Resumed { uid }
            | Self::Moved { uid, .. }
            | Self::Suspended { uid, .. }
            | Self::Withdrawn { uid, .. }
            | Self::Expired { uid }
            | Self::Released { uid, .. }
            | Self::Sent { uid }
            | Self::Returned { uid, .. }
            | Self::Lost { uid, .. }
            | Self::Seen { uid, .. }
            | Self::TimedOut { uid, .. } => Some(*uid),
        }
    }

    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Prepared { .. } => "prepared".to_owned(),
            Self::Edited { .. } => "edited; approvals are void".to_owned(),
            Self::Approved { digest, .. } => format!("approved ({})", digest.short()),
            Self::Rejected { reason, .. } => format!("rejected: {reason}"),
            Self::Queued { .. } => "queued".to_owned(),
            Self::Held { reason, .. } => format!("held: {reason}"),
            Self::Resumed { .. } => "no longer held".to_owned(),
            Self::Moved { to, .. } => format!("moved to place {} of the queue", to + 1),
            Self::Suspended { constraint, reason, .. } => {
                format!("constraint {} put aside: {reason}", constraint + 1)
            }
            Self::Withdrawn { reason, .. } => format!("withdrawn: {reason}"),
            Self::Expired { .. } => "expired".to_owned(),
            Self::Released { way, .. } => {
                format!("released; light takes {:.0} s", way.light_s)
            }
            Self::Sent { .. } => "sent".to_owned(),
            Self::Returned { reason, .. } => format!("not sent, held: {reason}"),
            Self::Lost { reason, .. } => format!("unknown: {reason}"),
            Self::Seen { stage, evidence, .. } if evidence.is_empty() => stage.to_string(),
            Self::Seen { stage, evidence, .. } => format!("{stage}: {evidence}"),
            Self::TimedOut { stage, .. } => format!("{stage} unknown: not heard of in its time"),
        }
    }
}
