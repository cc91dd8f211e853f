//! Rows of the alarm list: filter, one line per cause, texts.

use marsdeck_engine::alarm::{AlarmRef, AlarmState, AlarmView, value_words};
use marsdeck_engine::mission::{Database, Severity};
use marsdeck_engine::time::{Instant, TimeRange};

/// Which states the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Which {
    /// What stands: put aside ones are on the shelf.
    #[default]
    Standing,
    /// What waits for an acknowledgement.
    Unacknowledged,
    /// What is outside of its limits now.
    Active,
}

impl Which {
    pub(super) const ALL: [(Self, &'static str); 3] = [
        (Self::Standing, "All that stand"),
        (Self::Unacknowledged, "Unacknowledged"),
        (Self::Active, "Outside now"),
    ];

    fn takes(self, view: &AlarmView) -> bool {
        let alarm = &view.alarm;
        alarm.state.is_standing()
            && match self {
                Self::Standing => true,
                Self::Unacknowledged => alarm.state.wants_acknowledgement(),
                Self::Active => alarm.active,
            }
    }
}

/// Severities to choose from, the least one shown.
pub(super) const LEAST: [(Severity, &str); 4] = [
    (Severity::Off, "All"),
    (Severity::Watch, "Caution or worse"),
    (Severity::Distress, "Serious or worse"),
    (Severity::Critical, "Critical"),
];

/// Times on the shelf to choose from, in seconds.
pub(super) const SHELF: [(f64, &str); 5] = [
    (600.0, "10 minutes"),
    (3600.0, "1 hour"),
    (8.0 * 3600.0, "8 hours"),
    (88_775.244, "1 sol"),
    (7.0 * 86_400.0, "7 days"),
];

/// What the list shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filter {
    /// The least severity shown.
    pub(super) least: Severity,
    /// Identifier of the mission; empty: all.
    pub(super) mission: String,
    pub(super) which: Which,
    /// Whether alarms of one cause share a line.
    pub(super) by_cause: bool,
}

impl Default for Filter {
    fn default() -> Self {
        let (least, mission) = (Severity::Off, String::new());
        Self { least, mission, which: Which::default(), by_cause: true }
    }
}

impl Filter {
    /// Whether it leaves an alarm.
    pub(super) fn takes(&self, view: &AlarmView) -> bool {
        view.alarm.severity >= self.least
            && (self.mission.is_empty() || view.mission == self.mission)
            && self.which.takes(view)
    }
}

/// A line of the list: one alarm, or those of one cause.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row<'a> {
    /// The one that came first.
    pub(super) lead: &'a AlarmView,
    /// All of the line, in first-out order.
    pub(super) members: Vec<&'a AlarmView>,
    /// The worst of them.
    pub(super) severity: Severity,
}

impl Row<'_> {
    /// The alarms of the line as they are on screen.
    pub(super) fn refs(&self) -> Vec<AlarmRef> {
        self.members.iter().map(|view| reference(view)).collect()
    }

    /// Whether the journal on disk has all of the line.
    pub(super) fn is_stored(&self) -> bool {
        self.members.iter().all(|view| view.is_stored)
    }

    /// `Bus voltage`, or `Bus voltage and 2 more`.
    pub(super) fn name(&self) -> String {
        match self.members.len() {
            0 | 1 => self.lead.title.clone(),
            n => format!("{} and {} more", self.lead.title, n - 1),
        }
    }
}

/// An alarm as it is on screen.
pub(super) fn reference(view: &AlarmView) -> AlarmRef {
    AlarmRef { key: view.alarm.key.clone(), raised: view.alarm.raised }
}

/// `42.1 V, above 36`; a state by its name.
pub(super) fn value_text(view: &AlarmView, missions: &Database) -> String {
    let alarm = &view.alarm;
    value_words(missions, &alarm.key, alarm.value, &alarm.limit)
}

/// Who handled it last, and why it was put aside.
pub(super) fn who_text(view: &AlarmView) -> String {
    let alarm = &view.alarm;
    let who = alarm.handled.as_ref().map_or("", |(_, who)| who.as_str());
    match (who, alarm.reason.as_str()) {
        ("", "") => "–".to_owned(),
        (who, "") => who.to_owned(),
        (who, reason) => format!("{who}: {reason}"),
    }
}

/// Whether the buttons of the shelf make sense for an alarm.
pub(super) fn may_restore(state: AlarmState) -> bool {
    state == AlarmState::OutOfService
}

