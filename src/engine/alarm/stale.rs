//! Silence of one parameter: an alarm where other data of its mission are newer than its own by
//! more than they may be. Nothing goes stale between passes or while a whole link is silent: that
//! is found by [`super::silence`].

use std::collections::{BTreeMap, HashMap};

use super::board::Board;
use super::record::{Found, Record, What};
use super::search::stored;
use super::silence::link_of;
use crate::archive::{SeriesKey, SeriesSummary};
use crate::mission::{Database, Mission, Parameter, Severity, Stale};
use crate::time::Instant;

/// Ends the name of an alarm that is about the silence of the series of that name.
const STALE: &str = "#stale";
/// A look at the archive counts for this share of the limit at most, however much newer the data
/// became: where a pass begins after hours, a parameter has its time to be heard.
const SHARE: f64 = 0.25;

/// The key of the alarm about the silence of a series.
pub fn stale_key(key: &SeriesKey) -> SeriesKey {
    SeriesKey::new(format!("{}{STALE}", key.name), key.product.clone())
}

/// Whether an alarm is about the silence of its series.
pub fn is_stale_alarm(key: &SeriesKey) -> bool {
    key.name.ends_with(STALE)
}

/// The series that an alarm is about; for that of a link its own key.
pub fn series_of(key: &SeriesKey) -> SeriesKey {
    let name = key.name.strip_suffix(STALE).unwrap_or(&key.name);
    SeriesKey::new(name, key.product.clone())
}

/// What an alarm is called that is about a parameter of this title.
pub fn alarm_title(key: &SeriesKey, parameter: &str) -> String {
    if is_stale_alarm(key) { format!("{parameter}: no values") } else { parameter.to_owned() }
}

/// The value that decided an alarm, with unit and limit: `42.1 V, above 36`; a state by its name;
/// of silence the sentence alone.
pub fn value_words(missions: &Database, key: &SeriesKey, value: f64, limit: &str) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if is_stale_alarm(key) || link_of(key).is_some() {
        return limit.to_owned();
    }
    let known = missions.parameter(&key.name).map(|(_, _, parameter)| parameter);
    let value = match known {
        Some(p) if p.unit.is_empty() => p.print(value),
        Some(p) => format!("{} {}", p.print(value), p.unit),
        None => value.to_string(),
    };
    if limit.is_empty() || limit.starts_with("state") { value } else { format!("{value}, {limit}") }
}

/// How long newer data have come without a value.
#[derive(Clone, Copy, Debug)]
struct Flow {
    newest: Instant,
    reference: Instant,
    seconds: f64,
}

/// Which parameters are silent. It looks at every state of the archive once, so that it knows
/// what came between; what it tells survives in the journal.
#[derive(Debug, Default)]
pub struct StaleWatch {
    flows: HashMap<SeriesKey, Flow>,
    /// The alarms that are active, and since when.
    active: BTreeMap<SeriesKey, Instant>,
}

impl StaleWatch {
    /// Begins with what the journal says.
    pub fn new(board: &Board) -> Self {
        let known = board.listed().filter(|alarm| alarm.active && is_stale_alarm(&alarm.key));
        let active = known.map(|alarm| (alarm.key.clone(), alarm.since)).collect();
        Self { flows: HashMap::new(), active }
    }

