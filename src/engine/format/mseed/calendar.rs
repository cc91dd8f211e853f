//! Year and day of year to an instant and back (proleptic Gregorian, days of 86 400 s).

use crate::time::Instant;

const NS_PER_S: i64 = 1_000_000_000;
const NS_PER_DAY: i64 = 86_400 * NS_PER_S;

/// A calendar time as both record versions write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub year: u16,
    /// 1 to 366.
    pub day_of_year: u16,
    pub hour: u8,
    pub minute: u8,
    /// 60 in a leap second.
    pub second: u8,
    pub nanosecond: u32,
}

/// Days from 1970-01-01 to January 1st of the year.
fn days_to_year(year: i64) -> i64 {
    let y = year - 1;
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) - 719_162
}

impl Civil {
    /// Whether every field is in its range.
    pub(super) fn is_valid(&self) -> bool {
        (1..=366).contains(&self.day_of_year)
            && self.hour < 24
            && self.minute < 60
            && self.second <= 60
            && self.nanosecond < 1_000_000_000
    }

    /// The instant, `None` outside 1678–2261, the range an [`Instant`] holds in whole years.
    pub(super) fn instant(&self) -> Option<Instant> {
        if !self.is_valid() || !(1678..=2261).contains(&self.year) {
            return None;
        }
        let days = days_to_year(i64::from(self.year)) + i64::from(self.day_of_year) - 1;
        let seconds =
            i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        Some(Instant::from_unix_ns(
            days * NS_PER_DAY + seconds * NS_PER_S + i64::from(self.nanosecond),
        ))
    }

    /// The calendar time of an instant.
    pub(super) fn of(instant: Instant) -> Self {
        let ns = instant.unix_ns();
        let (days, rest) = (ns.div_euclid(NS_PER_DAY), ns.rem_euclid(NS_PER_DAY));
        // Rounded so that the guess is never late; the loop makes it exact.
        let mut year = 1970 + days.div_euclid(if days < 0 { 365 } else { 366 });
        while days_to_year(year + 1) <= days {
            year += 1;
        }
        let seconds = rest / NS_PER_S;
        Self {
            year: year as u16,
            day_of_year: (days - days_to_year(year) + 1) as u16,
            hour: (seconds / 3600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            nanosecond: (rest % NS_PER_S) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_and_back() {
        // (year, day of year, Unix seconds): POSIX `date -u +%s`.
        for (year, day_of_year, unix) in [
            (1970, 1, 0),
            (2000, 60, 951_782_400),
            (2018, 330, 1_543_190_400),
            (1969, 365, -86_400),
        ] {
            let civil = Civil { year, day_of_year, hour: 0, minute: 0, second: 0, nanosecond: 0 };
            let instant = civil.instant().unwrap();
            assert_eq!(instant.unix_ns(), unix * NS_PER_S);
            assert_eq!(Civil::of(instant), civil);
        }
        for ns in [i64::MIN, -1, i64::MAX] {
            assert!(Civil::of(Instant::from_unix_ns(ns)).is_valid());
        }
    }
}
