//! Time to pixels and back. Times stay integers; they become floats only relative to the left edge.

use egui::Rangef;
use marsdeck_engine::time::{Instant, TimeRange};

/// Longest range that zooming out leads to: about 300 years.
const LONGEST_NS: i64 = 9_000_000_000_000_000_000;

/// The mapping of a range of time to a range of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct XMap {
    range: TimeRange,
    left: f32,
    width: f32,
}

impl XMap {
    /// Of a range of time onto a range of points.
    pub fn new(range: TimeRange, x: Rangef) -> Self {
        Self { range, left: x.min, width: x.span().max(1.0) }
    }

    /// The range of time.
    pub fn range(&self) -> TimeRange {
        self.range
    }

    /// Width in points.
    pub fn width(&self) -> f32 {
        self.width
    }

    /// Left edge in points.
    pub fn left(&self) -> f32 {
        self.left
    }

    /// Nanoseconds per point.
    pub fn ns_per_point(&self) -> f64 {
        self.range.duration_ns().max(1) as f64 / f64::from(self.width)
    }

    /// Where an instant lies, in points; far outside it is cut to a million points.
    pub fn x(&self, t: Instant) -> f32 {
        let ns = i128::from(t.unix_ns()) - i128::from(self.range.start.unix_ns());
        let points = ns as f64 / self.ns_per_point();
        self.left + points.clamp(-1e6, 1e6) as f32
    }

    /// The instant at a place.
    pub fn time(&self, x: f32) -> Instant {
        let ns = f64::from(x - self.left) * self.ns_per_point();
        self.range.start.plus_ns(ns.round() as i64)
    }

    /// The range zoomed by a factor (below 1: closer) around a place, kept longer than `shortest`
    /// nanoseconds and inside the range of instants.
    #[must_use]
    pub fn zoomed(&self, x: f32, factor: f64, shortest: i64) -> TimeRange {
        let share = f64::from((x - self.left) / self.width).clamp(0.0, 1.0);
        let old = self.range.duration_ns().max(1) as f64;
        let new = (old * factor).clamp(shortest.max(1) as f64, LONGEST_NS as f64);
        let centre = self.range.start.plus_ns((old * share) as i64);
        let start = centre.plus_ns(-((new * share) as i64));
        let start = start.min(Instant::MAX.plus_ns(-(new as i64)));
        TimeRange::new(start, start.plus_ns(new as i64))
    }

    /// The range moved by so many points (positive: earlier times come in from the left).
    #[must_use]
    pub fn panned(&self, points: f32) -> TimeRange {
        let ns = (f64::from(points) * self.ns_per_point()) as i64;
        let length = self.range.duration_ns();
        let start = self.range.start.plus_ns(ns.saturating_neg());
        let start = start.min(Instant::MAX.plus_ns(-length));
        TimeRange::new(start, start.plus_ns(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(start_s: f64, end_s: f64) -> XMap {
        let range = TimeRange::new(Instant::from_unix_s(start_s), Instant::from_unix_s(end_s));
        XMap::new(range, Rangef::new(100.0, 1100.0))
    }

    #[test]
    fn edges_and_middle_map() {
        let map = map(1e9, 1e9 + 10.0);
        assert_eq!(map.x(Instant::from_unix_s(1e9)), 100.0);
        assert_eq!(map.x(Instant::from_unix_s(1e9 + 5.0)), 600.0);
        assert_eq!(map.time(350.0), Instant::from_unix_s(1e9 + 2.5));
        assert_eq!(map.x(Instant::MAX), 1_000_100.0);
    }

    #[test]
    fn samples_of_a_microsecond_are_apart_in_2026() {
        let start = Instant::from_unix_s(1.8e9);
        let map = XMap::new(TimeRange::new(start, start.plus_ns(1_000)), Rangef::new(0.0, 1000.0));
        assert_eq!(map.x(start.plus_ns(1)), 1.0);
        assert_eq!(map.x(start.plus_ns(999)), 999.0);
    }

    proptest! {
        #[test]
        fn zoom_keeps_the_place_under_the_pointer(
            start in -1e9f64..4e9, length in 1e-3f64..1e8, x in 100f32..1100.0, factor in 0.1f64..10.0,
        ) {
            let map = map(start, start + length);
            let t = map.time(x);
            let zoomed = XMap::new(map.zoomed(x, factor, 1), Rangef::new(100.0, 1100.0));
            prop_assert!((zoomed.x(t) - x).abs() < 1.0, "{} {x}", zoomed.x(t));
        }

        #[test]
        fn extremes_never_overflow(
            start in any::<i64>(), length in 1i64..i64::MAX, x in -1e6f32..1e6, factor in 0.0f64..1e12,
        ) {
            let start = Instant::from_unix_ns(start);
            let map = XMap::new(TimeRange::new(start, start.plus_ns(length)), Rangef::new(0.0, 500.0));
            let _ = (map.time(x), map.zoomed(x, factor, 1000), map.panned(x), map.x(Instant::MIN));
        }
    }
}
