//! Colours from text, and how well two of them can be told apart.

use egui::Color32;

/// The colour that `#rrggbb` names, as the mission database writes instrument colours.
pub fn parse_hex(text: &str) -> Option<Color32> {
    let digits = text.trim().strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some(Color32::from_rgb((number >> 16) as u8, (number >> 8) as u8, number as u8))
}

/// A colour between two others: share 0 is the first, 1 the second.
pub fn mix(a: Color32, b: Color32, share: f32) -> Color32 {
    let of = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
    Color32::from_rgb(of(a.r(), b.r()), of(a.g(), b.g()), of(a.b(), b.b()))
}

/// Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, section "contrast ratio").
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: Color32) -> f32 {
    let linear = |byte: u8| {
        let c = f32::from(byte) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Theme;
    use marsdeck_engine::mission::Severity;

    #[test]
    fn hex_colours_are_read_and_wrong_ones_refused() {
        assert_eq!(parse_hex("#4dacff"), Some(Theme::dark().accent));
        for wrong in ["", "4dacff", "#4dacf", "#4dacfff", "#4daczz", "#+dacff"] {
            assert_eq!(parse_hex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn text_and_severities_stand_out_in_both_themes() {
        for theme in [Theme::dark(), Theme::light()] {
            for ground in [theme.background, theme.panel, theme.raised] {
                assert!(contrast(theme.text, ground) >= 7.0, "{} text", theme.name);
                assert!(contrast(theme.text_weak, ground) >= 4.5, "{} weak", theme.name);
                assert!(contrast(theme.stale, ground) >= 3.9, "{} stale", theme.name);
                assert!(contrast(theme.cursor, ground) >= 3.0, "{} cursor", theme.name);
                for severity in [
                    Severity::Off,
                    Severity::Standby,
                    Severity::Normal,
                    Severity::Watch,
                    Severity::Distress,
                    Severity::Critical,
                ] {
                    let ratio = contrast(theme.severity(severity), ground);
                    assert!(ratio >= 3.0, "{} {severity:?} {ratio}", theme.name);
                }
            }
            for badge in [theme.replay, theme.simulated, theme.severity(Severity::Critical)] {
                assert!(contrast(theme.on_badge, badge) >= 4.5, "{} badge", theme.name);
            }
            for curve in &theme.curves {
                assert!(contrast(*curve, theme.panel) >= 3.0, "{} curve", theme.name);
            }
        }
    }
}
