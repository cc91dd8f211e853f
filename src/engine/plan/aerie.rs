//! Plans of Aerie (NASA-AMMOS): the older form with `activityInstances` that its lander model is
//! tested with, and the exported form with `activities` and offsets (version 2 of aerie-ui).
//!
//! Lengths of time are whole microseconds there. They become seconds where the dictionary says that
//! a parameter is one; of a type that it does not know, `duration` is taken for the length. Types
//! that are not known are kept as they are and told.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::activity::{Activity, ActivityId, Anchor, Plan, Value};
use super::model::{Model, ParameterKind};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange, doy, iso, parse};

/// Most activities that are read.
const MOST: usize = 1_000_000;
/// Most problems that are told one by one.
const PROBLEMS: usize = 1000;

#[derive(Deserialize)]
struct Instances {
    #[serde(default)]
    name: String,
    #[serde(rename = "startTimestamp")]
    start: String,
    #[serde(rename = "endTimestamp")]
    end: String,
    #[serde(rename = "activityInstances")]
    activities: Vec<Json>,
}

#[derive(Deserialize)]
struct Instance {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "startTimestamp")]
    start: String,
    #[serde(default)]
    parameters: Map<String, Json>,
}

#[derive(Deserialize)]
struct Exported {
    #[serde(default)]
    id: Json,
    #[serde(default)]
    name: String,
    start_time: String,
    duration: String,
    activities: Vec<Json>,
}

#[derive(Deserialize)]
struct ExportedActivity {
    id: Option<u64>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    start_offset: String,
    #[serde(default)]
    arguments: Map<String, Json>,
    #[serde(default)]
    metadata: Json,
    #[serde(default)]
    tags: Vec<Json>,
    anchor_id: Option<u64>,
    #[serde(default)]
    anchored_to_start: Option<bool>,
}

/// Whether the bytes look like a plan of Aerie.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.iter().find(|b| !b.is_ascii_whitespace());
    let has = |word: &[u8]| bytes.windows(word.len()).any(|w| w == word);
    head == Some(&b'{')
        && (has(b"\"activityInstances\"") || has(b"\"activities\"") && has(b"\"start_time\""))
}

/// Reads a plan for a mission; activities that cannot be read are left out and told. None: the
/// bytes are no plan at all.
pub fn read(bytes: &[u8], mission: &str, model: &Model) -> (Option<Plan>, Vec<Problem>) {
    let mut reader = Reader { model, problems: Vec::new(), untold: 0, unknown: BTreeMap::new() };
    let plan = reader.plan(bytes, mission);
    for (kind, count) in std::mem::take(&mut reader.unknown) {
        let reason = format!(
            "the dictionary does not know the type {kind}; its {count} activities are kept as \
             they are and not checked"
        );
        reader.problems.push(Problem::of("type", reason));
    }
    if reader.untold > 0 {
        let reason = format!("{} more problems of the same sort are not listed", reader.untold);
        reader.problems.push(Problem::of("plan", reason));
    }
    (plan, reader.problems)
}

struct Reader<'a> {
    model: &'a Model,
    problems: Vec<Problem>,
    untold: usize,
    /// Types that the dictionary does not know, with how many there are.
    unknown: BTreeMap<String, usize>,
}

