//! What activities and supplies do to resources, and what bounds and states say to it.

use std::collections::{BTreeMap, BTreeSet};

use super::numeric::{After, Event, Numeric};
use super::pairs::violation;
use super::resolve::{known, moment, shown};
use super::states::SetKey;
use super::words::{amount, at};
use super::{Checker, Fix, Key, Span, Touched, Violation};
use crate::plan::activity::{ActivityId, Value, label};
use crate::plan::formula::{Formula, Scope, template};
use crate::plan::model::{ActivityType, Moment, Supply};
use crate::plan::rule::{Rule, RuleKind};
use crate::plan::windows::Windows;
use crate::time::{Instant, TimeRange};

/// How far a value may pass a bound by rounding, as a share of the bound.
const SLACK: f64 = 1e-9;
/// Most activities that are named for one crossing of a bound.
const NAMED: usize = 4;
/// Events looked at behind a crossing.
const LOOK_BACK: usize = 64;

/// Seconds by which an activity that holds a state goes beyond what needs the state.
const BESIDE_S: f64 = 60.0;

/// Whether activities of a type set a state to a wanted value while they last, and to another one
/// at their end.
fn holds(of: &ActivityType, (state, one_of): (&str, &[String])) -> bool {
    let sets = |at_end: bool| {
        of.sets.iter().any(|set| {
            let is_wanted = one_of.contains(&set.to);
            set.state == state && (set.at == Moment::End) == at_end && is_wanted != at_end
        })
    };
    sets(false) && sets(true)
}

/// The events of supplies.
pub(super) fn supplied(supplies: &[Supply], windows: &Windows, plan: TimeRange) -> Vec<Event> {
    let mut events = Vec::new();
    for (which, supply) in supplies.iter().enumerate() {
        let always = [plan];
        let intervals = match &supply.window {
            Some(window) => windows.get(window),
            None => &always,
        };
        for interval in intervals.iter().filter(|i| i.overlaps(&plan)) {
            let (start, end) = (interval.start.max(plan.start), interval.end.min(plan.end));
            for (time, rate) in [(start, supply.rate_per_h), (end, -supply.rate_per_h)] {
                events.push(Event {
                    time,
                    order: 0,
                    id: None,
                    which: which as u16,
                    step: 0.0,
                    rate,
                });
            }
        }
    }
    events
}

impl Checker {
    /// What formulas of a span are evaluated over.
    pub(super) fn scope<'a>(&'a self, span: &'a Span) -> Scope<'a> {
        let (arguments, duration_s) = (&span.arguments, span.range.duration_s());
        Scope { arguments, duration_s, limits: &self.limits }
    }

    /// What a span does to numeric resources.
    pub(super) fn events(&self, span: &Span) -> Vec<(String, Event)> {
        let Some(of) = self.type_of(span) else { return Vec::new() };
        let scope = self.scope(span);
        let mut events = Vec::new();
        for (which, effect) in of.effects.iter().enumerate() {
            let value = |f: &Formula| known(f.evaluate(scope));
            if effect.when.as_ref().is_some_and(|w| !w.holds(scope)) {
                continue;
            }
            let mut push = |at: Moment, step: f64, rate: f64| {
                let (time, order) = moment(at, span.range);
                let event =
                    Event { time, order, id: Some(span.id), which: which as u16, step, rate };
                events.push((effect.resource.clone(), event));
            };
            let hours = span.range.duration_s() / 3600.0;
            let amount = effect.amount.as_ref().and_then(value);
            let rate = match (amount, effect.at) {
                (Some(amount), Moment::During) if hours > 0.0 => Some(amount / hours),
                (Some(amount), at) => {
                    push(at, amount, 0.0);
                    None
                }
                (None, _) => effect.rate_per_h.as_ref().and_then(value).filter(|_| hours > 0.0),
            };
            if let Some(rate) = rate {
                push(Moment::Start, 0.0, rate);
                push(Moment::End, 0.0, -rate);
            }
        }
        events
    }

    /// The states that a span sets.
    pub(super) fn settings(&self, span: &Span) -> Vec<(String, SetKey, String)> {
        let Some(of) = self.type_of(span) else { return Vec::new() };
        let scope = self.scope(span);
        let is_set = |set: &crate::plan::Set| set.when.as_ref().is_none_or(|w| w.holds(scope));
        let sets = of.sets.iter().enumerate().filter(|(_, set)| is_set(set));
        let set = |(which, set): (usize, &crate::plan::Set)| {
            let (time, order) = moment(set.at, span.range);
            let value = template(&set.to, &span.arguments);
            (set.state.clone(), (time, order, span.id, which as u16), value)
        };
        sets.map(set).collect()
    }

