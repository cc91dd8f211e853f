//! Globes keep their view and settings with the workspace, with windows of their own and in layout
//! files, and two of them stand side by side.

use std::path::Path;

use egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::app::{App, Options, read_layout};
use marsdeck::intent::UiIntent;
use marsdeck::state::{Layout, LayoutFile, SETTINGS_FILE, SavedWorkspace};
use serde_json::Value;

use crate::fake::FakeEngine;

fn harness(options: Options) -> Harness<'static, App> {
    let app = App::headless(FakeEngine::new(), options);
    let mut harness = Harness::builder()
        .with_size(vec2(2400.0, 1000.0))
        .with_step_dt(0.08)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    harness.run_steps(4);
    harness
}

/// Two globes side by side in a workspace of their own.
fn two_globes() -> LayoutFile {
    let part = |title: &str| (1.0, Layout::single(title));
    let workspace = SavedWorkspace {
        name: "Two globes".to_owned(),
        layout: Layout::Row(vec![part("Globe"), part("Globe 2")]),
        plots: None,
        panels: [].into(),
    };
    let (workspaces, windows) = (vec![workspace], Vec::new());
    LayoutFile { workspace: "Two globes".to_owned(), workspaces, windows }
}

fn at(folder: &Path, workspace: Option<&str>) -> Options {
    Options {
        settings_folder: Some(folder.to_owned()),
        workspace: workspace.map(str::to_owned),
        ..Options::default()
    }
}

/// Presses the button of this name that lies farthest to the left or right.
fn press(harness: &mut Harness<'_, App>, label: &str, right: bool) {
    let mut all: Vec<_> = harness.get_all_by_label(label).collect();
    all.sort_by(|a, b| a.rect().left().total_cmp(&b.rect().left()));
    let one = if right { all.last() } else { all.first() };
    one.expect("a button").click();
    drop(all);
    harness.run_steps(4);
}

/// Longer than settings wait for a further change.
fn wait(harness: &mut Harness<'_, App>) {
    harness.run_steps(20);
}

fn lists(harness: &Harness<'_, App>) -> usize {
    harness.query_all_by_label("Graticule").count()
}

fn settings(folder: &Path) -> Value {
    let text = std::fs::read(folder.join(SETTINGS_FILE)).expect("written");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn two_globes_differ_and_both_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { layout: Some(two_globes()), ..at(folder.path(), None) };
    let mut first = harness(options);
    assert_eq!(first.query_all_by_label("Layers").count(), 2);
    press(&mut first, "Layers", true);
    assert_eq!(lists(&first), 1, "the list of one globe only");
    press(&mut first, "Graticule", true);
    wait(&mut first);
    let written = settings(folder.path());
    let kept = &written["panels"]["Two globes"];
    assert!(kept["Globe"].is_null(), "nothing was done to it: {kept}");
    assert_eq!(kept["Globe 2"]["settings"]["graticule"], false);
    drop(first);

    let mut second = harness(at(folder.path(), None));
    assert_eq!(second.state().workspace(), "Two globes");
    assert_eq!(lists(&second), 1, "open where it was");
    let list = second.get_by_label("Graticule").rect();
    assert!(list.left() > 1000.0, "on the right: {list}");
    // As a new console has it.
    second.state().intents().send(UiIntent::ResetWorkspace);
    second.run_steps(3);
    assert_eq!(lists(&second), 0);
}

#[test]
fn workspaces_have_globes_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = harness(at(folder.path(), Some("Globe")));
    press(&mut harness, "Layers", false);
    assert_eq!(lists(&harness), 1);
    let open = |harness: &mut Harness<'_, App>, name: &str| {
        harness.state().intents().send(UiIntent::OpenWorkspace(name.to_owned()));
        harness.run_steps(4);
    };
    // Nothing was kept of it: it goes on as it is.
    open(&mut harness, "Seismic");
    assert_eq!(lists(&harness), 1);
    press(&mut harness, "Layers", false);
    assert_eq!(lists(&harness), 0);
    open(&mut harness, "Globe");
    assert_eq!(lists(&harness), 1);
    open(&mut harness, "Seismic");
    assert_eq!(lists(&harness), 0);
}

#[test]
fn a_torn_off_globe_keeps_its_view_and_leaves_another_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = harness(at(folder.path(), Some("Seismic")));
    press(&mut first, "Layers", false);
    first.get_by_label("Move Globe to own window").click();
    first.run_steps(6);
    assert_eq!(lists(&first), 1, "the globe moved with its list");
    press(&mut first, "Zoom in (+)", false);
    first.run_steps(40);
    // The main window opens one of its own, which is another one.
    first.state().intents().send(UiIntent::OpenPanel("Globe".to_owned()));
    first.run_steps(4);
    assert_eq!((first.query_all_by_label("Layers").count(), lists(&first)), (2, 1));
    wait(&mut first);
    let written = settings(folder.path());
    let theirs = &written["windows"][0]["panels"]["Globe"];
    assert_eq!(theirs["settings"]["list_open"], true);
    assert_eq!(theirs["camera"]["range_m"], 3.7e6);
    drop(first);
    let second = harness(at(folder.path(), None));
    assert_eq!((second.query_all_by_label("Layers").count(), lists(&second)), (2, 1));
}

#[test]
fn a_globe_travels_in_a_layout_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("globes.json");
    let mut first = harness(Options { layout: Some(two_globes()), ..Options::default() });
    press(&mut first, "Layers", true);
    first.state().intents().send(UiIntent::ExportLayout(path.clone()));
    first.run_steps(3);
    let text = std::fs::read_to_string(&path).expect("written");
    assert!(text.contains("\"camera\"") && !text.contains("\"here\""), "{text}");
    let file = read_layout(&path).expect("a layout");
    let second = harness(Options { layout: Some(file), ..Options::default() });
    assert_eq!(lists(&second), 1);
    // Whatever stands there for a globe, it shows.
    let wild = text.replace("\"camera\": {", "\"camera\": 7, \"x\": {");
    assert_ne!(wild, text);
    std::fs::write(&path, wild).expect("written");
    let file = read_layout(&path).expect("still a layout");
    let third = harness(Options { layout: Some(file), ..Options::default() });
    assert_eq!((third.query_all_by_label("Layers").count(), lists(&third)), (2, 0));
}

/// The event that was selected is selected again, and was looked at already.
#[test]
fn a_kept_view_is_not_flown_away_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let range_m =
        |folder: &Path| settings(folder)["panels"]["Globe"]["Globe"]["camera"]["range_m"].as_f64();
    let mut first = harness(at(folder.path(), Some("Globe")));
    let event = "smi:test/S0235b".to_owned();
    first.state().intents().send(UiIntent::SelectEvent(event));
    first.run_steps(40);
    wait(&mut first);
    let near = range_m(folder.path()).expect("it flew");
    first.get_by_label("Whole planet").click();
    first.run_steps(40);
    wait(&mut first);
    let far = range_m(folder.path()).expect("it flew back");
    assert!((near - far).abs() > 1e5, "{near} {far}");
    drop(first);
    let mut second = harness(at(folder.path(), None));
    second.run_steps(40);
    press(&mut second, "Layers", false);
    wait(&mut second);
    assert_eq!(range_m(folder.path()), Some(far));
}
