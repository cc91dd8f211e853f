//! Orders carried out.

use super::desk::{Desk, Parts};
use super::order::{Order, Reply, Token};
use crate::command::{ALL_MISSIONS, AccountError, Actor, Change, Digest, Refusal, Uid};
use crate::document::{Content, DocumentError, DocumentEvent};
use crate::time::Instant;

/// What stands for nothing: the engine was not started for writing.
pub(super) const NOT_STARTED: &str = "commanding did not start";

fn refused(reason: impl Into<String>) -> Reply {
    Reply::Refused(vec![reason.into()])
}

impl Desk {
    /// Carries out an order of a session.
    pub(super) fn act(&mut self, token: &Token, order: Order) -> Reply {
        match order {
            Order::MakeFirst { .. }
            | Order::LogIn { .. }
            | Order::LogOut
            | Order::ChangePassword { .. }
            | Order::AddAccount { .. }
            | Order::SetRoles { .. }
            | Order::Disable { .. }
            | Order::ResetPassword { .. } => self.account(token, order),
            Order::Save { .. } => self.save(token, order),
            Order::Open { version } => match self.content(version) {
                Ok(content) => Reply::Opened { version, content },
                Err(reason) => refused(reason),
            },
            Order::Prepare(draft) => self.prepare(token, &draft),
            Order::Edit { uid, seen, draft } => self.edit(token, (uid, seen), &draft),
            Order::Release { uid } => self.release(token, uid),
            Order::Request(order) => self.request(token, order),
            Order::SetUplink { mission, config } => {
                self.set_uplink(token, &mission, config.map(|config| *config))
            }
            Order::AcceptClock { reason } => {
                let now = self.now();
                let Some(parts) = &mut self.parts else { return refused(NOT_STARTED) };
                let done = parts
                    .accounts
                    .actor(&token.0, ALL_MISSIONS, now)
                    .map_err(|error| vec![error.to_string()])
                    .and_then(|by| parts.commanding.accept_clock(&by, &reason, now).map_err(words));
                match done {
                    Ok(()) => Reply::Done("The clock was accepted as it stands".to_owned()),
                    Err(reasons) => Reply::Refused(reasons),
                }
            }
            order => self.command(token, order),
        }
    }

    /// 16 or 32 random bytes.
    pub(super) fn random<const N: usize>(&self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (self.random)(&mut bytes).then_some(bytes)
    }

    fn account(&mut self, token: &Token, order: Order) -> Reply {
        let now = self.now();
        let (Some(salt), Some(letters)) = (self.random::<16>(), self.random::<26>()) else {
            return refused("the system gives no random bytes; restart it");
        };
        let Some(Parts { commanding, accounts, .. }) = &mut self.parts else {
            return refused(NOT_STARTED);
        };
        let journal = commanding.journal();
        let told = match order {
            Order::MakeFirst { name } => {
                return match accounts.make_first(journal, &name, (letters, salt), now) {
                    Ok(password) => Reply::FirstPassword(password),
                    Err(error) => refused(error.to_string()),
                };
            }
            Order::LogIn { name, password } => {
                let stored = accounts.stored_password(&name);
                let matches = stored.matches(&password);
                let begun = accounts.log_in(journal, &name, (&stored, matches), token.0, now);
                return match begun {
                    Ok(()) => Reply::Done(format!("{name} is logged in")),
                    Err(error) => refused(error.to_string()),
                };
            }
            Order::LogOut => {
                return match accounts.log_out(journal, &token.0, now) {
                    Ok(()) => Reply::Done("Logged out".to_owned()),
                    Err(error) => refused(error.to_string()),
                };
            }
            Order::ChangePassword { password } => {
                accounts.own_actor(&token.0, now).and_then(|by| {
                    let name = by.name().to_owned();
                    accounts.change(
                        journal,
                        &by,
                        &name,
                        Change::Password(password.clone(), salt),
                        now,
                    )?;
                    // The change ends all sessions of the account: this one goes on.
                    let stored = accounts.stored_password(&name);
                    let matches = stored.matches(&password);
                    let begun = accounts.log_in(journal, &name, (&stored, matches), token.0, now);
                    begun.map_err(|error| AccountError::Refused(error.to_string()))?;
                    Ok("The password was changed".to_owned())
                })
            }
            Order::AddAccount { name, full_name, roles, password } => {
                accounts.actor(&token.0, ALL_MISSIONS, now).and_then(|by| {
                    let names = (name.as_str(), full_name.as_str());
                    accounts.add(journal, &by, names, roles, (&password, salt), now)?;
                    Ok(format!("Account {name} was made"))
                })
            }
            order => accounts.actor(&token.0, ALL_MISSIONS, now).and_then(|by| {
                let (name, change, text) = change_of(order, salt)?;
                accounts.change(journal, &by, &name, change, now)?;
                Ok(format!("Account {name} {text}"))
            }),
        };
        match told {
            Ok(text) => Reply::Done(text),
            Err(error) => refused(error.to_string()),
        }
    }

