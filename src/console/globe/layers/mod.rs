//! The usual layers, each made from plain values by a function of its own file.

mod daynight;
mod features;
mod fill;
mod orbiters;
mod quakes;
mod sites;
mod targets;
#[cfg(test)]
mod tests;
mod traverse;
mod user;

pub use daynight::{TWILIGHTS_DEG, day_night};
pub use features::{Feature, features, known_features, parse_features};
pub use orbiters::{Orbiter, SiteCircle, orbiters};
pub use quakes::{Quake, quakes};
pub use sites::{Site, sites};
pub use targets::{Target, targets};
pub use traverse::{Stop, TraverseColour, curiosity_stops, parse_stops, traverse};
pub use user::{UserFeature, UserFeatures, UserShape, UserStyle, user_layer};

use super::geodesy::LatLon;

/// Labels of sites go before all others.
const SITE_IMPORTANCE: f64 = 1e6;
/// Importance of a quake of magnitude 0; each magnitude adds as much.
const QUAKE_IMPORTANCE: f64 = 1e4;

/// A place of two cells of a table.
fn place(lat: &str, lon: &str) -> Option<LatLon> {
    let lat = lat.parse::<f64>().ok().filter(|lat| lat.abs() <= 90.0)?;
    let lon = lon.parse::<f64>().ok().filter(|lon| lon.is_finite())?;
    Some(LatLon::new(lat, lon))
}
