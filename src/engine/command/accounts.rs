//! The local store of accounts: made, changed and used under the eyes of the audit journal.
//!
//! One file, readable by its owner only. The journal names the SHA-256 of the file with every
//! change, before the file is replaced, so a file that somebody edited is refused on opening; a
//! change that was interrupted is finished then (the new file stands beside the old one before the
//! journal says so). Sessions live in memory. The clock and random bytes are passed in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::account::{ALL_MISSIONS, Account, Actor, Permission, Role};
use super::chain::Record;
use super::journal::{ENGINE, Journal, JournalError};
use super::password::{Cost, Password, StoredPassword};
use super::session::{LogInError, Sessions};
use super::{Digest, SessionLimits};
use crate::storage::{StorageError, read_whole, write_secret};
use crate::time::Instant;

/// Name of the file.
pub const ACCOUNTS_FILE: &str = "accounts.json";
const NEXT_FILE: &str = "accounts.next.json";
/// Kind of the journal's records about changes of accounts.
pub const ACCOUNT_KIND: &str = "account";
/// Kind of those about log-ins.
pub const SESSION_KIND: &str = "session";
const MOST_ACCOUNTS: usize = 10_000;

/// Why accounts could not be read or changed.
#[derive(Debug)]
pub enum AccountError {
    /// The journal could not be written: nothing was changed.
    Journal(JournalError),
    /// The file could not be read or written.
    Storage(StorageError),
    /// The file is not the one that the journal names.
    Tampered(PathBuf),
    /// What was asked for cannot be done.
    Refused(String),
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => error.fmt(f),
            Self::Storage(error) => error.fmt(f),
            Self::Tampered(path) => write!(
                f,
                "{} is not the file that the audit journal names: it was edited or replaced; \
                 restore it from a backup",
                path.display()
            ),
            Self::Refused(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for AccountError {}

impl From<JournalError> for AccountError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<StorageError> for AccountError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

fn refused<T>(reason: impl Into<String>) -> Result<T, AccountError> {
    Err(AccountError::Refused(reason.into()))
}

/// What changed, as the journal tells it; passwords are not in it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AccountChange {
    pub(super) account: String,
    /// In words.
    pub(super) change: String,
    /// Of the file after the change.
    sha256: Digest,
}

/// A change of an account.
#[derive(Clone, Debug)]
pub enum Change {
    /// Roles in a mission; none takes them away.
    Roles {
        /// Mission identifier or [`ALL_MISSIONS`].
        mission: String,
        /// The roles from now on.
        roles: BTreeSet<Role>,
    },
    /// Nobody can log in with it, or again.
    Disabled(bool),
    /// Name of the person.
    FullName(String),
    /// A new password, with random bytes for its salt.
    Password(Password, [u8; 16]),
}

impl Change {
    fn words(&self) -> String {
        match self {
            Self::Roles { mission, roles } => {
                let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let everywhere = mission == ALL_MISSIONS;
                let place = if everywhere { "all missions" } else { mission.as_str() };
                format!("roles in {place}: {names}")
            }
            Self::Disabled(true) => "disabled".to_owned(),
            Self::Disabled(false) => "enabled".to_owned(),
            Self::FullName(name) => format!("name of the person: {name}"),
            Self::Password(..) => "new password".to_owned(),
        }
    }
}

/// The accounts of an installation and who is logged in.
#[derive(Debug)]
pub struct Accounts {
    folder: PathBuf,
    all: BTreeMap<String, Account>,
    cost: Cost,
    pub(super) sessions: Sessions,
}

impl Accounts {
    /// Reads the accounts of a folder and holds them against the records of the journal. None are
    /// there at the first start: go on with [`make_first`](Self::make_first).
    pub fn open(
        folder: &Path,
        records: &[Record],
        cost: Cost,
        limits: SessionLimits,
    ) -> Result<Self, AccountError> {
        let path = folder.join(ACCOUNTS_FILE);
        let of_kind = |record: &&Record| record.kind == ACCOUNT_KIND;
        let last = records.iter().rev().find(of_kind);
        let named = last.and_then(|r| serde_json::from_str::<AccountChange>(&r.body).ok());
        let all = match named.map(|change| change.sha256) {
            None if last.is_none() && !path.exists() => BTreeMap::new(),
            None => return Err(AccountError::Tampered(path)),
            Some(sha256) => read_accounts(folder, sha256)?,
        };
        let sessions = Sessions::of(records, limits);
        Ok(Self { folder: folder.to_owned(), all, cost, sessions })
    }

    /// All accounts, ordered by name.
    pub fn all(&self) -> impl Iterator<Item = &Account> {
        self.all.values()
    }

    /// An account.
    pub fn get(&self, name: &str) -> Option<&Account> {
        self.all.get(name)
    }