impl Reader<'_> {
    fn tell(&mut self, field: &str, reason: impl Into<String>) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(Problem::of(field, reason));
        } else {
            self.untold += 1;
        }
    }

    fn plan(&mut self, bytes: &[u8], mission: &str) -> Option<Plan> {
        let json: Json = match serde_json::from_slice(bytes) {
            Ok(json) => json,
            Err(error) => {
                self.tell("plan", format!("this is no JSON: {error}; export the plan again"));
                return None;
            }
        };
        let read = if json.get("activityInstances").is_some() {
            serde_json::from_value(json).map(|p| self.instances(p, mission))
        } else {
            serde_json::from_value(json).map(|p| self.exported(p, mission))
        };
        match read {
            Ok(plan) => plan,
            Err(error) => {
                let reason = format!("this is no plan of Aerie: {error}; export the plan again");
                self.tell("plan", reason);
                None
            }
        }
    }

    /// Activities beyond what is read.
    fn count(&mut self, count: usize) {
        if count > MOST {
            self.tell(
                "activities",
                format!("only the first {MOST} of {count} are read; split the plan"),
            );
        }
    }

    fn time(&mut self, field: &str, text: &str) -> Option<Instant> {
        let plain = text.trim_end_matches("+00:00").trim_end_matches("+00");
        match parse(plain, None) {
            Ok(t) => Some(t),
            Err(error) => {
                self.tell(field, error.to_string());
                None
            }
        }
    }

    fn instances(&mut self, text: Instances, mission: &str) -> Option<Plan> {
        let start = self.time("startTimestamp", &text.start)?;
        let end = self.time("endTimestamp", &text.end)?;
        let range = TimeRange::new(start, end);
        self.count(text.activities.len());
        let mut plan = Plan::new(&text.name, &text.name, mission, range);
        for (at, json) in text.activities.into_iter().take(MOST).enumerate() {
            let field = format!("activityInstances[{at}]");
            let read: Instance = match serde_json::from_value(json) {
                Ok(read) => read,
                Err(error) => {
                    self.tell(&field, format!("{error}; it is left out"));
                    continue;
                }
            };
            let Some(start) = self.time(&field, &read.start) else { continue };
            let id = ActivityId(at as u64 + 1);
            let mut activity = Activity::new(id, read.kind, start);
            self.arguments(&mut activity, read.parameters, &field);
            plan.activities.insert(id, activity);
        }
        Some(plan)
    }

    fn exported(&mut self, text: Exported, mission: &str) -> Option<Plan> {
        let start = self.time("start_time", &text.start_time)?;
        let Some(length) = interval_ns(&text.duration) else {
            self.tell("duration", "write it as hours:minutes:seconds, as 24:00:00");
            return None;
        };
        let id = match &text.id {
            Json::String(id) => id.clone(),
            Json::Null => text.name.clone(),
            other => other.to_string(),
        };
        let range = TimeRange::new(start, start.plus_ns(length));
        let mut plan = Plan::new(&id, &text.name, mission, range);
        self.count(text.activities.len());
        let mut read = Vec::new();
        for (at, json) in text.activities.into_iter().take(MOST).enumerate() {
            match serde_json::from_value::<ExportedActivity>(json) {
                Ok(activity) => read.push((at, activity)),
                Err(error) => {
                    self.tell(&format!("activities[{at}]"), format!("{error}; it is left out"));
                }
            }
        }
        let mut next = read.iter().filter_map(|(_, a)| a.id).max().unwrap_or(0);
        let mut taken = BTreeSet::new();
        for (at, text) in read {
            let field = format!("activities[{at}]");
            let id = text.id.filter(|id| taken.insert(*id)).unwrap_or_else(|| {
                next = next.saturating_add(1);
                next
            });
            if text.id.is_some_and(|own| own != id) {
                self.tell(&field, format!("its id is there twice; it becomes {id}"));
            }
            let activity = self.exported_activity(ActivityId(id), text, start, &field);
            plan.activities.extend(activity.map(|a| (a.id, a)));
        }
        Some(plan)
    }

    fn exported_activity(
        &mut self,
        id: ActivityId,
        text: ExportedActivity,
        start: Instant,
        field: &str,
    ) -> Option<Activity> {
        let Some(offset_ns) = interval_ns(&text.start_offset) else {
            let reason = format!("its start_offset {:?} is no length of time", text.start_offset);
            self.tell(field, reason + ", as 01:30:00; it is left out");
            return None;
        };
        let mut activity = Activity::new(id, text.kind, start.plus_ns(offset_ns));
        activity.anchor = text.anchor_id.map(|to| Anchor {
            to: ActivityId(to),
            from_end: text.anchored_to_start == Some(false),
            offset_ns,
        });
        let of_metadata = |name: &str| text.metadata.get(name);
        match of_metadata("notes").and_then(Json::as_str) {
            Some(notes) => activity.notes = notes.to_owned(),
            None if text.name != activity.kind => activity.notes = text.name,
            None => {}
        }
        activity.duration_ns = of_metadata("duration_ns").and_then(Json::as_i64);
        let name = |tag: &Json| {
            let tag = tag.pointer("/tag/name").or(tag.get("name")).unwrap_or(tag);
            tag.as_str().map(str::to_owned)
        };
        activity.tags = text.tags.iter().filter_map(name).collect();
        self.arguments(&mut activity, text.arguments, field);
        Some(activity)
    }

    /// Arguments, with lengths of time in seconds where they are known to be such.
    fn arguments(&mut self, activity: &mut Activity, given: Map<String, Json>, field: &str) {
        let of = self.model.types.get(&activity.kind);
        if of.is_none() {
            *self.unknown.entry(activity.kind.clone()).or_default() += 1;
        }
        for (name, json) in given {
            let parameter = of.and_then(|t| t.parameter(&name));
            let is_duration = parameter.is_some_and(|p| p.kind == ParameterKind::Duration);
            let us = json.as_i64();
            let value = match (&json, us) {
                (Json::Number(_), Some(us)) if is_duration => Some(Value::Number(us as f64 / 1e6)),
                (Json::String(text), _) if is_duration => {
                    interval_ns(text).map(|ns| Value::Number(ns as f64 / 1e9))
                }
                (Json::Number(_), Some(us)) if name == "duration" && parameter.is_none() => {
                    activity.duration_ns = Some(us.saturating_mul(1000));
                    continue;
                }
                _ => value(&json),
            };
            if let Some(value) = value {
                activity.arguments.insert(name, value);
            } else {
                let reason = format!("the argument {name} has no value; it is left out");
                self.tell(field, reason);
            }
        }
    }
}

