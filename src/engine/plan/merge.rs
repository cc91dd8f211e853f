//! Joins two plans that grew from one: nobody's work vanishes.
//!
//! What only one side changed is taken; activities are merged field by field. Where both changed
//! the same field in different ways our value stays and the conflict holds theirs. An activity
//! that one side took out and the other changed stays, changed. Activities that both sides added
//! under one identifier both stay: theirs gets a new one.

use std::collections::{BTreeMap, BTreeSet};

use super::activity::{Activity, ActivityId, Plan, Waiver};
use super::difference::{parts, range_text};

/// A place where both sides did different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The activity in the merged plan; none: the plan itself.
    pub activity: Option<ActivityId>,
    /// The field, as [`FieldChange`](super::FieldChange) names it, or `presence`.
    pub field: String,
    /// In the common ancestor; empty: nothing.
    pub base: String,
    /// On our side, which is kept.
    pub ours: String,
    /// On their side.
    pub theirs: String,
    /// What was done, and what to do.
    pub reason: String,
}

/// Two plans joined.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The merged plan.
    pub plan: Plan,
    /// What has to be looked at.
    pub conflicts: Vec<Conflict>,
    /// Activities of theirs that have another identifier now: old and new.
    pub renamed: BTreeMap<ActivityId, ActivityId>,
}

/// Joins ours and theirs, which both grew from base.
pub fn merge(base: &Plan, ours: &Plan, theirs: &Plan) -> Merge {
    let (theirs, renamed) = renamed(base, ours, theirs);
    let mut plan = ours.clone();
    let mut conflicts = Vec::new();
    let ids: BTreeSet<ActivityId> =
        [base, ours, &theirs].into_iter().flat_map(|p| p.activities.keys().copied()).collect();
    for id in ids {
        let of = |p: &Plan| p.activities.get(&id).cloned();
        let merged = activity(id, [of(base), of(ours), of(&theirs)], &mut conflicts);
        match merged {
            Some(merged) => plan.activities.insert(id, merged),
            None => plan.activities.remove(&id),
        };
    }
    let kept = |w: &&Waiver| {
        let [in_base, in_ours, in_theirs] = [base, ours, &theirs].map(|p| p.waivers.contains(w));
        // A waiver that either side took back is gone.
        if in_base { in_ours && in_theirs } else { true }
    };
    let mut waivers: Vec<Waiver> = Vec::new();
    for waiver in ours.waivers.iter().chain(&theirs.waivers).filter(kept) {
        if !waivers.contains(waiver) {
            waivers.push(waiver.clone());
        }
    }
    plan.waivers.clear();
    for waiver in waivers {
        plan.put_waiver(waiver);
    }
    let texts = [base, ours, &theirs].map(|p| p.name.clone());
    if whole("name", texts, &mut conflicts) {
        plan.name.clone_from(&theirs.name);
    }
    if whole("range", [base, ours, &theirs].map(|p| range_text(p.range())), &mut conflicts) {
        (plan.start, plan.end) = (theirs.start, theirs.end);
    }
    plan.revision = ours.revision.max(theirs.revision) + 1;
    Merge { plan, conflicts, renamed }
}

/// Theirs, with new identifiers for what both added under the same one.
fn renamed(base: &Plan, ours: &Plan, theirs: &Plan) -> (Plan, BTreeMap<ActivityId, ActivityId>) {
    let plans = [base, ours, theirs];
    let mut next = plans.iter().map(|p| p.next_id().0).max().unwrap_or(1);
    let mut new = BTreeMap::new();
    for (id, activity) in &theirs.activities {
        let is_other = ours.activities.get(id).is_some_and(|ours| ours != activity);
        if is_other && !base.activities.contains_key(id) {
            new.insert(*id, ActivityId(next));
            next = next.saturating_add(1);
        }
    }
    let mut plan = theirs.clone();
    if new.is_empty() {
        return (plan, new);
    }
    let renamed = |id: ActivityId| new.get(&id).copied().unwrap_or(id);
    plan.activities = std::mem::take(&mut plan.activities)
        .into_values()
        .map(|mut activity| {
            activity.id = renamed(activity.id);
            if let Some(anchor) = &mut activity.anchor {
                anchor.to = renamed(anchor.to);
            }
            (activity.id, activity)
        })
        .collect();
    // A waiver of a renamed activity would speak of ours; with another identifier it is void
    // anyway, since it is bound to what the activity was.
    plan.waivers.retain(|w| !w.activities.iter().any(|id| new.contains_key(id)));
    (plan, new)
}

