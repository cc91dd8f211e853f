//! Ages of values: when one is stale, and how its age is printed.

use marsdeck_engine::time::Instant;

/// Whether a value is older than it should be: older than five of its periods and than 10 s.
/// A value that is not periodic (`rate_hz` 0) never goes stale.
pub fn is_stale(now: Instant, taken: Instant, rate_hz: f64) -> bool {
    if rate_hz <= 0.0 {
        return false;
    }
    now.s_since(taken) > (5.0 / rate_hz).max(10.0)
}

/// An age in the largest fitting unit: `4 s`, `12 min`, `3.5 h`, `12 d`. Before its time: `in 4 s`.
pub fn age_text(now: Instant, taken: Instant) -> String {
    let age = now.s_since(taken);
    let (size, sign) = (age.abs(), if age < -0.5 { "in " } else { "" });
    if size < 99.5 {
        format!("{sign}{size:.0} s")
    } else if size < 99.5 * 60.0 {
        format!("{sign}{:.0} min", size / 60.0)
    } else if size < 48.0 * 3600.0 {
        format!("{sign}{:.1} h", size / 3600.0)
    } else {
        format!("{sign}{:.0} d", size / 86400.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_printed_in_the_fitting_unit() {
        let taken = Instant::from_unix_ns(0);
        let at = |s: f64| age_text(Instant::from_unix_s(s), taken);
        assert_eq!(at(4.2), "4 s");
        assert_eq!(at(300.0), "5 min");
        assert_eq!(at(9000.0), "2.5 h");
        assert_eq!(at(30.0 * 86400.0), "30 d");
        assert_eq!(at(-60.0), "in 60 s");
    }

    #[test]
    fn stale_follows_the_expected_rate() {
        let taken = Instant::from_unix_ns(0);
        assert!(!is_stale(Instant::from_unix_s(9.0), taken, 20.0));
        assert!(is_stale(Instant::from_unix_s(11.0), taken, 20.0));
        assert!(!is_stale(Instant::from_unix_s(400.0), taken, 0.01));
        assert!(is_stale(Instant::from_unix_s(501.0), taken, 0.01));
        assert!(!is_stale(Instant::from_unix_s(1e9), taken, 0.0));
    }
}
