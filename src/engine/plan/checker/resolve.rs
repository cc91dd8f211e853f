//! From a directive to its span, and what stands against an activity by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{at, length_ns, number};
use super::{Checker, Fix, Key, Span, Touched, Violation};
use crate::plan::activity::{Activity, ActivityId, Plan, Value, label};
use crate::plan::formula::Scope;
use crate::plan::model::{ActivityType, Moment};
use crate::plan::rule::{RuleKind, Severity};
use crate::time::{Instant, TimeRange};

/// Deepest chain of anchors that is followed.
const DEEPEST: usize = 1000;

/// Limits of a dictionary by name.
pub(in crate::plan) fn limits(model: &crate::plan::Model) -> BTreeMap<String, f64> {
    model.limits.values().map(|l| (l.id.clone(), l.value)).collect()
}

/// The arguments of an activity with the defaults of its type.
pub(in crate::plan) fn filled(
    of: Option<&ActivityType>,
    given: &BTreeMap<String, Value>,
) -> BTreeMap<String, Value> {
    let mut all = given.clone();
    for parameter in of.map_or(&[][..], |t| &t.parameters) {
        if let Some(default) = &parameter.default
            && !all.contains_key(&parameter.name)
        {
            all.insert(parameter.name.clone(), default.clone());
        }
    }
    all
}

/// Length of an activity in nanoseconds; none: it cannot be told.
pub(in crate::plan) fn duration_ns(
    of: Option<&ActivityType>,
    own: Option<i64>,
    arguments: &BTreeMap<String, Value>,
    limits: &BTreeMap<String, f64>,
) -> Option<i64> {
    if let Some(own) = own {
        return Some(own).filter(|ns| *ns >= 0);
    }
    let scope = Scope { arguments, duration_s: f64::NAN, limits };
    let s = of.map_or(0.0, |t| t.duration_s.evaluate(scope));
    (0.0..1e9).contains(&s).then_some((s * 1e9).round() as i64)
}

impl Checker {
    /// The start of an activity, anchors followed; and what is wrong with its anchors.
    fn start_of(&self, plan: &Plan, activity: &Activity) -> (Instant, Option<String>) {
        let mut seen = BTreeSet::from([activity.id]);
        let (mut now, mut offset_ns) = (activity, 0_i64);
        while let Some(anchor) = now.anchor {
            let Some(next) = plan.activities.get(&anchor.to) else {
                let reason = format!("activity {} that it hangs on is not there", anchor.to);
                return (activity.start, Some(reason));
            };
            if !seen.insert(anchor.to) || seen.len() > DEEPEST {
                let reason = "its anchors lead round in a circle".to_owned();
                return (activity.start, Some(reason));
            }
            offset_ns = offset_ns.saturating_add(anchor.offset_ns);
            if anchor.from_end {
                offset_ns = offset_ns.saturating_add(self.length_of(next));
            }
            now = next;
        }
        (now.start.plus_ns(offset_ns), None)
    }

    fn length_of(&self, activity: &Activity) -> i64 {
        let of = self.model.types.get(&activity.kind);
        let limits = &self.limits;
        let arguments = filled(of, &activity.arguments);
        duration_ns(of, activity.duration_ns, &arguments, limits).unwrap_or(0)
    }

    /// What becomes of an activity.
    pub(super) fn resolve(&self, plan: &Plan, activity: &Activity) -> Span {
        let of = self.model.types.get(&activity.kind);
        let (start, _) = self.start_of(plan, activity);
        let arguments = filled(of, &activity.arguments);
        let limits = &self.limits;
        let length = duration_ns(of, activity.duration_ns, &arguments, limits).unwrap_or(0);
        let instrument = of.map(|t| t.instrument.as_str());
        let mut selected = Vec::new();
        for (at, rule) in self.model.rules.iter().enumerate() {
            for (role, selector) in [(0, &rule.activities), (1, &rule.others)] {
                if selector.matches(&activity.kind, instrument, &activity.tags) {
                    selected.push(2 * at as u32 + role);
                }
            }
        }
        let range = TimeRange::new(start, start.plus_ns(length));
        Span { id: activity.id, kind: activity.kind.clone(), range, arguments, selected }
    }

    /// What stands against an activity by itself.
    pub(super) fn own(&self, plan: &Plan, id: ActivityId) -> Vec<Violation> {
        let (Some(activity), Some(span)) = (plan.activities.get(&id), self.spans.get(&id)) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut say = |rule: &str, severity, reason: String, fix| {
            let reason = format!("{}: {reason}", label(id, &span.kind, span.range.start));
            found.push(Violation {
                rule: rule.to_owned(),
                severity,
                activities: vec![id],
                range: span.range,
                reason,
                fix,
                waived_by: None,
            });
        };
        if let Some(reason) = self.start_of(plan, activity).1 {
            say("anchor", Severity::Error, reason + "; its own start counts", None);
        }
        match self.model.types.get(&activity.kind) {
            None => say(
                "type",
                Severity::Warning,
                "the dictionary does not know this type; it is kept, but nothing of it is checked"
                    .to_owned(),
                None,
            ),
            Some(of) => arguments(activity, of, &mut say),
        }
        let of = self.model.types.get(&activity.kind);
        let limits = &self.limits;
        if duration_ns(of, activity.duration_ns, &span.arguments, limits).is_none() {
            let reason = "its length cannot be told from its arguments; it counts as 0 s";
            say("duration", Severity::Error, reason.to_owned(), None);
        }
        let (plan_range, range) = (plan.range(), span.range);
        if range.start < plan_range.start || range.end > plan_range.end {
            let reason = format!(
                "it lies from {} to {}, not wholly in the plan, which is from {} to {}",
                at(range.start),
                at(range.end),
                at(plan_range.start),
                at(plan_range.end)
            );
            let latest = plan_range.end.plus_ns(range.duration_ns().saturating_neg());
            let to = range.start.min(latest).max(plan_range.start);
            let fits = range.duration_ns() <= plan_range.duration_ns();
            let fix = (fits && activity.anchor.is_none()).then_some(Fix::Shift { id, to });
            say("range", Severity::Error, reason, fix);
        }
        found
    }

