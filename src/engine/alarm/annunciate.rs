//! What to sound: pure logic over the alarms that are present, the time and the wishes of the
//! operator.
//!
//! A new alarm is sounded once; those of serious and critical severity are repeated until somebody
//! acknowledges them. A mute expires by itself, and an alarm that is worse than all that were there
//! when it began breaks it (ISA-18.2-2016 clause 11: silencing must not hide what comes after).

use std::collections::HashMap;

use super::group::AlarmView;
use super::state::AlarmState;
use crate::archive::SeriesKey;
use crate::mission::Severity;
use crate::time::Instant;

/// Alarms that were raised so many seconds before the start are old news and are not sounded.
const OLD_S: f64 = 86_400.0;

/// Seconds between two sounds of an unacknowledged alarm; none: it is sounded once.
pub fn repeat_s(severity: Severity) -> Option<f64> {
    match severity {
        Severity::Critical | Severity::Severe => Some(10.0),
        Severity::Distress => Some(30.0),
        _ => None,
    }
}

/// Something to be heard now.
#[derive(Clone, Debug, PartialEq)]
pub struct Announcement {
    /// The worst severity: it decides the tone.
    pub severity: Severity,
    /// The alarms that are new, the worst first; empty: a repetition.
    pub fresh: Vec<SeriesKey>,
    /// Whether a mute keeps it from being heard.
    pub muted: bool,
}

/// Remembers what was heard.
#[derive(Clone, Debug, Default)]
pub struct Annunciator {
    /// When each present alarm was raised, and whether it is too old to be heard.
    known: HashMap<SeriesKey, (Instant, bool)>,
    begun: bool,
    /// When something was sounded for the last time.
    last: Option<Instant>,
    /// Until when, and the worst severity that was there when it began.
    mute: Option<(Instant, Severity)>,
}

impl Annunciator {
    /// Silences the alarms for so many seconds.
    pub fn mute(&mut self, present: &[AlarmView], now: Instant, for_s: f64) {
        let worst = present.iter().filter(|v| is_loud(v)).map(|v| v.alarm.severity).max();
        self.mute = Some((now.plus_s(for_s), worst.unwrap_or_default()));
    }

    /// Ends a mute.
    pub fn unmute(&mut self) {
        self.mute = None;
    }

    /// Seconds that a mute still lasts; none where there is none.
    pub fn muted_s(&self, now: Instant) -> Option<f64> {
        self.mute.map(|(until, _)| until.s_since(now)).filter(|left| *left > 0.0)
    }

    /// Looks at the alarms that are present; what is to be heard now.
    pub fn take(&mut self, present: &[AlarmView], now: Instant) -> Option<Announcement> {
        let is_first = !std::mem::replace(&mut self.begun, true);
        let mut known = HashMap::with_capacity(present.len());
        let mut fresh: Vec<&AlarmView> = Vec::new();
        let mut worst: Option<Severity> = None;
        for view in present {
            let alarm = &view.alarm;
            let before = self.known.get(&alarm.key).copied();
            let is_new = before.is_none_or(|(raised, _)| raised < alarm.raised);
            let is_old = if is_new {
                is_first && now.s_since(alarm.raised) > OLD_S
            } else {
                before.is_some_and(|(_, old)| old)
            };
            known.insert(alarm.key.clone(), (alarm.raised, is_old));
            if is_old || !is_loud(view) {
                continue;
            }
            if is_new {
                fresh.push(view);
            }
            worst = worst.max(Some(alarm.severity));
        }
        self.known = known;
        let severity = worst?;
        let new = fresh.iter().map(|v| v.alarm.severity).max();
        if self.mute.is_some_and(|(until, than)| until <= now || new > Some(than)) {
            self.mute = None;
        }
        // A clock that was set back does not keep the next sound away.
        let since = self.last.map(|last| now.s_since(last)).filter(|s| *s >= 0.0);
        let is_due = repeat_s(severity).is_some_and(|every| since.is_none_or(|s| s >= every));
        if fresh.is_empty() && !is_due {
            return None;
        }
        self.last = Some(now);
        fresh.sort_by_key(|view| std::cmp::Reverse(view.alarm.severity));
        Some(Announcement {
            severity: new.unwrap_or(severity),
            fresh: fresh.iter().map(|view| view.alarm.key.clone()).collect(),
            muted: self.mute.is_some(),
        })
    }

    /// Seconds until something may have to be heard again; none where nothing waits.
    pub fn next_s(&self, present: &[AlarmView], now: Instant) -> Option<f64> {
        let waits = |v: &&AlarmView| {
            is_loud(v) && self.known.get(&v.alarm.key).is_some_and(|(_, old)| !old)
        };
        let worst = present.iter().filter(waits).map(|v| v.alarm.severity).max()?;
        let since = self.last.map_or(0.0, |last| now.s_since(last));
        Some((repeat_s(worst)? - since).max(0.1))
    }
}

