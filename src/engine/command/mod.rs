//! Commanding: who may, what was approved, what was sent, how it went; all of it in a journal.
//!
//! The path of a command: [`Prepared`] (exact bytes) → approved by somebody else, bound to the hash
//! ([`Policy`]) → queued, held, moved → released ([`Commanding::release`], with a
//! [`LiveProcessor`]) → verified by telemetry ([`Verification`]) → searched and exported
//! ([`search`]). Each step is a record of the [`Journal`], durable before it takes effect, and the
//! state ([`Desk`]) is the fold of the records: a restart finds it as it was. The clock and random
//! bytes are passed in; only the journal and the accounts touch files.

mod account;
mod accounts;
mod approval;
mod chain;
mod commanding;
mod condition;
mod desk;
mod digest;
mod event;
mod history;
mod journal;
mod password;
mod prepared;
mod queue;
mod refusal;
mod release;
mod session;
#[cfg(test)]
mod tests;
mod verify;
mod words;

pub use account::{ALL_MISSIONS, Account, Actor, Permission, Role};
pub use accounts::{ACCOUNT_KIND, ACCOUNTS_FILE, AccountError, Accounts, Change, SESSION_KIND};
pub use approval::Policy;
pub use chain::{Chain, Finding, Head, MOST_BODY_BYTES, Record, read_chain};
pub use commanding::{Commanding, Started};
pub use condition::{Wanted, condition_holds};
pub use desk::{Approval, CommandItem, Desk, HistoryLine, State};
pub use digest::Digest;
pub use event::{CommandEvent, Uid};
pub use history::{HistoryQuery, HistoryRow, csv, json, search};
pub use journal::{
    COMMAND as COMMAND_KIND, ENGINE, HEAD_FILE, JOURNAL_FILE, Journal, JournalError, Opened,
    UPLINK as UPLINK_KIND, read_journal, verify,
};
pub use password::{Cost, FEWEST_CHARACTERS, Password, StoredPassword};
pub use prepared::{DictionaryIdentity, Prepared, RequestId, Sealed, Target, Timing};
pub use queue::{Circumstances, CutOff, DryRun, dry_run};
pub use refusal::{Reason, Refusal};
pub use release::{LiveProcessor, Release, Taken};
pub use session::{LogInError, SessionLimits};
pub use verify::{DEFAULT_WAIT_S, Outcome, Sign, Stage, Standing, Verification, Watch, Way};
pub use words::record_words;
