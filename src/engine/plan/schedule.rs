//! Places activities for goals, within the rules, and says why here and why not there.
//!
//! Every time that comes into question is tried: the activity is put into the plan and judged. It
//! stays where it brings no new error; else the rules that refused it are written down. Goals are
//! taken in their order and times in a fixed order, so the same plan and goals give the same
//! schedule.

use std::collections::BTreeMap;

use super::activity::{Activity, ActivityId, Edit, Plan, Value, label};
use super::checker::words::{at, length_ns, number};
use super::checker::{Checker, Delta, Fix, Violation};
use super::rule::{Selector, Severity};
use crate::time::{Instant, TimeRange};

/// Most times that are tried for one activity.
const TRIES: usize = 2000;
/// Most refusals that are kept for one activity.
const REFUSALS: usize = 32;

/// An activity that a goal wants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    /// Activity type.
    pub kind: String,
    /// Its arguments.
    pub arguments: BTreeMap<String, Value>,
    /// Its length where it is not that of the type, nanoseconds.
    pub duration_ns: Option<i64>,
    /// Notes of the activity, as the event request it is for.
    pub notes: String,
    /// Higher ones are placed first when data volume is filled.
    pub priority: i64,
}

/// What a goal asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum GoalKind {
    /// One every so often.
    Repeat {
        /// The activity.
        what: Candidate,
        /// The first, and what the others count from.
        first: Instant,
        /// Nanoseconds from one to the next.
        every_ns: i64,
        /// How far each may lie from its time, nanoseconds.
        tolerance_ns: i64,
    },
    /// One for each of some other activities.
    Coexist {
        /// The activity.
        what: Candidate,
        /// The others.
        with: Selector,
        /// Whether the offset counts from their end, else from their start.
        from_end: bool,
        /// Nanoseconds from there to its start.
        offset_ns: i64,
        /// How far it may lie from that, nanoseconds.
        tolerance_ns: i64,
    },
    /// Some number of them, each where there is room first.
    Fit {
        /// The activity.
        what: Candidate,
        /// How many.
        count: usize,
        /// The window; none: the whole plan.
        window: Option<String>,
    },
    /// As many of some candidates as there is room for, by priority.
    Fill {
        /// The candidates.
        candidates: Vec<Candidate>,
        /// The window; none: the whole plan.
        window: Option<String>,
        /// A resource and the greatest value it may come to from there on, besides its bounds.
        at_most: Option<(String, f64)>,
    },
}

/// A goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Identifier, for the explanations.
    pub id: String,
    /// What it asks for.
    pub kind: GoalKind,
    /// Only within this range; none: the plan.
    pub within: Option<TimeRange>,
    /// Nanoseconds from one time that is tried to the next; a second at least.
    pub step_ns: i64,
}

/// Times at which something was refused for the same reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The first time that was tried.
    pub from: Instant,
    /// The last one.
    pub to: Instant,
    /// How many were tried.
    pub times: usize,
    /// The rules that refused it.
    pub rules: Vec<String>,
    /// What the rules said at the first time.
    pub reason: String,
}

/// An activity that was placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The goal.
    pub goal: String,
    /// The activity.
    pub activity: ActivityId,
    /// Its start.
    pub start: Instant,
    /// Why here.
    pub reason: String,
    /// Why not there.
    pub refused: Vec<Refusal>,
}

/// An activity that found no place.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The goal.
    pub goal: String,
    /// What was wanted.
    pub wanted: String,
    /// Why there is no place, and what to do.
    pub reason: String,
    /// Why not there.
    pub refused: Vec<Refusal>,
}

/// What came of the goals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// The edits that put the activities into the plan.
    pub edits: Vec<Edit>,
    /// Activities that were placed.
    pub placements: Vec<Placement>,
    /// Activities that found no place.
    pub failures: Vec<Failure>,
}

/// Places activities for goals. The plan and its judgement stay as they are.
pub fn schedule(plan: &Plan, checker: &Checker, goals: &[Goal]) -> Schedule {
    let mut work = Work {
        plan: plan.clone(),
        checker: checker.clone(),
        next: plan.next_id().0,
        out: Schedule::default(),
    };
    for goal in goals {
        work.goal(goal);
    }
    work.out
}

struct Work {
    plan: Plan,
    checker: Checker,
    next: u64,
    out: Schedule,
}

/// One activity to be placed.
struct Wish<'a> {
    goal: &'a Goal,
    what: &'a Candidate,
    /// What is wanted, in words.
    words: String,
    at_most: Option<&'a (String, f64)>,
}

