//! Finds changes of severity in the samples of one parameter. Pure; its state can be stored, so
//! that looking through goes on where it ended.

use serde::{Deserialize, Serialize};

use super::record::Found;
use crate::mission::{Limit, Parameter, Severity};
use crate::time::Instant;

/// A severity that waits for its delay and its number of samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Pending {
    is_worse: bool,
    since: Instant,
    samples: u32,
}

/// The watch over one parameter. Takes samples in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    /// Severity that was told last.
    current: Severity,
    /// Which limits are violated, deadband included.
    violated: Vec<bool>,
    pending: Option<Pending>,
    last: Option<(Instant, f64)>,
}

impl Detector {
    /// Whether nothing is violated and nothing waits: samples well inside change nothing then.
    pub fn is_at_rest(&self) -> bool {
        self.current <= Severity::Normal
            && self.pending.is_none()
            && !self.violated.iter().any(|v| *v)
    }

    /// Takes a sample; gives the change of severity that it decides. A value that is not finite is
    /// no sample.
    pub fn take(&mut self, parameter: &Parameter, time: Instant, value: f64) -> Option<Found> {
        if !value.is_finite() {
            return None;
        }
        let rate = self.last.and_then(|(before, old)| {
            let seconds = time.s_since(before);
            (seconds > 0.0).then(|| ((value - old) / seconds).abs())
        });
        self.last = Some((time, value));
        self.violated.resize(parameter.limits.len(), false);
        for (limit, violated) in parameter.limits.iter().zip(&mut self.violated) {
            let deadband = if *violated { limit.hysteresis } else { 0.0 };
            *violated = limit.holds_at(time)
                && (parameter.violates(limit, value, deadband) || is_fast(limit, rate));
        }
        let worst = parameter
            .limits
            .iter()
            .zip(&self.violated)
            .filter(|(_, violated)| **violated)
            .map(|(limit, _)| limit)
            .max_by_key(|limit| limit.severity);
        let severity = worst.map_or(Severity::Normal, |limit| limit.severity);
        self.decide(parameter, time, severity).then(|| Found {
            severity,
            value,
            limit: worst.map_or_else(String::new, |limit| limit_text(parameter, limit, value)),
            latch: parameter.alarm.latch,
        })
    }

    /// Whether a severity that differs from the one told last has lasted long enough.
    fn decide(&mut self, parameter: &Parameter, time: Instant, severity: Severity) -> bool {
        let current = self.current.max(Severity::Normal);
        if severity == current {
            self.pending = None;
            return false;
        }
        let is_worse = severity > current;
        let mut pending = self.pending.filter(|p| p.is_worse == is_worse).unwrap_or(Pending {
            is_worse,
            since: time,
            samples: 0,
        });
        pending.samples = pending.samples.saturating_add(1);
        let rule = &parameter.alarm;
        let (delay_s, samples) =
            if is_worse { (rule.delay_on_s, rule.violations) } else { (rule.delay_off_s, 0) };
        let is_decided = pending.samples >= samples && time.s_since(pending.since) >= delay_s;
        self.pending = (!is_decided).then_some(pending);
        if is_decided {
            self.current = severity;
        }
        is_decided
    }
}

fn is_fast(limit: &Limit, rate: Option<f64>) -> bool {
    limit.rate_per_s.zip(rate).is_some_and(|(most, rate)| rate > most)
}

/// The violated side of a limit: `above 34`, `below 24`, `faster than 0.5 V/s`, `in state FAULT`.
fn limit_text(parameter: &Parameter, limit: &Limit, value: f64) -> String {
    let middle = match (limit.low, limit.high) {
        (Some(low), Some(high)) => f64::midpoint(low, high),
        (Some(_), None) => f64::INFINITY,
        _ => f64::NEG_INFINITY,
    };
    match (limit.low, limit.high) {
        (Some(low), _) if value < low + limit.hysteresis && value <= middle => {
            format!("below {low}")
        }
        (_, Some(high)) if value > high - limit.hysteresis && value >= middle => {
            if parameter.states.is_empty() {
                format!("above {high}")
            } else {
                format!("state {}", parameter.print(value))
            }
        }
        _ if limit.states.contains(&parameter.print(value)) => {
            format!("state {}", parameter.print(value))
        }
        _ => {
            let unit = if parameter.unit.is_empty() { "1" } else { &parameter.unit };
            format!("faster than {} {unit}/s", limit.rate_per_s.unwrap_or(0.0))
        }
    }
}
