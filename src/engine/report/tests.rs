//! A report from an archive made here, and a page that hostile names cannot break.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::alarm::{AlarmAction, AlarmState, Done, Found, Record, What};
use crate::archive::{
    AlarmMark, Archive, Event, EventMessage, EvrLevel, LimitEdit, LogEntry, ParameterBatch,
    SeriesKey,
};
use crate::mission::{Database, Limit, Severity};
use crate::time::{Convention, Instant, SolClock, TimeRange};

const HOSTILE: &str = "<script>alert('x')</script>&\"\u{202e}\u{7}";
static NEVER: AtomicBool = AtomicBool::new(false);

fn key() -> SeriesKey {
    SeriesKey::new("/insight/lander/bus_voltage", "raw")
}

fn sol() -> TimeRange {
    SolClock::of("insight").unwrap().sol_range(235, Convention::Kernel)
}

fn at(s: f64) -> Instant {
    sol().start.plus_s(s)
}

fn found(s: f64, severity: Severity, value: f64) -> Record {
    let limit = if severity > Severity::Normal { "above 36" } else { "" };
    let what = What::Found(Found { severity, value, limit: limit.into(), latch: true });
    Record { seq: 0, key: key(), time: at(s), what }
}

fn done(s: f64, raised: f64, action: AlarmAction) -> Record {
    let what = What::Done(Done { who: HOSTILE.into(), raised: at(raised), action });
    Record { seq: 0, key: key(), time: at(s), what }
}

/// Bus voltage once a second for an hour with ten minutes missing, two occurrences of its alarm,
/// the second one shelved; an event, two messages and a log entry.
fn archive(folder: &std::path::Path) -> Archive {
    let archive = Archive::create(folder, at(0.0)).unwrap();
    let seconds: Vec<f64> =
        (0..3600).map(f64::from).filter(|s| !(600.0..1200.0).contains(s)).collect();
    archive
        .append_parameters(&ParameterBatch {
            product: "raw".into(),
            names: vec![key().name],
            units: vec!["V".into()],
            times: seconds.iter().map(|s| at(*s)).collect(),
            columns: vec![seconds.iter().map(|s| 30.0 + s / 360.0).collect()],
        })
        .unwrap();
    let outside = [
        found(-50.0, Severity::Warning, 35.0),
        found(-10.0, Severity::Normal, 30.0),
        found(100.0, Severity::Warning, 37.0),
        found(130.0, Severity::Critical, 40.0),
        found(300.0, Severity::Normal, 30.0),
        found(2000.0, Severity::Critical, 41.0),
    ];
    let rows: Vec<_> = outside.iter().map(Record::row).collect();
    let mark = AlarmMark { key: key(), body: String::new() };
    archive.put_alarms_found(Instant::MIN, &rows, &mark).unwrap();
    let shelve = AlarmAction::Shelve { for_s: 1e6, reason: HOSTILE.into() };
    let acts = [done(200.0, 130.0, AlarmAction::Acknowledge), done(2100.0, 2000.0, shelve)];
    let rows: Vec<_> = acts.iter().map(Record::row).collect();
    archive.put_alarms(&rows).unwrap();
    let event = Event {
        id: "1".into(),
        name: HOSTILE.into(),
        mission: "insight".into(),
        time: at(50.0),
        ..Event::default()
    };
    archive.put_events(&[event]).unwrap();
    let say = |level, mission: &str, text: &str| EventMessage {
        time: at(60.0),
        level,
        mission: mission.into(),
        message: text.into(),
        ..EventMessage::default()
    };
    archive
        .put_messages(&[
            say(EvrLevel::WarningHi, "insight", HOSTILE),
            say(EvrLevel::ActivityHi, "insight", "quiet"),
            say(EvrLevel::Fatal, "msl", "elsewhere"),
        ])
        .unwrap();
    let text = format!("{HOSTILE}\nsecond line");
    let note = LogEntry { time: at(70.0), written: at(80.0), text, ..LogEntry::default() };
    archive.put_note(&note).unwrap();
    let edit = |from: f64, after| LimitEdit {
        name: key().name,
        from: at(from),
        written: at(from),
        who: "Ada".into(),
        reason: HOSTILE.into(),
        before: vec![high(36.0)],
        after,
        ..LimitEdit::default()
    };
    archive.put_limit_edit(&edit(-9e4, None)).unwrap();
    archive.put_limit_edit(&edit(3000.0, Some(vec![high(45.0)]))).unwrap();
    archive
}

