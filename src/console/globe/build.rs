//! From layers to body-fixed geometry: draped on the ground, cut into straight pieces.

use std::sync::Arc;

use egui::Color32;
use glam::DVec3;

use super::camera::Look;
use super::geodesy::LatLon;
use super::measure::graticule_step_deg;
use super::render::frame::Segment;
use super::scene::{GlobeScene, Layer, LineMark, PickId, PointMark, Shape};
use super::settings::{GlobeSettings, LayerSetting};

/// How far ahead of a mark its heading is taken on the ground, degrees of arc: 6 m, so that it is
/// right down to the deck of a lander.
const AHEAD_DEG: f64 = 1e-4;

/// A mark ready to be projected.
#[derive(Clone, Debug)]
pub(crate) struct BuiltPoint {
    pub pick: PickId,
    pub position: DVec3,
    /// A place a little ahead on the ground, where the mark has a heading.
    pub ahead: Option<DVec3>,
    pub size: f32,
    pub color: Color32,
    pub shape: Shape,
    pub tip: String,
}

impl BuiltPoint {
    /// How far the mark is turned clockwise on the screen, radians.
    pub(crate) fn turn(&self, look: &Look) -> f32 {
        let ends = [Some(self.position), self.ahead].map(|p| look.project(p?));
        let [Some(from), Some(to)] = ends else { return 0.0 };
        let way = to - from;
        // The y axis of the screen points down.
        if way.length_squared() > 0.0 { way.x.atan2(-way.y) as f32 } else { 0.0 }
    }
}

/// Words ready to be projected.
#[derive(Clone, Debug)]
pub(crate) struct BuiltLabel {
    /// Layer and item; an empty item cannot be picked.
    pub pick: PickId,
    pub position: DVec3,
    pub text: String,
    pub size: f32,
    pub color: Color32,
    pub importance: f64,
    pub extent_km: f64,
    /// Text starts so far to the right of the place; 0: centred on it.
    pub beside: f32,
}

/// All visible layers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Built {
    pub segments: Vec<Segment>,
    pub points: Vec<BuiltPoint>,
    pub labels: Vec<BuiltLabel>,
    /// Corners of triangles.
    pub areas: Vec<(DVec3, Color32)>,
    /// What each layer became, in the order of the scene, so that only a changed one is built.
    parts: Vec<Part>,
}

/// What one layer became.
#[derive(Clone, Debug)]
struct Part {
    layer: Arc<Layer>,
    setting: LayerSetting,
    segments: Vec<Segment>,
    points: Vec<BuiltPoint>,
    labels: Vec<BuiltLabel>,
    areas: Vec<(DVec3, Color32)>,
}

impl Built {
    /// Builds the visible layers of a scene; `text` is the colour of words beside marks,
    /// `at` says where a place on the drawn ground is. Layers that are the same `Arc` with the same
    /// setting as before are taken over: start from [`Built::default`] where `text` or `at` changed.
    /// `extra` lies over all others.
    pub(crate) fn renew(
        &mut self,
        scene: &GlobeScene,
        settings: &GlobeSettings,
        text: Color32,
        at: &dyn Fn(LatLon) -> DVec3,
        extra: Option<Layer>,
    ) {
        let mut before = std::mem::take(&mut self.parts);
        for layer in settings.ordered(&scene.layers, |l| &l.id) {
            let setting = settings.layer(layer);
            let same = |p: &Part| Arc::ptr_eq(&p.layer, layer) && p.setting == setting;
            match before.iter().position(same) {
                Some(known) => self.parts.push(before.swap_remove(known)),
                None if setting.visible => self.parts.push(Part::new(layer, setting, text, at)),
                None => {}
            }
        }
        if let Some(layer) = extra {
            let whole = LayerSetting { visible: true, opacity: 1.0 };
            self.parts.push(Part::new(&Arc::new(layer), whole, text, at));
        }
        self.segments.clear();
        self.points.clear();
        self.labels.clear();
        self.areas.clear();
        for part in &self.parts {
            self.segments.extend_from_slice(&part.segments);
            self.points.extend_from_slice(&part.points);
            self.labels.extend_from_slice(&part.labels);
            self.areas.extend_from_slice(&part.areas);
        }
    }
}

impl Part {
    fn new(
        layer: &Arc<Layer>,
        setting: LayerSetting,
        text: Color32,
        at: &dyn Fn(LatLon) -> DVec3,
    ) -> Self {
        let mut part = Self {
            layer: Arc::clone(layer),
            setting,
            segments: Vec::new(),
            points: Vec::new(),
            labels: Vec::new(),
            areas: Vec::new(),
        };
        let fade = |color: Color32| color.gamma_multiply(setting.opacity.clamp(0.0, 1.0));
        for area in &layer.areas {
            let color = fade(area.color);
            part.areas.extend(area.triangles.iter().flatten().map(|p| (at(*p), color)));
        }
        for line in &layer.lines {
            drape(line, fade(line.color), at, &mut part.segments);
        }
        for point in &layer.points {
            part.point(layer, point, [fade(point.color), fade(text)], at);
        }
        part.labels.extend(layer.labels.iter().map(|label| BuiltLabel {
            pick: PickId { layer: layer.id.clone(), item: label.id.clone() },
            position: at(label.place),
            text: label.text.clone(),
            size: label.size,
            color: fade(label.color),
            importance: label.importance,
            extent_km: label.extent_km,
            beside: 0.0,
        }));
        part
    }