/// A value; none: it is null or no length of time.
fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(is) => Value::Bool(*is),
        Json::Number(number) => Value::Number(number.as_f64()?),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(list) => Value::List(list.iter().filter_map(value).collect()),
        Json::Object(members) => {
            let member = |(name, json): (&String, &Json)| Some((name.clone(), value(json)?));
            Value::Record(members.iter().filter_map(member).collect())
        }
    })
}

/// Nanoseconds of an interval as PostgreSQL prints it: `24:00:00`, `-00:10:00.5`,
/// `3 days 02:00:00`.
fn interval_ns(text: &str) -> Option<i64> {
    let mut text = text.trim();
    let mut total: i128 = 0;
    if let Some((days, rest)) = text.split_once(" day") {
        total += i128::from(days.trim().parse::<i64>().ok()?) * 86_400_000_000_000;
        text = rest.trim_start_matches('s').trim();
        if text.is_empty() {
            return i64::try_from(total).ok();
        }
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.trim_start_matches('+')),
    };
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let whole = |text: &str| text.parse::<u32>().ok().map(i128::from);
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let s = (whole(hours)? * 60 + whole(minutes)?) * 60 + whole(seconds)?;
    total += sign * (s * 1_000_000_000 + whole(&digits)?);
    parts.next().is_none().then_some(())?;
    i64::try_from(total).ok()
}

/// `hours:minutes:seconds` with as many decimals as are needed, up to nine.
fn interval(ns: i64) -> String {
    let (sign, ns) = if ns < 0 { ("-", ns.unsigned_abs()) } else { ("", ns.unsigned_abs()) };
    let (s, rest) = (ns / 1_000_000_000, ns % 1_000_000_000);
    let fraction = format!(".{rest:09}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{sign}{:02}:{:02}:{:02}{fraction}", s / 3600, s / 60 % 60, s % 60)
}

/// The arguments of an activity, lengths of time in microseconds.
fn arguments(of: &Activity, model: &Model) -> Map<String, Json> {
    let kind = model.types.get(&of.kind);
    let argument = |(name, value): (&String, &Value)| {
        let parameter = kind.and_then(|t| t.parameter(name));
        let json = match (parameter.map(|p| p.kind), value) {
            (Some(ParameterKind::Duration), Value::Number(s)) => json!((s * 1e6).round() as i64),
            // A whole number is written without a fraction, as it was read.
            (_, Value::Number(x)) if x.fract() == 0.0 && x.abs() < 9e15 => json!(*x as i64),
            _ => json!(value),
        };
        (name.clone(), json)
    };
    of.arguments.iter().map(argument).collect()
}

/// A plan in the exported form (version 2). Waivers have no place there.
pub fn write(plan: &Plan, model: &Model) -> String {
    let activity = |a: &Activity| {
        let arguments = arguments(a, model);
        let mut metadata = Map::new();
        if !a.notes.is_empty() {
            metadata.insert("notes".to_owned(), json!(a.notes));
        }
        if let Some(ns) = a.duration_ns {
            metadata.insert("duration_ns".to_owned(), json!(ns));
        }
        let tags: Vec<Json> =
            a.tags.iter().map(|t| json!({ "tag": { "name": t, "color": null } })).collect();
        let offset_ns = a.anchor.map_or(a.start.ns_since(plan.start), |anchor| anchor.offset_ns);
        json!({
            "id": a.id.0,
            "type": a.kind,
            "name": a.kind,
            "start_offset": interval(offset_ns),
            "anchor_id": a.anchor.map(|anchor| anchor.to.0),
            "anchored_to_start": a.anchor.is_none_or(|anchor| !anchor.from_end),
            "arguments": arguments,
            "metadata": metadata,
            "tags": tags,
        })
    };
    let text = json!({
        "version": "2",
        "id": plan.id,
        "name": plan.name,
        "start_time": iso(plan.start, 6).replace('Z', "+00:00"),
        "duration": interval(plan.range().duration_ns()),
        "simulation_arguments": {},
        "tags": [],
        "activities": plan.activities.values().map(activity).collect::<Vec<_>>(),
    });
    format!("{text:#}\n")
}

/// A plan in the older form, with `activityInstances`. Anchors, notes and tags have no place there;
/// anchored activities stand at the start of their own.
pub fn write_instances(plan: &Plan, model: &Model) -> String {
    let activity = |a: &Activity| {
        let mut parameters = arguments(a, model);
        if let Some(ns) = a.duration_ns {
            parameters.insert("duration".to_owned(), json!(ns / 1000));
        }
        json!({ "type": a.kind, "startTimestamp": doy(a.start, 3), "parameters": parameters })
    };
    let text = json!({
        "name": plan.name,
        "adaptationId": "",
        "startTimestamp": doy(plan.start, 3),
        "endTimestamp": doy(plan.end, 3),
        "activityInstances": plan.activities.values().map(activity).collect::<Vec<_>>(),
    });
    format!("{text:#}\n")
}
