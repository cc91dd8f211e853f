//! The globe as the user sees it: rendered offscreen, clicked, dragged, and looked at.

use egui::{Color32, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use glam::DVec2;
use image::RgbaImage;
use marsdeck::globe::layers::{self, Quake, Site, TraverseColour};
use marsdeck::globe::{
    Camera, GlobeInput, GlobeResponse, GlobeScene, GlobeSettings, GlobeView, GroundColour,
    GroundLayers, LatLon, Light, MapMode, PickId, Topography, geodesy,
};
use marsdeck::theme::Theme;

pub(super) const INSIGHT: LatLon = LatLon::new(4.502384, 135.623447);
const GALE: LatLon = LatLon::new(-4.5895, 137.4417);

pub(super) struct Stage {
    pub view: GlobeView,
    pub scene: GlobeScene,
    pub ground: GroundLayers,
    sun: LatLon,
    selected: Option<PickId>,
    pub theme: Theme,
    pub last: Option<GlobeResponse>,
    pub picked: Vec<PickId>,
}

fn scene(theme: &Theme) -> GlobeScene {
    let site = |id: &str, name: &str, place, color| Site {
        id: id.into(),
        name: name.into(),
        place,
        color,
        tip: name.into(),
    };
    let quake =
        |name: &str, place: Option<(f64, f64)>, distance, azimuth, magnitude, color| Quake {
            id: name.into(),
            name: name.into(),
            place: place.map(|(lat, lon)| LatLon::new(lat, lon)),
            distance_deg: Some(distance),
            azimuth_deg: azimuth,
            magnitude: Some(magnitude),
            color,
            tip: format!("{name}\nM {magnitude}"),
            ..Quake::default()
        };
    let quakes = [
        quake("S1222a", Some((-2.971, 171.904)), 37.01, Some(101.0), 4.7, theme.curves[1]),
        quake("S0235b", Some((10.99, 160.95)), 25.9, Some(74.0), 3.5, theme.curves[1]),
        quake("S0173a", Some((3.45, 164.68)), 29.0, Some(91.0), 3.6, theme.curves[1]),
        quake("S1094b", Some((34.8, 189.92)), 58.5, Some(51.5), 4.0, theme.curves[6]),
        quake("S0185a", None, 58.8, None, 3.0, theme.curves[5]),
    ];
    let mut all = vec![layers::features(&layers::known_features(), theme.text)];
    all.extend(layers::quakes(&quakes, INSIGHT, "S1222a"));
    let stops = layers::curiosity_stops();
    let colours = [theme.curves[2], theme.curves[0], theme.curves[1]];
    all.push(layers::traverse("msl", "Curiosity", &stops, 1782, TraverseColour::Sol, colours));
    all.push(layers::sites(&[
        site("insight", "InSight", INSIGHT, theme.accent),
        site("msl-landing", "Bradbury Landing", GALE, theme.curves[2]),
        site("m2020", "Jezero", LatLon::new(18.44, 77.45), theme.text_weak),
        site("viking1", "Viking 1", LatLon::new(22.48, 312.05), theme.text_weak),
    ]));
    GlobeScene::new(all)
}

pub(super) fn stage(theme: Theme, camera: Camera, sun: LatLon, settings: GlobeSettings) -> Stage {
    assert!(Topography::load().is_some(), "the built-in terrain decodes");
    let mut view = GlobeView::new(GlobeSettings { animate: false, inertia: false, ..settings });
    view.camera = camera;
    let scene = scene(&theme);
    let ground = GroundLayers::default();
    Stage { view, scene, ground, sun, selected: None, theme, last: None, picked: Vec::new() }
}

impl eframe::App for Stage {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let input = GlobeInput {
            scene: &self.scene,
            ground: &self.ground,
            stars: &[],
            sun: self.sun,
            at: None,
            selected: self.selected.as_ref(),
            theme: &self.theme,
        };
        let response = self.view.ui(ui, &input);
        self.picked.extend(response.picked.clone());
        self.last = Some(response);
    }
}

pub(super) fn harness<'a>(
    stage: Stage,
    width: f32,
    height: f32,
    samples: u32,
) -> Harness<'a, Stage> {
    let mut harness = Harness::builder()
        .with_size(vec2(width, height))
        .with_render_cursor(false)
        .wgpu()
        .build_eframe(move |cc| {
            let dark = stage.theme.name == "dark";
            cc.egui_ctx.set_visuals(if dark {
                egui::Visuals::dark()
            } else {
                egui::Visuals::light()
            });
            marsdeck::globe::be_patient(&cc.egui_ctx);
            let state = cc.wgpu_render_state.as_ref().expect("wgpu is there");
            if samples == 4 {
                marsdeck::globe::install(state);
            } else {
                marsdeck::globe::install_with(state, samples);
            }
            stage
        });
    harness.run();
    harness
}