    fn save(&mut self, token: &Token, order: Order) -> Reply {
        let Order::Save { kind, mission, name, parents, note, content } = order else {
            return refused("this is no document");
        };
        let now = self.now();
        let Some(Parts { commanding, accounts, store, .. }) = &mut self.parts else {
            return refused(NOT_STARTED);
        };
        let by = match accounts.actor(&token.0, &mission, now) {
            Ok(by) => by,
            Err(error) => return refused(error.to_string()),
        };
        let digest = Digest::default();
        let event = DocumentEvent { kind, mission, name, digest, bytes: 0, parents, note };
        let saved = (&event, &content);
        match store.save(&self.documents, commanding.journal(), &by, saved, now) {
            Ok(record) => Reply::Saved(record.number),
            Err(DocumentError::Behind { head, by }) => {
                let own = event.parents.first();
                let common = own.and_then(|own| self.documents.common(*own, head));
                Reply::Behind { head, common, by }
            }
            Err(DocumentError::Journal(error)) => {
                let text = error.to_string();
                self.failed(&error);
                refused(text)
            }
            Err(error) => refused(error.to_string()),
        }
    }

    pub(super) fn content(&self, version: u64) -> Result<Content, String> {
        let Some(parts) = &self.parts else { return Err(NOT_STARTED.to_owned()) };
        parts.store.read(&self.documents, version).map_err(|error| error.to_string())
    }

    /// Somebody and the mission of a command.
    pub(super) fn actor(&mut self, token: &Token, uid: Uid) -> Result<Actor, Vec<String>> {
        let now = self.now();
        let Some(parts) = &mut self.parts else { return Err(vec![NOT_STARTED.to_owned()]) };
        let item = parts.commanding.desk().get(uid);
        let mission = item.map(|item| item.sealed.prepared().mission.clone()).unwrap_or_default();
        let actor = parts.accounts.actor(&token.0, &mission, now);
        actor.map_err(|error| vec![error.to_string()])
    }

    /// An order about a command that exists, but for its content and its release.
    fn command(&mut self, token: &Token, order: Order) -> Reply {
        let Some(uid) = uid(&order) else { return refused("this is no order about a command") };
        let by = match self.actor(token, uid) {
            Ok(by) => by,
            Err(reasons) => return Reply::Refused(reasons),
        };
        let now = self.now();
        let Some(parts) = &mut self.parts else { return refused(NOT_STARTED) };
        let (done, text) = carry_out(parts, &by, order, now);
        self.told(done, format!("Command {uid} was {text} by {}", by.name()))
    }

    /// What is answered after an action.
    pub(super) fn told(&mut self, done: Result<(), Refusal>, text: String) -> Reply {
        match done {
            Ok(()) => Reply::Done(text),
            Err(Refusal::Journal(error)) => {
                let text = error.to_string();
                self.failed(&error);
                refused(text)
            }
            Err(refusal) => Reply::Refused(words(refusal)),
        }
    }
}

/// What an order changes about an account, whose, and the words for it.
fn change_of(order: Order, salt: [u8; 16]) -> Result<(String, Change, &'static str), AccountError> {
    Ok(match order {
        Order::SetRoles { name, mission, roles } => {
            (name, Change::Roles { mission, roles }, "has other roles")
        }
        Order::Disable { name, is_disabled } => {
            let text = if is_disabled { "is disabled" } else { "is enabled" };
            (name, Change::Disabled(is_disabled), text)
        }
        Order::ResetPassword { name, password } => {
            (name, Change::Password(password, salt), "has a new password")
        }
        _ => return Err(AccountError::Refused("this is no account order".to_owned())),
    })
}

/// Reasons as sentences.
pub(super) fn words(refusal: Refusal) -> Vec<String> {
    match refusal {
        Refusal::Because(reasons) => reasons.iter().map(ToString::to_string).collect(),
        Refusal::Journal(error) => vec![error.to_string()],
    }
}

fn uid(order: &Order) -> Option<Uid> {
    Some(match order {
        Order::Approve { uid, .. }
        | Order::Reject { uid, .. }
        | Order::Enqueue { uid }
        | Order::Hold { uid, .. }
        | Order::Resume { uid }
        | Order::Move { uid, .. }
        | Order::Suspend { uid, .. }
        | Order::Withdraw { uid, .. }
        | Order::Settle { uid, .. } => *uid,
        _ => return None,
    })
}

fn carry_out(
    parts: &mut Parts,
    by: &Actor,
    order: Order,
    now: Instant,
) -> (Result<(), Refusal>, &'static str) {
    let desk = &mut parts.commanding;
    match order {
        Order::Approve { uid, seen } => (desk.approve(by, uid, seen, now), "approved"),
        Order::Reject { uid, seen, reason } => {
            (desk.reject(by, uid, (seen, &reason), now), "rejected")
        }
        Order::Enqueue { uid } => (desk.enqueue(by, uid, now), "queued"),
        Order::Hold { uid, reason } => (desk.hold(by, uid, &reason, now), "held"),
        Order::Resume { uid } => (desk.resume(by, uid, now), "resumed"),
        Order::Move { uid, to } => (desk.move_to(by, uid, to, now), "moved"),
        Order::Suspend { uid, constraint, reason } => {
            (desk.suspend(by, uid, (constraint, &reason), now), "freed of a constraint")
        }
        Order::Withdraw { uid, reason } => (desk.withdraw(by, uid, &reason, now), "withdrawn"),
        Order::Settle { uid, is_complete, reason } => {
            (desk.settle(by, uid, (is_complete, &reason), now), "settled")
        }
        _ => (Ok(()), "left as it is"),
    }
}
