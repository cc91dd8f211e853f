//! The layer list and the measuring tools of the globe, used by their names as a reader of the
//! screen would; pictures of any size, and flights by the command line.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use marsdeck::globe::ground::source::{Given, Imagery};
use marsdeck::globe::ground::tile::Area;
use marsdeck::globe::measuring::{area, distance};
use marsdeck::globe::{
    Camera, GlobeInput, GlobeResponse, GlobeScene, GlobeSettings, GlobeView, GroundColour,
    GroundLayers, ImageryLayer, LatLon, Layer, MapMode, Topography,
};
use marsdeck::theme::Theme;

/// One colour over everything.
struct Paint([u8; 3]);

impl Imagery for Paint {
    fn paint(&self, _: Area, pixels: &mut [[u8; 4]]) -> Given {
        let [r, g, b] = self.0;
        pixels.fill([r, g, b, 255]);
        Given::Whole
    }
    fn finest_deg(&self, _: Area) -> f64 {
        1.0
    }
    fn version(&self) -> u64 {
        1
    }
}

struct Stage {
    view: GlobeView,
    scene: GlobeScene,
    ground: GroundLayers,
    theme: Theme,
    last: Option<GlobeResponse>,
    picked: usize,
}

impl eframe::App for Stage {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let input = GlobeInput {
            scene: &self.scene,
            ground: &self.ground,
            stars: &[],
            sun: LatLon::new(5.0, 110.0),
            at: None,
            selected: None,
            theme: &self.theme,
        };
        let response = self.view.ui(ui, &input);
        self.picked += usize::from(response.picked.is_some());
        self.last = Some(response);
    }
}

fn picture_layer(id: &str, name: &str, color: [u8; 3]) -> ImageryLayer {
    ImageryLayer {
        id: id.into(),
        name: name.into(),
        visible: true,
        credit: format!("Credit of {name}"),
        trouble: String::new(),
        source: Arc::new(Paint(color)),
    }
}

fn stage(camera: Camera, list_open: bool) -> Stage {
    assert!(Topography::load().is_some(), "the built-in terrain decodes");
    let settings = GlobeSettings { animate: false, list_open, ..GlobeSettings::default() };
    let mut view = GlobeView::new(settings);
    view.camera = camera;
    let layers = ["Traverse", "Sites"].map(|name| Layer::new(name.to_lowercase(), name)).to_vec();
    let mut ground = GroundLayers::default();
    ground.imagery.push(picture_layer("low", "Low picture", [200, 40, 40]));
    ground.imagery.push(picture_layer("high", "High picture", [40, 60, 200]));
    let theme = Theme::dark();
    let scene = GlobeScene::new(layers);
    Stage { view, scene, ground, theme, last: None, picked: 0 }
}

fn harness<'a>(stage: Stage, width: f32, height: f32) -> Harness<'a, Stage> {
    let mut harness = Harness::builder()
        .with_size(vec2(width, height))
        .with_render_cursor(false)
        .with_max_steps(60)
        .wgpu()
        .build_eframe(move |cc| {
            marsdeck::theme::install_fonts(&cc.egui_ctx);
            marsdeck::theme::apply(&cc.egui_ctx, &stage.theme);
            marsdeck::globe::be_patient(&cc.egui_ctx);
            marsdeck::globe::install(cc.wgpu_render_state.as_ref().expect("wgpu is there"));
            stage
        });
    harness.run();
    harness
}

/// Renders, and keeps the picture in the temporary folder for looking at.
fn picture(harness: &mut Harness<'_, Stage>, name: &str) -> image::RgbaImage {
    let image = harness.render().expect("it renders");
    let folder = std::env::temp_dir().join("marsdeck-globe");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    image.save(folder.join(format!("{name}.png"))).expect("the picture can be saved");
    image
}

fn press(harness: &mut Harness<'_, Stage>, label: &str) {
    harness.get_by_label(label).scroll_to_me();
    harness.run();
    harness.get_by_label(label).click();
    harness.run();
}

/// Clicks on the globe; the place that was pointed at.
fn click_at(harness: &mut Harness<'_, Stage>, at: Pos2) -> LatLon {
    harness.hover_at(at);
    harness.run();
    let last = harness.state().last.as_ref().expect("drawn");
    let place = last.pointer.expect("on the ground").place;
    harness.drag_at(at);
    harness.run_steps(1);
    harness.drop_at(at);
    harness.run();
    // Longer than a double click takes.
    harness.run_steps(40);
    place
}

