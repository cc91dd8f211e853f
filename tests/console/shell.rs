//! The window driven by its accessible labels and keys, over an engine made of formulas.

use std::sync::Arc;

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::app::{App, Options};
use marsdeck::clock::MarsClocks;
use marsdeck::state::Mode;
use marsdeck::view::Panel;
use marsdeck_engine::runtime::{Intent, JobState, JobView, Message, MessageLevel};
use marsdeck_engine::time::Instant;

use crate::fake::{FakeEngine, span};
use crate::sample_panels::TestPlot;

fn options() -> Options {
    Options { clocks: Arc::new(MarsClocks::default()), ..Options::default() }
}

fn harness(engine: &Arc<FakeEngine>, options: Options) -> Harness<'static, App> {
    let panels: Vec<Box<dyn Panel>> = vec![Box::new(TestPlot::default())];
    let engine: Arc<FakeEngine> = Arc::clone(engine);
    let app = App::with_panels(engine, options, panels);
    let mut harness = Harness::builder()
        .with_size(vec2(1280.0, 800.0))
        .with_step_dt(0.08)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    harness.run_steps(4);
    harness
}

pub(crate) fn atmosphere() -> Options {
    Options { workspace: Some("Atmosphere".to_owned()), ..options() }
}

#[test]
fn starts_live_at_the_newest_data() {
    let harness = harness(&FakeEngine::new(), options());
    let app = harness.state();
    assert_eq!(app.time().mode, Mode::Live);
    assert_eq!(app.time().cursor, span().end);
    assert_eq!(app.workspace(), "Watch");
    harness.get_by_label("LIVE");
    harness.get_by_label("SIMULATED");
}

#[test]
fn a_still_console_paints_nothing() {
    let mut harness = harness(&FakeEngine::new(), atmosphere());
    // `run` panics when repaints are still wanted after a few frames.
    harness.run();
    let wanted = harness.output().viewport_output.values().next().map(|v| v.repaint_delay);
    assert!(wanted.is_some_and(|delay| delay > std::time::Duration::from_hours(1)));
}

#[test]
fn keys_drive_the_clock() {
    let mut harness = harness(&FakeEngine::new(), options());
    harness.key_press(Key::Home);
    harness.run_steps(3);
    assert_eq!(harness.state().time().cursor, span().start);
    assert_eq!(harness.state().time().mode, Mode::Paused);
    let step = harness.state().time().small_step_s();
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    assert_eq!(harness.state().time().cursor, span().start.plus_s(step));
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    harness.run_steps(2);
    assert_eq!(harness.state().time().cursor, span().start.plus_s(step).plus_s(10.0 * step));
    harness.key_press(Key::Space);
    harness.run_steps(3);
    assert_eq!(harness.state().time().mode, Mode::Replay);
    let before = harness.state().time().cursor;
    harness.run_steps(10);
    let ran = harness.state().time().cursor.s_since(before);
    assert!(ran > 1.0, "replay ran {ran} s");
    harness.get_by_label("REPLAY ×60");
    harness.key_press(Key::End);
    harness.run_steps(3);
    assert_eq!(harness.state().time().mode, Mode::Live);
}

#[test]
fn the_palette_takes_names_and_times() {
    let mut harness = harness(&FakeEngine::new(), options());
    for (typed, check) in [
        ("atmos", &(|app: &App| app.workspace() == "Atmosphere") as &dyn Fn(&App) -> bool),
        ("235b", &|app: &App| app.selection().event.ends_with("S0235b")),
        ("elyse", &|app: &App| app.selection().plotted.len() == 1),
        ("apss", &|app: &App| app.selection().instrument == "apss"),
        ("2019-07-26T12:00", &|app: &App| app.time().cursor == Instant::from_unix_s(1564142400.0)),
        ("sol 235 12:00", &|app: &App| app.time().cursor != Instant::from_unix_s(1564142400.0)),
    ] {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
        harness.run_steps(3);
        harness.event(egui::Event::Text(typed.to_owned()));
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(3);
        assert!(check(harness.state()), "{typed}");
        assert!(harness.query_by_label("Find anything").is_none(), "{typed}: still open");
    }
}

