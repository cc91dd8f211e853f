//! What is typed into the form, and the limits that it means.

use marsdeck_engine::mission::{Limit, Parameter, Severity, wrong_limits};
use marsdeck_engine::time::Instant;

/// The severities that a limit can have, as XTCE calls them.
pub(super) const SEVERITIES: [(Severity, &str); 5] = [
    (Severity::Watch, "Watch"),
    (Severity::Warning, "Warning"),
    (Severity::Distress, "Distress"),
    (Severity::Critical, "Critical"),
    (Severity::Severe, "Severe"),
];

/// What is typed for one parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Typed {
    /// Lowest and highest value still inside, for each severity.
    pub(super) ranges: [[String; 2]; 5],
    /// Severity of each state of an enumerated parameter.
    pub(super) states: Vec<Severity>,
    /// From which time on, as text.
    pub(super) from: String,
    pub(super) reason: String,
}

impl Typed {
    /// The limits that hold at an instant.
    pub(super) fn of(parameter: &Parameter, at: Instant) -> Self {
        let mut typed = Self::default();
        for ((severity, _), range) in SEVERITIES.iter().zip(&mut typed.ranges) {
            for limit in parameter.limits_at(at).filter(|l| l.severity == *severity) {
                for (text, value) in range.iter_mut().zip([limit.low, limit.high]) {
                    if let (Some(value), true) = (value, text.is_empty()) {
                        *text = value.to_string();
                    }
                }
            }
        }
        let severity = |(value, _): &(f64, String)| parameter.severity(at, *value);
        typed.states = parameter.states.iter().map(severity).collect();
        typed
    }

    /// The limits that it means, from the limits that hold at an instant: what the form does not
    /// show (deadbands, rates of change) stays.
    pub(super) fn limits(&self, parameter: &Parameter, at: Instant) -> Result<Vec<Limit>, String> {
        let mut limits = Vec::new();
        for ((severity, word), range) in SEVERITIES.iter().zip(&self.ranges) {
            let old: Vec<&Limit> =
                parameter.limits_at(at).filter(|l| l.severity == *severity).collect();
            let mut limit = Limit { severity: *severity, ..Limit::default() };
            limit.hysteresis = old.iter().map(|l| l.hysteresis).fold(0.0, f64::max);
            limit.rate_per_s = old.iter().find_map(|l| l.rate_per_s);
            if parameter.states.is_empty() {
                let [low, high] = range;
                limit.low = number(low, word, "low")?;
                limit.high = number(high, word, "high")?;
            } else {
                let named = parameter.states.iter().zip(&self.states);
                let mine = named.filter(|(_, chosen)| *chosen == severity);
                limit.states = mine.map(|((_, name), _)| name.clone()).collect();
            }
            let sides = [limit.low.is_some(), limit.high.is_some(), limit.rate_per_s.is_some()];
            if sides.contains(&true) || !limit.states.is_empty() {
                limits.push(limit);
            }
        }
        match wrong_limits(parameter, &limits) {
            Some(wrong) => Err(wrong),
            None => Ok(limits),
        }
    }

    /// Whether it means other ranges and states than hold at an instant.
    pub(super) fn is_changed(&self, parameter: &Parameter, at: Instant) -> bool {
        let held = Self::of(parameter, at);
        let trimmed = |of: &Self| of.ranges.clone().map(|r| r.map(|text| text.trim().to_owned()));
        trimmed(self) != trimmed(&held) || self.states != held.states
    }
}

fn number(text: &str, word: &str, side: &str) -> Result<Option<f64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.replace(',', ".").parse::<f64>().ok().filter(|n| n.is_finite());
    number.map(Some).ok_or_else(|| format!("{word}, {side}: {text} is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::mission::Database;

    fn parameter(name: &str) -> Parameter {
        Database::builtin().parameter(name).expect("a parameter").2.clone()
    }

    #[test]
    fn the_form_begins_with_what_holds_and_keeps_deadbands() {
        let at = Instant::from_unix_s(1.6e9);
        let wind = parameter("/insight/apss/wind_speed");
        let mut typed = Typed::of(&wind, at);
        assert_eq!(typed.ranges[0], ["", "15"]);
        assert!(!typed.is_changed(&wind, at));
        assert_eq!(typed.limits(&wind, at).expect("limits"), wind.limits);
        typed.ranges[0][1] = " 12,5 ".into();
        assert!(typed.is_changed(&wind, at));
        let limits = typed.limits(&wind, at).expect("limits");
        assert_eq!((limits[0].high, limits[0].hysteresis), (Some(12.5), 1.0));
        typed.ranges[1][1] = String::new();
        assert_eq!(typed.limits(&wind, at).map(|l| l.len()), Ok(1));
        typed.ranges[0][0] = "20".into();
        assert!(typed.limits(&wind, at).is_err_and(|e| e.contains("low 20 is not below")));
        typed.ranges[0][0] = "x".into();
        assert_eq!(typed.limits(&wind, at), Err("Watch, low: x is no number".into()));
    }

    #[test]
    fn states_are_chosen_by_name() {
        let at = Instant::from_unix_s(1.6e9);
        let mode = parameter("/insight/apss/state");
        let mut typed = Typed::of(&mode, at);
        let fault = mode.states.iter().position(|(_, name)| name == "FAULT").expect("a state");
        assert_eq!(typed.states[fault], Severity::Critical);
        typed.states[0] = Severity::Warning;
        let limits = typed.limits(&mode, at).expect("limits");
        assert_eq!(limits[0].states, ["OFF"]);
        assert_eq!((limits[1].severity, limits[1].high), (Severity::Critical, None));
        assert_eq!(limits[1].states, ["FAULT"]);
    }
}