#[test]
fn layers_are_ordered_faded_and_reset() {
    let near = Camera { range_m: 3e6, ..Camera::default() };
    let mut harness = harness(stage(near, true), 1000.0, 900.0);
    for heading in ["Ground pictures", "Marks and lines", "Colour of the ground", "Layout"] {
        harness.get_by_label(heading);
    }
    let middle = |image: &image::RgbaImage| image.get_pixel(620, 450).0;
    let blue = middle(&picture(&mut harness, "list"));
    assert!(blue[2] > blue[0], "the high picture is on top: {blue:?}");
    press(&mut harness, "Raise Low picture");
    let red = middle(&picture(&mut harness, "list-raised"));
    assert!(red[0] > red[2], "now the low one is: {red:?}");
    assert!(harness.get_by_label("Raise Low picture").accesskit_node().is_disabled());
    press(&mut harness, "Lower Low picture");
    press(&mut harness, "High picture");
    assert!(!harness.state().view.settings.layers["high"].visible);
    let red = middle(&picture(&mut harness, "list-hidden"));
    assert!(red[0] > red[2], "the high one is hidden: {red:?}");
    press(&mut harness, "Reset layers");
    let settings = &harness.state().view.settings;
    assert!(settings.layers.is_empty() && settings.order.is_empty());
    // Buttons can be reached and pressed by keys alone.
    harness.get_by_label("Raise Traverse").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().view.settings.order, ["sites", "traverse"]);
}

#[test]
fn the_list_fits_a_low_panel_and_has_all_settings() {
    let mut harness = harness(stage(Camera::default(), true), 900.0, 500.0);
    for name in ["low", "high"] {
        let mut more = picture_layer(name, name, [9, 9, 9]);
        more.id += "2";
        more.trouble = "the server does not answer".to_owned();
        harness.state_mut().ground.imagery.push(more);
    }
    harness.run();
    picture(&mut harness, "list-low-panel");
    assert_eq!(harness.query_all_by_label_contains("the server does not answer").count(), 2);
    harness.state_mut().ground.imagery.clear();
    harness.run();
    press(&mut harness, "Slope");
    press(&mut harness, "Contours");
    harness.get_by_label_contains("every ");
    assert_eq!(harness.state().view.settings.ground, GroundColour::Slope);
    picture(&mut harness, "list-slopes");
    press(&mut harness, "Flat map");
    assert_eq!(harness.state().view.settings.map, MapMode::Equirectangular);
    press(&mut harness, "Stars");
    press(&mut harness, "Air");
    let settings = &harness.state().view.settings;
    assert!(settings.contours && !settings.stars && !settings.haze);
}

#[test]
fn a_distance_is_measured_with_the_pointer() {
    let camera = Camera { target: LatLon::new(0.0, 137.0), range_m: 3e6, ..Camera::default() };
    let mut harness = harness(stage(camera, false), 1000.0, 700.0);
    press(&mut harness, "Measure");
    press(&mut harness, "Distance");
    let spots = [Pos2::new(450.0, 400.0), Pos2::new(600.0, 300.0), Pos2::new(700.0, 420.0)];
    let mut places = Vec::new();
    for at in spots {
        places.push(click_at(&mut harness, at));
    }
    let km = distance::length_m(&places) / 1e3;
    harness.get_by_label("Total");
    // The way along the ground may be as long to a kilometre.
    assert!(harness.query_all_by_label(&format!("{km:.0} km")).next().is_some(), "{km}");
    harness.get_by_label("Along the ground");
    harness.get_by_label("Leg 2");
    picture(&mut harness, "measure-distance");
    // The last point goes, then the way ends, then the tool.
    harness.key_press(Key::Backspace);
    harness.run();
    assert!(harness.query_by_label("Leg 2").is_none());
    harness.key_press(Key::Escape);
    harness.run();
    harness.get_by_label("Along the ground");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("Along the ground").is_none());
    assert_eq!(harness.state().picked, 0);
    assert_eq!(harness.state().view.camera.range_m, 3e6, "no click moved the eye");
}

