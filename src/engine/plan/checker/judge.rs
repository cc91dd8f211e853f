//! Judges the keys that were touched.

use std::collections::BTreeSet;

use super::pairs::{ns, violation};
use super::words::{amount, at, length, number};
use super::{Checker, Delta, Fix, Key, Span, Violation, compare};
use crate::plan::activity::{ActivityId, Plan, label};
use crate::plan::formula::Formula;
use crate::plan::rule::{Rule, RuleKind};
use crate::time::TimeRange;

/// Most activities of a sol that a violation names.
const NAMED: usize = 64;

impl Checker {
    /// Judges keys and tells what changed.
    pub(super) fn judge(&mut self, plan: &Plan, keys: BTreeSet<Key>) -> Delta {
        let mut delta = Delta { judged: keys.len(), ..Delta::default() };
        for key in keys {
            let after = self.key(plan, key);
            let before = if after.is_empty() {
                self.found.remove(&key)
            } else {
                self.found.insert(key, after.clone())
            };
            compare(before.unwrap_or_default(), after, &mut delta);
        }
        delta
    }

    fn key(&self, plan: &Plan, key: Key) -> Vec<Violation> {
        let rule = |n: u32| self.model.rules.get(n as usize);
        match key {
            Key::Own(id) => self.own(plan, id),
            Key::Bound(n) => rule(n).map(|r| self.bound(r)).unwrap_or_default(),
            Key::Sol(n, sol) => rule(n).and_then(|r| self.per_sol(n, r, sol)).into_iter().collect(),
            Key::Rule(n, id) => match (rule(n), self.spans.get(&id)) {
                (Some(rule), Some(span)) => self.rule(n, rule, span),
                _ => Vec::new(),
            },
        }
    }

    fn rule(&self, n: u32, rule: &Rule, span: &Span) -> Vec<Violation> {
        let one = |v: Option<Violation>| v.into_iter().collect();
        match &rule.kind {
            RuleKind::Exclusive | RuleKind::Gap { .. } => self.pairs(n, rule, span),
            // The others may be judged by the same key; only the one that is judged breaks these.
            _ if !span.selected.contains(&(2 * n)) => Vec::new(),
            RuleKind::After { .. } | RuleKind::Before { .. } => self.pairs(n, rule, span),
            RuleKind::Inside { window, margin_s } => {
                one(self.inside(rule, span, window, *margin_s))
            }
            RuleKind::Outside { window, margin_s } => {
                one(self.outside(rule, span, window, *margin_s))
            }
            RuleKind::State { .. } => one(self.needs(rule, span)),
            RuleKind::Relation { holds } => one(self.relation(rule, span, holds)),
            RuleKind::Allocation { amount, at_most, unit } => {
                one(self.allocation(rule, span, (amount, at_most), unit))
            }
            RuleKind::Bound { .. } | RuleKind::PerSol { .. } => Vec::new(),
        }
    }

    fn inside(&self, rule: &Rule, span: &Span, window: &str, margin_s: f64) -> Option<Violation> {
        let (margin, range) = (ns(margin_s), span.range);
        let shrunk = |w: &TimeRange| {
            TimeRange::new(w.start.plus_ns(margin), w.end.plus_ns(margin.saturating_neg()))
        };
        let all = self.windows.get(window);
        let holds = |w: &&TimeRange| {
            let w = shrunk(w);
            w.start <= range.start && range.end <= w.end
        };
        let next = all.partition_point(|w| w.start <= range.start);
        let last = next.checked_sub(1).and_then(|i| all.get(i));
        if last.is_some_and(|w| holds(&w)) {
            return None;
        }
        let who = label(span.id, &span.kind, range.start);
        let keep = if margin > 0 {
            format!(", with {} to spare", length(margin_s))
        } else {
            String::new()
        };
        let reason = match last.filter(|w| w.overlaps(&range)).or(all.get(next)) {
            Some(w) if w.overlaps(&range) => format!(
                "{who} ends at {} and lies only partly inside {window}, which is from {} to \
                 {}{keep}",
                at(range.end),
                at(w.start),
                at(w.end)
            ),
            Some(w) => format!(
                "{who} lies outside {window}, which is next from {} to {}{keep}",
                at(w.start),
                at(w.end)
            ),
            None => format!("{who} lies outside {window}, which does not come again{keep}"),
        };
        // The nearest interval that has room for it.
        let length = range.duration_ns();
        let room = |w: &&TimeRange| shrunk(w).duration_ns() >= length && !shrunk(w).is_empty();
        let later = all.iter().skip(next).find(room);
        let earlier = all.iter().take(next).rev().find(room);
        let place = |w: &TimeRange| {
            let w = shrunk(w);
            range.start.max(w.start).min(w.end.plus_ns(length.saturating_neg()))
        };
        let starts = [later, earlier].into_iter().flatten().map(place);
        let to = starts.min_by_key(|t| t.ns_since(range.start).unsigned_abs());
        // Where no interval has room, the rest of the one it begins in is all there is.
        let rest = last.map(shrunk).filter(|w| w.contains(range.start));
        let trim =
            rest.map(|w| Fix::Trim { id: span.id, duration_ns: w.end.ns_since(range.start) });
        let fix = to.map(|to| Fix::Shift { id: span.id, to }).or(trim);
        Some(violation(rule, vec![span.id], range, reason, fix))
    }

