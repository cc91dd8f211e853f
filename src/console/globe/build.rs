//! From layers to body-fixed geometry: draped on the ground, cut into straight pieces.

use egui::Color32;
use glam::DVec3;

use super::geodesy::LatLon;
use super::measure::graticule_step_deg;
use super::render::frame::Segment;
use super::scene::{GlobeScene, Layer, LineMark, PickId, Shape};
use super::settings::GlobeSettings;

/// A mark ready to be projected.
#[derive(Clone, Debug)]
pub(crate) struct BuiltPoint {
    pub pick: PickId,
    pub position: DVec3,
    pub size: f32,
    pub color: Color32,
    pub shape: Shape,
    pub tip: String,
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
}

impl Built {
    /// Builds the visible layers of a scene; `text` is the colour of words beside marks,
    /// `at` says where a place on the drawn ground is.
    pub(crate) fn new(
        scene: &GlobeScene,
        settings: &GlobeSettings,
        text: Color32,
        at: &dyn Fn(LatLon) -> DVec3,
    ) -> Self {
        let mut built = Self::default();
        for layer in settings.ordered(&scene.layers, |l| &l.id) {
            let setting = settings.layer(layer);
            if setting.visible {
                built.add(layer, setting.opacity, text, at);
            }
        }
        built
    }

    /// Builds one more layer on top.
    pub(crate) fn add(
        &mut self,
        layer: &Layer,
        opacity: f32,
        text: Color32,
        at: &dyn Fn(LatLon) -> DVec3,
    ) {
        let fade = |color: Color32| color.gamma_multiply(opacity.clamp(0.0, 1.0));
        let pick = |item: &str| PickId { layer: layer.id.clone(), item: item.to_owned() };
        for area in &layer.areas {
            let color = fade(area.color);
            self.areas.extend(area.triangles.iter().flatten().map(|p| (at(*p), color)));
        }
        for line in &layer.lines {
            drape(line, fade(line.color), at, &mut self.segments);
        }
        for point in &layer.points {
            let position = at(point.place);
            self.points.push(BuiltPoint {
                pick: pick(&point.id),
                position,
                size: point.size,
                color: fade(point.color),
                shape: point.shape,
                tip: point.tip.clone(),
            });
            if !point.label.is_empty() {
                self.labels.push(BuiltLabel {
                    pick: pick(&point.id),
                    position,
                    text: point.label.clone(),
                    size: 12.5,
                    color: fade(text),
                    importance: point.importance,
                    extent_km: 0.0,
                    beside: point.size / 2.0 + 3.0,
                });
            }
        }
        for label in &layer.labels {
            self.labels.push(BuiltLabel {
                pick: pick(&label.id),
                position: at(label.place),
                text: label.text.clone(),
                size: label.size,
                color: fade(label.color),
                importance: label.importance,
                extent_km: label.extent_km,
                beside: 0.0,
            });
        }
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
    use super::super::geodesy::position;
    use super::super::scene::{Path, PointMark};
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
            shape: Shape::Disc,
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
        let scene = GlobeScene { layers: vec![layer] };
        let mut settings = GlobeSettings::default();
        let built = Built::new(&scene, &settings, ink(), &|p| position(p, 0.0));
        assert_eq!((built.points.len(), built.labels.len()), (1, 1));
        assert!(built.segments.len() > 40);
        let hidden = super::super::settings::LayerSetting { visible: false, opacity: 1.0 };
        settings.layers.insert("sites".into(), hidden);
        let built = Built::new(&scene, &settings, ink(), &|p| position(p, 0.0));
        assert!(built.points.is_empty() && built.segments.is_empty() && built.labels.is_empty());
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
