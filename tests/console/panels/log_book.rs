//! The Log book panel: list, filter, writing, corrections, ties.

use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::state::LogTie;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::{LogEntry, SeriesKey};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::{Intent, Snapshot};
use marsdeck_engine::time::Instant;

use super::{Stage, harness, picture, themes};

fn at(s: f64) -> Instant {
    Instant::from_unix_s(1.5642e9 + s)
}

fn entries() -> Vec<LogEntry> {
    let entry = |id: i64, s: f64, who: &str, text: &str| LogEntry {
        id,
        time: at(s),
        written: at(s + 300.0),
        who: who.into(),
        mission: "insight".into(),
        text: text.into(),
        ..LogEntry::default()
    };
    let bus = SeriesKey::new("/insight/lander/bus_voltage", "simulated");
    vec![
        LogEntry {
            series: Some(bus),
            corrected_by: Some(3),
            ..entry(1, -480.0, "Ada", "Bus voltage dips when the heater starts")
        },
        LogEntry { corrects: Some(1), ..entry(3, -480.0, "Bob", "It was the arm, not the heater") },
        entry(2, 60.0, "Ada", "Wind sensor restarted\nsecond line"),
    ]
}

fn stage(theme: Theme, writable: bool) -> Stage {
    let snapshot = Snapshot { writable, archive_generation: 1, ..Snapshot::default() };
    let answers = |request: &Request| {
        let Request::Notes(query) = request else { return None };
        let wanted = query.text.to_lowercase();
        let all = entries().into_iter();
        let entries = all.filter(|e| e.text.to_lowercase().contains(&wanted)).collect();
        Some(Ok(Answer::Notes { entries, truncated: false }))
    };
    Stage::new("Log book", snapshot, theme, Box::new(answers))
}

fn written(stage: &Stage) -> Vec<LogEntry> {
    let note = |wish: &UiIntent| match wish {
        UiIntent::Engine(Intent::WriteNote { entry }) => Some((**entry).clone()),
        _ => None,
    };
    stage.wishes.iter().filter_map(note).collect()
}

#[test]
fn entries_are_listed_searched_and_lead_to_their_time() {
    let mut harness = harness(stage(Theme::dark(), true), [1100.0, 700.0], false);
    harness.get_by_label("3 entries");
    harness.get_by_label("Wind sensor restarted second line").click();
    harness.run_steps(3);
    assert!(harness.state().wishes.contains(&UiIntent::SetCursor(at(60.0))));
    harness.get_by_label("Entry 2");
    harness.get_by_label("Search").focus();
    harness.get_by_label("Search").type_text("arm");
    harness.run_steps(6);
    harness.get_by_label("1 entries");
    harness.get_by_label("[corrects 1] It was the arm, not the heater");
}

#[test]
fn an_entry_is_written_with_the_keyboard_and_tied_to_the_cursor() {
    let mut harness = harness(stage(Theme::dark(), true), [1100.0, 700.0], false);
    harness.get_by_label("New entry").focus();
    harness.run_steps(2);
    harness.get_by_label("New entry").type_text("Pass began late");
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
    harness.run_steps(3);
    let sent = written(harness.state());
    assert_eq!(sent.len(), 1, "{:?}", harness.state().wishes);
    assert_eq!(sent[0].text, "Pass began late");
    assert_eq!((sent[0].time, sent[0].mission.as_str()), (at(0.0), "insight"));
    assert_eq!((sent[0].series.clone(), sent[0].corrects), (None, None));
    harness.get_by_label("Writing\u{2026}");
}

#[test]
fn a_correction_follows_its_entry_and_what_is_there_empties_the_box() {
    let mut harness = harness(stage(Theme::dark(), true), [1100.0, 700.0], false);
    harness.get_by_label("Wind sensor restarted second line").click();
    harness.run_steps(3);
    harness.get_by_label("Correct\u{2026}").click();
    harness.run_steps(3);
    harness.get_by_label("Correction of entry 2");
    harness.get_by_label("Write entry").click();
    harness.run_steps(3);
    let sent = written(harness.state());
    assert_eq!((sent[0].corrects, sent[0].time), (Some(2), at(60.0)));
}

#[test]
fn another_panel_says_what_the_entry_is_about() {
    let mut stage = stage(Theme::dark(), true);
    let bus = SeriesKey::new("/insight/lander/bus_voltage", "simulated");
    let (mission, series) = ("insight".into(), Some(bus.clone()));
    stage.selection.log = Some(LogTie { number: 1, time: at(-480.0), mission, series });
    let mut harness = harness(stage, [1100.0, 700.0], false);
    harness.get_by_label("New entry").type_text("Seen");
    harness.run_steps(2);
    harness.get_by_label("Write entry").click();
    harness.run_steps(3);
    let sent = written(harness.state());
    assert_eq!((sent[0].time, sent[0].series.clone()), (at(-480.0), Some(bus)));
}

#[test]
fn a_reader_cannot_write() {
    let mut harness = harness(stage(Theme::dark(), false), [1100.0, 700.0], false);
    harness.get_by_label("Write entry").click();
    harness.run_steps(3);
    assert!(written(harness.state()).is_empty());
}

#[test]
fn it_renders_in_both_themes() {
    for theme in themes() {
        let name = format!("log_book_{}", theme.name);
        let mut harness = harness(stage(theme, true), [1100.0, 700.0], true);
        harness.get_by_label_contains("[corrected by 3]").click();
        harness.run_steps(3);
        picture(&mut harness, &name);
    }
}