    fn outside(&self, rule: &Rule, span: &Span, window: &str, margin_s: f64) -> Option<Violation> {
        let (margin, range) = (ns(margin_s), span.range);
        let all = self.windows.get(window);
        let grown = |w: &TimeRange| {
            TimeRange::new(w.start.plus_ns(margin.saturating_neg()), w.end.plus_ns(margin))
        };
        let end = range.end.max(range.start.plus_ns(1));
        let first = all.partition_point(|w| grown(w).end <= range.start);
        let hit = all.get(first).filter(|w| grown(w).start < end)?;
        let keep =
            if margin > 0 { format!(" and {} beside it", length(margin_s)) } else { String::new() };
        let reason = format!(
            "{} runs until {} and touches {window}, which is from {} to {}{keep}",
            label(span.id, &span.kind, range.start),
            at(range.end),
            at(hit.start),
            at(hit.end)
        );
        let mut to = range.start;
        for w in all.iter().skip(first).map(grown) {
            if to.plus_ns(range.duration_ns().max(1)) <= w.start {
                break;
            }
            to = to.max(w.end);
        }
        let time = TimeRange::new(range.start.max(hit.start), end.min(hit.end));
        let fix = Some(Fix::Shift { id: span.id, to });
        Some(violation(rule, vec![span.id], time, reason, fix))
    }

    fn evaluate(&self, formula: &Formula, span: &Span) -> f64 {
        formula.evaluate(self.scope(span))
    }

    fn relation(&self, rule: &Rule, span: &Span, holds: &Formula) -> Option<Violation> {
        if holds.holds(self.scope(span)) {
            return None;
        }
        let value = self.evaluate(holds, span);
        let values: Vec<String> = holds
            .inputs()
            .iter()
            .filter_map(|name| Formula::parse(&format!("{{{name}}}")).ok().map(|f| (name, f)))
            .map(|(name, f)| format!("{name} = {}", number_or_not(self.evaluate(&f, span))))
            .collect();
        let why = if value.is_nan() { "cannot be told" } else { "does not hold" };
        let reason = format!(
            "{}: {} {why} with {}",
            label(span.id, &span.kind, span.range.start),
            holds.text(),
            values.join(", ")
        );
        Some(violation(rule, vec![span.id], span.range, reason, None))
    }

    fn allocation(
        &self,
        rule: &Rule,
        span: &Span,
        (asked, at_most): (&Formula, &Formula),
        unit: &str,
    ) -> Option<Violation> {
        let (is, most) = (self.evaluate(asked, span), self.evaluate(at_most, span));
        if is <= most {
            return None;
        }
        let reason = format!(
            "{} asks for {} ({}), more than {}",
            label(span.id, &span.kind, span.range.start),
            super::resolve::shown(is, unit),
            asked.text(),
            super::resolve::shown(most, unit)
        );
        Some(violation(rule, vec![span.id], span.range, reason, None))
    }

    fn per_sol(&self, n: u32, rule: &Rule, sol: i32) -> Option<Violation> {
        let RuleKind::PerSol { amount: each, at_most, at_least, unit } = &rule.kind else {
            return None;
        };
        let range = self.sol_range(sol);
        let index = self.selected.get(2 * n as usize)?;
        let all: Vec<ActivityId> =
            index.starting(range.start, range.end.plus_ns(-1)).map(|f| f.0).collect();
        let last = *all.last()?;
        let sum: f64 =
            all.iter().filter_map(|id| self.spans.get(id)).map(|s| self.evaluate(each, s)).sum();
        let (is_much, is_little) = (sum > *at_most, sum < *at_least);
        if !is_much && !is_little && !sum.is_nan() {
            return None;
        }
        let what = crate::plan::load::or(&rule.activities.0);
        let limit = if is_little {
            format!("less than {}", amount(*at_least, unit))
        } else {
            format!("more than {}", amount(*at_most, unit))
        };
        let reason = format!("{what} on sol {sol}: {}, {limit}", super::resolve::shown(sum, unit));
        let fix = is_much.then_some(Fix::Remove { id: last });
        let named = all.into_iter().take(NAMED).collect();
        Some(violation(rule, named, range, reason, fix))
    }
}

fn number_or_not(x: f64) -> String {
    if x.is_nan() { "not known".to_owned() } else { number(x) }
}
