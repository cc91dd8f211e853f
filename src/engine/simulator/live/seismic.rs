//! Ground motion sample by sample, packed into miniSEED records.

use super::super::noise::Noise;
use super::super::quake::{QUAKES, Quake};
use super::super::seismometer::{Component, UVW_FROM_ZNE, VBB_COUNTS, noise_ms};
use super::super::weather;
use crate::format::mseed::{Samples, SourceId, Trace, WriteOptions, write};
use crate::time::Instant;

/// Samples that are packed at once.
const BLOCK: usize = 400;
/// Glitches an hour.
const GLITCHES_PER_H: f64 = 1.6;

/// The three axes of a sensor.
pub(super) struct Seismic {
    location: &'static str,
    band: &'static str,
    pub(super) rate_hz: f64,
    sensitivity: f64,
    components: [Component; 3],
    scatter: Noise,
    /// Seconds since the last glitch and its size in counts.
    glitch: (f64, [f64; 3]),
    axes: [Vec<i32>; 3],
    /// On-board time of the first sample that waits.
    first: Instant,
    sequence: u32,
    /// Axes that are kept, the first ones.
    used: usize,
}

/// The season's marsquakes of a spacecraft that lives now: one soon after the start, so that
/// there is something to see, then two a sol on average.
pub(super) fn quakes(seed: u64, start: Instant) -> Vec<Quake> {
    let mut noise = Noise::new(seed, "live quakes", 0);
    let mut times = vec![240.0];
    times.extend(noise.arrivals(2.0 / 88_775.0, 400.0 * 88_775.0));
    let quake = |(i, after): (usize, f64)| Quake {
        name: "live",
        kind: "BROADBAND",
        quality: "B",
        origin: start.plus_s(after),
        latitude_deg: 10.0,
        longitude_deg: 161.0,
        distance_deg: 28.0,
        back_azimuth_deg: 74.0 + noise.between(-20.0, 20.0),
        magnitude: 3.4,
        p_s: 190.0,
        s_s: 350.0,
        peak_ms: if i == 0 { 6e-8 } else { 10f64.powf(noise.between(-8.3, -6.8)) },
        coda_s: 240.0,
    };
    times.into_iter().enumerate().map(quake).collect()
}

impl Seismic {
    pub(super) fn new(seed: u64, location: &'static str, band: &'static str, rate_hz: f64) -> Self {
        let component = |n| Component::new(seed, &format!("live {n} {rate_hz}"), 0, rate_hz);
        Self {
            location,
            band,
            rate_hz,
            sensitivity: if matches!(location, "65" | "67") { 0.02 } else { 1.0 },
            components: ["up", "north", "east"].map(component),
            scatter: Noise::new(seed, "live scatter", rate_hz as i32),
            glitch: (1e9, [0.0; 3]),
            axes: [const { Vec::new() }; 3],
            first: Instant::default(),
            sequence: 1,
            used: 3,
        }
    }

    /// With only the first axes kept.
    pub(super) fn with_axes(self, used: usize) -> Self {
        Self { used, ..self }
    }

    /// Takes a sample: true time, on-board time, local true solar time, quakes.
    pub(super) fn sample(&mut self, t: Instant, onboard: Instant, ltst_h: f64, quakes: &[Quake]) {
        if self.axes.iter().all(Vec::is_empty) {
            self.first = onboard;
        }
        let (level, day) = (noise_ms(ltst_h), weather::convection(ltst_h));
        let mut ground = [0.0; 3];
        for (g, component) in ground.iter_mut().zip(&mut self.components) {
            *g = level * component.next(day);
        }
        // Quakes come in the order of time; those long over are not looked at.
        let begun = quakes.partition_point(|quake| quake.origin <= t);
        let recent = quakes.get(begun.saturating_sub(2)..begun).unwrap_or_default();
        for quake in recent.iter().chain(&QUAKES) {
            let after = t.s_since(quake.origin);
            if after > quake.p_s && after < quake.s_s + 8.0 * quake.coda_s {
                let noise = [(); 3].map(|()| self.scatter.normal());
                for (g, motion) in ground.iter_mut().zip(quake.motion(after, noise)) {
                    *g += motion;
                }
            }
        }
        if self.scatter.uniform() < GLITCHES_PER_H / 3600.0 / self.rate_hz {
            let size = 1e-9 * 10f64.powf(2.0 * self.scatter.uniform().powi(2));
            self.glitch = (0.0, VBB_COUNTS.map(|c| c * size * self.scatter.between(-1.0, 1.0)));
        }
        self.glitch.0 += 1.0 / self.rate_hz;
        let (x, sizes) = self.glitch;
        let pulse = (1.0 - (-x).exp()) * (-x / 25.0).exp();
        let axes = self.axes.iter_mut().zip(UVW_FROM_ZNE).zip(VBB_COUNTS.into_iter().zip(sizes));
        for ((axis, row), (counts, size)) in axes {
            let velocity: f64 = row.iter().zip(ground).map(|(r, g)| r * g).sum();
            axis.push((self.sensitivity * (velocity * counts + size * pulse)).round() as i32);
        }
    }

    /// Records of 512 bytes of the samples that wait, once there are enough, or of all of them
    /// where `all` is set.
    pub(super) fn records(&mut self, all: bool) -> Vec<Vec<u8>> {
        let waiting = self.axes.first().map_or(0, Vec::len);
        if waiting == 0 || (waiting < BLOCK && !all) {
            return Vec::new();
        }
        let mut records = Vec::new();
        for (at, (axis, code)) in self.axes.iter_mut().zip(["U", "V", "W"]).enumerate() {
            if at >= self.used {
                axis.clear();
                continue;
            }
            let trace = Trace {
                source: SourceId {
                    network: "XB".to_owned(),
                    station: "ELYSE".to_owned(),
                    location: self.location.to_owned(),
                    channel: format!("{}{code}", self.band),
                },
                start: self.first,
                rate_hz: self.rate_hz,
                publication: 1,
                samples: Samples::I32(std::mem::take(axis)),
            };
            let options = WriteOptions { sequence: self.sequence, ..WriteOptions::default() };
            let bytes = write(&trace, &options).unwrap_or_default();
            records.extend(bytes.chunks_exact(512).map(<[u8]>::to_vec));
        }
        self.sequence = self.sequence % 999_999 + 1;
        records
    }
}
