//! Marsquakes: where they were as far as it is known, and how far that may be off.

use egui::Color32;

use super::QUAKE_IMPORTANCE;
use crate::globe::geodesy::LatLon;
use crate::globe::scene::{AreaMark, Layer, LineMark, Path, PointMark, Shape};

/// Longest side of a triangle of an area, degrees of arc.
const CELL_DEG: f64 = 2.5;
/// Strength of the colour of an area.
const AREA: f32 = 0.22;
/// Rings and spokes of an ellipse.
const RINGS: u32 = 4;
const SPOKES: u32 = 36;

/// A quake as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quake {
    /// Identifier, handed back when picked.
    pub id: String,
    /// Its name, for example `S1222a`.
    pub name: String,
    /// Where it was.
    pub place: Option<LatLon>,
    /// Distance from the station, degrees of arc.
    pub distance_deg: Option<f64>,
    /// Direction from the station, degrees clockwise from north.
    pub azimuth_deg: Option<f64>,
    /// Least and greatest distance, degrees of arc.
    pub distance_bounds_deg: Option<(f64, f64)>,
    /// First and last direction clockwise, degrees; the last is the greater number.
    pub azimuth_bounds_deg: Option<(f64, f64)>,
    /// Standard deviations of latitude and longitude, degrees of each.
    pub error_deg: Option<(f64, f64)>,
    /// Magnitude.
    pub magnitude: Option<f64>,
    /// Colour of its type; fade it by age beforehand.
    pub color: Color32,
    /// Words shown when pointed at.
    pub tip: String,
}

impl Quake {
    /// Its place, or the one that distance and azimuth from the station give.
    pub fn place_from(&self, station: LatLon) -> Option<LatLon> {
        let place = || Some(station.direct(self.azimuth_deg?, self.distance_deg?));
        self.place.or_else(place)
    }

    /// Size of its mark, points: 7 at magnitude 1.5 and below, 22 at 5.
    pub fn size(&self) -> f32 {
        let magnitude = self.magnitude.unwrap_or(2.5).clamp(1.5, 5.0);
        (7.0 + (magnitude - 1.5) * 15.0 / 3.5) as f32
    }

    /// Between which distances it was, degrees of arc.
    fn distances(&self) -> Option<(f64, f64)> {
        self.distance_bounds_deg.filter(|(a, b)| *a >= 0.0 && b > a && *b <= 180.0)
    }

    /// Between which directions it was, degrees clockwise.
    fn directions(&self) -> Option<(f64, f64)> {
        self.azimuth_bounds_deg.filter(|(a, b)| b > a && b - a < 360.0)
    }
}

/// The layers `quake-errors` (how far places may be off), `quake-circles` (all places at the
/// distance, where the direction is not known; and the circle of the selected one), `quake-arcs`
/// (great circles and directions from the station) and `quakes` (marks).
pub fn quakes(quakes: &[Quake], station: LatLon, selected: &str) -> Vec<Layer> {
    let mut marks = Layer::new("quakes", "Marsquakes");
    let mut arcs = Layer::new("quake-arcs", "Arcs to the station");
    let mut circles = Layer::new("quake-circles", "Distance circles");
    let mut errors = Layer::new("quake-errors", "Uncertainty of quakes");
    for quake in quakes {
        let chosen = quake.id == selected;
        let (width, strength) = if chosen { (2.5, 1.0) } else { (1.5, 0.7) };
        let line = |path, dashed| LineMark {
            path,
            width,
            color: quake.color.gamma_multiply(strength),
            dashed,
        };
        let circle = |radius_deg| line(Path::Circle { centre: station, radius_deg }, true);
        if chosen {
            uncertainty(quake, station, &mut errors);
        }
        if let Some(place) = quake.place_from(station) {
            marks.points.push(PointMark {
                id: quake.id.clone(),
                place,
                size: quake.size(),
                color: quake.color,
                shape: if quake.place.is_some() { Shape::Disc } else { Shape::Ring },
                heading_deg: None,
                label: quake.name.clone(),
                importance: QUAKE_IMPORTANCE
                    * (1.0 + quake.magnitude.unwrap_or(1.0).max(0.0) + 10.0 * f64::from(chosen)),
                tip: quake.tip.clone(),
            });
            arcs.lines.push(line(Path::great_circle(station, place), false));
            if let (true, Some(distance)) = (chosen, quake.distance_deg) {
                circles.lines.push(circle(distance));
            }
        } else if let Some(distance) = quake.distance_deg {
            circles.lines.push(circle(distance));
        } else if let (true, Some(azimuth)) = (chosen, quake.azimuth_deg) {
            arcs.lines.push(line(Path::ray(station, azimuth, 180.0), true));
        }
    }
    vec![errors, circles, arcs, marks]
}

