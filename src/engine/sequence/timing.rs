//! When each step begins and ends, as far as that is known.

use crate::format::seqjson::print_duration;
use crate::time::Instant;

use super::exchange::instant_text;
use super::model::{Sequence, Step, When};

/// What is known before a sequence runs.
pub struct Circumstances<'a> {
    /// When it is started.
    pub start: Option<Instant>,
    /// The instant of an epoch; the empty name is the one that it is started with.
    pub epoch: &'a dyn Fn(&str) -> Option<Instant>,
    /// How long a step takes, in nanoseconds; none: not known.
    pub duration: &'a dyn Fn(&Step) -> Option<i64>,
}

/// When a step runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Predicted {
    /// When it begins.
    pub start: Option<Instant>,
    /// When it ends.
    pub end: Option<Instant>,
    /// Why the start is not known, or what is wrong with it, as a sentence; else empty.
    pub remark: String,
    /// Whether the remark is a fault and not only a gap in what is known.
    pub is_fault: bool,
}

/// Predicts the steps of a sequence. Steps of a sequence start in their order; one whose time lies
/// before the start of the step before it is told as a fault and taken at its own time.
pub fn predict(of: &Sequence, around: &Circumstances<'_>) -> Vec<Predicted> {
    let mut found: Vec<Predicted> = Vec::new();
    for (at, step) in of.steps.iter().enumerate() {
        let before = found.last();
        let mut one = match (&step.time, before) {
            (When::At(instant), _) => known(*instant),
            (When::Epoch { name, ns }, _) => match (around.epoch)(name) {
                Some(epoch) => known(epoch.plus_ns(*ns)),
                None if name.is_empty() => gap("the epoch that it is started with is not known"),
                None => gap(&format!("the epoch {name} is not known")),
            },
            (When::AfterStart(ns) | When::AfterEnd(ns), None) => match around.start {
                Some(start) => known(start.plus_ns(*ns)),
                None => gap("the start of the sequence is not known"),
            },
            (When::AfterStart(ns), Some(before)) => match before.start {
                Some(start) => known(start.plus_ns(*ns)),
                None => gap(&format!("the start of step {at} is not known")),
            },
            (When::AfterEnd(ns), Some(before)) => match before.end {
                Some(end) => known(end.plus_ns(*ns)),
                None => gap(&format!("it is not known how long step {at} takes")),
            },
        };
        if let Some(start) = one.start {
            one.end = (around.duration)(step).map(|ns| start.plus_ns(ns.max(0)));
            let previous = before.and_then(|before| Some((before.start?, before.end)));
            if let Some((previous, end)) = previous {
                if start < previous {
                    let by = print_duration(previous.ns_since(start));
                    one.remark = format!(
                        "it starts {by} before step {at}, which comes first; put it at {} or later",
                        instant_text(previous)
                    );
                    one.is_fault = true;
                } else if let Some(end) = end.filter(|end| start < *end) {
                    let by = print_duration(end.ns_since(start));
                    one.remark = format!("step {at} runs on for {by} when it starts");
                }
            }
        }
        found.push(one);
    }
    found
}

fn known(start: Instant) -> Predicted {
    Predicted { start: Some(start), ..Predicted::default() }
}

fn gap(remark: &str) -> Predicted {
    Predicted { remark: remark.to_owned(), ..Predicted::default() }
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;
    use crate::time;

    const S: i64 = 1_000_000_000;

    #[test]
    fn steps_follow_each_other_epochs_and_ends() {
        let parsed = text::parse(
            "R00:00:10 A\nR00:00:05 B\nC LONG\nC00:00:01 D\nE-00:01:00@noon E\n\
             A2019-207T12:00:30 F\nE G\nR1 H\nC I\nC J\n",
        );
        assert_eq!(parsed.faults.len(), 1, "{:?}", parsed.faults);
        let noon = time::parse("2019-207T12:00:00", None).expect("a time");
        let predicted = predict(
            &parsed.sequence,
            &Circumstances {
                start: Some(noon.plus_ns(-3600 * S)),
                epoch: &|name| (name == "noon").then_some(noon),
                duration: &|step| match step.name() {
                    "LONG" => Some(7200 * S),
                    "H" => None,
                    _ => Some(S),
                },
            },
        );
        let from_noon = |at: usize| predicted[at].start.map(|start| start.ns_since(noon) / S);
        let all: Vec<Option<i64>> = (0..predicted.len()).map(from_noon).collect();
        // E without a duration is no step, so that there are nine.
        let first = [-3590, -3585, -3584, 3617, -60, 30, 31].map(Some);
        assert_eq!(all, [&first[..], &[None, None]].concat());
    }

    #[test]
    fn what_runs_backwards_and_what_is_not_known_is_told() {
        let parsed = text::parse("A2019-207T12:00:30 A\nA2019-207T12:00:00 B\nE0@x C\nR1 D\nC E");
        let predicted = predict(
            &parsed.sequence,
            &Circumstances { start: None, epoch: &|_| None, duration: &|_| Some(60 * S) },
        );
        let remarks: Vec<&str> = predicted.iter().map(|one| one.remark.as_str()).collect();
        assert_eq!(
            remarks,
            [
                "",
                "it starts 00:00:30 before step 1, which comes first; put it at \
                 2019-207T12:00:30 or later",
                "the epoch x is not known",
                "the start of step 3 is not known",
                "it is not known how long step 4 takes",
            ]
        );
        assert_eq!(predicted.iter().filter(|one| one.is_fault).count(), 1);
        let close = text::parse("A2019-207T12:00:30 A\nR1 B");
        let predicted = predict(
            &close.sequence,
            &Circumstances { start: None, epoch: &|_| None, duration: &|_| Some(60 * S) },
        );
        assert_eq!(predicted[1].remark, "step 1 runs on for 00:00:59 when it starts");
    }
}