/// Whether theirs counts for a field of the plan itself.
fn whole(field: &str, [base, ours, theirs]: [String; 3], conflicts: &mut Vec<Conflict>) -> bool {
    if ours == theirs || theirs == base {
        return false;
    }
    if ours == base {
        return true;
    }
    let reason = format!("both changed the {field} of the plan; ours is kept, choose one");
    conflicts.push(Conflict {
        activity: None,
        field: field.to_owned(),
        base,
        ours,
        theirs,
        reason,
    });
    false
}

/// One activity; none: it is gone.
fn activity(
    id: ActivityId,
    [base, ours, theirs]: [Option<Activity>; 3],
    conflicts: &mut Vec<Conflict>,
) -> Option<Activity> {
    if ours == theirs || theirs == base {
        return ours;
    }
    if ours == base {
        return theirs;
    }
    let Some(base) = base else {
        // Added on both sides and not the same: theirs was renamed, so one of them is none.
        return ours.or(theirs);
    };
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => Some(fields(id, &base, ours, &theirs, conflicts)),
        (ours, theirs) => {
            let word =
                |a: &Option<Activity>| if a.is_some() { "changed" } else { "taken out" }.to_owned();
            conflicts.push(Conflict {
                activity: Some(id),
                field: "presence".to_owned(),
                base: "there".to_owned(),
                ours: word(&ours),
                theirs: word(&theirs),
                reason: format!(
                    "one side took {id} out, the other changed it; it stays as changed, take it \
                     out if it is not wanted"
                ),
            });
            ours.or(theirs)
        }
    }
}

/// An activity that both sides changed, field by field.
fn fields(
    id: ActivityId,
    base: &Activity,
    ours: Activity,
    theirs: &Activity,
    conflicts: &mut Vec<Conflict>,
) -> Activity {
    let [was, our, their] = [parts(base), parts(&ours), parts(theirs)];
    let names: BTreeSet<&String> = was.keys().chain(our.keys()).chain(their.keys()).collect();
    let mut merged = ours.clone();
    for name in names {
        let [was, our, their] = [&was, &our, &their].map(|p| p.get(name).cloned());
        if our == their || their == was {
            continue;
        }
        if our == was {
            take(&mut merged, theirs, name);
            continue;
        }
        conflicts.push(Conflict {
            activity: Some(id),
            field: name.clone(),
            base: was.unwrap_or_default(),
            ours: our.unwrap_or_default(),
            theirs: their.unwrap_or_default(),
            reason: format!("both changed the {name} of {id}; ours is kept, choose one"),
        });
    }
    merged
}

/// Takes one field of theirs.
fn take(into: &mut Activity, theirs: &Activity, field: &str) {
    match field {
        "type" => into.kind.clone_from(&theirs.kind),
        "start" => into.start = theirs.start,
        "duration" => into.duration_ns = theirs.duration_ns,
        "notes" => into.notes.clone_from(&theirs.notes),
        "tags" => into.tags.clone_from(&theirs.tags),
        "anchor" => into.anchor = theirs.anchor,
        _ => {
            let Some(name) = field.strip_prefix("argument ") else { return };
            match theirs.arguments.get(name) {
                Some(value) => drop(into.arguments.insert(name.to_owned(), value.clone())),
                None => drop(into.arguments.remove(name)),
            }
        }
    }
}
