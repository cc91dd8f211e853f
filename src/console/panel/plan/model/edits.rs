//! What the hand does to activities, as edits of the plan.

use std::collections::BTreeSet;

use marsdeck_engine::plan::{Activity, ActivityId, ActivityType, Edit, Model, Plan, Value};
use marsdeck_engine::time::Instant;

use super::picture::Picture;

/// Shortest length that dragging an edge leaves, nanoseconds.
const SHORTEST_NS: i64 = 1_000_000_000;

/// A name for a step: `move Wake`, `move 3 activities`.
pub(in crate::panel::plan) fn label(word: &str, plan: &Plan, ids: &[ActivityId]) -> String {
    match ids {
        [one] => {
            let kind = plan.activities.get(one).map_or("activity", |a| a.kind.as_str());
            format!("{word} {kind} {one}")
        }
        many => format!("{word} {} activities", many.len()),
    }
}

/// An activity changed by a function; nothing where it stays as it was.
pub(in crate::panel::plan) fn changed(
    plan: &Plan,
    id: ActivityId,
    change: impl FnOnce(&mut Activity),
) -> Vec<Edit> {
    let Some(before) = plan.activities.get(&id) else { return Vec::new() };
    let mut after = before.clone();
    change(&mut after);
    if after == *before { Vec::new() } else { vec![Edit::replace(before.clone(), after)] }
}

/// Activities moved by some nanoseconds. Those that hang on another moved one keep their distance
/// from it.
pub(in crate::panel::plan) fn moved(plan: &Plan, ids: &[ActivityId], shift_ns: i64) -> Vec<Edit> {
    let set: BTreeSet<ActivityId> = ids.iter().copied().collect();
    let shift = |a: &mut Activity| {
        a.start = a.start.plus_ns(shift_ns);
        if let Some(anchor) = a.anchor.as_mut().filter(|anchor| !set.contains(&anchor.to)) {
            anchor.offset_ns = anchor.offset_ns.saturating_add(shift_ns);
        }
    };
    ids.iter().flat_map(|id| changed(plan, *id, shift)).collect()
}

/// Whether the length of an activity can be drawn out.
pub(in crate::panel::plan) fn is_stretchable(model: &Model, activity: &Activity) -> bool {
    match model.types.get(&activity.kind) {
        Some(of) => of.length_parameter().is_some() || activity.duration_ns.is_some(),
        None => true,
    }
}

/// An activity whose end lies some nanoseconds later, kept within what its type allows.
pub(in crate::panel::plan) fn stretched(
    plan: &Plan,
    model: &Model,
    picture: &Picture,
    (id, later_ns): (ActivityId, i64),
) -> Vec<Edit> {
    let Some(activity) = plan.activities.get(&id) else { return Vec::new() };
    let now = picture.range(id).map_or(0, |range| range.duration_ns());
    let length = now.saturating_add(later_ns).max(SHORTEST_NS);
    let of = model.types.get(&activity.kind);
    let named = of.and_then(ActivityType::length_parameter);
    match named.filter(|_| activity.duration_ns.is_none()) {
        Some(parameter) => {
            let given = activity.arguments.get(&parameter.name).or(parameter.default.as_ref());
            let Some(Value::Number(before_s)) = given else { return Vec::new() };
            let mut s = before_s + (length - now) as f64 / 1e9;
            s = s.max(parameter.min.unwrap_or(0.0)).min(parameter.max.unwrap_or(f64::INFINITY));
            // Whole seconds, as people write them.
            let value = Value::Number(s.round());
            changed(plan, id, |a| drop(a.arguments.insert(parameter.name.clone(), value)))
        }
        None => changed(plan, id, |a| a.duration_ns = Some(length)),
    }
}

/// Activities taken out. Those that hang on them stay where they are.
pub(in crate::panel::plan) fn removed(
    plan: &Plan,
    picture: &Picture,
    ids: &[ActivityId],
) -> Vec<Edit> {
    let set: BTreeSet<ActivityId> = ids.iter().copied().collect();
    let hangs = |a: &&Activity| {
        !set.contains(&a.id) && a.anchor.is_some_and(|anchor| set.contains(&anchor.to))
    };
    let mut edits: Vec<Edit> = Vec::new();
    for activity in plan.activities.values().filter(hangs) {
        let start = picture.range(activity.id).map_or(activity.start, |range| range.start);
        edits.extend(changed(plan, activity.id, |a| {
            a.start = start;
            a.anchor = None;
        }));
    }
    let gone = set.iter().filter_map(|id| plan.activities.get(id));
    edits.extend(gone.map(|activity| Edit::remove(activity.clone())));
    edits
}

/// Activities as text for the clipboard.
pub(in crate::panel::plan) fn copied(plan: &Plan, ids: &[ActivityId]) -> String {
    let list: Vec<&Activity> = ids.iter().filter_map(|id| plan.activities.get(id)).collect();
    serde_json::to_string(&list).unwrap_or_default()
}

