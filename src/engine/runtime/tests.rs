//! The engine as a console uses it: jobs, snapshots, queries, two consoles on one archive.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::{Engine, EngineConfig, EngineHandle, Intent, JobState, MessageLevel, Snapshot};
use crate::alarm::{AlarmAction, AlarmRef, AlarmState};
use crate::archive::{Access, LogEntry, LogQuery, ParameterBatch, SeriesKey};
use crate::mission::{Database, Severity};
use crate::query::{Answer, QueryError, Request};
use crate::report::ReportOrder;
use crate::time::{Convention, Instant, SimulatedClock, SolClock, TimeRange};

fn start(folder: &Path) -> (Engine, Receiver<()>) {
    let (wake, woken) = bounded(1);
    let engine = Engine::start(EngineConfig {
        archive: folder.to_owned(),
        access: Access::Write,
        missions: Database::builtin(),
        notes: Vec::new(),
        clock: Arc::new(SimulatedClock::new(Instant::from_unix_s(1.6e9))),
        waker: Arc::new(move || {
            let _: Result<(), _> = wake.try_send(());
        }),
        links: true,
        random: |_| true,
    });
    (engine.expect("the engine starts"), woken)
}

/// Waits until a snapshot satisfies a condition; a minute without it fails the test.
fn until(
    engine: &Engine,
    woken: &Receiver<()>,
    condition: impl Fn(&Snapshot) -> bool,
) -> Arc<Snapshot> {
    for _ in 0..600 {
        let snapshot = engine.snapshot();
        if condition(&snapshot) {
            return snapshot;
        }
        let _: Result<(), _> = woken.recv_timeout(Duration::from_millis(100));
    }
    panic!("the engine did not get there: {:#?}", engine.snapshot().jobs);
}

fn ended(snapshot: &Snapshot) -> bool {
    !snapshot.jobs.is_empty()
        && snapshot.jobs.iter().all(|j| !matches!(j.state, JobState::Running(_)))
}

const CSV: &str = "time,pressure\n2019-07-26T12:00:00Z,700.5\n2019-07-26T12:00:01Z,701.5\n\
                   2019-07-26T12:00:02Z,699.5\n";

#[test]
fn a_file_goes_from_intent_to_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("weather.csv");
    std::fs::write(&file, CSV).unwrap();
    let (engine, woken) = start(&folder.path().join("archive"));
    engine.send(Intent::Ingest { paths: vec![file.clone()] });
    let snapshot = until(&engine, &woken, |s| ended(s) && !s.series.is_empty());
    let summary = snapshot.series[0].clone();
    assert_eq!(summary.samples, 3);
    let request = Request::MinMax { key: summary.key.clone(), range: summary.span, width: 1 };
    let Ok(Answer::MinMax { buckets, .. }) = engine.query(request).wait() else {
        panic!("no answer")
    };
    assert_eq!((buckets[0].min, buckets[0].max, buckets[0].count), (699.5, 701.5, 3));
    // The same file again adds nothing and says so.
    let generation = snapshot.archive_generation;
    engine.send(Intent::Ingest { paths: vec![file] });
    let again = until(&engine, &woken, |s| ended(s) && s.jobs.len() == 2);
    assert_eq!(again.archive_generation, generation);
    assert!(again.jobs[0].detail.contains("already"), "{}", again.jobs[0].detail);
}

#[test]
fn a_failed_job_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, woken) = start(&folder.path().join("archive"));
    engine.send(Intent::Ingest { paths: vec![folder.path().join("missing.mseed")] });
    let snapshot = until(&engine, &woken, ended);
    assert_eq!(snapshot.jobs[0].state, JobState::Failed);
    let last = snapshot.messages.last().unwrap();
    assert_eq!(last.level, MessageLevel::Error);
    assert!(last.text.contains("missing.mseed"), "{}", last.text);
}

