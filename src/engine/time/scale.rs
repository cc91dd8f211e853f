//! UTC, TAI, TT and TDB (SPICE "ET") of an instant, leap seconds counted.
//!
//! The leap seconds and the TDB constants come from hifitime (IERS list; NAIF's formula),
//! or from a leap-second kernel that was read; the arithmetic is in whole nanoseconds.
//! Before 1972 there were no leap seconds: the first value of the list, 10 s, is kept
//! there, so that every clock runs on without a step.

use std::sync::LazyLock;

use hifitime::leap_seconds::LatestLeapSeconds;

use super::Instant;

const NS: i64 = 1_000_000_000;
/// 2000-01-01T12:00:00 as nanoseconds since 1970, in any scale's own count.
pub(super) const J2000_NS: i64 = 946_728_000 * NS;
/// Seconds from 1900-01-01 (hifitime's leap-second table) to 1970-01-01.
const UNIX_OF_1900_S: f64 = 2_208_988_800.0;

/// Leap seconds and the constants of TDB − TT, as a leap-second kernel gives them.
#[derive(Clone, Debug, PartialEq)]
pub struct LeapSeconds {
    /// TT − TAI in nanoseconds (`DELTET/DELTA_T_A`).
    pub tt_minus_tai_ns: i64,
    /// Amplitude of TDB − TT in seconds (`DELTET/K`).
    pub k: f64,
    /// Eccentricity of the Earth's orbit (`DELTET/EB`).
    pub eb: f64,
    /// Mean anomaly at J2000 in rad and its rate in rad/s (`DELTET/M`).
    pub m: [f64; 2],
    /// From this instant on, TAI − UTC in whole seconds; ascending.
    pub steps: Vec<(Instant, i32)>,
}

static BUILT_IN: LazyLock<LeapSeconds> = LazyLock::new(|| LeapSeconds {
    tt_minus_tai_ns: 32_184_000_000,
    k: hifitime::NAIF_K,
    eb: hifitime::NAIF_EB,
    m: [hifitime::NAIF_M0, hifitime::NAIF_M1],
    steps: LatestLeapSeconds::default()
        .filter(|step| step.announced_by_iers)
        .map(|step| {
            // The table counts UTC seconds since 1900, exact in a float.
            (Instant::from_unix_s(step.timestamp_tai_s - UNIX_OF_1900_S), step.delta_at as i32)
        })
        .collect(),
});

impl LeapSeconds {
    /// The list that hifitime carries (IERS, up to the last announced leap second).
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// TAI − UTC in seconds at an instant.
    pub fn tai_minus_utc_s(&self, t: Instant) -> i32 {
        let at = self.steps.partition_point(|(from, _)| *from <= t);
        self.steps.get(at.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
    }

    /// Nanoseconds of TAI since 1970-01-01T00:00:00 TAI, saturating.
    pub fn tai_ns(&self, t: Instant) -> i64 {
        t.unix_ns().saturating_add(i64::from(self.tai_minus_utc_s(t)) * NS)
    }

    /// The instant of a TAI count. The nanoseconds of an inserted leap second fold onto the
    /// second that follows it.
    pub fn from_tai_ns(&self, tai_ns: i64) -> Instant {
        let at = self
            .steps
            .partition_point(|(from, offset)| {
                from.unix_ns().saturating_add(i64::from(*offset) * NS) <= tai_ns
            })
            .saturating_sub(1);
        let Some((_, offset)) = self.steps.get(at) else { return Instant::from_unix_ns(tai_ns) };
        // Inside an inserted second the old offset still counts: its number is the one the
        // next second has, as for every POSIX clock.
        Instant::from_unix_ns(tai_ns.saturating_sub(i64::from(*offset) * NS))
    }

    /// TT in nanoseconds since J2000 (2000-01-01T12:00:00 TT), saturating.
    pub fn tt_j2000_ns(&self, t: Instant) -> i64 {
        self.tai_ns(t).saturating_add(self.tt_minus_tai_ns - J2000_NS)
    }

    /// The instant of a TT count since J2000.
    pub fn from_tt_j2000_ns(&self, tt_ns: i64) -> Instant {
        self.from_tai_ns(tt_ns.saturating_sub(self.tt_minus_tai_ns - J2000_NS))
    }

    /// TDB − TT in nanoseconds: `K sin E`, `E = M + EB sin M`, `M = M0 + M1 s` (NAIF Time
    /// Required Reading), with `s` seconds of either scale past J2000.
    fn tdb_minus_tt_ns(&self, s: f64) -> i64 {
        let m = self.m[0] + self.m[1] * s;
        let e = m + self.eb * m.sin();
        (self.k * e.sin() * 1e9).round() as i64
    }

    /// ET (TDB) in nanoseconds since J2000, saturating.
    pub fn et_ns(&self, t: Instant) -> i64 {
        let tt = self.tt_j2000_ns(t);
        // NAIF evaluates the term at ET itself; 2 ms earlier changes it by 1e-12 s.
        tt.saturating_add(self.tdb_minus_tt_ns(tt as f64 / 1e9))
    }

    /// The instant of an ET count since J2000.
    pub fn from_et_ns(&self, et_ns: i64) -> Instant {
        self.from_tt_j2000_ns(et_ns.saturating_sub(self.tdb_minus_tt_ns(et_ns as f64 / 1e9)))
    }

    /// ET (TDB) in seconds since J2000, to about 0.1 µs.
    pub fn et_s(&self, t: Instant) -> f64 {
        self.et_ns(t) as f64 / 1e9
    }

    /// The instant of ET seconds since J2000.
    pub fn from_et_s(&self, et_s: f64) -> Instant {
        self.from_et_ns((et_s * 1e9).round() as i64)
    }
}

/// Elapsed nanoseconds of TAI from `earlier` to `later`, leap seconds counted.
pub fn tai_ns_between(earlier: Instant, later: Instant) -> i64 {
    let leap = LeapSeconds::built_in();
    leap.tai_ns(later).saturating_sub(leap.tai_ns(earlier))
}

/// Julian date in UT (taken as UTC), days.
pub fn jd_ut(t: Instant) -> f64 {
    2440587.5 + t.unix_ns() as f64 / 86_400e9
}

/// Julian date in TT, days.
pub fn jd_tt(t: Instant) -> f64 {
    2451545.0 + LeapSeconds::built_in().tt_j2000_ns(t) as f64 / 86_400e9
}
