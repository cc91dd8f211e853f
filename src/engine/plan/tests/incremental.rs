//! A judgement that followed edits is the one made from scratch.

use proptest::prelude::*;

use super::*;

/// An edit in small numbers: identifier, what to do, type, start, argument, anchor.
type Small = (u64, u8, u8, i64, u8, u64);

fn activity((id, _, kind, start, extra, to): Small) -> Activity {
    let kinds = ["On", "Off", "Image", "Image", "Session", "Send", "Move", "Dig"];
    let mut new = act(id, kinds[kind as usize % kinds.len()], start * 5);
    match extra % 6 {
        0 => new = new.with("channels", number(f64::from(extra % 7))),
        1 => new = new.with("length", number(f64::from(extra) * 30.0)),
        2 => new.tags = vec!["go".into()],
        3 => new.duration_ns = Some(i64::from(extra % 9) * 600_000_000_000),
        4 => {
            let offset_ns = i64::from(extra) * 60_000_000_000;
            new.anchor = Some(Anchor { to: ActivityId(to), from_end: extra % 2 == 0, offset_ns });
        }
        _ => {}
    }
    new
}

fn edit(plan: &Plan, small: Small) -> Edit {
    let before = plan.activities.get(&ActivityId(small.0)).cloned().map(Box::new);
    let after = (!small.1.is_multiple_of(4) || before.is_none()).then(|| Box::new(activity(small)));
    Edit::Activity { before, after }
}

fn small() -> impl Strategy<Value = Small> {
    (1..12_u64, any::<u8>(), any::<u8>(), -10..580_i64, any::<u8>(), 1..12_u64)
}

fn same(plan: &Plan, followed: &Checker) -> Result<(), TestCaseError> {
    let scratch = Checker::new(toy(), toy_windows(), plan);
    prop_assert_eq!(followed.violations(plan), scratch.violations(plan));
    prop_assert!(followed.spans().eq(scratch.spans()));
    for resource in ["battery", "data"] {
        prop_assert_eq!(followed.profile(resource), scratch.profile(resource));
    }
    prop_assert_eq!(followed.state("camera"), scratch.state("camera"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn following_edits_is_judging_from_scratch(
        steps in prop::collection::vec(prop::collection::vec(small(), 1..4), 1..25),
    ) {
        let mut history = History::new(empty());
        let mut checker = Checker::new(toy(), toy_windows(), history.plan());
        for step in steps {
            let mut next = history.plan().clone();
            let mut edits = Vec::new();
            for one in step {
                let edit = edit(&next, one);
                next.apply(std::slice::from_ref(&edit)).unwrap();
                edits.push(edit);
            }
            let before = checker.violations(history.plan());
            let touched = history.make("edit", edits).unwrap();
            let delta = checker.update(history.plan(), &touched);
            let after = checker.violations(history.plan());
            prop_assert_eq!(
                after.len() + delta.removed.len(),
                before.len() + delta.added.len()
            );
            same(history.plan(), &checker)?;
        }
        let end = history.plan().clone();
        while let Some(touched) = history.undo() {
            checker.update(history.plan(), &touched);
        }
        prop_assert!(history.plan().activities.is_empty());
        same(history.plan(), &checker)?;
        while let Some(touched) = history.redo() {
            checker.update(history.plan(), &touched);
        }
        prop_assert_eq!(&history.plan().activities, &end.activities);
        same(history.plan(), &checker)?;
    }
}
