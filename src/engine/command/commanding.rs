//! Commanding: every action is checked, written into the journal, and done, in this order.
//!
//! The state is the fold of the journal ([`Desk`]), so a crash at any moment leaves either all of
//! an action or nothing. A release is written before the bytes are handed out: when the engine
//! ends between the two, the command is unknown after the restart and never sent by itself again.

use std::path::Path;

use super::approval::{Policy, approval_objections, not_allowed, objections};
use super::desk::{CommandItem, Desk, State};
use super::event::{CommandEvent, Uid};
use super::journal::{CLOCK, COMMAND, ENGINE, Journal, JournalError, Opened};
use super::prepared::{Prepared, RequestId, Sealed};
use super::queue::{Circumstances, DryRun, clock_back, dry_run};
use super::refusal::{Reason, Refusal};
use super::release::{LiveProcessor, Release, Taken};
use super::verify::{Sign, Stage};
use super::{Actor, Digest, Permission, Record};
use crate::time::Instant;

/// Longest reason or evidence in bytes.
const MOST_WORDS: usize = 2_000;
/// Commands that are kept open or out at a time.
const MOST_OPEN: usize = 10_000;

/// Commanding of one installation, live.
#[derive(Debug)]
pub struct Commanding {
    journal: Journal,
    desk: Desk,
    policy: Policy,
}

/// Commanding after a start.
#[derive(Debug)]
pub struct Started {
    /// For actions.
    pub commanding: Commanding,
    /// The right to release.
    pub live: LiveProcessor,
    /// All records of the journal, for accounts and others that keep theirs in it.
    pub records: Vec<Record>,
    /// What was put right, in words.
    pub told: Vec<String>,
}

