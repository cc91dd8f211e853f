//! Where the Sun rises and sets, and where twilight ends.

use egui::Color32;

use crate::globe::geodesy::LatLon;
use crate::globe::scene::{Layer, LineMark, Path};

/// Elevations of the Sun at the edges of civil and nautical twilight, degrees.
pub const TWILIGHTS_DEG: [f64; 2] = [-6.0, -12.0];
/// Places of one line.
const PLACES: u32 = 180;

/// The layer `day-night`: the line on which the Sun stands on the horizon, and where wanted the
/// ones of twilight. `sun` is the direction to the Sun as of a place in the body-fixed frame.
pub fn day_night(sun: LatLon, with_twilight: bool, color: Color32) -> Layer {
    let mut layer = Layer::new("day-night", "Day and night");
    let twilights = if with_twilight { &TWILIGHTS_DEG[..] } else { &[] };
    for elevation in std::iter::once(&0.0).chain(twilights) {
        // The horizon is across the vertical of the ellipsoid: the circle is one of planetographic
        // latitudes.
        let at = |i: u32| {
            let normal = sun.direct(360.0 * f64::from(i) / f64::from(PLACES), 90.0 - elevation);
            LatLon::from_planetographic(normal.lat, normal.lon)
        };
        layer.lines.push(LineMark {
            path: Path::Through((0..=PLACES).map(at).collect()),
            width: if *elevation == 0.0 { 2.0 } else { 1.2 },
            color: color.gamma_multiply(if *elevation == 0.0 { 0.9 } else { 0.6 }),
            dashed: *elevation != 0.0,
        });
    }
    layer
}
