//! All commands as they stand: a fold over the journal. Reading only; a replay has one too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::chain::Record;
use super::event::{CommandEvent, Uid};
use super::journal::COMMAND;
use super::prepared::{Prepared, RequestId, Sealed};
use super::verify::{Outcome, Verification};
use super::{Digest, Role};
use crate::time::Instant;

/// Where a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Prepared, not in the queue.
    Draft,
    /// In the queue.
    Queued,
    /// In the queue and not to be released.
    Held,
    /// Given to the link, which has not said yet that it left.
    Released,
    /// It left; stages are waited for.
    UnderWay,
    /// Telemetry showed that it was carried out.
    Complete,
    /// Telemetry showed that it was not.
    Failed,
    /// Nobody knows: look for it in telemetry; it is not sent again.
    Unknown,
    /// Its time passed before it was sent.
    Expired,
    /// Somebody took it back before it was sent.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::Queued,
        Self::Held,
        Self::Released,
        Self::UnderWay,
        Self::Complete,
        Self::Failed,
        Self::Unknown,
        Self::Expired,
        Self::Withdrawn,
    ];

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Queued => "queued",
            Self::Held => "held",
            Self::Released => "released",
            Self::UnderWay => "under way",
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether it stands in the queue.
    pub fn is_queued(self) -> bool {
        matches!(self, Self::Queued | Self::Held)
    }

    /// Whether it has not been released.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Queued | Self::Held)
    }

    /// Whether something may still be heard of it.
    pub fn is_out(self) -> bool {
        matches!(self, Self::Released | Self::UnderWay | Self::Unknown)
    }
}

/// An approval of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// By whom.
    pub who: String,
    /// With which roles at that time.
    pub roles: BTreeSet<Role>,
    /// Of which content.
    pub digest: Digest,
    /// When.
    pub time: Instant,
}

/// A line of a command's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// Number of the record in the journal.
    pub record: u64,
    /// When.
    pub time: Instant,
    /// Who; `engine` for what it found.
    pub who: String,
    /// What.
    pub words: String,
}

/// A command and all that happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandItem {
    /// Which.
    pub uid: Uid,
    /// Its content.
    pub sealed: Sealed,
    /// Counts the contents that it had, from 1.
    pub version: u32,
    /// Everybody who prepared or edited it; none of them can approve it.
    pub authors: BTreeSet<String>,
    /// Approvals of the present content.
    pub approvals: Vec<Approval>,
    /// Who rejected the present content, and why.
    pub rejected: Option<(String, String)>,
    /// Why it is held.
    pub held: Option<String>,
    /// Constraints that are put aside, by position.
    pub suspended: BTreeSet<usize>,
    /// How it went on after its release.
    pub verification: Option<Verification>,
    /// All that happened, oldest first.
    pub history: Vec<HistoryLine>,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Draft,
    Queue,
    Released,
    Sent,
    Expired,
    Withdrawn,
}

