//! Windows of their own, driven as windows inside the main one: torn off, with clocks of their own,
//! put back, and there again at the next start.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use marsdeck::app::{App, Options};
use marsdeck::intent::UiIntent;
use marsdeck::state::{Mode, SETTINGS_FILE};

use crate::fake::{FakeEngine, span};

fn options(workspace: &str) -> Options {
    Options { workspace: Some(workspace.to_owned()), ..Options::default() }
}

fn harness(engine: &Arc<FakeEngine>, options: Options) -> Harness<'static, App> {
    let engine: Arc<FakeEngine> = Arc::clone(engine);
    let app = App::headless(engine, options);
    let mut harness = Harness::builder()
        .with_size(vec2(3600.0, 1200.0))
        .with_step_dt(0.08)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    harness.run_steps(4);
    harness
}

/// Clicks the button of a tab bar that tears its panel off.
fn tear_off(harness: &mut Harness<'_, App>, title: &str) {
    harness.get_by_label(&format!("Move {title} to own window")).click();
    harness.run_steps(6);
}

/// A button of the transport bar of the one window with its own clock, which stands above that of
/// the main window.
fn inner<'a>(harness: &'a Harness<'_, App>, label: &'a str) -> egui_kittest::Node<'a> {
    let all: Vec<_> = harness.get_all_by_label(label).collect();
    assert_eq!(all.len(), 2, "{label}");
    let above = |a: &egui_kittest::Node<'_>, b: &egui_kittest::Node<'_>| {
        a.rect().top().total_cmp(&b.rect().top())
    };
    all.into_iter().min_by(above).expect("two buttons")
}

/// How many tabs have this title.
fn tabs(harness: &Harness<'_, App>, title: &str) -> usize {
    harness.query_all(egui_kittest::kittest::By::new().label(title).role(Role::Button)).count()
}

#[test]
fn a_panel_is_torn_off_and_put_back() {
    let mut harness = harness(&FakeEngine::new(), options("Atmosphere"));
    assert_eq!(tabs(&harness, "Instrument"), 1);
    let place =
        |harness: &Harness<'_, App>| harness.get_by_label("Move Instrument to own window").rect();
    let before = place(&harness);
    tear_off(&mut harness, "Instrument");
    assert_eq!(harness.state().own_times().len(), 1);
    assert_eq!(tabs(&harness, "Instrument"), 1, "there, and only there");
    assert!(harness.query_by_label("Move Instrument to own window").is_none());
    harness.get_by_label("Put back").click();
    harness.run_steps(6);
    assert!(harness.state().own_times().is_empty());
    assert_eq!(tabs(&harness, "Instrument"), 1);
    assert_eq!(place(&harness), before, "where it was");
}

#[test]
fn alarms_stand_as_they_did_then_and_are_not_handled_there() {
    let mut harness = harness(&FakeEngine::new(), options("Watch"));
    harness.state().intents().send(UiIntent::OpenPanel("Alarms".to_owned()));
    harness.run_steps(4);
    tear_off(&mut harness, "Alarms");
    harness.get_by_label("Own clock").click();
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("As it stood at").is_none());
    inner(&harness, "First data").click();
    harness.run_steps(4);
    harness.get_by_label_contains("As it stood at");
    let button = harness.get_by_label("Acknowledge all shown");
    assert!(button.accesskit_node().is_disabled());
    assert_eq!(harness.state().time().mode, Mode::Live);
    harness.get_by_label("LIVE");
    // Live is where the main window is, not where this one goes.
    harness.get_by_label("Go live").click();
    harness.run_steps(4);
    assert_eq!(harness.state().own_times()[0].mode, Mode::Live);
    assert!(harness.query_by_label("REPLAY PAUSED").is_none());
}

#[test]
fn a_group_of_tabs_moves_as_one() {
    let mut harness = harness(&FakeEngine::new(), options("Watch"));
    harness.get_by_label("Log book").click_secondary();
    harness.run_steps(4);
    harness.get_by_label("Move all tabs to own window").click();
    harness.run_steps(6);
    for title in ["Clocks", "Log book", "Log"] {
        assert_eq!(tabs(&harness, title), 1, "{title}");
        assert!(harness.query_by_label(&format!("Move {title} to own window")).is_none());
    }
    // The panel clicked last moves on into a window of its own.
    harness.get_by_label("Put back").click();
    harness.run_steps(5);
    harness.get_by_label("Log book").click();
    harness.run_steps(3);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::N);
    harness.run_steps(5);
    assert_eq!(harness.state().own_times().len(), 1);
    harness.get_by_label("Move Clocks to own window");
    assert!(harness.query_by_label("Move Log book to own window").is_none());
}

