//! Orbiters seen from the ground: elevation and azimuth, circles of visibility, passes.

use super::{Orbit, ellipsoid_radius_km};
use crate::time::{Instant, TimeRange, planetographic_latitude_deg};

/// Coarsest step of the search for passes, seconds; shorter for low orbits.
const STEP_S: f64 = 60.0;
/// Rise and set are found to this many seconds.
const EXACT_S: f64 = 0.1;
/// Longest search, days: more would take seconds.
const LONGEST_DAYS: f64 = 40.0;

/// A place on the ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Site {
    /// Planetocentric latitude, degrees.
    pub latitude_deg: f64,
    /// East longitude, degrees.
    pub longitude_deg: f64,
    /// Height above the reference ellipsoid, km.
    pub height_km: f64,
}

/// Where something stands in the sky of a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// Above the horizon (plane across the local vertical of the ellipsoid), degrees.
    pub elevation_deg: f64,
    /// From north, clockwise, degrees, 0 to 360.
    pub azimuth_deg: f64,
    /// Distance, km.
    pub range_km: f64,
}

/// Where a position (km, frame that turns with Mars) stands in the sky of a site.
pub fn sighting(site: &Site, position_km: [f64; 3]) -> Sighting {
    let (sin_lat, cos_lat) = site.latitude_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = site.longitude_deg.to_radians().sin_cos();
    let radius = ellipsoid_radius_km(site.latitude_deg) + site.height_km;
    let foot = [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat].map(|c| c * radius);
    let way: [f64; 3] = [0, 1, 2].map(|k| position_km[k] - foot[k]);
    let (sin_up, cos_up) = planetographic_latitude_deg(site.latitude_deg).to_radians().sin_cos();
    let dot = |v: [f64; 3]| way[0] * v[0] + way[1] * v[1] + way[2] * v[2];
    let east = dot([-sin_lon, cos_lon, 0.0]);
    let north = dot([-sin_up * cos_lon, -sin_up * sin_lon, cos_up]);
    let up = dot([cos_up * cos_lon, cos_up * sin_lon, sin_up]);
    let azimuth = east.atan2(north).to_degrees().rem_euclid(360.0);
    Sighting {
        elevation_deg: up.atan2(east.hypot(north)).to_degrees(),
        azimuth_deg: if azimuth >= 360.0 { 0.0 } else { azimuth },
        range_km: east.hypot(north).hypot(up),
    }
}

/// Radius of the circle on the ground from which something at a distance from the centre stands
/// at least so high above the horizon, degrees of arc: `λ = acos(R cos ε / r) − ε` (Wertz and
/// Larson, Space Mission Analysis and Design, section 5.2). 0 below the ground.
pub fn visibility_radius_deg(ground_km: f64, distance_km: f64, minimum_deg: f64) -> f64 {
    let minimum = minimum_deg.clamp(0.0, 90.0).to_radians();
    let ratio = ground_km * minimum.cos() / distance_km;
    if ratio > 0.0 && ratio <= 1.0 { (ratio.acos() - minimum).to_degrees().max(0.0) } else { 0.0 }
}

/// One pass over a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pass {
    /// When it comes above the lowest elevation; the start of the search where it was above then.
    pub rise: Instant,
    /// When it stands highest.
    pub culmination: Instant,
    /// When it goes below; the end of the search where it is above then.
    pub set: Instant,
    /// Elevation at the culmination, degrees.
    pub highest_deg: f64,
    /// Azimuth at the rise, degrees.
    pub rise_azimuth_deg: f64,
    /// Azimuth at the set, degrees.
    pub set_azimuth_deg: f64,
}

/// The first passes of an orbiter over a site above an elevation within a range of time (of which
/// the first 40 days are searched), in order of time.
pub fn passes(
    orbit: &Orbit,
    site: &Site,
    range: TimeRange,
    minimum_deg: f64,
    most: usize,
) -> Vec<Pass> {
    let search = Search { orbit, site, start: range.start, minimum_deg };
    let end = range.duration_s().min(LONGEST_DAYS * 86_400.0);
    let step = (orbit.period_s() / 120.0).clamp(1.0, STEP_S);
    let mut out = Vec::new();
    let mut rise: Option<f64> = None;
    let (mut before, mut at) = ((0.0, search.above(0.0)), 0.0);
    if before.1 > 0.0 {
        rise = Some(0.0);
    }
    while at < end && out.len() < most {
        let (last, next) = (at, (at + step).min(end));
        let here = search.above(last);
        let there = search.above(next);
        match rise {
            None if there > 0.0 => rise = Some(search.crossing(last, next)),
            // A short pass may lie between two steps: look at the top of a hump.
            None if here > before.1 && here >= there => {
                let top = search.top(before.0, next);
                if search.above(top) > 0.0 {
                    let (up, down) = (search.crossing(before.0, top), search.crossing(next, top));
                    out.push(search.pass(up, down));
                }
            }
            Some(up) if there <= 0.0 => {
                out.push(search.pass(up, search.crossing(next, last)));
                rise = None;
            }
            _ => {}
        }
        before = (last, here);
        at = next;
    }
    if let (Some(up), true) = (rise, out.len() < most && end > 0.0) {
        out.push(search.pass(up, end));
    }
    out
}

/// Elevations over a site as a function of seconds from a start.
struct Search<'a> {
    orbit: &'a Orbit,
    site: &'a Site,
    start: Instant,
    minimum_deg: f64,
}

impl Search<'_> {
    fn sight(&self, s: f64) -> Sighting {
        sighting(self.site, self.orbit.fixed_km(self.start.plus_s(s)))
    }

    /// Degrees above the lowest elevation.
    fn above(&self, s: f64) -> f64 {
        self.sight(s).elevation_deg - self.minimum_deg
    }

    /// Where it crosses the lowest elevation between a time below and one above it.
    fn crossing(&self, below: f64, above: f64) -> f64 {
        let (mut low, mut high) = (below, above);
        while (high - low).abs() > EXACT_S {
            let middle = f64::midpoint(low, high);
            if self.above(middle) > 0.0 { high = middle } else { low = middle }
        }
        high
    }

    /// Where it stands highest between two times, by golden sections.
    fn top(&self, from: f64, to: f64) -> f64 {
        const GOLDEN: f64 = 0.618_033_988_749_895;
        let (mut a, mut b) = (from, to);
        while b - a > EXACT_S {
            let (c, d) = (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
            if self.above(c) > self.above(d) { b = d } else { a = c }
        }
        f64::midpoint(a, b)
    }

    fn pass(&self, rise: f64, set: f64) -> Pass {
        let top = self.top(rise, set);
        Pass {
            rise: self.start.plus_s(rise),
            culmination: self.start.plus_s(top),
            set: self.start.plus_s(set),
            highest_deg: self.sight(top).elevation_deg,
            rise_azimuth_deg: self.sight(rise).azimuth_deg,
            set_azimuth_deg: self.sight(set).azimuth_deg,
        }
    }
}
