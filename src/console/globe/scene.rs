//! What the globe shows besides the ground: layers of plain geometry, made by the caller.
//!
//! Nothing here knows missions, quakes or files; colours, words and importance come in.

use std::sync::Arc;

use egui::Color32;

use super::geodesy::LatLon;

/// Longest step of a drawn curve, degrees of arc: a cell of the terrain; twice that on long ways.
const STEP_DEG: f64 = 0.25;
const LONG_STEP_DEG: f64 = 0.5;

/// All layers, drawn in this order. A layer that did not change is handed on as the same `Arc`:
/// then neither comparing nor building looks into it.
#[derive(Clone, Debug, Default)]
pub struct GlobeScene {
    /// Layers, lowest first.
    pub layers: Vec<Arc<Layer>>,
}

impl GlobeScene {
    /// Of layers, lowest first.
    pub fn new(layers: impl IntoIterator<Item = Layer>) -> Self {
        Self { layers: layers.into_iter().map(Arc::new).collect() }
    }
}

impl PartialEq for GlobeScene {
    fn eq(&self, other: &Self) -> bool {
        let pairs = || self.layers.iter().zip(&other.layers);
        self.layers.len() == other.layers.len() && pairs().all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
    }
}

/// One entry of the layer list.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Stable identifier: settings are kept under it.
    pub id: String,
    /// Words for the list.
    pub name: String,
    /// Whether it shows until the user decides.
    pub visible: bool,
    /// Opacity until the user decides, 0 to 1.
    pub opacity: f32,
    /// Marks.
    pub points: Vec<PointMark>,
    /// Lines, arcs and circles on the ground.
    pub lines: Vec<LineMark>,
    /// Words.
    pub labels: Vec<LabelMark>,
    /// Filled areas, below everything else of the layer.
    pub areas: Vec<AreaMark>,
    /// What its colours mean, for the list.
    pub legend: Vec<(Color32, String)>,
}

impl Layer {
    /// A visible layer without content.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            visible: true,
            opacity: 1.0,
            points: Vec::new(),
            lines: Vec::new(),
            labels: Vec::new(),
            areas: Vec::new(),
            legend: Vec::new(),
        }
    }

    /// The same layer, hidden until the user wants it.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.visible = false;
        self
    }
}

/// Shape of a mark: shape and colour together say what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Filled disc.
    #[default]
    Disc,
    /// Circle with an open middle.
    Ring,
    /// Square on a corner.
    Diamond,
    /// Triangle, point up.
    Triangle,
    /// Square.
    Square,
    /// Arrowhead, point up; with a heading, towards it.
    Arrow,
}

/// A mark on the ground that can be pointed at and clicked.
#[derive(Clone, Debug, PartialEq)]
pub struct PointMark {
    /// Identifier inside its layer, handed back when picked.
    pub id: String,
    /// Where.
    pub place: LatLon,
    /// Size across, points.
    pub size: f32,
    /// Colour.
    pub color: Color32,
    /// Shape.
    pub shape: Shape,
    /// Where its upper end points, degrees clockwise from north on the ground; none: up on the
    /// screen.
    pub heading_deg: Option<f64>,
    /// Text beside the mark; empty: none.
    pub label: String,
    /// Which labels go first where they collide: the greater one stays.
    pub importance: f64,
    /// Words shown when pointed at; may have several lines.
    pub tip: String,
}

impl PointMark {
    /// A small disc without words.
    pub fn at(id: impl Into<String>, place: LatLon, color: Color32) -> Self {
        Self {
            id: id.into(),
            place,
            size: 8.0,
            color,
            shape: Shape::Disc,
            label: String::new(),
            importance: 0.0,
            heading_deg: None,
            tip: String::new(),
        }
    }
}

/// A curve on the ground.
#[derive(Clone, Debug, PartialEq)]
pub struct LineMark {
    /// Its course.
    pub path: Path,
    /// Width, points.
    pub width: f32,
    /// Colour.
    pub color: Color32,
    /// Whether it is dashed.
    pub dashed: bool,
}

/// A filled area on the ground.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaMark {
    /// Triangles that cover it once; sides of a few degrees at most, so that they follow the
    /// ground.
    pub triangles: Vec<[LatLon; 3]>,
    /// Colour, usually translucent.
    pub color: Color32,
}