#[test]
fn an_area_is_measured_and_ends_with_a_double_click() {
    let camera = Camera { target: LatLon::new(0.0, 137.0), range_m: 3e6, ..Camera::default() };
    let mut harness = harness(stage(camera, false), 1000.0, 700.0);
    press(&mut harness, "Measure");
    press(&mut harness, "Area");
    let mut places = Vec::new();
    for at in [Pos2::new(420.0, 450.0), Pos2::new(700.0, 450.0), Pos2::new(700.0, 250.0)] {
        places.push(click_at(&mut harness, at));
    }
    let words = format!("{:.0} km²", area::polygon_m2(&places) / 1e6);
    harness.get_by_label(&words);
    picture(&mut harness, "measure-area");
    let at = Pos2::new(500.0, 300.0);
    for _ in 0..2 {
        harness.drag_at(at);
        harness.run_steps(1);
        harness.drop_at(at);
        harness.run_steps(1);
    }
    harness.run();
    assert_eq!(harness.state().view.camera.range_m, 3e6, "the eye stays");
    assert!(harness.query_by_label(&words).is_none(), "the double click added a corner");
    press(&mut harness, "Clear");
    harness.get_by_label_contains("Click adds a point");
}

#[test]
fn a_profile_is_tied_to_the_globe() {
    let camera = Camera { target: LatLon::new(18.6, 226.2), range_m: 2e6, ..Camera::default() };
    let mut harness = harness(stage(camera, false), 1000.0, 700.0);
    harness.state_mut().ground.imagery.clear();
    press(&mut harness, "Measure");
    press(&mut harness, "Profile");
    harness.get_by_label_contains("Click two or more points");
    // Across Olympus Mons.
    for at in [Pos2::new(330.0, 270.0), Pos2::new(670.0, 270.0)] {
        click_at(&mut harness, at);
    }
    let plot = harness.get_by_label_contains("Elevation profile, 2000 points").rect();
    harness.get_by_label("Lowest, highest");
    let before = picture(&mut harness, "profile");
    // The plot points at the globe.
    harness.hover_at(plot.center());
    harness.run();
    let after = picture(&mut harness, "profile-hover");
    let ring = |image: &image::RgbaImage| {
        let around = image::imageops::crop_imm(image, 300, 240, 400, 60).to_image();
        around.into_raw()
    };
    assert_ne!(ring(&before), ring(&after), "a ring shows on the globe");
    // And the globe at the plot.
    harness.hover_at(Pos2::new(500.0, 270.0));
    harness.run();
    let tied = picture(&mut harness, "profile-tied");
    let inside = |image: &image::RgbaImage| {
        let at = [plot.min.x as u32 + 60, plot.min.y as u32 + 20];
        image::imageops::crop_imm(image, at[0], at[1], 600, 60).to_image().into_raw()
    };
    assert_ne!(inside(&before), inside(&tied), "a cursor shows in the plot");
    harness.get_by_label("Copy CSV").click();
    harness.run_steps(1);
    harness.get_by_label("2000 points copied.");

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("heights.csv");
    let edit = harness.get_all_by_role(Role::TextInput).next().expect("a path");
    edit.focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    let words = path.display().to_string();
    harness.get_all_by_role(Role::TextInput).next().expect("a path").type_text(&words);
    harness.run();
    press(&mut harness, "Export CSV");
    let mut tries = 0;
    while harness.query_by_label_contains("written.").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(10));
        harness.run_steps(1);
        tries += 1;
        assert!(tries < 1000, "nothing was written");
    }
    let csv = std::fs::read_to_string(&path).expect("a table");
    assert_eq!(csv.lines().count(), 2001);
    let heights = csv.lines().skip(1).filter_map(|l| l.rsplit(',').next()?.parse::<f64>().ok());
    let highest = heights.fold(f64::MIN, f64::max);
    assert!((19_000.0..21_300.0).contains(&highest), "Olympus Mons: {highest}");
}

#[test]
fn a_picture_of_another_size_shows_the_same() {
    let camera = Camera { range_m: 4e6, ..Camera::default() };
    let stage = stage(camera, true);
    let input = GlobeInput {
        scene: &stage.scene,
        ground: &stage.ground,
        stars: &[],
        sun: LatLon::new(5.0, 110.0),
        at: None,
        selected: None,
        theme: &stage.theme,
    };
    let shot = stage.view.shot(&input, [1200, 40], 2.0);
    assert_eq!(shot.size(), [1200, 64], "no smaller than can be");
    let shot = stage.view.shot(&input, [1200, 800], 2.0);
    let rgb = shot.render().expect("a picture");
    assert_eq!(rgb.len(), 1200 * 800 * 3);
    let pixel = |x: usize, y: usize| &rgb[(y * 1200 + x) * 3..][..3];
    let middle = pixel(600, 400);
    assert!(middle[2] > middle[0], "the blue picture lies on top: {middle:?}");
    let image = image::RgbImage::from_raw(1200, 800, rgb.clone()).expect("a picture");
    let folder = std::env::temp_dir().join("marsdeck-globe");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    image.save(folder.join("shot.png")).expect("the picture can be saved");
}
