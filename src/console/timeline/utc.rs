//! UTC for labels: an instant to calendar fields and back, and its printed forms.
//!
//! Days are counted with the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible
//! low-level date algorithms", `civil_from_days` and `days_from_civil`).

use marsdeck_engine::time::Instant;

/// Calendar fields of an instant in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month, 1 to 31.
    pub day: u32,
    /// Hour, 0 to 23.
    pub hour: u32,
    /// Minute, 0 to 59.
    pub minute: u32,
    /// Second, 0 to 59.
    pub second: u32,
    /// Nanosecond.
    pub nanosecond: u32,
}

const DAY_NS: i64 = 86_400_000_000_000;

/// The calendar fields of an instant.
pub fn civil(t: Instant) -> Civil {
    let (days, rest) = (t.unix_ns().div_euclid(DAY_NS), t.unix_ns().rem_euclid(DAY_NS));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let seconds = rest / 1_000_000_000;
    Civil {
        year: yoe + era * 400 + i64::from(month <= 2),
        month: month as u32,
        day: (doy - (153 * mp + 2) / 5 + 1) as u32,
        hour: (seconds / 3600) as u32,
        minute: (seconds / 60 % 60) as u32,
        second: (seconds % 60) as u32,
        nanosecond: (rest % 1_000_000_000) as u32,
    }
}

/// The instant of calendar fields; months beyond 12 run on into later years. None beyond the range
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
    let c = civil(t);
    format!("{:04}-{:02}-{:02}", c.year, c.month, c.day)
}

/// `12:16:15`, with so many digits of the second (cut, not rounded; at most 9).
pub fn utc_clock(t: Instant, digits: usize) -> String {
    let c = civil(t);
    let mut text = format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second);
    if digits > 0 {
        let nine = format!("{:09}", c.nanosecond);
        text.push('.');
        text.extend(nine.chars().take(digits.min(9)));
    }
    text
}

/// Reads `2019-07-26`, `2019-07-26T12:16`, `2019-207T12:16:15.25Z`: date or year and day of year,
/// then hour and minute and maybe seconds.
pub fn parse_utc(text: &str) -> Option<Instant> {
    let text = text.trim().trim_end_matches(['Z', 'z']).trim_end_matches("UTC").trim();
    let (date, clock) = match text.find(['T', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim()),
        None => (text, ""),
    };
    let fields: Vec<&str> = date.split('-').collect();
    let number = |s: &str| -> Option<u32> {
        if s.bytes().all(|b| b.is_ascii_digit()) { s.parse().ok() } else { None }
    };
    let ns = parse_clock(clock)?;
    match fields.as_slice() {
        [year, doy] if year.len() == 4 && doy.len() == 3 => {
            let day = number(doy).filter(|day| (1..=366).contains(day))?;
            from_civil(i64::from(number(year)?), 1, 1, ns)
                .map(|t| t.plus_ns(i64::from(day - 1) * DAY_NS))
        }
        [year, month, day] if year.len() == 4 => {
            let month = number(month).filter(|month| (1..=12).contains(month))?;
            let day = number(day).filter(|day| (1..=31).contains(day))?;
            let t = from_civil(i64::from(number(year)?), month, day, ns)?;
            // The 31st of a short month is not a date.
            (civil(t).month == month).then_some(t)
        }
        _ => None,
    }
}

fn parse_clock(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let fields: Vec<&str> = text.split(':').collect();
    let (hour, minute, second) = match fields.as_slice() {
        [hour, minute] => (hour, minute, "0"),
        [hour, minute, second] => (hour, minute, *second),
        _ => return None,
    };
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !plain(hour) || !plain(minute) || !plain(second) {
        return None;
    }
    let hour: i64 = hour.parse().ok().filter(|hour| *hour < 24)?;
    let minute: i64 = minute.parse().ok().filter(|minute| *minute < 60)?;
    let second: f64 = second.parse().ok().filter(|second| *second < 60.0)?;
    Some((hour * 3600 + minute * 60) * 1_000_000_000 + (second * 1e9).round() as i64)
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
            let c = civil(t);
            let back = from_civil(c.year, c.month, c.day, ns.rem_euclid(DAY_NS));
            prop_assert!(back == Some(t) || ns < i64::MIN + DAY_NS);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
            let _ = parse_utc(&text);
        }
    }
}
