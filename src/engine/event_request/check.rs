//! What stands against a request: the memory, the volume, other requests, the planning rules.

use std::sync::Arc;

use super::carry::{activities, activity_type};
use super::fold::Requests;
use super::item::RequestItem;
use super::model::EventRequest;
use crate::plan::{ActivityId, Checker, Edit, Model, Plan, RuleKind, Value, Windows};
use crate::time::{Instant, TimeRange, iso};

/// Something that stands against a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The rule, or a word such as `memory`.
    pub rule: String,
    /// Why, with numbers.
    pub reason: String,
    /// Whether it can be accepted all the same, with a reason.
    pub can_be_waived: bool,
}

impl std::fmt::Display for Objection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.rule, self.reason)
    }
}

fn firm(rule: &str, reason: impl Into<String>) -> Objection {
    Objection { rule: rule.to_owned(), reason: reason.into(), can_be_waived: false }
}

/// All that stands against accepting a request now. `own` is its identifier where it has one.
pub fn objections(
    request: &EventRequest,
    own: Option<&str>,
    requests: &Requests,
    model: &Arc<Model>,
    now: Instant,
) -> Vec<Objection> {
    let mut found: Vec<Objection> =
        request.faults().into_iter().map(|fault| firm("request", fault)).collect();
    let known = |part| model.types.contains_key(activity_type(part));
    if !request.parts().into_iter().all(known) {
        let reason = "The mission's planning dictionary has no event requests.";
        found.push(firm("mission", reason));
    }
    if !found.is_empty() {
        return found;
    }
    if request.window.end > now {
        found.push(firm("window", "The window is not over: only what was recorded can be asked."));
    }
    if now >= request.deadline() {
        found.push(firm(
            "memory",
            format!(
                "The first records are overwritten since {}: the memory keeps them for {} h.",
                iso(request.deadline(), 0),
                request.memory_life_h
            ),
        ));
        return found;
    }
    let others: Vec<&RequestItem> = requests
        .items()
        .filter(|item| own != Some(item.id.as_str()) && item.request.mission == request.mission)
        .collect();
    found.extend(others.iter().filter_map(|other| overlap(request, other)));
    found.extend(by_rules(request, model, now));
    found.extend(by_sol(request, &others, model));
    found
}

fn overlap(request: &EventRequest, other: &RequestItem) -> Option<Objection> {
    let is_same = |sensor| request.wish(sensor).is_some() && other.request.wish(sensor).is_some();
    let sensor = super::Sensor::ALL.into_iter().find(|sensor| is_same(*sensor))?;
    let meets = other.state().is_taken() && other.request.window.overlaps(&request.window);
    meets.then(|| {
        let (id, name) = (&other.id, sensor.name());
        let state = other.state().word();
        let advice = "choose another window, or use its data";
        firm("overlap", format!("{id} ({state}) asks for {name} of the same time: {advice}."))
    })
}

/// The rules that judge an event request by itself: relations and allocations of its activities.
fn by_rules(request: &EventRequest, model: &Arc<Model>, now: Instant) -> Vec<Objection> {
    let range = TimeRange::new(now, now.plus_s(86_400.0));
    let mut plan = Plan::new("request", "request", &request.mission, range);
    let edits: Vec<Edit> =
        activities("request", request, now, ActivityId(1)).into_iter().map(Edit::add).collect();
    if plan.apply(&edits).is_err() {
        return Vec::new();
    }
    let checker = Checker::new(Arc::clone(model), Arc::new(Windows::default()), &plan);
    let mut found = Vec::new();
    for violation in checker.violations(&plan) {
        let rule = model.rule(&violation.rule);
        let judges = match rule.map(|rule| &rule.kind) {
            Some(RuleKind::Relation { .. } | RuleKind::Allocation { .. }) => true,
            Some(_) => false,
            None => violation.rule == "argument",
        };
        if judges {
            let sentence = rule.map_or("", |rule| rule.sentence.as_str());
            found.push(Objection {
                reason: format!("{sentence} {}", violation.reason).trim().to_owned(),
                can_be_waived: rule.is_some_and(|rule| rule.waiver.is_some()),
                rule: violation.rule,
            });
        }
    }
    found
}

/// The rule of a sol holds for all that was accepted and has not come down yet: a request more
/// has to fit in.
fn by_sol(
    request: &EventRequest,
    others: &[&RequestItem],
    model: &Arc<Model>,
) -> Option<Objection> {
    let seis = activity_type(super::Part::Seis);
    let rule = model.rules.iter().find(|rule| {
        let is_volume = matches!(&rule.kind, RuleKind::PerSol { unit, .. } if unit == "Mbit");
        is_volume && rule.activities.matches(seis, None, &[])
    })?;
    let RuleKind::PerSol { at_most, .. } = &rule.kind else { return None };
    let waiting = others.iter().filter(|other| other.state().is_waiting());
    let before: f64 = waiting.map(|other| other.request.volume_bits() / 1e6).sum();
    let all = before + request.volume_bits() / 1e6;
    (all > *at_most).then(|| Objection {
        rule: rule.id.clone(),
        reason: format!(
            "{} {before:.1} Mbit were accepted and wait; with this one {all:.1} Mbit of {at_most}.",
            rule.sentence
        ),
        can_be_waived: rule.waiver.is_some(),
    })
}

/// What a relay pass brings down in Mbit, by the planning dictionary.
pub fn pass_mbit(model: &Model) -> Option<f64> {
    let pass = model.types.get("UHFComm")?.parameter("returnLinkVol")?;
    match pass.default {
        Some(Value::Number(mbit)) if mbit > 0.0 => Some(mbit),
        _ => None,
    }
}

/// Hours that the memory keeps records, by the planning dictionary.
pub(super) fn memory_life_h(model: &Model) -> f64 {
    model.limits.get("memory_life_h").map_or(super::model::MEMORY_LIFE_H, |limit| limit.value)
}
