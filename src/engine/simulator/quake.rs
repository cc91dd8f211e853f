//! The quakes of the simulated archive and the motion that they give.
//!
//! Times, places, distances and magnitudes are those of the Marsquake Service catalogue
//! (DOI 10.12686/a21, FACTS 6.4); the shape is a scattered P and S coda.

use std::f64::consts::TAU;

use crate::time::Instant;

/// One marsquake as the catalogue has it.
pub(super) struct Quake {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) quality: &'static str,
    /// Nanoseconds of UTC since 1970.
    pub(super) origin: Instant,
    pub(super) latitude_deg: f64,
    pub(super) longitude_deg: f64,
    pub(super) distance_deg: f64,
    pub(super) back_azimuth_deg: f64,
    pub(super) magnitude: f64,
    /// Seconds from the origin to the P and the S arrival.
    pub(super) p_s: f64,
    pub(super) s_s: f64,
    /// Peak ground velocity of the S wave in m/s.
    pub(super) peak_ms: f64,
    /// Decay time of the coda in seconds.
    pub(super) coda_s: f64,
}

/// 2019-05-23T02:19:33.61, 2019-07-26T12:16:15.587 and 2022-05-04T23:23:07.857 UTC.
pub(super) const QUAKES: [Quake; 3] = [
    Quake {
        name: "S0173a",
        kind: "BROADBAND",
        quality: "A",
        origin: Instant::from_unix_ns(1_558_577_973_610_000_000),
        latitude_deg: 3.45,
        longitude_deg: 164.68,
        distance_deg: 29.0,
        back_azimuth_deg: 91.0,
        magnitude: 3.6,
        p_s: 206.0,
        s_s: 382.0,
        peak_ms: 4.0e-8,
        coda_s: 260.0,
    },
    Quake {
        name: "S0235b",
        kind: "BROADBAND",
        quality: "A",
        origin: Instant::from_unix_ns(1_564_143_375_587_000_000),
        latitude_deg: 10.99,
        longitude_deg: 160.95,
        distance_deg: 25.9,
        back_azimuth_deg: 74.0,
        magnitude: 3.5,
        p_s: 183.7,
        s_s: 340.5,
        peak_ms: 5.0e-8,
        coda_s: 240.0,
    },
    Quake {
        name: "S1222a",
        kind: "BROADBAND",
        quality: "A",
        origin: Instant::from_unix_ns(1_651_706_587_857_000_000),
        latitude_deg: -2.971,
        longitude_deg: 171.904,
        distance_deg: 37.01,
        back_azimuth_deg: 101.0,
        magnitude: 4.7,
        p_s: 278.0,
        s_s: 492.3,
        peak_ms: 1.6e-6,
        coda_s: 900.0,
    },
];

impl Quake {
    /// When the signal starts and ends above the noise.
    pub(super) fn span(&self) -> (Instant, Instant) {
        (self.origin.plus_s(self.p_s), self.origin.plus_s(self.s_s + 6.0 * self.coda_s))
    }

    /// Envelopes of the P and the S motion in m/s at some seconds after the origin.
    fn envelopes(&self, after_s: f64) -> (f64, f64) {
        let envelope = |arrival: f64, rise: f64, decay: f64| {
            let t = after_s - arrival;
            if t < 0.0 { 0.0 } else { (1.0 - (-t / rise).exp()) * (-t / decay).exp() }
        };
        let p = 0.45 * self.peak_ms * envelope(self.p_s, 2.0, self.coda_s * 0.7);
        let s = 1.15 * self.peak_ms * envelope(self.s_s, 4.0, self.coda_s);
        (p, s)
    }

    /// Ground velocity towards up, north and east in m/s. `scatter` are three unit noises.
    pub(super) fn motion(&self, after_s: f64, scatter: [f64; 3]) -> [f64; 3] {
        let (p, s) = self.envelopes(after_s);
        if p == 0.0 && s == 0.0 {
            return [0.0; 3];
        }
        // The P wave points away from the source, steeply upwards; S is across it.
        let (sin, cos) = self.back_azimuth_deg.to_radians().sin_cos();
        let wave = (TAU * 0.55 * (after_s - self.p_s)).sin();
        let p_motion = p * (0.6 * wave + 0.6 * scatter[0]);
        let sv = s * (0.5 * (TAU * 0.33 * (after_s - self.s_s)).sin() + 0.6 * scatter[1]);
        let sh = s * (0.5 * (TAU * 0.28 * (after_s - self.s_s)).cos() + 0.6 * scatter[2]);
        [
            0.85 * p_motion + 0.3 * sv,
            -0.45 * cos * p_motion + 0.8 * cos * sv - sin * sh,
            -0.45 * sin * p_motion + 0.8 * sin * sv + cos * sh,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_moves_before_the_p_wave() {
        for quake in &QUAKES {
            assert_eq!(quake.motion(quake.p_s - 0.1, [1.0; 3]), [0.0; 3]);
            let p = quake.motion(quake.p_s + 10.0, [1.0; 3]);
            let s = quake.motion(quake.s_s + 20.0, [1.0; 3]);
            assert!(p.iter().any(|v| *v != 0.0));
            let size = |m: [f64; 3]| m.iter().map(|v| v * v).sum::<f64>().sqrt();
            assert!(size(s) > size(p), "{}: S is larger than P", quake.name);
            assert!(size(s) < 4.0 * quake.peak_ms);
        }
    }
}
