//! The thread that keeps the alarms: looks through new data, carries out what operators want,
//! ends shelves. What it shows was in the journal before.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::engine::Event;
use super::handle::{AlarmPicture, MessageLevel};
use crate::alarm::{
    AlarmAction, AlarmRef, Board, Contact, Done, Journal, Mark, Record, Searched, Watched, What,
    link_key, look_through, silence, views, watched,
};
use crate::archive::{Archive, ArchiveError, LogEntry, MOST_NOTE_BYTES, QueryError, SeriesKey};
use crate::mission::Database;
use crate::time::{Clock, Instant};

/// How often the shelves are looked at.
const TICK: Duration = Duration::from_secs(1);
/// A mark is written at the latest when so many samples were looked through since.
const MARK_LAG: u64 = 100_000;
/// Longest time on the shelf, in seconds: a week.
const LONGEST_SHELF_S: f64 = 7.0 * 86_400.0;

/// What the owner wants of the alarms.
pub(super) enum AlarmOrder {
    /// Stored data changed.
    LookThrough,
    /// Another process may have written.
    Reload,
    /// An operator wants something.
    Act { alarms: Vec<AlarmRef>, action: AlarmAction, who: String },
    /// An operator writes into the log book.
    Note(Box<LogEntry>),
    /// How the links that run here fare.
    Contacts(Vec<Contact>),
}

type Said = Vec<(MessageLevel, String)>;

/// The state of the thread.
pub(super) struct Desk {
    archive: Arc<Archive>,
    missions: Arc<Database>,
    clock: Arc<dyn Clock + Send + Sync>,
    events: Sender<Event>,
    stop: Arc<AtomicBool>,
    journal: Arc<Journal>,
    marks: HashMap<SeriesKey, Mark>,
    /// Samples of each series that the mark in the archive knows of.
    written: HashMap<SeriesKey, u64>,
    evaluated: u64,
    version: i64,
    next_end: Option<Instant>,
    /// Which links were lost and which heard when they were looked at last.
    contacts: Option<Vec<(SeriesKey, bool, bool)>>,
    /// Whether stored data changed during a look.
    again: bool,
    /// What was said last of a link whose alarm could not be written.
    unwritten: String,
    failed: String,
}

impl Desk {
    /// Reads the journal of an archive.
    pub(super) fn open(
        archive: Arc<Archive>,
        missions: Arc<Database>,
        clock: Arc<dyn Clock + Send + Sync>,
        events: Sender<Event>,
        stop: Arc<AtomicBool>,
    ) -> Result<(Self, Arc<AlarmPicture>), ArchiveError> {
        let mut desk = Self {
            archive,
            missions,
            clock,
            events,
            stop,
            journal: Arc::default(),
            marks: HashMap::new(),
            written: HashMap::new(),
            evaluated: 0,
            version: 0,
            next_end: None,
            contacts: None,
            again: false,
            unwritten: String::new(),
            failed: String::new(),
        };
        desk.load()?;
        let picture = desk.picture();
        Ok((desk, picture))
    }

    fn load(&mut self) -> Result<(), ArchiveError> {
        self.version = self.archive.catalogue_version()?;
        let (rows, marks) = self.archive.alarms()?;
        let (journal, unreadable) = Journal::of(&rows);
        if unreadable > 0 {
            self.failed = format!(
                "{unreadable} rows of the alarm journal cannot be read: run `marsdeck archive verify`"
            );
        }
        self.journal = Arc::new(journal);
        let known = marks.iter().filter_map(|m| Some((m.key.clone(), Mark::of(m)?)));
        self.marks = known.collect();
        self.written = self.marks.iter().map(|(k, m)| (k.clone(), m.samples())).collect();
        Ok(())
    }

