//! Limits as operators changed them: the mission database with the journal of changes applied.

use crate::archive::LimitEdit;
use crate::mission::{DataTime, Database, Limit};
use crate::time::Instant;

/// The mission database with all changes, in the order in which they were written.
pub fn edited(base: &Database, edits: &[LimitEdit]) -> Database {
    let mut missions = base.clone();
    for instrument in missions.missions.iter_mut().flat_map(|m| &mut m.instruments) {
        for parameter in &mut instrument.parameters {
            let mine = edits.iter().filter(|edit| edit.name == parameter.name);
            let mut limits = parameter.limits.clone();
            for edit in mine {
                let after = edit.after.as_ref().unwrap_or(&parameter.limits);
                limits = changed(&limits, after, edit.from);
            }
            parameter.limits = limits;
        }
    }
    missions
}

/// Limits of which others hold from an instant on: earlier data keep those that they had. One that
/// stays as it is goes on in one piece.
fn changed(before: &[Limit], after: &[Limit], from: Instant) -> Vec<Limit> {
    let mut new: Vec<Limit> = after.iter().filter(|limit| limit.end() > from).cloned().collect();
    let mut all = Vec::new();
    for mut limit in before.iter().filter(|limit| limit.start() < from).cloned() {
        let goes_on = |other: &Limit| {
            let same = Limit { from: limit.from.clone(), ..other.clone() };
            other.start() <= from && limit.end() > from && same == limit
        };
        match new.iter().position(goes_on) {
            Some(at) => drop(new.remove(at)),
            None if limit.end() > from => limit.until = Some(DataTime::new(from)),
            None => {}
        }
        all.push(limit);
    }
    for limit in new.iter_mut().filter(|limit| limit.start() < from) {
        limit.from = Some(DataTime::new(from));
    }
    all.extend(new);
    all.sort_by_key(Limit::start);
    all
}

/// Limits in words, with the severities of XTCE: `warning below 26 or above 34 V; critical …`;
/// `none` where there is none.
pub fn limit_words(limits: &[Limit], unit: &str) -> String {
    if limits.is_empty() {
        return "none".to_owned();
    }
    let space = if unit.is_empty() { "" } else { " " };
    let words = limits.iter().map(|limit| {
        let mut sides = Vec::new();
        sides.extend(limit.low.map(|low| format!("below {low}{space}{unit}")));
        sides.extend(limit.high.map(|high| format!("above {high}{space}{unit}")));
        if let Some(rate) = limit.rate_per_s {
            sides.push(format!("faster than {rate}{space}{unit} a second"));
        }
        if !limit.states.is_empty() {
            sides.push(format!("in state {}", limit.states.join(", ")));
        }
        let word = format!("{:?}", limit.severity).to_lowercase();
        format!("{word} {}", sides.join(" or "))
    });
    words.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mission::Severity;

    const NAME: &str = "/insight/lander/bus_voltage";

    fn at(s: f64) -> Instant {
        Instant::from_unix_s(1.6e9 + s)
    }

    fn high(high: f64) -> Limit {
        Limit { severity: Severity::Warning, high: Some(high), ..Limit::default() }
    }

    #[test]
    fn data_keep_the_limits_of_their_time() {
        let edit = |from: f64, after: Option<Vec<Limit>>| LimitEdit {
            name: NAME.into(),
            from: at(from),
            after,
            ..LimitEdit::default()
        };
        let edits = [
            edit(100.0, Some(vec![high(30.0)])),
            // A later correction from an earlier time replaces the first.
            edit(50.0, Some(vec![high(40.0)])),
            edit(200.0, None),
        ];
        let base = Database::builtin();
        let severity = |edits: &[LimitEdit], s: f64, value: f64| {
            let missions = edited(&base, edits);
            let (_, _, parameter) = missions.parameter(NAME).unwrap();
            parameter.severity(at(s), value)
        };
        use Severity::{Normal, Warning};
        // The mission database says 26 to 34.
        assert_eq!(severity(&[], 150.0, 35.0), Warning);
        assert_eq!(severity(&edits[..1], 99.0, 33.0), Normal);
        assert_eq!(severity(&edits[..1], 100.0, 33.0), Warning);
        assert_eq!(severity(&edits[..1], 100.0, 20.0), Normal);
        assert_eq!(severity(&edits[..2], 49.0, 35.0), Warning);
        assert_eq!(severity(&edits[..2], 150.0, 35.0), Normal);
        assert_eq!(severity(&edits, 199.0, 35.0), Normal);
        assert_eq!(severity(&edits, 200.0, 35.0), Warning);
        // The order is that of time, and others are as they were.
        let missions = edited(&base, &edits);
        let (_, _, parameter) = missions.parameter(NAME).unwrap();
        assert!(parameter.limits.is_sorted_by_key(Limit::start));
        assert_eq!(edited(&base, &[]), base);
        // What stays as it is goes on in one piece.
        let (_, _, known) = base.parameter(NAME).unwrap();
        let other =
            vec![Limit { high: Some(30.0), ..known.limits[0].clone() }, known.limits[1].clone()];
        let missions = edited(&base, &[edit(100.0, Some(other))]);
        let (_, _, parameter) = missions.parameter(NAME).unwrap();
        assert_eq!((parameter.limits.len(), &parameter.limits[1]), (3, &known.limits[1]));
        assert_eq!(
            (parameter.limits[0].end(), parameter.limits[2].start()),
            (at(100.0), at(100.0))
        );
    }

    #[test]
    fn limits_are_told_in_words() {
        let both = Limit { low: Some(26.0), ..high(34.0) };
        assert_eq!(limit_words(&[both], "V"), "warning below 26 V or above 34 V");
        let state = Limit { states: vec!["SAFE".into()], ..Limit::default() };
        let state = Limit { severity: Severity::Critical, ..state };
        assert_eq!(
            limit_words(&[high(1.5), state], ""),
            "warning above 1.5; critical in state SAFE"
        );
        assert_eq!(limit_words(&[], "V"), "none");
    }
}
