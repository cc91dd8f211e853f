//! Dates of text kernels, `@2017-JAN-1`: formal calendar times without any time scale.

use crate::time::{Instant, parse};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A kernel date without its `@`: year-month-day or day-month-year with a month by name or
/// number, then maybe a time after `-`, `/`, `T` or `,`. The result counts days of 86 400 s.
pub(super) fn date(text: &str) -> Option<Instant> {
    if text.len() > 60 {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.splitn(3, ['-', '/']);
    let (first, second, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (third, time) = rest.split_at_checked(end)?;
    let (year, month, day) =
        if first.len() > 2 { (first, second, third) } else { (third, second, first) };
    let month = match MONTHS.iter().position(|name| month.starts_with(name)) {
        Some(at) => at + 1,
        None => month.parse().ok()?,
    };
    let day: u8 = day.parse().ok()?;
    let time = time.trim_start_matches(['-', '/', 't', ',', ' ', ':']);
    let separator = if time.is_empty() { "" } else { "T" };
    parse(&format!("{year}-{month:02}-{day:02}{separator}{time}"), None).ok()
}