/// Renders, and keeps the picture in the temporary folder for looking at.
pub(super) fn picture(harness: &mut Harness<'_, Stage>, name: &str) -> RgbaImage {
    let image = harness.render().expect("it renders");
    let folder = std::env::temp_dir().join("marsdeck-globe");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    image.save(folder.join(format!("{name}.png"))).expect("the picture can be saved");
    image
}

pub(super) fn look_at(harness: &Harness<'_, Stage>, place: LatLon) -> Pos2 {
    let last = harness.state().last.as_ref().expect("a frame was drawn");
    let t = Topography::load().expect("terrain");
    let ground = t.ground_m(place, harness.state().view.settings.exaggeration);
    let at = last.look.project(geodesy::position(place, ground)).expect("in front of the eye");
    last.rect.min + vec2(at.x as f32, at.y as f32)
}

fn light(image: &RgbaImage, middle: Pos2, half: i64) -> f64 {
    let mut sum = 0.0;
    let mut count = 0.0;
    for dy in -half..=half {
        for dx in -half..=half {
            let (x, y) = (middle.x as i64 + dx, middle.y as i64 + dy);
            if let Some(p) = image.get_pixel_checked(x as u32, y as u32) {
                sum +=
                    0.2126 * f64::from(p[0]) + 0.7152 * f64::from(p[1]) + 0.0722 * f64::from(p[2]);
                count += 1.0;
            }
        }
    }
    sum / count
}

fn bare() -> GlobeSettings {
    GlobeSettings { graticule: false, legend: false, ..GlobeSettings::default() }
}

#[test]
fn the_day_side_is_bright_and_the_night_side_readable() {
    let camera = Camera { target: LatLon::new(0.0, 150.0), ..Camera::default() };
    let mut stage = stage(Theme::dark(), camera, LatLon::new(10.0, 95.0), bare());
    stage.scene.layers.clear();
    let mut harness = harness(stage, 900.0, 700.0, 4);
    let image = picture(&mut harness, "terminator");
    let day = light(&image, look_at(&harness, LatLon::new(0.0, 115.0)), 12);
    let night = light(&image, look_at(&harness, LatLon::new(0.0, 195.0)), 12);
    let space = light(&image, Pos2::new(80.0, 350.0), 10);
    assert!(day > 1.5 * night, "day {day}, night {night}");
    assert!(night > space + 15.0, "night {night}, space {space}");
    // East is to the right: moving the Sun to the east of the middle swaps the sides.
    harness.state_mut().sun = LatLon::new(10.0, 205.0);
    harness.run();
    let image = picture(&mut harness, "terminator-east");
    let west = light(&image, look_at(&harness, LatLon::new(0.0, 105.0)), 12);
    let east = light(&image, look_at(&harness, LatLon::new(0.0, 190.0)), 12);
    assert!(east > 1.5 * west, "east {east}, west {west}");
}

#[test]
fn marks_lie_where_they_belong_and_can_be_picked() {
    let camera = Camera { range_m: 3.5e6, ..Camera::default() };
    let stage = stage(Theme::dark(), camera, LatLon::new(5.0, 120.0), GlobeSettings::default());
    let accent = stage.theme.accent;
    let mut harness = harness(stage, 1000.0, 700.0, 4);
    let image = picture(&mut harness, "region");
    let at = look_at(&harness, INSIGHT);
    let pixel = image.get_pixel(at.x.round() as u32, at.y.round() as u32);
    let near = |p: &image::Rgba<u8>, c: Color32| {
        [c.r(), c.g(), c.b()].iter().zip(&p.0).all(|(a, b)| a.abs_diff(*b) < 12)
    };
    assert!(near(pixel, accent), "{pixel:?} at {at}");

    harness.hover_at(at);
    harness.run();
    let insight = PickId { layer: "sites".into(), item: "insight".into() };
    let last = harness.state().last.clone().expect("drawn");
    assert_eq!(last.hovered, Some(insight.clone()));
    let reading = last.pointer.expect("on the globe");
    assert!(reading.place.distance_m(INSIGHT) < 8e3, "{reading:?}");
    assert!((reading.elevation_m.expect("terrain") + 2613.0).abs() < 60.0);
    harness.drag_at(at);
    harness.run_steps(1);
    harness.drop_at(at);
    harness.run();
    assert_eq!(harness.state().picked, [insight]);
}

