//! Whether a value is old: from its time, the time now and the rate at which it is expected.

use crate::time::Instant;

/// Expected values that may be missing before a value counts as stale.
pub const MISSED: f64 = 3.0;

/// How old a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Age {
    /// Seconds since the value; 0 for one from the future, as clocks that step back make them.
    pub seconds: f64,
    /// Seconds after which it is stale; none where no rate is expected.
    pub limit: Option<f64>,
}

impl Age {
    /// The age at `now` of a value of `time` that is expected `rate_hz` times a second. A rate
    /// that is no positive number expects nothing, and nothing becomes stale.
    pub fn at(now: Instant, time: Instant, rate_hz: f64) -> Self {
        let limit = (rate_hz > 0.0 && rate_hz.is_finite()).then(|| MISSED / rate_hz);
        Self { seconds: now.s_since(time).max(0.0), limit }
    }

    /// Whether more values are missing than [`MISSED`].
    pub fn is_stale(&self) -> bool {
        self.limit.is_some_and(|limit| self.seconds > limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_stale_after_three_missed_ones() {
        let at = |s: f64, rate| {
            Age::at(Instant::from_unix_s(100.0 + s), Instant::from_unix_s(100.0), rate)
        };
        assert!(!at(30.0, 0.1).is_stale());
        assert!(at(30.1, 0.1).is_stale());
        assert!(!at(0.2, 10.0).is_stale());
        assert!(at(0.4, 10.0).is_stale());
        // Nothing is expected, or the clock stepped back.
        assert!(!at(1e9, 0.0).is_stale());
        assert!(!at(1e9, f64::NAN).is_stale());
        assert_eq!(at(-5.0, 1.0).seconds, 0.0);
    }
}
