//! The way of a rover, draped on the ground.

use std::sync::LazyLock;

use egui::Color32;
use serde::{Deserialize, Serialize};

use super::{SITE_IMPORTANCE, place};
use crate::globe::geodesy::LatLon;
use crate::globe::scene::{Layer, LineMark, Path, PointMark, Shape};
use crate::theme::mix;

/// Steps of colour along a way.
const STEPS: usize = 24;

/// A stop of a rover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Mission sol.
    pub sol: u32,
    /// Where it stopped.
    pub place: LatLon,
    /// Height above the areoid, metres.
    pub elevation_m: f64,
    /// Distance driven so far, metres.
    pub odometry_m: f64,
    /// Where the rover looks, degrees clockwise from north; none: not known.
    pub heading_deg: Option<f64>,
}

/// What the colour along a way means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TraverseColour {
    /// Nothing: one colour.
    Plain,
    /// The sol.
    #[default]
    Sol,
    /// The height of the ground.
    Elevation,
}

/// The built-in stops of Curiosity (assets/globe/traverse_msl.csv), oldest first.
pub fn curiosity_stops() -> Vec<Stop> {
    static STOPS: LazyLock<Vec<Stop>> = LazyLock::new(|| {
        let asset =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/globe/traverse_msl.csv"));
        parse_stops(asset)
    });
    STOPS.clone()
}

/// Stops from lines `sol,lat,lon_e,elevation_m,odometry_m,heading_deg` (the last may be empty);
/// other lines are left out.
pub fn parse_stops(text: &str) -> Vec<Stop> {
    let stop = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [sol, lat, lon, elevation, odometry, heading] = cells[..] else { return None };
        Some(Stop {
            sol: sol.parse().ok()?,
            place: place(lat, lon)?,
            elevation_m: elevation.parse().ok()?,
            odometry_m: odometry.parse().ok()?,
            heading_deg: heading.parse().ok(),
        })
    };
    let mut stops: Vec<Stop> = text.lines().filter_map(stop).collect();
    stops.sort_by_key(|s| s.sol);
    stops
}

/// The layer `traverse:ID`: the way up to a sol, and the rover at its last stop, turned as it
/// stands there. `colours` are those of the rover, and of the low and the high end of the way.
pub fn traverse(
    id: &str,
    name: &str,
    stops: &[Stop],
    until_sol: i64,
    by: TraverseColour,
    colours: [Color32; 3],
) -> Layer {
    let mut layer = Layer::new(format!("traverse:{id}"), format!("{name} traverse"));
    let done = stops.partition_point(|s| i64::from(s.sol) <= until_sol);
    let done = stops.get(..done).unwrap_or_default();
    way(stops, done, by, colours, &mut layer);
    if let Some(last) = done.last() {
        let heading = last.heading_deg.map_or(String::new(), |h| format!(", heading {h:.0}°"));
        layer.points.push(PointMark {
            id: id.to_owned(),
            place: last.place,
            size: 14.0,
            color: colours[0],
            shape: if last.heading_deg.is_some() { Shape::Arrow } else { Shape::Square },
            heading_deg: last.heading_deg,
            label: name.to_owned(),
            importance: SITE_IMPORTANCE / 2.0,
            tip: format!(
                "{name}\nlast stop known up to this sol: {}\n\
                 {:.2} km driven, elevation {:.0} m{heading}",
                last.sol,
                last.odometry_m / 1e3,
                last.elevation_m
            ),
        });
    }
    layer
}

/// The lines of a way; the scale is that of all stops, so that colours stay while time goes on.
fn way(
    all: &[Stop],
    done: &[Stop],
    by: TraverseColour,
    [plain, low, high]: [Color32; 3],
    layer: &mut Layer,
) {
    let value = |s: &Stop| match by {
        TraverseColour::Plain => 0.0,
        TraverseColour::Sol => f64::from(s.sol),
        TraverseColour::Elevation => s.elevation_m,
    };
    let (least, most) = all
        .iter()
        .map(value)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    let part = |v: f64| ((v - least) / (most - least).max(1e-9)).clamp(0.0, 1.0);
    let colour_of = |step: usize| match by {
        TraverseColour::Plain => plain,
        _ => mix(low, high, step as f32 / (STEPS - 1) as f32),
    };
    let mut run: Option<(usize, Vec<LatLon>)> = None;
    let mut put = |run: Option<(usize, Vec<LatLon>)>| {
        let Some((step, places)) = run else { return };
        let (path, color) = (Path::Through(places), colour_of(step));
        layer.lines.push(LineMark { path, width: 2.5, color, dashed: false });
    };
    for pair in done.windows(2) {
        let [a, b] = pair else { continue };
        let step = (part(value(b)) * (STEPS - 1) as f64).round() as usize;
        match &mut run {
            Some((known, places)) if *known == step => places.push(b.place),
            _ => put(run.replace((step, vec![a.place, b.place]))),
        }
    }
    put(run.take());
    let unit = match by {
        TraverseColour::Plain => return,
        TraverseColour::Sol => |v: f64| format!("sol {v:.0}"),
        TraverseColour::Elevation => |v: f64| format!("{v:.0} m"),
    };
    if !done.is_empty() {
        layer.legend = vec![(low, unit(least)), (high, unit(most))];
    }
}
