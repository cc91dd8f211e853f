//! Goals: where things are placed, and what is said of where they are not.

use proptest::prelude::*;

use super::*;

fn what(kind: &str) -> Candidate {
    Candidate { kind: kind.into(), ..Candidate::default() }
}

fn goal(kind: GoalKind) -> Goal {
    Goal { id: "G".into(), kind, within: None, step_ns: 600_000_000_000 }
}

fn starts(schedule: &Schedule) -> Vec<Instant> {
    schedule.placements.iter().map(|p| p.start).collect()
}

#[test]
fn fitting_goes_to_the_first_times_that_no_rule_refuses() {
    // A move lasts 15 min, ten lie between two: the gap rule sends the second to 25 min, the third
    // to 50, the fourth to 75; three are allowed a day, and 75 + 137 · 10 min is in the next one.
    let (plan, checker) = checked(vec![]);
    let fit = goal(GoalKind::Fit { what: what("Move"), count: 4, window: None });
    let done = schedule(&plan, &checker, std::slice::from_ref(&fit));
    assert_eq!(starts(&done), [min(0), min(25), min(50), min(1445)]);
    assert_eq!(done.failures, []);
    let second = &done.placements[1];
    assert_eq!(second.refused.len(), 1);
    assert_eq!(second.refused[0].rules, ["R-GAP"]);
    assert_eq!((second.refused[0].from, second.refused[0].to), (min(0), min(0)));
    assert!(second.reason.contains("before that R-GAP refused"), "{}", second.reason);
    let fourth = &done.placements[3];
    assert!(fourth.refused.iter().all(|r| r.rules.contains(&"R-DAY".to_owned())));
    // The same once more, and the edits make the plan that was judged.
    assert_eq!(schedule(&plan, &checker, &[fit]), done);
    let mut plan = plan;
    plan.apply(&done.edits).unwrap();
    let checker = Checker::new(toy(), toy_windows(), &plan);
    assert!(checker.violations(&plan).iter().all(|v| v.severity < Severity::Error));
}

#[test]
fn a_window_that_is_full_fails_with_the_rules_that_refused() {
    let (plan, checker) = checked(vec![act(1, "Image", 600).with("length", number(7200.0))]);
    let fit = Goal {
        within: Some(minutes(0, 1440)),
        ..goal(GoalKind::Fit { what: what("Move"), count: 1, window: Some("pass".into()) })
    };
    let done = schedule(&plan, &checker, &[fit]);
    assert_eq!(done.edits, []);
    let [failure] = &done.failures[..] else { panic!() };
    assert!(failure.reason.contains("in pass"), "{}", failure.reason);
    assert!(failure.reason.contains("is refused by R-EXCL"), "{}", failure.reason);
    assert_eq!(failure.refused[0].rules, ["R-EXCL"]);
    assert!(failure.refused[0].reason.contains("Image #1"), "{}", failure.refused[0].reason);
}

#[test]
fn repeating_and_coexisting() {
    let (plan, checker) = checked(vec![act(1, "On", 60), act(2, "On", 300)]);
    let off = goal(GoalKind::Coexist {
        what: what("Off"),
        with: Selector(vec!["On".into()]),
        from_end: true,
        offset_ns: 1_800_000_000_000,
        tolerance_ns: 0,
    });
    assert_eq!(starts(&schedule(&plan, &checker, &[off])), [min(100), min(340)]);

    // Every 5 h from 00:00: five a day would be too many, and an image is in the way at 05:00; the
    // nearest time after it is the later one at the same distance.
    let (plan, checker) = checked(vec![act(1, "Image", 295)]);
    let repeat = goal(GoalKind::Repeat {
        what: what("Move"),
        first: min(0),
        every_ns: 18_000_000_000_000,
        tolerance_ns: 2_400_000_000_000,
    });
    let done = schedule(&plan, &checker, &[repeat]);
    assert_eq!(starts(&done)[..3], [min(0), min(280), min(600)]);
    let second = &done.placements[1];
    assert!(second.reason.contains("20 min earlier than asked for"), "{}", second.reason);
    assert_eq!(done.failures[0].wanted, "Move at 2020-01-01T15:00:00Z");
    assert!(
        done.failures[0]
            .reason
            .ends_with("is refused by R-DAY; move what stands in the way, or ask for less")
    );
}

#[test]
fn spare_volume_is_filled_by_priority() {
    // Images of 20 bit/s · length / 36000: 1800 s make 1 Mbit, 5400 s make 3 Mbit.
    let image = |length: f64, priority, notes: &str| Candidate {
        arguments: [("length".to_owned(), number(length))].into(),
        notes: notes.into(),
        priority,
        ..what("Image")
    };
    let (plan, checker) = checked(vec![act(1, "On", 380)]);
    let fill = Goal {
        within: Some(minutes(390, 1080)),
        ..goal(GoalKind::Fill {
            candidates: vec![
                image(1800.0, 1, "low"),
                image(5400.0, 9, "high"),
                image(5400.0, 5, "mid"),
            ],
            window: None,
            at_most: Some(("data".into(), 4.0)),
        })
    };
    let done = schedule(&plan, &checker, &[fill]);
    let placed: Vec<&str> = done
        .edits
        .iter()
        .map(|e| match e {
            Edit::Activity { after: Some(a), .. } => a.notes.as_str(),
            _ => "",
        })
        .collect();
    assert_eq!(placed, ["high", "low"]);
    let [failure] = &done.failures[..] else { panic!() };
    assert_eq!(failure.wanted, "Image mid of priority 5");
    assert!(failure.refused[0].rules.contains(&"at_most".to_owned()));
    assert!(failure.refused[0].reason.contains("data would come to 6"), "{:?}", failure.refused[0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 25, ..ProptestConfig::default() })]

    /// Whatever the plan is like, what is placed breaks no rule, and twice the same comes out.
    #[test]
    fn what_is_placed_breaks_no_rule(
        there in prop::collection::vec((0..4_usize, 0..560_i64), 0..12),
        count in 1..6_usize,
        kind in 0..3_usize,
    ) {
        let kinds = ["On", "Off", "Image", "Move"];
        let there = (1..).zip(&there).map(|(id, (kind, at))| act(id, kinds[*kind], at * 5));
        let (mut plan, checker) = checked(there.collect());
        let what = what(["Move", "Image", "Send"][kind]);
        let fit = goal(GoalKind::Fit { what, count, window: None });
        let done = schedule(&plan, &checker, std::slice::from_ref(&fit));
        prop_assert_eq!(&schedule(&plan, &checker, &[fit]), &done);
        prop_assert!(done.placements.len() == count || done.failures.len() == 1);
        plan.apply(&done.edits).unwrap();
        let placed: Vec<ActivityId> = done.placements.iter().map(|p| p.activity).collect();
        let after = Checker::new(toy(), toy_windows(), &plan).violations(&plan);
        let errors = after.iter().filter(|v| v.severity == Severity::Error);
        for violation in errors {
            let named = violation.activities.iter().find(|id| placed.contains(id));
            prop_assert!(named.is_none(), "{violation:?}");
        }
    }
}