/// Courses on the ground.
#[derive(Clone, Debug, PartialEq)]
pub enum Path {
    /// Great circles from place to place.
    Through(Vec<LatLon>),
    /// All places at a distance (degrees of arc) from a centre.
    Circle {
        /// Centre.
        centre: LatLon,
        /// Distance from it, degrees of arc.
        radius_deg: f64,
    },
    /// Along a parallel from one longitude east to another, degrees.
    Parallel {
        /// Latitude, degrees.
        lat: f64,
        /// First longitude, degrees east.
        from: f64,
        /// Last longitude, degrees east, greater than the first.
        to: f64,
    },
}

impl Path {
    /// The shorter great circle between two places.
    pub fn great_circle(from: LatLon, to: LatLon) -> Self {
        Self::Through(vec![from, to])
    }

    /// From a place along an azimuth, both in degrees.
    pub fn ray(from: LatLon, azimuth_deg: f64, length_deg: f64) -> Self {
        let steps = (length_deg / 45.0).ceil().clamp(1.0, 8.0);
        let at = |i: f64| from.direct(azimuth_deg, length_deg * i / steps);
        Self::Through((0..=steps as u32).map(|i| at(f64::from(i))).collect())
    }

    /// Places along the course, at most half a degree apart (a quarter on short great circles).
    pub fn places(&self) -> Vec<LatLon> {
        match self {
            Self::Through(stops) => {
                let mut out: Vec<LatLon> = stops.first().copied().into_iter().collect();
                for pair in stops.windows(2) {
                    let [a, b] = pair else { continue };
                    let way = a.distance_deg(*b);
                    let step = if way > 5.0 { LONG_STEP_DEG } else { STEP_DEG };
                    let steps = (way / step).ceil().clamp(1.0, 720.0) as u32;
                    for i in 1..steps {
                        out.push(a.towards(*b, f64::from(i) / f64::from(steps)));
                    }
                    out.push(*b);
                }
                out
            }
            Self::Circle { centre, radius_deg } => {
                let around = 360.0 * radius_deg.to_radians().sin().abs();
                let steps = (around / LONG_STEP_DEG).ceil().clamp(72.0, 720.0) as u32;
                let azimuth = |i: u32| 360.0 * f64::from(i) / f64::from(steps);
                (0..=steps).map(|i| centre.direct(azimuth(i), *radius_deg)).collect()
            }
            Self::Parallel { lat, from, to } => {
                let around = (to - from) * lat.to_radians().cos().abs();
                let steps = (around / STEP_DEG).ceil().clamp(16.0, 720.0);
                let lon = |i: u32| from + (to - from) * f64::from(i) / steps;
                (0..=steps as u32).map(|i| LatLon::new(*lat, lon(i))).collect()
            }
        }
    }
}

/// Words on the ground.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelMark {
    /// Identifier inside its layer, handed back when picked; empty: cannot be picked.
    pub id: String,
    /// Where its middle is.
    pub place: LatLon,
    /// Text.
    pub text: String,
    /// Text size, points.
    pub size: f32,
    /// Colour.
    pub color: Color32,
    /// Which labels go first where they collide: the greater one stays.
    pub importance: f64,
    /// Shown only while a length of so many kilometres is at least twice this text's height
    /// long on screen and not longer than the view; 0: always.
    pub extent_km: f64,
}

/// What was picked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PickId {
    /// Layer.
    pub layer: String,
    /// Mark in it.
    pub item: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_have_short_steps_and_exact_ends() {
        let (a, b) = (LatLon::new(4.5, 135.6), LatLon::new(-3.0, 171.9));
        let paths = [
            Path::great_circle(a, b),
            Path::ray(a, 101.0, 170.0),
            Path::Circle { centre: a, radius_deg: 37.0 },
            Path::Circle { centre: a, radius_deg: 0.1 },
            Path::Parallel { lat: 60.0, from: 350.0, to: 380.0 },
        ];
        for path in paths {
            let places = path.places();
            assert!(places.len() > 10 || matches!(path, Path::Parallel { .. }));
            for pair in places.windows(2) {
                assert!(pair[0].distance_deg(pair[1]) < 1.01, "{path:?}");
            }
        }
        let places = Path::great_circle(a, b).places();
        assert_eq!((places[0], places[places.len() - 1]), (a, b));
        let circle = Path::Circle { centre: a, radius_deg: 37.0 }.places();
        assert!(circle.iter().all(|p| (p.distance_deg(a) - 37.0).abs() < 1e-9));
        let ray = Path::ray(a, 101.0, 170.0).places();
        assert!((ray[ray.len() - 1].distance_deg(a) - 170.0).abs() < 1e-9);
        assert!(Path::Through(Vec::new()).places().is_empty());
    }
}
