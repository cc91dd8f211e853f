//! The ground of the globe as drawn: no cracks, no drift near the eye, layers where they belong,
//! and what becomes of sources that are slow, late or broken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use egui::{Color32, Pos2};
use egui_kittest::Harness;
use glam::DVec2;
use image::RgbaImage;
use marsdeck::globe::ground::source::{Datum, Elevation, Given, Imagery, PICTURE_SIDE};
use marsdeck::globe::ground::tile::Area;
use marsdeck::globe::{
    Camera, ElevationLayer, GlobeScene, GlobeSettings, GroundLayers, ImageryLayer, LatLon, Layer,
    Light, MapMode, PointMark, geodesy,
};
use marsdeck::theme::Theme;

use super::globe_view::{INSIGHT, Stage, harness, picture, stage};

/// Magenta: no ground is.
const VOID: Color32 = Color32::from_rgb(255, 0, 255);

fn bare() -> GlobeSettings {
    GlobeSettings {
        graticule: false,
        legend: false,
        haze: false,
        stars: false,
        light: Light::HillShade,
        ..GlobeSettings::default()
    }
}

fn at(lat: f64, lon: f64, range_m: f64, heading_deg: f64, tilt_deg: f64) -> Camera {
    let target = LatLon::new(lat, lon);
    Camera { target, range_m, heading_deg, tilt_deg, ..Camera::default() }
}

fn empty_stage(camera: Camera, settings: GlobeSettings) -> Stage {
    let mut theme = Theme::dark();
    theme.background = VOID;
    let mut stage = stage(theme, camera, LatLon::new(8.0, 100.0), settings);
    stage.scene = GlobeScene::default();
    stage
}

fn is_void(image: &RgbaImage, x: u32, y: u32) -> bool {
    let [r, g, b, _] = image.get_pixel(x, y).0;
    r > 180 && g < 60 && b > 180
}

/// Where the ellipsoid is seen well inside its edge there is ground in every pixel: no crack
/// between squares of different size, at the date line, or at the poles.
#[test]
fn the_ground_has_no_cracks() {
    let cameras = [
        at(0.0, 180.0, 6e6, 10.0, 30.0),
        at(89.0, 0.0, 2e6, 45.0, 40.0),
        at(-89.0, 120.0, 5e5, 0.0, 70.0),
        at(18.6, 226.2, 3e5, 200.0, 75.0),
        at(-8.0, 285.0, 1.5e5, 90.0, 80.0),
        at(4.5, 135.6, 300.0, 0.0, 80.0),
    ];
    for (n, camera) in cameras.into_iter().enumerate() {
        for exaggeration in [1.0, 10.0] {
            let settings = GlobeSettings { exaggeration, ..bare() };
            let mut harness = harness(empty_stage(camera, settings), 700.0, 500.0, 1);
            let image = picture(&mut harness, &format!("cracks-{n}-{exaggeration}"));
            // Buttons and scale are no ground: the middle is enough.
            let mut holes = 0;
            for x in 170..600u32 {
                let column: Vec<bool> = (0..440).map(|y| is_void(&image, x, y)).collect();
                // Above the horizon all is void; below the first ground nothing is.
                let first = column.iter().position(|void| !void).unwrap_or(column.len());
                let whole = column.get(first + 2..).unwrap_or_default();
                if camera.range_m < 5e6 {
                    holes += whole.iter().filter(|void| **void).count();
                }
            }
            assert_eq!(holes, 0, "camera {n}, heights x {exaggeration}");
        }
    }
}

