//! Escalation: what nobody acknowledges in time is told to a program. Pure: when and what; the
//! engine starts the program.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::group::AlarmView;
use super::silence::link_of;
use super::stale::series_of;
use crate::archive::SeriesKey;
use crate::mission::{Database, Severity};
use crate::time::{Instant, iso};

/// Longest time that an alarm may wait, in seconds: a week.
const LONGEST_S: f64 = 7.0 * 86_400.0;

/// When which program is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Seconds that an alarm may wait for an acknowledgement.
    pub after_s: f64,
    /// The least severity that is escalated.
    pub severity: Severity,
    /// The program and its arguments; it gets the alarm as JSON on its standard input.
    pub command: Vec<String>,
}

impl Escalation {
    /// What is wrong with it, in a sentence.
    pub fn problem(&self) -> Option<String> {
        if !(self.after_s >= 1.0 && self.after_s <= LONGEST_S) {
            return Some(format!("after_s is 1 to {LONGEST_S} seconds, not {}", self.after_s));
        }
        if self.severity <= Severity::Normal {
            return Some("severity is watch, warning, distress, critical or severe".to_owned());
        }
        if self.command.first().is_none_or(|program| program.trim().is_empty()) {
            return Some("command names a program and its arguments".to_owned());
        }
        None
    }
}

/// Since when alarms wait, by the operator's clock: data may come hours late.
#[derive(Debug, Default)]
pub struct Waiting {
    since: HashMap<(SeriesKey, Instant), Instant>,
    has_looked: bool,
}

impl Waiting {
    /// Notes which alarms wait now. Those that stood already at the first look have waited since
    /// they were raised: a restart does not give them more time.
    pub fn look(&mut self, present: &[AlarmView], now: Instant) {
        let mut before = std::mem::take(&mut self.since);
        for view in present.iter().filter(|view| view.alarm.state.wants_acknowledgement()) {
            let id = (view.alarm.key.clone(), view.alarm.raised);
            let first = if self.has_looked { now } else { view.alarm.raised };
            // A clock that was set back gives no time.
            let since = before.remove(&id).unwrap_or(first).min(now);
            self.since.insert(id, since);
        }
        self.has_looked = true;
    }

    /// The alarms that have waited for too long and were not escalated since they were raised or
    /// got worse.
    pub fn due<'a>(
        &self,
        present: &'a [AlarmView],
        rule: &Escalation,
        now: Instant,
    ) -> Vec<&'a AlarmView> {
        let is_due = |view: &&AlarmView| {
            let alarm = &view.alarm;
            let since = self.since.get(&(alarm.key.clone(), alarm.raised));
            since.is_some_and(|since| now.s_since(*since) >= rule.after_s)
                && alarm.severity >= rule.severity
                && alarm.escalated != Some(alarm.raised)
        };
        present.iter().filter(is_due).collect()
    }
}

