//! Histories, differences, merges, copies, snapping.

use proptest::prelude::*;

use super::*;

fn replaced(plan: &mut Plan, id: u64, change: impl Fn(&mut Activity)) {
    let before = plan.activities[&ActivityId(id)].clone();
    let mut after = before.clone();
    change(&mut after);
    plan.apply(&[Edit::replace(before, after)]).unwrap();
}

#[test]
fn an_edit_of_another_state_is_refused_and_leaves_the_plan_alone() {
    let mut plan = plan_of(vec![act(1, "Move", 0)]);
    let old = plan.activities[&ActivityId(1)].clone();
    replaced(&mut plan, 1, |a| a.start = min(5));
    let before = plan.clone();
    let edits = [Edit::add(act(2, "On", 0)), Edit::remove(old)];
    assert_eq!(plan.apply(&edits), Err(EditError::Changed(ActivityId(1))));
    assert_eq!(plan, before);
}

#[test]
fn copies_keep_their_anchors_among_themselves() {
    let mut hung = act(2, "Off", 0);
    hung.anchor = Some(Anchor { to: ActivityId(1), from_end: true, offset_ns: 7 });
    let mut plan = plan_of(vec![act(1, "On", 10), hung]);
    let edits = plan.copies(&[ActivityId(1), ActivityId(2), ActivityId(9)], 60_000_000_000);
    plan.apply(&edits).unwrap();
    assert_eq!(plan.activities.len(), 4);
    assert_eq!(plan.activities[&ActivityId(3)].start, min(11));
    assert_eq!(plan.activities[&ActivityId(4)].anchor.unwrap().to, ActivityId(3));
}

#[test]
fn differences_name_the_fields() {
    let base = plan_of(vec![act(1, "Move", 0), act(2, "On", 0)]);
    let mut other = base.clone();
    replaced(&mut other, 1, |a| {
        a.start = min(5);
        a.arguments.insert("x".into(), number(2.5));
    });
    other.apply(&[Edit::remove(other.activities[&ActivityId(2)].clone())]).unwrap();
    let found = difference(&base, &other);
    assert_eq!(found.len(), 2);
    let fields: Vec<_> = found[0]
        .fields
        .iter()
        .map(|f| (f.field.as_str(), f.before.as_str(), f.after.as_str()))
        .collect();
    let start = ("start", "2020-01-01T00:00:00.000000000Z", "2020-01-01T00:05:00.000000000Z");
    assert_eq!(fields, [("argument x", "", "2.5"), start]);
    let mut back = base.clone();
    back.apply(&found.into_iter().map(|d| d.edit).collect::<Vec<_>>()).unwrap();
    assert_eq!(back.activities, other.activities);
}

#[test]
fn a_merge_keeps_both_sides_and_lists_conflicts() {
    let base = plan_of(vec![act(1, "Move", 0), act(2, "On", 0), act(3, "Off", 0)]);
    let (mut ours, mut theirs) = (base.clone(), base.clone());
    replaced(&mut ours, 1, |a| a.start = min(5));
    replaced(&mut theirs, 1, |a| a.notes = "windy".into());
    replaced(&mut ours, 2, |a| a.start = min(7));
    replaced(&mut theirs, 2, |a| a.start = min(9));
    ours.apply(&[Edit::remove(ours.activities[&ActivityId(3)].clone())]).unwrap();
    replaced(&mut theirs, 3, |a| a.start = min(11));
    ours.apply(&[Edit::add(act(4, "Send", 600))]).unwrap();
    theirs.apply(&[Edit::add(act(4, "Image", 700))]).unwrap();
    let joined = merge(&base, &ours, &theirs);
    let of = |id: u64| joined.plan.activities[&ActivityId(id)].clone();
    assert_eq!((of(1).start, of(1).notes.as_str()), (min(5), "windy"));
    assert_eq!(of(2).start, min(7));
    assert_eq!(of(3).start, min(11));
    assert_eq!((of(4).kind.as_str(), of(5).kind.as_str()), ("Send", "Image"));
    assert_eq!(joined.renamed, [(ActivityId(4), ActivityId(5))].into());
    let conflicts: Vec<_> =
        joined.conflicts.iter().map(|c| (c.activity.unwrap().0, c.field.as_str())).collect();
    assert_eq!(conflicts, [(2, "start"), (3, "presence")]);
    assert_eq!(joined.conflicts[0].theirs, "2020-01-01T00:09:00.000000000Z");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Each activity gets an edit of one side at most; what comes out holds all the edits.
    #[test]
    fn a_merge_of_disjoint_edits_holds_both(
        edits in prop::collection::vec((any::<bool>(), 0..4_u8, 1..20_i64), 10),
        added in prop::collection::vec((any::<bool>(), 1..500_i64), 0..8),
    ) {
        let base = plan_of((1..=10).map(|id| act(id, "Move", id as i64)).collect());
        let (mut ours, mut theirs) = (base.clone(), base.clone());
        for (id, (is_ours, what, m)) in (1..).zip(edits.iter().copied()) {
            let side = if is_ours { &mut ours } else { &mut theirs };
            match what {
                0 => {}
                1 => replaced(side, id, |a| a.start = min(1000 + m)),
                2 => replaced(side, id, |a| a.notes = format!("{m}")),
                _ => side.apply(&[Edit::remove(side.activities[&ActivityId(id)].clone())]).unwrap(),
            }
        }
        for (is_ours, m) in &added {
            let side = if *is_ours { &mut ours } else { &mut theirs };
            let new = act(side.next_id().0, "Send", *m);
            side.apply(&[Edit::add(new)]).unwrap();
        }
        let joined = merge(&base, &ours, &theirs);
        prop_assert_eq!(&joined.conflicts, &vec![]);
        for (id, (is_ours, ..)) in (1..).zip(edits.iter()) {
            let side = if *is_ours { &ours } else { &theirs };
            let id = ActivityId(id);
            prop_assert_eq!(joined.plan.activities.get(&id), side.activities.get(&id));
        }
        let mut sends: Vec<Instant> =
            joined.plan.activities.values().filter(|a| a.kind == "Send").map(|a| a.start).collect();
        sends.sort_unstable();
        // Both may have added the very same activity under the same identifier: that is one.
        let same = ours.activities.iter().filter(|(id, a)| {
            !base.activities.contains_key(id) && theirs.activities.get(id) == Some(a)
        }).count();
        prop_assert_eq!(sends.len(), added.len() - same);
    }
}