    /// Who is logged in: SHA-256 of the token, and the account.
    pub fn sessions(&self, now: Instant) -> impl Iterator<Item = (Digest, &Account)> {
        let alive = self.sessions.alive(now);
        alive.filter_map(|(digest, name)| Some((digest, self.all.get(name)?)))
    }

    /// Whether nobody has an account, as at the first start.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Makes the administrator of the first start. The password is random and to be shown once; it
    /// has to be changed at the first log-in.
    pub fn make_first(
        &mut self,
        journal: &mut Journal,
        name: &str,
        random: ([u8; 26], [u8; 16]),
        now: Instant,
    ) -> Result<Password, AccountError> {
        if !self.all.is_empty() {
            return refused("there are accounts already: an administrator can make more");
        }
        let password = Password::random(random.0);
        let roles = BTreeMap::from([(ALL_MISSIONS.into(), BTreeSet::from([Role::Administrator]))]);
        let account = self.account(name, "", roles, (&password, random.1))?;
        self.put(journal, ENGINE, now, account, "made at the first start: administrator".into())?;
        Ok(password)
    }

    /// Makes an account. Its password was chosen by the administrator and has to be changed at the
    /// first log-in; the salt is random.
    pub fn add(
        &mut self,
        journal: &mut Journal,
        by: &Actor,
        (name, full_name): (&str, &str),
        roles: BTreeMap<String, BTreeSet<Role>>,
        (password, salt): (&Password, [u8; 16]),
        now: Instant,
    ) -> Result<(), AccountError> {
        administers(by)?;
        if self.all.contains_key(name) || self.all.len() >= MOST_ACCOUNTS {
            return refused(format!("there is an account {name} already, or there are too many"));
        }
        let account = self.account(name, full_name, roles, (password, salt))?;
        let roles = account.roles.iter().map(|(mission, roles)| {
            Change::Roles { mission: mission.clone(), roles: roles.clone() }.words()
        });
        let words = format!("made; {}", roles.collect::<Vec<_>>().join("; "));
        self.put(journal, by.name(), now, account, words)
    }

