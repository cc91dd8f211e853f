//! The desk of the alarms through the engine: limits changed, silence, escalation, a journal that
//! cannot be written.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::super::{Engine, EngineConfig, EngineHandle, Intent, Snapshot};
use crate::alarm::{AlarmAction, AlarmState, Escalation, What};
use crate::archive::{Access, LimitEdit, ParameterBatch};
use crate::mission::{Database, Limit, Severity};
use crate::time::{Instant, SimulatedClock};

const NAME: &str = "/insight/lander/bus_voltage";

fn at(s: f64) -> Instant {
    Instant::from_unix_s(1.6e9 + s)
}

struct Bench {
    engine: Engine,
    clock: Arc<SimulatedClock>,
}

impl Bench {
    fn start(folder: &Path, now_s: f64) -> Self {
        let clock = Arc::new(SimulatedClock::new(at(now_s)));
        let engine = Engine::start(EngineConfig {
            archive: folder.to_owned(),
            access: Access::Write,
            missions: Database::builtin(),
            notes: Vec::new(),
            clock: Arc::<SimulatedClock>::clone(&clock),
            waker: Arc::new(|| ()),
            links: false,
            random: |_| true,
        });
        Self { engine: engine.unwrap(), clock }
    }

    fn append(&self, name: &str, from_s: f64, values: &[f64]) {
        let batch = ParameterBatch {
            product: "raw".into(),
            names: vec![name.to_owned()],
            units: vec![String::new()],
            times: (0..values.len()).map(|i| at(from_s + i as f64)).collect(),
            columns: vec![values.to_vec()],
        };
        self.engine.archive().append_parameters(&batch).unwrap();
        // Any event makes the owner look at the archive again.
        self.engine.send(Intent::Cancel { job: 0 });
    }