#[test]
fn letters_in_a_field_are_no_commands() {
    let mut harness = harness(&FakeEngine::new(), options());
    harness.get_by_label("Go to").focus();
    harness.run_steps(2);
    for key in [Key::Num2, Key::Space, Key::Questionmark] {
        harness.key_press(key);
    }
    harness.run_steps(3);
    assert_eq!(harness.state().workspace(), "Watch");
    assert_eq!(harness.state().time().mode, Mode::Live);
    harness.get_by_label("Go to").type_text("2019-07-26 06:00");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().time().cursor, Instant::from_unix_s(1_564_120_800.0));
}

#[test]
fn workspaces_open_by_click_and_key() {
    let mut harness = harness(&FakeEngine::new(), options());
    harness.get_by_label("Seismic").click();
    harness.run_steps(3);
    assert_eq!(harness.state().workspace(), "Seismic");
    harness.key_press(Key::Num4);
    harness.run_steps(3);
    assert_eq!(harness.state().workspace(), "ChemCam");
}

#[test]
fn a_missing_panel_says_so() {
    let harness = harness(&FakeEngine::new(), options());
    assert!(harness.get_all_by_label("Panel not here").count() >= 1);
}

/// A running job and an error.
pub(crate) fn busy(snapshot: &mut marsdeck_engine::runtime::Snapshot) {
    snapshot.jobs = vec![JobView {
        id: 7,
        title: "Ingest S0235b.mseed".to_owned(),
        detail: String::new(),
        state: JobState::Running(Some(0.4)),
    }];
    snapshot.messages = Arc::new(vec![Message {
        time: span().end,
        level: MessageLevel::Error,
        text: "The disk is full; free some space and ingest again.".to_owned(),
    }]);
}

#[test]
fn jobs_show_and_cancel_and_errors_pop_up() {
    let engine = FakeEngine::new();
    let mut harness = harness(&engine, options());
    engine.change(busy);
    harness.step();
    assert!(harness.query_by_label("Cancel").is_none(), "not before half a second");
    harness.run_steps(8);
    harness.get_by_label("Cancel").click();
    harness.get_by_label("Dismiss").click();
    harness.run_steps(3);
    assert_eq!(engine.sent.lock().expect("a list").as_slice(), [Intent::Cancel { job: 7 }]);
    assert!(harness.query_by_label("Dismiss").is_none());
}

#[test]
fn layouts_and_looks_are_remembered() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { settings_folder: Some(folder.path().to_owned()), ..atmosphere() };
    let engine = FakeEngine::new();
    let mut first = harness(&engine, options.clone());
    first.get_by_label("Light").click();
    first.run_steps(2);
    first.key_press_modifiers(Modifiers::COMMAND, Key::S);
    first.run_steps(3);
    first.get_by_label("Name of the workspace").type_text("Night shift");
    first.run_steps(2);
    first.key_press(Key::Enter);
    first.run_steps(20);
    assert_eq!(first.state().workspace(), "Night shift");
    drop(first);
    let second = harness(&engine, Options { workspace: None, ..options });
    assert_eq!(second.state().workspace(), "Night shift");
    second.get_by_label("Dark");
}

#[test]
fn a_click_in_the_plot_moves_the_cursor_and_double_click_fits() {
    let mut harness = harness(&FakeEngine::new(), atmosphere());
    let label = "Test plot: /insight/apss/pressure, XB.ELYSE.02.BHU";
    let rect = harness.get_by_label(label).rect();
    harness.get_by_label(label).click();
    harness.run_steps(3);
    let time = harness.state().time();
    assert_eq!(time.mode, Mode::Paused);
    let share = time.cursor.s_since(time.range.start) / time.range.duration_s();
    assert!((0.3..0.5).contains(&share), "{share} of {rect:?}");
    // Two more clicks, close together.
    harness.run_steps(10);
    harness.get_by_label(label).click();
    harness.get_by_label(label).click();
    harness.run_steps(3);
    assert_eq!(harness.state().time().range, span());
}