#[test]
fn unknown_series_and_dropped_tickets_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = start(&folder.path().join("archive"));
    let key = SeriesKey::parse("XX.NONE.00.BHZ");
    let request = Request::MinMax { key, range: TimeRange::ALL, width: 100 };
    assert!(matches!(engine.query(request.clone()).wait(), Err(QueryError::Unknown(_))));
    for _ in 0..2000 {
        drop(engine.query(request.clone()));
    }
    // A full queue answers at once; what was dropped makes room.
    let none = Request::Latest { keys: vec![], at: Instant::default() };
    let answer = (0..10_000).map(|_| engine.query(none.clone()).wait()).find(Result::is_ok);
    assert!(matches!(answer, Some(Ok(Answer::Latest(list))) if list.is_empty()));
}

#[test]
fn a_second_console_reads_what_the_first_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("weather.csv");
    std::fs::write(&file, CSV).unwrap();
    let (first, woken) = start(&folder.path().join("archive"));
    let (second, second_woken) = start(&folder.path().join("archive"));
    let snapshot = second.snapshot();
    assert!(first.snapshot().writable && !snapshot.writable);
    assert!(snapshot.messages[0].text.contains("reads the archive"), "{:?}", snapshot.messages);
    second.send(Intent::Ingest { paths: vec![file.clone()] });
    let refused = until(&second, &second_woken, |s| s.messages.len() > 1);
    assert!(refused.messages[1].text.contains("only reads"), "{:?}", refused.messages);
    first.send(Intent::Ingest { paths: vec![file] });
    until(&first, &woken, |s| ended(s) && !s.series.is_empty());
    let seen = until(&second, &second_woken, |s| !s.series.is_empty());
    assert_eq!(seen.series[0].samples, 3);
}

#[test]
fn alarms_are_found_handled_and_there_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("archive");
    let key = SeriesKey::new("/insight/lander/bus_voltage", "raw");
    let at = Instant::from_unix_s;
    let (engine, woken) = start(&place);
    let batch = |from: f64, values: &[f64]| ParameterBatch {
        product: "raw".into(),
        names: vec![key.name.clone()],
        units: vec!["V".into()],
        times: (0..values.len()).map(|i| at(from + i as f64)).collect(),
        columns: vec![values.to_vec()],
    };
    engine.archive().append_parameters(&batch(1.5e9, &[30.0, 35.0, 40.0])).unwrap();
    // Any event makes the owner look at the archive again.
    engine.send(Intent::Cancel { job: 0 });
    let snapshot = until(&engine, &woken, |s| !s.alarms.present.is_empty());
    let view = snapshot.alarms.present[0].clone();
    assert_eq!((view.title.as_str(), view.mission.as_str()), ("Bus voltage", "insight"));
    let alarm = &view.alarm;
    assert_eq!((alarm.state, alarm.severity), (AlarmState::Unacknowledged, Severity::Critical));
    assert_eq!((alarm.since, alarm.raised), (at(1.5e9 + 1.0), at(1.5e9 + 2.0)));
    assert_eq!((alarm.value, alarm.limit.as_str()), (40.0, "above 36"));
    let old = AlarmRef { key: key.clone(), raised: alarm.since };
    let seen = AlarmRef { key: key.clone(), raised: alarm.raised };
    let order = |alarms: &AlarmRef, action: AlarmAction| {
        let who = "Ada".to_owned();
        engine.send(Intent::Alarm { alarms: vec![alarms.clone()], action, who });
    };
    order(&old, AlarmAction::Acknowledge);
    let refused = until(&engine, &woken, |s| !s.messages.is_empty());
    assert!(refused.messages[0].text.contains("raised again"), "{:?}", refused.messages);
    assert_eq!(refused.alarms.present[0].alarm.state, AlarmState::Unacknowledged);
    order(&seen, AlarmAction::Acknowledge);
    let state =
        |s: &Snapshot, wanted| s.alarms.present.first().is_some_and(|v| v.alarm.state == wanted);
    let done = until(&engine, &woken, |s| state(s, AlarmState::Acknowledged));
    assert!(done.messages[1].text.contains("acknowledged by Ada"), "{:?}", done.messages);
    order(&seen, AlarmAction::Shelve { for_s: 3600.0, reason: "known".into() });
    let shelved = until(&engine, &woken, |s| state(s, AlarmState::Shelved));
    order(&seen, AlarmAction::Shelve { for_s: 1e9, reason: String::new() });
    until(&engine, &woken, |s| s.messages.iter().any(|m| m.text.contains("up to a week")));
    // Closing writes nothing: what is there was written before it was shown.
    drop(engine);
    let (engine, woken) = start(&place);
    assert_eq!(engine.snapshot().alarms.present, shelved.alarms.present, "there before any look");
    // The clock of the test stands; the shelf of an hour is still on. New data go on from there.
    engine.archive().append_parameters(&batch(1.5e9 + 3.0, &[30.0])).unwrap();
    engine.send(Intent::Cancel { job: 0 });
    let after =
        until(&engine, &woken, |s| s.alarms.present.first().is_some_and(|v| !v.alarm.active));
    assert_eq!(after.alarms.present[0].alarm.state, AlarmState::Shelved);
    let who = "Bob".to_owned();
    engine.send(Intent::Alarm { alarms: vec![seen], action: AlarmAction::Unshelve, who });
    until(&engine, &woken, |s| s.alarms.present.is_empty());
    let (reader, reader_woken) = start(&place);
    assert_eq!(reader.snapshot().alarms.journal, engine.snapshot().alarms.journal);
    let alarms = vec![AlarmRef { key, raised: at(0.0) }];
    reader.send(Intent::Alarm { alarms, action: AlarmAction::Unshelve, who: String::new() });
    until(&reader, &reader_woken, |s| s.messages.iter().any(|m| m.text.contains("only reads")));
}