fn high(high: f64) -> Limit {
    Limit { severity: Severity::Critical, high: Some(high), ..Limit::default() }
}

fn report() -> Report {
    let folder = tempfile::tempdir().unwrap();
    let archive = archive(folder.path());
    let order = ReportOrder { mission: "insight".into(), sol: 235, who: HOSTILE.into() };
    gather(&archive, &Database::builtin(), &order, at(3600.0), &NEVER).unwrap()
}

#[test]
fn the_sol_is_gathered() {
    let report = report();
    assert_eq!((report.mission.as_str(), report.range), ("InSight", sol()));
    assert_eq!(report.at, at(3600.0), "the sol is not over");
    assert_eq!(report.lives.len(), 2, "what was raised before the sol is not of it");
    let first = &report.lives[0];
    assert_eq!((first.severity, first.value.as_str()), (Severity::Critical, "40.00 V, above 36"));
    assert_eq!(first.acknowledged, Some((at(200.0), HOSTILE.to_owned())));
    assert_eq!((first.raised, first.cleared), (at(100.0), Some(at(300.0))));
    let second = &report.lives[1];
    assert_eq!((second.acknowledged.clone(), second.cleared), (None, None));
    assert_eq!(second.done[0].2, format!("shelved: {HOSTILE}"));
    assert!(report.open.is_empty());
    assert_eq!(report.aside.len(), 1);
    assert_eq!(report.aside[0].state, AlarmState::Shelved);
    assert_eq!(report.aside[0].until, Some(at(2100.0 + 1e6)));
    assert_eq!((report.events.len(), report.messages.len(), report.notes.len()), (1, 1, 1));
    assert!(!report.simulated);
    let [(title, unit, edit)] = report.limit_edits.as_slice() else { panic!("one of the sol") };
    assert_eq!((title.as_str(), unit.as_str(), edit.id), ("Bus voltage", "V", 2));
    let page = html(&report);
    let row = ["critical above 36 V</td>", "critical above 45 V</td>", ">Ada</td>"];
    assert!(row.iter().all(|cell| page.contains(cell)), "{page}");
}

#[test]
fn gaps_and_figures_are_those_of_the_samples() {
    let report = report();
    let part = report.coverage.iter().find(|c| c.key == key()).expect("a periodic parameter");
    let rate = Database::builtin().parameter(&key().name).unwrap().2.rate_hz;
    assert_eq!((part.samples, part.expected), (3000, (3600.0 * rate).round() as u64));
    assert!(part.gaps.iter().any(|gap| (gap.duration_s() - 600.0).abs() < 2.0), "{:?}", part.gaps);
    let figures = report.figures.iter().find(|f| f.key == key()).expect("a key parameter");
    assert_eq!((figures.values[0], figures.samples), (30.0, 3000));
    assert!((figures.values[2] - (30.0 + 3599.0 / 360.0)).abs() < 1e-9);
    // By the limits that hold at the end of the sol.
    assert_eq!(
        (figures.severity, figures.limits.as_str()),
        (Severity::Normal, "critical above 45")
    );
}

#[test]
fn hostile_names_stay_text() {
    let page = html(&report());
    assert!(!page.contains("<script"), "{page}");
    assert!(!page.contains('\u{202e}') && !page.contains('\u{7}'));
    // Every place that a name from outside goes to.
    assert!(
        page.matches("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;").count() >= 6
    );
    assert!(page.contains("Hand-over report: InSight, sol 235"));
    assert!(page.contains("NAIF kernel"), "the convention is named");
    // Nothing is fetched, and what is opened is closed.
    assert!(!page.contains("http") && !page.contains("src=") && !page.contains("@import"));
    for tag in ["table", "thead", "tbody", "tr", "td", "th", "dl", "dd", "h2", "p", "span"] {
        let opened =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn a_quiet_sol_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(folder.path(), at(0.0)).unwrap();
    let order = ReportOrder { mission: "insight".into(), sol: 9, who: "Ada".into() };
    let made = at(0.0);
    let report = gather(&archive, &Database::builtin(), &order, made, &NEVER).unwrap();
    assert_eq!(report.at, report.range.end);
    assert!(html(&report).contains("Nobody wrote into the log book"));
    let order = ReportOrder { mission: "moon".into(), ..order };
    let refused = gather(&archive, &Database::builtin(), &order, made, &NEVER).unwrap_err();
    assert!(refused.to_string().contains("mdb list"), "{refused}");
}
