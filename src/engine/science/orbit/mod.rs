//! Orbits around Mars from mean Keplerian elements: where an orbiter is, what lies below it, and
//! when it passes over a site.
//!
//! Two-body motion with secular rates of the node, the periapsis and the mean anomaly: those of
//! the flattening (J2), or given ones. Good for planning to some minutes over some days, as good as
//! the elements; not for pointing.

mod pass;
#[cfg(test)]
mod tests;

pub use pass::{Pass, Sighting, Site, passes, sighting, visibility_radius_deg};

use crate::mission::Orbiter;
use crate::time::{Instant, MarsRotation, tai_ns_between};

/// Gravitational parameter of Mars, km³/s² (MRO110/GMM-3: Genova et al. 2016).
pub const GM_KM3_S2: f64 = 42_828.375;
/// Oblateness of the gravity field: −√5 C̄20 of GMM-3, without dimension.
pub const J2: f64 = 1.9566e-3;
/// Radius that goes with it, km (reference radius of GMM-3).
pub const J2_RADIUS_KM: f64 = 3396.0;
/// Radii of the reference ellipsoid, km (IAU 2000).
pub const ELLIPSOID_KM: [f64; 2] = [3396.19, 3376.20];

const DAY_S: f64 = 86_400.0;
const TURN: f64 = std::f64::consts::TAU;
/// Most points of one track.
const MOST_POINTS: u32 = 20_000;

/// Motions of the elements, rad/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Of the ascending node.
    pub node: f64,
    /// Of the argument of the periapsis.
    pub argument: f64,
    /// Of the mean anomaly.
    pub mean_anomaly: f64,
}

/// Secular rates to first order in J2 of an orbit with a semi-major axis in km and an inclination
/// in radians (D. A. Vallado, Fundamentals of Astrodynamics and Applications, section 9.6: equations
/// for Ω̇, ω̇ and Ṁ).
pub fn secular_rates(semi_major_axis_km: f64, eccentricity: f64, inclination: f64) -> Rates {
    let n = (GM_KM3_S2 / semi_major_axis_km.powi(3)).sqrt();
    let root = 1.0 - eccentricity * eccentricity;
    let k = n * J2 * (J2_RADIUS_KM / (semi_major_axis_km * root)).powi(2);
    let cos = inclination.cos();
    Rates {
        node: -1.5 * k * cos,
        argument: 0.75 * k * (5.0 * cos * cos - 1.0),
        mean_anomaly: n + 0.75 * k * root.sqrt() * (3.0 * cos * cos - 1.0),
    }
}

/// Solves Kepler's equation `M = E − e sin E` for the eccentric anomaly, radians, for `e` from 0 up
/// to 1; the result lies in the turn of the mean anomaly.
pub fn eccentric_anomaly(mean_anomaly: f64, eccentricity: f64) -> f64 {
    if !mean_anomaly.is_finite() {
        return f64::NAN;
    }
    let turns = (mean_anomaly / TURN).floor() * TURN;
    let mean = mean_anomaly - turns;
    // E lies within e of M; Newton's steps that leave the bracket are replaced by halving it.
    let (mut low, mut high) = (mean - eccentricity, mean + eccentricity);
    let mut e = mean + eccentricity * mean.sin();
    for _ in 0..60 {
        let miss = e - eccentricity * e.sin() - mean;
        if miss > 0.0 {
            high = e;
        } else {
            low = e;
        }
        let newton = e - miss / (1.0 - eccentricity * e.cos());
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - e).abs() < 1e-14 {
            return next + turns;
        }
        e = next;
    }
    e + turns
}

/// What lies straight below an orbiter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Below {
    /// Planetocentric latitude, degrees.
    pub latitude_deg: f64,
    /// East longitude, degrees, 0 to 360.
    pub longitude_deg: f64,
    /// Distance from the centre, km.
    pub distance_km: f64,
    /// Height above the reference ellipsoid along the radius, km.
    pub height_km: f64,
}

/// An orbit that can be followed in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orbit {
    epoch: Instant,
    semi_major_axis_km: f64,
    eccentricity: f64,
    /// Angles at the epoch, radians.
    inclination: f64,
    node: f64,
    argument: f64,
    mean_anomaly: f64,
    rates: Rates,
}