    /// What has changed with this state of the archive: parameters that fell silent, those that are
    /// heard again, and silent ones that are not watched any more. `series` is sorted by key.
    pub fn look(&mut self, missions: &Database, series: &[SeriesSummary]) -> Vec<Record> {
        let mut records = Vec::new();
        let mut watched = Vec::new();
        for mission in &missions.missions {
            for parameter in mission.instruments.iter().flat_map(|i| &i.parameters) {
                let Some(rule) = &parameter.alarm.stale else { continue };
                let Some(limit_s) = parameter.stale_after_s() else { continue };
                for summary in stored(series, &parameter.name) {
                    let product = &summary.key.product;
                    let reference = newest_of(mission, series, &rule.against, product);
                    let key = stale_key(&summary.key);
                    let new = self.judge(&key, summary.span.end, reference, limit_s, || {
                        found(parameter, rule, reference.s_since(summary.span.end), limit_s)
                    });
                    records.extend(new);
                    watched.push(key);
                }
            }
        }
        watched.sort_unstable();
        let forgotten: Vec<_> =
            self.active.keys().filter(|key| watched.binary_search(key).is_err()).cloned().collect();
        for key in forgotten {
            let since = self.active.remove(&key).unwrap_or(Instant::MIN);
            records.push(record(key, since, heard()));
        }
        records
    }

    fn judge(
        &mut self,
        key: &SeriesKey,
        newest: Instant,
        reference: Instant,
        limit_s: f64,
        found: impl FnOnce() -> Found,
    ) -> Option<Record> {
        let fresh = Flow { newest, reference, seconds: 0.0 };
        let flow = self.flows.entry(key.clone()).or_insert(fresh);
        let is_behind = reference.s_since(newest) > limit_s;
        if newest > flow.newest {
            *flow = fresh;
        } else if reference > flow.reference {
            flow.seconds += reference.s_since(flow.reference).min(limit_s * SHARE);
            flow.reference = reference;
        }
        match self.active.get(key).copied() {
            Some(since) if !is_behind => {
                self.active.remove(key);
                Some(record(key.clone(), newest.max(since), heard()))
            }
            None if is_behind && flow.seconds > limit_s => {
                self.active.insert(key.clone(), reference);
                Some(record(key.clone(), reference, found()))
            }
            _ => None,
        }
    }
}

/// Time of the newest data of a parameter, or of any of a mission, in one product.
fn newest_of(mission: &Mission, series: &[SeriesSummary], against: &str, product: &str) -> Instant {
    let all = mission.instruments.iter().flat_map(|i| &i.parameters);
    let names = all.filter(|p| against.is_empty() || p.name == against);
    let summaries = names.flat_map(|p| stored(series, &p.name));
    let mine = summaries.filter(|s| s.key.product == product);
    mine.map(|s| s.span.end).max().unwrap_or(Instant::MIN)
}

fn found(parameter: &Parameter, rule: &Stale, silent_s: f64, limit_s: f64) -> Found {
    let expected = if parameter.rate_hz > 0.0 {
        match 1.0 / parameter.rate_hz {
            period if period >= 1.0 => format!("every {period:.0} s"),
            _ => format!("{} times a second", parameter.rate_hz),
        }
    } else {
        format!("within {limit_s:.0} s")
    };
    let limit = format!("no value for {silent_s:.0} s, expected {expected}");
    Found { severity: rule.severity, value: silent_s, limit, latch: false }
}

fn heard() -> Found {
    Found { severity: Severity::Normal, value: 0.0, limit: String::new(), latch: false }
}

fn record(key: SeriesKey, time: Instant, found: Found) -> Record {
    Record { seq: 0, key, time, what: What::Found(found) }
}

#[cfg(test)]
mod tests {
    use super::super::state::AlarmState;
    use super::super::views;
    use super::*;
    use crate::archive::SeriesKind;
    use crate::time::TimeRange;

    const STATE: &str = "/insight/apss/state";

    fn at(s: f64) -> Instant {
        Instant::from_unix_s(1.6e9 + s)
    }

    /// Two series, the second of which is judged: until when they have data.
    fn series(lander_s: f64, apss_s: f64) -> Vec<SeriesSummary> {
        let one = |name: &str, end_s: f64| SeriesSummary {
            key: SeriesKey::new(name, "raw"),
            kind: SeriesKind::Parameter,
            unit: String::new(),
            rate_hz: 0.1,
            span: TimeRange::new(at(0.0), at(end_s)),
            samples: 9,
        };
        vec![one(STATE, apss_s), one("/insight/lander/bus_voltage", lander_s)]
    }