    /// Waits until a snapshot satisfies a condition; a minute without it fails the test.
    fn until(&self, what: &str, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        for _ in 0..1200 {
            let snapshot = self.engine.snapshot();
            if wanted(&snapshot) {
                return snapshot;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let snapshot = self.engine.snapshot();
        panic!("{what}: {:#?} {:#?}", snapshot.messages, snapshot.alarms.present);
    }

    /// Waits until everything stored was looked through.
    fn judged(&self) -> Arc<Snapshot> {
        let generation = self.engine.archive().generation();
        self.until("a look", |s| s.alarms.evaluated >= generation)
    }

    fn says(&self, text: &str) -> Arc<Snapshot> {
        self.until(text, |s| s.messages.iter().any(|m| m.text.contains(text)))
    }
}

fn high(high: f64) -> Limit {
    Limit { severity: Severity::Warning, high: Some(high), ..Limit::default() }
}

fn edit(from_s: f64, after: Option<Vec<Limit>>) -> LimitEdit {
    LimitEdit {
        name: NAME.into(),
        from: at(from_s),
        who: "Ada".into(),
        reason: "New battery".into(),
        after,
        ..LimitEdit::default()
    }
}

#[test]
fn limits_change_at_once_for_later_data_and_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::start(folder.path(), 0.0);
    let change = |bench: &Bench, edit: LimitEdit| {
        bench.engine.send(Intent::EditLimits { edit: Box::new(edit) });
    };
    // The mission database says 26 to 34.
    bench.append(NAME, 0.0, &[33.0, 35.0, 33.0]);
    let before = bench.until("found", |s| s.alarms.journal.records().len() == 2);
    change(&bench, LimitEdit { reason: " ".into(), ..edit(10.0, Some(vec![high(30.0)])) });
    bench.says("write the reason");
    change(&bench, edit(10.0, Some(vec![Limit { low: Some(90.0), ..high(30.0) }])));
    bench.says("low 90 is not below high 30");
    change(&bench, edit(10.0, Some(vec![high(30.0)])));
    let changed = bench.says("changed by Ada: warning above 30 V");
    // What was judged stays as it was written, with its numbers.
    bench.append(NAME, 10.0, &[31.0]);
    let after = bench.until("judged anew", |s| s.alarms.journal.records().len() == 3);
    assert_eq!(after.alarms.journal.records()[..2], *before.alarms.journal.records());
    assert_eq!(after.alarms.present[0].alarm.limit, "above 30");
    let (_, _, parameter) = changed.missions.parameter(NAME).unwrap();
    assert_eq!(parameter.severity(at(9.0), 31.0), Severity::Normal);
    assert_eq!(parameter.severity(at(10.0), 31.0), Severity::Warning);
    let stored = &changed.alarms.limit_edits[0];
    assert_eq!((stored.id, stored.before.len(), stored.who.as_str()), (1, 2, "Ada"));
    // From an earlier time: looked through again, the data of 1 s are fine now.
    change(&bench, edit(0.5, Some(vec![high(36.0)])));
    bench.until("nothing outside", |s| {
        s.alarms.limit_edits.len() == 2 && s.alarms.journal.records().is_empty()
    });
    let limits = |s: &Snapshot| s.missions.parameter(NAME).unwrap().2.limits.clone();
    let known = limits(&bench.engine.snapshot());
    // Closing writes nothing: what is there was written before it was shown.
    drop(bench);
    let bench = Bench::start(folder.path(), 20.0);
    assert_eq!(limits(&bench.engine.snapshot()), known);
    change(&bench, edit(20.0, None));
    let back = bench.says("as in the mission database again");
    let (_, _, parameter) = back.missions.parameter(NAME).unwrap();
    assert_eq!(parameter.severity(at(20.0), 35.0), Severity::Warning);
    assert_eq!(parameter.severity(at(15.0), 35.0), Severity::Normal);
    let reader = Bench::start(folder.path(), 20.0);
    assert_eq!(limits(&reader.engine.snapshot()), limits(&bench.engine.snapshot()));
    change(&reader, edit(30.0, None));
    reader.says("only reads the archive");
}

#[test]
fn a_parameter_that_falls_silent_is_an_alarm_until_it_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::start(folder.path(), 0.0);
    let name = "/insight/apss/state";
    bench.append(name, 0.0, &[2.0]);
    bench.judged();
    for i in 0..20 {
        bench.append(NAME, 10.0 * f64::from(i), &[30.0]);
        bench.judged();
    }
    let title = "Mode: no values";
    let raised = bench.until(title, |s| s.alarms.present.iter().any(|v| v.title == title));
    let limit = &raised.alarms.present[0].alarm.limit;
    assert!(
        limit.starts_with("no value for ") && limit.ends_with("expected every 10 s"),
        "{limit}"
    );
    drop(bench);
    let bench = Bench::start(folder.path(), 300.0);
    assert_eq!(bench.engine.snapshot().alarms.present, raised.alarms.present);
    bench.append(name, 190.0, &[2.0]);
    bench.until("heard", |s| s.alarms.present.iter().all(|v| !v.alarm.active));
}

