//! The Alarms panel: list, actions, shelf, the past, figures.

use std::sync::Arc;

use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::state::TimeControl;
use marsdeck::theme::Theme;
use marsdeck_engine::alarm::{
    AlarmAction, AlarmRef, Board, Done, Found, Journal, Record, What, views,
};
use marsdeck_engine::archive::{LatestValue, LimitEdit, SeriesKey};
use marsdeck_engine::mission::{Database, Limit, Severity};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::{AlarmPicture, Intent, Snapshot};
use marsdeck_engine::time::{Instant, TimeRange};

use super::{Stage, harness, picture, themes};

/// Start of the stage's range.
const START_S: f64 = 1.5642e9;

fn at(s: f64) -> Instant {
    Instant::from_unix_s(START_S + s)
}

fn key(name: &str) -> SeriesKey {
    SeriesKey::new(format!("/{name}"), "simulated")
}

fn found(name: &str, s: f64, severity: Severity, value: f64, limit: &str) -> Record {
    let what = What::Found(Found { severity, value, limit: limit.into(), latch: false });
    Record { seq: 1, key: key(name), time: at(s), what }
}

fn done(name: &str, s: f64, action: AlarmAction) -> Record {
    let what = What::Done(Done { who: "Ada".into(), raised: at(s), action });
    Record { seq: 2, key: key(name), time: at(s), what }
}

/// Two causes of InSight, one of them back inside; one of Curiosity on the shelf.
fn records() -> Vec<Record> {
    let shelve = AlarmAction::Shelve { for_s: 88_775.244, reason: "heater test".into() };
    vec![
        found("insight/apss/pressure", -9000.0, Severity::Watch, 812.5, "above 800"),
        found("insight/apss/pressure", -8000.0, Severity::Normal, 790.0, ""),
        found("insight/lander/battery_charge", -500.0, Severity::Warning, 31.2, "below 40"),
        found("insight/lander/bus_voltage", -480.0, Severity::Critical, 22.4, "below 24"),
        found("msl/chemcam/laser_temperature", -300.0, Severity::Warning, 7.1, "above 5"),
        done("msl/chemcam/laser_temperature", -200.0, shelve),
        done("insight/lander/bus_voltage", -100.0, AlarmAction::Comment { text: "dust".into() }),
    ]
}

fn snapshot() -> Snapshot {
    let mut journal = Journal::default();
    journal.add(records());
    let present = views(&Board::at(journal.records(), at(0.0)), &Database::builtin());
    let journal = Arc::new(journal);
    let picture = AlarmPicture { evaluated: 1, present, journal, ..AlarmPicture::default() };
    Snapshot {
        writable: true,
        archive_generation: 1,
        alarms: Arc::new(picture),
        span: Some(TimeRange::new(at(-10_000.0), at(0.0))),
        ..Snapshot::default()
    }
}

fn stage(theme: Theme, snapshot: Snapshot) -> Stage {
    let mut stage = Stage::new("Alarms", snapshot, theme, Box::new(|_| None));
    stage.time = TimeControl::live(at(0.0), 88_775.0);
    stage
}

#[test]
fn one_cause_is_one_line_and_is_acknowledged_as_one() {
    let mut harness = harness(stage(Theme::dark(), snapshot()), [1280.0, 760.0], false);
    harness.get_by_label("3 alarms in 2 lines");
    harness.get_by_label("Battery charge and 1 more").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Bus voltage: 22.40 V, below 24");
    harness.get_by_label("Acknowledge").click();
    harness.run_steps(2);
    let refs = [("insight/lander/battery_charge", -500.0), ("insight/lander/bus_voltage", -480.0)];
    let alarms = refs.map(|(name, s)| AlarmRef { key: key(name), raised: at(s) }).to_vec();
    let action = AlarmAction::Acknowledge;
    let wish = UiIntent::Engine(Intent::Alarm { alarms, action, who: String::new() });
    assert_eq!(harness.state().wishes, [wish]);
    harness.get_by_label("Acknowledge all shown").click();
    harness.get_by_label("Show on plot").click();
    harness.run_steps(2);
    let wishes = &harness.state().wishes;
    let all = wishes
        .iter()
        .any(|w| matches!(w, UiIntent::Engine(Intent::Alarm { alarms, .. }) if alarms.len() == 3));
    assert!(all && wishes.contains(&UiIntent::OpenPanel("Plots".into())), "{wishes:?}");
    harness.get_by_label("Go there").click();
    harness.run_steps(2);
    assert!(harness.state().wishes.contains(&UiIntent::SetCursor(at(-500.0))));
}