/// A marker beside the InSight lander, seen from a metre above the ground while the eye moves by
/// centimetres: it is drawn within a pixel of where it belongs.
#[test]
fn a_marker_near_the_eye_does_not_drift() {
    let camera = at(INSIGHT.lat, INSIGHT.lon, 3.0, 30.0, 70.0);
    let mut stage = empty_stage(camera, bare());
    let mut layer = Layer::new("marker", "Marker");
    let place = INSIGHT.direct(40.0, 1e-5);
    let green = Color32::from_rgb(0, 255, 0);
    layer.points.push(PointMark { size: 12.0, ..PointMark::at("m", place, green) });
    stage.scene = GlobeScene::new([layer]);
    let mut harness = harness(stage, 800.0, 600.0, 4);
    let mut worst: f64 = 0.0;
    let mut seen = 0;
    for step in 0..24 {
        let moved = INSIGHT.direct(90.0, f64::from(step) * 2e-7);
        harness.state_mut().view.camera =
            Camera { target: moved, heading_deg: 30.0 + f64::from(step) * 0.2, ..camera };
        harness.run();
        let image = picture(&mut harness, "drift");
        let Some(middle) = middle_of_green(&image) else { continue };
        let stage = harness.state();
        let last = stage.last.as_ref().expect("a frame was drawn");
        let eye_m = last.look.eye_height_m() - ground_m(&stage.view.camera);
        assert!(eye_m < 1.5, "the eye is {eye_m} m above the ground");
        let ground = geodesy::position(place, ground_height_m(place));
        let exact = last.look.project(ground).expect("before the eye");
        worst = worst.max((middle - exact).length());
        seen += 1;
    }
    assert!(seen > 20, "the marker was seen {seen} times");
    assert!(worst < 1.0, "the marker was {worst} pixels off");
}

fn ground_height_m(place: LatLon) -> f64 {
    let terrain = marsdeck::globe::Topography::load().expect("the built-in terrain decodes");
    terrain.ground_m(place, 1.0)
}

fn ground_m(camera: &Camera) -> f64 {
    ground_height_m(camera.target)
}

fn middle_of_green(image: &RgbaImage) -> Option<DVec2> {
    let (mut sum, mut count) = (DVec2::ZERO, 0.0);
    for (x, y, pixel) in image.enumerate_pixels() {
        if pixel[1] > 220 && pixel[0] < 60 && pixel[2] < 60 {
            sum += DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
            count += 1.0;
        }
    }
    (count > 20.0).then(|| sum / count)
}

/// Red in the north-east, green in the north-west, blue in the south-east, else nothing; around
/// a place.
struct Quarters {
    middle: LatLon,
    version: AtomicU64,
    given: fn(u64) -> Given,
}

impl Imagery for Quarters {
    fn paint(&self, area: Area, pixels: &mut [[u8; 4]]) -> Given {
        let given = (self.given)(self.version.load(Ordering::Relaxed));
        assert!(given != Given::Nothing || self.middle.lat < 80.0, "a source may break");
        if given == Given::Nothing {
            return given;
        }
        for (i, pixel) in pixels.iter_mut().enumerate() {
            let part = |n: usize| (n as f64 + 0.5) / PICTURE_SIDE as f64;
            let place = area.place(part(i % PICTURE_SIDE), part(i / PICTURE_SIDE));
            let east = LatLon::new(0.0, place.lon - self.middle.lon).lon_180();
            *pixel = match (place.lat > self.middle.lat, east > 0.0) {
                (true, true) => [255, 0, 0, 255],
                (true, false) => [0, 255, 0, 255],
                (false, true) => [0, 0, 255, 255],
                (false, false) => [0; 4],
            };
        }
        given
    }

    fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }
}

fn quarters(middle: LatLon, given: fn(u64) -> Given) -> Arc<Quarters> {
    Arc::new(Quarters { middle, version: AtomicU64::new(0), given })
}

fn pictures(source: &Arc<Quarters>) -> GroundLayers {
    let layer = ImageryLayer {
        id: "quarters".into(),
        name: "Quarters".into(),
        visible: true,
        credit: String::new(),
        trouble: String::new(),
        source: Arc::clone(source) as Arc<dyn Imagery>,
    };
    GroundLayers { imagery: vec![layer], elevation: Vec::new() }
}

/// Which channel is strongest around a pixel: 0 red, 1 green, 2 blue.
fn strongest(image: &RgbaImage, pos: Pos2) -> usize {
    let pixel = image.get_pixel(pos.x as u32, pos.y as u32).0;
    let strong = pixel[..3].iter().enumerate().max_by_key(|(_, v)| **v);
    strong.map_or(0, |(i, _)| i)
}