/// What is known of the error of a quake: the wedge of directions with its two edges, the part of
/// it between the distances, the ring between them where no direction is known, the ellipse of
/// latitude and longitude.
fn uncertainty(quake: &Quake, station: LatLon, layer: &mut Layer) {
    let color = quake.color.gamma_multiply(AREA);
    let edge =
        |path| LineMark { path, width: 1.2, color: quake.color.gamma_multiply(0.6), dashed: true };
    let distances = quake.distances();
    if let Some((first, last)) = quake.directions() {
        let reach = distances.map(|d| d.1).or(quake.distance_deg).unwrap_or(180.0);
        for azimuth in [first, last] {
            layer.lines.push(edge(Path::ray(station, azimuth, reach)));
        }
        if let Some(between) = distances {
            layer
                .areas
                .push(AreaMark { triangles: sector(station, (first, last), between), color });
        }
    } else if let Some(between) = distances {
        layer.areas.push(AreaMark { triangles: sector(station, (0.0, 360.0), between), color });
        for radius_deg in [between.0, between.1] {
            layer.lines.push(edge(Path::Circle { centre: station, radius_deg }));
        }
    }
    if let (Some(place), Some(error)) = (quake.place, quake.error_deg) {
        let (outline, triangles) = ellipse(place, error);
        layer.lines.push(edge(Path::Through(outline)));
        layer.areas.push(AreaMark { triangles, color });
    }
}

/// Triangles between two directions and two distances around a place.
pub(super) fn sector(
    centre: LatLon,
    azimuths: (f64, f64),
    distances: (f64, f64),
) -> Vec<[LatLon; 3]> {
    let widest = (distances.0..=distances.1).contains(&90.0);
    let arc = |d: f64| d.to_radians().sin();
    let width = (azimuths.1 - azimuths.0)
        * if widest { 1.0 } else { arc(distances.0).max(arc(distances.1)) };
    let columns = (width / CELL_DEG).ceil().clamp(1.0, 180.0);
    let rows = ((distances.1 - distances.0) / CELL_DEG).ceil().clamp(1.0, 90.0);
    let at = |i: f64, j: f64| {
        centre.direct(
            azimuths.0 + (azimuths.1 - azimuths.0) * i / columns,
            distances.0 + (distances.1 - distances.0) * j / rows,
        )
    };
    let mut out = Vec::new();
    for i in 0..columns as u32 {
        for j in 0..rows as u32 {
            let (i, j) = (f64::from(i), f64::from(j));
            let [a, b] = [at(i, j), at(i + 1.0, j)];
            let [c, d] = [at(i, j + 1.0), at(i + 1.0, j + 1.0)];
            out.extend([[a, b, c], [b, d, c]]);
        }
    }
    out
}

/// Outline and triangles of the ellipse of standard deviations of latitude and longitude.
fn ellipse(centre: LatLon, (lat, lon): (f64, f64)) -> (Vec<LatLon>, Vec<[LatLon; 3]>) {
    let (north, east) = (lat.min(60.0), (lon * centre.lat.to_radians().cos()).min(60.0));
    let at = |ring: u32, spoke: u32| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(spoke) / f64::from(SPOKES)).sin_cos();
        let (x, y) = (east * sin, north * cos);
        let part = f64::from(ring) / f64::from(RINGS);
        centre.direct(x.atan2(y).to_degrees(), x.hypot(y) * part)
    };
    let mut triangles = Vec::new();
    for spoke in 0..SPOKES {
        triangles.push([centre, at(1, spoke), at(1, spoke + 1)]);
        for ring in 1..RINGS {
            let [a, b] = [at(ring, spoke), at(ring, spoke + 1)];
            let [c, d] = [at(ring + 1, spoke), at(ring + 1, spoke + 1)];
            triangles.extend([[a, b, c], [b, d, c]]);
        }
    }
    ((0..=SPOKES).map(|s| at(RINGS, s)).collect(), triangles)
}