#[test]
fn a_shelf_needs_a_reason_and_lists_who_and_until_when() {
    let mut harness = harness(stage(Theme::dark(), snapshot()), [1280.0, 760.0], false);
    harness.get_by_label("Pressure").click();
    harness.run_steps(3);
    harness.get_by_label("Shelve…").click();
    harness.run_steps(3);
    harness.get_by_label("Reason").focus();
    harness.run_steps(2);
    harness.get_by_label("Reason").type_text("known");
    harness.run_steps(3);
    harness.get_by_label("Shelve").click();
    harness.run_steps(2);
    let last = harness.state().wishes.last().expect("a wish");
    let UiIntent::Engine(Intent::Alarm { alarms, action, .. }) = last else { panic!("{last:?}") };
    assert_eq!(alarms[0].key, key("insight/apss/pressure"));
    let shelve = AlarmAction::Shelve { for_s: 600.0, reason: "known".into() };
    assert_eq!(*action, shelve);
    harness.get_by_label("Shelf (1)").click();
    harness.run_steps(3);
    harness.get_by_label("Ada: heater test");
    harness.get_by_label("Laser temperature").click();
    harness.run_steps(3);
    harness.get_by_label("Unshelve").click();
    harness.run_steps(2);
    let last = harness.state().wishes.last().expect("a wish");
    let is_unshelve = |w: &UiIntent| {
        matches!(w, UiIntent::Engine(Intent::Alarm { action: AlarmAction::Unshelve, .. }))
    };
    assert!(is_unshelve(last), "{last:?}");
}

#[test]
fn the_past_is_shown_as_it_stood_and_cannot_be_changed() {
    let mut stage = stage(Theme::dark(), snapshot());
    let range = TimeRange::new(at(-10_000.0), at(0.0));
    stage.time = TimeControl::paused_at(at(-8500.0), range);
    let mut harness = harness(stage, [1280.0, 760.0], false);
    harness.get_by_label("1 alarm in 1 line");
    harness.get_by_label_contains("As it stood at");
    harness.get_by_label("Pressure").click();
    harness.run_steps(3);
    harness.get_by_label("Acknowledge").click();
    harness.run_steps(2);
    assert!(harness.state().wishes.is_empty(), "{:?}", harness.state().wishes);
    harness.get_by_label("Go live").click();
    harness.run_steps(2);
    assert_eq!(harness.state().wishes, [UiIntent::GoLive]);
}

#[test]
fn figures_and_empty_states() {
    let mut full = harness(stage(Theme::dark(), snapshot()), [1000.0, 760.0], false);
    full.get_by_label("Statistics").click();
    full.run_steps(3);
    full.get_by_label("Alarms per hour");
    full.get_by_label("none was acknowledged");
    full.get_by_label("Lander Bus voltage: once");
    let none = Snapshot { writable: true, ..Snapshot::default() };
    let empty = harness(stage(Theme::dark(), none), [900.0, 500.0], false);
    empty.get_by_label("Looking through the data");
}

#[test]
fn pictures_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut harness = harness(stage(theme, snapshot()), [1280.0, 760.0], true);
        harness.get_by_label("Battery charge and 1 more").click();
        harness.run_steps(3);
        picture(&mut harness, &format!("alarms-{name}"));
    }
}

/// What the panel asked the engine for last.
fn last(stage: &Stage) -> &Intent {
    match stage.wishes.last() {
        Some(UiIntent::Engine(intent)) => intent,
        other => panic!("{other:?}"),
    }
}

#[test]
fn limits_are_changed_with_a_reason_after_a_preview() {
    let value = |request: &Request| {
        let time = at(-100.0);
        matches!(request, Request::Latest { .. })
            .then(|| Ok(Answer::Latest(vec![Some(LatestValue { time, value: 790.0 })])))
    };
    let mut stage = Stage::new("Alarms", snapshot(), Theme::dark(), Box::new(value));
    stage.time = TimeControl::live(at(0.0), 88_775.0);
    let mut harness = harness(stage, [1280.0, 760.0], true);
    harness.get_by_label("Pressure").click();
    harness.run_steps(3);
    harness.get_by_label("Change limits…").click();
    harness.run_steps(3);
    harness.get_by_label("Limits of APSS Pressure");
    harness.get_by_label("The newest value, 790.00 Pa, is");
    assert_eq!(harness.query_all_by_label("normal").count(), 2, "as it is and as it would be");
    harness.get_by_label("Watch, high").focus();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(2);
    harness.get_by_label("Watch, high").type_text("780");
    harness.run_steps(3);
    harness.get_by_label("caution");
    picture(&mut harness, "alarms_limits");
    harness.get_by_label("Change limits").click();
    harness.run_steps(2);
    assert!(harness.state().wishes.is_empty(), "without a reason nothing happens");
    harness.get_by_label("Reason").focus();
    harness.run_steps(2);
    harness.get_by_label("Reason").type_text("dust storm");
    harness.run_steps(3);
    harness.get_by_label("Change limits").click();
    harness.run_steps(2);
    let Intent::EditLimits { edit } = last(harness.state()) else { panic!("no edit") };
    assert_eq!(
        (edit.name.as_str(), edit.reason.as_str()),
        ("/insight/apss/pressure", "dust storm")
    );
    let after = edit.after.as_ref().expect("limits");
    assert_eq!((after.len(), after[0].low, after[0].high), (1, Some(560.0), Some(780.0)));
    assert_eq!(edit.from, at(0.0), "from the present on");
    assert!(harness.query_by_label("Limits of APSS Pressure").is_none(), "closed");
}

