//! Minimum, maximum and mean at a pixel width.
//!
//! Summaries serve every slice that holds whole leaves or nodes; what lies across the edge of
//! slices is decoded where that can change the extremes of a slice. Extremes are therefore
//! those of the samples, always. Number and sum of samples are exact too, but for slices at
//! least 8 times as long as a leaf (or 4 times as long as a node without gaps) that lies across
//! their edge without touching their extremes: its sum is then split in proportion to time.

use std::sync::atomic::{AtomicBool, Ordering};

use super::WaveformStore;
use super::channel::Channel;
use super::index::Reader;
use super::leaf::{Leaf, Node};
use super::records::{Decoder, Item};
use super::samples::summarise;
use super::table::{FACTOR, Leaves};
use crate::archive::{Bucket, QueryError, SeriesKey};
use crate::format::mseed::Samples;
use crate::time::TimeRange;

/// A slice this many times as long as a leaf across its edge may take a share of its sum.
const LEAF_SHARE: f64 = 8.0;
/// The same for a node, which has at least 16 leaves: less, so that a slice of 64 leaves and
/// more need not read the index at its edges.
const NODE_SHARE: f64 = 4.0;

impl WaveformStore {
    /// Minimum, maximum, sum and number of the visible samples in each of `width` equal slices
    /// of a range, and the nominal time between samples in nanoseconds (the longest, where rates
    /// differ; 0 without data).
    ///
    /// Sample time `t` belongs to slice `⌊(t − start) · width / duration⌋`.
    pub fn min_max(
        &self,
        key: &SeriesKey,
        range: TimeRange,
        width: u32,
        cancel: &AtomicBool,
    ) -> Result<(Vec<Bucket>, f64), QueryError> {
        self.with(key, |channel, reader| {
            let mut slices = Slices::new(range, width);
            let mut walk = Walk::new(channel, reader, &mut slices, cancel);
            let (start, end) = (range.start.unix_ns(), range.end.unix_ns());
            let mut period = 0f64;
            for (_, piece) in channel.table.visible(start, end) {
                period = period.max(piece.period);
                if let Some((from, to)) = piece.cut {
                    let leaf = walk.reader.leaf(piece.a)?;
                    walk.items.push(Item { leaf, from, to });
                } else {
                    walk.leaves(piece.a, piece.b)?;
                }
            }
            walk.settle_nodes()?;
            let (mut items, shared) = (walk.items, walk.shared);
            for leaf in shared {
                if !slices.share_leaf(&leaf) {
                    items.push(Item { leaf, from: 0, to: leaf.count });
                }
            }
            items.sort_by_key(|item| (item.leaf.day(), item.leaf.offset));
            let mut decoder = Decoder::new(channel, &self.files, cancel);
            decoder.samples(&items, &mut |item, samples| {
                slices.add(item, samples);
                Ok(())
            })?;
            Ok((slices.buckets, if period > 0.0 { period } else { 1e9 / channel.table.rate }))
        })
    }
}

/// Equal slices of a range.
struct Slices {
    start: i64,
    end: i64,
    /// `edges[k]` is the first instant of slice `k`; one more for the end.
    edges: Vec<i64>,
    /// Slices per nanosecond.
    scale: f64,
    buckets: Vec<Bucket>,
    /// The slice that was asked for last: most questions go forward by little.
    last: std::cell::Cell<usize>,
}

/// Where the samples from one time to another lie.
enum Place {
    Outside,
    Inside(usize),
    Across,
}

impl Slices {
    fn new(range: TimeRange, width: u32) -> Self {
        let (start, end) = (range.start.unix_ns(), range.end.unix_ns());
        let duration = i128::from(end) - i128::from(start);
        let count = i128::from(width.max(1));
        let edge = |k: i128| i128::from(start) + (k * duration + count - 1) / count;
        let edges = (0..=count).map(|k| edge(k) as i64).collect();
        let scale = count as f64 / duration.max(1) as f64;
        let buckets = vec![Bucket::EMPTY; width as usize];
        Self { start, end, edges, scale, buckets, last: std::cell::Cell::new(0) }
    }

