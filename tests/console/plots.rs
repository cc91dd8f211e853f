//! The panels Plots and Seismogram, driven by their labels over an engine made of formulas.

use std::sync::Arc;

use egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::app::{App, Options};
use marsdeck::intent::UiIntent;
use marsdeck_engine::archive::{Pick, SeriesKey, SeriesKind, SeriesSummary};
use marsdeck_engine::mission::Display;
use marsdeck_engine::runtime::Intent;
use marsdeck_engine::time::{Instant, TimeRange};

use crate::fake::{FakeEngine, START_S, span};

/// Pressure and temperature, three simulated components, three measured ones around the event
/// S0235b with picks, and a prepared display.
fn engine() -> Arc<FakeEngine> {
    let engine = FakeEngine::new();
    engine.change(|snapshot| {
        let event = Instant::from_unix_s(START_S + 43_000.0);
        let near = TimeRange::new(event.plus_s(-3600.0), event.plus_s(7200.0));
        let wave = |channel: &str, product: &str, span: TimeRange| SeriesSummary {
            key: SeriesKey::new(format!("XB.ELYSE.02.{channel}"), product),
            kind: SeriesKind::Waveform,
            unit: "m/s".into(),
            rate_hz: 1.0,
            span,
            samples: span.duration_s() as u64,
        };
        let mut series: Vec<SeriesSummary> = snapshot.series.to_vec();
        series.retain(|s| s.key.name.starts_with('/'));
        let mut second = series[0].clone();
        second.key.name = "/insight/apss/inlet_pressure".into();
        series.push(second);
        for channel in ["BHU", "BHV", "BHW"] {
            series.push(wave(channel, "simulated", span()));
            series.push(wave(channel, "raw", near));
        }
        series.sort_by(|a, b| a.key.cmp(&b.key));
        snapshot.series = Arc::new(series);
        let mut events = snapshot.events.to_vec();
        for event in &mut events {
            let pick = |phase: &str, s: f64, uncertainty_s| Pick {
                phase: phase.into(),
                time: event.time.plus_s(s),
                uncertainty_s,
            };
            event.picks = vec![
                pick("start", 100.0, None),
                pick("P", 160.0, Some(5.0)),
                pick("S", 330.0, Some(20.0)),
                pick("end", 2900.0, None),
            ];
        }
        snapshot.events = Arc::new(events);
        let mut missions = (*snapshot.missions).clone();
        missions.missions[0].displays = vec![Display {
            title: "Weather".into(),
            workspace: String::new(),
            axes: vec![
                vec!["/insight/apss/pressure".into()],
                vec!["/insight/apss/inlet_pressure".into(), "XB.ELYSE.02.BHU".into()],
            ],
        }];
        snapshot.missions = Arc::new(missions);
    });
    engine
}

fn options(workspace: &str) -> Options {
    Options {
        workspace: Some(workspace.to_owned()),
        at: Some(Instant::from_unix_s(START_S + 46_000.0)),
        range: Some(TimeRange::new(
            Instant::from_unix_s(START_S + 2000.0),
            Instant::from_unix_s(START_S + 150_000.0),
        )),
        ..Options::default()
    }
}

fn alone(engine: &Arc<FakeEngine>, panel: &str) -> Harness<'static, App> {
    let engine: Arc<FakeEngine> = Arc::clone(engine);
    let mut app = App::headless(engine, options("Atmosphere"));
    app.show_alone(panel);
    let mut harness = Harness::builder()
        .with_size(vec2(1280.0, 800.0))
        .with_step_dt(0.08)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    harness.run_steps(5);
    harness
}

fn press(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(6);
}

fn pressure() -> SeriesKey {
    SeriesKey::new("/insight/apss/pressure", "simulated")
}

#[test]
fn a_display_fills_an_empty_panel() {
    let mut harness = alone(&engine(), "Plots");
    harness.get_by_label("Nothing plotted");
    press(&mut harness, "Weather");
    let plotted = &harness.state().selection().plotted;
    assert_eq!(plotted.len(), 3);
    assert_eq!(plotted[2], SeriesKey::parse("XB.ELYSE.02.BHU"), "measured before simulated");
    harness.get_by_label("SIMULATED");
    harness.get_by_label("Row menu: Pressure");
    harness.get_by_label("Row menu: /insight/apss/inlet_pressure");
    assert!(harness.query_by_label("Row menu: VBB U").is_none(), "shares a row by the display");
}