/// An edit of one of six activities: who makes it, and what.
type Work = (bool, u64, u8, i64);

fn work(side: &mut Plan, (_, id, what, m): Work) {
    let Some(there) = side.activities.get(&ActivityId(id)).cloned() else {
        return side.apply(&[Edit::add(act(id, "On", m))]).unwrap();
    };
    match what % 6 {
        0 => side.apply(&[Edit::remove(there)]).unwrap(),
        1 => replaced(side, id, |a| a.start = min(m)),
        2 => replaced(side, id, |a| a.notes = format!("{m}")),
        3 => replaced(side, id, |a| a.duration_ns = Some(m)),
        4 => replaced(side, id, |a| a.tags = vec![format!("{}", m % 3)]),
        _ => replaced(side, id, |a| drop(a.arguments.insert("x".into(), number(m as f64)))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Every field that a side changed is in the merged plan as that side left it, or a conflict
    /// names it; what a side added is there; what is gone was taken out by somebody.
    #[test]
    fn nobodys_work_vanishes(
        edits in prop::collection::vec((any::<bool>(), 1..9_u64, any::<u8>(), 1..9_i64), 0..30),
    ) {
        let base = plan_of((1..=6).map(|id| act(id, "Move", id as i64)).collect());
        let (mut ours, mut theirs) = (base.clone(), base.clone());
        for edit in edits {
            work(if edit.0 { &mut ours } else { &mut theirs }, edit);
        }
        let joined = merge(&base, &ours, &theirs);
        let named = |id, field: &str| {
            joined.conflicts.iter().any(|c| c.activity == Some(id) && c.field == field)
        };
        for (is_ours, side) in [(true, &ours), (false, &theirs)] {
            for change in difference(&base, side) {
                let id = change.edit.touched().unwrap();
                let id = if is_ours { id } else { *joined.renamed.get(&id).unwrap_or(&id) };
                let merged = joined.plan.activities.get(&id);
                let Edit::Activity { after, .. } = &change.edit else { continue };
                match after {
                    None => prop_assert!(merged.is_none() || named(id, "presence")),
                    Some(after) => {
                        prop_assert!(merged.is_some(), "{id} is gone");
                        let mut wanted = (**after).clone();
                        wanted.id = id;
                        let mut one = empty();
                        one.activities.insert(id, wanted);
                        let mut other = empty();
                        other.activities.insert(id, merged.unwrap().clone());
                        let changed: Vec<&str> =
                            change.fields.iter().map(|f| f.field.as_str()).collect();
                        for d in difference(&other, &one).iter().flat_map(|d| &d.fields) {
                            let is_work = changed.contains(&d.field.as_str());
                            prop_assert!(!is_work || named(id, &d.field), "{id} {}", d.field);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn edges_snap_to_what_is_near() {
    let (_, checker) = checked(vec![act(1, "Move", 100), act(2, "Move", 300)]);
    let reach = 4 * 60_000_000_000;
    let near =
        |t, moving: &[ActivityId]| snap(&checker, t, moving, reach, (min(0), 600_000_000_000));
    assert_eq!(near(min(118), &[]), Some((min(115), Snap::EndOf(ActivityId(1)))));
    assert_eq!(near(min(118), &[ActivityId(1)]), Some((min(120), Snap::Grid)));
    assert_eq!(near(min(597), &[]), Some((min(600), Snap::Window)));
    assert_eq!(near(min(305), &[]), None);
}
