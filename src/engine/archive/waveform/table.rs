//! What is resident of a channel: which leaves are visible when, and their summaries.
//!
//! Leaves are numbered as they stand in the index file, in order of arrival. Over these numbers
//! lie a pyramid of factor 16, the ordered runs in which every leaf can be found by time, and
//! the visible pieces: stretches of the index, disjoint in time, that queries walk.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::WaveformError;
use super::leaf::{Leaf, Node, rate_class};

/// Children of a pyramid node.
pub(super) const FACTOR: u64 = 16;

/// Gives leaves by number.
pub(super) trait Leaves {
    fn leaf(&mut self, index: u64) -> Result<Leaf, WaveformError>;
}

/// Leaves `a..b` of the index in order of time, all of one rate class and publication version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub a: u64,
    pub b: u64,
    /// First instant covered.
    pub start: i64,
    /// Time of the last leaf's first sample.
    pub last_start: i64,
    /// First instant no longer covered.
    pub end: i64,
    /// Longest time that one of the leaves covers.
    pub longest: i64,
    pub class: i16,
    pub publication: u8,
}

/// Visible samples: the leaves `a..b` whole, or the samples `from..to` of the leaf `a`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub a: u64,
    pub b: u64,
    pub cut: Option<(u16, u16)>,
    /// Time of the last visible sample.
    pub last: i64,
    /// Nominal time between samples at its end, in nanoseconds.
    pub period: f64,
    /// Rate class and publication version: leaves of other ones do not join.
    pub kind: (i16, u8),
}

/// Resident state of a channel. See the module's words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    /// Leaves seen.
    pub leaves: u64,
    /// `levels[k][i]` summarises the leaves `i·16^(k+1) .. (i+1)·16^(k+1)`; full groups only.
    pub levels: Vec<Vec<Node>>,
    /// Summary of the leaves after the last full group.
    pub pending: Option<Node>,
    pub runs: Vec<Run>,
    /// Start and end of every 64 runs, so that a search skips them.
    pub hulls: Vec<(i64, i64)>,
    /// Visible pieces by the time of their first sample.
    pub pieces: BTreeMap<i64, Piece>,
    /// Bytes indexed of each day file.
    pub days: BTreeMap<i32, u64>,
    /// Samples stored, hidden ones counted.
    pub samples: u64,
    /// Records stored.
    pub records: u64,
    /// Rate of the newest record that holds samples.
    pub rate: f64,
    /// First sample of all.
    pub first: Option<i64>,
    /// Last sample of all.
    pub last: i64,
    /// End of what is covered.
    pub covered: i64,
}

/// Runs under one hull.
const HULL: usize = 64;

impl Table {
    /// Adds the next leaf of the index file. `leaves` gives those before it.
    pub(super) fn push(
        &mut self,
        leaf: &Leaf,
        leaves: &mut dyn Leaves,
    ) -> Result<(), WaveformError> {
        let index = self.leaves;
        self.leaves += 1;
        self.summarise(leaf, index);
        let end = self.days.entry(leaf.day()).or_default();
        *end = leaf.end_offset().max(*end);
        if leaf.first == 0 {
            self.records += 1;
        }
        if leaf.count > 0 {
            self.samples += u64::from(leaf.count);
            self.rate = leaf.rate;
            self.show(leaf, index, leaves)?;
            self.first = Some(self.first.map_or(leaf.time(0), |t| t.min(leaf.time(0))));
            self.last = self.last.max(leaf.last());
        }
        self.add_to_runs(leaf, index);
        Ok(())
    }

    fn summarise(&mut self, leaf: &Leaf, index: u64) {
        let mut node = Node::of(leaf);
        if let Some(mut pending) = self.pending.take() {
            pending.join(&node);
            node = pending;
        }
        if !(index + 1).is_multiple_of(FACTOR) {
            self.pending = Some(node);
            return;
        }
        for level in 0.. {
            if self.levels.len() <= level {
                self.levels.push(Vec::new());
            }
            let Some(nodes) = self.levels.get_mut(level) else { return };
            nodes.push(node);
            let Some(group) = nodes.len().checked_sub(FACTOR as usize) else { return };
            if !nodes.len().is_multiple_of(FACTOR as usize) {
                return;
            }
            let Some((first, rest)) = nodes.get(group..).and_then(<[Node]>::split_first) else {
                return;
            };
            node = *first;
            for next in rest {
                node.join(next);
            }
        }
    }

