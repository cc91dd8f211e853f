//! What people ask of commanding, and what it answers: plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::command::{Digest, Password, Role, Timing, Uid};
use crate::document::{Content, DocumentKind};
use crate::event_request::RequestOrder;
use crate::link::UplinkConfig;

/// Who has it is logged in: 32 random bytes that the console makes and gives to nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub [u8; 32]);

impl Token {
    /// How sessions are told apart where everybody may look.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Numbers orders, so that an answer is found; chosen by who orders.
pub type OrderId = u64;

/// A command that somebody wants prepared.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Mission identifier.
    pub mission: String,
    /// What is to go.
    pub what: DraftOf,
    /// When it may go.
    pub timing: Timing,
}

/// What is to go.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftOf {
    /// A command of the mission's dictionary: its name, names and values of arguments as typed.
    Command {
        /// Name, the last part is enough where it is the only one.
        name: String,
        /// Names and values.
        arguments: Vec<(String, String)>,
    },
    /// A saved sequence in its binary form, loaded on board.
    Sequence {
        /// Which version.
        version: u64,
        /// Whether it runs as soon as it is there.
        activate: bool,
    },
    /// A saved plan, expanded to a sequence in its binary form.
    Plan {
        /// Which version.
        version: u64,
        /// Whether it runs as soon as it is there.
        activate: bool,
    },
    /// A saved configuration table in its binary form.
    Table {
        /// Which version.
        version: u64,
    },
    /// A package for another center: saved versions with a manifest, to the exchange folder.
    Delivery {
        /// Its name.
        name: String,
        /// What goes into it.
        versions: Vec<u64>,
    },
}

/// What somebody wants done. Everything but the first three needs a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Make the first administrator, where nobody has an account; answered by their password.
    MakeFirst {
        /// Name to log in with.
        name: String,
    },
    /// Log in; the token of the order is the session's from then on.
    LogIn {
        /// Name.
        name: String,
        /// Password.
        password: Password,
    },
    /// Log out.
    LogOut,
    /// Give oneself another password.
    ChangePassword {
        /// The new one.
        password: Password,
    },
    /// Make an account.
    AddAccount {
        /// Name to log in with.
        name: String,
        /// Name of the person.
        full_name: String,
        /// Roles by mission, [`ALL_MISSIONS`](crate::command::ALL_MISSIONS) for every one.
        roles: BTreeMap<String, BTreeSet<Role>>,
        /// The password for the first log-in.
        password: Password,
    },
    /// Give somebody other roles in a mission.
    SetRoles {
        /// Whom.
        name: String,
        /// Mission, or [`ALL_MISSIONS`](crate::command::ALL_MISSIONS).
        mission: String,
        /// The roles from now on.
        roles: BTreeSet<Role>,
    },
    /// Keep somebody from logging in, or let them again.
    Disable {
        /// Whom.
        name: String,
        /// Whether nobody can log in with it.
        is_disabled: bool,
    },
    /// Give somebody a new password, to be changed at their next log-in.
    ResetPassword {
        /// Whom.
        name: String,
        /// The new one.
        password: Password,
    },
    /// Save a new version of a document.
    Save {
        /// What it is.
        kind: DocumentKind,
        /// Mission identifier.
        mission: String,
        /// Its name.
        name: String,
        /// The version that was edited first, then those that were joined with it.
        parents: Vec<u64>,
        /// What was done.
        note: String,
        /// The content.
        content: Content,
    },
    /// Read a version of a document.
    Open {
        /// Which.
        version: u64,
    },
    /// Prepare a command.
    Prepare(Box<Draft>),
    /// Give a command another content; approvals are void.
    Edit {
        /// Which.
        uid: Uid,
        /// Hash of the content that was edited.
        seen: Digest,
        /// The new content.
        draft: Box<Draft>,
    },
    /// Approve the content with this hash.
    Approve {
        /// Which.
        uid: Uid,
        /// The hash.
        seen: Digest,
    },
    /// Reject it.
    Reject {
        /// Which.
        uid: Uid,
        /// The hash.
        seen: Digest,
        /// Why.
        reason: String,
    },
    /// Put a draft at the end of the queue.
    Enqueue {
        /// Which.
        uid: Uid,
    },
    /// Keep it from being released.
    Hold {
        /// Which.
        uid: Uid,
        /// Why.
        reason: String,
    },
    /// Take back a hold.
    Resume {
        /// Which.
        uid: Uid,
    },
    /// Move it in the queue.
    Move {
        /// Which.
        uid: Uid,
        /// Position from 0.
        to: usize,
    },
    /// Put a constraint aside.
    Suspend {
        /// Which.
        uid: Uid,
        /// Position of the constraint.
        constraint: usize,
        /// Why.
        reason: String,
    },
    /// Take it back for good.
    Withdraw {
        /// Which.
        uid: Uid,
        /// Why.
        reason: String,
    },
    /// Release it.
    Release {
        /// Which.
        uid: Uid,
    },
    /// Say how a command that is unknown went on.
    Settle {
        /// Which.
        uid: Uid,
        /// Whether it was carried out.
        is_complete: bool,
        /// How that is known.
        reason: String,
    },
    /// Set up the uplink of a mission, or remove it; kept in `uplinks.toml` of the archive.
    SetUplink {
        /// Mission identifier.
        mission: String,
        /// How; none removes it.
        config: Option<Box<UplinkConfig>>,
    },
    /// Make, propose, accept or end an event request.
    Request(RequestOrder),
    /// Take the clock as it stands, where the journal has later records.
    AcceptClock {
        /// Why.
        reason: String,
    },
}

/// What an order led to.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Done; a sentence.
    Done(String),
    /// Not done: reasons, each a sentence.
    Refused(Vec<String>),
    /// The password of the first administrator, to be shown once.
    FirstPassword(Password),
    /// A command was prepared.
    Prepared(Uid),
    /// A version was saved.
    Saved(u64),
    /// Not saved: somebody saved this version meanwhile. Join both, then save on top of it.
    Behind {
        /// The newest version.
        head: u64,
        /// The version from which both grew, where there is one.
        common: Option<u64>,
        /// Who saved it.
        by: String,
    },
    /// A version as it was asked for.
    Opened {
        /// Which.
        version: u64,
        /// Its content.
        content: Content,
    },
}

/// An answer to an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// To which.
    pub order: OrderId,
    /// What it led to.
    pub reply: Reply,
}
