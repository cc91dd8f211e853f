//! Pictures of the window for looking at, written only where `MARSDECK_PICTURES` names a folder.

use std::sync::Arc;

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::app::{App, Options};
use marsdeck::view::Panel;
use marsdeck_engine::time::{Instant, TimeRange};

use crate::fake::{FakeEngine, LENGTH_S, START_S};
use crate::sample_panels::{Gallery, TestPlot};
use crate::shell::{atmosphere, busy};

/// Every state of the window in both themes. Written where `MARSDECK_PICTURES` names a folder; else says that it did
/// not.
#[test]
fn pictures_on_demand() {
    let Some(folder) = std::env::var_os("MARSDECK_PICTURES") else {
        println!("skipped: MARSDECK_PICTURES names no folder");
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    for (name, theme, size) in [
        ("dark", "dark", vec2(1280.0, 800.0)),
        ("light", "light", vec2(1280.0, 800.0)),
        ("wide", "dark", vec2(2560.0, 1440.0)),
        ("small", "dark", vec2(800.0, 600.0)),
    ] {
        for mode in ["paused", "replay", "palette", "help", "close", "select", "gallery", "error"] {
            if (name == "wide" || name == "small") && mode != "paused" {
                continue;
            }
            let options = Options {
                theme: Some(theme.to_owned()),
                at: Some(Instant::from_unix_s(START_S + 46_000.0)),
                range: Some(if mode == "close" {
                    let start = Instant::from_unix_s(START_S + 45_980.0);
                    TimeRange::new(start, start.plus_s(120.0))
                } else {
                    TimeRange::new(
                        Instant::from_unix_s(START_S - 4000.0),
                        Instant::from_unix_s(START_S + LENGTH_S * 0.7),
                    )
                }),
                software: true,
                ..atmosphere()
            };
            let mut options = options;
            if mode == "gallery" {
                options.workspace = Some("Watch".to_owned());
            }
            let panels: Vec<Box<dyn Panel>> =
                vec![Box::new(TestPlot::default()), Box::new(Gallery::default())];
            let engine = FakeEngine::new();
            let app = App::with_panels(Arc::clone(&engine) as _, options, panels);
            if mode == "replay" {
                app.intents().send(marsdeck::intent::UiIntent::TogglePlay);
            }
            let mut harness = Harness::builder()
                .with_size(size)
                .wgpu()
                .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
            harness.run_steps(4);
            bring_about(&mut harness, &engine, mode);
            harness.run_steps(4);
            let image = harness.render().expect("a picture");
            image.save(folder.join(format!("{name}_{mode}.png"))).expect("written");
        }
    }
}

/// The Links workspace with links and packets in it, in both themes and two sizes.
#[test]
fn pictures_of_links_on_demand() {
    let Some(folder) = std::env::var_os("MARSDECK_PICTURES") else {
        println!("skipped: MARSDECK_PICTURES names no folder");
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    for (name, theme, size, front) in [
        ("dark", "dark", vec2(1280.0, 800.0), "Packets"),
        ("light", "light", vec2(1280.0, 800.0), "Packets"),
        ("wide", "dark", vec2(2560.0, 1440.0), "Packets"),
        ("passes", "dark", vec2(1280.0, 800.0), "Passes"),
        ("health", "light", vec2(1280.0, 800.0), "Health"),
    ] {
        let engine = FakeEngine::new();
        let filled = crate::panels::with_packets(400);
        engine.change(|snapshot| {
            snapshot.links = filled.links;
            snapshot.packets = filled.packets;
            snapshot.health = filled.health;
        });
        let options = Options {
            theme: Some(theme.to_owned()),
            workspace: Some("Links".to_owned()),
            software: true,
            ..atmosphere()
        };
        let app = App::headless(Arc::clone(&engine) as _, options);
        app.intents().send(marsdeck::intent::UiIntent::OpenPanel(front.to_owned()));
        let mut harness = Harness::builder()
            .with_size(size)
            .wgpu()
            .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
        harness.run_steps(6);
        let image = harness.render().expect("a picture");
        image.save(folder.join(format!("links_{name}.png"))).expect("written");
    }
}

/// Brings the window into a state.
fn bring_about(harness: &mut Harness<'_, App>, engine: &FakeEngine, mode: &str) {
    match mode {
        "palette" => {
            harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
            harness.run_steps(2);
            harness.event(egui::Event::Text("s23".to_owned()));
        }
        "error" => {
            engine.change(busy);
            harness.run_steps(6);
            harness.get_by_label("Messages").click();
        }
        "help" => harness.key_press(Key::F1),
        "close" => harness.hover_at(egui::pos2(400.0, 300.0)),
        "select" => {
            harness.event(egui::Event::ModifiersChanged(Modifiers::SHIFT));
            harness.drag_at(egui::pos2(300.0, 300.0));
            harness.run_steps(2);
            harness.hover_at(egui::pos2(500.0, 330.0));
        }
        _ => {}
    }
}
