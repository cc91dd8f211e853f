//! What differs between two plans, and what can be planned.

use std::io::Write;

use anyhow::anyhow;
use marsdeck_engine::plan::{Difference, Edit, FieldChange, difference};
use marsdeck_engine::time::iso;
use serde_json::json;

use super::super::events::quoted;
use super::super::{Outcome, output};
use super::exchange::read;
use super::{List, Two, ended, severity_word};

pub(super) fn diff(two: &Two) -> anyhow::Result<Outcome> {
    let (mission, model) = (&two.mission.mission, two.mission.model()?);
    let (before, mut problems) = read(&two.before, mission, &model)?;
    let (after, more) = read(&two.after, mission, &model)?;
    problems.extend(more);
    let found = difference(&before, &after);
    let rows: Vec<[String; 5]> = found.iter().flat_map(rows).collect();
    if two.json {
        let row = |[id, change, field, before, after]: &[String; 5]| {
            json!({
                "activity": id, "change": change, "field": field, "before": before, "after": after,
            })
        };
        output::json(&rows.iter().map(row).collect::<Vec<_>>())?;
        return Ok(ended(&problems));
    }
    let print = || -> std::io::Result<()> {
        let mut out = output::stream();
        writeln!(out, "activity,change,field,before,after")?;
        for row in &rows {
            writeln!(out, "{}", row.each_ref().map(|cell| quoted(cell)).join(","))?;
        }
        out.flush()
    };
    print().map_err(|e| anyhow!(output::unwritable(&e)))?;
    Ok(ended(&problems))
}

/// The lines of one difference: activity, change, field, before, after.
fn rows(found: &Difference) -> Vec<[String; 5]> {
    let (id, change) = match &found.edit {
        Edit::Activity { before: None, after: Some(a) } => (a, "added"),
        Edit::Activity { before: Some(a), after: None } => (a, "removed"),
        Edit::Activity { after: Some(a), .. } => (a, "changed"),
        _ => return vec![["", "waivers or range", "", "", ""].map(str::to_owned)],
    };
    let name = format!("{}:{}", id.id.0, id.kind);
    if found.fields.is_empty() {
        let (start, change) = (iso(id.start, 3), change.to_owned());
        return vec![[name, change, "start".to_owned(), String::new(), start]];
    }
    let row = |f: &FieldChange| {
        [name.clone(), change.to_owned(), f.field.clone(), f.before.clone(), f.after.clone()]
    };
    found.fields.iter().map(row).collect()
}

pub(super) fn list(list: &List) -> anyhow::Result<Outcome> {
    let model = list.mission.model()?;
    let mut rows: Vec<[String; 4]> = Vec::new();
    let mut add = |kind: &str, id: &str, title: &str, more: String| {
        rows.push([kind.to_owned(), id.to_owned(), title.to_owned(), more]);
    };
    for (id, t) in &model.types {
        add("activity type", id, &t.name, t.instrument.clone());
    }
    for (id, r) in &model.resources {
        add("resource", id, &r.name, r.unit.clone());
    }
    for (id, w) in &model.windows {
        add("window", id, &w.name, String::new());
    }
    for r in &model.rules {
        add("rule", &r.id, &r.sentence, severity_word(r.severity).to_owned());
    }
    if list.json {
        let row = |[kind, id, title, more]: &[String; 4]| json!({ "kind": kind, "id": id, "title": title, "more": more });
        output::json(&rows.iter().map(row).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let print = || -> std::io::Result<()> {
        let mut out = output::stream();
        writeln!(out, "kind,id,title,more")?;
        for row in &rows {
            writeln!(out, "{}", row.each_ref().map(|cell| quoted(cell)).join(","))?;
        }
        out.flush()
    };
    print().map_err(|e| anyhow!(output::unwritable(&e)))?;
    Ok(Outcome::Done)
}
