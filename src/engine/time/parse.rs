//! Reading a time in any notation that people and files of the missions use.
//!
//! Total: any text gives an instant or a [`TimeError`] that lists what is accepted.

use super::format::{days_from_civil, days_in_month};
use super::{Convention, Instant, SolClock, TimeError};

const NS: i128 = 1_000_000_000;

/// Reads a time.
///
/// Accepted: ISO 8601 (`2019-07-26T12:16:15.587Z`, also without `Z`, with a blank for `T`,
/// to the minute, or the date alone), day of year (`2019-207T12:16:15.587`), and sols of
/// `mission`, counted by its LMST kernel: `Sol 235`, `sol 235 12:34`, `Sol 235 12:34:56
/// LMST`, `00235M12:34:56.789`, `Sol-00235M12:34:56.789`. A mission identifier in front of a
/// sol (`msl sol 710 11:46:09`) goes before `mission`. Up to nine digits of a second count,
/// further ones are dropped. Second 60 is taken for a leap second and folds onto the next.
pub fn parse(text: &str, mission: Option<&str>) -> Result<Instant, TimeError> {
    let trimmed = text.trim();
    let shown = || trimmed.chars().take(60).collect::<String>();
    let lower = trimmed.to_ascii_lowercase();
    if let Some(result) = calendar(&lower, &shown) {
        return result;
    }
    let (named, rest) = match lower.split_once(char::is_whitespace) {
        Some((first, rest)) if SolClock::of(first).is_ok() => (Some(first), rest.trim_start()),
        _ => (None, lower.as_str()),
    };
    let Some((sol, time)) = sol_parts(rest) else {
        return Err(TimeError::Unreadable { text: shown() });
    };
    let ns = match time {
        None => 0,
        Some(time) => clock_ns(time, false).ok_or_else(|| TimeError::Field {
            text: shown(),
            what: "the local time",
            example: "Sol 235 12:34:56",
        })?,
    };
    let Some(id) = named.or(mission) else {
        return Err(TimeError::NoMission { text: shown() });
    };
    Ok(SolClock::of(id)?.instant(sol, ns as f64 / 1e9, Convention::Kernel))
}

/// Sol number and time of day of the sol notations, in lower case; `None` for other texts.
fn sol_parts(text: &str) -> Option<(i32, Option<&str>)> {
    let (rest, named) = match text.strip_prefix("sol") {
        // "Sol-00710M…" is written with a hyphen that is no minus; "Sol -3" is before landing.
        Some(rest) => (rest.strip_prefix('-').unwrap_or(rest).trim_start(), true),
        None => (text, false),
    };
    let (rest, sign) = match rest.strip_prefix('-') {
        Some(rest) => (rest, -1),
        None => (rest, 1),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, tail) = rest.split_at_checked(end)?;
    let sol: i32 = digits.parse().ok().filter(|sol| *sol < 1_000_000)?;
    let (tail, marked) = match tail.strip_prefix('m') {
        Some(tail) => (tail, true),
        None => (tail, false),
    };
    // A bare number is no time: it needs "Sol" before it or "M" after it.
    if !named && !marked {
        return None;
    }
    let separated = marked || tail.is_empty() || tail.starts_with(|c: char| c.is_whitespace());
    let time = tail.trim().strip_suffix("lmst").unwrap_or(tail.trim()).trim_end();
    separated.then_some((sign * sol, (!time.is_empty()).then_some(time)))
}

/// ISO and day-of-year dates, in lower case; `None` where the text does not begin as one.
fn calendar(text: &str, shown: &dyn Fn() -> String) -> Option<Result<Instant, TimeError>> {
    let year = number(text.get(..4)?, 4)?;
    let rest = text.get(4..)?.strip_prefix('-')?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len());
    let (day_text, time_text) = rest.split_at_checked(end)?;
    let field = |what, example| Some(Err(TimeError::Field { text: shown(), what, example }));
    let days = if let Some((month, day)) = day_text.split_once('-') {
        let (month, day) = (number(month, 2)?, number(day, 2)?);
        if !(1..=12).contains(&month) {
            return field("the month", "2019-07-26");
        }
        if day < 1 || day > days_in_month(year, month) {
            return field("the day", "2019-07-26");
        }
        days_from_civil(year, month, day)
    } else {
        let doy = number(day_text, 3)?;
        let length = days_from_civil(year + 1, 1, 1) - days_from_civil(year, 1, 1);
        if !(1..=length).contains(&doy) {
            return field("the day of the year", "2019-207T12:16:15");
        }
        days_from_civil(year, 1, 1) + doy - 1
    };
    let time = time_text.trim_end();
    let time = time.strip_suffix("utc").unwrap_or(time).trim_end();
    let time = time.strip_suffix('z').unwrap_or(time);
    let of_day = if time.is_empty() {
        0
    } else {
        let time = time.strip_prefix(['t', ' '])?;
        match clock_ns(time.trim_start(), true) {
            Some(ns) => ns,
            None => return field("the time of day", "2019-07-26T12:16:15.587Z"),
        }
    };
    let ns = i128::from(days) * 86_400 * NS + of_day;
    Some(
        i64::try_from(ns)
            .map(Instant::from_unix_ns)
            .map_err(|_| TimeError::OutOfRange { text: shown() }),
    )
}

/// Nanoseconds of `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff…`.
fn clock_ns(text: &str, leap_second: bool) -> Option<i128> {
    let mut parts = text.splitn(3, ':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let (second, fraction) = match parts.next() {
        None => (0, ""),
        Some(text) => {
            let (second, fraction) = match text.split_once('.') {
                Some((second, fraction)) if !fraction.is_empty() => (second, fraction),
                Some(_) => return None,
                None => (text, ""),
            };
            (number(second, 2)?, fraction)
        }
    };
    let is_leap = leap_second && second == 60 && hour == 23 && minute == 59;
    if hour > 23 || minute > 59 || (second > 59 && !is_leap) {
        return None;
    }
    let mut nanos: i128 = 0;
    for at in 0..9.max(fraction.len()) {
        let digit = match fraction.as_bytes().get(at) {
            Some(byte) if byte.is_ascii_digit() => i128::from(byte - b'0'),
            Some(_) => return None,
            None => 0,
        };
        if at < 9 {
            nanos = nanos * 10 + digit;
        }
    }
    Some(i128::from(hour * 3600 + minute * 60 + second) * NS + nanos)
}

/// A number of at most `width` digits, nothing else.
fn number(text: &str, width: usize) -> Option<i64> {
    let fits = !text.is_empty() && text.len() <= width;
    (fits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}
