//! Orbiters of Mars as mission files name them: mean elements and where they come from.

use serde::{Deserialize, Serialize};

use super::DataTime;

/// Smallest distance of a periapsis from the centre that is an orbit, km: the polar radius.
const LOWEST_KM: f64 = 3376.2;
/// Largest semi-major axis of an orbiter, km: well inside the sphere of influence of Mars.
const HIGHEST_KM: f64 = 5e5;

/// Mean Keplerian elements of an orbiter.
///
/// The plane is given against the equator of Mars: the node counts eastwards along that equator
/// from its ascending node on the equator of the ICRF, as the angle W of the IAU does, so that the
/// longitude of a node is `node_deg − W`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orbiter {
    /// Short lower-case identifier, e.g. `mro`.
    pub id: String,
    /// Name on screen.
    pub name: String,
    /// When the elements hold.
    pub epoch: DataTime,
    /// Semi-major axis, km.
    pub semi_major_axis_km: f64,
    /// Eccentricity, 0 up to 1.
    pub eccentricity: f64,
    /// Inclination to the equator of Mars, degrees.
    pub inclination_deg: f64,
    /// Ascending node, degrees.
    pub node_deg: f64,
    /// Argument of the periapsis, degrees.
    pub argument_deg: f64,
    /// Mean anomaly, degrees.
    pub mean_anomaly_deg: f64,
    /// Motion of the node, degrees a day; none: by the flattening of Mars.
    #[serde(default)]
    pub node_rate_deg_per_day: Option<f64>,
    /// Motion of the periapsis, degrees a day; none: by the flattening of Mars.
    #[serde(default)]
    pub argument_rate_deg_per_day: Option<f64>,
    /// Motion of the mean anomaly, degrees a day; none: from the semi-major axis.
    #[serde(default)]
    pub mean_motion_deg_per_day: Option<f64>,
    /// Where the elements come from.
    pub source: String,
    /// How good they are, in one sentence for the screen.
    #[serde(default)]
    pub note: String,
}

impl Orbiter {
    /// What makes it no orbit around Mars, in words that say what to write; none: it is one.
    pub(super) fn wrong(&self) -> Option<String> {
        let e = self.eccentricity;
        let angles = [self.node_deg, self.argument_deg, self.mean_anomaly_deg];
        let rates = [
            self.node_rate_deg_per_day,
            self.argument_rate_deg_per_day,
            self.mean_motion_deg_per_day,
        ];
        let bad_number = angles.iter().chain(rates.iter().flatten()).any(|x| !x.is_finite());
        let reason = if !(0.0..1.0).contains(&e) {
            "needs an eccentricity from 0 up to 1"
        } else if !(self.semi_major_axis_km * (1.0 - e) > LOWEST_KM
            && self.semi_major_axis_km < HIGHEST_KM)
        {
            "needs a semi-major axis in km whose periapsis lies above the ground"
        } else if !(0.0..=180.0).contains(&self.inclination_deg) {
            "needs an inclination of 0 to 180 degrees"
        } else if bad_number {
            "needs finite angles and rates in degrees"
        } else if self.epoch.at().is_none() {
            "needs an epoch in UTC, such as \"2020-01-01T00:00:00Z\""
        } else {
            return None;
        };
        Some(format!("{} {reason}", self.id))
    }
}
