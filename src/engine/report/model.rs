//! What the report of a sol holds, as plain data.

use crate::alarm::AlarmState;
use crate::archive::{Event, EventMessage, LimitEdit, LogEntry, SeriesKey};
use crate::mission::Severity;
use crate::time::{Instant, SolClock, TimeRange};

/// One occurrence of an alarm: what was raised, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// Which alarm.
    pub key: SeriesKey,
    /// Title of its parameter.
    pub title: String,
    /// Name of its instrument.
    pub instrument: String,
    /// The worst severity of the occurrence.
    pub severity: Severity,
    /// The value when it became so severe, with unit; and the violated limit.
    pub value: String,
    /// When it was raised.
    pub raised: Instant,
    /// When an operator said that they saw it, and who; none: nobody did.
    pub acknowledged: Option<(Instant, String)>,
    /// When the value was inside again; none: still outside.
    pub cleared: Option<Instant>,
    /// Whether it stays until it is reset.
    pub latches: bool,
    /// What else operators did with it while it lasted: when, who, what.
    pub done: Vec<(Instant, String, String)>,
}

/// An alarm that is not normal at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// Which alarm.
    pub key: SeriesKey,
    /// Title of its parameter.
    pub title: String,
    /// Name of its instrument.
    pub instrument: String,
    /// Severity.
    pub severity: Severity,
    /// Where it stands.
    pub state: AlarmState,
    /// The value, with unit, and the violated limit.
    pub value: String,
    /// Since when it is outside.
    pub since: Instant,
    /// Who handled it last; empty: nobody.
    pub who: String,
    /// Until when it is shelved.
    pub until: Option<Instant>,
    /// Why it was put aside.
    pub reason: String,
    /// What the operator should do.
    pub guidance: String,
}

/// How much of a periodic series is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Name of the instrument.
    pub instrument: String,
    /// Which series.
    pub key: SeriesKey,
    /// Samples that are there.
    pub samples: u64,
    /// Samples that were to be expected at the nominal rate.
    pub expected: u64,
    /// Stretches without data, the longest first.
    pub gaps: Vec<TimeRange>,
}

impl Coverage {
    /// Share of the expected samples that is there, 0 to 1.
    pub fn share(&self) -> f64 {
        if self.expected == 0 { 1.0 } else { (self.samples as f64 / self.expected as f64).min(1.0) }
    }
}

/// Figures of a key parameter over the sol.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Name of the instrument.
    pub instrument: String,
    /// Which series.
    pub key: SeriesKey,
    /// Title of the parameter.
    pub title: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Digits after the point.
    pub decimals: usize,
    /// Smallest, mean and largest value.
    pub values: [f64; 3],
    /// Number of samples.
    pub samples: u64,
    /// The limits in words; empty: none.
    pub limits: String,
    /// The worst severity that the extremes have.
    pub severity: Severity,
}

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Name of the mission.
    pub mission: String,
    /// Its sol clock.
    pub clock: SolClock,
    /// The sol.
    pub sol: i32,
    /// The sol as UTC.
    pub range: TimeRange,
    /// The instant at which the alarms are shown as open: the end of the sol, or when it was made
    /// while the sol lasted.
    pub at: Instant,
    /// When it was made.
    pub made: Instant,
    /// Who made it.
    pub who: String,
    /// Alarms that were raised in the sol, by time.
    pub lives: Vec<Life>,
    /// Alarms that stand.
    pub open: Vec<Open>,
    /// Alarms that are put aside.
    pub aside: Vec<Open>,
    /// Events, by time.
    pub events: Vec<Event>,
    /// Event messages of warning level and worse, by time.
    pub messages: Vec<EventMessage>,
    /// Whether there are more messages than these.
    pub more_messages: bool,
    /// Log entries, by time.
    pub notes: Vec<LogEntry>,
    /// Limits that were changed in the sol, or hold from a time in it: title and unit of the
    /// parameter, and the change; in the order of writing.
    pub limit_edits: Vec<(String, String, LimitEdit)>,
    /// How much of the periodic series is there, by instrument.
    pub coverage: Vec<Coverage>,
    /// Key parameters, by instrument.
    pub figures: Vec<Figures>,
    /// Whether any of the data come from the simulator.
    pub simulated: bool,
}
