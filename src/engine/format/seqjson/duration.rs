//! Durations in tags of time: `00:08:20.5`, `-001T10:00:00`, `+500`.

/// Nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;

/// Reads a duration, in nanoseconds: `[±][DDDT]HH:MM:SS[.fff]` or seconds. Digits of a second
/// after the ninth are dropped; none for other texts and beyond 292 years.
pub fn parse_duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) if text.starts_with('-') => (-1, rest),
        Some(rest) => (1, rest),
        None => (1, text),
    };
    let (days, clock) = match rest.split_once('T') {
        Some((days, clock)) => (whole(days)?, clock),
        None => (0, rest),
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, digits)) => (clock, fraction(digits)?),
        None => (clock, 0),
    };
    let mut parts = clock.split(':');
    let (first, second, third) = (parts.next()?, parts.next(), parts.next());
    let seconds = match (second, third, parts.next()) {
        (None, None, None) if !rest.contains('T') => whole(first)?,
        (Some(minutes), Some(seconds), None) => {
            let (minutes, seconds) = (whole(minutes)?, whole(seconds)?);
            if minutes > 59 || seconds > 59 {
                return None;
            }
            whole(first)?.checked_mul(3600)?.checked_add(minutes * 60 + seconds)?
        }
        _ => return None,
    };
    let total = days.checked_mul(86_400)?.checked_add(seconds)?;
    Some(sign * total.checked_mul(SECOND)?.checked_add(fraction)?)
}

fn whole(digits: &str) -> Option<i64> {
    let fits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits { digits.parse().ok() } else { None }
}

fn fraction(digits: &str) -> Option<i64> {
    whole(digits)?;
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

/// Prints a duration as the public converter does: `HH:MM:SS`, with three, six or nine digits of
/// a second where there are any, and a minus for what lies before.
pub fn print_duration(ns: i64) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    let all = ns.unsigned_abs();
    let (seconds, part) = (all / SECOND as u64, all % SECOND as u64);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = match part {
        0 => String::new(),
        part if part % 1_000_000 == 0 => format!(".{:03}", part / 1_000_000),
        part if part % 1_000 == 0 => format!(".{:06}", part / 1_000),
        part => format!(".{part:09}"),
    };
    format!("{sign}{hours:02}:{minutes:02}:{rest:02}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_as_the_public_converter_prints_them() {
        // Pairs of the tests of NASA-AMMOS/aerie-sequence-languages (converters).
        for (text, printed) in [
            ("00:00:01.000", "00:00:01"),
            ("500", "00:08:20"),
            ("-03:00:00.1", "-03:00:00.100"),
            ("+1.0", "00:00:01"),
            ("-10", "-00:00:10"),
            ("00:00:01.123456", "00:00:01.123456"),
            ("001T00:00:00", "24:00:00"),
        ] {
            let ns = parse_duration(text).expect(text);
            assert_eq!(print_duration(ns), printed);
            assert_eq!(parse_duration(printed), Some(ns));
        }
        for text in ["", "1:0", "0:60:00", "1T2", "x", "--1", "9999999999999", "1.", "1:2:3:4"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
