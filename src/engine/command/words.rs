//! Records of the journal in words, for the audit trail.

use super::accounts::{ACCOUNT_KIND, AccountChange, SESSION_KIND};
use super::chain::Record;
use super::event::{CommandEvent, Uid};
use super::journal::{BEGIN, CLOCK, COMMAND, UPLINK};
use super::session::SessionEvent;

/// What a record says; none for kinds of others.
pub fn record_words(record: &Record) -> Option<String> {
    let unreadable = || "a record that this version cannot read".to_owned();
    Some(match record.kind.as_str() {
        COMMAND => match serde_json::from_str::<CommandEvent>(&record.body) {
            Ok(event) => {
                let uid = event.uid().unwrap_or(Uid(record.number));
                format!("{uid} {}", event.words())
            }
            Err(_) => unreadable(),
        },
        ACCOUNT_KIND => match serde_json::from_str::<AccountChange>(&record.body) {
            Ok(AccountChange { account, change, .. }) => format!("account {account}: {change}"),
            Err(_) => unreadable(),
        },
        SESSION_KIND => match serde_json::from_str::<SessionEvent>(&record.body) {
            Ok(event) => event.words().to_owned(),
            Err(_) => unreadable(),
        },
        CLOCK => format!("the clock was accepted as it stands: {}", record.body),
        UPLINK => format!("the uplink {}", record.body),
        BEGIN => "the journal begins".to_owned(),
        _ => return None,
    })
}
