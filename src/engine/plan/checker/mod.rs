//! Judges a plan, and keeps its judgement up to date with edits.
//!
//! Every violation belongs to a key: an activity, a rule with an activity, a rule with a sol, or a
//! rule with a resource. An edit finds the keys that it can bear on, by the times before and after,
//! and only these are judged again; what comes out is the same as judging everything.

mod fix;
mod index;
mod judge;
mod numeric;
mod pairs;
pub(super) mod resolve;
mod resources;
mod states;
pub(super) mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use fix::Fix;
use index::Index;
use numeric::{Event, Numeric};
pub use numeric::{Profile, ProfilePoint};
pub(super) use resolve::limits;
pub use states::StatePiece;
use states::States;

use super::activity::{Activity, ActivityId, Plan, Value};
use super::model::{ActivityType, Model, ResourceKind};
use super::rule::{RuleKind, Severity};
use super::windows::Windows;
use crate::time::{Convention, Instant, SolClock, TimeRange};

/// What becomes of an activity: its place in time and all its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The activity.
    pub id: ActivityId,
    /// Its type.
    pub kind: String,
    /// Its time, anchors followed.
    pub range: TimeRange,
    /// Arguments with defaults filled in.
    pub arguments: BTreeMap<String, Value>,
    /// Rules that judge it (twice the position), and those it is held against (and one).
    selected: Vec<u32>,
}

/// A rule that a plan breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The rule; `type`, `argument`, `anchor`, `duration` and `range` are rules of their own.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// The activities that break it, in rising order.
    pub activities: Vec<ActivityId>,
    /// When.
    pub range: TimeRange,
    /// Why, in words with numbers and units.
    pub reason: String,
    /// What can be done, where something simple can.
    pub fix: Option<Fix>,
    /// Who waived it; only [`Checker::violations`] knows.
    pub waived_by: Option<String>,
}

/// What an edit brought about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delta {
    /// Violations that are new.
    pub added: Vec<Violation>,
    /// Violations that are gone.
    pub removed: Vec<Violation>,
    /// How many keys were judged again.
    pub judged: usize,
}

/// What violations belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Own(ActivityId),
    Rule(u32, ActivityId),
    Sol(u32, i32),
    Bound(u32),
}

/// The judgement of a plan.
#[derive(Clone, Debug)]
pub struct Checker {
    model: Arc<Model>,
    windows: Arc<Windows>,
    clock: Option<SolClock>,
    range: TimeRange,
    spans: BTreeMap<ActivityId, Span>,
    /// Who hangs on whom.
    dependents: BTreeMap<ActivityId, BTreeSet<ActivityId>>,
    anchored: BTreeMap<ActivityId, ActivityId>,
    /// Two for each rule: the activities it judges, and those it holds against them.
    selected: Vec<Index>,
    numeric: BTreeMap<String, Numeric>,
    states: BTreeMap<String, States>,
    /// Limits of the dictionary by name.
    limits: BTreeMap<String, f64>,
    found: BTreeMap<Key, Vec<Violation>>,
}

/// What an edit touches.
#[derive(Default)]
struct Touched {
    keys: BTreeSet<Key>,
    /// Before and after of the activities.
    old: Vec<Span>,
    new: Vec<Span>,
    /// Resources that lose the events of `old` and get these.
    numeric: BTreeMap<String, Vec<Event>>,
    losing: BTreeMap<String, BTreeSet<ActivityId>>,
    /// States with the times at which their setting changed.
    states: BTreeMap<String, Vec<Instant>>,
}

impl Checker {
    /// Judges a plan from scratch.
    pub fn new(model: Arc<Model>, windows: Arc<Windows>, plan: &Plan) -> Self {
        let mut numeric = BTreeMap::new();
        let mut states = BTreeMap::new();
        for resource in model.resources.values() {
            match &resource.kind {
                ResourceKind::Numeric { initial, floor, ceiling, supplies } => {
                    let events = resources::supplied(supplies, &windows, plan.range());
                    let new = Numeric::new(plan.start, *initial, (*floor, *ceiling), events);
                    numeric.insert(resource.id.clone(), new);
                }
                ResourceKind::State { initial, .. } => {
                    states.insert(resource.id.clone(), States::new(initial.clone()));
                }
            }
        }
        let mut checker = Self {
            clock: SolClock::of(&plan.mission).ok(),
            range: plan.range(),
            spans: BTreeMap::new(),
            dependents: BTreeMap::new(),
            anchored: BTreeMap::new(),
            selected: vec![Index::default(); 2 * model.rules.len()],
            numeric,
            states,
            limits: resolve::limits(&model),
            found: BTreeMap::new(),
            model,
            windows,
        };
        let all: Vec<ActivityId> = plan.activities.keys().copied().collect();
        let mut touched = checker.take_in(plan, &all);
        // Bounds are broken by supplies alone, too.
        touched.keys.extend(checker.rules_where(|k| matches!(k, RuleKind::Bound { .. })));
        checker.judge(plan, touched.keys);
        checker
    }

    /// Follows a plan whose activities of these identifiers came, went or changed.
    pub fn update(&mut self, plan: &Plan, changed: &[ActivityId]) -> Delta {
        if plan.range() != self.range {
            return self.renew(plan);
        }
        let touched = self.take_in(plan, changed);
        self.judge(plan, touched.keys)
    }

