//! When an orbiter listens.

use super::super::noise::Noise;
use super::super::sol::Sol;
use crate::time::{Instant, TimeRange};

/// The plan of relay passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Passes {
    /// 2 to 4 a sol of 8 to 12 minutes, as InSight and Curiosity had them (FACTS 2.6, 6.5).
    Real,
    /// For demonstrations: regular ones, the first begins at once.
    Every {
        /// From the beginning of a pass to that of the next, minutes.
        minutes: f64,
        /// Length of a pass, minutes.
        length: f64,
    },
}

/// A relay pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// Orbiter: MRO, ODY, TGO or MAVEN; DTE for one that was commanded.
    pub orbiter: &'static str,
    /// From the first to the last bit.
    pub span: TimeRange,
    /// Data rate, bits per second.
    pub rate_bps: u32,
}

/// Orbiters and the return rates that their passes had mostly (FACTS 2.6).
const ORBITERS: [(&str, u32); 4] =
    [("MRO", 256_000), ("ODY", 128_000), ("TGO", 256_000), ("MAVEN", 128_000)];

/// The passes that begin on a sol, in order.
pub(super) fn of_sol(seed: u64, sol: &Sol) -> Vec<Pass> {
    let mut noise = Noise::new(seed, "passes", sol.number);
    let hour = sol.range.duration_s() / 24.0;
    let mut found = Vec::new();
    for (i, (from, to)) in Sol::WAKES_H.into_iter().enumerate() {
        let (orbiter, rate_bps) = orbiter((noise.uniform() * 4.0) as usize);
        let length = noise.between(480.0, 720.0);
        let begin = noise.between(from * hour, to * hour - length);
        // The night and the afternoon pass always, the others mostly.
        if i % 2 == 0 || noise.uniform() < 0.6 {
            let start = sol.range.start.plus_s(begin);
            found.push(Pass {
                orbiter,
                span: TimeRange::new(start, start.plus_s(length)),
                rate_bps,
            });
        }
    }
    found
}

fn orbiter(index: usize) -> (&'static str, u32) {
    ORBITERS.get(index % 4).copied().unwrap_or(("MRO", 128_000))
}

/// The pass of a regular plan that is on at an instant.
pub(super) fn regular(start: Instant, t: Instant, minutes: f64, length: f64) -> Option<Pass> {
    let period = (minutes * 60.0).max(1.0);
    let number = (t.s_since(start) / period).floor();
    let from = start.plus_s(number * period);
    let span = TimeRange::new(from, from.plus_s((length * 60.0).min(period)));
    let (orbiter, rate_bps) = orbiter(number as usize);
    span.contains(t).then_some(Pass { orbiter, span, rate_bps })
}