#[test]
fn rows_merge_split_and_go() {
    let mut harness = alone(&engine(), "Plots");
    let second = SeriesKey::new("/insight/apss/inlet_pressure", "simulated");
    for key in [pressure(), second.clone()] {
        harness.state().intents().send(UiIntent::PlotSeries(key));
    }
    harness.run_steps(4);
    assert!(harness.query_by_label("Row menu: /insight/apss/inlet_pressure").is_none());
    press(&mut harness, "Row menu: Pressure");
    press(&mut harness, "One row for each series");
    press(&mut harness, "Row menu: /insight/apss/inlet_pressure");
    press(&mut harness, "Move up");
    assert_eq!(harness.state().selection().plotted, [second.clone(), pressure()]);
    press(&mut harness, "Row menu: Pressure");
    press(&mut harness, "Merge with the row above");
    assert!(harness.query_by_label("Row menu: Pressure").is_none());
    press(&mut harness, "Row menu: /insight/apss/inlet_pressure");
    press(&mut harness, "Remove Pressure");
    assert_eq!(harness.state().selection().plotted, [second]);
}

#[test]
fn a_dragged_series_lands_in_the_row_under_the_pointer() {
    let mut harness = alone(&engine(), "Plots");
    harness.state().intents().send(UiIntent::PlotSeries(pressure()));
    harness.run_steps(4);
    let rect = harness.get_by_label("Plots: Pressure").rect();
    let drop = |harness: &mut Harness<'static, App>, key: SeriesKey, at: egui::Pos2| {
        harness.drag_at(egui::pos2(2.0, 2.0));
        harness.run_steps(1);
        egui::DragAndDrop::set_payload(&harness.ctx, key);
        harness.hover_at(at);
        harness.run_steps(2);
        harness.drop_at(at);
        harness.run_steps(5);
    };
    let ground = SeriesKey::new("XB.ELYSE.02.BHU", "simulated");
    drop(&mut harness, ground.clone(), rect.center());
    assert_eq!(harness.state().selection().plotted, [pressure(), ground]);
    assert!(harness.query_by_label("Row menu: VBB U").is_none(), "same row");
    let below = rect.center_bottom() - vec2(0.0, 10.0);
    let second = SeriesKey::new("/insight/apss/inlet_pressure", "simulated");
    drop(&mut harness, second, below);
    harness.get_by_label("Row menu: /insight/apss/inlet_pressure");
}

