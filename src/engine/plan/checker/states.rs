//! States over time: each setting holds until the next.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::plan::activity::ActivityId;
use crate::time::{Instant, TimeRange};

/// Time, order at the same instant (ends 0, starts 1, ends of what has no length 2), who, which.
pub(super) type SetKey = (Instant, u8, ActivityId, u16);

/// A piece of time with one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePiece {
    /// From the setting to the next.
    pub range: TimeRange,
    /// The value.
    pub value: String,
    /// Who set it; none: it is the initial value.
    pub set_by: Option<ActivityId>,
}

/// The settings of one state.
#[derive(Clone, Debug)]
pub(super) struct States {
    initial: String,
    settings: BTreeMap<SetKey, String>,
}

impl States {
    pub(super) fn new(initial: String) -> Self {
        Self { initial, settings: BTreeMap::new() }
    }

    pub(super) fn insert(&mut self, key: SetKey, value: String) {
        self.settings.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: SetKey) {
        self.settings.remove(&key);
    }

    /// The value that an activity finds when it starts: what ends at the same instant has set its
    /// value, what starts has not.
    pub(super) fn found_at(&self, start: Instant) -> (&str, Option<ActivityId>) {
        let last = self.settings.range(..(start, 1, ActivityId(0), 0)).next_back();
        last.map_or((self.initial.as_str(), None), |(key, value)| (value, Some(key.2)))
    }

    /// What is set while an activity runs, its own settings left out.
    pub(super) fn set_during(
        &self,
        range: TimeRange,
        by_others_than: ActivityId,
    ) -> impl Iterator<Item = (&SetKey, &str)> {
        let (from, to) = ((range.start, 1, ActivityId(0), 0), (range.end, 0, ActivityId(0), 0));
        let to = Bound::Excluded(to.max(from));
        let inside = self.settings.range((Bound::Included(from), to));
        inside.filter(move |(k, _)| k.2 != by_others_than).map(|(k, v)| (k, v.as_str()))
    }

    /// The time of the first setting after an instant.
    pub(super) fn next_after(&self, t: Instant) -> Option<Instant> {
        let from = Bound::Excluded((t, u8::MAX, ActivityId(u64::MAX), u16::MAX));
        self.settings.range((from, Bound::Unbounded)).next().map(|(k, _)| k.0)
    }

    /// The pieces over a range.
    pub(super) fn pieces(&self, range: TimeRange) -> Vec<StatePiece> {
        let mut pieces = Vec::new();
        let first = self.settings.range(..=(range.start, u8::MAX, ActivityId(u64::MAX), 0));
        let (mut value, mut set_by) = (self.initial.as_str(), None);
        if let Some((key, now)) = first.last() {
            (value, set_by) = (now, Some(key.2));
        }
        let mut since = range.start;
        let from = Bound::Excluded((range.start, u8::MAX, ActivityId(u64::MAX), 0));
        for (key, next) in self.settings.range((from, Bound::Unbounded)) {
            if key.0 >= range.end {
                break;
            }
            if key.0 > since {
                let range = TimeRange::new(since, key.0);
                pieces.push(StatePiece { range, value: value.to_owned(), set_by });
            }
            (value, set_by, since) = (next, Some(key.2), key.0);
        }
        let range = TimeRange::new(since, range.end);
        pieces.push(StatePiece { range, value: value.to_owned(), set_by });
        pieces
    }
}
