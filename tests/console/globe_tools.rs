//! The hand on the globe: dragging, gliding, the wheel, keys, crowded marks and the menu, as the
//! user does it.

use std::sync::Arc;

use egui::{Key, Modifiers, PointerButton, Pos2, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::app::{App, Options};
use marsdeck::globe::layers::{self, Site};
use marsdeck::globe::{Camera, GlobeScene, GlobeSettings, LatLon, Light, PickId};
use marsdeck::state::{Mode, SETTINGS_FILE};
use marsdeck::theme::Theme;

use crate::fake::FakeEngine;
use crate::globe_view::{Stage, harness, look_at, stage};

const GALE: LatLon = LatLon::new(-4.5895, 137.4417);

fn bare() -> GlobeSettings {
    let light = Light::HillShade;
    GlobeSettings { graticule: false, legend: false, light, ..GlobeSettings::default() }
}

fn empty(camera: Camera) -> Stage {
    let mut stage = stage(Theme::dark(), camera, GALE, bare());
    stage.scene = GlobeScene::default();
    stage
}

fn near(range_m: f64, tilt_deg: f64) -> Camera {
    Camera { target: GALE, range_m, tilt_deg, heading_deg: 40.0, ..Camera::default() }
}

/// With frames as on a screen: 60 a second.
fn smooth<'a>(stage: Stage) -> Harness<'a, Stage> {
    let mut harness = Harness::builder()
        .with_size(vec2(600.0, 500.0))
        .with_step_dt(1.0 / 60.0)
        .wgpu()
        .build_eframe(move |cc| {
            marsdeck::globe::be_patient(&cc.egui_ctx);
            marsdeck::globe::install_with(cc.wgpu_render_state.as_ref().expect("wgpu"), 1);
            stage
        });
    harness.run_steps(10);
    harness
}

/// The place under a position of the screen.
fn under(harness: &mut Harness<'_, Stage>, at: Pos2) -> LatLon {
    harness.hover_at(at);
    harness.run_steps(2);
    let last = harness.state().last.as_ref().expect("a frame was drawn");
    last.pointer.expect("on the ground").place
}

#[test]
fn the_grabbed_place_stays_under_the_pointer() {
    for camera in [near(6e6, 0.0), near(6e4, 0.0), near(6e4, 60.0), near(300.0, 50.0)] {
        let mut harness = harness(empty(camera), 600.0, 500.0, 1);
        let (from, to) = (Pos2::new(260.0, 300.0), Pos2::new(350.0, 270.0));
        let place = under(&mut harness, from);
        harness.drag_at(from);
        harness.run_steps(1);
        for step in 1..=6_u8 {
            harness.hover_at(from.lerp(to, f32::from(step) / 6.0));
            harness.run_steps(1);
        }
        let off = look_at(&harness, place).distance(to);
        assert!(off < 1.0, "{off} points off, {camera:?}");
        harness.drop_at(to);
        harness.run();
        let off = look_at(&harness, place).distance(to);
        assert!(off < 1.0, "{off} points off after release, {camera:?}");
        assert!(!harness.state().last.as_ref().is_none_or(|last| last.flying));
    }
}

#[test]
fn a_drag_glides_on_and_comes_to_rest() {
    let mut stage = empty(near(6e6, 0.0));
    stage.view.settings.inertia = true;
    let mut harness = smooth(stage);
    let mut at = Pos2::new(250.0, 250.0);
    harness.drag_at(at);
    harness.run_steps(1);
    for _ in 0..5 {
        at += vec2(15.0, 0.0);
        harness.hover_at(at);
        harness.run_steps(1);
    }
    let held = harness.state().view.camera.target;
    harness.drop_at(at);
    harness.run_steps(1);
    let mut frames = 0;
    while harness.state().last.as_ref().is_some_and(|last| last.flying) {
        harness.run_steps(1);
        frames += 1;
        assert!(frames < 600, "the glide does not end");
    }
    assert!(frames > 3, "it glided for {frames} frames");
    let rest = harness.state().view.camera;
    assert!(rest.target.distance_deg(held) > 1.0);
    // Nothing asks for another frame now, and nothing is drawn again.
    harness.run();
    harness.run_steps(2);
    assert!(!harness.state().last.as_ref().is_none_or(|last| last.redrawn));
    assert_eq!(harness.state().view.camera, rest);
}

#[test]
fn the_wheel_keeps_the_place_under_the_pointer() {
    for (tilt, scroll) in [(0.0, 60.0), (50.0, 60.0), (0.0, -60.0), (50.0, -60.0)] {
        let mut harness = harness(empty(near(5e4, tilt)), 600.0, 500.0, 1);
        let at = Pos2::new(380.0, 310.0);
        let place = under(&mut harness, at);
        let before = harness.state().view.camera.range_m;
        harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: vec2(0.0, scroll),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        });
        harness.run_steps(40);
        let after = harness.state().view.camera.range_m;
        assert!(if scroll > 0.0 { after < 0.9 * before } else { after > 1.1 * before });
        let off = look_at(&harness, place).distance(at);
        assert!(off < 1.0, "{off} points off, tilt {tilt}, {scroll}");
    }
}

