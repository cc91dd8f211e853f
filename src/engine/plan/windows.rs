//! Intervals of time by name: passes, hours of the sol, the Sun above a height, conjunction.

use std::collections::BTreeMap;

use super::model::{Model, WindowKind};
use crate::time::{Convention, Instant, MarsClock, SolClock, TimeRange};

/// Step in which the Sun's height is looked at before a crossing is found by halving, seconds.
const SUN_STEP_S: f64 = 900.0;

/// Windows are computed for so much of a plan at most, seconds: about 4 000 sols. A longer plan is
/// a mistake in its dates, and should not keep anybody waiting.
const LONGEST_S: f64 = 3.6e8;

/// Intervals by the name of their window; those of a window are sorted and apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows(BTreeMap<String, Vec<TimeRange>>);

impl Windows {
    /// The windows that a dictionary says how to compute, over a range of time and half a sol on
    /// both sides; the first 4 000 sols of a longer range. Windows that are given are empty until
    /// [`Windows::set`].
    pub fn of(model: &Model, range: TimeRange) -> Self {
        let mut windows = Self::default();
        let end = range.end.min(range.start.plus_s(LONGEST_S));
        let wide = TimeRange::new(range.start.plus_s(-45_000.0), end.plus_s(45_000.0));
        let clock = SolClock::of(&model.mission).ok();
        for source in model.windows.values() {
            let intervals = match (&source.kind, &clock) {
                (WindowKind::Lmst { from_s, to_s }, Some(clock)) => {
                    lmst(clock, *from_s, *to_s, wide)
                }
                (WindowKind::Sun { above_deg }, Some(clock)) => sun(clock, *above_deg, wide),
                _ => Vec::new(),
            };
            windows.set(&source.id, intervals);
        }
        windows
    }

    /// Gives the intervals of a window; they are sorted, and those that touch are joined.
    pub fn set(&mut self, id: &str, mut intervals: Vec<TimeRange>) {
        intervals.retain(|r| !r.is_empty());
        intervals.sort_by_key(|r| (r.start, r.end));
        let mut joined: Vec<TimeRange> = Vec::with_capacity(intervals.len());
        for range in intervals {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        self.0.insert(id.to_owned(), joined);
    }

    /// The intervals of a window, sorted and apart.
    pub fn get(&self, id: &str) -> &[TimeRange] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }

    /// All windows.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[TimeRange])> {
        self.0.iter().map(|(id, ranges)| (id.as_str(), ranges.as_slice()))
    }
}

/// The hours of each sol between two local mean times, by the mission's LMST kernel.
fn lmst(clock: &SolClock, from_s: f64, to_s: f64, range: TimeRange) -> Vec<TimeRange> {
    let sol = |t| clock.at(t, Convention::Kernel).sol;
    let (first, last) = (sol(range.start).saturating_sub(1), sol(range.end).saturating_add(1));
    let at = |sol, s| clock.instant(sol, s, Convention::Kernel);
    let interval = |sol: i32| {
        let end = if to_s > from_s { at(sol, to_s) } else { at(sol.saturating_add(1), to_s) };
        TimeRange::new(at(sol, from_s), end)
    };
    (first..=last).map(interval).filter(|r| r.overlaps(&range)).collect()
}

/// While the Sun's centre stands higher than an elevation over the landing site.
fn sun(clock: &SolClock, above_deg: f64, range: TimeRange) -> Vec<TimeRange> {
    let (lat, lon) = (clock.mission().lat_deg, clock.mission().lon_deg);
    let is_up = |t: Instant| MarsClock::at(t).sun(lat, lon).elevation_deg > above_deg;
    let mut found = Vec::new();
    let mut t = range.start;
    let mut up = is_up(t);
    let mut since = t;
    while t < range.end {
        let next = t.plus_s(SUN_STEP_S);
        if is_up(next) != up {
            let (mut low, mut high) = (t, next);
            while high.ns_since(low) > 1_000_000_000 {
                let middle = low.plus_ns(high.ns_since(low) / 2);
                if is_up(middle) == up { low = middle } else { high = middle }
            }
            if up {
                found.push(TimeRange::new(since, high));
            }
            (since, up) = (high, !up);
        }
        t = next;
    }
    if up {
        found.push(TimeRange::new(since, range.end));
    }
    found
}
