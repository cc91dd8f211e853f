//! When a failing server is asked again.

use crate::time::Instant;

/// First and longest pause in seconds.
const FIRST_S: u64 = 1;
const LONGEST_S: u64 = 60;

/// Pause after a number of failures in a row: 1 s, doubling up to 60 s.
pub(super) fn pause_s(failures: u32) -> f64 {
    let doubled = FIRST_S.checked_shl(failures.saturating_sub(1).min(10)).unwrap_or(LONGEST_S);
    doubled.min(LONGEST_S) as f64
}

/// Failures of a server in a row, and until when it is left alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    until: Option<Instant>,
    reason: String,
}

impl Backoff {
    /// Notes a failure. Those of requests that ran side by side count once.
    pub(super) fn fail(&mut self, now: Instant, reason: &str, wait_s: Option<f64>) {
        if self.remaining_s(now).is_some() {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let pause = pause_s(self.failures).max(wait_s.unwrap_or(0.0).min(LONGEST_S as f64));
        self.until = Some(now.plus_s(pause));
        reason.clone_into(&mut self.reason);
    }

    /// Notes that the server answered as it should.
    pub(super) fn succeed(&mut self) {
        *self = Self::default();
    }

    /// Seconds for which the server is left alone; none where it may be asked. A clock that was
    /// set back does not make it longer.
    pub(super) fn remaining_s(&self, now: Instant) -> Option<f64> {
        let left = self.until?.s_since(now);
        (left > 0.0 && left <= LONGEST_S as f64).then_some(left)
    }

    /// What is wrong; empty where the last answer was fine.
    pub(super) fn status(&self, now: Instant) -> String {
        if self.reason.is_empty() {
            return String::new();
        }
        match self.remaining_s(now) {
            Some(left) => format!("{}; next try in {:.0} s", self.reason, left.ceil()),
            None => format!("{}; trying again", self.reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_end_with_an_answer() {
        let mut backoff = Backoff::default();
        let mut now = Instant::from_unix_s(1e9);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            backoff.fail(now, "the server answers 503", None);
            // A second one at the same time changes nothing.
            backoff.fail(now, "other", None);
            let pause = backoff.remaining_s(now).unwrap();
            pauses.push(pause);
            now = now.plus_s(pause);
            assert_eq!(backoff.remaining_s(now), None);
        }
        assert_eq!(pauses, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
        backoff.fail(now, "the server answers 503", None);
        assert_eq!(backoff.status(now.plus_s(40.0)), "the server answers 503; next try in 20 s");
        // The clock is set back by an hour: it is asked at once rather than in an hour.
        assert_eq!(backoff.remaining_s(now.plus_s(-3600.0)), None);
        backoff.succeed();
        assert_eq!(backoff.status(now), "");
        backoff.fail(now, "busy", Some(20.0));
        assert_eq!(backoff.remaining_s(now), Some(20.0));
    }
}