    fn add_to_runs(&mut self, leaf: &Leaf, index: u64) {
        let (start, end) = leaf.cover();
        let (class, publication) = (rate_class(leaf.rate), leaf.publication);
        match self.runs.last_mut() {
            Some(run)
                if run.last_start <= leaf.time(0)
                    && (run.class, run.publication) == (class, publication) =>
            {
                run.b = index + 1;
                run.last_start = leaf.time(0);
                run.end = run.end.max(end);
                run.longest = run.longest.max(end.saturating_sub(start));
            }
            _ => {
                let (a, b, longest) = (index, index + 1, end.saturating_sub(start));
                let last_start = leaf.time(0);
                let run = Run { a, b, start, last_start, end, longest, class, publication };
                self.runs.push(run);
            }
        }
        self.hull_last();
    }

    fn hull_last(&mut self) {
        let Some(run) = self.runs.last() else { return };
        let group = (self.runs.len() - 1) / HULL;
        if let Some(hull) = self.hulls.get_mut(group) {
            *hull = (hull.0.min(run.start), hull.1.max(run.end));
        } else {
            self.hulls.push((run.start, run.end));
        }
    }

    /// Computes what is derived from the rest, after the rest was read from a file.
    pub(super) fn restore(&mut self) {
        self.hulls.clear();
        for group in self.runs.chunks(HULL) {
            let start = group.iter().map(|r| r.start).min().unwrap_or_default();
            let end = group.iter().map(|r| r.end).max().unwrap_or_default();
            self.hulls.push((start, end));
        }
        self.levels.truncate(1);
        for level in 0.. {
            let Some(nodes) = self.levels.get(level) else { return };
            let mut above = Vec::with_capacity(nodes.len() / FACTOR as usize);
            for group in nodes.chunks_exact(FACTOR as usize) {
                let Some((first, rest)) = group.split_first() else { continue };
                let mut node = *first;
                for next in rest {
                    node.join(next);
                }
                above.push(node);
            }
            if above.is_empty() {
                return;
            }
            self.levels.push(above);
        }
    }

    /// Calls `each` with every leaf whose start or cover touches `start..=end`, visible or not,
    /// in no particular order.
    pub(super) fn touching(
        &self,
        (start, end): (i64, i64),
        leaves: &mut dyn Leaves,
        each: &mut dyn FnMut(u64, &Leaf),
    ) -> Result<(), WaveformError> {
        for (group, hull) in self.hulls.iter().enumerate() {
            if hull.0 > end || hull.1 < start {
                continue;
            }
            let from = group * HULL;
            let runs = self.runs.get(from..(from + HULL).min(self.runs.len())).unwrap_or_default();
            for run in runs.iter().filter(|run| run.start <= end && run.end >= start) {
                let earliest = start.saturating_sub(run.longest);
                for index in self.first_from(run.a..run.b, earliest, leaves)?..run.b {
                    let leaf = leaves.leaf(index)?;
                    let (from, to) = leaf.cover();
                    if from > end {
                        break;
                    }
                    if to >= start {
                        each(index, &leaf);
                    }
                }
            }
        }
        Ok(())
    }

    /// The first leaf of an ordered stretch that starts at or after `t`; its end where none
    /// does.
    pub(super) fn first_from(
        &self,
        range: std::ops::Range<u64>,
        t: i64,
        leaves: &mut dyn Leaves,
    ) -> Result<u64, WaveformError> {
        let (mut a, mut b) = (range.start, range.end);
        // First over the resident level, whose nodes tell the start of every sixteenth leaf.
        if let Some(nodes) = self.levels.first() {
            let (low, high) = (a.div_ceil(FACTOR), (b / FACTOR).min(nodes.len() as u64));
            if let Some(inside) = nodes.get(low as usize..high as usize) {
                let before = inside.partition_point(|node| node.start < t) as u64;
                if before > 0 {
                    a = a.max((low + before - 1) * FACTOR);
                }
                if low + before < high {
                    b = b.min((low + before) * FACTOR);
                }
            }
        }
        while a < b {
            let middle = a + (b - a) / 2;
            if leaves.leaf(middle)?.time(0) < t {
                a = middle + 1;
            } else {
                b = middle;
            }
        }
        Ok(a)
    }