    fn missions() -> Database {
        let mut missions = Database::builtin();
        for p in missions.missions.iter_mut().flat_map(|m| &mut m.instruments) {
            for p in &mut p.parameters {
                let severity = Severity::Warning;
                let rule = Stale { severity, after_s: 60.0, against: String::new() };
                p.alarm.stale = (p.name == STATE).then_some(rule);
            }
        }
        missions
    }

    #[test]
    fn a_parameter_that_falls_silent_is_an_alarm_until_it_is_heard() {
        let missions = missions();
        let mut board = Board::default();
        let mut watch = StaleWatch::default();
        let mut look = |lander: f64, apss: f64, watch: &mut StaleWatch| {
            let new = watch.look(&missions, &series(lander, apss));
            for record in &new {
                board.apply(record);
            }
            (new.len(), views(&board, &missions))
        };
        assert_eq!(look(10.0, 10.0, &mut watch).0, 0);
        for s in 2..=7 {
            assert_eq!(look(f64::from(s) * 10.0, 10.0, &mut watch).0, 0, "{s}");
        }
        let (count, views_now) = look(75.0, 10.0, &mut watch);
        assert_eq!((count, views_now.len()), (1, 1));
        let view = &views_now[0];
        assert_eq!((view.title.as_str(), view.instrument.as_str()), ("Mode: no values", "apss"));
        assert_eq!(view.alarm.limit, "no value for 65 s, expected every 10 s");
        assert_eq!(view.alarm.state, AlarmState::Unacknowledged);
        assert_eq!(series_of(&view.alarm.key).name, STATE);
        let words = value_words(&missions, &view.alarm.key, view.alarm.value, &view.alarm.limit);
        assert_eq!(words, view.alarm.limit);
        assert_eq!(look(100.0, 10.0, &mut watch).0, 0);
        // After a restart it is known; when values come that are fresh, it is over.
        let mut again = StaleWatch { active: watch.active, ..StaleWatch::default() };
        assert_eq!(look(110.0, 20.0, &mut again).0, 0);
        let (count, views_now) = look(111.0, 111.0, &mut again);
        assert_eq!((count, views_now[0].alarm.state), (1, AlarmState::Returned));
    }

    #[test]
    fn nothing_goes_stale_between_passes_or_by_a_pass_that_begins() {
        let missions = missions();
        let mut watch = StaleWatch::default();
        assert!(watch.look(&missions, &series(10.0, 10.0)).is_empty());
        // Hours of silence of all; the other is heard first.
        for s in [9000.0, 9001.0, 9020.0, 9044.0] {
            assert!(watch.look(&missions, &series(s, 10.0)).is_empty(), "{s}");
        }
        assert!(watch.look(&missions, &series(9045.0, 9045.0)).is_empty());
        // A whole sol at once, as files bring it.
        for s in 1..=4 {
            let end = 9045.0 + 88_775.0 * f64::from(s);
            assert!(watch.look(&missions, &series(end, 9045.0)).is_empty());
        }
    }

    #[test]
    fn a_rule_that_is_gone_ends_its_alarm() {
        let missions = missions();
        let mut watch = StaleWatch::default();
        let late = |s: f64| series(s, 10.0);
        let raised: usize =
            (0..9).map(|i| watch.look(&missions, &late(100.0 + 20.0 * f64::from(i))).len()).sum();
        assert_eq!(raised, 1);
        let none = Database::builtin();
        let mut plain = none.clone();
        for i in plain.missions.iter_mut().flat_map(|m| &mut m.instruments) {
            i.parameters.iter_mut().for_each(|p| p.alarm.stale = None);
        }
        let ended = watch.look(&plain, &late(300.0));
        let What::Found(found) = &ended[0].what else { panic!("no finding") };
        assert_eq!((ended.len(), found.severity), (1, Severity::Normal));
    }
}