/// An alarm as JSON for the program. `links` are the names and missions of the links that run.
pub fn escalation_json(
    view: &AlarmView,
    missions: &Database,
    links: &[(String, String)],
    now: Instant,
) -> String {
    let alarm = &view.alarm;
    let unit = missions.parameter(&alarm.key.name).map_or("", |(_, _, p)| p.unit.as_str());
    let mine = links.iter().filter(|(_, mission)| *mission == view.mission);
    let mine = || mine.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let link = link_of(&alarm.key).map_or_else(mine, str::to_owned);
    let value = alarm.value.is_finite().then_some(alarm.value);
    serde_json::json!({
        "key": alarm.key.to_string(),
        "series": series_of(&alarm.key).to_string(),
        "title": view.title,
        "severity": alarm.severity,
        "state": alarm.state.word(),
        "value": value,
        "unit": unit,
        "limit": alarm.limit,
        "began": iso(alarm.since, 3),
        "raised": iso(alarm.raised, 3),
        "escalated": iso(now, 3),
        "mission": view.mission,
        "instrument": view.instrument_name,
        "guidance": view.guidance,
        "link": link,
        "simulated": alarm.key.is_simulated(),
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{AlarmAction, Board, Done, Found, Record, What, views};
    use super::*;

    fn at(s: f64) -> Instant {
        Instant::from_unix_s(1.6e9 + s)
    }

    fn rule() -> Escalation {
        let command = vec!["call".to_owned()];
        Escalation { after_s: 300.0, severity: Severity::Warning, command }
    }

    fn found(s: f64, severity: Severity) -> Record {
        let key = SeriesKey::parse("/insight/lander/bus_voltage");
        let what = Found { severity, value: 41.5, limit: "above 36".into(), latch: false };
        Record { seq: 0, key, time: at(s), what: What::Found(what) }
    }

    fn done(s: f64, raised: f64, action: AlarmAction) -> Record {
        let done = Done { who: "Ada".into(), raised: at(raised), action };
        Record { what: What::Done(done), time: at(s), ..found(s, Severity::Off) }
    }

    fn present(records: &[Record]) -> Vec<AlarmView> {
        views(&Board::at(records, Instant::MAX), &Database::builtin())
    }

    #[test]
    fn what_nobody_acknowledges_is_due_once() {
        let rule = rule();
        let mut waiting = Waiting::default();
        let mut due = |records: &[Record], now: f64| {
            let present = present(records);
            waiting.look(&present, at(now));
            waiting.due(&present, &rule, at(now)).len()
        };
        let mut records = vec![];
        assert_eq!(due(&records, 0.0), 0);
        // Data of an hour ago: it waits since it is shown.
        records.push(found(-3600.0, Severity::Warning));
        assert_eq!((due(&records, 10.0), due(&records, 309.0), due(&records, 310.0)), (0, 0, 1));
        let told = AlarmAction::Escalate { command: "call".into() };
        records.push(done(310.0, -3600.0, told.clone()));
        assert_eq!(due(&records, 400.0), 0);
        // It gets worse: everything anew.
        records.push(found(500.0, Severity::Critical));
        assert_eq!((due(&records, 500.0), due(&records, 801.0)), (0, 1));
        records.push(done(700.0, 500.0, AlarmAction::Acknowledge));
        assert_eq!(due(&records, 900.0), 0);
        // Not severe enough.
        let mild = [found(0.0, Severity::Watch)];
        assert_eq!((due(&mild, 1000.0), due(&mild, 5000.0)), (0, 0));
    }

    #[test]
    fn a_restart_gives_no_more_time_and_tells_nothing_twice() {
        let rule = rule();
        let records = [found(0.0, Severity::Critical)];
        let due = |records: &[Record], now| {
            let (mut waiting, present) = (Waiting::default(), present(records));
            waiting.look(&present, at(now));
            waiting.due(&present, &rule, at(now)).len()
        };
        assert_eq!((due(&records, 299.0), due(&records, 301.0)), (0, 1));
        let told = done(301.0, 0.0, AlarmAction::Escalate { command: "call".into() });
        assert_eq!(due(&[records[0].clone(), told], 400.0), 0);
    }

    #[test]
    fn the_json_says_what_an_operator_needs() {
        let view = &present(&[found(0.0, Severity::Critical)])[0];
        let links = [("relay".to_owned(), "insight".to_owned())];
        let text = escalation_json(view, &Database::builtin(), &links, at(300.0));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (field, wanted) in [
            ("key", "/insight/lander/bus_voltage"),
            ("title", "Bus voltage"),
            ("severity", "critical"),
            ("unit", "V"),
            ("limit", "above 36"),
            ("began", "2020-09-13T12:26:40.000Z"),
            ("mission", "insight"),
            ("link", "relay"),
        ] {
            assert_eq!(json[field], wanted, "{field}: {text}");
        }
        assert_eq!(json["value"], 41.5);
    }

    #[test]
    fn wrong_rules_are_told() {
        let wrong = |change: fn(&mut Escalation)| {
            let mut rule = rule();
            change(&mut rule);
            rule.problem().is_some()
        };
        assert!(!wrong(|_| ()));
        assert!(wrong(|r| r.after_s = f64::NAN) && wrong(|r| r.severity = Severity::Off));
        assert!(wrong(|r| r.command.clear()) && wrong(|r| r.command = vec![" ".into()]));
    }
}
