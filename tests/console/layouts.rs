//! Layouts as files, and the kiosk.

use std::path::Path;

use egui::{Key, Modifiers, ViewportCommand, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::app::{App, Options, read_layout};
use marsdeck::intent::UiIntent;
use marsdeck::state::Mode;

use crate::fake::{FakeEngine, keys, span};

fn harness(options: Options) -> Harness<'static, App> {
    let app = App::headless(FakeEngine::new(), options);
    let mut harness = Harness::builder()
        .with_size(vec2(3600.0, 1200.0))
        .with_step_dt(0.08)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    harness.run_steps(4);
    harness
}

fn options(workspace: &str) -> Options {
    Options { workspace: Some(workspace.to_owned()), ..Options::default() }
}

/// Opens the palette, types, and takes the first answer.
fn palette(harness: &mut Harness<'_, App>, typed: &str) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    harness.event(egui::Event::Text(typed.to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
}

/// Fills the field of the open dialog and presses Enter.
fn answer(harness: &mut Harness<'_, App>, path: &Path) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.event(egui::Event::Text(path.display().to_string()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(4);
}

#[test]
fn a_layout_travels_from_console_to_console() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("desk.json");
    let mut first = harness(options("Atmosphere"));
    first.get_by_label("Move Instrument to own window").click();
    first.run_steps(5);
    first.get_by_label("Own clock").click();
    first.run_steps(3);
    first.state().intents().send(UiIntent::PlotOnly(vec![keys()[1].clone()]));
    first.run_steps(2);
    first.state().intents().send(UiIntent::SaveWorkspace("Night shift".to_owned()));
    first.run_steps(2);
    palette(&mut first, "export layout");
    answer(&mut first, &path);
    let text = std::fs::read_to_string(&path).expect("written");
    assert!(text.contains("\"version\": 1") && text.contains("Night shift"), "{text}");
    assert!(!folder.path().join("desk.json.new").exists());

    let mut second = harness(options("Watch"));
    palette(&mut second, "open layout file");
    answer(&mut second, &path);
    assert_eq!(second.state().workspace(), "Night shift");
    assert_eq!(second.state().own_times().len(), 1);
    assert_eq!(second.state().selection().plotted, [keys()[1].clone()]);
    assert!(second.query_by_label("Move Instrument to own window").is_none());
    // The same again by the command line.
    let file = read_layout(&path).expect("a layout");
    let third = harness(Options { layout: Some(file), ..Options::default() });
    assert_eq!(third.state().workspace(), "Night shift");
    assert_eq!(third.state().own_times().len(), 1);
    assert_eq!(third.state().selection().plotted, [keys()[1].clone()]);
}

#[test]
fn a_bad_layout_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bad.json");
    let mut harness = harness(options("Atmosphere"));
    harness.get_by_label("Move Instrument to own window").click();
    harness.run_steps(5);
    for bad in [
        "",
        "{}",
        r#"{"format": "marsdeck layout", "version": 7}"#,
        r#"{"format": "marsdeck layout", "version": 1, "workspaces": [{"name": "A", "layout": 3}]}"#,
    ] {
        std::fs::write(&path, bad).expect("written");
        harness.state().intents().send(UiIntent::OpenLayout(path.clone()));
        harness.run_steps(3);
        assert!(harness.get_all_by_label_contains("The present layout stays.").count() > 0);
        assert_eq!(harness.state().workspace(), "Atmosphere");
        assert_eq!(harness.state().own_times().len(), 1);
        harness.get_by_label("Move Plots to own window");
    }
}

#[test]
fn unknown_panels_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.json");
    let text = r#"{"format": "marsdeck layout", "version": 1, "workspace": "Bridge", "workspaces":
        [{"name": "Bridge", "layout": {"row": ["Clocks", "Warp drive"]}}]}"#;
    std::fs::write(&path, text).expect("written");
    let mut harness = harness(options("Atmosphere"));
    harness.state().intents().send(UiIntent::OpenLayout(path));
    harness.run_steps(4);
    assert!(harness.get_all_by_label_contains("Warp drive").count() > 0);
    assert_eq!(harness.state().workspace(), "Bridge");
    harness.get_by_label("Move Clocks to own window");
}

#[test]
fn the_kiosk_only_shows() {
    let mut harness = harness(Options { kiosk: true, ..options("Atmosphere") });
    harness.get_by_label("LIVE");
    harness.get_by_label("OFF No links");
    for gone in ["Ingest…", "Light", "Seismic", "Messages", "Move Plots to own window", "Play"] {
        assert!(harness.query_by_label(gone).is_none(), "{gone}");
    }
    let intents = || harness.state().intents().is_empty();
    assert!(intents());
    for key in [Key::Space, Key::Home, Key::Num2] {
        harness.key_press(key);
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Q);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(4);
    let app = harness.state();
    assert_eq!((app.workspace(), app.time().mode), ("Atmosphere", Mode::Live));
    assert_eq!(app.time().cursor, span().end);
    assert!(harness.query_by_label("Find anything").is_none());
    // A click into a plot does not move the cursor.
    harness.drag_at(egui::pos2(800.0, 400.0));
    harness.drop_at(egui::pos2(800.0, 400.0));
    harness.run_steps(3);
    assert_eq!(harness.state().time().mode, Mode::Live);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    harness.run_steps(4);
    harness.get_by_label("Light");
    harness.get_by_label("Move Plots to own window");
}

#[test]
fn the_kiosk_does_not_close() {
    let mut harness = harness(Options { kiosk: true, ..options("Watch") });
    let closing = |harness: &mut Harness<'static, App>| {
        let root = harness.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
        root.events.push(egui::ViewportEvent::Close);
        harness.step();
        let output = harness.output().viewport_output.get(&egui::ViewportId::ROOT);
        output.is_some_and(|output| output.commands.contains(&ViewportCommand::CancelClose))
    };
    assert!(closing(&mut harness));
    harness.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default().events.clear();
    harness.run_steps(2);
    assert!(harness.get_all_by_label_contains("Ctrl+Shift+K leaves it").count() > 0);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    harness.run_steps(4);
    assert!(!closing(&mut harness));
}