    /// Carries out orders until their sender is gone.
    pub(super) fn run(mut self, orders: &Receiver<AlarmOrder>) {
        loop {
            match orders.recv_timeout(TICK) {
                Ok(AlarmOrder::LookThrough) => loop {
                    self.again = false;
                    self.look_through(orders);
                    if !self.again || self.stop.load(Ordering::Relaxed) {
                        break;
                    }
                },
                Ok(order) => self.carry_out(order),
                Err(RecvTimeoutError::Timeout) => self.end_shelves(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn carry_out(&mut self, order: AlarmOrder) {
        match order {
            // Data that came during a look are looked through after it.
            AlarmOrder::LookThrough => self.again = true,
            AlarmOrder::Reload => match self.archive.catalogue_version() {
                Ok(version) if version == self.version => {}
                _ => match self.load() {
                    Ok(()) => self.publish(Vec::new()),
                    Err(error) => self.fail(&error.to_string()),
                },
            },
            AlarmOrder::Act { alarms, action, who } => {
                let said = self.act(&alarms, &action, &who);
                self.publish(said);
            }
            AlarmOrder::Note(entry) => {
                let said = self.write_note(*entry);
                self.publish(vec![said]);
            }
            AlarmOrder::Contacts(contacts) => self.listen(&contacts),
        }
    }

    /// Raises and clears the alarms of links; cheap where nothing changed.
    fn listen(&mut self, contacts: &[Contact]) {
        let seen: Vec<_> = contacts
            .iter()
            .map(|c| (link_key(&c.link, &c.mission), c.is_lost, c.is_heard))
            .collect();
        if self.contacts.as_ref() == Some(&seen) || !self.archive.writable() {
            return;
        }
        let now = self.clock.now().max(self.newest());
        let board = Board::at(self.journal.records(), now);
        let mut records = silence(&board, contacts, now);
        if !records.is_empty() {
            let rows: Vec<_> = records.iter().map(Record::row).collect();
            match self.archive.put_alarms(&rows) {
                Ok(numbers) => number(&mut records, &numbers),
                Err(error) => {
                    // Tried again every second, said once.
                    let reason = error.to_string();
                    if self.unwritten != reason {
                        self.fail(&reason);
                        self.unwritten = reason;
                        self.publish(Vec::new());
                    }
                    return;
                }
            }
            self.unwritten.clear();
            Arc::make_mut(&mut self.journal).add(records);
            self.publish(Vec::new());
        }
        self.contacts = Some(seen);
    }

    fn end_shelves(&mut self) {
        if self.next_end.is_some_and(|end| end <= self.clock.now()) {
            let text = "The time of a shelf is over; what is still outside is unacknowledged again";
            self.publish(vec![(MessageLevel::Warning, text.to_owned())]);
        }
    }

    /// Looks through what is new in every series with limits; operators do not wait for it.
    fn look_through(&mut self, orders: &Receiver<AlarmOrder>) {
        let generation = self.archive.generation();
        if self.archive.writable() {
            let series = self.archive.series();
            let missions = Arc::clone(&self.missions);
            for Watched { key, summary, parameter } in watched(&missions, &series) {
                for order in orders.try_iter().take(64) {
                    self.carry_out(order);
                }
                if self.stop.load(Ordering::Relaxed) {
                    return;
                }
                let mark = self.marks.get(&key);
                let searched = look_through(&self.archive, &parameter, summary, mark, &self.stop);
                match searched {
                    Ok(Some(searched)) => {
                        if let Err(error) = self.keep(&key, searched) {
                            self.fail(&error.to_string());
                        }
                    }
                    // Data that changed meanwhile are looked through by the next order.
                    Ok(None) | Err(QueryError::Cancelled | QueryError::Unknown(_)) => {}
                    Err(error) => self.fail(&error.to_string()),
                }
            }
        } else if let Err(error) = self.load() {
            self.fail(&error.to_string());
        }
        self.evaluated = generation;
        self.publish(Vec::new());
    }

    /// Writes what was found, then shows it. A mark alone is written now and then: from an older
    /// one the same would be found again.
    fn keep(&mut self, key: &SeriesKey, searched: Searched) -> Result<(), ArchiveError> {
        let mut records = searched.records(key);
        let is_whole = searched.from == Instant::MIN;
        let written = self.written.get(key).copied().unwrap_or(0);
        let lag = searched.mark.samples().saturating_sub(written);
        if is_whole || !records.is_empty() || lag >= MARK_LAG {
            let rows: Vec<_> = records.iter().map(Record::row).collect();
            let stored = searched.mark.stored(key);
            let numbers = self.archive.put_alarms_found(searched.from, &rows, &stored)?;
            number(&mut records, &numbers);
            self.written.insert(key.clone(), searched.mark.samples());
        }
        if is_whole || !records.is_empty() {
            let journal = Arc::make_mut(&mut self.journal);
            journal.forget(key, searched.from);
            journal.add(records);
        }
        self.marks.insert(key.clone(), searched.mark);
        Ok(())
    }

    fn act(&mut self, alarms: &[AlarmRef], action: &AlarmAction, who: &str) -> Said {
        let refuse = |text: String| vec![(MessageLevel::Error, text)];
        if !self.archive.writable() {
            return refuse(
                "The alarms were not changed: this console only reads the archive. Handle them at \
                 the console that writes it"
                    .to_owned(),
            );
        }
        if let AlarmAction::Shelve { for_s, .. } = action
            && !(*for_s > 0.0 && *for_s <= LONGEST_SHELF_S)
        {
            return refuse(
                "An alarm is shelved for up to a week; choose a shorter time".to_owned(),
            );
        }
        // A clock that was set back must not put an action before what it is about.
        let now = self.clock.now().max(self.newest());
        let board = Board::at(self.journal.records(), now);
        let mut records = Vec::new();
        let mut said = Vec::new();
        for wanted in alarms {
            let Some(alarm) = board.get(&wanted.key) else {
                said.push((MessageLevel::Error, format!("{} has no alarm", wanted.key)));
                continue;
            };
            if *action == AlarmAction::Acknowledge && alarm.raised > wanted.raised {
                let text = format!(
                    "{} was raised again meanwhile: look at it, then acknowledge",
                    wanted.key
                );
                said.push((MessageLevel::Warning, text));
                continue;
            }
            let done = Done { who: who.to_owned(), raised: wanted.raised, action: action.clone() };
            let key = wanted.key.clone();
            records.push(Record { seq: 0, key, time: now, what: What::Done(done) });
        }
        let rows: Vec<_> = records.iter().map(Record::row).collect();
        match self.archive.put_alarms(&rows) {
            Ok(numbers) => number(&mut records, &numbers),
            Err(error) => return refuse(format!("The alarms were not changed: {error}")),
        }
        match records.as_slice() {
            [] => {}
            [one] => {
                said.push((MessageLevel::Info, format!("{} {} by {who}", one.key, action.done())));
            }
            many => {
                let text = format!("{} alarms {} by {who}", many.len(), action.done());
                said.push((MessageLevel::Info, text));
            }
        }
        Arc::make_mut(&mut self.journal).add(records);
        said
    }

    /// Writes a log entry; what is said of it.
    fn write_note(&self, entry: LogEntry) -> (MessageLevel, String) {
        let refuse =
            |why: &str| (MessageLevel::Error, format!("The log entry was not written: {why}"));
        if !self.archive.writable() {
            return refuse(
                "this console only reads the archive. Write it at the console that writes",
            );
        }
        let entry = LogEntry { written: self.clock.now(), ..entry };
        if entry.text.trim().is_empty() {
            return refuse("it has no text");
        }
        if entry.text.len() > MOST_NOTE_BYTES {
            return refuse("it is too long; write it as several entries");
        }
        match self.archive.put_note(&entry) {
            Ok(Some(id)) => {
                (MessageLevel::Info, format!("Log entry {id} written by {}", entry.who))
            }
            Ok(None) => refuse("the entry that it corrects does not exist"),
            Err(error) => refuse(&error.to_string()),
        }
    }

    fn picture(&mut self) -> Arc<AlarmPicture> {
        // Shelves follow the operator's clock; data of its future (a simulation) are shown too.
        let board = Board::at(self.journal.records(), self.clock.now().max(self.newest()));
        self.next_end = board.next_end();
        Arc::new(AlarmPicture {
            evaluated: self.evaluated,
            present: views(&board, &self.missions),
            journal: Arc::clone(&self.journal),
        })
    }

    fn newest(&self) -> Instant {
        self.journal.records().last().map_or(Instant::MIN, |r| r.time)
    }

    fn publish(&mut self, mut said: Said) {
        if !self.failed.is_empty() {
            said.push((MessageLevel::Error, std::mem::take(&mut self.failed)));
        }
        let picture = self.picture();
        // The owner is gone only when the engine ends.
        drop(self.events.send(Event::Alarms { picture, said }));
    }

    /// Remembers a failure for the next message; the same one is told once a look.
    fn fail(&mut self, reason: &str) {
        self.failed = format!("Alarms could not be kept: {reason}");
    }
}

fn number(records: &mut [Record], numbers: &[i64]) {
    for (record, seq) in records.iter_mut().zip(numbers) {
        record.seq = *seq;
    }
}