impl Orbit {
    /// From elements; none where they carry no epoch.
    pub fn of(orbiter: &Orbiter) -> Option<Self> {
        let inclination = orbiter.inclination_deg.to_radians();
        let natural = secular_rates(orbiter.semi_major_axis_km, orbiter.eccentricity, inclination);
        let given = |rate: Option<f64>, natural: f64| {
            rate.map_or(natural, |degrees| degrees.to_radians() / DAY_S)
        };
        Some(Self {
            epoch: orbiter.epoch.at()?,
            semi_major_axis_km: orbiter.semi_major_axis_km,
            eccentricity: orbiter.eccentricity,
            inclination,
            node: orbiter.node_deg.to_radians(),
            argument: orbiter.argument_deg.to_radians(),
            mean_anomaly: orbiter.mean_anomaly_deg.to_radians(),
            rates: Rates {
                node: given(orbiter.node_rate_deg_per_day, natural.node),
                argument: given(orbiter.argument_rate_deg_per_day, natural.argument),
                mean_anomaly: given(orbiter.mean_motion_deg_per_day, natural.mean_anomaly),
            },
        })
    }

    /// Time from periapsis to periapsis, seconds.
    pub fn period_s(&self) -> f64 {
        TURN / self.rates.mean_anomaly.abs().max(f64::MIN_POSITIVE)
    }

    /// Its rates.
    pub fn rates(&self) -> Rates {
        self.rates
    }

    /// Position in km against the equator of Mars: x along its ascending node on the equator of
    /// the ICRF, z through the north pole; this frame does not turn with Mars.
    pub fn inertial_km(&self, t: Instant) -> [f64; 3] {
        let dt = tai_ns_between(self.epoch, t) as f64 / 1e9;
        let e = self.eccentricity;
        let eccentric =
            eccentric_anomaly((self.mean_anomaly + self.rates.mean_anomaly * dt) % TURN, e);
        let (sin, cos) = eccentric.sin_cos();
        let x = self.semi_major_axis_km * (cos - e);
        let y = self.semi_major_axis_km * (1.0 - e * e).sqrt() * sin;
        let (so, co) = (self.argument + self.rates.argument * dt).sin_cos();
        let (sn, cn) = (self.node + self.rates.node * dt).sin_cos();
        let (si, ci) = self.inclination.sin_cos();
        let (along, across) = (co * x - so * y, so * x + co * y);
        [cn * along - sn * ci * across, sn * along + cn * ci * across, si * across]
    }

    /// Position in km in the frame that turns with Mars.
    pub fn fixed_km(&self, t: Instant) -> [f64; 3] {
        let [x, y, z] = self.inertial_km(t);
        let (sin, cos) = MarsRotation::at(t).w_deg.to_radians().sin_cos();
        [cos * x + sin * y, cos * y - sin * x, z]
    }

    /// What lies below at an instant.
    pub fn below(&self, t: Instant) -> Below {
        let [x, y, z] = self.fixed_km(t);
        let distance_km = x.hypot(y).hypot(z);
        let latitude_deg = z.atan2(x.hypot(y)).to_degrees();
        let longitude = y.atan2(x).to_degrees().rem_euclid(360.0);
        Below {
            latitude_deg,
            longitude_deg: if longitude >= 360.0 { 0.0 } else { longitude },
            distance_km,
            height_km: distance_km - ellipsoid_radius_km(latitude_deg),
        }
    }

    /// What lies below from one instant to another, every so many seconds; both ends included.
    pub fn track(&self, from: Instant, to: Instant, step_s: f64) -> Vec<Below> {
        let length = to.s_since(from);
        if !(length > 0.0 && step_s > 0.0) {
            return Vec::new();
        }
        let steps = (length / step_s).ceil().clamp(1.0, f64::from(MOST_POINTS)) as u32;
        let at = |i: u32| from.plus_s(length * f64::from(i) / f64::from(steps));
        (0..=steps).map(|i| self.below(at(i))).collect()
    }
}

/// Radius of the reference ellipsoid at a planetocentric latitude in degrees, km.
fn ellipsoid_radius_km(latitude_deg: f64) -> f64 {
    let [a, b] = ELLIPSOID_KM;
    let (sin, cos) = latitude_deg.to_radians().sin_cos();
    a * b / (b * cos).hypot(a * sin)
}
