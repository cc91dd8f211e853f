//! The thread that keeps the alarms: looks through new data, carries out what operators want,
//! ends shelves, escalates. What operators do is in the journal before it shows; what is found
//! shows also while the journal cannot be written.

mod act;
mod escalate;
mod find;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Moment};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use self::escalate::Escalator;
use super::handle::{AlarmPicture, MessageLevel};
use super::owner::Event;
use crate::alarm::{
    AlarmAction, AlarmRef, Board, Contact, Escalation, Journal, Mark, Record, StaleWatch, edited,
    views,
};
use crate::archive::{Archive, ArchiveError, LimitEdit, LogEntry, SeriesKey};
use crate::mission::Database;
use crate::time::{Clock, Instant};

/// How often the shelves are looked at.
const TICK: Duration = Duration::from_secs(1);

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
    /// An operator changes the limits of a parameter.
    EditLimits(Box<LimitEdit>),
    /// An operator says what is escalated how.
    Escalation(Option<Box<Escalation>>),
    /// How the links that run here fare.
    Contacts(Vec<Contact>),
}

type Said = Vec<(MessageLevel, String)>;

/// The state of the thread.
pub(super) struct Desk {
    archive: Arc<Archive>,
    /// The mission database as it was read.
    base: Arc<Database>,
    /// The same with the limits that operators changed.
    missions: Arc<Database>,
    clock: Arc<dyn Clock + Send + Sync>,
    events: Sender<Event>,
    stop: Arc<AtomicBool>,
    journal: Arc<Journal>,
    /// What was shown last.
    shown: Arc<AlarmPicture>,
    edits: Arc<Vec<LimitEdit>>,
    marks: HashMap<SeriesKey, Mark>,
    /// Samples of each series that the mark in the archive knows of.
    written: HashMap<SeriesKey, u64>,
    evaluated: u64,
    version: i64,
    next_end: Option<Instant>,
    /// Which links were lost and which heard when they were looked at last.
    contacts: Option<Vec<(SeriesKey, bool, bool)>>,
    /// The links that run, and their missions.
    links: Vec<(String, String)>,
    stale: StaleWatch,
    escalator: Escalator,
    /// What was found since when in which series and could not be written yet.
    owed: BTreeMap<SeriesKey, Instant>,
    /// Other rows that could not be written yet.
    owed_rows: Vec<Record>,
    /// Whether stored data changed during a look.
    again: bool,
    /// What was said last of alarms that could not be written.
    unwritten: String,
    failed: String,
    ticked: Moment,
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
            escalator: Escalator::new(archive.path()),
            archive,
            base: Arc::clone(&missions),
            missions,
            clock,
            events,
            stop,
            journal: Arc::default(),
            shown: Arc::default(),
            edits: Arc::default(),
            marks: HashMap::new(),
            written: HashMap::new(),
            evaluated: 0,
            version: 0,
            next_end: None,
            contacts: None,
            links: Vec::new(),
            stale: StaleWatch::default(),
            owed: BTreeMap::new(),
            owed_rows: Vec::new(),
            again: false,
            unwritten: String::new(),
            failed: String::new(),
            ticked: Moment::now(),
        };
        desk.load()?;
        desk.stale = StaleWatch::new(&Board::at(desk.journal.records(), Instant::MAX));
        if let Some(problem) = desk.escalator.problem() {
            desk.failed = problem;
        }
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
        self.load_limits();
        if !self.archive.writable() {
            // As the console that writes has set it meanwhile.
            self.escalator.reload(self.archive.path());
        }
        Ok(())
    }

    /// The limits that operators changed; the old ones stay where they cannot be read.
    fn load_limits(&mut self) {
        match self.archive.limit_edits() {
            Ok(edits) if edits == *self.edits => {}
            Ok(edits) => {
                self.missions = Arc::new(edited(&self.base, &edits));
                self.edits = Arc::new(edits);
            }
            Err(error) => {
                self.failed = format!(
                    "The limits that operators changed cannot be read, those of the mission \
                     database hold: {error}"
                );
            }
        }
    }

    /// The mission database with the limits that operators changed.
    pub(super) fn missions(&self) -> Arc<Database> {
        Arc::clone(&self.missions)
    }

    /// Carries out orders until their sender is gone.
    pub(super) fn run(mut self, orders: &Receiver<AlarmOrder>) {
        loop {
            match orders.recv_timeout(TICK) {
                Ok(order) => self.carry_out(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            while std::mem::take(&mut self.again) && !self.stop.load(Ordering::Relaxed) {
                self.look_through(orders);
            }
            // Orders may come more often than the ticks.
            if self.ticked.elapsed() >= TICK {
                self.tick();
                self.ticked = Moment::now();
            }
        }
    }

    /// What the time alone brings.
    fn tick(&mut self) {
        self.settle();
        self.end_shelves();
        self.escalate();
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
            AlarmOrder::EditLimits(edit) => {
                let said = self.edit_limits(*edit);
                self.publish(vec![said]);
            }
            AlarmOrder::Escalation(rule) => {
                let said = self.set_escalation(rule.map(|rule| *rule));
                self.publish(vec![said]);
            }
            AlarmOrder::Contacts(contacts) => self.listen(&contacts),
        }
    }

    fn end_shelves(&mut self) {
        if self.next_end.is_some_and(|end| end <= self.clock.now()) {
            let text = "The time of a shelf is over; what is still outside is unacknowledged again";
            self.publish(vec![(MessageLevel::Warning, text.to_owned())]);
        }
    }

    fn picture(&mut self) -> Arc<AlarmPicture> {
        // Shelves follow the operator's clock; data of its future (a simulation) are shown too.
        let board = Board::at(self.journal.records(), self.clock.now().max(self.newest()));
        self.next_end = board.next_end();
        let mut present = views(&board, &self.missions);
        for view in &mut present {
            let key = &view.alarm.key;
            let is_owed = |row: &Record| row.key == *key;
            view.is_stored = !(self.owed.contains_key(key) || self.owed_rows.iter().any(is_owed));
        }
        self.escalator.look(&present, self.clock.now());
        self.shown = Arc::new(AlarmPicture {
            evaluated: self.evaluated,
            present,
            journal: Arc::clone(&self.journal),
            limit_edits: Arc::clone(&self.edits),
            escalation: self.escalator.rule().cloned(),
        });
        Arc::clone(&self.shown)
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
        let missions = self.missions();
        drop(self.events.send(Event::Alarms { picture, missions, said }));
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
