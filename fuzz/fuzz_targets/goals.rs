//! Goals of scheduling: any text gives goals and problems, and what is read can be tried.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parsers::plan::{GoalKind, Model, read_goals};
use parsers::problems_are_sound;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::builtin("insight"));

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (goals, problems) = read_goals(text, &MODEL);
    problems_are_sound(&problems, data.len());
    assert!(!goals.is_empty() || !problems.is_empty());
    for goal in &goals {
        assert!(!goal.id.is_empty() && goal.step_ns >= 1_000_000_000);
        match &goal.kind {
            GoalKind::Repeat { what, every_ns, tolerance_ns, .. } => {
                assert!(*every_ns >= 1_000_000_000 && *tolerance_ns >= 0);
                assert!(MODEL.types.contains_key(&what.kind));
            }
            GoalKind::Coexist { with, tolerance_ns, .. } => {
                assert!(!with.0.is_empty() && *tolerance_ns >= 0);
            }
            GoalKind::Fit { count, .. } => assert!(*count > 0),
            GoalKind::Fill { candidates, .. } => assert!(!candidates.is_empty()),
        }
    }
});