    fn point(
        &mut self,
        layer: &Layer,
        point: &PointMark,
        [color, text]: [Color32; 2],
        at: &dyn Fn(LatLon) -> DVec3,
    ) {
        let pick = PickId { layer: layer.id.clone(), item: point.id.clone() };
        let position = at(point.place);
        let ahead = |heading: f64| at(point.place.direct(heading, AHEAD_DEG));
        if !point.label.is_empty() {
            self.labels.push(BuiltLabel {
                pick: pick.clone(),
                position,
                text: point.label.clone(),
                size: 12.5,
                color: text,
                importance: point.importance,
                extent_km: 0.0,
                beside: point.size / 2.0 + 3.0,
            });
        }
        self.points.push(BuiltPoint {
            pick,
            position,
            ahead: point.heading_deg.map(ahead),
            size: point.size,
            color,
            shape: point.shape,
            tip: point.tip.clone(),
        });
    }
}

/// Cuts a line into straight pieces on the ground; every other one of a dashed line.
fn drape(line: &LineMark, color: Color32, at: &dyn Fn(LatLon) -> DVec3, out: &mut Vec<Segment>) {
    let places = line.path.places();
    let points: Vec<DVec3> = places.iter().map(|p| at(*p)).collect();
    for (i, pair) in points.windows(2).enumerate() {
        let [start, end] = pair else { continue };
        // A dash of three pieces, a gap of two.
        if !line.dashed || i % 5 < 3 {
            out.push(Segment { start: *start, end: *end, width: line.width, color });
        }
    }
}

/// The part of the graticule around a view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GraticuleWindow {
    /// Distance of the lines, degrees.
    pub step: f64,
    /// Middle of the window, a crossing of lines.
    pub middle: LatLon,
}

impl GraticuleWindow {
    /// For a view so many degrees high around a place.
    pub(crate) fn around(target: LatLon, visible_deg: f64) -> Self {
        let step = graticule_step_deg(visible_deg.min(170.0));
        let snap = |x: f64| (x / step).round() * step;
        Self { step, middle: LatLon::new(snap(target.lat), snap(target.lon_360())) }
    }

    /// Latitudes of parallels and longitudes of meridians.
    fn lines(&self) -> (Vec<f64>, Vec<f64>, bool) {
        let whole = self.step >= 10.0;
        let reach = if whole { (180.0 / self.step) as i32 } else { 14 };
        let offsets = || (-reach..=reach).map(|i| f64::from(i) * self.step);
        let lats = offsets().map(|d| self.middle.lat + d).filter(|lat| lat.abs() < 89.99);
        let lons = offsets().map(|d| self.middle.lon + d);
        let lons: Vec<f64> = if whole { lons.skip(1).collect() } else { lons.collect() };
        (lats.collect(), lons, whole)
    }

    /// The lines; equator and prime meridian are wider.
    pub(crate) fn segments(&self, color: Color32, at: &dyn Fn(LatLon) -> DVec3) -> Vec<Segment> {
        let mut out = Vec::new();
        let (lats, lons, whole) = self.lines();
        let (south, north) = (
            lats.first().copied().unwrap_or(0.0).max(-90.0 + self.step.min(10.0)),
            lats.last().copied().unwrap_or(0.0).min(90.0 - self.step.min(10.0)),
        );
        let (west, east) =
            (lons.first().copied().unwrap_or(0.0), lons.last().copied().unwrap_or(0.0));
        let span = if whole { 360.0 } else { east - west };
        let mut line = |fixed: f64, from: f64, length: f64, parallel: bool| {
            let wide = LatLon::new(0.0, fixed).lon_180().abs() < 1e-9;
            let width = if wide { 1.2 } else { 0.9 };
            let pieces = (length / (self.step / 4.0).min(1.0)).ceil().clamp(1.0, 720.0);
            let end = |i: f64| {
                let along = from + length * i / pieces;
                let place =
                    if parallel { LatLon::new(fixed, along) } else { LatLon::new(along, fixed) };
                at(place)
            };
            for i in 0..pieces as u32 {
                let (start, end) = (end(f64::from(i)), end(f64::from(i) + 1.0));
                out.push(Segment { start, end, width, color });
            }
        };
        for lat in &lats {
            line(*lat, west, span, true);
        }
        for lon in &lons {
            line(*lon, south, north - south, false);
        }
        out
    }