#[test]
fn the_wheel_zooms_around_the_pointer() {
    let mut harness = harness(&FakeEngine::new(), atmosphere());
    let label = "Test plot: /insight/apss/pressure, XB.ELYSE.02.BHU";
    let rect = harness.get_by_label(label).rect();
    let before = harness.state().time().range;
    harness.hover_at(rect.center());
    harness.run_steps(2);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 120.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(12);
    let after = harness.state().time().range;
    assert!(after.duration_s() < 0.8 * before.duration_s(), "{before:?} {after:?}");
    assert!(before.start < after.start && after.end < before.end);
}

#[test]
fn shift_drag_selects_for_statistics_and_leaves_the_range() {
    let mut harness = harness(&FakeEngine::new(), atmosphere());
    let label = "Test plot: /insight/apss/pressure, XB.ELYSE.02.BHU";
    let rect = harness.get_by_label(label).rect();
    let before = harness.state().time().range;
    let shift = |harness: &Harness<'static, App>, on: bool| {
        let modifiers = if on { Modifiers::SHIFT } else { Modifiers::NONE };
        harness.event(egui::Event::ModifiersChanged(modifiers));
    };
    shift(&harness, true);
    harness.drag_at(rect.center());
    harness.run_steps(2);
    harness.hover_at(rect.center() + vec2(150.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(rect.center() + vec2(150.0, 0.0));
    shift(&harness, false);
    harness.run_steps(3);
    assert_eq!(harness.state().time().range, before);
    // And without shift it pans.
    harness.drag_at(rect.center());
    harness.run_steps(2);
    harness.hover_at(rect.center() + vec2(150.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(rect.center() + vec2(150.0, 0.0));
    harness.run_steps(3);
    assert!(harness.state().time().range.start < before.start);
}

#[test]
fn an_empty_archive_says_what_to_do() {
    let engine = FakeEngine::empty();
    let mut harness = harness(&engine, options());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::O);
    harness.run_steps(3);
    let file = tempfile::NamedTempFile::new().expect("a file");
    let field = harness.get_by_label("Path");
    field.set_text_value_accesskit("");
    harness.run_steps(2);
    for _ in 0..4 {
        harness.key_press(Key::Backspace);
    }
    harness.run_steps(2);
    harness.event(egui::Event::Text(file.path().display().to_string()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let paths = vec![file.path().to_owned()];
    assert_eq!(engine.sent.lock().expect("a list").as_slice(), [Intent::Ingest { paths }]);
}

#[test]
fn the_help_lists_every_key() {
    let mut harness = harness(&FakeEngine::new(), options());
    harness.key_press(Key::F1);
    harness.run_steps(3);
    harness.get_by_label("Keys and mouse");
    harness.get_by_label("Go to the first data");
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Keys and mouse").is_none());
}

#[test]
fn the_strip_says_how_links_fare_and_opens_them() {
    let engine = FakeEngine::new();
    let app = App::headless(Arc::clone(&engine) as _, options());
    let mut harness = Harness::builder()
        .with_size(vec2(1280.0, 800.0))
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    harness.run_steps(4);
    harness.get_by_label("OFF No links");
    engine.change(|snapshot| snapshot.links = crate::panels::with_packets(4).links);
    harness.run_steps(3);
    harness.get_by_label("CRITICAL inbox FAILED, data 8.20 s late").click();
    harness.run_steps(4);
    harness.get_by_label("Add link…");
    harness.key_press(Key::Num8);
    harness.run_steps(4);
    assert_eq!(harness.state().workspace(), "Links");
    harness.get_by_label("No packets yet");
}
