//! Seeded randomness: the same seed gives the same numbers on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers.
pub(super) struct Noise {
    rng: ChaCha8Rng,
}

impl Noise {
    /// A stream of its own for each purpose, so that adding a series does not change the others.
    pub(super) fn new(seed: u64, purpose: &str, sol: i32) -> Self {
        let mut hash = seed ^ 0x9e37_79b9_7f4a_7c15;
        for byte in purpose.bytes().chain(sol.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self { rng: ChaCha8Rng::seed_from_u64(hash) }
    }

    /// Uniform in 0 to 1.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in a range.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Nearly normal with mean 0 and standard deviation 1: the sum of four uniform 16-bit numbers,
    /// cheap enough for twenty million seismic samples. Never beyond ±3.47.
    pub(super) fn normal(&mut self) -> f64 {
        let bits = self.rng.next_u64();
        let sum: u64 = (0..4).map(|i| (bits >> (16 * i)) & 0xffff).sum();
        (sum as f64 / 65_535.0 - 2.0) * 3f64.sqrt()
    }

    /// Poisson events in an interval of `length` at `rate` per unit: their positions, ascending.
    pub(super) fn arrivals(&mut self, rate: f64, length: f64) -> Vec<f64> {
        let mut found = Vec::new();
        let mut at = 0.0;
        while found.len() < 100_000 {
            at -= (1.0 - self.uniform()).ln() / rate.max(1e-12);
            if at >= length {
                break;
            }
            found.push(at);
        }
        found
    }
}

/// A two-pole resonator driven by noise: unit variance out for unit variance in.
pub(super) struct Resonator {
    a1: f64,
    a2: f64,
    gain: f64,
    y1: f64,
    y2: f64,
}

impl Resonator {
    /// Centre frequency and pole radius (closer to 1 is narrower) at a sampling rate.
    pub(super) fn new(frequency_hz: f64, radius: f64, rate_hz: f64) -> Self {
        let a1 = 2.0 * radius * (std::f64::consts::TAU * frequency_hz / rate_hz).cos();
        let a2 = -radius * radius;
        // Variance of an AR(2) process (Box & Jenkins, section 3.2.4), inverted.
        let variance = (1.0 - a2) / ((1.0 + a2) * ((1.0 - a2).powi(2) - a1 * a1));
        Self { a1, a2, gain: 1.0 / variance.sqrt(), y1: 0.0, y2: 0.0 }
    }

    pub(super) fn next(&mut self, input: f64) -> f64 {
        let y = self.a1 * self.y1 + self.a2 * self.y2 + input;
        self.y2 = self.y1;
        self.y1 = y;
        y * self.gain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deviation(values: &[f64]) -> f64 {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
    }

    #[test]
    fn noise_has_unit_deviation_and_repeats() {
        let mut noise = Noise::new(7, "test", 1);
        let values: Vec<f64> = (0..100_000).map(|_| noise.normal()).collect();
        assert!((deviation(&values) - 1.0).abs() < 0.01);
        let mut again = Noise::new(7, "test", 1);
        assert!(values.iter().take(100).all(|v| *v == again.normal()));
        let mut other = Noise::new(7, "test", 2);
        assert!(values.iter().take(100).any(|v| *v != other.normal()));
    }

    #[test]
    fn a_resonator_keeps_the_variance() {
        let mut noise = Noise::new(7, "test", 1);
        let mut resonator = Resonator::new(2.4, 0.97, 20.0);
        let values: Vec<f64> = (0..200_000).map(|_| resonator.next(noise.normal())).collect();
        assert!((deviation(&values) - 1.0).abs() < 0.05, "{}", deviation(&values));
    }

    #[test]
    fn arrivals_are_as_many_as_the_rate_says() {
        let found = Noise::new(3, "arrivals", 0).arrivals(50.0, 24.0);
        assert!((1000..1400).contains(&found.len()), "{}", found.len());
        assert!(found.windows(2).all(|w| w[0] <= w[1]));
    }
}
