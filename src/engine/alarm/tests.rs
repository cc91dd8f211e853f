//! From samples to alarms, against results worked out by hand.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::archive::{Archive, ParameterBatch, SeriesKey};
use crate::mission::{AlarmRule, Database, Limit, Parameter, Severity, Suppression};
use crate::time::{Instant, TimeRange};

fn at(s: f64) -> Instant {
    Instant::from_unix_s(1.5e9 + s)
}

fn parameter(limits: Vec<Limit>, alarm: AlarmRule) -> Parameter {
    let name = "/insight/lander/bus_voltage".to_owned();
    let states = vec![];
    Parameter {
        name,
        title: "Bus voltage".into(),
        unit: "V".into(),
        rate_hz: 1.0,
        decimals: 1,
        limits,
        alarm,
        states,
        expression: String::new(),
        description: String::new(),
    }
}

fn high(severity: Severity, high: f64) -> Limit {
    Limit { severity, high: Some(high), ..Limit::default() }
}

/// One sample a second; (second, severity) of each change.
fn changes(parameter: &Parameter, values: &[f64]) -> Vec<(usize, Severity)> {
    let mut detector = Detector::default();
    let found =
        |(i, v): (usize, &f64)| Some((i, detector.take(parameter, at(i as f64), *v)?.severity));
    values.iter().enumerate().filter_map(found).collect()
}

