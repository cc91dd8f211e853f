//! What the console sees of commanding: plain data.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::order::{Answered, OrderId, Reply, Token};
use crate::command::{ALL_MISSIONS, Account, Desk, Digest, DryRun, Permission, Policy, Uid};
use crate::delivery::ExchangeView;
use crate::document::Documents;
use crate::event_request::Requests;
use crate::link::{UplinkConfig, UplinkStatus};
use crate::time::Instant;

/// Somebody who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// SHA-256 of their token.
    pub token: Digest,
    /// Name of the account.
    pub name: String,
    /// Whether the password has to be changed before anything else.
    pub must_change: bool,
}

/// An uplink as the console shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct UplinkView {
    /// How it is set up.
    pub config: UplinkConfig,
    /// How it fares.
    pub status: UplinkStatus,
}

/// A line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Number of the record.
    pub number: u64,
    /// When.
    pub time: Instant,
    /// Account, or `engine`.
    pub who: String,
    /// What kind of record it is.
    pub kind: String,
    /// What happened.
    pub words: String,
}

/// Commanding as it stands.
#[derive(Clone, Debug, Default)]
pub struct CommandingPicture {
    /// Grows with every change.
    pub version: u64,
    /// Why nothing can be done here; empty where it can.
    pub stopped: String,
    /// All accounts, by name.
    pub accounts: Arc<Vec<Account>>,
    /// Who is logged in.
    pub sessions: Arc<Vec<SessionView>>,
    /// All commands.
    pub desk: Arc<Desk>,
    /// What needs approvals.
    pub policy: Policy,
    /// What stands against a release of the commands that are open, and their last moments.
    pub ready: Arc<BTreeMap<Uid, DryRun>>,
    /// Plans, sequences and tables.
    pub documents: Arc<Documents>,
    /// The ways to the spacecraft, one a mission.
    pub uplinks: Arc<Vec<UplinkView>>,
    /// Event requests.
    pub requests: Arc<Requests>,
    /// The exchange folder: what was delivered, what came.
    pub exchange: Arc<ExchangeView>,
    /// The last lines of the audit trail, oldest first.
    pub audit: Arc<VecDeque<AuditLine>>,
    /// The last answers, oldest first.
    pub answers: Arc<VecDeque<Answered>>,
}

impl CommandingPicture {
    /// The answer to an order.
    pub fn answer(&self, order: OrderId) -> Option<&Reply> {
        let found = self.answers.iter().rev().find(|answered| answered.order == order);
        found.map(|answered| &answered.reply)
    }

    /// The session of a token.
    pub fn session(&self, token: &Token) -> Option<&SessionView> {
        let digest = token.digest();
        self.sessions.iter().find(|session| session.token == digest)
    }

    /// Whether somebody may do something in a mission, by name.
    pub fn may(&self, name: &str, mission: &str, permission: Permission) -> bool {
        let found = self.accounts.iter().find(|account| account.name == name);
        found.is_some_and(|account| {
            account.may(mission, permission) || account.may(ALL_MISSIONS, permission)
        })
    }
}
