//! Durations as XML Schema writes them (`xs:duration`), in seconds.

/// Reads `[-]PnDTnHnMnS` with any of its parts, or a plain number of seconds; none for years and
/// months, which have no fixed length.
pub(super) fn parse_duration(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return seconds.is_finite().then_some(seconds);
    }
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let rest = rest.strip_prefix('P')?;
    let (days, clock) = rest.split_once('T').map_or((rest, ""), |(d, c)| (d, c));
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let mut sum = 0.0;
    for (mut part, units) in [(days, &[('D', 86_400.0)][..]), (clock, &CLOCK[..])] {
        for (letter, seconds) in units {
            if let Some((number, after)) = part.split_once(*letter) {
                let number: f64 = number.parse().ok()?;
                if !(number.is_finite() && number >= 0.0) {
                    return None;
                }
                sum += number * seconds;
                part = after;
            }
        }
        if !part.is_empty() {
            return None;
        }
    }
    Some(sign * sum)
}

const CLOCK: [(char, f64); 3] = [('H', 3600.0), ('M', 60.0), ('S', 1.0)];

/// Prints seconds so that they read back the same.
pub(super) fn print_duration(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    format!("{sign}PT{}S", seconds.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_the_schema() {
        for (text, seconds) in [
            ("PT5S", 5.0),
            ("PT1.234S", 1.234),
            ("PT10M", 600.0),
            ("P1DT2H3M4.5S", 93_784.5),
            ("P2D", 172_800.0),
            ("-PT0.5S", -0.5),
            ("PT0S", 0.0),
            ("12.5", 12.5),
        ] {
            assert_eq!(parse_duration(text), Some(seconds), "{text}");
            assert_eq!(parse_duration(&print_duration(seconds)), Some(seconds));
        }
        for text in ["", "P", "PT", "P1Y", "P1M", "PT5", "PT-5S", "5S", "PTxS", "PT1S1M", "inf"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
