//! What differs between two plans, field by field.

use std::collections::BTreeMap;

use super::activity::{Activity, ActivityId, Edit, Plan, Value};
use crate::time::{TimeRange, iso};

/// A field of an activity that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// `type`, `start`, `duration`, `notes`, `tags`, `anchor`, or the name of an argument behind
    /// `argument `.
    pub field: String,
    /// Its value in the first plan; empty: none.
    pub before: String,
    /// Its value in the second plan; empty: none.
    pub after: String,
}

/// One difference between two plans.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The edit that turns the one into the other.
    pub edit: Edit,
    /// Fields that differ; none where an activity is in one of the plans only.
    pub fields: Vec<FieldChange>,
}

/// The differences from one plan to another, activities first, by identifier. All their edits
/// together turn the one into the other.
pub fn difference(from: &Plan, to: &Plan) -> Vec<Difference> {
    let mut found = Vec::new();
    let ids: std::collections::BTreeSet<&ActivityId> =
        from.activities.keys().chain(to.activities.keys()).collect();
    for id in ids {
        let (before, after) = (from.activities.get(id), to.activities.get(id));
        if before == after {
            continue;
        }
        let fields = match (before, after) {
            (Some(before), Some(after)) => fields(before, after),
            _ => Vec::new(),
        };
        let boxed = |a: Option<&Activity>| a.cloned().map(Box::new);
        let edit = Edit::Activity { before: boxed(before), after: boxed(after) };
        found.push(Difference { edit, fields });
    }
    let plain = |edit| Difference { edit, fields: Vec::new() };
    for waiver in from.waivers.iter().filter(|w| !to.waivers.contains(w)) {
        found.push(plain(Edit::Waiver { before: Some(Box::new(waiver.clone())), after: None }));
    }
    for waiver in to.waivers.iter().filter(|w| !from.waivers.contains(w)) {
        found.push(plain(Edit::Waiver { before: None, after: Some(Box::new(waiver.clone())) }));
    }
    if from.name != to.name {
        found.push(plain(Edit::Name { before: from.name.clone(), after: to.name.clone() }));
    }
    if from.range() != to.range() {
        found.push(plain(Edit::Range { before: from.range(), after: to.range() }));
    }
    found
}

/// The parts of an activity that are compared and merged by themselves, as texts.
pub(super) fn parts(of: &Activity) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([
        ("type".to_owned(), of.kind.clone()),
        ("start".to_owned(), iso(of.start, 9)),
    ]);
    let mut put = |name: &str, text: String| {
        if !text.is_empty() {
            all.insert(name.to_owned(), text);
        }
    };
    put("notes", of.notes.clone());
    if !of.tags.is_empty() {
        put("tags", format!("{:?}", of.tags));
    }
    if let Some(ns) = of.duration_ns {
        put("duration", exact(ns));
    }
    if let Some(anchor) = of.anchor {
        let offset = exact(anchor.offset_ns);
        let edge = if anchor.from_end { "end" } else { "start" };
        put("anchor", format!("{offset} after the {edge} of {}", anchor.to));
    }
    for (name, value) in &of.arguments {
        put(&format!("argument {name}"), shown(value));
    }
    all
}

/// A length of time of which nothing is rounded away.
fn exact(ns: i64) -> String {
    if ns % 1_000_000 == 0 { super::checker::words::length_ns(ns) } else { format!("{ns} ns") }
}

/// A value that is never an empty text.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        other => other.to_string(),
    }
}

fn fields(before: &Activity, after: &Activity) -> Vec<FieldChange> {
    let (before, after) = (parts(before), parts(after));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |of: &BTreeMap<String, String>, name: &String| of.get(name).cloned();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| FieldChange {
            field: name.clone(),
            before: value(&before, name).unwrap_or_default(),
            after: value(&after, name).unwrap_or_default(),
        })
        .collect()
}

/// A range for a sentence.
pub(super) fn range_text(range: TimeRange) -> String {
    format!("{} to {}", iso(range.start, 0), iso(range.end, 0))
}
