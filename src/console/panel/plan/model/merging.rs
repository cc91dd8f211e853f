//! What is chosen where two people did different things.

use marsdeck_engine::plan::{Activity, Conflict, Merge, Plan};

/// The merged plan with choices: for each conflict whether theirs counts.
pub(in crate::panel::plan) fn chosen(merged: &Merge, theirs: &Plan, choices: &[bool]) -> Plan {
    let mut plan = merged.plan.clone();
    for (n, conflict) in merged.conflicts.iter().enumerate() {
        let is_theirs = choices.get(n).copied().unwrap_or(false);
        match conflict.activity {
            None if is_theirs => match conflict.field.as_str() {
                "name" => plan.name.clone_from(&theirs.name),
                _ => (plan.start, plan.end) = (theirs.start, theirs.end),
            },
            None => {}
            Some(id) if conflict.field == "presence" => {
                let side = if is_theirs { &conflict.theirs } else { &conflict.ours };
                // It stays as changed unless the side that took it out is chosen.
                if side == "taken out" {
                    plan.activities.remove(&id);
                }
            }
            Some(id) if is_theirs => {
                if let (Some(into), Some(from)) =
                    (plan.activities.get_mut(&id), theirs.activities.get(&id))
                {
                    take(into, from, conflict);
                }
            }
            Some(_) => {}
        }
    }
    plan
}

fn take(into: &mut Activity, from: &Activity, conflict: &Conflict) {
    match conflict.field.as_str() {
        "type" => into.kind.clone_from(&from.kind),
        "start" => into.start = from.start,
        "duration" => into.duration_ns = from.duration_ns,
        "notes" => into.notes.clone_from(&from.notes),
        "tags" => into.tags.clone_from(&from.tags),
        "anchor" => into.anchor = from.anchor,
        field => {
            let Some(name) = field.strip_prefix("argument ") else { return };
            into.arguments.remove(name);
            let value = from.arguments.get(name).cloned();
            into.arguments.extend(value.map(|value| (name.to_owned(), value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::plan::{ActivityId, Edit, Value, merge};
    use marsdeck_engine::time::{Instant, TimeRange};

    use super::*;

    #[test]
    fn each_conflict_can_be_decided_either_way() {
        let start = Instant::from_unix_s(1.5642e9);
        let range = TimeRange::new(start, start.plus_s(1000.0));
        let mut base = Plan::new("p", "p", "insight", range);
        let wake = |id| Activity::new(ActivityId(id), "Wake", start);
        base.apply(&[Edit::add(wake(1)), Edit::add(wake(2))]).expect("edits");
        let (mut ours, mut theirs) = (base.clone(), base.clone());
        for (plan, s, name) in [(&mut ours, 10.0, "ours"), (&mut theirs, 20.0, "theirs")] {
            let one = plan.activities.get_mut(&ActivityId(1)).expect("there");
            one.start = start.plus_s(s);
            one.notes = name.to_owned();
            one.arguments.insert("duration".to_owned(), Value::Number(s));
            plan.name = name.to_owned();
        }
        ours.activities.remove(&ActivityId(2));
        theirs.activities.get_mut(&ActivityId(2)).expect("there").notes = "kept".to_owned();
        let merged = merge(&base, &ours, &theirs);
        assert_eq!(merged.conflicts.len(), 5);
        let mine = chosen(&merged, &theirs, &[false; 5]);
        assert_eq!((mine.name.as_str(), mine.activities.len()), ("ours", 1));
        assert_eq!(mine.activities[&ActivityId(1)], ours.activities[&ActivityId(1)]);
        let other = chosen(&merged, &theirs, &[true; 5]);
        assert_eq!(other.activities, theirs.activities);
        assert_eq!(other.name, "theirs");
    }
}
