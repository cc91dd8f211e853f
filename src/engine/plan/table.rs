//! Activities as a table of comma separated values, for spreadsheets and back.
//!
//! Columns by name, in any order: `type` and `start` are needed; `id`, `duration_s`, `notes`,
//! `tags` (with semicolons between), `anchor` (`12 end +60.5 s`: identifier, edge, offset) and one
//! `arg NAME` for each argument are not. Argument cells are JSON values; what is no JSON is a text.

use std::collections::BTreeSet;

use super::activity::{Activity, ActivityId, Anchor, Plan, Value};
use super::checker::resolve;
use super::model::Model;
use crate::problem::Problem;
use crate::time::{TimeRange, iso, parse};

/// Most rows that are read.
const ROWS: usize = 1_000_000;

/// A plan with the activities of a table; none where there are none. It lasts from the first start to
/// an hour after the last end, and a day at least: a table does not say.
pub fn plan(id: &str, mission: &str, model: &Model, activities: Vec<Activity>) -> Option<Plan> {
    let limits = resolve::limits(model);
    let end = |activity: &Activity| {
        let of = model.types.get(&activity.kind);
        let arguments = resolve::filled(of, &activity.arguments);
        let length = resolve::duration_ns(of, activity.duration_ns, &arguments, &limits);
        activity.start.plus_ns(length.unwrap_or_default())
    };
    let first = activities.iter().map(|a| a.start).min()?;
    let last = activities.iter().map(end).max()?;
    let range = TimeRange::new(first, last.plus_s(3600.0).max(first.plus_s(86_400.0)));
    let mut plan = Plan::new(id, id, mission, range);
    plan.activities = activities.into_iter().map(|a| (a.id, a)).collect();
    Some(plan)
}

