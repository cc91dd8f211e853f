//! Times as XML writes them (`xsd:dateTime`), to and from nanoseconds of UTC.

use std::fmt::Write;

use crate::time::Instant;

const NS_PER_S: i128 = 1_000_000_000;

/// Reads `YYYY-MM-DD[Thh:mm[:ss[.fraction]]][Z|±hh:mm]`; without a zone it is UTC.
///
/// Years beyond the range of [`Instant`] saturate, as networks write 2500 or 2599 for "open".
pub(crate) fn parse_time(text: &str) -> Option<Instant> {
    let text = text.trim();
    if !text.is_ascii() {
        return None;
    }
    let (date, clock) = text.split_once(['T', ' ']).unwrap_or((text.trim_end_matches('Z'), ""));
    let mut parts = date.split('-');
    let year: i64 = digits(parts.next()?, 4)?;
    let month: i64 = digits(parts.next()?, 2)?;
    let day: i64 = digits(parts.next()?, 2)?;
    if parts.next().is_some() || !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return None;
    }
    let (clock, zone_s) = zone(clock)?;
    let ns = clock_ns(clock)?;
    let seconds = i128::from(days_from_civil(year, month, day)) * 86_400 - i128::from(zone_s);
    let total = seconds * NS_PER_S + i128::from(ns);
    Some(Instant::from_unix_ns(total.clamp(i64::MIN.into(), i64::MAX.into()) as i64))
}

/// Prints as `YYYY-MM-DDThh:mm:ss.ffffffZ`, with nine digits where six would lose something.
pub(crate) fn print_time(t: Instant) -> String {
    let ns = t.unix_ns();
    let (day, of_day) = (ns.div_euclid(86_400_000_000_000), ns.rem_euclid(86_400_000_000_000));
    let (year, month, date) = civil_from_days(day);
    let (s, fraction) = (of_day / 1_000_000_000, of_day % 1_000_000_000);
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    let mut text = format!("{year:04}-{month:02}-{date:02}T{h:02}:{m:02}:{s:02}.");
    // Writing to a String cannot fail.
    let _ = if fraction % 1000 == 0 {
        write!(text, "{:06}Z", fraction / 1000)
    } else {
        write!(text, "{fraction:09}Z")
    };
    text
}

/// A run of at least `least` and at most 6 digits.
fn digits(text: &str, least: usize) -> Option<i64> {
    let good = (least..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if good { text.parse().ok() } else { None }
}

/// Splits a zone off a clock time: the rest, and the zone's offset in seconds.
fn zone(clock: &str) -> Option<(&str, i64)> {
    if let Some(rest) = clock.strip_suffix(['Z', 'z']) {
        return Some((rest, 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let (rest, offset) = clock.split_at(at);
    let (h, m) = offset.get(1..)?.split_once(':')?;
    let seconds = digits(h, 2)? * 3600 + digits(m, 2)? * 60;
    Some((rest, if offset.starts_with('-') { -seconds } else { seconds }))
}

/// Nanoseconds of a clock time; empty is midnight.
fn clock_ns(clock: &str) -> Option<i64> {
    if clock.is_empty() {
        return Some(0);
    }
    let mut parts = clock.split(':');
    let hours = digits(parts.next()?, 2).filter(|h| *h <= 24)?;
    let minutes = digits(parts.next()?, 2).filter(|m| *m < 60)?;
    let (seconds, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            // A leap second shares its number with the second that follows it.
            (digits(whole, 2).filter(|s| *s <= 60)?, fraction_ns(fraction)?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000_000 + fraction)
}

/// Digits after the point as nanoseconds; what is finer is cut off.
fn fraction_ns(text: &str) -> Option<i64> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut ns = 0;
    for i in 0..9 {
        ns = ns * 10 + text.as_bytes().get(i).map_or(0, |b| i64::from(b - b'0'));
    }
    Some(ns)
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a Gregorian date (Hinnant, "chrono-compatible low-level date
/// algorithms", `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse (same source, `civil_from_days`).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}
