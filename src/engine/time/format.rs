//! Printing of instants: ISO 8601 and day of year, without allocation where it is drawn.
//!
//! Digits that are not shown are cut off, never rounded: a clock does not run ahead.

use std::fmt;

use super::Instant;

const NS: i64 = 1_000_000_000;
const DAY_NS: i64 = 86_400 * NS;

/// Year, month, day and time of day of an instant (proleptic Gregorian, UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year.
    pub year: i32,
    /// Month, 1..=12.
    pub month: u8,
    /// Day of month, 1..=31.
    pub day: u8,
    /// Day of year, 1..=366.
    pub doy: u16,
    /// Hour, 0..24.
    pub hour: u8,
    /// Minute, 0..60.
    pub minute: u8,
    /// Second, 0..60.
    pub second: u8,
    /// Nanosecond of the second.
    pub nanos: u32,
}

impl Civil {
    /// The calendar fields of an instant.
    pub fn of(t: Instant) -> Self {
        let (days, of_day) = (t.unix_ns().div_euclid(DAY_NS), t.unix_ns().rem_euclid(DAY_NS));
        let (year, month, day) = civil_from_days(days);
        let seconds = of_day / NS;
        Self {
            year: year as i32,
            month: month as u8,
            day: day as u8,
            doy: (days - days_from_civil(year, 1, 1) + 1) as u16,
            hour: (seconds / 3600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            nanos: (of_day % NS) as u32,
        }
    }
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `days_from_civil`). Month 1..=12.
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month, day of a count of days since 1970-01-01 (Hinnant, `civil_from_days`).
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

/// How many days a month has.
pub(super) fn days_in_month(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_civil(next_year, next, 1) - days_from_civil(year, month, 1)
}

/// Prints an instant as ISO 8601 UTC when displayed; nothing is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iso {
    /// What to print.
    pub instant: Instant,
    /// Digits after the second, 0..=9.
    pub digits: u8,
    /// Day of year (`2019-207T…`) instead of month and day, without `Z`.
    pub day_of_year: bool,
}

impl fmt::Display for Iso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written by hand into a small array: this runs for many labels in every frame.
        let c = Civil::of(self.instant);
        let mut out = Ascii::default();
        out.number(c.year.unsigned_abs(), 4);
        out.push(b'-');
        if self.day_of_year {
            out.number(u32::from(c.doy), 3);
        } else {
            out.number(u32::from(c.month), 2);
            out.push(b'-');
            out.number(u32::from(c.day), 2);
        }
        out.push(b'T');
        out.clock(u32::from(c.hour), u32::from(c.minute), u32::from(c.second));
        out.fraction(c.nanos, self.digits);
        if !self.day_of_year {
            out.push(b'Z');
        }
        f.write_str(out.text())
    }
}

/// ISO 8601 UTC with `digits` after the second: `2019-07-26T12:16:15.587Z`.
pub fn iso(t: Instant, digits: u8) -> String {
    Iso { instant: t, digits, day_of_year: false }.to_string()
}

/// Day-of-year UTC with `digits` after the second: `2019-207T12:16:15.587`.
pub fn doy(t: Instant, digits: u8) -> String {
    Iso { instant: t, digits, day_of_year: true }.to_string()
}

/// The UTC date: `2019-07-26`.
pub fn date(t: Instant) -> String {
    iso(t, 0).chars().take(10).collect()
}

/// A time of day for printing, `12:34:56.789`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hms {
    /// Whole seconds of the day.
    seconds: u32,
    nanos: u32,
    digits: u8,
}

impl Hms {
    /// From hours, taken modulo 24, with `digits` after the second.
    pub fn of_hours(hours: f64, digits: u8) -> Self {
        Self::of_sol(0, hours.rem_euclid(24.0) * 3600.0, digits).1
    }

    /// From seconds of a sol. Snaps to the microsecond first, so that 12:34:55.9999999 of a
    /// formula is 12:34:56, and carries into the next sol where that reaches midnight.
    pub(super) fn of_sol(sol: i32, seconds: f64, digits: u8) -> (i32, Self) {
        let micros = (seconds * 1e6).round() as i64;
        let day = 86_400_000_000;
        let (carry, of_day) = (micros.div_euclid(day), micros.rem_euclid(day));
        let hms = Self {
            seconds: (of_day / 1_000_000) as u32,
            nanos: (of_day % 1_000_000) as u32 * 1000,
            digits,
        };
        (sol.saturating_add(carry as i32), hms)
    }
}

impl fmt::Display for Hms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Ascii::default();
        out.clock(self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        out.fraction(self.nanos, self.digits);
        f.write_str(out.text())
    }
}

/// A short ASCII text on the stack; what does not fit is dropped.
#[derive(Default)]
struct Ascii {
    bytes: [u8; 32],
    len: usize,
}

impl Ascii {
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        }
    }

    /// The lowest `width` decimal digits, zeros in front.
    fn number(&mut self, value: u32, width: u32) {
        for place in (0..width).rev() {
            self.push(b'0' + (value / 10_u32.pow(place) % 10) as u8);
        }
    }

    fn clock(&mut self, hour: u32, minute: u32, second: u32) {
        self.number(hour, 2);
        self.push(b':');
        self.number(minute, 2);
        self.push(b':');
        self.number(second, 2);
    }

    fn fraction(&mut self, nanos: u32, digits: u8) {
        let digits = u32::from(digits.min(9));
        if digits > 0 {
            self.push(b'.');
            self.number(nanos / 10_u32.pow(9 - digits), digits);
        }
    }

    fn text(&self) -> &str {
        self.bytes.get(..self.len).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
    }
}