#[cfg(unix)]
#[test]
fn what_nobody_acknowledges_is_told_to_a_program_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("archive");
    let told = folder.path().join("told");
    let script = format!("cat >> '{}'; echo >> '{}'", told.display(), told.display());
    let command = |script: &str| vec!["/bin/sh".to_owned(), "-c".to_owned(), script.to_owned()];
    let rule = |script: &str| {
        let (after_s, severity, command) = (300.0, Severity::Critical, command(script));
        Intent::SetEscalation { rule: Some(Box::new(Escalation { after_s, severity, command })) }
    };
    let bench = Bench::start(&place, 0.0);
    bench.engine.send(rule(&script));
    bench.says("within 300 s are told to /bin/sh");
    // Critical and a warning; only the first is told.
    bench.append(NAME, 0.0, &[40.0]);
    bench.append("/insight/lander/battery_charge", 0.0, &[35.0]);
    bench.until("both", |s| s.alarms.present.len() == 2);
    bench.clock.set(at(299.0));
    std::thread::sleep(Duration::from_millis(2500));
    assert!(!told.exists(), "too early");
    bench.clock.set(at(301.0));
    bench.says("Bus voltage is escalated");
    let lines = |count: usize| {
        bench.until("the program", |_| {
            std::fs::read_to_string(&told).is_ok_and(|text| text.lines().count() == count)
        });
        std::fs::read_to_string(&told).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(lines(1).trim()).unwrap();
    assert_eq!((&json["title"], &json["unit"]), (&"Bus voltage".into(), &"V".into()));
    assert_eq!((&json["severity"], &json["value"]), (&"critical".into(), &40.0.into()));
    let actions = |s: &Snapshot| {
        let is_told = |what: &What| matches!(what, What::Done(d) if matches!(d.action, AlarmAction::Escalate { .. }));
        s.alarms.journal.records().iter().filter(|r| is_told(&r.what)).count()
    };
    assert_eq!(actions(&bench.engine.snapshot()), 1);
    // Escalated is not acknowledged.
    let first = bench.engine.snapshot().alarms.present[0].alarm.clone();
    assert_eq!((first.state, first.handled), (AlarmState::Unacknowledged, None));
    drop(bench);
    let bench = Bench::start(&place, 5000.0);
    assert!(bench.engine.snapshot().alarms.escalation.is_some());
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(actions(&bench.engine.snapshot()), 1, "a restart tells nothing twice");
    // A program that fails is told to the operator, with what to do.
    bench.engine.send(rule("echo no line >&2; exit 3"));
    bench.append(NAME, 5001.0, &[30.0, 40.0]);
    bench.until("again", |s| s.alarms.present.iter().any(|v| v.alarm.raised == at(5002.0)));
    bench.clock.set(at(5303.0));
    let failed = bench.says("was not escalated");
    let said = failed.messages.iter().find(|m| m.text.contains("was not escalated")).unwrap();
    assert!(said.text.contains("no line") && said.text.contains("Tell the person on call"));
    bench.engine.send(Intent::SetEscalation { rule: None });
    bench.says("Nothing is escalated any more");
}

#[test]
fn alarms_show_while_the_journal_cannot_be_written_and_are_stored_later() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::start(folder.path(), 0.0);
    bench.append(NAME, 0.0, &[30.0, 40.0]);
    bench.until("found", |s| s.alarms.journal.records().len() == 1);
    let db = rusqlite::Connection::open(folder.path().join("catalogue.sqlite")).unwrap();
    db.busy_timeout(Duration::from_secs(10)).unwrap();
    let stop = "CREATE TRIGGER full BEFORE INSERT ON alarm BEGIN SELECT RAISE(FAIL, 'full'); END";
    db.execute_batch(stop).unwrap();
    bench.append(NAME, 2.0, &[30.0]);
    bench.append(NAME, 3.0, &[41.0]);
    let shown =
        bench.until("shown", |s| s.alarms.present.first().is_some_and(|v| v.alarm.value == 41.0));
    assert!(!shown.alarms.present[0].is_stored);
    let said = bench.says("Alarms cannot be stored, but are shown and heard");
    let count =
        |s: &Snapshot| s.messages.iter().filter(|m| m.text.contains("cannot be st")).count();
    assert_eq!(count(&said), 1);
    let rows = |db: &rusqlite::Connection| -> i64 {
        db.query_row("SELECT count(*) FROM alarm", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(rows(&db), 1);
    db.execute_batch("DROP TRIGGER full").unwrap();
    let stored = bench.says("are stored now");
    assert_eq!((rows(&db), count(&stored)), (3, 1));
    assert!(
        bench.until("stored", |s| s.alarms.present[0].is_stored).alarms.present[0].alarm.active
    );
    let journal = Arc::clone(&bench.engine.snapshot().alarms.journal);
    drop((bench, db));
    let bench = Bench::start(folder.path(), 9.0);
    assert_eq!(bench.engine.snapshot().alarms.journal, journal);
}