impl CommandItem {
    fn new(uid: Uid, sealed: Sealed, author: &str) -> Self {
        Self {
            uid,
            sealed,
            version: 1,
            authors: BTreeSet::from([author.to_owned()]),
            approvals: Vec::new(),
            rejected: None,
            held: None,
            suspended: BTreeSet::new(),
            verification: None,
            history: Vec::new(),
            place: Place::Draft,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        let outcome = self.verification.as_ref().map(Verification::outcome);
        match self.place {
            Place::Draft => State::Draft,
            Place::Queue if self.held.is_some() => State::Held,
            Place::Queue => State::Queued,
            Place::Expired => State::Expired,
            Place::Withdrawn => State::Withdrawn,
            Place::Released | Place::Sent => match outcome {
                Some(Outcome::Complete) => State::Complete,
                Some(Outcome::Failed) => State::Failed,
                Some(Outcome::Unknown) => State::Unknown,
                _ if self.place == Place::Released && !self.is_heard_of() => State::Released,
                _ => State::UnderWay,
            },
        }
    }

    /// Whether telemetry showed it on board.
    fn is_heard_of(&self) -> bool {
        self.verification.as_ref().is_some_and(Verification::is_heard_of)
    }

    /// When it was prepared.
    pub fn prepared_at(&self) -> Instant {
        self.history.first().map_or(Instant::MIN, |line| line.time)
    }

    fn renew(&mut self, sealed: Sealed, author: &str) {
        self.sealed = sealed;
        self.version += 1;
        self.authors.insert(author.to_owned());
        self.approvals.clear();
        self.rejected = None;
        self.held = None;
        self.suspended.clear();
        self.place = Place::Draft;
    }

    fn released_at(&mut self, at: Instant, way: super::verify::Way) {
        let Prepared { watches, target, .. } = self.sealed.prepared();
        self.verification = Some(Verification::new(at, way, watches, *target));
        self.place = Place::Released;
    }
}

/// All commands of a journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    /// Shared, so that a picture of all of them costs little.
    items: BTreeMap<Uid, Arc<CommandItem>>,
    queue: Vec<Uid>,
    /// Commands that were not released yet and still may be.
    open: BTreeSet<Uid>,
    /// Commands that may still be heard of, so that evidence need not look at all.
    out: BTreeSet<Uid>,
    /// The command that was released last with a request, by mission.
    requests: BTreeMap<String, BTreeMap<RequestId, Uid>>,
    /// Numbers of records that could not be read.
    unreadable: Vec<u64>,
}

impl Desk {
    /// As the records left it.
    pub fn of(records: &[Record]) -> Self {
        let mut desk = Self::default();
        for record in records {
            desk.apply(record);
        }
        desk
    }

    /// As it stood at an instant, for a replay.
    pub fn at(records: &[Record], at: Instant) -> Self {
        let mut desk = Self::default();
        for record in records.iter().filter(|record| record.time <= at) {
            desk.apply(record);
        }
        desk
    }

    /// All commands, in the order in which they were prepared.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &CommandItem> {
        self.items.values().map(Arc::as_ref)
    }

    /// A command.
    pub fn get(&self, uid: Uid) -> Option<&CommandItem> {
        self.items.get(&uid).map(Arc::as_ref)
    }

    /// The queue, first to be released first; those that are held keep their place.
    pub fn queue(&self) -> impl Iterator<Item = &CommandItem> {
        self.queue.iter().filter_map(|uid| self.get(*uid))
    }

    /// Commands that were not released and still may be.
    pub fn open(&self) -> impl Iterator<Item = &CommandItem> {
        self.open.iter().filter_map(|uid| self.get(*uid))
    }

    /// Commands that were released and may still be heard of.
    pub fn out(&self) -> impl Iterator<Item = &CommandItem> {
        self.out.iter().filter_map(|uid| self.get(*uid))
    }

    /// The command that a spacecraft means by a request: the last that was released with it.
    pub fn requested(&self, mission: &str, request: RequestId) -> Option<&CommandItem> {
        self.get(*self.requests.get(mission)?.get(&request)?)
    }

    /// Records of commands that could not be read, as by an older version; nothing was applied of
    /// them.
    pub fn unreadable(&self) -> &[u64] {
        &self.unreadable
    }

    /// The sequence count for the next command of a mission to an APID: those of all commands that
    /// were ever prepared for it, counted modulo 16384.
    pub fn next_count(&self, mission: &str, apid: u16) -> u16 {
        let of = |item: &CommandItem| -> Option<RequestId> {
            let prepared = item.sealed.prepared();
            prepared.request().filter(|id| prepared.mission == mission && id.apid == apid)
        };
        let last = self.items().rev().find_map(of);
        last.map_or(0, |id| (id.count + 1) % 16_384)
    }

    /// Takes a record of the journal; those of other kinds change nothing. Whether it was readable.
    pub(super) fn apply(&mut self, record: &Record) {
        if record.kind != COMMAND {
            return;
        }
        let done = serde_json::from_str::<CommandEvent>(&record.body)
            .map_err(|error| error.to_string())
            .and_then(|event| self.take(record, &event));
        if done.is_err() {
            self.unreadable.push(record.number);
        }
    }

    fn take(&mut self, record: &Record, event: &CommandEvent) -> Result<(), String> {
        let uid = event.uid().unwrap_or(Uid(record.number));
        if let CommandEvent::Prepared { text } = event {
            let sealed = Sealed::read(text.clone())?;
            self.items.insert(uid, Arc::new(CommandItem::new(uid, sealed, &record.who)));
        }
        let item = self.items.get_mut(&uid).ok_or("there is no such command")?;
        let item = Arc::make_mut(item);
        change(item, record, event)?;
        item.history.push(HistoryLine {
            record: record.number,
            time: record.time,
            who: record.who.clone(),
            words: event.words(),
        });
        if let (CommandEvent::Released { .. }, Prepared { mission, .. }) =
            (event, item.sealed.prepared())
            && let Some(request) = item.sealed.prepared().request()
        {
            self.requests.entry(mission.clone()).or_default().insert(request, uid);
        }
        let state = item.state();
        self.place(uid, event, state);
        Ok(())
    }

    /// Keeps the queue and what is out as the state of a command says.
    fn place(&mut self, uid: Uid, event: &CommandEvent, state: State) {
        for (set, is_in) in [(&mut self.out, state.is_out()), (&mut self.open, state.is_open())] {
            if is_in {
                set.insert(uid);
            } else {
                set.remove(&uid);
            }
        }
        let at = self.queue.iter().position(|own| *own == uid);
        match (at, state.is_queued()) {
            (None, true) if matches!(event, CommandEvent::Returned { .. }) => {
                self.queue.insert(0, uid);
            }
            (None, true) => self.queue.push(uid),
            (Some(at), false) => {
                self.queue.remove(at);
            }
            (Some(at), true) => {
                if let CommandEvent::Moved { to, .. } = event {
                    self.queue.remove(at);
                    self.queue.insert((*to).min(self.queue.len()), uid);
                }
            }
            (None, false) => {}
        }
    }
}

