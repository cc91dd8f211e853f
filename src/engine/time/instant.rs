//! The one representation of a moment: nanoseconds of UTC, leap seconds folded.

use serde::{Deserialize, Serialize};

/// Nanoseconds since 1970-01-01T00:00:00 UTC, every day counted as 86 400 s (as POSIX and
/// miniSEED do). A leap second shares its number with the second that follows it; physical
/// durations go through TAI, see the scales of this folder. Range: 1677-09-21 to 2262-04-11.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// The earliest instant that can be held.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest instant that can be held.
    pub const MAX: Self = Self(i64::MAX);

    /// From nanoseconds since 1970 (UTC, leap seconds folded).
    pub const fn from_unix_ns(ns: i64) -> Self {
        Self(ns)
    }

    /// From seconds since 1970, rounded to the nanosecond, saturating.
    pub fn from_unix_s(s: f64) -> Self {
        Self((s * 1e9).round() as i64)
    }

    /// Nanoseconds since 1970.
    pub const fn unix_ns(self) -> i64 {
        self.0
    }

    /// Seconds since 1970 as a float: for formulas, not for storage.
    pub fn unix_s(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// This instant plus some nanoseconds, saturating.
    #[must_use]
    pub const fn plus_ns(self, ns: i64) -> Self {
        Self(self.0.saturating_add(ns))
    }

    /// This instant plus some seconds, rounded to the nanosecond, saturating.
    #[must_use]
    pub fn plus_s(self, s: f64) -> Self {
        self.plus_ns((s * 1e9).round() as i64)
    }

    /// Nanoseconds from `earlier` to this instant, saturating.
    pub const fn ns_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Seconds from `earlier` to this instant.
    pub fn s_since(self, earlier: Self) -> f64 {
        self.ns_since(earlier) as f64 / 1e9
    }
}

/// A half-open range of time: `start <= t < end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeRange {
    /// First instant inside.
    pub start: Instant,
    /// First instant after.
    pub end: Instant,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self { start: Instant::MIN, end: Instant::MAX };

    /// From start and end; an end before the start gives an empty range.
    pub fn new(start: Instant, end: Instant) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Whether the instant lies inside.
    pub fn contains(&self, t: Instant) -> bool {
        self.start <= t && t < self.end
    }

    /// Length in nanoseconds, saturating.
    pub fn duration_ns(&self) -> i64 {
        self.end.ns_since(self.start)
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.end.s_since(self.start)
    }

    /// Whether nothing lies inside.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Whether the two share an instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}
