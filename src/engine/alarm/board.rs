//! The state of all alarms: a fold of the journal.

use std::collections::{BTreeMap, VecDeque};

use super::record::{AlarmAction, Done, Found, Record, What};
use super::state::{AlarmEvent, AlarmState, Condition, next};
use crate::archive::SeriesKey;
use crate::mission::Severity;
use crate::time::Instant;

/// Occurrences and notes that an alarm remembers.
const KEPT: usize = 3;

/// One time that a value was outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Occurrence {
    /// When it began.
    pub start: Instant,
    /// When it was inside again; none: still outside.
    pub end: Option<Instant>,
    /// The worst severity of it.
    pub severity: Severity,
    /// Its most severe value.
    pub value: f64,
}

/// What somebody wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// When.
    pub time: Instant,
    /// Who.
    pub who: String,
    /// What.
    pub text: String,
}

/// An alarm at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// The series that it is about.
    pub key: SeriesKey,
    /// Where it stands.
    pub state: AlarmState,
    /// Whether the value is outside of its limits.
    pub active: bool,
    /// Severity now; of one that returned, the worst of its last occurrence.
    pub severity: Severity,
    /// When the last occurrence began.
    pub since: Instant,
    /// When it was raised or got worse for the last time.
    pub raised: Instant,
    /// The value that decided the last raise.
    pub value: f64,
    /// The violated limit in words.
    pub limit: String,
    /// Whether it stays until it is reset.
    pub latch: bool,
    /// When an operator did something for the last time, and who.
    pub handled: Option<(Instant, String)>,
    /// When it had been raised or got worse as it was escalated for the last time.
    pub escalated: Option<Instant>,
    /// Why it was put aside; empty where it is not.
    pub reason: String,
    /// Until when it is shelved.
    pub shelved_until: Option<Instant>,
    /// The last occurrences, newest first.
    pub occurrences: VecDeque<Occurrence>,
    /// The last notes, newest first.
    pub notes: VecDeque<Note>,
}

impl Alarm {
    fn new(key: SeriesKey) -> Self {
        Self {
            key,
            state: AlarmState::Normal,
            active: false,
            severity: Severity::Normal,
            since: Instant::MIN,
            raised: Instant::MIN,
            value: f64::NAN,
            limit: String::new(),
            latch: false,
            handled: None,
            escalated: None,
            reason: String::new(),
            shelved_until: None,
            occurrences: VecDeque::new(),
            notes: VecDeque::new(),
        }
    }

    fn happen(&mut self, event: AlarmEvent) {
        let condition = Condition { active: self.active, latches: self.latch };
        self.state = next(self.state, event, condition);
        if self.state != AlarmState::Shelved {
            self.shelved_until = None;
        }
        if !self.state.is_aside() {
            self.reason.clear();
        }
    }

    /// Ends a shelf whose time is over.
    fn advance(&mut self, at: Instant) {
        if self.shelved_until.is_some_and(|until| until <= at) {
            self.happen(AlarmEvent::ShelfEnds);
        }
    }

    fn find(&mut self, time: Instant, found: &Found) {
        let was_active = self.active;
        self.active = found.severity > Severity::Normal;
        self.latch = found.latch;
        if !self.active {
            if let Some(last) = self.occurrences.front_mut().filter(|_| was_active) {
                last.end = Some(time);
                self.severity = last.severity;
            }
            self.happen(AlarmEvent::Clear);
            return;
        }
        if !was_active {
            self.since = time;
            let (severity, value) = (found.severity, found.value);
            self.occurrences.push_front(Occurrence { start: time, end: None, severity, value });
            self.occurrences.truncate(KEPT);
        }
        let is_worse = !was_active || found.severity > self.severity;
        self.severity = found.severity;
        self.value = found.value;
        self.limit.clone_from(&found.limit);
        if is_worse {
            self.raised = time;
        }
        if let Some(last) = self.occurrences.front_mut().filter(|o| o.severity < found.severity) {
            (last.severity, last.value) = (found.severity, found.value);
        }
        self.happen(if is_worse { AlarmEvent::Raise } else { AlarmEvent::Ease });
    }

    fn design(&mut self, found: &Found) {
        if found.severity > Severity::Normal {
            self.happen(AlarmEvent::Suppress);
            if self.state == AlarmState::Suppressed {
                self.reason.clone_from(&found.limit);
            }
        } else {
            self.happen(AlarmEvent::Release);
        }
    }

    fn done(&mut self, time: Instant, done: &Done) {
        // An action covers what its operator saw, not what came or was found after it.
        let is_seen = done.raised >= self.raised;
        match &done.action {
            AlarmAction::Acknowledge if !is_seen => return,
            AlarmAction::Acknowledge => self.happen(AlarmEvent::Acknowledge),
            AlarmAction::Shelve { for_s, reason } => {
                self.happen(AlarmEvent::Shelve);
                if self.state == AlarmState::Shelved {
                    self.shelved_until = Some(time.plus_s(*for_s));
                    self.reason.clone_from(reason);
                }
            }
            AlarmAction::Unshelve => self.happen(AlarmEvent::Unshelve),
            AlarmAction::Remove { reason } => {
                self.happen(AlarmEvent::Remove);
                self.reason.clone_from(reason);
            }
            AlarmAction::Restore => self.happen(AlarmEvent::Restore),
            AlarmAction::Comment { text } => {
                let note = Note { time, who: done.who.clone(), text: text.clone() };
                self.notes.push_front(note);
                self.notes.truncate(KEPT);
                self.happen(AlarmEvent::Comment);
            }
            AlarmAction::Escalate { .. } => {
                self.escalated = Some(done.raised);
                return;
            }
        }
        self.handled = Some((time, done.who.clone()));
    }
}

/// All alarms at an instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    alarms: BTreeMap<SeriesKey, Alarm>,
}

impl Board {
    /// The alarms as they stood at an instant, from records in their order.
    pub fn at(records: &[Record], at: Instant) -> Self {
        let mut board = Self::default();
        for record in records.iter().take_while(|r| r.time <= at) {
            board.apply(record);
        }
        board.advance(at);
        board
    }

    /// Takes the next record.
    pub fn apply(&mut self, record: &Record) {
        let design = record.suppresses();
        let key = design.as_ref().unwrap_or(&record.key);
        let alarm = self.alarms.entry(key.clone()).or_insert_with(|| Alarm::new(key.clone()));
        alarm.advance(record.time);
        match &record.what {
            What::Found(found) if design.is_some() => alarm.design(found),
            What::Found(found) => alarm.find(record.time, found),
            What::Done(done) => alarm.done(record.time, done),
        }
    }

    /// Ends the shelves whose time is over at an instant.
    pub fn advance(&mut self, at: Instant) {
        for alarm in self.alarms.values_mut() {
            alarm.advance(at);
        }
    }

    /// One alarm; none where nothing ever happened to it.
    pub fn get(&self, key: &SeriesKey) -> Option<&Alarm> {
        self.alarms.get(key)
    }

    /// The alarms that are not normal, by series.
    pub fn listed(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms.values().filter(|a| a.state != AlarmState::Normal)
    }

    /// When the next shelf ends.
    pub fn next_end(&self) -> Option<Instant> {
        self.alarms.values().filter_map(|a| a.shelved_until).min()
    }
}
