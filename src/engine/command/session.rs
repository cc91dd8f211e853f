//! Sessions: who is logged in, for how long, and names that are locked after failures.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Digest;
use super::accounts::SESSION_KIND;
use super::chain::Record;
use super::journal::{Journal, JournalError};
use crate::time::Instant;

/// How long sessions last, and how many failures are borne.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionLimits {
    /// Seconds without any action after which a session ends.
    pub idle_s: f64,
    /// Seconds after which it ends in any case.
    pub longest_s: f64,
    /// Failures in a row that lock a name.
    pub failures: u32,
    /// Seconds for which it is locked.
    pub locked_s: f64,
}

impl Default for SessionLimits {
    /// Half an hour idle, a shift of 12 hours, five failures, a quarter of an hour.
    fn default() -> Self {
        Self { idle_s: 1_800.0, longest_s: 43_200.0, failures: 5, locked_s: 900.0 }
    }
}

/// Names whose failures are remembered.
const MOST_NAMES: usize = 10_000;
/// Sessions at a time.
const MOST_SESSIONS: usize = 10_000;
/// Seconds that the clock may be set back under a session.
const CLOCK_S: f64 = 60.0;

/// Why a log-in did not succeed.
#[derive(Debug)]
pub enum LogInError {
    /// Wrong name or password; which of them is not told.
    Wrong,
    /// Too many failures.
    Locked {
        /// Until when.
        until: Instant,
    },
    /// The account is disabled; told only to who knows the password.
    Disabled,
    /// Too many sessions.
    Full,
    /// The journal cannot be written.
    Journal(JournalError),
}

impl fmt::Display for LogInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong => f.write_str("the name or the password is wrong"),
            Self::Locked { until } => {
                let until = crate::time::iso(*until, 0);
                write!(f, "locked after too many failures: try again after {until}")
            }
            Self::Disabled => f.write_str("the account is disabled: ask an administrator"),
            Self::Full => f.write_str("too many sessions: log out elsewhere first"),
            Self::Journal(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LogInError {}

/// What the journal tells of a log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionEvent {
    LoggedIn,
    LoggedOut,
    Failed,
    Locked,
}

#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    count: u32,
    until: Option<Instant>,
}

#[derive(Debug)]
struct Session {
    name: String,
    began: Instant,
    used: Instant,
}

/// All sessions, by the SHA-256 of their token.
#[derive(Debug)]
pub(super) struct Sessions {
    limits: SessionLimits,
    open: BTreeMap<Digest, Session>,
    failures: BTreeMap<String, Failures>,
}

impl Sessions {
    /// No session, and the failures that the journal tells of.
    pub fn of(records: &[Record], limits: SessionLimits) -> Self {
        let mut sessions = Self { limits, open: BTreeMap::new(), failures: BTreeMap::new() };
        for record in records.iter().filter(|record| record.kind == SESSION_KIND) {
            if let Ok(event) = serde_json::from_str(&record.body) {
                sessions.count(&record.who, event, record.time);
            }
        }
        sessions
    }

    fn count(&mut self, name: &str, event: SessionEvent, at: Instant) {
        match event {
            SessionEvent::LoggedIn => {
                self.failures.remove(name);
            }
            SessionEvent::LoggedOut => {}
            SessionEvent::Failed | SessionEvent::Locked => {
                if self.failures.len() >= MOST_NAMES && !self.failures.contains_key(name) {
                    self.failures.pop_first();
                }
                let of = self.failures.entry(name.to_owned()).or_default();
                of.count += 1;
                if event == SessionEvent::Locked {
                    *of = Failures { count: 0, until: Some(at.plus_s(self.limits.locked_s)) };
                }
            }
        }
    }

    pub fn log_in(
        &mut self,
        journal: &mut Journal,
        name: &str,
        (matches, is_disabled): (bool, bool),
        token: [u8; 32],
        now: Instant,
    ) -> Result<(), LogInError> {
        // Names come from outside: bounded before they are kept anywhere.
        let name: String = name.chars().take(64).filter(|c| !c.is_control()).collect();
        let before = self.failures.get(&name).copied().unwrap_or_default();
        if let Some(until) = before.until.filter(|until| now < *until) {
            return Err(LogInError::Locked { until });
        }
        self.open.retain(|_, session| is_alive(session, &self.limits, now));
        let event = if matches && !is_disabled {
            if self.open.len() >= MOST_SESSIONS {
                return Err(LogInError::Full);
            }
            SessionEvent::LoggedIn
        } else if before.count + 1 >= self.limits.failures {
            SessionEvent::Locked
        } else {
            SessionEvent::Failed
        };
        note(journal, &name, event, now).map_err(LogInError::Journal)?;
        self.count(&name, event, now);
        match event {
            SessionEvent::LoggedIn => {
                let session = Session { name, began: now, used: now };
                self.open.insert(Digest::of(&token), session);
                Ok(())
            }
            _ if matches => Err(LogInError::Disabled),
            SessionEvent::Locked => {
                Err(LogInError::Locked { until: now.plus_s(self.limits.locked_s) })
            }
            _ => Err(LogInError::Wrong),
        }
    }

    pub fn log_out(
        &mut self,
        journal: &mut Journal,
        token: &[u8; 32],
        now: Instant,
    ) -> Result<(), JournalError> {
        match self.open.remove(&Digest::of(token)) {
            Some(session) => note(journal, &session.name, SessionEvent::LoggedOut, now),
            None => Ok(()),
        }
    }

    /// The name of a session that is alive.
    pub fn touch(&mut self, token: &[u8; 32], now: Instant) -> Option<String> {
        let key = Digest::of(token);
        let session = self.open.get_mut(&key)?;
        if !is_alive(session, &self.limits, now) {
            self.open.remove(&key);
            return None;
        }
        session.used = session.used.max(now);
        Some(session.name.clone())
    }

    /// Those that are alive: what tells their token, and the name of the account.
    pub fn alive(&self, now: Instant) -> impl Iterator<Item = (Digest, &str)> {
        let alive = self.open.iter().filter(move |(_, of)| is_alive(of, &self.limits, now));
        alive.map(|(digest, of)| (*digest, of.name.as_str()))
    }

    pub fn end_all(&mut self, name: &str) {
        self.open.retain(|_, session| session.name != name);
    }
}

impl SessionEvent {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::LoggedIn => "logged in",
            Self::LoggedOut => "logged out",
            Self::Failed => "failed to log in",
            Self::Locked => "failed to log in too often: locked",
        }
    }
}

fn is_alive(session: &Session, limits: &SessionLimits, now: Instant) -> bool {
    now.s_since(session.used) <= limits.idle_s
        && now.s_since(session.began) <= limits.longest_s
        && session.used.s_since(now) <= CLOCK_S
}

fn note(
    journal: &mut Journal,
    name: &str,
    event: SessionEvent,
    now: Instant,
) -> Result<(), JournalError> {
    let body = serde_json::to_string(&event).unwrap_or_default();
    journal.append(now, name, SESSION_KIND, &body).map(|_| ())
}
