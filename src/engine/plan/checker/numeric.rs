//! Numeric resources over time: steps and straight lines, cut off at floor and ceiling.

use std::collections::BTreeSet;

use crate::plan::activity::ActivityId;
use crate::time::{Instant, TimeRange};

/// One change. Those of supplies have no activity (identifier 0 with `by_supply`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) time: Instant,
    /// Ends come before starts of the same instant.
    pub(super) order: u8,
    pub(super) id: Option<ActivityId>,
    pub(super) which: u16,
    /// Added at once.
    pub(super) step: f64,
    /// Added to the rate, per hour.
    pub(super) rate: f64,
}

impl Event {
    fn key(&self) -> (Instant, u8, Option<ActivityId>, u16) {
        (self.time, self.order, self.id, self.which)
    }
}

/// Value and rate from one event to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct After {
    pub(super) value: f64,
    pub(super) rate: f64,
}

/// One numeric resource.
#[derive(Clone, Debug)]
pub(super) struct Numeric {
    start: Instant,
    initial: f64,
    limits: (f64, f64),
    pub(super) events: Vec<Event>,
    /// Beside `events`.
    pub(super) after: Vec<After>,
}

/// A corner of a profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfilePoint {
    /// When.
    pub time: Instant,
    /// Value that the line reaches here.
    pub before: f64,
    /// Value that it goes on from; another one where there is a step.
    pub after: f64,
}

/// A numeric resource over time: straight between the corners, constant outside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Corners by time.
    pub points: Vec<ProfilePoint>,
}

impl Profile {
    /// The value at an instant, after any step there; none: there are no corners.
    pub fn at(&self, t: Instant) -> Option<f64> {
        let next = self.points.partition_point(|p| p.time <= t);
        let Some(last) = next.checked_sub(1).and_then(|i| self.points.get(i)) else {
            return self.points.first().map(|p| p.before);
        };
        let Some(next) = self.points.get(next) else { return Some(last.after) };
        let share = t.ns_since(last.time) as f64 / next.time.ns_since(last.time) as f64;
        Some(last.after + (next.before - last.after) * share)
    }
}

impl Numeric {
    pub(super) fn new(
        start: Instant,
        initial: f64,
        limits: (f64, f64),
        supplied: Vec<Event>,
    ) -> Self {
        let (events, after) = (Vec::new(), Vec::new());
        let mut new = Self { start, initial, limits, events, after };
        new.change(&BTreeSet::new(), supplied);
        new
    }

    /// Takes out the events of some activities, puts others in, and follows the value from the
    /// first of them on.
    pub(super) fn change(&mut self, losing: &BTreeSet<ActivityId>, mut gaining: Vec<Event>) {
        gaining.sort_by_key(Event::key);
        let is_lost = |e: &Event| e.id.is_some_and(|id| losing.contains(&id));
        let lost = if losing.is_empty() { None } else { self.events.iter().position(is_lost) };
        let gained = gaining.first().map(|e| self.events.partition_point(|x| x.key() < e.key()));
        let Some(first) = lost.into_iter().chain(gained).min() else { return };
        let tail = self.events.split_off(first);
        self.after.truncate(first);
        let mut gaining = gaining.into_iter().peekable();
        for event in tail.into_iter().filter(|e| !is_lost(e)) {
            while let Some(new) = gaining.next_if(|new| new.key() < event.key()) {
                self.push(new);
            }
            self.push(event);
        }
        gaining.for_each(|new| self.push(new));
    }

    fn push(&mut self, event: Event) {
        let (value, rate) = match (self.events.last(), self.after.last()) {
            (Some(last), Some(after)) => (self.flow(*after, last.time, event.time), after.rate),
            _ => (self.initial, 0.0),
        };
        let value = (value + event.step).clamp(self.limits.0, self.limits.1);
        // What comes and goes leaves a remainder of floating point, which would pile up.
        let sum = rate + event.rate;
        let rate = if sum.abs() < 1e-9 * event.rate.abs() { 0.0 } else { sum };
        self.events.push(event);
        self.after.push(After { value, rate });
    }

    /// The value some time after an event.
    pub(super) fn flow(&self, from: After, since: Instant, t: Instant) -> f64 {
        let hours = t.ns_since(since) as f64 / 3.6e12;
        (from.value + from.rate * hours).clamp(self.limits.0, self.limits.1)
    }

    /// Value before anything happens.
    pub(super) fn initial(&self) -> f64 {
        self.initial
    }

    /// The corners within a range, and those where the line is cut off.
    pub(super) fn profile(&self, range: TimeRange) -> Profile {
        let mut points = Vec::with_capacity(self.events.len() + 2);
        let (mut now, mut since) = (After { value: self.initial, rate: 0.0 }, self.start);
        let mut line_to = |now: After, since: Instant, to: Instant| {
            let limit = if now.rate > 0.0 { self.limits.1 } else { self.limits.0 };
            let hours = (limit - now.value) / now.rate;
            if hours.is_finite() && hours > 0.0 && since.plus_s(hours * 3600.0) < to {
                let time = since.plus_s(hours * 3600.0);
                points.push(ProfilePoint { time, before: limit, after: limit });
            }
            let value = self.flow(now, since, to);
            points.push(ProfilePoint { time: to, before: value, after: value });
            points.len() - 1
        };
        let mut last: Option<usize> = None;
        let mut steps: Vec<(usize, f64)> = vec![];
        if self.events.first().is_none_or(|e| e.time > self.start) {
            last = Some(line_to(now, since, self.start));
        }
        for (event, after) in self.events.iter().zip(&self.after) {
            let at = match last.filter(|_| event.time == since) {
                Some(at) => at,
                None => line_to(now, since.min(event.time), event.time),
            };
            steps.push((at, after.value));
            (now, since, last) = (*after, event.time, Some(at));
        }
        if since < range.end {
            line_to(now, since, range.end);
        }
        for (at, value) in steps {
            if let Some(point) = points.get_mut(at) {
                point.after = value;
            }
        }
        Profile { points }
    }
}
