//! The graphics device goes, and a new window takes over the same console.

use std::sync::Arc;

use egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::app::{App, Options, Seat};
use marsdeck::intent::UiIntent;
use marsdeck::state::Mode;

use crate::fake::{FakeEngine, span};

/// A window over the console of a seat, which makes one the first time.
fn window(seat: &Seat, engine: &Arc<FakeEngine>) -> Harness<'static, Seat> {
    let (seat, engine) = (seat.clone(), Arc::clone(engine));
    let mut harness =
        Harness::builder().with_size(vec2(1200.0, 760.0)).with_step_dt(0.08).wgpu().build_eframe(
            move |cc| {
                let options = Options { workspace: Some("Globe".to_owned()), ..Options::default() };
                // Coarse ground for a start would make the pictures differ.
                marsdeck::globe::be_patient(&cc.egui_ctx);
                let make = || Ok(App::headless(engine as _, options));
                seat.take(cc, make).expect("a console");
                seat
            },
        );
    harness.run_steps(6);
    harness
}

#[test]
fn a_lost_device_costs_a_window_and_nothing_else() {
    let engine = FakeEngine::new();
    let seat = Seat::default();
    let mut first = window(&seat, &engine);
    let at = span().start.plus_s(50_000.0);
    seat.with(|app| app.intents().send(UiIntent::SetCursor(at)));
    first.run_steps(12);
    assert!(!seat.lost_graphics());
    let before = first.render().expect("a picture");
    seat.with(|app| app.intents().send(UiIntent::RebuildGraphics));
    first.step();
    assert!(seat.lost_graphics(), "the device was destroyed");
    // The window asks to be closed, and paints nothing more.
    first.step();
    let output = first.output().viewport_output.get(&egui::ViewportId::ROOT);
    let closes = output.is_some_and(|o| o.commands.contains(&egui::ViewportCommand::Close));
    assert!(closes);
    assert!(first.query_by_label("PAUSED").is_none());
    drop(first);
    let mut second = window(&seat, &engine);
    second.run_steps(12);
    assert!(!seat.lost_graphics());
    second.get_by_label("PAUSED");
    let (cursor, mode) = seat.with(|app| (app.time().cursor, app.time().mode)).expect("a console");
    assert_eq!((cursor, mode), (at, Mode::Paused));
    let after = second.render().expect("a picture");
    let same = before.pixels().zip(after.pixels()).filter(|(a, b)| a == b).count();
    let all = (before.width() * before.height()) as usize;
    assert_eq!((before.width(), before.height()), (after.width(), after.height()));
    assert!(same * 1000 >= all * 995, "{same} of {all} pixels are the same");
    // The globe is in it: without one the pane would be of a single colour.
    let kinds: std::collections::HashSet<_> = after.pixels().map(|p| p.0).collect();
    assert!(kinds.len() > 500, "{} colours", kinds.len());
}