    /// The first leaf of a whole piece whose last sample is at or after `t`.
    pub(super) fn first_reaching(
        &self,
        piece: &Piece,
        t: i64,
        leaves: &mut dyn Leaves,
    ) -> Result<u64, WaveformError> {
        let next = self.first_from(piece.a..piece.b, t, leaves)?;
        let before = next.saturating_sub(1).max(piece.a);
        Ok(if before < next && leaves.leaf(before)?.last() >= t { before } else { next })
    }

    /// The largest node of which `a` is the first leaf, that ends at or before `b` and is wanted;
    /// with its number of leaves.
    pub(super) fn largest(
        &self,
        a: u64,
        b: u64,
        wanted: impl Fn(&Node) -> bool,
    ) -> Option<(Node, u64)> {
        let mut found = None;
        let mut size = FACTOR;
        for nodes in &self.levels {
            if !a.is_multiple_of(size) || a + size > b {
                break;
            }
            match nodes.get((a / size) as usize) {
                Some(node) if wanted(node) => found = Some((*node, size)),
                _ => break,
            }
            size = size.saturating_mul(FACTOR);
        }
        found
    }

    /// Works out what of a new leaf is visible, and what it hides of the others.
    fn show(
        &mut self,
        leaf: &Leaf,
        index: u64,
        leaves: &mut dyn Leaves,
    ) -> Result<(), WaveformError> {
        let (start, end) = leaf.cover();
        let apart = self.first.is_none() || (leaf.time(0) >= self.covered && start > self.last);
        self.covered = if self.first.is_none() { end } else { self.covered.max(end) };
        if self.first.is_none() {
            self.last = leaf.last();
        }
        let mut visible = vec![(0, leaf.count)];
        if !apart {
            let rank = leaf.rank(index);
            self.touching((start, end), leaves, &mut |other, o| {
                if o.count > 0 && o.rank(other) > rank {
                    let (from, to) = o.cover();
                    remove(&mut visible, leaf.index_at(from), leaf.index_at(to));
                }
            })?;
            self.hide(leaf, index, leaves)?;
        }
        for (from, to) in visible {
            if apart {
                self.insert(leaf, index, from, to);
                continue;
            }
            // What lies between two of its samples (a short record of a higher rate) parts it.
            let span = (leaf.time(from), leaf.time(to - 1));
            let inside = (Bound::Excluded(span.0), Bound::Included(span.1));
            let inner = self.pieces.range(inside).map(|(&key, _)| leaf.index_at(key));
            let mut bounds: Vec<u16> = inner.collect();
            bounds.push(to);
            let mut begin = from;
            for end in bounds {
                if begin < end {
                    self.part(leaf.time(begin), leaf.time(end - 1), leaves)?;
                    self.insert(leaf, index, begin, end);
                    begin = end;
                }
            }
        }
        Ok(())
    }

    /// Parts the piece that begins before and ends after some samples, so that pieces stay in
    /// order of time.
    fn part(
        &mut self,
        first: i64,
        last: i64,
        leaves: &mut dyn Leaves,
    ) -> Result<(), WaveformError> {
        let before = self.pieces.range(..first).next_back();
        let Some((key, piece)) = before.map(|(&key, &piece)| (key, piece)) else { return Ok(()) };
        if piece.last < last {
            return Ok(());
        }
        self.pieces.remove(&key);
        if let Some((from, to)) = piece.cut {
            let leaf = leaves.leaf(piece.a)?;
            let middle = leaf.index_at(first).clamp(from, to);
            self.insert(&leaf, piece.a, from, middle);
            self.insert(&leaf, piece.a, middle, to);
            return Ok(());
        }
        let mut next = self.first_from(piece.a..piece.b, first, leaves)?;
        let before = next.saturating_sub(1).max(piece.a);
        let leaf = leaves.leaf(before)?;
        self.insert_whole(&piece, next, piece.b, leaves)?;
        if leaf.last() > first {
            let middle = leaf.index_at(first);
            self.insert(&leaf, before, middle, leaf.count);
            self.insert(&leaf, before, 0, middle);
            next = before;
        }
        self.insert_whole(&piece, piece.a, next, leaves)
    }