    /// Everything anew; for another range of time.
    fn renew(&mut self, plan: &Plan) -> Delta {
        let new = Self::new(Arc::clone(&self.model), Arc::clone(&self.windows), plan);
        let old = std::mem::replace(self, new);
        let mut delta = Delta { judged: self.found.len(), ..Delta::default() };
        let (before, after) = (old.found.into_values().flatten(), self.found.values().flatten());
        compare(before.collect(), after.cloned().collect(), &mut delta);
        delta
    }

    /// The dictionary.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The windows.
    pub fn windows(&self) -> &Arc<Windows> {
        &self.windows
    }

    /// What became of an activity.
    pub fn span(&self, id: ActivityId) -> Option<&Span> {
        self.spans.get(&id)
    }

    /// What became of all activities, by identifier.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.spans.values()
    }

    /// A numeric resource over time; none: there is no such one.
    pub fn profile(&self, resource: &str) -> Option<Profile> {
        self.numeric.get(resource).map(|n| n.profile(self.range))
    }

    /// A state over time, from change to change; none: there is no such one.
    pub fn state(&self, resource: &str) -> Option<Vec<StatePiece>> {
        self.states.get(resource).map(|s| s.pieces(self.range))
    }

    /// All violations by time and rule, with the waivers of the plan.
    pub fn violations(&self, plan: &Plan) -> Vec<Violation> {
        let mut all: Vec<Violation> = self.found.values().flatten().cloned().collect();
        all.sort_by(|a, b| {
            let key = |v: &Violation| (v.range.start, v.range.end, v.activities.first().copied());
            key(a).cmp(&key(b)).then_with(|| a.rule.cmp(&b.rule)).then(a.reason.cmp(&b.reason))
        });
        for violation in &mut all {
            let allowed = self.model.rule(&violation.rule).is_some_and(|r| r.waiver.is_some());
            let waiver = plan.waiver(&violation.rule, &violation.activities);
            violation.waived_by = waiver.filter(|_| allowed).map(|w| w.who.clone());
        }
        all
    }

    /// How many violations there are.
    pub fn count(&self) -> usize {
        self.found.values().map(Vec::len).sum()
    }

    fn rules_where(&self, is: impl Fn(&RuleKind) -> bool) -> Vec<Key> {
        let rules = self.model.rules.iter().enumerate();
        rules.filter(|(_, r)| is(&r.kind)).map(|(at, _)| Key::Bound(at as u32)).collect()
    }

    /// The sol an instant lies in; a UTC day for a mission without a sol clock.
    fn sol(&self, t: Instant) -> i32 {
        match &self.clock {
            Some(clock) => clock.at(t, Convention::Kernel).sol,
            None => t.unix_ns().div_euclid(86_400_000_000_000) as i32,
        }
    }

    fn sol_range(&self, sol: i32) -> TimeRange {
        if let Some(clock) = &self.clock {
            return clock.sol_range(sol, Convention::Kernel);
        }
        let start = Instant::from_unix_ns(i64::from(sol).saturating_mul(86_400_000_000_000));
        TimeRange::new(start, start.plus_s(86_400.0))
    }

    fn type_of(&self, span: &Span) -> Option<&ActivityType> {
        self.model.types.get(&span.kind)
    }

    /// Takes in what became of activities and tells what it touches.
    fn take_in(&mut self, plan: &Plan, changed: &[ActivityId]) -> Touched {
        let mut touched = Touched::default();
        let all = self.with_dependents(plan, changed);
        for id in &all {
            touched.keys.insert(Key::Own(*id));
            if let Some(old) = self.spans.remove(id) {
                self.forget(&old, &mut touched);
                touched.old.push(old);
            }
            if let Some(activity) = plan.activities.get(id) {
                let new = self.resolve(plan, activity);
                self.remember(&new, &mut touched);
                touched.new.push(new.clone());
                self.spans.insert(*id, new);
            }
        }
        self.move_resources(&mut touched);
        self.spread(&mut touched);
        touched
    }

    /// The changed activities and all that hang on them, by the anchors before and after.
    fn with_dependents(&mut self, plan: &Plan, changed: &[ActivityId]) -> BTreeSet<ActivityId> {
        let is_whole = changed.len() == plan.activities.len() && self.spans.is_empty();
        for id in changed {
            if let Some(to) = self.anchored.remove(id)
                && let Some(set) = self.dependents.get_mut(&to)
            {
                set.remove(id);
            }
            let anchor = plan.activities.get(id).and_then(|a: &Activity| a.anchor);
            if let Some(anchor) = anchor {
                self.anchored.insert(*id, anchor.to);
                self.dependents.entry(anchor.to).or_default().insert(*id);
            }
        }
        let mut all = BTreeSet::new();
        let mut open: Vec<ActivityId> = changed.to_vec();
        while let Some(id) = open.pop() {
            if all.insert(id)
                && !is_whole
                && let Some(set) = self.dependents.get(&id)
            {
                open.extend(set);
            }
        }
        all
    }
}

/// What came and what went between two lists.
fn compare(before: Vec<Violation>, after: Vec<Violation>, delta: &mut Delta) {
    if before == after {
        return;
    }
    let key = |v: &Violation| (v.rule.clone(), v.activities.clone(), v.range.start, v.range.end);
    let mut old: BTreeMap<_, Vec<Violation>> = BTreeMap::new();
    for violation in before {
        old.entry(key(&violation)).or_default().push(violation);
    }
    for violation in after {
        let same = old.get_mut(&key(&violation));
        let at = same.as_ref().and_then(|list| list.iter().position(|v| *v == violation));
        match (same, at) {
            (Some(list), Some(at)) => drop(list.swap_remove(at)),
            _ => delta.added.push(violation),
        }
    }
    delta.removed.extend(old.into_values().flatten());
}