#[test]
fn a_selection_has_statistics() {
    let mut harness = alone(&engine(), "Plots");
    harness.state().intents().send(UiIntent::PlotSeries(pressure()));
    harness.run_steps(4);
    let centre = harness.get_by_label("Plots: Pressure").rect().center();
    harness.event(egui::Event::ModifiersChanged(egui::Modifiers::SHIFT));
    harness.drag_at(centre);
    harness.run_steps(2);
    harness.hover_at(centre + vec2(30.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(centre + vec2(30.0, 0.0));
    harness.event(egui::Event::ModifiersChanged(egui::Modifiers::NONE));
    harness.run_steps(6);
    for title in ["Selection", "Minimum", "RMS"] {
        harness.get_by_label(title);
    }
    press(&mut harness, "Clear");
    assert!(harness.query_by_label("Selection").is_none());
}

#[test]
fn the_shown_range_is_exported() {
    let engine = engine();
    let mut harness = alone(&engine, "Plots");
    harness.state().intents().send(UiIntent::PlotSeries(pressure()));
    harness.run_steps(4);
    press(&mut harness, "Export…");
    press(&mut harness, "Write file");
    let sent = engine.sent.lock().expect("a list").clone();
    let [Intent::Export { series, range, path }] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(
        (series.as_slice(), *range),
        ([pressure()].as_slice(), harness.state().time().range)
    );
    assert!(path.is_absolute() && path.extension().is_some_and(|e| e == "csv"), "{path:?}");
    press(&mut harness, "miniSEED");
    press(&mut harness, "Write file");
    assert_eq!(engine.sent.lock().expect("a list").len(), 1, "no records of a parameter");
}

#[test]
fn few_samples_are_copied_as_text() {
    let mut harness = alone(&engine(), "Seismogram");
    let start = Instant::from_unix_s(START_S + 43_000.0);
    let range = TimeRange::new(start, start.plus_s(100.0));
    harness.state().intents().send(UiIntent::SetRange(range));
    harness.run_steps(4);
    press(&mut harness, "Export…");
    harness.get_by_label("Copy as CSV").click();
    let mut copied = None;
    for _ in 0..8 {
        harness.step();
        let commands = &harness.output().platform_output.commands;
        for command in commands {
            if let egui::OutputCommand::CopyText(text) = command {
                copied = Some(text.clone());
            }
        }
    }
    let text = copied.expect("something copied");
    assert!(text.starts_with("series,time_utc,value\nXB.ELYSE.02.BHU,2019-"), "{text}");
    assert!((300..310).contains(&text.lines().count()), "{}", text.lines().count());
}

#[test]
fn the_seismogram_shows_measured_data_where_there_are_some() {
    let mut harness = alone(&engine(), "Seismogram");
    let start = Instant::from_unix_s(START_S + 43_000.0);
    harness.state().intents().send(UiIntent::SetRange(TimeRange::new(start, start.plus_s(3000.0))));
    harness.run_steps(6);
    assert!(harness.query_by_label("SIMULATED").is_none());
    harness.get_by_label("Seismogram: BHU  VBB U, BHV, BHW");
}

#[test]
fn events_follow_one_another() {
    let engine = engine();
    let mut harness = alone(&engine, "Seismogram");
    press(&mut harness, "Next event ▶");
    let first = harness.state().selection().event.clone();
    assert!(!first.is_empty());
    let event =
        engine.snapshot.lock().expect("held").events.iter().find(|e| e.id == first).cloned();
    let event = event.expect("an event");
    assert_eq!(harness.state().time().cursor, event.time);
    let range = harness.state().time().range;
    assert!(event.span.is_some_and(|s| range.contains(s.start) && range.contains(s.end)));
    press(&mut harness, "P");
    assert_eq!(harness.state().time().cursor, event.picks[1].time);
    harness.state().intents().send(UiIntent::SetRange(span()));
    harness.run_steps(3);
    press(&mut harness, "Fit event");
    assert_eq!(harness.state().time().range, range);
}

#[test]
fn empty_archives_say_what_to_do() {
    for (panel, title) in [("Plots", "No series stored"), ("Seismogram", "No waveforms stored")] {
        let harness = alone(&FakeEngine::empty(), panel);
        harness.get_by_label(title);
        harness.get_by_label("Ingest…");
    }
}

/// Writes pictures of both panels where `MARSDECK_PICTURES` names a folder; else says that it did
/// not.
#[test]
fn pictures_of_plots_on_demand() {
    let Some(folder) = std::env::var_os("MARSDECK_PICTURES") else {
        println!("skipped: MARSDECK_PICTURES names no folder");
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    let sizes = [("small", vec2(1280.0, 800.0)), ("large", vec2(2560.0, 1440.0))];
    for theme in ["dark", "light"] {
        for (name, size) in sizes {
            for (panel, mode) in [
                ("Plots", "empty"),
                ("Plots", "display"),
                ("Plots", "overlay"),
                ("Seismogram", "wide"),
                ("Seismogram", "event"),
                ("Seismogram", "close"),
            ] {
                let options = Options { theme: Some(theme.to_owned()), ..options("Atmosphere") };
                let mut app = App::headless(engine(), options);
                app.show_alone(panel);
                let mut harness = Harness::builder()
                    .with_size(size)
                    .wgpu()
                    .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
                harness.run_steps(5);
                pose(&mut harness, mode);
                let image = harness.render().expect("a picture");
                let file = format!("{panel}_{mode}_{theme}_{name}.png");
                image.save(folder.join(file)).expect("written");
            }
        }
    }
}

fn pose(harness: &mut Harness<'static, App>, mode: &str) {
    let start = Instant::from_unix_s(START_S + 45_980.0);
    match mode {
        "display" => {
            press(harness, "Weather");
            press(harness, "Export…");
        }
        "overlay" => {
            press(harness, "Weather");
            press(harness, "Overlay");
            press(harness, "1 sol before");
            let at = harness.get_by_label_contains("Plots: ").rect().center();
            harness.event(egui::Event::ModifiersChanged(egui::Modifiers::SHIFT));
            harness.drag_at(at);
            harness.run_steps(2);
            harness.hover_at(at + vec2(200.0, 0.0));
            harness.run_steps(2);
            harness.drop_at(at + vec2(200.0, 0.0));
        }
        "event" => {
            press(harness, "Next event ▶");
            press(harness, "Common");
        }
        "close" => {
            let range = TimeRange::new(start, start.plus_s(60.0));
            harness.state().intents().send(UiIntent::SetRange(range));
            press(harness, "Demean");
        }
        _ => {}
    }
    harness.run_steps(6);
}