/// What is around the middle of a view, one per cent of its height away to the four corners.
fn corners(
    harness: &Harness<'_, Stage>,
    image: &RgbaImage,
    middle: LatLon,
    deg: f64,
) -> [usize; 3] {
    let last = harness.state().last.as_ref().expect("a frame was drawn");
    let map = last.look.map;
    [(deg, deg), (deg, -deg), (-deg, deg)].map(|(north, east)| {
        let place = LatLon::new(middle.lat + north, middle.lon + east);
        let height = if map.is_flat() { 0.0 } else { ground_height_m(place) };
        let pos = last.look.project(map.position(place, height)).expect("in view");
        strongest(image, last.rect.min + egui::vec2(pos.x as f32, pos.y as f32))
    })
}

#[test]
fn pictures_lie_where_they_belong_on_every_map_and_at_every_zoom() {
    for map in MapMode::ALL {
        let middle = LatLon::new(if map == MapMode::SouthPole { -30.3 } else { 30.3 }, 179.9);
        for range_m in [4e6, 2e5, 500.0] {
            let mut stage = empty_stage(
                at(middle.lat, middle.lon, range_m, 0.0, 0.0),
                GlobeSettings { map, ..bare() },
            );
            stage.ground = pictures(&quarters(middle, |_| Given::Whole));
            let mut harness = harness(stage, 600.0, 500.0, 1);
            let image = picture(&mut harness, &format!("quarters-{map:?}-{range_m}"));
            let deg = range_m * 1.4e-6;
            let got = corners(&harness, &image, middle, deg);
            assert_eq!(got, [0, 1, 2], "{map:?} from {range_m} m");
        }
    }
}

#[test]
fn what_comes_later_is_shown_later_and_what_breaks_leaves_the_ground() {
    let middle = LatLon::new(10.0, 100.0);
    let source = quarters(middle, |v| if v == 0 { Given::Nothing } else { Given::Whole });
    let mut stage = empty_stage(at(10.0, 100.0, 1e6, 0.0, 0.0), bare());
    stage.ground = pictures(&source);
    let mut with = harness(stage, 600.0, 500.0, 1);
    let image = picture(&mut with, "later-0");
    assert_ne!(corners(&with, &image, middle, 1.0), [0, 1, 2]);
    source.version.fetch_add(1, Ordering::Relaxed);
    // Asked for again at the earliest after a while, which a test can give at once.
    for _ in 0..40 {
        with.step();
    }
    let image = picture(&mut with, "later-1");
    assert_eq!(corners(&with, &image, middle, 1.0), [0, 1, 2]);

    // A source that panics: the ground below stays, and the program.
    let broken = quarters(LatLon::new(85.0, 100.0), |_| Given::Nothing);
    let mut stage = empty_stage(at(10.0, 100.0, 1e6, 0.0, 0.0), bare());
    stage.ground = pictures(&broken);
    let mut harness = harness(stage, 600.0, 500.0, 1);
    let image = picture(&mut harness, "broken");
    assert!(!is_void(&image, 300, 250));
}

/// Ten kilometres of height on all the ground, above the areoid.
struct High;

impl Elevation for High {
    fn heights(&self, _: Area, _: usize, out: &mut [[f32; 2]]) -> Given {
        out.fill([10_000.0, 1.0]);
        Given::Whole
    }

    fn datum(&self) -> Datum {
        Datum::Areoid
    }

    fn version(&self) -> u64 {
        0
    }
}

#[test]
fn heights_of_a_layer_are_drawn_and_read() {
    let mut stage = empty_stage(at(4.5, 135.6, 2e4, 0.0, 0.0), bare());
    stage.ground.elevation.push(ElevationLayer {
        id: "high".into(),
        name: "High".into(),
        visible: true,
        trouble: String::new(),
        source: Arc::new(High),
    });
    let mut harness = harness(stage, 600.0, 500.0, 1);
    harness.hover_at(Pos2::new(300.0, 250.0));
    harness.run();
    let last = harness.state().last.as_ref().expect("a frame was drawn");
    let elevation_m = last.pointer.and_then(|p| p.elevation_m).expect("the ground is there");
    assert!((elevation_m - 10_000.0).abs() < 1.0, "{elevation_m}");
    assert!(last.complete);
    let eye_m = last.look.eye_height_m();
    assert!((eye_m - 3e4).abs() < 3_000.0, "the eye follows the ground: {eye_m}");
}
