//! Rules that hold activities against other ones: exclusion, gaps, order.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{Found, Index};
use super::resolve::{duration_ns, filled};
use super::words::{at, length, length_ns};
use super::{Checker, Fix, Key, Span, Violation};
use crate::plan::activity::{ActivityId, label};
use crate::plan::rule::{Rule, RuleKind};
use crate::time::{Instant, TimeRange};

/// Most pairs that are told for one activity and one rule.
const PAIRS: usize = 16;

/// Seconds as nanoseconds, saturating.
pub(super) fn ns(s: f64) -> i64 {
    (s * 1e9).round() as i64
}

/// One that takes no time still stands in the way of what runs then.
fn overlap(a: TimeRange, b: TimeRange) -> bool {
    let end = |r: TimeRange| r.end.max(r.start.plus_ns(1));
    a.start < end(b) && b.start < end(a)
}

fn before(a: Found, b: Found) -> bool {
    (a.1.start, a.0) < (b.1.start, b.0)
}

impl Checker {
    fn index(&self, rule: u32, other: bool) -> Option<&Index> {
        self.selected.get(2 * rule as usize + usize::from(other))
    }

    /// The keys of a rule that a span bears on in the role of the other.
    pub(super) fn spread_pairs(
        &self,
        rule: u32,
        is_other: bool,
        span: &Span,
        keys: &mut BTreeSet<Key>,
    ) {
        let Some(of) = self.model.rules.get(rule as usize) else { return };
        let (start, end) = (span.range.start, span.range.end);
        let mut mark = |other: bool, from: Instant, to: Instant| {
            let Some(index) = self.index(rule, other) else { return };
            keys.extend(index.starting(from, to).map(|(id, _)| Key::Rule(rule, id)));
        };
        match of.kind {
            // Pairs are told at the one that starts later.
            RuleKind::Exclusive => {
                mark(false, start, end);
                mark(true, start, end);
                keys.insert(Key::Rule(rule, span.id));
            }
            RuleKind::Gap { min_s } => {
                if is_other {
                    keys.insert(Key::Rule(rule, span.id));
                } else {
                    mark(true, start, end.plus_ns(ns(min_s)));
                }
            }
            RuleKind::After { min_s, max_s } if is_other => {
                mark(false, end.plus_ns(ns(min_s)), end.plus_ns(ns(max_s)));
            }
            RuleKind::Before { min_s, max_s } if is_other => {
                let longest = self.index(rule, false).map_or(0, Index::longest_ns);
                let from = start.plus_ns(ns(max_s).saturating_neg());
                let from = from.plus_ns(longest.saturating_neg());
                mark(false, from, start.plus_ns(-ns(min_s)));
            }
            _ => {}
        }
    }

