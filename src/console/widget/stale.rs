//! Ages of values: when one is stale, and how its age is printed.

use marsdeck_engine::mission::Parameter;
use marsdeck_engine::time::Instant;

/// Whether a value is older than it may be by the rule of its parameter, by which also the alarm
/// of a silent parameter is raised. Without a parameter nothing is expected.
pub fn is_stale(now: Instant, taken: Instant, parameter: Option<&Parameter>) -> bool {
    let limit_s = parameter.and_then(Parameter::stale_after_s);
    limit_s.is_some_and(|limit_s| now.s_since(taken) > limit_s)
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
    use marsdeck_engine::mission::{Database, Severity, Stale};

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
    fn stale_follows_the_rule_of_the_parameter() {
        let database = Database::builtin();
        let (_, _, battery) = database.parameter("/insight/lander/battery_charge").unwrap();
        let is_stale = |s: f64, parameter| {
            is_stale(Instant::from_unix_s(s), Instant::from_unix_ns(0), parameter)
        };
        // Every 20 s; three may be missing.
        assert!(!is_stale(60.0, Some(battery)) && is_stale(61.0, Some(battery)));
        let stale = Stale { severity: Severity::Watch, after_s: 300.0, against: String::new() };
        let mut own = battery.clone();
        own.alarm.stale = Some(stale);
        assert!(!is_stale(61.0, Some(&own)) && is_stale(301.0, Some(&own)));
        let seldom = Parameter { rate_hz: 0.0, ..battery.clone() };
        assert!(!is_stale(1e9, Some(&seldom)) && !is_stale(1e9, None));
    }
}