#[test]
fn the_eye_comes_down_to_a_metre() {
    let mut harness = harness(empty(near(20.0, 0.0)), 600.0, 500.0, 1);
    harness.get_by_label("Globe of Mars").focus();
    for _ in 0..20 {
        harness.key_press(Key::Plus);
        harness.run_steps(1);
    }
    let camera = harness.state().view.camera;
    assert_eq!(camera.range_m, 1.5);
    for _ in 0..10 {
        harness.key_press(Key::PageUp);
        harness.run_steps(1);
    }
    // 1.5 m away at a tilt of 50°: 0.96 m high, on flat ground.
    assert!((harness.state().view.camera.tilt_deg - 50.0).abs() < 1e-9);
}

#[test]
fn keys_turn_tilt_and_stop() {
    let mut harness = harness(empty(near(5e6, 20.0)), 600.0, 500.0, 1);
    harness.get_by_label("Globe of Mars").focus();
    harness.run();
    let camera = |harness: &Harness<'_, Stage>| harness.state().view.camera;
    let press = |harness: &mut Harness<'_, Stage>, modifiers, key| {
        harness.key_press_modifiers(modifiers, key);
        harness.run();
    };
    press(&mut harness, Modifiers::NONE, Key::PageUp);
    assert_eq!(camera(&harness).tilt_deg, 25.0);
    press(&mut harness, Modifiers::NONE, Key::PageDown);
    assert_eq!(camera(&harness).tilt_deg, 20.0);
    press(&mut harness, Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(camera(&harness).heading_deg, 50.0);
    press(&mut harness, Modifiers::COMMAND, Key::ArrowUp);
    assert_eq!(camera(&harness).tilt_deg, 25.0);
    press(&mut harness, Modifiers::NONE, Key::N);
    assert_eq!((camera(&harness).heading_deg, camera(&harness).tilt_deg), (0.0, 25.0));
    press(&mut harness, Modifiers::NONE, Key::R);
    assert_eq!(camera(&harness).tilt_deg, 0.0);
    press(&mut harness, Modifiers::NONE, Key::Home);
    assert_eq!(camera(&harness).range_m, Camera::default().range_m);
    // Space stops a flight on its way.
    let mut harness = smooth(empty(near(5e6, 20.0)));
    harness.get_by_label("Globe of Mars").focus();
    harness.run_steps(3);
    harness.state_mut().view.settings.animate = true;
    harness.state_mut().view.fly_to(LatLon::new(40.0, 250.0), Some(1e6));
    harness.run_steps(20);
    harness.key_press(Key::Space);
    harness.run_steps(2);
    assert!(!harness.state().view.is_moving());
    let stopped = camera(&harness);
    assert!(stopped.target.distance_deg(LatLon::new(40.0, 250.0)) > 5.0);
    harness.run();
    assert_eq!(camera(&harness), stopped);
}

fn click(harness: &mut Harness<'_, Stage>, at: Pos2, button: PointerButton) {
    for pressed in [true, false] {
        let modifiers = Modifiers::NONE;
        harness.event(egui::Event::PointerMoved(at));
        harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
        harness.run_steps(1);
    }
}

#[test]
fn double_clicks_fly_nearer_and_farther() {
    let mut harness = smooth(empty(near(1e6, 0.0)));
    let at = Pos2::new(300.0, 250.0);
    click(&mut harness, at, PointerButton::Primary);
    click(&mut harness, at, PointerButton::Primary);
    harness.run();
    let range_m = harness.state().view.camera.range_m;
    assert!((range_m - 3.5e5).abs() < 1.0, "{range_m}");
    harness.run_steps(60);
    click(&mut harness, at, PointerButton::Secondary);
    click(&mut harness, at, PointerButton::Secondary);
    harness.run();
    let range_m = harness.state().view.camera.range_m;
    assert!((range_m - 1e6).abs() < 1.0, "{range_m}");
    assert!(harness.query_by_label("Fly there").is_none(), "no menu is left open");
}

