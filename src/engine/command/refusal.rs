//! Why something is not done, in words that say what to do.

use std::fmt;

use super::desk::State;
use super::event::Uid;
use super::prepared::RequestId;
use super::{Digest, JournalError, Permission};
use crate::mission::command::Consequence;
use crate::time::{Instant, iso};

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// There is no such command.
    NoSuchCommand(Uid),
    /// The roles do not allow it.
    NotAllowed {
        /// Who asked.
        who: String,
        /// For what.
        permission: Permission,
        /// In which mission.
        mission: String,
    },
    /// The command cannot be one.
    Unfit(String),
    /// It is not in a state for this.
    WrongState {
        /// Its state.
        state: State,
        /// What was to be done, e.g. `edited`.
        action: &'static str,
    },
    /// Somebody changed it since it was looked at.
    Changed {
        /// Who changed it last.
        by: String,
        /// When.
        at: Instant,
    },
    /// What was approved is not what it is.
    OtherContent {
        /// What it is.
        is: Digest,
        /// What was approved.
        approved: Digest,
    },
    /// Who prepared or edited it cannot approve it.
    SelfApproval(String),
    /// They approved it already.
    ApprovedAlready(String),
    /// Somebody rejected it.
    Rejected {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// Approvals are missing.
    NotApproved {
        /// How many there are.
        have: usize,
        /// How many are needed.
        need: usize,
        /// Why they are.
        because: Consequence,
    },
    /// It is held.
    Held(String),
    /// Its time has passed.
    Expired(Instant),
    /// Its time has not come.
    TooEarly(Instant),
    /// No window is open.
    NoWindow(Option<Instant>),
    /// It would arrive too late.
    PastCutOff {
        /// It would have had to leave by then.
        cut_off: Instant,
        /// Seconds too late.
        late_s: f64,
    },
    /// A constraint does not hold, or nobody knows whether it does.
    Constraint {
        /// Position of the constraint.
        number: usize,
        /// What is known of it.
        words: String,
        /// Whether an operator may put it aside.
        is_suspendable: bool,
    },
    /// There is no such constraint, or it cannot be put aside.
    NotSuspendable(usize),
    /// The dictionary in use is another one.
    OtherDictionary {
        /// By which it was encoded.
        by: String,
        /// Which is in use.
        is: String,
    },
    /// Others stand before it.
    NotNext(Uid),
    /// Another one that is out has the same name on board.
    SameRequest {
        /// That one.
        other: Uid,
        /// Their name.
        request: RequestId,
    },
    /// The clock went back.
    ClockBack {
        /// By so many seconds.
        by_s: f64,
    },
    /// The token is of another journal.
    OtherJournal,
}

fn named(f: &mut fmt::Formatter<'_>, what: &str, reason: &str) -> fmt::Result {
    if reason.is_empty() { f.write_str(what) } else { write!(f, "{what}: {reason}") }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchCommand(uid) => write!(f, "there is no command {uid}"),
            Self::NotAllowed { who, permission, mission } => {
                write!(f, "{who} may not {} in {mission}", permission.words())
            }
            Self::Unfit(reason) => write!(f, "it cannot be a command: {reason}"),
            Self::WrongState { state, action } => {
                write!(f, "it is {} and cannot be {action} now", state.words())
            }
            Self::Changed { by, at } => {
                write!(f, "{by} changed it at {}: look at it again", iso(*at, 0))
            }
            Self::OtherContent { is, approved } => write!(
                f,
                "it was changed: it is {} now, not {}; look at it again",
                is.short(),
                approved.short()
            ),
            Self::SelfApproval(who) => {
                write!(f, "{who} prepared or edited it: somebody else has to approve it")
            }
            Self::ApprovedAlready(who) => {
                write!(f, "{who} approved it already: the next approval has to be another's")
            }
            Self::Rejected { by, reason } => named(f, &format!("{by} rejected it"), reason),
            Self::NotApproved { have, need, because } => write!(
                f,
                "it has {have} of {need} approvals that are needed ({because:?} command or \
                 delivery): ask a lead who did not prepare it"
            ),
            Self::Held(reason) => named(f, "it is held", reason),
            Self::Expired(at) => write!(f, "it expired at {}: prepare a new one", iso(*at, 0)),
            Self::TooEarly(at) => write!(f, "it may go from {} on", iso(*at, 0)),
            Self::NoWindow(Some(next)) => {
                write!(f, "no window is open; the next one begins at {}", iso(*next, 0))
            }
            Self::NoWindow(None) => f.write_str("no window is open, and none is planned"),
            Self::PastCutOff { cut_off, late_s } => write!(
                f,
                "it would arrive {late_s:.0} s too late: the cut-off was at {}",
                iso(*cut_off, 0)
            ),
            Self::Constraint { number, words, is_suspendable } => {
                write!(f, "constraint {} does not hold: {words}", number + 1)?;
                if *is_suspendable { f.write_str("; it may be put aside") } else { Ok(()) }
            }
            Self::NotSuspendable(number) => {
                write!(f, "constraint {} cannot be put aside", number + 1)
            }
            Self::OtherDictionary { by, is } => write!(
                f,
                "it was encoded by the dictionary {by}, and {is} is in use: prepare it again"
            ),
            Self::NotNext(uid) => write!(f, "{uid} stands before it: move it, or hold that one"),
            Self::SameRequest { other, request } => write!(
                f,
                "{other} is out with the same request (APID {}, count {}): prepare it with \
                 another count, or their reports cannot be told apart",
                request.apid, request.count
            ),
            Self::ClockBack { by_s } => write!(
                f,
                "the clock stands {by_s:.0} s before the last record of the journal: set it right"
            ),
            Self::OtherJournal => f.write_str("this processor belongs to another journal"),
        }
    }
}

/// Why an action was not done.
#[derive(Debug)]
pub enum Refusal {
    /// It must not be; all reasons.
    Because(Vec<Reason>),
    /// The journal could not be written, so nothing was done.
    Journal(JournalError),
}

impl Refusal {
    /// The reasons; empty where the journal is the reason.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Because(reasons) => reasons,
            Self::Journal(_) => &[],
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::Because(vec![reason])
    }
}

impl From<JournalError> for Refusal {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Because(reasons) => {
                for (at, reason) in reasons.iter().enumerate() {
                    write!(f, "{}{reason}", if at > 0 { "; " } else { "" })?;
                }
                Ok(())
            }
            Self::Journal(error) => write!(f, "nothing was done: {error}"),
        }
    }
}

impl std::error::Error for Refusal {}
