//! Commanding: who may, what was approved, what was sent, how it went; all of it in a journal.
mod account;
mod accounts;
mod chain;
mod digest;
mod journal;
mod password;
mod session;

pub use account::{ALL_MISSIONS, Account, Actor, Permission, Role};
pub use accounts::{ACCOUNT_KIND, ACCOUNTS_FILE, AccountError, Accounts, Change, SESSION_KIND};
pub use chain::{Chain, Finding, Head, MOST_BODY_BYTES, Record, read_chain};
pub use digest::Digest;
pub use journal::{
    ENGINE, HEAD_FILE, JOURNAL_FILE, Journal, JournalError, Opened, read_journal, verify,
};
pub use password::{Cost, FEWEST_CHARACTERS, Password, StoredPassword};
pub use session::{LogInError, SessionLimits};
