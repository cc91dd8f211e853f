//! What a card says: the state of an instrument and what to look at next.

use marsdeck_engine::mission::{Instrument, Severity};

use crate::panel::shared::{Reading, Readings};

/// State word and severity of an instrument at the cursor.
pub(super) struct State {
    pub(super) word: String,
    pub(super) severity: Severity,
}

/// The state: the mode of the instrument with the worst severity of its parameters.
pub(super) fn state(instrument: &Instrument, readings: &Readings<'_>) -> State {
    let mode = readings.list.iter().find(|r| r.parameter.name == instrument.state);
    let worst = readings.worst().map_or(Severity::Off, |r| r.severity);
    let word = match mode {
        Some(Reading { latest: Some(latest), parameter, .. }) => parameter.print(latest.value),
        _ if worst == Severity::Off => "NO DATA".to_owned(),
        _ => "ON".to_owned(),
    };
    let asleep = matches!(word.as_str(), "OFF" | "STANDBY" | "IDLE");
    let severity = if asleep && worst <= Severity::Normal { Severity::Standby } else { worst };
    State { word, severity }
}

/// What to look at next, in words, and the parameter it is about.
pub(super) fn next<'a>(readings: &'a Readings<'_>) -> Option<(String, &'a Reading<'a>)> {
    let reading = readings.worst().filter(|r| r.severity > Severity::Normal)?;
    let latest = reading.latest?;
    let value = reading.parameter.print(latest.value);
    let mut limits = reading.parameter.limits_at(latest.time);
    let limit = limits.by_ref().filter(|l| l.severity == reading.severity).find_map(|l| {
        match (l.low, l.high) {
            (Some(low), Some(high)) => Some(format!("limits {low} to {high}")),
            (Some(low), None) => Some(format!("lower limit {low}")),
            (None, Some(high)) if reading.parameter.states.is_empty() => {
                Some(format!("upper limit {high}"))
            }
            _ => None,
        }
    });
    let unit = &reading.parameter.unit;
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let text = match limit {
        Some(limit) => format!("{} is {value}{unit}, {limit}", reading.parameter.title),
        None => format!("{} is {value}", reading.parameter.title),
    };
    Some((text, reading))
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::archive::LatestValue;
    use marsdeck_engine::mission::Database;
    use marsdeck_engine::time::Instant;

    fn with(values: &[(&str, f64)]) -> State {
        let database = Database::builtin();
        let instrument = &database.mission("insight").unwrap().instruments[0];
        let list = instrument
            .parameters
            .iter()
            .map(|parameter| {
                let value = values.iter().find(|v| v.0 == parameter.title).map(|v| v.1);
                Reading {
                    parameter,
                    key: None,
                    latest: value.map(|value| LatestValue { time: Instant::default(), value }),
                    severity: value
                        .map_or(Severity::Off, |v| parameter.severity(Instant::default(), v)),
                }
            })
            .collect();
        let readings = Readings { list };
        let next = next(&readings).map(|n| n.0).unwrap_or_default();
        let State { word, severity } = state(instrument, &readings);
        State { word: format!("{word}; {next}"), severity }
    }

    #[test]
    fn a_card_names_the_mode_and_the_worst_limit() {
        let fine = with(&[("Mode", 3.0), ("Mass position U", 5.0)]);
        assert_eq!((fine.word.as_str(), fine.severity), ("SCIENCE; ", Severity::Normal));
        let drifting = with(&[("Mode", 3.0), ("Mass position U", 66.0)]);
        assert_eq!(drifting.word, "SCIENCE; Mass position U is 66.0 %, limits -60 to 60");
        assert_eq!(drifting.severity, Severity::Warning);
        assert_eq!(with(&[]).word, "NO DATA; ");
        assert_eq!(with(&[("Mode", 0.0)]).severity, Severity::Standby);
    }
}