    /// Gives resources their new events and marks their bounds.
    pub(super) fn move_resources(&mut self, touched: &mut Touched) {
        let mut gaining = std::mem::take(&mut touched.numeric);
        let losing = std::mem::take(&mut touched.losing);
        let names: BTreeSet<String> = gaining.keys().chain(losing.keys()).cloned().collect();
        let none = BTreeSet::new();
        for name in names {
            if let Some(numeric) = self.numeric.get_mut(&name) {
                let lost = losing.get(&name).unwrap_or(&none);
                numeric.change(lost, gaining.remove(&name).unwrap_or_default());
            }
            let of_it =
                |k: &RuleKind| matches!(k, RuleKind::Bound { resource, .. } if *resource == name);
            touched.keys.extend(self.rules_where(of_it));
        }
    }

    /// The activities that need a state at the times where it changed, and until the next setting.
    pub(super) fn spread_state(&self, state: &str, times: &[Instant], keys: &mut BTreeSet<Key>) {
        let Some(states) = self.states.get(state) else { return };
        for (n, rule) in self.model.rules.iter().enumerate() {
            if !matches!(&rule.kind, RuleKind::State { state: s, .. } if s == state) {
                continue;
            }
            let Some(index) = self.selected.get(2 * n) else { continue };
            for t in times {
                let end = states.next_after(*t).unwrap_or(Instant::MAX);
                keys.extend(index.touching(*t, end).map(|(id, _)| Key::Rule(n as u32, id)));
            }
        }
    }

    /// What an activity finds of a state that it needs.
    pub(super) fn needs(&self, rule: &Rule, span: &Span) -> Option<Violation> {
        let RuleKind::State { state, one_of, during } = &rule.kind else { return None };
        let states = self.states.get(state)?;
        let is_allowed = |value: &str| one_of.iter().any(|o| o == value);
        let who = label(span.id, &span.kind, span.range.start);
        let wanted = crate::plan::load::or(one_of);
        let (value, set_by) = states.found_at(span.range.start);
        if !is_allowed(value) {
            let by = set_by.map_or_else(|| "from the start".to_owned(), |id| format!("by {id}"));
            let reason = format!("{who} finds {state} {value}, set {by}; it needs {wanted}");
            let wanted = (state.as_str(), one_of.as_slice());
            let longer = set_by.and_then(|id| self.longer(id, wanted, span.range.end));
            let fix = longer.or_else(|| self.setting(wanted, span));
            let activities = set_by.into_iter().filter(|id| *id != span.id).chain([span.id]);
            return Some(violation(rule, activities.collect(), span.range, reason, fix));
        }
        let mut changes = states.set_during(span.range, span.id).filter(|_| *during);
        let ((time, _, by, _), value) = changes.find(|(_, value)| !is_allowed(value))?;
        let reason = format!(
            "{by} sets {state} to {value} at {} while {who} is running; it needs {wanted} until {}",
            at(*time),
            at(span.range.end)
        );
        let longer = self.longer(*by, (state, one_of), span.range.end);
        let fix = longer.or(Some(Fix::Shift { id: *by, to: span.range.end }));
        let range = TimeRange::new(*time, span.range.end);
        Some(violation(rule, vec![*by, span.id], range, reason, fix))
    }

    /// An activity that holds a state while it lasts, made so long that it does until an instant.
    fn longer(&self, id: ActivityId, wanted: (&str, &[String]), until: Instant) -> Option<Fix> {
        let span = self.span(id)?;
        let of = self.model.types.get(&span.kind).filter(|of| holds(of, wanted))?;
        let parameter = of.length_parameter()?;
        let Some(Value::Number(now_s)) = span.arguments.get(&parameter.name) else { return None };
        let length = |arguments: &BTreeMap<String, Value>| {
            super::resolve::duration_ns(Some(of), None, arguments, &self.limits)
        };
        let more_s = (until.s_since(span.range.end) + BESIDE_S).ceil();
        let value = Value::Number(now_s + more_s);
        let mut arguments = span.arguments.clone();
        // Unless its length comes from elsewhere.
        let is_ruled = length(&arguments) == Some(span.range.duration_ns());
        arguments.insert(parameter.name.clone(), value.clone());
        let end = span.range.start.plus_ns(length(&arguments)?);
        let is_good = is_ruled && more_s > 0.0 && end > until && parameter.wrong(&value).is_none();
        is_good.then(|| Fix::Argument { id, name: parameter.name.clone(), value: Some(value) })
    }

    /// An activity that would set a state in time.
    fn setting(&self, (state, one_of): (&str, &[String]), span: &Span) -> Option<Fix> {
        let limits = &self.limits;
        let sets = |t: &&crate::plan::ActivityType| {
            let fits = |s: &crate::plan::Set| s.state == state && one_of.contains(&s.to);
            t.id != span.kind && t.sets.iter().any(|s| fits(s) && s.when.is_none())
        };
        let of = self.model.types.values().find(sets)?;
        let mut given = BTreeMap::new();
        let kind = of.id.clone();
        if let Some(length) = of.length_parameter().filter(|_| holds(of, (state, one_of))) {
            let wanted_s = (span.range.duration_ns() as f64 / 1e9 + 2.0 * BESIDE_S).ceil();
            let value = length.nearest(&Value::Number(wanted_s))?;
            given.insert(length.name.clone(), value);
            let start = span.range.start.plus_s(-BESIDE_S);
            return Some(Fix::Add { kind, start, arguments: given });
        }
        let arguments = super::resolve::filled(Some(of), &given);
        let length = super::resolve::duration_ns(Some(of), None, &arguments, limits)?;
        let start = span.range.start.plus_ns(-length);
        Some(Fix::Add { kind, start, arguments: given })
    }