/// Writes the activities of a plan by identifier.
pub fn write(plan: &Plan) -> String {
    let names: BTreeSet<&String> =
        plan.activities.values().flat_map(|a| a.arguments.keys()).collect();
    let mut head: Vec<String> =
        ["id", "type", "start", "duration_s", "notes", "tags", "anchor"].map(str::to_owned).into();
    head.extend(names.iter().map(|n| format!("arg {n}")));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut rows = vec![head];
    for activity in plan.activities.values() {
        let mut row = vec![
            activity.id.0.to_string(),
            activity.kind.clone(),
            iso(activity.start, 9),
            activity.duration_ns.map(seconds).unwrap_or_default(),
            activity.notes.clone(),
            activity.tags.join(";"),
            activity.anchor.map(anchor_text).unwrap_or_default(),
        ];
        row.extend(names.iter().map(|n| activity.arguments.get(*n).map(cell).unwrap_or_default()));
        rows.push(row);
    }
    for row in rows {
        // A vector takes whatever is written.
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Nanoseconds as seconds with up to nine decimals.
fn seconds(ns: i64) -> String {
    let (sign, all) = (if ns < 0 { "-" } else { "" }, ns.unsigned_abs());
    let text = format!("{sign}{}.{:09}", all / 1_000_000_000, all % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Nanoseconds of a number of seconds; none: it is no such number.
fn nanoseconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.trim_start_matches('+')),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let fraction: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let total = whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?;
    Some(sign * total.checked_add(fraction.parse().ok()?)?)
}

fn anchor_text(anchor: Anchor) -> String {
    let edge = if anchor.from_end { "end" } else { "start" };
    format!("{} {edge} {} s", anchor.to.0, seconds(anchor.offset_ns))
}

fn anchor(text: &str) -> Option<Anchor> {
    let mut words = text.split_whitespace();
    let to = ActivityId(words.next()?.trim_start_matches('#').parse().ok()?);
    let from_end = match words.next()? {
        "end" => true,
        "start" => false,
        _ => return None,
    };
    let offset_ns = words.next().map_or(Some(0), nanoseconds)?;
    Some(Anchor { to, from_end, offset_ns })
}

/// An argument's value: JSON; texts that would not be read as something else stand bare.
fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) if !text.is_empty() && serde_json::from_str::<Value>(text).is_err() => {
            text.clone()
        }
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Reads activities; sols in `start` are those of the mission. Rows that cannot be read are left
/// out and told with their line. Rows without an identifier get the next free ones.
pub fn read(bytes: &[u8], mission: &str) -> (Vec<Activity>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let head: Vec<String> = match reader.byte_headers() {
        Ok(head) => head.iter().map(|h| String::from_utf8_lossy(h).trim().to_owned()).collect(),
        Err(error) => {
            problems.push(Problem::of("header", format!("{error}; save the table as CSV again")));
            return (Vec::new(), problems);
        }
    };
    for needed in ["type", "start"] {
        if !head.iter().any(|h| h == needed) {
            let reason = format!("there is no column {needed}; name the columns in the first line");
            problems.push(Problem::of("header", reason));
            return (Vec::new(), problems);
        }
    }
    let (mut found, mut unnamed) = (Vec::new(), Vec::new());
    let mut taken = BTreeSet::new();
    for record in reader.byte_records() {
        if found.len() + unnamed.len() >= ROWS {
            let reason = format!("only the first {ROWS} rows are read; split the table");
            problems.push(Problem::of("row", reason));
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(Problem::of("row", format!("{error}; it is left out")));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cells = head.iter().map(String::as_str);
        let cells = cells.zip(record.iter().map(|c| String::from_utf8_lossy(c).into_owned()));
        match row(cells.collect(), mission) {
            Ok(activity) if activity.id == ActivityId(0) => unnamed.push(activity),
            Ok(activity) if taken.insert(activity.id) => found.push(activity),
            Ok(activity) => {
                let reason = format!("{} is there twice; the first one counts", activity.id);
                problems.push(Problem::of(format!("line {line}"), reason));
            }
            Err(reason) => {
                let reason = reason + "; it is left out";
                problems.push(Problem::of(format!("line {line}"), reason));
            }
        }
    }
    let mut next = taken.last().map_or(1, |id| id.0.saturating_add(1));
    for mut activity in unnamed {
        activity.id = ActivityId(next);
        next = next.saturating_add(1);
        found.push(activity);
    }
    (found, problems)
}

fn row(cells: Vec<(&str, String)>, mission: &str) -> Result<Activity, String> {
    let get = |name: &str| cells.iter().find(|(n, _)| *n == name).map_or("", |(_, c)| c.trim());
    let kind = get("type");
    if kind.is_empty() {
        return Err("it has no type".to_owned());
    }
    let start = parse(get("start"), Some(mission)).map_err(|e| e.to_string())?;
    let id = match get("id").trim_start_matches('#') {
        "" => 0,
        text => text.parse().map_err(|_| format!("its id {text} is no whole number"))?,
    };
    let mut activity = Activity::new(ActivityId(id), kind, start);
    if !get("duration_s").is_empty() {
        let text = get("duration_s");
        let ns = nanoseconds(text);
        activity.duration_ns =
            Some(ns.ok_or_else(|| format!("its duration_s {text} is no number of seconds"))?);
    }
    if !get("anchor").is_empty() {
        let text = get("anchor");
        let read = anchor(text);
        activity.anchor =
            Some(read.ok_or_else(|| format!("its anchor {text} is not written as 12 end 60 s"))?);
    }
    let notes = cells.iter().find(|(n, _)| *n == "notes");
    activity.notes = notes.map(|(_, c)| c.clone()).unwrap_or_default();
    let tags = get("tags").split(';').map(str::trim).filter(|t| !t.is_empty());
    activity.tags = tags.map(str::to_owned).collect();
    for (name, cell) in &cells {
        let Some(name) = name.strip_prefix("arg ").map(str::trim) else { continue };
        if !cell.is_empty() {
            let text = || Value::Text(cell.clone());
            let value = serde_json::from_str(cell).unwrap_or_else(|_| text());
            activity.arguments.insert(name.to_owned(), value);
        }
    }
    Ok(activity)
}
