//! When a value is old: by the rate at which it is expected, or by a rule of its own.

use serde::{Deserialize, Serialize};

use super::model::{Parameter, Severity};

/// Expected values that may be missing before a value counts as stale.
pub const MISSED: f64 = 3.0;
/// No value that is expected periodically is stale before so many seconds: what comes several
/// times a second comes in packets.
const SHORTEST_S: f64 = 10.0;

/// Seconds after which a value that is expected `rate_hz` times a second is stale; none where no
/// rate is expected, and then it never is.
pub fn stale_after_s(rate_hz: f64) -> Option<f64> {
    (rate_hz > 0.0 && rate_hz.is_finite()).then(|| (MISSED / rate_hz).max(SHORTEST_S))
}

/// Makes an alarm of a parameter that is not heard any more while others are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stale {
    /// Severity of the alarm.
    #[serde(default = "watch")]
    pub severity: Severity,
    /// Seconds that newer data may be newer than the newest value; 0: three values may be missing
    /// at the expected rate, at least 10 s.
    #[serde(default)]
    pub after_s: f64,
    /// Name of the parameter whose data show that there should be values: for what is stored on
    /// board, one that travels beside it. Empty: any of the mission.
    #[serde(default)]
    pub against: String,
}

fn watch() -> Severity {
    Severity::Watch
}

impl Parameter {
    /// Seconds after which a value is stale: by its own rule, else by its expected rate.
    pub fn stale_after_s(&self) -> Option<f64> {
        let own = self.alarm.stale.as_ref().map(|rule| rule.after_s);
        own.filter(|seconds| *seconds > 0.0).or_else(|| stale_after_s(self.rate_hz))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_values_may_be_missing() {
        assert_eq!(stale_after_s(0.1), Some(30.0));
        assert_eq!(stale_after_s(20.0), Some(10.0));
        // Nothing is expected.
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(stale_after_s(rate), None);
        }
    }
}
