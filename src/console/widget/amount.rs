//! Sizes, rates and counts as printed: decimal prefixes, few digits, one width.

/// Three digits of a number of 1 or more with its decimal prefix: `1.23 M`, `12.3 k`, `123 `.
fn prefixed(value: f64) -> String {
    let prefixes = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    // What would be rounded up to 1000 belongs to the next prefix.
    let found = prefixes.into_iter().find(|(size, _)| value >= size * 0.9995);
    let (size, prefix) = found.unwrap_or((1.0, ""));
    let value = value / size;
    let decimals = if value >= 99.95 { 0 } else { 2 - usize::from(value >= 9.995) };
    format!("{value:.decimals$} {prefix}")
}

/// Bytes: `512 B`, `1.23 kB`, `45.6 MB`.
pub fn bytes_text(bytes: u64) -> String {
    if bytes < 1000 { format!("{bytes} B") } else { format!("{}B", prefixed(bytes as f64)) }
}

/// An amount a second, with the unit of the amount: `0 B/s`, `0.20 /s`, `1.23 kB/s`.
pub fn rate_text(per_s: f64, unit: &str) -> String {
    if !per_s.is_finite() {
        return "–".to_owned();
    }
    if per_s < 0.005 {
        return format!("0 {unit}/s");
    }
    format!("{}{unit}/s", prefixed(per_s))
}

/// A count, exact below ten million: `0`, `12 345`, `12.3 M`.
pub fn count_text(count: u64) -> String {
    if count >= 10_000_000 {
        return prefixed(count as f64).trim_end().to_owned();
    }
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A count with what is counted, in the singular or the plural: `1 line`, `12 345 lines`.
pub fn counted_text(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", count_text(count as u64), if count == 1 { one } else { many })
}

/// A length of time with its unit: `0.25 s`, `45 s`, `12 min`, `3.5 h`, `2.1 d`.
pub fn duration_text(seconds: f64) -> String {
    match seconds.abs() {
        s if !s.is_finite() => "–".to_owned(),
        s if s < 9.995 => format!("{seconds:.2} s"),
        s if s < 99.5 => format!("{seconds:.0} s"),
        s if s < 99.5 * 60.0 => format!("{:.0} min", seconds / 60.0),
        s if s < 99.5 * 3600.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} d", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_three_digits_and_a_unit() {
        assert_eq!(bytes_text(0), "0 B");
        assert_eq!(bytes_text(999), "999 B");
        assert_eq!(bytes_text(1000), "1.00 kB");
        assert_eq!(bytes_text(999_999), "1.00 MB");
        assert_eq!(bytes_text(45_600_000), "45.6 MB");
        assert_eq!(bytes_text(123_456_789_000), "123 GB");
        assert_eq!(rate_text(0.0, "B"), "0 B/s");
        assert_eq!(rate_text(0.2, ""), "0.20 /s");
        assert_eq!(rate_text(738_000.0, ""), "738 k/s");
        assert_eq!(rate_text(2_952_000.0, "B"), "2.95 MB/s");
        assert_eq!(rate_text(f64::NAN, "B"), "–");
    }

    #[test]
    fn counts_are_exact_while_that_can_be_read() {
        assert_eq!(count_text(0), "0");
        assert_eq!(count_text(999), "999");
        assert_eq!(count_text(12_345), "12 345");
        assert_eq!(count_text(9_999_999), "9 999 999");
        assert_eq!(count_text(10_000_000), "10.0 M");
        assert_eq!(count_text(u64::MAX), "18446744 T");
        assert_eq!(duration_text(0.25), "0.25 s");
        assert_eq!(duration_text(600.0), "10 min");
        assert_eq!(duration_text(14_400.0), "4.0 h");
    }
}