    /// Slice of an instant inside the range.
    fn of(&self, t: i64) -> usize {
        let k = self.last.get();
        for k in [k, k + 1] {
            if let Some([from, to]) = self.edges.get(k..k + 2)
                && (*from..*to).contains(&t)
            {
                self.last.set(k);
                return k;
            }
        }
        let k = self.search(t);
        self.last.set(k);
        k
    }

    fn search(&self, t: i64) -> usize {
        let last = self.edges.len().saturating_sub(2);
        let guess = t.wrapping_sub(self.start).cast_unsigned() as f64 * self.scale;
        let mut k = (guess as usize).min(last);
        while k > 0 && self.edge(k) > t {
            k -= 1;
        }
        while k < last && self.edge(k + 1) <= t {
            k += 1;
        }
        k
    }

    fn edge(&self, k: usize) -> i64 {
        self.edges.get(k).copied().unwrap_or(self.end)
    }

    fn place(&self, first: i64, last: i64) -> Place {
        if last < self.start || first >= self.end {
            return Place::Outside;
        }
        if first >= self.start && last < self.end {
            let k = self.of(first);
            if last < self.edge(k + 1) {
                return Place::Inside(k);
            }
        }
        Place::Across
    }

    fn merge(&mut self, k: usize, bucket: &Bucket) {
        if let Some(slice) = self.buckets.get_mut(k) {
            slice.merge(bucket);
        }
    }

    /// Whether samples from `first` to `last` take at most one `part`th of a slice.
    fn is_short(&self, first: i64, last: i64, part: f64) -> bool {
        last.saturating_sub(first) as f64 * self.scale * part <= 1.0
    }

    /// The slices at both ends of what lies across an edge (none beyond the range), where it
    /// touches no others and cannot change their extremes.
    fn sides(&self, first: i64, last: i64, of: &Bucket) -> Option<(Option<usize>, Option<usize>)> {
        let left = (first >= self.start).then(|| self.of(first));
        let right = (last < self.end).then(|| self.of(last));
        let holds = |k: usize| {
            let inside = |slice: &Bucket| slice.min <= of.min && slice.max >= of.max;
            self.buckets.get(k).is_some_and(|slice| slice.count > 0 && inside(slice))
        };
        let neighbours = match (left, right) {
            (Some(left), Some(right)) => left + 1 == right,
            (Some(left), None) => left + 1 == self.buckets.len(),
            (None, Some(right)) => right == 0,
            (None, None) => false,
        };
        (neighbours && left.is_none_or(holds) && right.is_none_or(holds)).then_some((left, right))
    }

    /// Splits number and sum between two sides.
    fn split(&mut self, sides: (Option<usize>, Option<usize>), of: &Bucket, left: u64) {
        for (side, count) in [(sides.0, left), (sides.1, of.count - left)] {
            if let Some(k) = side
                && count > 0
            {
                let sum = of.sum * (count as f64 / of.count as f64);
                self.merge(k, &Bucket { sum, count, ..Bucket::EMPTY });
            }
        }
    }

    /// Edge between two sides.
    fn between(&self, sides: (Option<usize>, Option<usize>)) -> i64 {
        sides.1.map_or(self.end, |k| self.edge(k))
    }

    /// Takes shares of a node where that leaves the extremes exact.
    fn share_node(&mut self, node: &Node) -> bool {
        if node.bucket.count == 0 {
            return true;
        }
        let Some(sides) = self.sides(node.start, node.last, &node.bucket) else { return false };
        let length = node.last.saturating_sub(node.start) as f64 + node.period;
        let part = self.between(sides).saturating_sub(node.start) as f64 / length;
        let left = (node.bucket.count as f64 * part.clamp(0.0, 1.0)).round() as u64;
        self.split(sides, &node.bucket, left.min(node.bucket.count));
        true
    }

    /// Takes shares of a leaf where that leaves the extremes exact.
    fn share_leaf(&mut self, leaf: &Leaf) -> bool {
        if leaf.valid == 0 {
            return true;
        }
        let of = leaf.bucket();
        let Some(sides) = self.sides(leaf.time(0), leaf.last(), &of) else { return false };
        let left = u64::from(leaf.index_at(self.between(sides)));
        let left =
            if leaf.valid == leaf.count { left } else { left * of.count / u64::from(leaf.count) };
        self.split(sides, &of, left);
        true
    }