/// Whether an alarm is heard: it stands outside and nobody has said that they know.
fn is_loud(view: &AlarmView) -> bool {
    view.alarm.state == AlarmState::Unacknowledged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::{AlarmAction, Board, Done, Found, Record, What, views};
    use crate::mission::Database;

    fn at(s: f64) -> Instant {
        Instant::from_unix_s(1.6e9 + s)
    }

    fn key(name: &str) -> SeriesKey {
        SeriesKey::new(format!("/insight/lander/{name}"), "raw")
    }

    fn raise(name: &str, s: f64, severity: Severity) -> Record {
        let what = What::Found(Found { severity, value: 1.0, limit: String::new(), latch: false });
        Record { seq: 0, key: key(name), time: at(s), what }
    }

    fn acknowledge(name: &str, s: f64) -> Record {
        let done = Done { who: "Ada".into(), raised: at(s), action: AlarmAction::Acknowledge };
        Record { seq: 1, key: key(name), time: at(s), what: What::Done(done) }
    }

    fn present(records: &[Record]) -> Vec<AlarmView> {
        views(&Board::at(records, Instant::MAX), &Database::builtin())
    }

    /// Severity, number of new alarms, muted.
    fn heard(a: Option<Announcement>) -> Option<(Severity, usize, bool)> {
        a.map(|a| (a.severity, a.fresh.len(), a.muted))
    }

    #[test]
    fn new_alarms_are_heard_once_and_critical_ones_until_acknowledged() {
        let mut ears = Annunciator::default();
        assert_eq!(ears.take(&[], at(0.0)), None);
        let mut records = vec![raise("bus_voltage", 1.0, Severity::Warning)];
        let caution = Some((Severity::Warning, 1, false));
        assert_eq!(heard(ears.take(&present(&records), at(1.0))), caution);
        assert_eq!(heard(ears.take(&present(&records), at(500.0))), None, "a caution is said once");
        records.push(raise("bus_voltage", 600.0, Severity::Critical));
        let list = present(&records);
        let critical = |new| Some((Severity::Critical, new, false));
        assert_eq!(heard(ears.take(&list, at(600.0))), critical(1), "it got worse");
        assert_eq!(heard(ears.take(&list, at(605.0))), None);
        assert_eq!(ears.next_s(&list, at(605.0)), Some(5.0));
        assert_eq!(heard(ears.take(&list, at(610.0))), critical(0));
        // A clock that was set back by a day.
        assert_eq!(heard(ears.take(&list, at(-86_000.0))), critical(0));
        records.push(acknowledge("bus_voltage", 620.0));
        assert_eq!(heard(ears.take(&present(&records), at(700.0))), None);
        assert_eq!(ears.next_s(&present(&records), at(700.0)), None);
    }

    #[test]
    fn a_mute_expires_and_something_worse_breaks_it() {
        let mut ears = Annunciator::default();
        let mut records = vec![raise("bus_voltage", 0.0, Severity::Distress)];
        assert!(ears.take(&present(&records), at(0.0)).is_some());
        ears.mute(&present(&records), at(1.0), 600.0);
        assert_eq!(ears.muted_s(at(1.0)), Some(600.0));
        let muted = heard(ears.take(&present(&records), at(40.0)));
        assert_eq!(muted, Some((Severity::Distress, 0, true)));
        // As bad as what was there: still muted.
        records.push(raise("battery_charge", 50.0, Severity::Distress));
        let muted = heard(ears.take(&present(&records), at(50.0)));
        assert_eq!(muted, Some((Severity::Distress, 1, true)));
        records.push(raise("battery_temperature", 60.0, Severity::Critical));
        let loud = heard(ears.take(&present(&records), at(60.0)));
        assert_eq!(loud, Some((Severity::Critical, 1, false)));
        assert_eq!(ears.muted_s(at(60.0)), None);
        ears.mute(&present(&records), at(61.0), 600.0);
        assert_eq!(heard(ears.take(&present(&records), at(662.0))).map(|h| h.2), Some(false));
        ears.mute(&present(&records), at(700.0), 600.0);
        ears.unmute();
        assert_eq!(ears.muted_s(at(701.0)), None);
    }

    #[test]
    fn old_news_is_silent_after_a_start_but_what_waits_is_heard() {
        let records = [
            raise("bus_voltage", -3.0 * 86_400.0, Severity::Critical),
            raise("battery_charge", -100.0, Severity::Critical),
        ];
        let mut ears = Annunciator::default();
        let first = ears.take(&present(&records), at(0.0)).expect("one of them is new");
        assert_eq!(first.fresh, [key("battery_charge")]);
        let mut ears = Annunciator::default();
        assert_eq!(ears.take(&present(&records[..1]), at(0.0)), None);
        assert_eq!(ears.take(&present(&records[..1]), at(100.0)), None);
        assert_eq!(ears.next_s(&present(&records[..1]), at(100.0)), None);
        // The same alarm, raised anew.
        let again = [
            records[0].clone(),
            raise("bus_voltage", 150.0, Severity::Normal),
            raise("bus_voltage", 200.0, Severity::Critical),
        ];
        assert_eq!(heard(ears.take(&present(&again), at(200.0))).map(|h| h.1), Some(1));
    }
}
