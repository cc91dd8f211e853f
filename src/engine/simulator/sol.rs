//! One sol at one site: its instants, its local solar time and its season.

use crate::time::TimeRange;

/// A sol of a mission.
pub(super) struct Sol {
    pub(super) number: i32,
    /// From local mean midnight to the next.
    pub(super) range: TimeRange,
    /// Local true solar time at the start, hours.
    pub(super) ltst_start_h: f64,
    /// Solar longitude at noon, degrees.
    pub(super) ls_deg: f64,
}

impl Sol {
    /// Local true solar time, hours 0 to 24, some seconds after the start of the sol. The equation
    /// of time moves by less than a second within a sol.
    pub(super) fn ltst_h(&self, t_s: f64) -> f64 {
        (self.ltst_start_h + t_s / 88_775.244 * 24.0).rem_euclid(24.0)
    }

    /// Wakes of InSight, each with a relay pass: from and to, hours of LMST.
    pub(super) const WAKES_H: [(f64, f64); 4] =
        [(3.2, 3.9), (9.0, 10.2), (15.0, 16.1), (21.0, 21.6)];

    /// Whether InSight is awake.
    pub(super) fn is_awake(t_s: f64) -> bool {
        let lmst = t_s / 88_775.244 * 24.0;
        Self::WAKES_H.iter().any(|(from, to)| (*from..*to).contains(&lmst))
    }
}