#[test]
fn escalation_is_set_and_switched_off() {
    let mut harness = harness(stage(Theme::dark(), snapshot()), [1280.0, 760.0], false);
    harness.get_by_label("Escalation").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Off: nobody is told");
    harness.get_by_label("Command").focus();
    harness.run_steps(2);
    harness.get_by_label("Command").type_text("page-duty --line 'A 1'");
    harness.run_steps(3);
    harness.get_by_label("Switch on").click();
    harness.run_steps(2);
    let Intent::SetEscalation { rule: Some(rule) } = last(harness.state()).clone() else {
        panic!("no rule")
    };
    assert_eq!(rule.command, ["page-duty", "--line", "A 1"]);
    assert_eq!((rule.after_s, rule.severity), (300.0, Severity::Critical));
    let mut on = snapshot();
    let picture = AlarmPicture { escalation: Some(*rule), ..(*on.alarms).clone() };
    on.alarms = Arc::new(picture);
    harness.state_mut().set_snapshot(on);
    harness.run_steps(3);
    harness.get_by_label_contains("On: what nobody acknowledges");
    harness.get_by_label("Switch off").click();
    harness.run_steps(2);
    assert_eq!(*last(harness.state()), Intent::SetEscalation { rule: None });
}

#[test]
fn silence_is_told_in_a_sentence_and_changes_of_limits_with_before_and_after() {
    let mut with = snapshot();
    let mut shown = (*with.alarms).clone();
    let mut journal = Journal::default();
    journal.add(records());
    let words = "no value for 312 s, expected every 10 s";
    journal.add([found("insight/apss/state#stale", -50.0, Severity::Warning, 312.0, words)]);
    shown.present = views(&Board::at(journal.records(), at(0.0)), &Database::builtin());
    shown.present[0].is_stored = false;
    shown.journal = Arc::new(journal);
    let high = |high| Limit { severity: Severity::Watch, high: Some(high), ..Limit::default() };
    shown.limit_edits = Arc::new(vec![LimitEdit {
        id: 1,
        name: "/insight/apss/pressure".into(),
        from: at(-1000.0),
        written: at(-900.0),
        who: "Ada".into(),
        reason: "dust storm".into(),
        before: vec![high(800.0)],
        after: Some(vec![high(780.0)]),
    }]);
    with.alarms = Arc::new(shown);
    for theme in themes() {
        let name = theme.name;
        let mut harness = harness(stage(theme, with.clone()), [1280.0, 760.0], true);
        harness.get_by_label_contains(", not stored");
        harness.get_by_label("Mode: no values").click();
        harness.run_steps(3);
        assert_eq!(harness.query_all_by_label(words).count(), 2, "in the list and below");
        picture(&mut harness, &format!("alarms_silence_{name}"));
        harness.get_by_label("Change limits…").click();
        harness.run_steps(4);
        harness.get_by_label("Limits of APSS Mode");
        picture(&mut harness, &format!("alarms_limits_states_{name}"));
        harness.get_by_label("Cancel").click();
        harness.run_steps(3);
        harness.get_by_label("Statistics").click();
        harness.run_steps(3);
        harness.get_by_label_contains("watch above 800 Pa → watch above 780 Pa");
        harness.get_by_label_contains("UTC, Ada: APSS Pressure");
        harness.get_by_label_contains("Ada: 7.4 an hour");
        picture(&mut harness, &format!("alarms_statistics_{name}"));
        harness.get_by_label("Escalation").click();
        harness.run_steps(3);
        picture(&mut harness, &format!("alarms_escalation_{name}"));
    }
}
