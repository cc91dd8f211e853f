//! Severity in words and shapes; the colour is [`super::Theme::severity`].

use marsdeck_engine::mission::Severity;

/// The shape that says a severity without colour (after the Astro UX status symbols).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeverityShape {
    /// Ring with a bar: nothing is known.
    BarredRing,
    /// Ring: asleep on purpose.
    Ring,
    /// Filled circle: normal.
    Circle,
    /// Filled square: caution.
    Square,
    /// Filled diamond: serious.
    Diamond,
    /// Filled triangle: critical.
    Triangle,
}

/// The word of a severity as printed.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Off => "OFF",
        Severity::Standby => "STANDBY",
        Severity::Normal => "NORMAL",
        Severity::Watch | Severity::Warning => "CAUTION",
        Severity::Distress => "SERIOUS",
        Severity::Critical | Severity::Severe => "CRITICAL",
    }
}

/// The shape of a severity.
pub fn severity_shape(severity: Severity) -> SeverityShape {
    match severity {
        Severity::Off => SeverityShape::BarredRing,
        Severity::Standby => SeverityShape::Ring,
        Severity::Normal => SeverityShape::Circle,
        Severity::Watch | Severity::Warning => SeverityShape::Square,
        Severity::Distress => SeverityShape::Diamond,
        Severity::Critical | Severity::Severe => SeverityShape::Triangle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_own_shape() {
        let all = [
            Severity::Off,
            Severity::Standby,
            Severity::Normal,
            Severity::Watch,
            Severity::Warning,
            Severity::Distress,
            Severity::Critical,
            Severity::Severe,
        ];
        for a in all {
            for b in all {
                assert_eq!(
                    severity_word(a) == severity_word(b),
                    severity_shape(a) == severity_shape(b),
                    "{a:?} {b:?}"
                );
            }
        }
    }
}