/// The window to show for an occurrence: all of it, with as much before and after.
pub(super) fn window(start: Instant, end: Option<Instant>, newest: Instant) -> TimeRange {
    const SHORTEST_S: f64 = 600.0;
    const LONGEST_S: f64 = 2.0 * 88_775.244;
    let end = end.unwrap_or(newest).max(start);
    let length = end.s_since(start).clamp(SHORTEST_S, LONGEST_S);
    TimeRange::new(start.plus_s(-length), start.plus_s(2.0 * length))
}

/// `45 s`, `12 min`, `3.5 h`, `2.1 d`.
pub(super) fn length_text(seconds: f64) -> String {
    match seconds.abs() {
        s if s < 100.0 => format!("{seconds:.0} s"),
        s if s < 6000.0 => format!("{:.0} min", seconds / 60.0),
        s if s < 100.0 * 3600.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} d", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::alarm::{Board, Found, Record, What, views};
    use marsdeck_engine::archive::SeriesKey;

    use super::super::lines::Lines;
    use crate::view::AlarmsStamp;

    fn found(name: &str, s: f64, severity: Severity, value: f64) -> Record {
        let limit = if severity > Severity::Normal { "above 36" } else { "" };
        Record {
            seq: 0,
            key: SeriesKey::new(format!("/insight/{name}"), "simulated"),
            time: Instant::from_unix_s(1.5e9 + s),
            what: What::Found(Found { severity, value, limit: limit.into(), latch: false }),
        }
    }

    fn list() -> Vec<AlarmView> {
        let records = [
            found("apss/pressure", 0.0, Severity::Watch, 850.0),
            found("lander/battery_charge", 10.0, Severity::Warning, 20.0),
            found("lander/bus_voltage", 20.0, Severity::Critical, 41.26),
            found("apss/pressure", 30.0, Severity::Normal, 700.0),
        ];
        views(&Board::at(&records, Instant::MAX), &Database::builtin())
    }

    #[test]
    fn one_cause_is_one_line_with_its_worst_severity() {
        let list = list();
        let made = |filter: &Filter, is_shelf| {
            let mut lines = Lines::default();
            lines.update(AlarmsStamp::Past(1), &list, filter, is_shelf);
            lines
        };
        let names =
            |filter: &Filter| made(filter, false).rows(&list).map(|r| r.name()).collect::<Vec<_>>();
        let all = Filter::default();
        assert_eq!(names(&all), ["Battery charge and 1 more", "Pressure"]);
        let mut lines = made(&all, false);
        assert_eq!((lines.alarms(), lines.waiting(), lines.aside()), (3, 3, 0));
        let first = lines.row(0, &list).unwrap();
        assert_eq!((first.severity, first.refs().len()), (Severity::Critical, 2));
        let pressure = SeriesKey::new("/insight/apss/pressure", "simulated");
        assert_eq!(lines.find(&pressure, &list), Some(1));
        assert_eq!(lines.find(&pressure, &list), Some(1));
        assert_eq!(lines.find(&SeriesKey::new("/x", "raw"), &list), None);
        let single = Filter { by_cause: false, ..all.clone() };
        assert_eq!(names(&single), ["Bus voltage", "Battery charge", "Pressure"]);
        let active = Filter { which: Which::Active, ..single.clone() };
        assert_eq!(names(&active), ["Bus voltage", "Battery charge"]);
        let critical = Filter { least: Severity::Critical, ..single.clone() };
        assert_eq!(names(&critical), ["Bus voltage"]);
        let other = Filter { mission: "msl".into(), ..single };
        assert!(names(&other).is_empty());
        assert_eq!(made(&all, true).len(), 0);
    }

    #[test]
    fn values_come_with_unit_and_limit() {
        let list = list();
        assert_eq!(value_text(&list[0], &Database::builtin()), "41.26 V, above 36");
        assert_eq!(who_text(&list[0]), "–");
        assert_eq!(length_text(45.2), "45 s");
        assert_eq!(length_text(7200.0), "2.0 h");
    }

    #[test]
    fn a_window_shows_what_was_before() {
        let at = Instant::from_unix_s;
        assert_eq!(
            window(at(10_000.0), Some(at(12_000.0)), at(0.0)),
            TimeRange::new(at(8000.0), at(14_000.0))
        );
        assert_eq!(window(at(10_000.0), None, at(9000.0)).start, at(9400.0));
    }
}