    /// Degrees written where the lines cross the middle ones.
    pub(crate) fn labels(&self, color: Color32, at: &dyn Fn(LatLon) -> DVec3) -> Vec<BuiltLabel> {
        let digits = (-self.step.log10()).ceil().max(0.0) as usize;
        let (lats, lons, _) = self.lines();
        let label = |place: LatLon, text: String| BuiltLabel {
            pick: PickId { layer: "graticule".into(), item: String::new() },
            position: at(place),
            text,
            size: 10.5,
            color,
            importance: 1e-3,
            extent_km: 0.0,
            beside: 3.0,
        };
        let mut out = Vec::new();
        for lat in lats {
            let side = match lat {
                lat if lat.abs() < 1e-9 => "",
                lat if lat < 0.0 => " S",
                _ => " N",
            };
            let place = LatLon::new(lat, self.middle.lon);
            out.push(label(place, format!("{:.digits$}°{side}", lat.abs())));
        }
        // Around a pole the meridians crowd: every third is enough.
        let crowded = self.middle.lat.abs() > 65.0;
        let third = |lon: &f64| (lon / (3.0 * self.step)).fract().abs() < 1e-6;
        for lon in lons.into_iter().filter(|lon| !crowded || third(lon)) {
            // The meridians end one step before a pole.
            let end = 90.0 - self.step.min(10.0);
            let place = LatLon::new(self.middle.lat.clamp(-end, end), lon);
            out.push(label(place, format!("{:.digits$}° E", place.lon_360())));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::camera::Camera;
    use super::super::geodesy::position;
    use super::super::scene::Path;
    use super::*;

    fn ink() -> Color32 {
        crate::theme::Theme::dark().text
    }

    #[test]
    fn hidden_layers_make_nothing_and_settings_win() {
        let mut layer = Layer::new("sites", "Sites");
        layer.points.push(PointMark {
            id: "insight".into(),
            place: LatLon::new(4.5, 135.6),
            size: 10.0,
            color: ink(),
            shape: Shape::Arrow,
            heading_deg: Some(90.0),
            label: "InSight".into(),
            importance: 1.0,
            tip: String::new(),
        });
        layer.lines.push(LineMark {
            path: Path::Circle { centre: LatLon::new(0.0, 0.0), radius_deg: 10.0 },
            width: 1.0,
            color: ink(),
            dashed: true,
        });
        let scene = GlobeScene::new([layer]);
        let mut settings = GlobeSettings::default();
        let mut built = Built::default();
        built.renew(&scene, &settings, ink(), &|p| position(p, 0.0), None);
        assert_eq!((built.points.len(), built.labels.len()), (1, 1));
        assert!(built.segments.len() > 40);
        // Over the place and north up, an arrow to the east points to the right.
        let target = LatLon::new(4.5, 135.6);
        let camera = Camera { target, range_m: 1e6, ..Camera::default() };
        let turn = built.points[0].turn(&camera.look(800.0, 600.0));
        assert!((turn - std::f32::consts::FRAC_PI_2).abs() < 1e-3, "{turn}");
        let hidden = LayerSetting { visible: false, opacity: 1.0 };
        settings.layers.insert("sites".into(), hidden);
        built.renew(&scene, &settings, ink(), &|p| position(p, 0.0), None);
        assert!(built.points.is_empty() && built.segments.is_empty() && built.labels.is_empty());
    }

    #[test]
    fn only_what_changed_is_built_again() {
        let layer = |id: &str, lat: f64| {
            let mut layer = Layer::new(id, id);
            layer.lines.push(LineMark {
                path: Path::Through(vec![LatLon::new(lat, 0.0), LatLon::new(lat, 1.0)]),
                width: 1.0,
                color: ink(),
                dashed: false,
            });
            layer
        };
        let mut scene = GlobeScene::new([layer("a", 1.0), layer("b", 2.0)]);
        let settings = GlobeSettings::default();
        let asked = std::cell::Cell::new(0);
        let at = |p: LatLon| {
            asked.set(asked.get() + 1);
            position(p, 0.0)
        };
        let mut built = Built::default();
        built.renew(&scene, &settings, ink(), &at, None);
        let (all, whole) = (asked.take(), built.segments.clone());
        built.renew(&scene, &settings, ink(), &at, None);
        assert_eq!((asked.take(), &built.segments), (0, &whole));
        scene.layers[1] = Arc::new(layer("b", 3.0));
        built.renew(&scene, &settings, ink(), &at, None);
        assert_eq!(asked.take() * 2, all, "one of two layers");
        assert_eq!(built.segments[..whole.len() / 2], whole[..whole.len() / 2]);
    }

    #[test]
    fn the_graticule_stays_small_and_on_round_degrees() {
        for visible in [170.0, 60.0, 10.0, 0.3, 0.01] {
            for target in [LatLon::new(0.0, 0.0), LatLon::new(88.0, 359.9), LatLon::new(-89.9, 7.0)]
            {
                let window = GraticuleWindow::around(target, visible);
                let segments = window.segments(ink(), &|p| position(p, 0.0));
                assert!(segments.len() < 20_000, "{}", segments.len());
                assert!(segments.iter().all(|s| s.start.is_finite() && s.end.is_finite()));
                let ratio = window.middle.lat / window.step;
                assert!((ratio - ratio.round()).abs() < 1e-6);
            }
        }
    }
}
