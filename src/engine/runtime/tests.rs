//! The engine as a console uses it: jobs, snapshots, queries, two consoles on one archive.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::{Engine, EngineConfig, EngineHandle, Intent, JobState, MessageLevel, Snapshot};
use crate::archive::{Access, SeriesKey};
use crate::mission::Database;
use crate::query::{Answer, QueryError, Request};
use crate::time::{Instant, SimulatedClock, TimeRange};

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