fn change(item: &mut CommandItem, record: &Record, event: &CommandEvent) -> Result<(), String> {
    match event {
        CommandEvent::Prepared { .. } | CommandEvent::Moved { .. } => {}
        CommandEvent::Edited { text, .. } => {
            item.renew(Sealed::read(text.clone())?, &record.who);
        }
        CommandEvent::Approved { digest, roles, .. } => {
            item.rejected = None;
            item.approvals.push(Approval {
                who: record.who.clone(),
                roles: roles.clone(),
                digest: *digest,
                time: record.time,
            });
        }
        CommandEvent::Rejected { reason, .. } => {
            item.approvals.clear();
            item.rejected = Some((record.who.clone(), reason.clone()));
        }
        CommandEvent::Queued { .. } => item.place = Place::Queue,
        CommandEvent::Held { reason, .. } => item.held = Some(reason.clone()),
        CommandEvent::Resumed { .. } => item.held = None,
        CommandEvent::Suspended { constraint, .. } => {
            item.suspended.insert(*constraint);
        }
        CommandEvent::Withdrawn { .. } => item.place = Place::Withdrawn,
        CommandEvent::Expired { .. } => item.place = Place::Expired,
        CommandEvent::Released { way, .. } => item.released_at(record.time, *way),
        CommandEvent::Sent { .. } => item.place = Place::Sent,
        CommandEvent::Returned { reason, .. } => {
            item.place = Place::Queue;
            item.held = Some(reason.clone());
            item.verification = None;
        }
        CommandEvent::Lost { .. } | CommandEvent::Seen { .. } | CommandEvent::TimedOut { .. } => {
            let of = item.verification.as_mut().ok_or("it was not released")?;
            match event {
                CommandEvent::Lost { reason, .. } => of.lose(reason),
                CommandEvent::Seen { stage, evidence, .. } => {
                    of.see(*stage, record.time, evidence);
                }
                CommandEvent::TimedOut { stage, .. } => of.time_out(*stage, record.time),
                _ => {}
            }
        }
    }
    Ok(())
}