#[test]
fn limits_deadband_delays_and_counts() {
    use Severity::{Critical, Normal, Warning};
    let plain = parameter(vec![high(Warning, 5.0), high(Critical, 9.0)], AlarmRule::default());
    assert_eq!(
        changes(&plain, &[1.0, 6.0, f64::NAN, 10.0, 7.0, 5.0]),
        [(1, Warning), (3, Critical), (4, Warning), (5, Normal)]
    );
    let band = Limit { hysteresis: 1.0, ..high(Warning, 5.0) };
    let banded = parameter(vec![band], AlarmRule::default());
    assert_eq!(changes(&banded, &[5.1, 4.9, 5.1, 4.5, 4.0, 4.9]), [(0, Warning), (4, Normal)]);
    let slow = AlarmRule { delay_on_s: 2.0, delay_off_s: 3.0, ..AlarmRule::default() };
    let slow = parameter(vec![high(Warning, 5.0)], slow);
    let values = [6.0, 6.0, 1.0, 6.0, 6.0, 6.0, 1.0, 6.0, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(changes(&slow, &values), [(5, Warning), (11, Normal)]);
    let thrice = AlarmRule { violations: 3, ..AlarmRule::default() };
    let thrice = parameter(vec![high(Warning, 5.0)], thrice);
    assert_eq!(changes(&thrice, &[6.0, 6.0, 1.0, 6.0, 7.0, 8.0, 1.0]), [(5, Warning), (6, Normal)]);
    let rate = Limit { severity: Warning, rate_per_s: Some(2.0), ..Limit::default() };
    let rate = parameter(vec![rate], AlarmRule::default());
    assert_eq!(changes(&rate, &[0.0, 2.0, 5.0, 5.5]), [(2, Warning), (3, Normal)]);
    let fault = Limit { severity: Critical, states: vec!["FAULT".into()], ..Limit::default() };
    let mut mode = parameter(vec![fault], AlarmRule::default());
    mode.states = vec![(0.0, "OFF".into()), (9.0, "FAULT".into())];
    assert_eq!(changes(&mode, &[0.0, 9.0, 0.0]), [(1, Critical), (2, Normal)]);
}

#[test]
fn the_violated_side_is_told() {
    let limit = Limit {
        severity: Severity::Warning,
        low: Some(24.0),
        high: Some(34.0),
        ..Limit::default()
    };
    let p = parameter(vec![limit], AlarmRule::default());
    let said = |v| Detector::default().take(&p, at(0.0), v).map(|f| f.limit);
    assert_eq!(said(20.0).as_deref(), Some("below 24"));
    assert_eq!(said(40.0).as_deref(), Some("above 34"));
    assert_eq!(said(30.0), None);
}

fn key(name: &str) -> SeriesKey {
    SeriesKey::new(name, "simulated")
}

fn found(seq: i64, name: &str, s: f64, severity: Severity) -> Record {
    let what = What::Found(Found { severity, value: 1.0, limit: String::new(), latch: false });
    Record { seq, key: key(name), time: at(s), what }
}

fn done(seq: i64, name: &str, s: f64, raised: f64, action: AlarmAction) -> Record {
    let what = What::Done(Done { who: "Ada".into(), raised: at(raised), action });
    Record { seq, key: key(name), time: at(s), what }
}

fn state(records: &[Record], name: &str, s: f64) -> AlarmState {
    Board::at(records, at(s)).get(&key(name)).map_or(AlarmState::Normal, |a| a.state)
}

#[test]
fn a_shelf_ends_by_time_or_by_hand() {
    let shelve = AlarmAction::Shelve { for_s: 100.0, reason: "known".into() };
    let mut records = vec![found(1, "a", 0.0, Severity::Warning), done(2, "a", 10.0, 0.0, shelve)];
    assert_eq!(state(&records, "a", 9.0), AlarmState::Unacknowledged);
    let board = Board::at(&records, at(50.0));
    let alarm = board.get(&key("a")).unwrap();
    assert_eq!((alarm.state, alarm.shelved_until), (AlarmState::Shelved, Some(at(110.0))));
    assert_eq!(alarm.reason, "known");
    assert_eq!(alarm.handled, Some((at(10.0), "Ada".into())));
    assert_eq!(state(&records, "a", 110.0), AlarmState::Unacknowledged, "by time");
    records.push(done(3, "a", 60.0, 0.0, AlarmAction::Unshelve));
    assert_eq!(state(&records, "a", 200.0), AlarmState::Acknowledged, "by hand");
}

#[test]
fn an_acknowledgement_does_not_cover_what_was_not_seen() {
    // The worse value was taken before the acknowledgement and arrived after it.
    let records = [
        found(1, "a", 0.0, Severity::Warning),
        found(3, "a", 5.0, Severity::Critical),
        done(2, "a", 10.0, 0.0, AlarmAction::Acknowledge),
    ];
    assert_eq!(state(&records, "a", 20.0), AlarmState::Unacknowledged);
    let records = [
        found(1, "a", 0.0, Severity::Critical),
        found(2, "a", 5.0, Severity::Warning),
        done(3, "a", 10.0, 0.0, AlarmAction::Acknowledge),
        found(4, "a", 20.0, Severity::Critical),
    ];
    assert_eq!(state(&records, "a", 15.0), AlarmState::Acknowledged);
    assert_eq!(state(&records, "a", 20.0), AlarmState::Unacknowledged, "it got worse again");
}

#[test]
fn occurrences_and_notes_are_remembered() {
    let mut records = Vec::new();
    for i in 0..5 {
        records.push(found(i, "a", i as f64 * 10.0, Severity::Warning));
        records.push(found(i, "a", i as f64 * 10.0 + 5.0, Severity::Normal));
    }
    records.push(done(9, "a", 60.0, 0.0, AlarmAction::Comment { text: "dust".into() }));
    let board = Board::at(&records, at(100.0));
    let alarm = board.get(&key("a")).unwrap();
    assert_eq!(alarm.state, AlarmState::Returned);
    let starts: Vec<_> = alarm.occurrences.iter().map(|o| (o.start, o.end)).collect();
    let expected = [40.0, 30.0, 20.0].map(|s| (at(s), Some(at(s + 5.0))));
    assert_eq!(starts, expected);
    assert_eq!(alarm.notes[0].text, "dust");
    assert_eq!(alarm.severity, Severity::Warning, "the worst of the last occurrence");
}

#[test]
fn alarms_of_one_instrument_that_start_together_are_one_group() {
    let mission = |name: &str| format!("/insight/{name}");
    let records = [
        found(1, &mission("lander/battery_charge"), 0.0, Severity::Warning),
        found(2, &mission("lander/bus_voltage"), 50.0, Severity::Critical),
        found(3, &mission("apss/pressure"), 55.0, Severity::Warning),
        found(4, &mission("lander/array_current"), 61.0, Severity::Warning),
    ];
    let views = views(&Board::at(&records, at(100.0)), &Database::builtin());
    let said: Vec<_> =
        views.iter().map(|v| (v.title.as_str(), v.group_size, v.first_out)).collect();
    // The most severe first, then in the order of their start.
    assert_eq!(
        said,
        [
            ("Bus voltage", 2, false),
            ("Battery charge", 2, true),
            ("Pressure", 1, true),
            ("Solar array current", 1, true),
        ]
    );
    assert_eq!(views[0].first, at(0.0));
}

#[test]
fn a_replay_follows_its_cursor_both_ways() {
    let shelve = AlarmAction::Shelve { for_s: 30.0, reason: String::new() };
    let records = [
        found(1, "a", 0.0, Severity::Warning),
        done(2, "a", 10.0, 0.0, shelve),
        found(3, "b", 60.0, Severity::Critical),
        found(4, "a", 70.0, Severity::Normal),
    ];
    let mut journal = Journal::default();
    journal.add(records.clone());
    let journal = std::sync::Arc::new(journal);
    let mut replay = Replay::default();
    for s in [-5.0, 0.0, 5.0, 12.0, 39.0, 40.0, 65.0, 80.0, 12.0, 61.0, 61.0] {
        let (board, _) = replay.at(&journal, at(s));
        assert_eq!(*board, Board::at(&records, at(s)), "{s}");
    }
    assert!(!replay.at(&journal, at(61.5)).1, "nothing happened since");
    assert!(replay.at(&journal, at(71.0)).1);
}

#[test]
fn figures_of_the_journal() {
    let mut records = Vec::new();
    // Twelve alarms in eleven minutes, each back after ten seconds.
    for i in 0..12 {
        let name = format!("f{i}");
        records.push(found(0, &name, f64::from(i) * 50.0, Severity::Warning));
        records.push(found(0, &name, f64::from(i) * 50.0 + 10.0, Severity::Normal));
    }
    // One that chatters: five changes in forty seconds.
    for i in 0..5 {
        let severity = if i % 2 == 0 { Severity::Watch } else { Severity::Normal };
        records.push(found(0, "c", 20_000.0 + f64::from(i) * 10.0, severity));
    }
    records.push(done(1, "f0", 100.0, 0.0, AlarmAction::Acknowledge));
    records.push(done(2, "f1", 350.0, 50.0, AlarmAction::Acknowledge));
    records.push(done(3, "f1", 400.0, 50.0, AlarmAction::Acknowledge));
    records.sort_by_key(Record::order);
    let range = TimeRange::new(at(0.0), at(36_000.0 * 4.0));
    let figures = statistics(&records, range);
    assert_eq!(figures.alarms, 15);
    assert!((figures.per_hour - 15.0 / 40.0).abs() < 1e-12);
    assert_eq!(figures.busiest_hour, 12);
    assert_eq!(figures.top.len(), 10);
    assert_eq!(figures.top[0], (key("c"), 3));
    assert_eq!(figures.chattering, [(key("c"), 5)]);
    assert_eq!(figures.stale, [(key("c"), 144_000.0 - 20_040.0)]);
    let flood = TimeRange::new(at(0.0), at(550.0));
    assert_eq!(figures.floods, [Flood { range: flood, alarms: 12 }]);
    assert_eq!((figures.acknowledged, figures.median_acknowledge_s), (2, Some(200.0)));
    assert_eq!(statistics(&[], range), Statistics::default());
}

fn batch(from: usize, values: &[f64]) -> ParameterBatch {
    let times = (0..values.len()).map(|i| at((from + i) as f64)).collect();
    ParameterBatch {
        product: "simulated".into(),
        names: vec!["/insight/lander/bus_voltage".into()],
        units: vec!["V".into()],
        times,
        columns: vec![values.to_vec()],
    }
}

/// The journal of an archive after looking through it.
fn search(archive: &Archive, p: &Parameter, mark: Option<&Mark>) -> Option<Searched> {
    let series = archive.series();
    let searched = look_through(archive, p, &series[0], mark, &AtomicBool::new(false)).unwrap();
    if let Some(searched) = &searched {
        let key = &series[0].key;
        let rows: Vec<_> = searched.records(key).iter().map(Record::row).collect();
        archive.put_alarms_found(searched.from, &rows, &searched.mark.stored(key)).unwrap();
    }
    searched
}

#[test]
fn looking_through_goes_on_where_it_ended_and_again_for_late_data() {
    let rule = AlarmRule { delay_on_s: 3.0, delay_off_s: 2.0, ..AlarmRule::default() };
    let band = Limit { hysteresis: 0.5, ..high(Severity::Warning, 5.0) };
    let p = parameter(vec![band, high(Severity::Critical, 8.0)], rule);
    let value = |i: usize| 4.0 + 5.0 * ((i as f64) * 0.013).sin() + ((i * 7919) % 13) as f64 * 0.1;
    let values: Vec<f64> = (0..6000).map(value).collect();
    let mut detector = Detector::default();
    let take = |(i, v): (usize, &f64)| {
        let time = at(i as f64);
        detector.take(&p, time, *v).map(|f| (time, f))
    };
    let expected: Vec<_> = values.iter().enumerate().filter_map(take).collect();
    assert!(expected.len() > 20, "{}", expected.len());
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a"), at(0.0)).unwrap();
    let mut mark: Option<Mark> = None;
    for (from, to) in [(0, 1000), (1000, 1500), (1500, 1501), (1501, 4000), (4500, 6000)] {
        archive.append_parameters(&batch(from, &values[from..to])).unwrap();
        let searched = search(&archive, &p, mark.as_ref()).unwrap();
        assert_eq!(searched.from == Instant::MIN, from == 0, "only appended: {from}");
        mark = Some(searched.mark);
    }
    assert_eq!(search(&archive, &p, mark.as_ref()), None, "nothing is new");
    archive.append_parameters(&batch(4000, &values[4000..4500])).unwrap();
    let late = search(&archive, &p, mark.as_ref()).unwrap();
    assert_eq!((late.from, &late.found), (Instant::MIN, &expected));
    drop(archive);
    let (archive, _) =
        Archive::open(&folder.path().join("a"), crate::archive::Access::Write).unwrap();
    let (rows, marks) = archive.alarms().unwrap();
    let (journal, unreadable) = Journal::of(&rows);
    let stored: Vec<_> = journal.records().iter().map(|r| (r.time, r.what.clone())).collect();
    let expected: Vec<_> = expected.into_iter().map(|(t, f)| (t, What::Found(f))).collect();
    assert_eq!((stored, unreadable), (expected, 0));
    assert_eq!(Mark::of(&marks[0]).as_ref(), Some(&late.mark));
    assert!(archive.verify(&|_| (), &AtomicBool::new(false)).is_empty());
    let stricter = parameter(vec![high(Severity::Warning, 2.0)], AlarmRule::default());
    let again = search(&archive, &stricter, Some(&late.mark)).unwrap();
    assert_eq!(again.from, Instant::MIN, "other limits, all again");
}

#[test]
fn a_sleeping_instrument_raises_no_alarm_by_design() {
    let fault =
        |s: f64, severity| Record { key: design_key(&key("a")), ..found(0, "a", s, severity) };
    let mut records = vec![
        found(1, "a", 0.0, Severity::Warning),
        fault(10.0, Severity::Watch),
        found(2, "a", 20.0, Severity::Normal),
        found(3, "a", 30.0, Severity::Critical),
        fault(40.0, Severity::Normal),
    ];
    assert_eq!(state(&records, "a", 10.0), AlarmState::Suppressed);
    assert_eq!(state(&records, "a", 35.0), AlarmState::Suppressed);
    assert_eq!(state(&records, "a", 40.0), AlarmState::Unacknowledged);
    assert_eq!(Board::at(&records, at(50.0)).listed().count(), 1, "one alarm");
    records.sort_by_key(Record::order);
    let figures = statistics(&records, TimeRange::new(at(0.0), at(100.0)));
    assert_eq!(figures.alarms, 2);
}

#[test]
fn the_mode_of_an_instrument_is_looked_through_for_its_alarms() {
    let mut missions = Database::builtin();
    let lander = missions.missions[0].instruments.iter_mut().find(|i| i.id == "lander").unwrap();
    let mode = "/insight/lander/array_current".to_owned();
    lander.parameters.iter_mut().find(|p| p.name == mode).unwrap().states =
        vec![(1.0, "ON".into()), (0.0, "OFF".into())];
    let voltage = lander.parameters.iter_mut().find(|p| p.title == "Bus voltage").unwrap();
    let states = vec!["OFF".to_owned()];
    voltage.alarm.suppressed = Some(Suppression { parameter: mode.clone(), states });
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a"), at(0.0)).unwrap();
    let mut stored = batch(0, &[1.0, 0.0, 0.0, 1.0]);
    stored.names = vec![mode];
    archive.append_parameters(&stored).unwrap();
    let series = archive.series();
    let all = watched(&missions, &series);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].key, design_key(&key("/insight/lander/bus_voltage")));
    let quiet = AtomicBool::new(false);
    let searched = look_through(&archive, &all[0].parameter, all[0].summary, None, &quiet);
    let found: Vec<_> = searched.unwrap().unwrap().found;
    let said: Vec<_> = found.iter().map(|(t, f)| (*t, f.limit.as_str())).collect();
    assert_eq!(said, [(at(1.0), "state OFF"), (at(3.0), "")]);
}
