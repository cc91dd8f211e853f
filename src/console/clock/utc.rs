//! UTC for labels: calendar fields to instants, and printed forms.

use marsdeck_engine::time::{Civil, Instant, TimeRange, date, parse};

const DAY_NS: i64 = 86_400_000_000_000;

/// The instant of calendar fields (Howard Hinnant, "chrono-compatible low-level date algorithms",
/// `days_from_civil`); months beyond 12 run on into later years. None beyond the range
/// of instants.
pub fn from_civil(year: i64, month: u32, day: u32, ns_of_day: i64) -> Option<Instant> {
    let months = i64::from(month.max(1)) - 1;
    let (year, month) = (year.checked_add(months / 12)?, months % 12 + 1);
    if !(1600..=2400).contains(&year) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    let days = era * 146_097 + doe - 719_468;
    days.checked_mul(DAY_NS)?.checked_add(ns_of_day).map(Instant::from_unix_ns)
}

/// `2019-07-26 12:16:15`.
pub fn utc_text(t: Instant) -> String {
    format!("{} {}", utc_date(t), utc_clock(t, 0))
}

/// `2019-07-26`.
pub fn utc_date(t: Instant) -> String {
    date(t)
}

/// `12:16:15`, with so many digits of the second (cut, not rounded; at most 9).
pub fn utc_clock(t: Instant, digits: usize) -> String {
    let c = Civil::of(t);
    let mut text = format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second);
    if digits > 0 {
        let nine = format!("{:09}", c.nanos);
        text.push('.');
        text.extend(nine.chars().take(digits.min(9)));
    }
    text
}

/// Reads a time of UTC in any notation of the engine; sols are refused, as they need a mission.
pub fn parse_utc(text: &str) -> Option<Instant> {
    parse(text, None).ok()
}

/// The length of a range in its largest fitting unit.
pub fn length_text(range: TimeRange) -> String {
    let s = range.duration_s();
    if s < 1.0 {
        format!("{:.3} ms", s * 1e3)
    } else if s < 120.0 {
        format!("{s:.2} s")
    } else if s < 7200.0 {
        format!("{:.1} min", s / 60.0)
    } else if s < 3.0 * 86_400.0 {
        format!("{:.1} h", s / 3600.0)
    } else {
        format!("{:.1} sols", s / 88_775.244)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_instants_print_and_read() {
        // POSIX: 1 000 000 000 s is 2001-09-09T01:46:40Z; S0235b origin 2019-07-26T12:16:15.
        assert_eq!(utc_text(Instant::from_unix_s(1e9)), "2001-09-09 01:46:40");
        let t = parse_utc("2019-07-26T12:16:15.25Z").expect("a time");
        assert_eq!(t.unix_ns(), 1_564_143_375_250_000_000);
        assert_eq!(parse_utc("2019-207T12:16:15.25"), Some(t));
        assert_eq!(utc_clock(t, 3), "12:16:15.250");
        assert_eq!(utc_text(Instant::from_unix_ns(-1)), "1969-12-31 23:59:59");
        for wrong in
            ["", "2019", "2019-02-31", "2019-13-01", "2019-07-26T25:00", "a-b-c", "2019-400"]
        {
            assert_eq!(parse_utc(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn civil_round_trips(ns in any::<i64>()) {
            let t = Instant::from_unix_ns(ns);
            let c = Civil::of(t);
            let back = from_civil(
                i64::from(c.year),
                u32::from(c.month),
                u32::from(c.day),
                ns.rem_euclid(DAY_NS),
            );
            prop_assert!(back == Some(t) || ns < i64::MIN + DAY_NS);
        }
    }
}