/// Activities from the clipboard, the first of them at an instant; nothing where the text holds no
/// activities. With the edits the new identifiers.
pub(in crate::panel::plan) fn pasted(
    plan: &Plan,
    text: &str,
    at: Instant,
) -> (Vec<Edit>, Vec<ActivityId>) {
    let Ok(list) = serde_json::from_str::<Vec<Activity>>(text) else {
        return (Vec::new(), Vec::new());
    };
    let Some(first) = list.iter().map(|a| a.start).min() else { return (Vec::new(), Vec::new()) };
    // A plan of their own gives them identifiers that go with each other.
    let mut from = plan.clone();
    from.activities = list.into_iter().map(|a| (a.id, a)).collect();
    let ids: Vec<ActivityId> = from.activities.keys().copied().collect();
    let next = plan.next_id().max(from.next_id()).0;
    let new = |id: ActivityId| {
        ids.binary_search(&id).ok().map(|at| ActivityId(next.saturating_add(at as u64)))
    };
    let shift = at.ns_since(first);
    let paste = |mut activity: Activity| {
        activity.id = new(activity.id)?;
        activity.start = activity.start.plus_ns(shift);
        activity.anchor = activity.anchor.and_then(|mut anchor| {
            anchor.to = new(anchor.to)?;
            Some(anchor)
        });
        Some(activity)
    };
    let made: Vec<Activity> = from.activities.into_values().filter_map(paste).collect();
    let ids = made.iter().map(|a| a.id).collect();
    (made.into_iter().map(Edit::add).collect(), ids)
}

/// The identifiers of activities that edits add.
pub(in crate::panel::plan) fn added(edits: &[Edit]) -> Vec<ActivityId> {
    let new = |edit: &Edit| match edit {
        Edit::Activity { before: None, after: Some(after) } => Some(after.id),
        _ => None,
    };
    edits.iter().filter_map(new).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use marsdeck_engine::plan::{Anchor, Checker};
    use marsdeck_engine::time::TimeRange;

    use super::*;

    fn start() -> Instant {
        Instant::from_unix_s(1.5642e9)
    }

    /// A wake, and a pass that hangs on its start.
    fn plan() -> (Plan, Arc<Model>, Picture) {
        let range = TimeRange::new(start(), start().plus_s(88_775.0));
        let mut plan = Plan::new("p", "p", "insight", range);
        let mut pass = Activity::new(ActivityId(2), "UHFComm", start().plus_s(700.0));
        let anchor = Anchor { to: ActivityId(1), from_end: false, offset_ns: 600_000_000_000 };
        pass.anchor = Some(anchor);
        let wake = Activity::new(ActivityId(1), "Wake", start().plus_s(100.0));
        plan.apply(&[Edit::add(wake), Edit::add(pass)]).expect("edits");
        let model = Arc::new(Model::builtin("insight"));
        let checker = Checker::new(Arc::clone(&model), Arc::default(), &plan);
        let picture = Picture::new(0, &plan, &checker);
        (plan, model, picture)
    }

    fn offset(plan: &Plan) -> Option<i64> {
        plan.activities[&ActivityId(2)].anchor.map(|a| a.offset_ns / 1_000_000_000)
    }

    #[test]
    fn what_hangs_on_a_moved_one_goes_along_once() {
        let (mut plan, ..) = plan();
        let both = [ActivityId(1), ActivityId(2)];
        let edits = moved(&plan, &both, 50_000_000_000);
        plan.apply(&edits).expect("edits");
        assert_eq!(plan.activities[&ActivityId(1)].start, start().plus_s(150.0));
        assert_eq!(offset(&plan), Some(600));
        let edits = moved(&plan, &[ActivityId(2)], 10_000_000_000);
        plan.apply(&edits).expect("edits");
        assert_eq!(offset(&plan), Some(610));
        assert_eq!(label("move", &plan, &both), "move 2 activities");
        assert_eq!(label("move", &plan, &both[..1]), "move Wake #1");
    }

    #[test]
    fn edges_keep_to_the_type() {
        let (plan, model, picture) = plan();
        let argument = |edits: &[Edit]| match edits {
            [Edit::Activity { after: Some(after), .. }] => after.arguments.get("duration").cloned(),
            _ => None,
        };
        let longer = stretched(&plan, &model, &picture, (ActivityId(1), 60_400_000_000));
        assert_eq!(argument(&longer), Some(Value::Number(3660.0)));
        let most = stretched(&plan, &model, &picture, (ActivityId(1), i64::MAX / 4));
        assert_eq!(argument(&most), Some(Value::Number(43_200.0)));
        let wake = &plan.activities[&ActivityId(1)];
        assert!(is_stretchable(&model, wake));
        let fixed = Activity::new(ActivityId(3), "Cleanup", start());
        assert!(!is_stretchable(&model, &fixed));
        let of = |name: &str| model.types[name].length_parameter().map(|p| p.name.as_str());
        assert_eq!(of("UHFComm"), Some("hailDuration"));
    }

    #[test]
    fn what_hung_on_a_removed_one_stays_in_place() {
        let (mut plan, _, picture) = plan();
        let edits = removed(&plan, &picture, &[ActivityId(1)]);
        plan.apply(&edits).expect("edits");
        let left = &plan.activities[&ActivityId(2)];
        assert_eq!((plan.activities.len(), left.anchor), (1, None));
        assert_eq!(left.start, start().plus_s(700.0));
    }

    #[test]
    fn copies_have_identifiers_and_anchors_of_their_own() {
        let (mut plan, ..) = plan();
        let text = copied(&plan, &[ActivityId(1), ActivityId(2)]);
        let (edits, ids) = pasted(&plan, &text, start().plus_s(10_100.0));
        plan.apply(&edits).expect("edits");
        assert_eq!(ids, [ActivityId(3), ActivityId(4)]);
        let copy = &plan.activities[&ActivityId(4)];
        assert_eq!(copy.anchor.map(|a| a.to), Some(ActivityId(3)));
        assert_eq!(plan.activities[&ActivityId(3)].start, start().plus_s(10_100.0));
        assert_eq!(added(&edits), ids);
        assert!(pasted(&plan, "something else", start()).0.is_empty());
    }
}