#[test]
fn the_last_panel_of_a_workspace_stays() {
    let mut harness = harness(&FakeEngine::new(), options("Atmosphere"));
    for title in ["Instrument", "Parameters", "Plots"] {
        tear_off(&mut harness, title);
    }
    assert_eq!(harness.state().own_times().len(), 3);
    harness.get_by_label("Move Plots to own window");
}

#[test]
fn clocks_do_not_move_each_other() {
    let mut harness = harness(&FakeEngine::new(), options("Atmosphere"));
    tear_off(&mut harness, "Instrument");
    // It follows.
    harness.state().intents().send(UiIntent::SetCursor(span().start.plus_s(500.0)));
    harness.run_steps(3);
    assert_eq!(harness.state().own_times()[0].cursor, span().start.plus_s(500.0));
    assert!(harness.query_by_label("REPLAY PAUSED").is_none());
    harness.state().intents().send(UiIntent::GoLive);
    harness.get_by_label("Own clock").click();
    harness.run_steps(3);
    assert_eq!(harness.state().own_times()[0].mode, Mode::Live);
    inner(&harness, "First data").click();
    harness.run_steps(4);
    assert_eq!(harness.state().own_times()[0].cursor, span().start);
    assert_eq!(harness.state().time().mode, Mode::Live, "the main window stays live");
    assert_eq!(harness.state().time().cursor, span().end);
    harness.get_by_label("REPLAY PAUSED");
    harness.get_by_label("LIVE");
    // And the other way round.
    harness.state().intents().send(UiIntent::SetCursor(span().start.plus_s(90_000.0)));
    harness.run_steps(3);
    assert_eq!(harness.state().own_times()[0].cursor, span().start);
    harness.state().intents().send(UiIntent::SelectEvent("smi:test/S0235b".to_owned()));
    harness.run_steps(3);
    assert_eq!(harness.state().own_times()[0].cursor, span().start);
    // It plays while the main one stands.
    let main = harness.state().time().clone();
    inner(&harness, "Play").click();
    harness.run_steps(12);
    let own = harness.state().own_times()[0].clone();
    assert_eq!(own.mode, Mode::Replay);
    assert!(own.cursor.s_since(span().start) > 1.0, "it ran");
    assert_eq!(*harness.state().time(), main);
    harness.get_by_label("REPLAY ×60");
    // Back to following.
    harness.get_by_label("Own clock").click();
    harness.run_steps(3);
    assert_eq!(harness.state().own_times()[0].cursor, main.cursor);
}

#[test]
fn windows_come_back_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let options =
        Options { settings_folder: Some(folder.path().to_owned()), ..options("Atmosphere") };
    let engine = FakeEngine::new();
    let mut first = harness(&engine, options.clone());
    tear_off(&mut first, "Instrument");
    first.get_by_label("Own clock").click();
    first.run_steps(3);
    inner(&first, "First data").click();
    first.run_steps(30);
    drop(first);
    let second = harness(&engine, options.clone());
    let times = second.state().own_times();
    assert_eq!(times.len(), 1);
    assert_eq!((times[0].cursor, times[0].mode), (span().start, Mode::Paused));
    assert_eq!(second.state().time().mode, Mode::Live);
    assert!(second.query_by_label("Move Instrument to own window").is_none());
    drop(second);
    // A broken entry does not cost the others.
    let path = folder.path().join(SETTINGS_FILE);
    let text = std::fs::read_to_string(&path).expect("settings");
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let windows = value["windows"].as_array_mut().expect("a list");
    windows.insert(0, serde_json::json!({"layout": {"row": []}, "size": "large"}));
    std::fs::write(&path, value.to_string()).expect("written");
    let third = harness(&engine, options);
    assert_eq!(third.state().own_times().len(), 1);
}

#[test]
fn more_panels_are_added_to_a_window() {
    let mut harness = harness(&FakeEngine::new(), options("Atmosphere"));
    tear_off(&mut harness, "Instrument");
    harness.get_by_label("Add panel").click();
    harness.run_steps(3);
    let entry = harness.get_all_by_label("Alarms").last().expect("an entry");
    assert_eq!(entry.accesskit_node().role(), Role::Button);
    entry.click();
    harness.run_steps(4);
    assert_eq!(tabs(&harness, "Alarms"), 1);
    harness.get_by_label("Put back").click();
    harness.run_steps(4);
    assert_eq!(tabs(&harness, "Alarms"), 1, "it went along into the workspace");
}