    /// Puts a span into the indexes.
    pub(super) fn remember(&mut self, span: &Span, touched: &mut Touched) {
        for at in &span.selected {
            if let Some(index) = self.selected.get_mut(*at as usize) {
                index.insert(span.id, span.range);
            }
        }
        for (state, key, value) in self.settings(span) {
            touched.states.entry(state.clone()).or_default().push(key.0);
            if let Some(states) = self.states.get_mut(&state) {
                states.insert(key, value);
            }
        }
        for (resource, event) in self.events(span) {
            touched.numeric.entry(resource).or_default().push(event);
        }
    }

    /// Takes a span out of the indexes.
    pub(super) fn forget(&mut self, span: &Span, touched: &mut Touched) {
        for at in &span.selected {
            if let Some(index) = self.selected.get_mut(*at as usize) {
                index.remove(span.id, span.range);
            }
        }
        for (state, key, _) in self.settings(span) {
            touched.states.entry(state.clone()).or_default().push(key.0);
            if let Some(states) = self.states.get_mut(&state) {
                states.remove(key);
            }
        }
        let Some(of) = self.type_of(span) else { return };
        let resources: Vec<String> = of.effects.iter().map(|e| e.resource.clone()).collect();
        for resource in resources {
            touched.losing.entry(resource).or_default().insert(span.id);
        }
    }

    /// The keys that the touched spans bear on besides their own, by the rules that select them.
    pub(super) fn spread(&self, touched: &mut Touched) {
        let spans: Vec<Span> = touched.old.drain(..).chain(touched.new.drain(..)).collect();
        for span in &spans {
            for at in &span.selected {
                let rule = at / 2;
                let Some(of) = self.model.rules.get(rule as usize) else { continue };
                if matches!(of.kind, RuleKind::PerSol { .. }) {
                    touched.keys.insert(Key::Sol(rule, self.sol(span.range.start)));
                } else if at % 2 == 0 {
                    touched.keys.insert(Key::Rule(rule, span.id));
                }
                self.spread_pairs(rule, at % 2 == 1, span, &mut touched.keys);
            }
        }
        for (state, times) in std::mem::take(&mut touched.states) {
            self.spread_state(&state, &times, &mut touched.keys);
        }
    }
}

/// What is wrong with the arguments.
fn arguments(
    activity: &Activity,
    of: &ActivityType,
    say: &mut impl FnMut(&str, Severity, String, Option<Fix>),
) {
    let id = activity.id;
    for parameter in &of.parameters {
        let name = &parameter.name;
        match activity.arguments.get(name) {
            None if parameter.default.is_none() => {
                let reason = format!("the argument {name} is missing and has no default; give it");
                say("argument", Severity::Error, reason, None);
            }
            None => {}
            Some(value) => {
                if let Some(wrong) = parameter.wrong(value) {
                    let fix = parameter.nearest(value).map(|value| Fix::Argument {
                        id,
                        name: name.clone(),
                        value: Some(value),
                    });
                    say("argument", Severity::Error, format!("{name} {wrong}"), fix);
                }
            }
        }
    }
    for name in activity.arguments.keys().filter(|n| of.parameter(n).is_none()) {
        let reason = format!("the type has no argument {name}; it is not used");
        let fix = Fix::Argument { id, name: name.clone(), value: None };
        say("argument", Severity::Warning, reason, Some(fix));
    }
    if let Some(ns) = activity.duration_ns.filter(|ns| *ns < 0) {
        let reason = format!("its length is {}, less than nothing", length_ns(ns));
        say("duration", Severity::Error, reason, None);
    }
}

/// A number that an activity adds to a resource, or none where it is not known.
pub(super) fn known(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// When within a span, with the place in the order of what happens at the same instant: what ends
/// comes before what starts, unless it is the same activity without length.
pub(super) fn moment(of: Moment, range: TimeRange) -> (Instant, u8) {
    match of {
        Moment::Start | Moment::During => (range.start, 1),
        Moment::End if range.is_empty() => (range.end, 2),
        Moment::End => (range.end, 0),
    }
}

/// `12 Wh` for a sentence; none where it is no number.
pub(super) fn shown(x: f64, unit: &str) -> String {
    if x.is_nan() { "not known".to_owned() } else { format!("{} {unit}", number(x)) }
        .trim_end()
        .to_owned()
}
