//! Nights of a range, for shading time axes.

use std::cell::RefCell;
use std::rc::Rc;

use marsdeck_engine::time::{Instant, TimeRange};

use super::SolClocks;

/// Ranges longer than this many sols are not shaded: a night would be thinner than a pixel or two.
const MOST_SOLS: f64 = 120.0;
const SOL_S: f64 = 88_775.244;

/// The nights that touch a range, ascending, cut to it; sunrise and sunset to about 20 s. Empty
/// where the mission has no clock or the range is too long to draw nights.
pub fn nights(clocks: &dyn SolClocks, mission: &str, range: TimeRange) -> Vec<TimeRange> {
    let length = range.duration_s();
    if range.is_empty() || length > MOST_SOLS * SOL_S {
        return Vec::new();
    }
    let steps = ((length / (SOL_S / 12.0)).ceil() as usize).max(1);
    let at = |i: usize| {
        range.start.plus_ns((i128::from(range.duration_ns()) * i as i128 / steps as i128) as i64)
    };
    let Some(mut day) = clocks.is_day(mission, range.start) else { return Vec::new() };
    let mut found = Vec::new();
    let mut dusk = range.start;
    for i in 1..=steps {
        let t = at(i);
        let now = clocks.is_day(mission, t).unwrap_or(day);
        if now == day {
            continue;
        }
        let change = bisect(at(i - 1), t, |t| clocks.is_day(mission, t).unwrap_or(day) == day);
        if now {
            found.push(TimeRange::new(dusk, change));
        } else {
            dusk = change;
        }
        day = now;
    }
    if !day {
        found.push(TimeRange::new(dusk, range.end));
    }
    found
}

fn bisect(mut low: Instant, mut high: Instant, holds: impl Fn(Instant) -> bool) -> Instant {
    while high.ns_since(low) > 20_000_000_000 {
        let middle = low.plus_ns(high.ns_since(low) / 2);
        if holds(middle) { low = middle } else { high = middle }
    }
    high
}

/// Mission, range and its nights.
type Kept = (String, TimeRange, Rc<Vec<TimeRange>>);

/// The nights of the last few ranges asked for, so that a still picture costs nothing.
#[derive(Default)]
pub struct NightCache {
    kept: RefCell<Vec<Kept>>,
}

impl NightCache {
    /// The nights of a range.
    pub fn get(
        &self,
        clocks: &dyn SolClocks,
        mission: &str,
        range: TimeRange,
    ) -> Rc<Vec<TimeRange>> {
        let mut kept = self.kept.borrow_mut();
        if let Some((_, _, found)) =
            kept.iter().find(|(name, known, _)| name == mission && *known == range)
        {
            return Rc::clone(found);
        }
        let found = Rc::new(nights(clocks, mission, range));
        if kept.len() >= 8 {
            kept.remove(0);
        }
        kept.push((mission.to_owned(), range, Rc::clone(&found)));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SolTime;

    /// Day from 6 to 18 h of a sol that starts at 0.
    struct Simple;

    impl SolClocks for Simple {
        fn convention(&self) -> &'static str {
            "test"
        }
        fn lmst(&self, _: &str, t: Instant) -> Option<SolTime> {
            let sols = t.unix_s() / SOL_S;
            Some(SolTime { sol: sols.floor() as i64, seconds: sols.rem_euclid(1.0) * 86400.0 })
        }
        fn ltst(&self, mission: &str, t: Instant) -> Option<SolTime> {
            self.lmst(mission, t)
        }
        fn sol_start(&self, _: &str, sol: i64) -> Option<Instant> {
            Some(Instant::from_unix_s(sol as f64 * SOL_S))
        }
        fn is_day(&self, mission: &str, t: Instant) -> Option<bool> {
            self.lmst(mission, t).map(|at| (6.0..18.0).contains(&at.hours()))
        }
        fn parse(&self, _: &str, _: &str) -> Option<(Instant, String)> {
            None
        }
    }

    #[test]
    fn nights_of_two_sols() {
        let range = TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(2.0 * SOL_S));
        let found = nights(&Simple, "m", range);
        assert_eq!(found.len(), 3, "{found:?}");
        let edges: Vec<f64> = found
            .iter()
            .flat_map(|night| [night.start.unix_s() / SOL_S, night.end.unix_s() / SOL_S])
            .collect();
        for (edge, expected) in edges.iter().zip([0.0, 0.25, 0.75, 1.25, 1.75, 2.0]) {
            assert!((edge - expected).abs() < 21.0 / SOL_S, "{edge} {expected}");
        }
    }

    #[test]
    fn long_ranges_and_unknown_missions_have_none() {
        let long = TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(200.0 * SOL_S));
        assert!(nights(&Simple, "m", long).is_empty());
        assert!(nights(&super::super::UtcOnly, "m", long).is_empty());
    }
}