#[test]
fn every_place_on_screen_is_picked_back() {
    for (target, range_m, heading_deg, tilt_deg) in [
        (INSIGHT, 2e5, 30.0, 55.0),
        (LatLon::new(18.6, 226.0), 1e6, 200.0, 40.0),
        (LatLon::new(88.0, 10.0), 3e6, 0.0, 0.0),
        (LatLon::new(-20.0, 359.9), 8e6, 0.0, 20.0),
    ] {
        let camera = Camera { target, range_m, heading_deg, tilt_deg, ..Camera::default() };
        let look = camera.look(800.0, 600.0);
        let t = Topography::load().expect("terrain");
        for (x, y) in [(400.0, 300.0), (300.0, 400.0), (520.0, 380.0)] {
            let at = DVec2::new(x, y);
            let place = look.pick(at, |p| t.ground_m(p, 1.0)).expect("on the ground");
            let back = look.project(geodesy::position(place, t.ground_m(place, 1.0)));
            let off = back.expect("visible").distance(at);
            assert!(off < 3.0, "{off} points off at {target:?}");
        }
    }
}

#[test]
fn mouse_and_keys_move_the_camera_and_nothing_moves_alone() {
    let stage = stage(Theme::dark(), Camera::default(), GALE, bare());
    let mut harness = harness(stage, 600.0, 500.0, 1);
    let start = harness.state().view.camera;
    let middle = Pos2::new(300.0, 250.0);
    harness.drag_at(middle);
    harness.run_steps(1);
    harness.hover_at(middle + vec2(60.0, 0.0));
    harness.run_steps(1);
    harness.drop_at(middle + vec2(60.0, 0.0));
    harness.run();
    let dragged = harness.state().view.camera;
    assert!(dragged.target.lon < start.target.lon - 3.0, "the ground follows the hand");
    assert!((dragged.target.lat - start.target.lat).abs() < 0.1);
    // The globe has the focus now: keys work.
    harness.key_press(egui::Key::ArrowUp);
    harness.run();
    assert!(harness.state().view.camera.target.lat > dragged.target.lat + 1.0);
    harness.key_press(egui::Key::Plus);
    harness.run();
    let nearer = harness.state().view.camera;
    assert!(nearer.range_m < dragged.range_m);
    harness.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::ArrowUp);
    harness.run();
    assert!(harness.state().view.camera.tilt_deg > 1.0);
    harness.get_by_label("North up").click();
    harness.run();
    assert_eq!(harness.state().view.camera.tilt_deg, 0.0);
    harness.get_by_label("Zoom out (−)").click();
    harness.run();
    assert!(harness.state().view.camera.range_m > nearer.range_m);
}

#[test]
fn a_flight_ends_by_itself() {
    let mut stage = stage(Theme::dark(), Camera::default(), GALE, bare());
    stage.view.settings.animate = true;
    stage.view.fly_to(LatLon::new(18.65, 226.2), Some(1e6));
    let mut harness = harness_without_run(stage);
    let mut frames = 0;
    while harness.state().last.as_ref().is_none_or(|l| l.flying) {
        harness.run_steps(1);
        frames += 1;
        assert!(frames < 400, "the flight does not end");
    }
    assert!(harness.state().view.camera.target.distance_deg(LatLon::new(18.65, 226.2)) < 1e-6);
    // Now nothing asks for another frame: `run` would give up after four. And a frame that the
    // rest of the console asks for does not draw the globe again.
    harness.run();
    harness.run_steps(2);
    assert!(!harness.state().last.as_ref().is_none_or(|l| l.redrawn));
    harness.state_mut().sun = LatLon::new(0.0, 10.0);
    harness.run_steps(1);
    assert!(harness.state().last.as_ref().is_some_and(|l| l.redrawn));
}

fn harness_without_run<'a>(stage: Stage) -> Harness<'a, Stage> {
    Harness::builder().with_size(vec2(300.0, 300.0)).wgpu().build_eframe(move |cc| {
        marsdeck::globe::install(cc.wgpu_render_state.as_ref().expect("wgpu is there"));
        stage
    })
}