impl Work {
    fn goal(&mut self, goal: &Goal) {
        let whole = self.plan.range();
        let within = goal
            .within
            .map_or(whole, |w| TimeRange::new(w.start.max(whole.start), w.end.min(whole.end)));
        match &goal.kind {
            GoalKind::Repeat { what, first, every_ns, tolerance_ns } => {
                let every = (*every_ns).max(1_000_000_000);
                let behind = within.start.ns_since(*first).max(0);
                let before = behind / every + i64::from(behind % every > 0);
                let mut t = first.plus_ns(every.saturating_mul(before));
                while t < within.end {
                    let words = format!("{} at {}", what.kind, at(t));
                    let wish = Wish { goal, what, words, at_most: None };
                    self.near(&wish, t, *tolerance_ns, within);
                    t = t.plus_ns(every);
                }
            }
            GoalKind::Coexist { what, with, from_end, offset_ns, tolerance_ns } => {
                for (id, range) in self.selected(with, within) {
                    let edge = if *from_end { range.end } else { range.start };
                    let words = format!("{} with {id} at {}", what.kind, at(range.start));
                    let wish = Wish { goal, what, words, at_most: None };
                    self.near(&wish, edge.plus_ns(*offset_ns), *tolerance_ns, within);
                }
            }
            GoalKind::Fit { what, count, window } => {
                for n in 0..*count {
                    let words = format!("{} number {} of {count}", what.kind, n + 1);
                    let wish = Wish { goal, what, words, at_most: None };
                    if !self.first(&wish, window.as_deref(), within) {
                        // What does not fit now does not fit a second time.
                        break;
                    }
                }
            }
            GoalKind::Fill { candidates, window, at_most } => {
                let mut order: Vec<&Candidate> = candidates.iter().collect();
                order.sort_by_key(|c| std::cmp::Reverse(c.priority));
                for what in order {
                    let words =
                        format!("{} {} of priority {}", what.kind, what.notes, what.priority);
                    let wish = Wish { goal, what, words, at_most: at_most.as_ref() };
                    self.first(&wish, window.as_deref(), within);
                }
            }
        }
    }

    fn selected(&self, with: &Selector, within: TimeRange) -> Vec<(ActivityId, TimeRange)> {
        let model = self.checker.model();
        let fits = |s: &&super::checker::Span| {
            let instrument = model.types.get(&s.kind).map(|t| t.instrument.as_str());
            let tags = self.plan.activities.get(&s.id).map_or(&[][..], |a| &a.tags);
            within.contains(s.range.start) && with.matches(&s.kind, instrument, tags)
        };
        let mut found: Vec<_> =
            self.checker.spans().filter(fits).map(|s| (s.id, s.range)).collect();
        found.sort_by_key(|(id, range)| (range.start, *id));
        found
    }

    /// Tries times around one, the nearest first and of two the later.
    fn near(&mut self, wish: &Wish<'_>, t: Instant, tolerance_ns: i64, within: TimeRange) {
        let step = wish.goal.step_ns.max(1_000_000_000);
        let mut refused = Vec::new();
        for n in 0..TRIES as i64 {
            let off = step.saturating_mul((n + 1) / 2);
            if off > tolerance_ns {
                break;
            }
            let start = t.plus_ns(if n % 2 == 1 { off } else { -off });
            if !within.contains(start) {
                continue;
            }
            let why = match off {
                0 => "at the time that was asked for".to_owned(),
                _ if n % 2 == 1 => format!("{} later than asked for", length_ns(off)),
                _ => format!("{} earlier than asked for", length_ns(off)),
            };
            if self.attempt(wish, start, &why, &mut refused).is_none() {
                return;
            }
        }
        let most = step.saturating_mul(TRIES as i64 / 2).min(tolerance_ns);
        let tried = format!("within {} of {}", length_ns(most), at(t));
        self.failed(wish, &tried, refused);
    }

    /// Tries times in a window, the earliest first.
    fn first(&mut self, wish: &Wish<'_>, window: Option<&str>, within: TimeRange) -> bool {
        let step = wish.goal.step_ns.max(1_000_000_000);
        let intervals = match window {
            Some(window) => self.checker.windows().get(window).to_vec(),
            None => vec![within],
        };
        let (mut refused, mut tries) = (Vec::new(), 0);
        for interval in intervals.iter().filter(|i| i.overlaps(&within)) {
            let (mut t, end) = (interval.start.max(within.start), interval.end.min(within.end));
            while t < end && tries < TRIES {
                tries += 1;
                let why = match window {
                    Some(window) => format!("the first time in {window} that no rule refuses"),
                    None => "the first time that no rule refuses".to_owned(),
                };
                match self.attempt(wish, t, &why, &mut refused) {
                    None => return true,
                    // A rule that knows when it would be content saves the times before.
                    Some(hint) => t = t.plus_ns(step).max(hint.min(end)),
                }
            }
        }
        let count = if tries < TRIES { String::new() } else { format!("of the first {TRIES} ") };
        let within = format!("from {} to {}", at(within.start), at(within.end));
        let tried = match window {
            Some(window) => format!("{count}in {window} {within}"),
            None => format!("{count}{within}"),
        };
        self.failed(wish, &tried, refused);
        false
    }

