//! Numbers, lengths and times in sentences.

use crate::time::{Instant, iso};

/// A number with at most three decimals.
pub(crate) fn number(x: f64) -> String {
    if x.is_infinite() {
        return if x > 0.0 { "any".to_owned() } else { "none".to_owned() };
    }
    let text = format!("{x:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A number with its unit.
pub(crate) fn amount(x: f64, unit: &str) -> String {
    if unit.is_empty() { number(x) } else { format!("{} {unit}", number(x)) }
}

/// A length of time: `2 h 5 min`, `30 s`.
pub(crate) fn length(s: f64) -> String {
    if !s.is_finite() {
        return "any time".to_owned();
    }
    let sign = if s < 0.0 { "−" } else { "" };
    let s = s.abs();
    let whole = s.floor() as u64;
    let (h, min) = (whole / 3600, whole % 3600 / 60);
    let rest = s - (h * 3600 + min * 60) as f64;
    let mut parts = Vec::new();
    if h > 0 {
        parts.push(format!("{h} h"));
    }
    if min > 0 {
        parts.push(format!("{min} min"));
    }
    if rest > 0.0005 || parts.is_empty() {
        parts.push(format!("{} s", number(rest)));
    }
    format!("{sign}{}", parts.join(" "))
}

/// A length of time from nanoseconds.
pub(crate) fn length_ns(ns: i64) -> String {
    length(ns as f64 / 1e9)
}

/// An instant to the second.
pub(crate) fn at(t: Instant) -> String {
    iso(t, 0)
}