fn words(text: &str) -> String {
    let mut end = text.len().min(MOST_WORDS);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

impl Commanding {
    /// Opens the journal of a folder and takes up all commands where they were. `id` is random, for
    /// a new journal. Commands that were released without word whether they left are unknown now.
    pub fn open(
        folder: &Path,
        policy: Policy,
        now: Instant,
        id: [u8; 16],
    ) -> Result<Started, JournalError> {
        Self::take_up(Journal::open(folder, now, id)?, policy, now)
    }

    pub(super) fn take_up(
        opened: Opened,
        policy: Policy,
        now: Instant,
    ) -> Result<Started, JournalError> {
        let Opened { journal, records, mut told } = opened;
        let desk = Desk::of(&records);
        if let Some(number) = desk.unreadable().first() {
            let reason = format!(
                "record {number} is of a kind that this version does not know: use the newer one"
            );
            return Err(JournalError::Unfit(reason));
        }
        let live = LiveProcessor::new(journal.id());
        let mut commanding = Self { journal, desk, policy };
        let interrupted: Vec<Uid> = commanding
            .desk
            .out()
            .filter(|item| item.state() == State::Released)
            .map(|item| item.uid)
            .collect();
        for uid in interrupted {
            let reason = "the engine ended when it was about to leave; look for it in telemetry";
            let reason = reason.to_owned();
            told.push(format!("{uid} is unknown: {reason}"));
            commanding.write(now, ENGINE, CommandEvent::Lost { uid, reason })?;
        }
        Ok(Started { commanding, live, records, told })
    }

    /// All commands.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The rule for approvals.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The journal, for records of other kinds: accounts, plans, deliveries.
    pub fn journal(&mut self) -> &mut Journal {
        &mut self.journal
    }

    /// Takes the clock as it stands now, where it was ahead of itself before and releases are
    /// refused because the journal has later records. For leads and administrators.
    pub fn accept_clock(&mut self, by: &Actor, reason: &str, now: Instant) -> Result<(), Refusal> {
        if !by.may(Permission::Administer) && !by.may(Permission::Approve) {
            return Err(not_allowed(by, Permission::Approve).into());
        }
        self.journal.write(now, by.name(), CLOCK, &words(reason))?;
        Ok(())
    }

    fn write(
        &mut self,
        now: Instant,
        who: &str,
        event: CommandEvent,
    ) -> Result<Record, JournalError> {
        let body = serde_json::to_string(&event)
            .map_err(|error| JournalError::Unfit(error.to_string()))?;
        // What could not be read after a restart must not be written: a number that is none, say.
        let back = serde_json::from_str::<CommandEvent>(&body);
        back.map_err(|error| JournalError::Unfit(error.to_string()))?;
        let record = self.journal.write(now, who, COMMAND, &body)?;
        // The same way as after a restart.
        self.desk.apply(&record);
        Ok(record)
    }

    fn act(&mut self, now: Instant, by: &Actor, event: CommandEvent) -> Result<(), Refusal> {
        self.write(now, by.name(), event)?;
        Ok(())
    }

    /// A command for an action of somebody: it exists, the actor's roles are of its mission and
    /// allow the action, it is in a state for it.
    fn item(
        &self,
        by: &Actor,
        uid: Uid,
        permission: Permission,
        (fits, action): (fn(State) -> bool, &'static str),
    ) -> Result<&CommandItem, Refusal> {
        let item = self.desk.get(uid).ok_or(Reason::NoSuchCommand(uid))?;
        belongs(by, &item.sealed.prepared().mission, permission)?;
        let state = item.state();
        if !fits(state) {
            return Err(Reason::WrongState { state, action }.into());
        }
        Ok(item)
    }

    /// Makes a draft.
    pub fn prepare(
        &mut self,
        by: &Actor,
        prepared: &Prepared,
        now: Instant,
    ) -> Result<Uid, Refusal> {
        belongs(by, &prepared.mission, Permission::Prepare)?;
        if self.desk.open().count() >= MOST_OPEN {
            let reason = format!("{MOST_OPEN} are open already: withdraw some");
            return Err(Reason::Unfit(reason).into());
        }
        let sealed = Sealed::of(prepared).map_err(Reason::Unfit)?;
        let text = sealed.text().to_owned();
        let record = self.write(now, by.name(), CommandEvent::Prepared { text })?;
        Ok(Uid(record.number))
    }

    /// Gives a command another content; it is a draft again and its approvals are void. `seen` is
    /// the hash of the content that was edited: where somebody else was faster, nothing is done.
    pub fn edit(
        &mut self,
        by: &Actor,
        uid: Uid,
        seen: Digest,
        prepared: &Prepared,
        now: Instant,
    ) -> Result<(), Refusal> {
        let item = self.item(by, uid, Permission::Prepare, (State::is_open, "edited"))?;
        if item.sealed.digest() != seen {
            let last = item.history.iter().rev().find(|line| line.words.starts_with("edited"));
            let (by, at) = last.map_or((String::new(), now), |l| (l.who.clone(), l.time));
            return Err(Reason::Changed { by, at }.into());
        }
        if item.sealed.prepared().mission != prepared.mission {
            let reason = "its mission cannot be changed: prepare a new one";
            return Err(Reason::Unfit(reason.to_owned()).into());
        }
        let sealed = Sealed::of(prepared).map_err(Reason::Unfit)?;
        let text = sealed.text().to_owned();
        self.act(now, by, CommandEvent::Edited { uid, text })
    }

    /// Approves the content that has this hash.
    pub fn approve(
        &mut self,
        by: &Actor,
        uid: Uid,
        seen: Digest,
        now: Instant,
    ) -> Result<(), Refusal> {
        let item = self.item(by, uid, Permission::Approve, (|_| true, ""))?;
        let reasons = approval_objections(item, by, seen);
        if !reasons.is_empty() {
            return Err(Refusal::Because(reasons));
        }
        let roles = by.roles().clone();
        self.act(now, by, CommandEvent::Approved { uid, digest: seen, roles })
    }

    /// Rejects the content that has this hash: it has to be edited, or its rejecter thinks again.
    pub fn reject(
        &mut self,
        by: &Actor,
        uid: Uid,
        (seen, reason): (Digest, &str),
        now: Instant,
    ) -> Result<(), Refusal> {
        let item = self.item(by, uid, Permission::Approve, (|_| true, ""))?;
        let reasons = objections(item, by, seen);
        if !reasons.is_empty() {
            return Err(Refusal::Because(reasons));
        }
        let reason = words(reason);
        self.act(now, by, CommandEvent::Rejected { uid, digest: seen, reason })
    }

    /// Puts a draft at the end of the queue.
    pub fn enqueue(&mut self, by: &Actor, uid: Uid, now: Instant) -> Result<(), Refusal> {
        let fits = (|state| state == State::Draft) as fn(State) -> bool;
        self.item(by, uid, Permission::Release, (fits, "queued"))?;
        self.act(now, by, CommandEvent::Queued { uid })
    }

    /// Keeps a command of the queue from being released.
    pub fn hold(
        &mut self,
        by: &Actor,
        uid: Uid,
        reason: &str,
        now: Instant,
    ) -> Result<(), Refusal> {
        let fits = (|state| state == State::Queued) as fn(State) -> bool;
        self.item(by, uid, Permission::Release, (fits, "held"))?;
        self.act(now, by, CommandEvent::Held { uid, reason: words(reason) })
    }

    /// Takes back a hold.
    pub fn resume(&mut self, by: &Actor, uid: Uid, now: Instant) -> Result<(), Refusal> {
        let fits = (|state| state == State::Held) as fn(State) -> bool;
        self.item(by, uid, Permission::Release, (fits, "resumed"))?;
        self.act(now, by, CommandEvent::Resumed { uid })
    }

    /// Moves a command in the queue, to a position from 0.
    pub fn move_to(
        &mut self,
        by: &Actor,
        uid: Uid,
        to: usize,
        now: Instant,
    ) -> Result<(), Refusal> {
        self.item(by, uid, Permission::Release, (State::is_queued, "moved"))?;
        self.act(now, by, CommandEvent::Moved { uid, to })
    }

    /// Puts a constraint aside that the dictionary allows to put aside.
    pub fn suspend(
        &mut self,
        by: &Actor,
        uid: Uid,
        (constraint, reason): (usize, &str),
        now: Instant,
    ) -> Result<(), Refusal> {
        let item = self.item(by, uid, Permission::Release, (State::is_open, "changed"))?;
        let of = item.sealed.prepared().constraints.get(constraint);
        if !of.is_some_and(|of| of.suspendable) {
            return Err(Reason::NotSuspendable(constraint).into());
        }
        let reason = words(reason);
        self.act(now, by, CommandEvent::Suspended { uid, constraint, reason })
    }

    /// Takes a command back for good.
    pub fn withdraw(
        &mut self,
        by: &Actor,
        uid: Uid,
        reason: &str,
        now: Instant,
    ) -> Result<(), Refusal> {
        self.item(by, uid, Permission::Prepare, (State::is_open, "withdrawn"))?;
        self.act(now, by, CommandEvent::Withdrawn { uid, reason: words(reason) })
    }

    /// Everything that stands against a release, and what it would do.
    pub fn dry_run(&self, uid: Uid, seen: &Circumstances<'_>) -> Result<DryRun, Refusal> {
        let item = self.desk.get(uid).ok_or(Reason::NoSuchCommand(uid))?;
        let mut run = dry_run(&self.desk, &self.policy, item, seen);
        run.reasons.extend(clock_back(self.journal.last_time(), seen.now));
        Ok(run)
    }

    /// Releases a command: checked, written, then handed out. A full disk or any other failure of
    /// the journal stops it.
    pub fn release(
        &mut self,
        live: &LiveProcessor,
        by: &Actor,
        uid: Uid,
        seen: &Circumstances<'_>,
    ) -> Result<Release, Refusal> {
        if !live.is_of(self.journal.id()) {
            return Err(Reason::OtherJournal.into());
        }
        let item = self.item(by, uid, Permission::Release, (|_| true, ""))?;
        let run = self.dry_run(uid, seen)?;
        if !run.is_clear() {
            return Err(Refusal::Because(run.reasons));
        }
        let Prepared { mission, target, bytes, .. } = item.sealed.prepared().clone();
        let event = CommandEvent::Released { uid, digest: run.digest, way: seen.way };
        self.act(seen.now, by, event)?;
        Ok(Release::new(uid, mission, target, bytes))
    }

    /// The link says that the bytes left.
    pub fn sent(&mut self, taken: Taken, now: Instant) -> Result<(), JournalError> {
        self.write(now, ENGINE, CommandEvent::Sent { uid: taken.uid }).map(|_| ())
    }

    /// The link failed on the way, and nobody knows what left: the command is unknown.
    pub fn lost(&mut self, taken: Taken, reason: &str, now: Instant) -> Result<(), JournalError> {
        let event = CommandEvent::Lost { uid: taken.uid, reason: words(reason) };
        self.write(now, ENGINE, event).map(|_| ())
    }

    /// The link took the bytes and says that nothing of them left: the command goes back to the
    /// head of the queue and is held.
    pub fn returned(
        &mut self,
        taken: Taken,
        reason: &str,
        now: Instant,
    ) -> Result<(), JournalError> {
        let event = CommandEvent::Returned { uid: taken.uid, reason: words(reason) };
        self.write(now, ENGINE, event).map(|_| ())
    }

    /// No link took the bytes: the command goes back to the head of the queue and is held.
    pub fn give_back(
        &mut self,
        release: Release,
        reason: &str,
        now: Instant,
    ) -> Result<(), JournalError> {
        let event = CommandEvent::Returned { uid: release.uid(), reason: words(reason) };
        self.write(now, ENGINE, event).map(|_| ())
    }

    /// A verification packet came: which command it is about, none where it fits none that is out
    /// or came before light could bring it.
    pub fn report(
        &mut self,
        mission: &str,
        request: RequestId,
        (stage, text): (Stage, &str),
        now: Instant,
    ) -> Result<Option<Uid>, JournalError> {
        let item = self
            .desk
            .requested(mission, request)
            .filter(|item| item.verification.as_ref().is_some_and(|of| of.is_possible(now)));
        let found = item.map(|item| item.uid);
        let Some(uid) = found else { return Ok(None) };
        self.see(uid, stage, text, now)?;
        Ok(Some(uid))
    }

    /// Takes other evidence of a stage that a program found: the receipt of a delivery. False where
    /// it says nothing new, or the command was not released.
    pub fn see(
        &mut self,
        uid: Uid,
        stage: Stage,
        text: &str,
        now: Instant,
    ) -> Result<bool, JournalError> {
        let of = self.desk.get(uid).and_then(|item| item.verification.as_ref());
        let is_known = of.is_none_or(|of| of.knows(stage, text));
        if is_known {
            return Ok(false);
        }
        self.write(now, ENGINE, CommandEvent::Seen { uid, stage, evidence: words(text) })?;
        Ok(true)
    }

    /// Somebody says how a command that is unknown went on, from what they know otherwise; their
    /// name and reason stand in the history.
    pub fn settle(
        &mut self,
        by: &Actor,
        uid: Uid,
        (is_complete, reason): (bool, &str),
        now: Instant,
    ) -> Result<(), Refusal> {
        let fits = (|state| state == State::Unknown) as fn(State) -> bool;
        self.item(by, uid, Permission::Release, (fits, "settled"))?;
        let stage = if is_complete { Stage::Complete } else { Stage::Failed };
        let evidence = words(&format!("as {} says: {reason}", by.name()));
        self.act(now, by, CommandEvent::Seen { uid, stage, evidence })
    }

    /// Looks for the signs of stages other than reports: `shows` says whether one is there for a
    /// command that was released at an instant, and by what. The number of stages that showed.
    pub fn look(
        &mut self,
        shows: &dyn Fn(&Prepared, &Sign, Instant) -> Option<String>,
        now: Instant,
    ) -> Result<usize, JournalError> {
        let mut found: Vec<(Uid, Stage, String)> = Vec::new();
        for item in self.desk.out() {
            let Some(of) = item.verification.as_ref().filter(|of| of.is_possible(now)) else {
                continue;
            };
            let prepared = item.sealed.prepared();
            for watch in of.watches().iter().filter(|w| w.sign != Sign::Report) {
                if !of.has_seen(watch.stage)
                    && let Some(evidence) = shows(prepared, &watch.sign, of.released())
                {
                    found.push((item.uid, watch.stage, evidence));
                }
            }
        }
        let mut count = 0;
        for (uid, stage, evidence) in found {
            count += usize::from(self.see(uid, stage, &evidence, now)?);
        }
        Ok(count)
    }

    /// Lets time pass: what has expired, and stages that were not heard of in their time. What
    /// happened, in words; call it about once a second.
    pub fn tick(&mut self, now: Instant) -> Result<Vec<(Uid, String)>, JournalError> {
        let open = self.desk.open().filter(|item| {
            let expires = item.sealed.prepared().timing.expires;
            expires.is_some_and(|at| now >= at)
        });
        let mut events: Vec<CommandEvent> =
            open.map(|item| CommandEvent::Expired { uid: item.uid }).collect();
        for item in self.desk.out() {
            let overdue = item.verification.as_ref().map(|of| of.overdue(now));
            let uid = item.uid;
            let late = overdue.into_iter().flatten();
            events.extend(late.map(|stage| CommandEvent::TimedOut { uid, stage }));
        }
        let mut told = Vec::new();
        for event in events {
            let (uid, words) = (event.uid().unwrap_or_default(), event.words());
            self.write(now, ENGINE, event)?;
            told.push((uid, words));
        }
        Ok(told)
    }
}

fn belongs(by: &Actor, mission: &str, permission: Permission) -> Result<(), Refusal> {
    if by.mission() == mission && by.may(permission) {
        return Ok(());
    }
    let (who, mission) = (by.name().to_owned(), mission.to_owned());
    Err(Reason::NotAllowed { who, permission, mission }.into())
}
