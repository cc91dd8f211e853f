//! Activities in order of their start, for questions about who is there at some time.

use std::collections::BTreeMap;

use crate::plan::activity::ActivityId;
use crate::time::{Instant, TimeRange};

/// Activities by start and identifier, with their ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    spans: BTreeMap<(Instant, ActivityId), Instant>,
    /// No activity is longer; it only grows, since that costs no more than a longer search.
    longest_ns: i64,
}

/// One found: identifier and time.
pub(super) type Found = (ActivityId, TimeRange);

impl Index {
    pub(super) fn insert(&mut self, id: ActivityId, range: TimeRange) {
        self.spans.insert((range.start, id), range.end);
        self.longest_ns = self.longest_ns.max(range.duration_ns());
    }

    pub(super) fn remove(&mut self, id: ActivityId, range: TimeRange) {
        self.spans.remove(&(range.start, id));
    }

    /// Those that start within, both ends included, by start.
    pub(super) fn starting(
        &self,
        from: Instant,
        to: Instant,
    ) -> impl DoubleEndedIterator<Item = Found> + '_ {
        let to = to.max(from);
        self.spans
            .range((from, ActivityId(0))..=(to, ActivityId(u64::MAX)))
            .map(|((start, id), end)| (*id, TimeRange { start: *start, end: *end }))
    }

    /// Those that end no earlier than `from` and start no later than `to`, by start.
    pub(super) fn touching(&self, from: Instant, to: Instant) -> impl Iterator<Item = Found> + '_ {
        let first = from.plus_ns(self.longest_ns.saturating_neg());
        self.starting(first, to).filter(move |(_, r)| r.end >= from)
    }

    /// No activity is longer, nanoseconds.
    pub(super) fn longest_ns(&self) -> i64 {
        self.longest_ns
    }
}