#[test]
fn several_marks_under_a_click_give_a_list() {
    let mut stage = empty(near(1e6, 0.0));
    let site = |id: &str, name: &str| Site {
        id: id.into(),
        name: name.into(),
        place: GALE,
        color: stage.theme.accent,
        tip: format!("{name}\nthe site"),
    };
    let sites = [site("a", "First"), site("b", "Second"), site("c", "Third")];
    stage.scene = GlobeScene::new([layers::sites(&sites)]);
    let mut harness = harness(stage, 600.0, 500.0, 1);
    let at = look_at(&harness, GALE);
    click(&mut harness, at, PointerButton::Primary);
    harness.run_steps(3);
    assert!(harness.state().picked.is_empty());
    harness.get_by_label("3 marks lie here:");
    // The last mark lies on top and comes first. The list is walked with keys.
    harness.key_press(Key::ArrowDown);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let second = PickId { layer: "sites".into(), item: "b".into() };
    assert_eq!(harness.state().picked, [second]);
    assert!(harness.query_by_label("3 marks lie here:").is_none());
    // With the pointer; and Escape leaves without choosing.
    harness.run_steps(60);
    click(&mut harness, at, PointerButton::Primary);
    harness.run_steps(3);
    harness.get_by_label("First").click();
    harness.run_steps(3);
    assert_eq!(harness.state().picked.last().map(|p| p.item.as_str()), Some("a"));
    harness.run_steps(60);
    click(&mut harness, at, PointerButton::Primary);
    harness.run_steps(3);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("3 marks lie here:").is_none());
    assert_eq!(harness.state().picked.len(), 2);
}

#[test]
fn the_menu_copies_coordinates_as_chosen() {
    let mut harness = harness(empty(near(1e5, 0.0)), 600.0, 500.0, 1);
    let at = Pos2::new(300.0, 250.0);
    click(&mut harness, at, PointerButton::Secondary);
    harness.run_steps(3);
    harness.get_by_label_contains("Copy 4.58").click();
    harness.run_steps(1);
    let copied = |harness: &Harness<'_, Stage>| {
        harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    };
    let text = copied(&harness).expect("copied");
    assert!(text.starts_with("4.58") && text.contains("° S 137.44"), "{text}");
    harness.run_steps(30);
    click(&mut harness, at, PointerButton::Secondary);
    harness.run_steps(3);
    harness.get_by_label_contains("Write coordinates").click();
    harness.run_steps(3);
    harness.get_by_label("Planetographic latitude").click();
    harness.run_steps(3);
    let coordinates = harness.state().view.settings.coordinates;
    let words = coordinates.text(GALE, 3);
    // tan⁻¹(tan 4.5895° × (3396.19/3376.20)²) = 4.6437°.
    assert_eq!(words, "4.644° S 137.442° E (planetographic)");
}

fn console(engine: &Arc<FakeEngine>, options: Options) -> Harness<'static, App> {
    let engine: Arc<FakeEngine> = Arc::clone(engine);
    let app = App::headless(engine, options);
    let mut harness = Harness::builder()
        .with_size(Vec2::new(1400.0, 900.0))
        .with_step_dt(0.08)
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    harness.run_steps(4);
    harness
}

#[test]
fn the_console_keeps_space_and_the_globe_its_own_keys() {
    let options = Options { workspace: Some("Globe".to_owned()), ..Options::default() };
    let mut harness = console(&FakeEngine::new(), options);
    harness.get_by_label("Globe of Mars").focus();
    harness.run_steps(3);
    let speed = harness.state().time().speed;
    for key in [Key::PageUp, Key::ArrowRight, Key::Plus] {
        harness.key_press(key);
        harness.run_steps(2);
    }
    // A step would have paused the clock, a plus made it faster.
    assert_eq!(harness.state().time().speed, speed);
    assert_eq!(harness.state().time().mode, Mode::Live);
    // Space stays the console's while nothing moves: it stops the clock, and runs it.
    for mode in [Mode::Paused, Mode::Replay] {
        harness.key_press(Key::Space);
        harness.run_steps(3);
        assert_eq!(harness.state().time().mode, mode);
    }
}

#[test]
fn the_view_is_there_again_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        settings_folder: Some(folder.path().to_owned()),
        workspace: Some("Globe".to_owned()),
        ..Options::default()
    };
    let kept = || {
        let text = std::fs::read_to_string(folder.path().join(SETTINGS_FILE)).expect("settings");
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        value["panels"]["Globe"]["Globe"]["camera"]["range_m"].as_f64()
    };
    let engine = FakeEngine::new();
    let mut first = console(&engine, options.clone());
    first.get_by_label("Zoom in (+)").click();
    first.run_steps(60);
    drop(first);
    assert_eq!(kept(), Some(3.7e6));
    // Half as far as it was kept, not half as far as a new one would be.
    let mut second = console(&engine, options);
    second.get_by_label("Zoom in (+)").click();
    second.run_steps(60);
    drop(second);
    assert_eq!(kept(), Some(1.85e6));
}