    /// What an activity breaks of a rule about pairs.
    pub(super) fn pairs(&self, at: u32, rule: &Rule, span: &Span) -> Vec<Violation> {
        match rule.kind {
            RuleKind::Exclusive => self.exclusive(at, rule, span),
            RuleKind::Gap { min_s } => self.gap(at, rule, span, min_s),
            RuleKind::After { min_s, max_s } => {
                self.after(at, rule, span, min_s, max_s).into_iter().collect()
            }
            RuleKind::Before { min_s, max_s } => {
                self.before(at, rule, span, min_s, max_s).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn kind(&self, id: ActivityId) -> &str {
        self.spans.get(&id).map_or("", |s| s.kind.as_str())
    }

    fn exclusive(&self, at: u32, rule: &Rule, span: &Span) -> Vec<Violation> {
        let own: Found = (span.id, span.range);
        let mut earlier: BTreeMap<(Instant, ActivityId), TimeRange> = BTreeMap::new();
        // Whoever is judged by the rule is held against the others, and the other way round.
        for (role, against) in [(0, true), (1, false)] {
            if !span.selected.contains(&(2 * at + role)) {
                continue;
            }
            let Some(index) = self.index(at, against) else { continue };
            let found = index.touching(span.range.start, span.range.start);
            let found = found.filter(|f| before(*f, own) && overlap(f.1, span.range));
            earlier.extend(found.take(PAIRS).map(|(id, r)| ((r.start, id), r)));
        }
        let free = earlier.values().map(|r| r.end).max();
        let tell = |((_, id), range): (&(Instant, ActivityId), &TimeRange)| {
            let end = range.end.min(span.range.end);
            let reason = format!(
                "{} runs while {} does, for {}",
                label(span.id, &span.kind, span.range.start),
                label(*id, self.kind(*id), range.start),
                length_ns(end.ns_since(span.range.start)),
            );
            let fix = free.map(|to| Fix::Shift { id: span.id, to });
            violation(rule, vec![*id, span.id], TimeRange::new(span.range.start, end), reason, fix)
        };
        earlier.iter().take(PAIRS).map(tell).collect()
    }

    fn gap(&self, at: u32, rule: &Rule, span: &Span, min_s: f64) -> Vec<Violation> {
        if !span.selected.contains(&(2 * at + 1)) {
            return Vec::new();
        }
        let Some(index) = self.index(at, false) else { return Vec::new() };
        let (own, min): (Found, i64) = ((span.id, span.range), ns(min_s));
        let start = span.range.start;
        let from = start.plus_ns(min.saturating_neg());
        let found = index.touching(from, start).filter(|f| before(*f, own));
        let close = found.filter(|f| f.1.end.plus_ns(min) > start);
        let tell = |(id, range): Found| {
            let gap = start.ns_since(range.end);
            let says = if gap < 0 {
                format!("starts {} before", length_ns(gap.saturating_neg()))
            } else {
                format!("starts only {} after", length_ns(gap))
            };
            let reason = format!(
                "{} {says} {} has ended; {} are needed",
                label(span.id, &span.kind, start),
                label(id, self.kind(id), range.start),
                length(min_s),
            );
            let to = range.end.plus_ns(min);
            let time = TimeRange::new(range.end.min(start), to);
            violation(rule, vec![id, span.id], time, reason, Some(Fix::Shift { id: span.id, to }))
        };
        close.take(PAIRS).map(tell).collect()
    }

    fn after(&self, n: u32, rule: &Rule, span: &Span, min: f64, max: f64) -> Option<Violation> {
        let index = self.index(n, true)?;
        let start = span.range.start;
        let latest = start.plus_ns(-ns(min));
        let earliest = start.plus_ns(ns(max).saturating_neg());
        let from = earliest.plus_ns(index.longest_ns().saturating_neg());
        let fits = |f: &Found| f.0 != span.id && f.1.end <= latest && f.1.end >= earliest;
        if index.starting(from, latest).rev().any(|f| fits(&f)) {
            return None;
        }
        let others = crate::plan::load::or(&rule.others.0);
        let reason = format!(
            "no {others} ends {} before {} starts",
            between(min, max),
            label(span.id, &span.kind, start)
        );
        let fix = self.addition(rule, |length| latest.plus_ns(-length));
        Some(violation(rule, vec![span.id], span.range, reason, fix))
    }

    fn before(&self, n: u32, rule: &Rule, span: &Span, min: f64, max: f64) -> Option<Violation> {
        let index = self.index(n, true)?;
        let end = span.range.end;
        let (earliest, latest) = (end.plus_ns(ns(min)), end.plus_ns(ns(max)));
        if index.starting(earliest, latest).any(|f| f.0 != span.id) {
            return None;
        }
        let others = crate::plan::load::or(&rule.others.0);
        let reason = format!(
            "no {others} starts {} after {} has ended, {}",
            between(min, max),
            label(span.id, &span.kind, span.range.start),
            at(end)
        );
        let fix = self.addition(rule, |_| earliest);
        Some(violation(rule, vec![span.id], span.range, reason, fix))
    }

    /// The other activity that a rule asks for, where it names a type outright.
    fn addition(&self, rule: &Rule, start: impl Fn(i64) -> Instant) -> Option<Fix> {
        let kind = rule.others.0.iter().find(|w| self.model.types.contains_key(*w))?;
        let of = self.model.types.get(kind);
        let arguments = filled(of, &BTreeMap::new());
        let length = duration_ns(of, None, &arguments, &self.limits)?;
        Some(Fix::Add { kind: kind.clone(), start: start(length), arguments: BTreeMap::new() })
    }
}

fn between(min: f64, max: f64) -> String {
    match (min > 0.0, max.is_finite()) {
        (true, true) => format!("{} to {}", length(min), length(max)),
        (true, false) => format!("at least {}", length(min)),
        (false, true) => format!("at most {}", length(max)),
        (false, false) => "at any time".to_owned(),
    }
}

/// A violation of a rule.
pub(super) fn violation(
    rule: &Rule,
    mut activities: Vec<ActivityId>,
    range: TimeRange,
    reason: String,
    fix: Option<Fix>,
) -> Violation {
    activities.sort_unstable();
    Violation {
        rule: rule.id.clone(),
        severity: rule.severity,
        activities,
        range,
        reason,
        fix,
        waived_by: None,
    }
}
