//! What can be done about a violation, and the edits that do it.

use std::collections::BTreeMap;

use super::Checker;
use crate::plan::activity::{Activity, ActivityId, Edit, Plan, Value};
use crate::time::Instant;

/// What can be done about a violation.
#[derive(Clone, Debug, PartialEq)]
pub enum Fix {
    /// Start the activity at another time.
    Shift {
        /// The activity.
        id: ActivityId,
        /// Its new start.
        to: Instant,
    },
    /// Give the activity another length.
    Trim {
        /// The activity.
        id: ActivityId,
        /// Its new length, nanoseconds.
        duration_ns: i64,
    },
    /// Take the activity out.
    Remove {
        /// The activity.
        id: ActivityId,
    },
    /// Put an activity in.
    Add {
        /// Its type.
        kind: String,
        /// Its start.
        start: Instant,
        /// Its arguments where they are not the defaults.
        arguments: BTreeMap<String, Value>,
    },
    /// Give an argument another value; none: leave it out.
    Argument {
        /// The activity.
        id: ActivityId,
        /// The argument.
        name: String,
        /// Its new value.
        value: Option<Value>,
    },
}

impl Fix {
    /// The edits that carry it out; none where the activity is no longer there. The start of an
    /// anchored activity moves by the offset of its anchor.
    pub fn edits(&self, plan: &Plan, checker: &Checker) -> Vec<Edit> {
        let changed = |id: &ActivityId, change: &dyn Fn(&mut Activity)| {
            let before = plan.activities.get(id)?.clone();
            let mut after = before.clone();
            change(&mut after);
            Some(Edit::replace(before, after))
        };
        let edit = match self {
            Self::Shift { id, to } => changed(id, &|activity| {
                let now = checker.span(*id).map_or(activity.start, |s| s.range.start);
                activity.start = *to;
                if let Some(anchor) = &mut activity.anchor {
                    anchor.offset_ns = anchor.offset_ns.saturating_add(to.ns_since(now));
                }
            }),
            Self::Trim { id, duration_ns } => {
                changed(id, &|activity| activity.duration_ns = Some(*duration_ns))
            }
            Self::Remove { id } => plan.activities.get(id).cloned().map(Edit::remove),
            Self::Add { kind, start, arguments } => {
                let mut activity = Activity::new(plan.next_id(), kind.clone(), *start);
                activity.arguments.clone_from(arguments);
                Some(Edit::add(activity))
            }
            Self::Argument { id, name, value } => changed(id, &|activity| {
                activity.arguments.remove(name);
                activity.arguments.extend(value.iter().map(|v| (name.clone(), v.clone())));
            }),
        };
        edit.into_iter().collect()
    }
}