    fn account(
        &self,
        name: &str,
        full_name: &str,
        roles: BTreeMap<String, BTreeSet<Role>>,
        (password, salt): (&Password, [u8; 16]),
    ) -> Result<Account, AccountError> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) || name == ENGINE {
            return refused(
                "a name has 1 to 64 small letters, digits, points, dashes or underlines, and \
                 is not \"engine\"",
            );
        }
        let password = self.stored(name, password, salt)?;
        let (name, full_name) = (name.to_owned(), full_name.chars().take(200).collect());
        Ok(Account { name, full_name, roles, is_disabled: false, must_change: true, password })
    }

    fn stored(
        &self,
        name: &str,
        password: &Password,
        salt: [u8; 16],
    ) -> Result<StoredPassword, AccountError> {
        if let Some(weakness) = password.weakness(name) {
            return refused(format!("choose another password: {weakness}"));
        }
        StoredPassword::of(password, salt, self.cost)
            .ok_or_else(|| AccountError::Refused("the cost of passwords is set wrong".to_owned()))
    }

    /// Changes an account. An administrator may change all of it; others only their own password.
    /// Sessions of an account that is disabled or has a new password end.
    pub fn change(
        &mut self,
        journal: &mut Journal,
        by: &Actor,
        name: &str,
        change: Change,
        now: Instant,
    ) -> Result<(), AccountError> {
        let is_own = by.name() == name && matches!(change, Change::Password(..));
        if !is_own {
            administers(by)?;
        }
        let Some(mut account) = self.all.get(name).cloned() else {
            return refused(format!("there is no account {name}"));
        };
        let words = change.words();
        let mut ends_sessions = false;
        match change {
            Change::Roles { mission, roles } if roles.is_empty() => {
                account.roles.remove(&mission);
            }
            Change::Roles { mission, roles } => {
                account.roles.insert(mission, roles);
            }
            Change::Disabled(is_disabled) => {
                account.is_disabled = is_disabled;
                ends_sessions = is_disabled;
            }
            Change::FullName(name) => account.full_name = name.chars().take(200).collect(),
            Change::Password(password, salt) => {
                account.password = self.stored(name, &password, salt)?;
                account.must_change = !is_own;
                ends_sessions = true;
            }
        }
        let others = self.all.values().filter(|other| other.name != name);
        if !others.into_iter().chain([&account]).any(Account::is_administrator) {
            return refused("the last administrator cannot be taken away: make another one first");
        }
        self.put(journal, by.name(), now, account, words)?;
        if ends_sessions {
            self.sessions.end_all(name);
        }
        Ok(())
    }

    /// The new file beside the old one, the journal, then the new one in its place.
    fn put(
        &mut self,
        journal: &mut Journal,
        who: &str,
        now: Instant,
        account: Account,
        change: String,
    ) -> Result<(), AccountError> {
        let mut all = self.all.clone();
        let name = account.name.clone();
        all.insert(name.clone(), account);
        let listed: Vec<&Account> = all.values().collect();
        // Plain structures of texts cannot fail to be written.
        let bytes = serde_json::to_vec_pretty(&listed).unwrap_or_default();
        write_secret(&self.folder.join(NEXT_FILE), &bytes)?;
        let change = AccountChange { account: name, change, sha256: Digest::of(&bytes) };
        let body = serde_json::to_string(&change).unwrap_or_default();
        journal.append(now, who, ACCOUNT_KIND, &body)?;
        // From here on the change counts, also where the file has to be put right on opening.
        self.all = all;
        write_secret(&self.folder.join(ACCOUNTS_FILE), &bytes)?;
        Ok(())
    }

    /// What a password is tried against: on a thread that may wait, then
    /// [`log_in`](Self::log_in). A name that does not exist takes as long.
    pub fn stored_password(&self, name: &str) -> StoredPassword {
        let stored = self.all.get(name).map(|account| account.password.clone());
        stored.unwrap_or_else(|| StoredPassword::of_nobody(self.cost))
    }

    /// Begins a session after a password was tried. `token` is random; who has it is logged in.
    pub fn log_in(
        &mut self,
        journal: &mut Journal,
        name: &str,
        (tried, matches): (&StoredPassword, bool),
        token: [u8; 32],
        now: Instant,
    ) -> Result<(), LogInError> {
        let account = self.all.get(name).filter(|account| account.password == *tried);
        let is_disabled = account.is_some_and(|account| account.is_disabled);
        let matches = matches && account.is_some();
        self.sessions.log_in(journal, name, (matches, is_disabled), token, now)
    }

    /// Ends a session.
    pub fn log_out(
        &mut self,
        journal: &mut Journal,
        token: &[u8; 32],
        now: Instant,
    ) -> Result<(), JournalError> {
        self.sessions.log_out(journal, token, now)
    }

    /// Who has a session, with their present roles in a mission; keeps the session alive. Refused
    /// while the password has to be changed: see [`own_actor`](Self::own_actor).
    pub fn actor(
        &mut self,
        token: &[u8; 32],
        mission: &str,
        now: Instant,
    ) -> Result<Actor, AccountError> {
        let actor = self.named(token, mission, now)?;
        if self.all.get(actor.name()).is_some_and(|account| account.must_change) {
            return refused("change your password first");
        }
        Ok(actor)
    }

    /// Who has a session, without any role: enough to change the own password.
    pub fn own_actor(&mut self, token: &[u8; 32], now: Instant) -> Result<Actor, AccountError> {
        let actor = self.named(token, ALL_MISSIONS, now)?;
        Ok(Actor::new(actor.name(), ALL_MISSIONS, BTreeSet::new()))
    }

    fn named(
        &mut self,
        token: &[u8; 32],
        mission: &str,
        now: Instant,
    ) -> Result<Actor, AccountError> {
        let Some(name) = self.sessions.touch(token, now) else {
            return refused("the session has ended: log in again");
        };
        let account = self.all.get(&name).filter(|account| !account.is_disabled);
        match account {
            Some(account) => Ok(Actor::new(&name, mission, account.roles_in(mission))),
            None => refused("the account is disabled: ask an administrator"),
        }
    }
}

fn administers(by: &Actor) -> Result<(), AccountError> {
    if by.mission() == ALL_MISSIONS && by.may(Permission::Administer) {
        return Ok(());
    }
    refused(format!("{} may not {}", by.name(), Permission::Administer.words()))
}

/// The accounts of the file with this SHA-256, which may still stand beside the old one.
fn read_accounts(folder: &Path, sha256: Digest) -> Result<BTreeMap<String, Account>, AccountError> {
    let (path, next) = (folder.join(ACCOUNTS_FILE), folder.join(NEXT_FILE));
    let named = |path: &Path| -> Result<Option<Vec<u8>>, StorageError> {
        let bytes = if path.exists() { Some(read_whole(path)?) } else { None };
        Ok(bytes.filter(|bytes| Digest::of(bytes) == sha256))
    };
    let bytes = if let Some(bytes) = named(&path)? {
        bytes
    } else {
        let Some(bytes) = named(&next)? else { return Err(AccountError::Tampered(path)) };
        write_secret(&path, &bytes)?;
        bytes
    };
    let listed: Vec<Account> =
        serde_json::from_slice(&bytes).map_err(|_| AccountError::Tampered(path))?;
    Ok(listed.into_iter().map(|account| (account.name.clone(), account)).collect())
}
