//! What SEIS records during a sol: noise by the hour, glitches, quakes.

use super::noise::{Noise, Resonator};
use super::quake::QUAKES;
use super::sol::Sol;
use super::weather;

/// Counts per m/s of the VBB axes U, V and W at 0.1 Hz (IPGP StationXML, FACTS 2.3).
pub(super) const VBB_COUNTS: [f64; 3] = [8.62622e10, 9.04503e10, 8.65494e10];

/// Rows U, V, W against Z, N, E: azimuths and dips of the IPGP StationXML (FACTS 2.3).
pub(super) const UVW_FROM_ZNE: [[f64; 3]; 3] = [
    [0.490904, -0.617115, 0.614965],
    [0.487860, 0.843178, 0.225929],
    [0.495459, -0.224818, -0.839034],
];

/// Ground noise in m/s: quiet from 17 to 24 h, ten to a hundred times that by day.
pub(super) fn noise_ms(ltst_h: f64) -> f64 {
    let night = if ltst_h < 8.0 { 2.5 * (std::f64::consts::PI * ltst_h / 8.0).sin() } else { 0.0 };
    4.0e-10 * (1.0 + night + 40.0 * weather::convection(ltst_h))
}

/// One component of the noise: long-period wind noise, the 2.4 Hz and lander resonances, and the
/// tick at 1 Hz.
pub(super) struct Component {
    slow: f64,
    resonances: [Resonator; 3],
    noise: Noise,
}

impl Component {
    pub(super) fn new(seed: u64, name: &str, sol: i32, rate_hz: f64) -> Self {
        let nyquist = rate_hz / 2.0;
        let at = |f: f64| Resonator::new(f.min(nyquist * 0.8), 0.97, rate_hz);
        Self {
            slow: 0.0,
            resonances: [at(2.4), at(4.1), at(6.8)],
            noise: Noise::new(seed, name, sol),
        }
    }

    pub(super) fn next(&mut self, day: f64) -> f64 {
        let white = self.noise.normal();
        self.slow += 0.02 * (white * 7.0 - self.slow);
        let [ground, lander, mast] = &mut self.resonances;
        0.35 * white
            + 0.8 * self.slow
            + (0.5 - 0.3 * day) * ground.next(white)
            + 0.8 * day * (lander.next(white) + 0.6 * mast.next(white))
    }
}

/// A one-sided pulse: the step response of the instrument to a small tilt.
struct Glitch {
    at_s: f64,
    counts: [f64; 3],
}

/// Samples of the three axes of a sensor during a sol, in counts.
pub(super) fn record(seed: u64, sol: &Sol, rate_hz: f64, sensitivity: f64) -> [Vec<i32>; 3] {
    let count = (sol.range.duration_s() * rate_hz) as usize;
    let mut components = ["up", "north", "east"]
        .map(|n| Component::new(seed, &format!("ground {n} {rate_hz}"), sol.number, rate_hz));
    let mut scatter = Noise::new(seed, "scatter", sol.number);
    let glitches = glitches(seed, sol);
    let mut next_glitch = 0;
    let mut axes = [const { Vec::new() }; 3];
    for axis in &mut axes {
        axis.reserve_exact(count);
    }
    let quakes: Vec<_> = QUAKES
        .iter()
        .map(|q| (q, sol.range.start.s_since(q.origin), q.s_s + 8.0 * q.coda_s))
        .filter(|(q, start, end)| -start < sol.range.duration_s() - q.p_s && *start < *end)
        .collect();
    let (mut level, mut day) = (0.0, 0.0);
    for i in 0..count {
        let t = i as f64 / rate_hz;
        if i % 64 == 0 {
            let ltst = sol.ltst_h(t);
            (level, day) = (noise_ms(ltst), weather::convection(ltst));
        }
        let mut ground = [0.0; 3];
        for (g, c) in ground.iter_mut().zip(&mut components) {
            *g = level * c.next(day);
        }
        // The on-board tick: a small pulse once a second.
        if i % (rate_hz as usize).max(1) == 0 {
            ground[0] += 1.2e-10;
        }
        for (quake, start, end) in &quakes {
            let after = t + start;
            if after > quake.p_s && after < *end {
                let noise = [scatter.normal(), scatter.normal(), scatter.normal()];
                for (g, m) in ground.iter_mut().zip(quake.motion(after, noise)) {
                    *g += m;
                }
            }
        }
        while glitches.get(next_glitch).is_some_and(|g| g.at_s + 200.0 < t) {
            next_glitch += 1;
        }
        for (axis, samples) in axes.iter_mut().enumerate() {
            let row = UVW_FROM_ZNE[axis];
            let velocity = row[0] * ground[0] + row[1] * ground[1] + row[2] * ground[2];
            let mut counts = velocity * VBB_COUNTS[axis] * sensitivity;
            for g in glitches.iter().skip(next_glitch).take_while(|g| g.at_s <= t) {
                // VBB template: rises in a second, decays within about 25 s (FACTS 6.3).
                let x = t - g.at_s;
                counts += sensitivity * g.counts[axis] * (1.0 - (-x).exp()) * (-x / 25.0).exp();
            }
            samples.push(counts.round() as i32);
        }
    }
    axes
}

/// A handful of glitches an hour, most of them small.
fn glitches(seed: u64, sol: &Sol) -> Vec<Glitch> {
    let mut noise = Noise::new(seed, "glitches", sol.number);
    noise
        .arrivals(1.6 / 3600.0, sol.range.duration_s())
        .into_iter()
        .map(|at_s| {
            // 1e-9 to 1e-7 m/s, more small than large ones.
            let size = 1e-9 * 10f64.powf(2.0 * noise.uniform().powi(2));
            let counts = [0, 1, 2].map(|axis| size * VBB_COUNTS[axis] * noise.between(-1.0, 1.0));
            Glitch { at_s, counts }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Instant, TimeRange};

    fn sol(start: Instant, seconds: f64) -> Sol {
        Sol {
            number: 173,
            range: TimeRange::new(start, start.plus_s(seconds)),
            ltst_start_h: 20.0,
            ls_deg: 30.0,
        }
    }

    fn rms(samples: &[i32]) -> f64 {
        (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
    }

    #[test]
    fn a_quake_stands_out_of_the_evening_noise() {
        let quake = &QUAKES[0];
        let [u, v, w] = record(1, &sol(quake.origin.plus_s(-600.0), 2400.0), 20.0, 1.0);
        for axis in [&u, &v, &w] {
            assert_eq!(axis.len(), 48_000);
            let (before, during) = (rms(&axis[..10_000]), rms(&axis[20_000..24_000]));
            assert!(during > 4.0 * before, "{before} against {during}");
        }
    }

    #[test]
    fn the_day_is_much_noisier_than_the_evening() {
        let mut day = sol(Instant::from_unix_s(1_558_570_000.0), 600.0);
        let evening = rms(&record(1, &day, 20.0, 1.0)[0]);
        day.ltst_start_h = 13.0;
        let noon = rms(&record(1, &day, 20.0, 1.0)[0]);
        assert!(noon > 8.0 * evening, "{evening} against {noon}");
    }

    #[test]
    fn the_same_seed_gives_the_same_samples() {
        let s = sol(Instant::from_unix_s(1_558_570_000.0), 60.0);
        assert_eq!(record(5, &s, 20.0, 1.0), record(5, &s, 20.0, 1.0));
        assert_ne!(record(5, &s, 20.0, 1.0), record(6, &s, 20.0, 1.0));
    }
}