    /// Adds decoded samples.
    fn add(&mut self, item: &Item, samples: &Samples) {
        let leaf = &item.leaf;
        let mut i = item.from.max(leaf.index_at(self.start));
        let to = item.to.min(leaf.index_at(self.end));
        while i < to {
            let k = self.of(leaf.time(i));
            let next = leaf.index_at(self.edge(k + 1)).clamp(i + 1, to);
            let first = leaf.first as usize + usize::from(i);
            let bucket = summarise(samples, first, usize::from(next - i));
            self.merge(k, &bucket);
            i = next;
        }
    }
}

/// Goes through the pyramid and collects what must be looked at more closely.
struct Walk<'a> {
    channel: &'a Channel,
    reader: Reader<'a>,
    slices: &'a mut Slices,
    cancel: &'a AtomicBool,
    /// Nodes across an edge, short against a slice: level and number.
    nodes: Vec<(usize, u64)>,
    /// Leaves across an edge, short against a slice.
    shared: Vec<Leaf>,
    /// To be decoded.
    items: Vec<Item>,
}

impl<'a> Walk<'a> {
    fn new(
        channel: &'a Channel,
        reader: Reader<'a>,
        slices: &'a mut Slices,
        cancel: &'a AtomicBool,
    ) -> Self {
        let (nodes, shared, items) = (Vec::new(), Vec::new(), Vec::new());
        Self { channel, reader, slices, cancel, nodes, shared, items }
    }

    /// Adds the leaves `a..b`, which are whole and in order of time.
    fn leaves(&mut self, mut a: u64, b: u64) -> Result<(), QueryError> {
        while a < b {
            // The largest aligned node that fits.
            let mut found = None;
            let mut size = FACTOR;
            for (level, nodes) in self.channel.table.levels.iter().enumerate() {
                let fits = a.is_multiple_of(size) && a + size <= b;
                if !fits || nodes.get((a / size) as usize).is_none() {
                    break;
                }
                found = Some((level, a / size, size));
                size = size.saturating_mul(FACTOR);
            }
            if let Some((level, number, size)) = found {
                self.node(level, number)?;
                a += size;
            } else {
                self.leaf(a)?;
                a += 1;
            }
        }
        Ok(())
    }

    fn node(&mut self, level: usize, number: u64) -> Result<(), QueryError> {
        let nodes = self.channel.table.levels.get(level);
        let Some(node) = nodes.and_then(|nodes| nodes.get(number as usize)) else {
            return Ok(());
        };
        match self.slices.place(node.start, node.last) {
            Place::Outside => Ok(()),
            Place::Inside(k) => {
                self.slices.merge(k, &node.bucket);
                Ok(())
            }
            Place::Across
                if !node.gap && self.slices.is_short(node.start, node.last, NODE_SHARE) =>
            {
                self.nodes.push((level, number));
                Ok(())
            }
            Place::Across => self.children(level, number),
        }
    }

    fn children(&mut self, level: usize, number: u64) -> Result<(), QueryError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(QueryError::Cancelled);
        }
        for child in number * FACTOR..(number + 1) * FACTOR {
            match level.checked_sub(1) {
                Some(below) => self.node(below, child)?,
                None => self.leaf(child)?,
            }
        }
        Ok(())
    }

    fn leaf(&mut self, index: u64) -> Result<(), QueryError> {
        let leaf = self.reader.leaf(index)?;
        let (first, last) = (leaf.time(0), leaf.last());
        match self.slices.place(first, last) {
            Place::Outside => {}
            Place::Inside(k) => self.slices.merge(k, &leaf.bucket()),
            Place::Across if self.slices.is_short(first, last, LEAF_SHARE) => {
                self.shared.push(leaf);
            }
            Place::Across => self.items.push(Item { leaf, from: 0, to: leaf.count }),
        }
        Ok(())
    }

    /// Shares the nodes that were put off, or goes into them.
    fn settle_nodes(&mut self) -> Result<(), QueryError> {
        while !self.nodes.is_empty() {
            // In order, so that the index is read forward.
            for (level, number) in std::mem::take(&mut self.nodes) {
                let nodes = self.channel.table.levels.get(level);
                let node = nodes.and_then(|nodes| nodes.get(number as usize));
                if node.is_some_and(|node| !self.slices.share_node(node)) {
                    self.children(level, number)?;
                }
            }
        }
        Ok(())
    }
}
