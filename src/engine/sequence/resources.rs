//! What a sequence takes of energy, data volume, shots and the like, over the time that it runs.

use std::collections::BTreeMap;

use crate::time::Instant;

use super::timing::Predicted;

/// What a step does to a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effect {
    /// The resource.
    pub resource: String,
    /// Added when the step starts.
    pub at_start: f64,
    /// Added for every second that it runs.
    pub per_second: f64,
    /// Added when it ends.
    pub at_end: f64,
}

/// A resource while a sequence runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// The resource.
    pub resource: String,
    /// Instants and values, straight lines between them; two at one instant are a step.
    pub points: Vec<(Instant, f64)>,
    /// The lowest and the highest value.
    pub range: (f64, f64),
    /// The value behind the last step.
    pub end: f64,
    /// Steps, from 0, whose effect is left out because their start or end is not known.
    pub left_out: Vec<usize>,
}

/// Adds up the effects of steps that were predicted by [`super::predict`]. `effects` gives those of
/// a step by its number, `initial` the value of a resource before the first one. Profiles are in
/// the order of their names.
pub fn profiles(
    steps: &[Predicted],
    effects: &dyn Fn(usize) -> Vec<Effect>,
    initial: &dyn Fn(&str) -> f64,
) -> Vec<Profile> {
    /// Added to the value and to its slope, by instant.
    type Jumps = BTreeMap<Instant, (f64, f64)>;
    let mut all: BTreeMap<String, (Jumps, Vec<usize>)> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        for effect in effects(at) {
            let (jumps, left_out) = all.entry(effect.resource).or_default();
            let needs_end = effect.per_second != 0.0 || effect.at_end != 0.0;
            let Some(start) = step.start.filter(|_| !needs_end || step.end.is_some()) else {
                left_out.push(at);
                continue;
            };
            let first = jumps.entry(start).or_default();
            *first = (first.0 + effect.at_start, first.1 + effect.per_second);
            if let Some(end) = step.end.filter(|_| needs_end) {
                let last = jumps.entry(end).or_default();
                *last = (last.0 + effect.at_end, last.1 - effect.per_second);
            }
        }
    }
    all.into_iter()
        .map(|(resource, (jumps, left_out))| {
            let mut value = initial(&resource);
            let mut slope = 0.0;
            let mut range = (value, value);
            let mut points: Vec<(Instant, f64)> = Vec::new();
            for (at, (jump, change)) in jumps {
                let passed = points.last().map_or(0.0, |(before, _)| at.s_since(*before));
                value += slope * passed;
                points.push((at, value));
                range = (range.0.min(value), range.1.max(value));
                if jump != 0.0 {
                    value += jump;
                    points.push((at, value));
                    range = (range.0.min(value), range.1.max(value));
                }
                slope += change;
            }
            Profile { resource, points, range, end: value, left_out }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Circumstances, predict, text};
    use super::*;

    const S: i64 = 1_000_000_000;

    #[test]
    fn effects_add_up_over_time() {
        let parsed = text::parse("R0 WARM\nR10 SHOT\nR10 COOL\nE0 LOST");
        let zero = Instant::from_unix_ns(0);
        let around = Circumstances {
            start: Some(zero),
            epoch: &|_| None,
            duration: &|step| (step.name() == "WARM").then_some(30 * S),
        };
        let steps = predict(&parsed.sequence, &around);
        let effect = |resource: &str, at_start, per_second, at_end| Effect {
            resource: resource.to_owned(),
            at_start,
            per_second,
            at_end,
        };
        let effects = |at: usize| match at {
            0 => vec![effect("energy", 0.0, -2.0, 0.0), effect("data", 0.0, 0.0, 8.0)],
            1 => vec![effect("energy", -5.0, 0.0, 0.0)],
            2 => vec![effect("energy", 0.0, 1.0, 0.0)],
            _ => vec![effect("energy", -1.0, 0.0, 0.0)],
        };
        let found = profiles(&steps, &effects, &|name| if name == "energy" { 100.0 } else { 0.0 });
        let at = |s: i64| zero.plus_ns(s * S);
        assert_eq!(found[0].points, [(at(0), 0.0), (at(30), 0.0), (at(30), 8.0)]);
        assert_eq!(
            found[1].points,
            [(at(0), 100.0), (at(10), 80.0), (at(10), 75.0), (at(30), 35.0)]
        );
        assert_eq!((found[1].range, found[1].end), ((35.0, 100.0), 35.0));
        // It is not known how long the third runs, nor when the fourth starts.
        assert_eq!(found[1].left_out, [2, 3]);
    }
}