    fn failed(&mut self, wish: &Wish<'_>, tried: &str, refused: Vec<Refusal>) {
        let reason = if refused.is_empty() {
            format!("no time {tried} could be tried; give a longer range or window")
        } else {
            let mut rules: Vec<&str> =
                refused.iter().flat_map(|r| r.rules.iter().map(String::as_str)).collect();
            rules.sort_unstable();
            rules.dedup();
            format!(
                "every time {tried} is refused by {}; move what stands in the way, or ask for less",
                rules.join(", ")
            )
        };
        let (goal, wanted) = (wish.goal.id.clone(), wish.words.clone());
        self.out.failures.push(Failure { goal, wanted, reason, refused });
    }

    /// Places the activity at a time if nothing speaks against it. Else the reasons are added, and
    /// the latest time that a rule proposes is handed back.
    fn attempt(
        &mut self,
        wish: &Wish<'_>,
        start: Instant,
        why: &str,
        refused: &mut Vec<Refusal>,
    ) -> Option<Instant> {
        let id = ActivityId(self.next);
        let what = wish.what;
        let mut activity = Activity::new(id, what.kind.clone(), start);
        activity.arguments.clone_from(&what.arguments);
        activity.duration_ns = what.duration_ns;
        activity.notes.clone_from(&what.notes);
        activity.tags = vec![format!("goal {}", wish.goal.id)];
        self.plan.activities.insert(id, activity.clone());
        let delta = self.checker.update(&self.plan, &[id]);
        let against = against(&delta, id);
        let over = wish.at_most.and_then(|(name, most)| self.over(name, *most, start));
        if against.is_empty() && over.is_none() {
            let place = label(id, &what.kind, start);
            let mut reason = format!("{}: {place}, {why}", wish.goal.id);
            if let Some(last) = refused.last() {
                reason.extend(["; before that ", &last.rules.join(", "), " refused"]);
            }
            let worries = delta.added.iter().filter(|v| v.severity == Severity::Warning);
            let worries: Vec<&str> = worries.map(|v| v.rule.as_str()).collect();
            if !worries.is_empty() {
                reason.extend(["; ", &worries.join(", "), " warn"]);
            }
            self.next += 1;
            self.out.edits.push(Edit::add(activity));
            let (goal, refused) = (wish.goal.id.clone(), std::mem::take(refused));
            self.out.placements.push(Placement { goal, activity: id, start, reason, refused });
            return None;
        }
        let mut rules: Vec<String> = against.iter().map(|v| v.rule.clone()).collect();
        let mut reasons: Vec<String> = against.iter().map(|v| v.reason.clone()).collect();
        if let Some(over) = over {
            rules.push("at_most".to_owned());
            reasons.push(over);
        }
        rules.sort_unstable();
        rules.dedup();
        let hints = against.iter().filter_map(|v| match v.fix {
            Some(Fix::Shift { id: whom, to }) if whom == id => Some(to),
            _ => None,
        });
        let hint = hints.max().unwrap_or(start);
        note(refused, start, rules, reasons.join("; "));
        self.plan.activities.remove(&id);
        self.checker.update(&self.plan, &[id]);
        Some(hint)
    }

    /// Whether a resource comes above a value from some time on.
    fn over(&self, resource: &str, most: f64, from: Instant) -> Option<String> {
        let profile = self.checker.profile(resource)?;
        let points = profile.points.iter().filter(|p| p.time >= from);
        let worst = points
            .map(|p| (p.before.max(p.after), p.time))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        (worst.0 > most).then(|| {
            let (is, most) = (number(worst.0), number(most));
            format!("{resource} would come to {is} at {}, more than {most}", at(worst.1))
        })
    }
}

/// The errors that an activity brought: those that name it, and those of others that are not only
/// a part of what was wrong before.
fn against(delta: &Delta, id: ActivityId) -> Vec<&Violation> {
    let is_part = |v: &Violation| {
        delta.removed.iter().any(|old| {
            // As long as before it may well be worse than before.
            let is_inside = old.range.start <= v.range.start && v.range.end <= old.range.end;
            old.rule == v.rule && is_inside && old.range != v.range
        })
    };
    let errors = delta.added.iter().filter(|v| v.severity == Severity::Error);
    errors.filter(|v| v.activities.contains(&id) || !is_part(v)).collect()
}

/// Adds a refusal, to the last one where the rules are the same.
fn note(refused: &mut Vec<Refusal>, t: Instant, rules: Vec<String>, reason: String) {
    if let Some(last) = refused.last_mut().filter(|last| last.rules == rules) {
        (last.from, last.to) = (last.from.min(t), last.to.max(t));
        last.times += 1;
    } else if refused.len() < REFUSALS {
        refused.push(Refusal { from: t, to: t, times: 1, rules, reason });
    }
}
