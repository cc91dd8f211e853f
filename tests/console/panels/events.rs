//! The Events panel: a table around the cursor, filters, jumps, leafing and the clipboard.

use std::sync::{Arc, Mutex};

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::{Archive, EventMessage, EvrLevel, Levels};
use marsdeck_engine::query::{Request, answer};
use marsdeck_engine::runtime::Snapshot;
use marsdeck_engine::time::Instant;

use super::{Stage, harness, picture, themes};

const START_S: f64 = 1.5642e9;

fn at(s: f64) -> Instant {
    Instant::from_unix_s(START_S + s)
}

fn said(s: f64, level: EvrLevel, module: &str, text: &str) -> EventMessage {
    EventMessage {
        time: at(s),
        level,
        mission: "msl".into(),
        module: module.into(),
        name: format!("{}_EVR", module.to_uppercase()),
        message: text.into(),
        source: "simulated".into(),
        ..EventMessage::default()
    }
}

fn few() -> Vec<EventMessage> {
    let texts = ["nothing known", "cell 7", "point done", "laser on", "power on", "voltage low"];
    let worse = ["rack door open", "laser warm", "rack down", "set to safe mode"];
    let texts = texts.into_iter().chain(worse);
    let mut list: Vec<_> = EvrLevel::ALL
        .into_iter()
        .zip(texts)
        .enumerate()
        .map(|(i, (level, text))| said(i as f64 * 60.0 - 300.0, level, "chemcam", text))
        .collect();
    list.push(said(5_000.0, EvrLevel::ActivityHi, "sam", "run complete"));
    list
}

type Asked = Arc<Mutex<Vec<Request>>>;

/// A stage over a real archive of these messages, and what was asked of it.
fn stage(theme: Theme, messages: &[EventMessage]) -> (Stage, Asked) {
    let dir = tempfile::tempdir().expect("a folder");
    let archive = Archive::create(dir.path(), at(0.0)).expect("an archive");
    archive.put_messages(messages).expect("stored");
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let answers = move |request: &Request| {
        let _keep = &dir;
        seen.lock().expect("not poisoned").push(request.clone());
        let decode = |_: &[_]| unreachable!("no packets are asked for");
        let never = std::sync::atomic::AtomicBool::new(false);
        Some(answer(&archive, request, &decode, &never))
    };
    (Stage::new("Events", Snapshot::default(), theme, Box::new(answers)), asked)
}

#[test]
fn rows_jump_filter_and_copy() {
    let (stage, _) = stage(Theme::dark(), &few());
    let mut harness = harness(stage, [1280.0, 600.0], false);
    harness.get_by_label("11 messages");
    harness.get_by_label("WARNING_HI");
    harness.get_by_label("laser warm").click();
    harness.run_steps(3);
    assert_eq!(harness.state().wishes, [UiIntent::SetCursor(at(120.0))]);

    harness.get_by_label("Until the cursor only").click();
    harness.run_steps(3);
    harness.get_by_label("6 messages");
    assert!(harness.query_by_label("laser warm").is_none());
    harness.state_mut().time.cursor = at(120.0);
    harness.run_steps(3);
    harness.get_by_label("8 messages");
    harness.get_by_label("Until the cursor only").click();

    harness.get_by_label("Search").focus();
    harness.get_by_label("Search").type_text("LASER chemcam");
    harness.run_steps(4);
    harness.get_by_label("2 messages");
    harness.get_by_label("Copy").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    let copied = commands.iter().any(|command| {
        let egui::OutputCommand::CopyText(text) = command else { return false };
        text.lines().count() == 3 && text.contains("\tWARNING_HI\tmsl\tchemcam\t")
    });
    assert!(copied, "both rows are in the clipboard");
}

#[test]
fn levels_are_chosen() {
    let (stage, asked) = stage(Theme::dark(), &few());
    let mut harness = harness(stage, [1280.0, 700.0], false);
    harness.get_by_role(Role::ComboBox).click();
    harness.run_steps(3);
    harness.get_by_label("Warnings and worse").click();
    harness.run_steps(3);
    harness.get_by_label("5 messages");
    harness.get_by_label("Show FATAL").click();
    harness.run_steps(3);
    harness.get_by_label("4 messages");
    let wanted = Levels::from(EvrLevel::WarningLo).without(EvrLevel::Fatal);
    let asked = asked.lock().expect("not poisoned");
    let last = asked.last();
    assert!(matches!(last, Some(Request::MessagesAround { levels, .. }) if *levels == wanted));
}

#[test]
fn of_many_only_those_around_the_cursor_are_read() {
    let many: Vec<_> = (0..20_000)
        .map(|i| {
            let text = format!("message {i}");
            said(f64::from(i) - 10_000.0, EvrLevel::Diagnostic, "fsw", &text)
        })
        .collect();
    let (stage, asked) = stage(Theme::dark(), &many);
    let mut harness = harness(stage, [1280.0, 600.0], false);
    let count = || asked.lock().expect("not poisoned").len();
    harness.get_by_label("800 of more messages");
    harness.get_by_label("message 10000");
    assert_eq!(count(), 1);
    // A cursor that moves inside of what is held asks nothing.
    harness.state_mut().time.cursor = at(200.0);
    harness.run_steps(6);
    harness.get_by_label("message 10200");
    assert_eq!(count(), 1);
    // Far away it reads the surroundings of the new place, once.
    harness.state_mut().time.cursor = at(9_000.0);
    harness.run_steps(6);
    harness.get_by_label("message 19000");
    assert_eq!(count(), 2);
    // Leafing leaves the cursor where it is.
    harness.get_by_label("Earlier").click();
    harness.run_steps(6);
    harness.get_by_label("message 18601");
    assert_eq!((count(), harness.state().wishes.len()), (3, 0));
    harness.get_by_label("Later").click();
    harness.run_steps(6);
    harness.get_by_label("message 19001");
}

#[test]
fn emptiness_says_what_to_do() {
    let (empty, _) = stage(Theme::dark(), &[]);
    let mut empty = harness(empty, [900.0, 400.0], false);
    empty.get_by_label("No event messages stored");
    empty.get_by_label("Ingest…").click();
    empty.run_steps(2);
    assert_eq!(empty.state().wishes, [UiIntent::AskIngest]);
    let (full, _) = stage(Theme::dark(), &few());
    let mut full = harness(full, [1280.0, 400.0], false);
    full.get_by_label("Search").focus();
    full.get_by_label("Search").type_text("no such words");
    full.run_steps(4);
    full.get_by_label("No message matches");
}

#[test]
fn pictures_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let (stage, _) = stage(theme, &few());
        let mut harness = harness(stage, [1280.0, 420.0], true);
        picture(&mut harness, &format!("events-{name}"));
    }
}