    /// Puts the samples `from..to` of a leaf among the visible ones.
    fn insert(&mut self, leaf: &Leaf, index: u64, from: u16, to: u16) {
        if from >= to {
            return;
        }
        let (start, last) = (leaf.time(from), leaf.time(to - 1));
        let kind = (rate_class(leaf.rate), leaf.publication);
        let whole = from == 0 && to == leaf.count;
        let period = leaf.period_ns();
        if whole
            && let Some((_, before)) = self.pieces.range_mut(..start).next_back()
            && before.cut.is_none()
            && before.b == index
            && before.kind == kind
        {
            before.b = index + 1;
            before.last = last;
            before.period = period;
            return;
        }
        let cut = (!whole).then_some((from, to));
        self.pieces.insert(start, Piece { a: index, b: index + 1, cut, last, period, kind });
    }

    /// Takes the samples that a new leaf covers away from leaves of lower rank.
    fn hide(
        &mut self,
        leaf: &Leaf,
        index: u64,
        leaves: &mut dyn Leaves,
    ) -> Result<(), WaveformError> {
        let (start, end) = leaf.cover();
        let rank = leaf.rank(index);
        let first = self.pieces.range(..start).next_back().map_or(start, |(&key, _)| key);
        let touched: Vec<(i64, Piece)> = self
            .pieces
            .range(first..end)
            .filter(|(_, piece)| piece.last >= start)
            .map(|(&key, &piece)| (key, piece))
            .collect();
        for (key, piece) in touched {
            let (mut i, mut j) = (piece.a, piece.b);
            if piece.cut.is_none() {
                i = self.first_reaching(&piece, start, leaves)?;
                j = self.first_from(i..piece.b, end, leaves)?;
            }
            let mut rest = Vec::new();
            let mut changed = false;
            for other in i..j {
                let o = leaves.leaf(other)?;
                let mut left = vec![piece.cut.unwrap_or((0, o.count))];
                if o.rank(other) < rank {
                    changed |= remove(&mut left, o.index_at(start), o.index_at(end));
                }
                rest.extend(left.into_iter().map(|(from, to)| (other, o, from, to)));
            }
            if !changed {
                continue;
            }
            self.pieces.remove(&key);
            if piece.cut.is_none() {
                self.insert_whole(&piece, piece.a, i, leaves)?;
            }
            for (other, o, from, to) in rest {
                self.insert(&o, other, from, to);
            }
            if piece.cut.is_none() {
                self.insert_whole(&piece, j, piece.b, leaves)?;
            }
        }
        Ok(())
    }

    /// Puts the leaves `a..b` of a piece back.
    fn insert_whole(
        &mut self,
        piece: &Piece,
        a: u64,
        b: u64,
        leaves: &mut dyn Leaves,
    ) -> Result<(), WaveformError> {
        if a >= b {
            return Ok(());
        }
        let start = leaves.leaf(a)?.time(0);
        let (last, period) = if b == piece.b {
            (piece.last, piece.period)
        } else {
            let leaf = leaves.leaf(b - 1)?;
            (leaf.last(), leaf.period_ns())
        };
        self.pieces.insert(start, Piece { a, b, cut: None, last, period, kind: piece.kind });
        Ok(())
    }

    /// Pieces with a visible sample in `start..end`, in order of time.
    pub(super) fn visible(&self, start: i64, end: i64) -> impl Iterator<Item = (i64, &Piece)> {
        let first = self.pieces.range(..=start).next_back().map_or(start, |(&key, _)| key);
        self.pieces
            .range(first..end.max(first))
            .filter(move |(_, piece)| piece.last >= start)
            .map(|(&key, piece)| (key, piece))
    }
}

/// Takes `from..to` out of ascending ranges; tells whether anything changed.
fn remove(ranges: &mut Vec<(u16, u16)>, from: u16, to: u16) -> bool {
    if from >= to || ranges.iter().all(|r| r.1 <= from || r.0 >= to) {
        return false;
    }
    *ranges = ranges
        .iter()
        .flat_map(|&(a, b)| [(a, b.min(from)), (a.max(to), b)])
        .filter(|(a, b)| a < b)
        .collect();
    true
}