#[test]
fn layers_can_be_hidden_in_the_list() {
    let camera = Camera { range_m: 3.5e6, ..Camera::default() };
    let mut stage = stage(Theme::light(), camera, GALE, GlobeSettings::default());
    stage.view.settings.list_open = true;
    stage.selected = Some(PickId { layer: "quakes".into(), item: "S1222a".into() });
    let mut harness = harness(stage, 1000.0, 700.0, 4);
    let before = picture(&mut harness, "layers-light");
    harness.get_by_label("Marsquakes").click();
    harness.run();
    let after = picture(&mut harness, "layers-light-hidden");
    assert!(!harness.state().view.settings.layers["quakes"].visible);
    let at = look_at(&harness, LatLon::new(10.99, 160.95));
    let at = (at.x.round() as u32, at.y.round() as u32);
    assert_ne!(before.get_pixel(at.0, at.1), after.get_pixel(at.0, at.1));
}

#[test]
fn it_is_sharp_on_a_dense_screen() {
    let camera = Camera { range_m: 5e6, ..Camera::default() };
    let stage = stage(Theme::light(), camera, LatLon::new(5.0, 100.0), GlobeSettings::default());
    let accent = stage.theme.accent;
    let mut harness = Harness::builder()
        .with_size(vec2(1000.0, 600.0))
        .with_pixels_per_point(2.0)
        .with_render_cursor(false)
        .wgpu()
        .build_eframe(move |cc| {
            cc.egui_ctx.set_visuals(egui::Visuals::light());
            marsdeck::globe::install(cc.wgpu_render_state.as_ref().expect("wgpu is there"));
            stage
        });
    harness.run();
    let image = picture(&mut harness, "dense");
    assert_eq!((image.width(), image.height()), (2000, 1200));
    let at = look_at(&harness, INSIGHT);
    let pixel = image.get_pixel((at.x * 2.0) as u32, (at.y * 2.0) as u32);
    assert!(pixel[2].abs_diff(accent.b()) < 12, "{pixel:?}");
}

/// Views to be looked at; here only: something is drawn, up to the edges and over the poles.
#[test]
fn views_are_drawn() {
    let at = |lat, lon, range_m, heading_deg, tilt_deg| Camera {
        target: LatLon::new(lat, lon),
        range_m,
        heading_deg,
        tilt_deg,
        ..Camera::default()
    };
    let map_light = GlobeSettings { light: Light::HillShade, ..GlobeSettings::default() };
    let map = map_light.clone();
    let flat = |map| GlobeSettings { map, ..map_light.clone() };
    let slopes =
        GlobeSettings { ground: GroundColour::Slope, contours: true, ..GlobeSettings::default() };
    let views = [
        ("globe", Camera::default(), GlobeSettings::default()),
        ("seam-0", at(0.0, 0.0, 9e6, 0.0, 0.0), GlobeSettings::default()),
        ("seam-180", at(0.0, 180.0, 9e6, 0.0, 0.0), GlobeSettings::default()),
        ("north-pole", at(89.0, 0.0, 4e6, 0.0, 0.0), map.clone()),
        ("south-pole", at(-89.0, 0.0, 4e6, 0.0, 0.0), map.clone()),
        ("olympus", at(18.65, 226.2, 1.2e6, 20.0, 65.0), map.clone()),
        ("gale", at(-4.66, 137.4, 6e4, 0.0, 0.0), map.clone()),
        ("gale-tilted", at(-4.9, 137.6, 2.2e5, 200.0, 70.0), map.clone()),
        ("flat", at(0.0, 137.0, 1.2e7, 0.0, 0.0), flat(MapMode::Equirectangular)),
        ("flat-near", at(-5.0, 179.0, 1e6, 0.0, 0.0), flat(MapMode::Equirectangular)),
        ("sheet-north", at(80.0, 0.0, 1e7, 0.0, 0.0), flat(MapMode::NorthPole)),
        ("sheet-south", at(-80.0, 0.0, 1e7, 0.0, 0.0), flat(MapMode::SouthPole)),
        ("slopes", at(-4.9, 137.6, 2.2e5, 0.0, 0.0), slopes),
        ("deck", at(4.502384, 135.623447, 4.0, 60.0, 75.0), GlobeSettings::default()),
        ("horizon", at(-4.6, 137.44, 3e4, 160.0, 84.0), GlobeSettings::default()),
        ("marineris", at(-10.0, 290.0, 2.5e6, 0.0, 50.0), GlobeSettings::default()),
    ];
    for (name, camera, settings) in views {
        let stage =
            stage(Theme::dark(), camera, LatLon::new(8.0, camera.target.lon - 35.0), settings);
        let mut harness = harness(stage, 1000.0, 700.0, 4);
        let image = picture(&mut harness, name);
        let middle = light(&image, Pos2::new(500.0, 350.0), 60);
        assert!(middle > 40.0, "{name}: {middle}");
    }
}
