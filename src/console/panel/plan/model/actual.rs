//! What really happened, as bars below the planned ones: from what the spacecraft says about the
//! steps of its sequences.

use std::collections::BTreeMap;

use marsdeck_engine::archive::EventMessage;
use marsdeck_engine::mission::commands::reports::{Report, StepOutcome};
use marsdeck_engine::plan::ActivityId;
use marsdeck_engine::time::Instant;

/// How an activity went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::panel::plan) enum Course {
    /// Some of its steps began and did not end yet.
    Running,
    /// All its steps were carried out.
    Done,
    /// A step failed.
    Failed,
}

/// When an activity really took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::panel::plan) struct ActualBar {
    pub activity: ActivityId,
    /// When its first step began.
    pub start: Instant,
    /// When its last step that is known ended, or began.
    pub end: Instant,
    pub course: Course,
}

/// The bars that messages tell of, in any order: `steps` are the activities of the steps of the
/// sequence that the plan became.
pub(in crate::panel::plan) fn actual_bars<'a>(
    messages: impl IntoIterator<Item = &'a EventMessage>,
    sequence: &str,
    steps: &[ActivityId],
) -> Vec<ActualBar> {
    struct Seen {
        bar: ActualBar,
        ended: usize,
    }
    let mut bars: BTreeMap<ActivityId, Seen> = BTreeMap::new();
    for message in messages {
        let Some(Report::Step { id, step, outcome, .. }) = Report::parse(&message.message) else {
            continue;
        };
        let activity = step.checked_sub(1).and_then(|at| steps.get(at));
        let Some(activity) = activity.filter(|_| id == sequence) else { continue };
        let seen = bars.entry(*activity).or_insert_with(|| Seen {
            bar: ActualBar {
                activity: *activity,
                start: message.time,
                end: message.time,
                course: Course::Running,
            },
            ended: 0,
        });
        seen.bar.start = seen.bar.start.min(message.time);
        seen.bar.end = seen.bar.end.max(message.time);
        match outcome {
            StepOutcome::Started => {}
            StepOutcome::Completed => seen.ended += 1,
            StepOutcome::Failed(_) => seen.bar.course = Course::Failed,
        }
    }
    let mut wanted: BTreeMap<ActivityId, usize> = BTreeMap::new();
    for id in steps {
        *wanted.entry(*id).or_default() += 1;
    }
    let finish = |(id, mut seen): (ActivityId, Seen)| {
        let all = wanted.get(&id).is_some_and(|count| seen.ended >= *count);
        if all && seen.bar.course == Course::Running {
            seen.bar.course = Course::Done;
        }
        seen.bar
    };
    bars.into_iter().map(finish).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(s: f64, text: &str) -> EventMessage {
        let time = Instant::from_unix_s(s);
        EventMessage { time, message: text.to_owned(), ..EventMessage::default() }
    }

    #[test]
    fn messages_become_bars() {
        // As the simulated spacecraft says it.
        let told = [
            message(5.0, "Sequence p step 1 of 4 WAKEUP started"),
            message(9.0, "Sequence p step 1 of 4 WAKEUP completed"),
            message(20.0, "Sequence p step 2 of 4 SEIS_GET_TILT started"),
            message(30.0, "Sequence p step 3 of 4 SHUTDOWN completed"),
            message(40.0, "Sequence p step 4 of 4 NO_OP failed: its time was missed"),
            message(41.0, "Sequence other step 1 of 4 WAKEUP started"),
            message(42.0, "Sequence p step 9 of 4 WAKEUP started"),
            message(43.0, "Sequence p loaded, 4 steps"),
            message(44.0, "SEIS is on"),
        ];
        let ids = [1, 2, 1, 3].map(ActivityId);
        let bars = actual_bars(&told, "p", &ids);
        let at = |bar: &ActualBar| (bar.activity.0, bar.start.unix_s(), bar.end.unix_s());
        let all: Vec<_> = bars.iter().map(at).collect();
        assert_eq!(all, [(1, 5.0, 30.0), (2, 20.0, 20.0), (3, 40.0, 40.0)]);
        let courses: Vec<Course> = bars.iter().map(|bar| bar.course).collect();
        assert_eq!(courses, [Course::Done, Course::Running, Course::Failed]);
    }
}