#[test]
fn log_entries_are_stored_before_they_show_and_stand_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, woken) = start(&folder.path().join("archive"));
    let sol = SolClock::of("insight").unwrap().sol_range(235, Convention::Kernel);
    let entry = LogEntry {
        time: sol.start.plus_s(60.0),
        who: "Ada".into(),
        mission: "insight".into(),
        text: "Dust devil seen".into(),
        ..LogEntry::default()
    };
    let write = |entry: LogEntry| engine.send(Intent::WriteNote { entry: Box::new(entry) });
    write(LogEntry { text: "  ".into(), ..entry.clone() });
    write(LogEntry { corrects: Some(9), ..entry.clone() });
    write(entry.clone());
    let said = until(&engine, &woken, |s| s.messages.len() == 3);
    assert!(said.messages[0].text.contains("no text"), "{:?}", said.messages);
    assert!(said.messages[1].text.contains("does not exist"), "{:?}", said.messages);
    assert!(said.messages[2].text.contains("written by Ada"), "{:?}", said.messages);
    let text = String::new();
    let query = LogQuery { range: sol, mission: text.clone(), text, limit: 10 };
    let Ok(Answer::Notes { entries, truncated: false }) =
        engine.query(Request::Notes(query)).wait()
    else {
        panic!("no answer")
    };
    let written = Instant::from_unix_s(1.6e9);
    assert_eq!(entries, [LogEntry { id: 1, written, ..entry }]);
    let path = folder.path().join("report.html");
    let order = ReportOrder { mission: "insight".into(), sol: 235, who: "Ada".into() };
    engine.send(Intent::Report { order, path: path.clone() });
    let done = until(&engine, &woken, ended);
    assert_eq!(done.jobs[0].state, JobState::Done, "{:?}", done.jobs);
    assert!(std::fs::read_to_string(&path).unwrap().contains("Dust devil seen"));
    let order = ReportOrder { mission: "moon".into(), sol: 1, who: String::new() };
    engine.send(Intent::Report { order, path });
    let failed = until(&engine, &woken, |s| s.jobs.len() == 2 && ended(s));
    assert_eq!(failed.jobs[0].state, JobState::Failed);
}
