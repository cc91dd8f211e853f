//! Times written as text in tables: which clock a cell shows, and UTC to an instant.

use crate::time::Instant;

/// Which clock a text column of times shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeKind {
    /// UTC, calendar date or year and day of year.
    Utc,
    /// Local mean solar time, `00017M12:34:56.789`.
    Lmst,
    /// Local true solar time, `00017 12:34:56`.
    Ltst,
    /// A date with no time of day.
    Date,
}

impl TimeKind {
    /// What the text shows, if it is a time at all.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let b = text.as_bytes();
        if !b.first()?.is_ascii_digit() || b.len() > 40 {
            return None;
        }
        if parse_utc(text).is_some() {
            return Some(if text.contains(['T', ':']) { Self::Utc } else { Self::Date });
        }
        let clock = |s: &str| {
            s.split(':').count() == 3
                && s.split(':')
                    .all(|p| !p.is_empty() && p.bytes().all(|c| c.is_ascii_digit() || c == b'.'))
        };
        let sol = |s: &str| !s.is_empty() && s.bytes().all(|c| c.is_ascii_digit());
        if let Some((day, rest)) = text.split_once('M') {
            return (sol(day) && clock(rest)).then_some(Self::Lmst);
        }
        let (day, rest) = text.split_once(' ')?;
        (sol(day) && clock(rest.trim_start())).then_some(Self::Ltst)
    }
}

/// An instant from ISO 8601 UTC text as PDS writes it: `2018-12-14T14:46:55.755Z`,
/// `2018-348T14:46:55.755Z`, a blank for the `T`, seconds, minutes, hours, day or month
/// left out, no `Z`. A leap second counts as the second after it. `None` for anything else.
pub fn parse_utc(text: &str) -> Option<Instant> {
    let text = text.trim();
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let (date, clock) = match text.split_once(['T', 't', ' ']) {
        Some((d, c)) => (d, Some(c)),
        None => (text, None),
    };
    let days = parse_date(date)?;
    let ns = match clock {
        Some(c) => parse_clock(c)?,
        None => 0,
    };
    let total = days.checked_mul(86_400_000_000_000)?.checked_add(ns)?;
    Some(Instant::from_unix_ns(total))
}

fn number(text: &str, min: usize, max: usize) -> Option<i64> {
    let ok = (min..=max).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    if ok { text.parse().ok() } else { None }
}

/// Days since 1970-01-01 of `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or `YYYY-DDD`.
fn parse_date(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4, 4)?;
    let second = parts.next();
    let third = parts.next();
    if parts.next().is_some() {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match (second, third) {
        (None, _) => Some(days_from_civil(year, 1, 1)),
        (Some(doy), None) if doy.len() == 3 => {
            let doy = number(doy, 3, 3)?;
            let last = if leap { 366 } else { 365 };
            (1..=last).contains(&doy).then(|| days_from_civil(year, 1, 1) + doy - 1)
        }
        (Some(month), day) => {
            let month = number(month, 2, 2)?;
            let day = day.map_or(Some(1), |d| number(d, 2, 2))?;
            let last = match month {
                2 => 28 + i64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let ok = (1..=12).contains(&month) && (1..=last).contains(&day);
            ok.then(|| days_from_civil(year, month, day))
        }
    }
}

/// Nanoseconds of the day of `HH`, `HH:MM` or `HH:MM:SS[.fff]`.
fn parse_clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hour = number(parts.next()?, 2, 2)?;
    let minute = parts.next().map_or(Some(0), |m| number(m, 2, 2))?;
    let (second, fraction) = match parts.next() {
        Some(s) => s.split_once('.').unwrap_or((s, "")),
        None => ("00", ""),
    };
    let second = number(second, 2, 2)?;
    if parts.next().is_some() || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    if !fraction.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut ns = 0_i64;
    for i in 0..9 {
        let digit = fraction.as_bytes().get(i).map_or(0, |c| i64::from(c - b'0'));
        ns = ns * 10 + digit;
    }
    Some((hour * 3600 + minute * 60 + second) * 1_000_000_000 + ns)
}

/// Days since 1970-01-01 of a Gregorian date (Hinnant, "chrono-compatible low-level date
/// algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(text: &str) -> Option<i64> {
        parse_utc(text).map(Instant::unix_ns)
    }

    #[test]
    fn utc_in_every_notation() {
        assert_eq!(unix("1970-01-01T00:00:00Z"), Some(0));
        // InSight landing, 2018-11-26 19:52:59 UTC (date -u -d ... +%s).
        let landing = 1_543_261_979_000_000_000;
        assert_eq!(unix("2018-11-26T19:52:59Z"), Some(landing));
        assert_eq!(unix("2018-330T19:52:59.000Z"), Some(landing));
        assert_eq!(unix("2018-330 19:52:59"), Some(landing));
        assert_eq!(unix("2018-348T14:46:55.755123Z"), Some(1_544_798_815_755_123_000));
        assert_eq!(unix("2014Z"), Some(1_388_534_400_000_000_000));
        assert_eq!(unix("2018-10-10T05:05Z"), Some(1_539_147_900_000_000_000));
        for bad in ["", "2018-13-01", "2018-366", "2018-02-29", "12:00:00", "2018-330T25:61", "x"] {
            assert_eq!(unix(bad), None, "{bad}");
        }
    }

    #[test]
    fn clocks_are_told_apart() {
        assert_eq!(TimeKind::of("2018-334T14:46:55.755Z"), Some(TimeKind::Utc));
        assert_eq!(TimeKind::of("00004M06:46:33.826"), Some(TimeKind::Lmst));
        assert_eq!(TimeKind::of("00004 06:05:41"), Some(TimeKind::Ltst));
        assert_eq!(TimeKind::of("2018-10-10"), Some(TimeKind::Date));
        assert_eq!(TimeKind::of("596876952.0"), None);
        assert_eq!(TimeKind::of("hello"), None);
    }
}