    /// Where a resource passes a bound.
    pub(super) fn bound(&self, rule: &Rule) -> Vec<Violation> {
        let RuleKind::Bound { resource, min, max } = &rule.kind else { return Vec::new() };
        let Some(numeric) = self.numeric.get(resource) else { return Vec::new() };
        let mut found = Vec::new();
        if min.is_finite() {
            found.extend(self.crossings(rule, resource, numeric, *min, -1.0));
        }
        if max.is_finite() {
            found.extend(self.crossings(rule, resource, numeric, *max, 1.0));
        }
        found
    }

    /// The times at which a value lies beyond a bound; `sign` 1: above, −1: below.
    fn crossings(
        &self,
        rule: &Rule,
        resource: &str,
        numeric: &Numeric,
        bound: f64,
        sign: f64,
    ) -> Vec<Violation> {
        let over = |x: f64| (x - bound) * sign > SLACK * bound.abs().max(1.0);
        let mut found = Vec::new();
        // Start of the crossing, event behind it, and the worst value with its time.
        let mut open: Option<(Instant, usize, (f64, Instant))> = None;
        if over(numeric.initial()) && numeric.events.is_empty() {
            open = Some((self.range.start, 0, (numeric.initial(), self.range.start)));
        }
        for (n, (event, after)) in numeric.events.iter().zip(&numeric.after).enumerate() {
            let next = numeric.events.get(n + 1).map_or(self.range.end, |e| e.time);
            if next <= event.time && n + 1 < numeric.events.len() {
                continue;
            }
            let to = numeric.flow(*after, event.time, next);
            for (value, t) in [(after.value, event.time), (to, next)] {
                match &mut open {
                    None if over(value) => {
                        let start = crossing(*after, event.time, bound, t);
                        open = Some((start, n, (value, t)));
                    }
                    Some((_, _, worst)) if over(value) => {
                        let is_worse = (value - worst.0) * sign > 0.0;
                        *worst = if is_worse { (value, t) } else { *worst };
                    }
                    Some((start, by, worst)) => {
                        let end = crossing(*after, event.time, bound, t);
                        let range = TimeRange::new(*start, end);
                        found.push(self.crossed(
                            rule,
                            resource,
                            numeric,
                            range,
                            (*by, *worst, sign),
                        ));
                        open = None;
                    }
                    None => {}
                }
            }
        }
        if let Some((start, by, worst)) = open {
            let range = TimeRange::new(start, self.range.end);
            found.push(self.crossed(rule, resource, numeric, range, (by, worst, sign)));
        }
        found
    }

    fn crossed(
        &self,
        rule: &Rule,
        resource: &str,
        numeric: &Numeric,
        range: TimeRange,
        (by, worst, sign): (usize, (f64, Instant), f64),
    ) -> Violation {
        let (name, unit) = match self.model.resources.get(resource) {
            Some(r) => (r.name.as_str(), r.unit.as_str()),
            None => (resource, ""),
        };
        let RuleKind::Bound { min, max, .. } = rule.kind else {
            return violation(rule, Vec::new(), range, String::new(), None);
        };
        let (side, than) = if sign > 0.0 { ("more", max) } else { ("less", min) };
        let reason = format!(
            "{name} is {} at {}, {side} than {} from {} to {}",
            shown(worst.0, unit),
            at(worst.1),
            amount(than, unit),
            at(range.start),
            at(range.end)
        );
        let mut activities: Vec<ActivityId> = Vec::new();
        let seen = numeric.events.iter().take(by + 1).rev().take(LOOK_BACK);
        for event in seen {
            let pushes = (event.step + event.rate) * sign > 0.0;
            let Some(id) = event.id.filter(|id| pushes && !activities.contains(id)) else {
                continue;
            };
            let is_on = self.spans.get(&id).is_some_and(|s| s.range.end >= range.start);
            if (is_on && event.rate != 0.0 || event.step != 0.0) && activities.len() < NAMED {
                activities.push(id);
            }
        }
        let fix = activities.first().map(|id| Fix::Remove { id: *id });
        violation(rule, activities, range, reason, fix)
    }
}

/// When the line after an event meets a bound, at most `t`.
fn crossing(after: After, since: Instant, bound: f64, t: Instant) -> Instant {
    let hours = (bound - after.value) / after.rate;
    if hours.is_finite() && hours >= 0.0 { since.plus_s(hours * 3600.0).min(t) } else { t }
}
