//! Exact minimum, maximum and sum at a pixel width: the sums of whole chunks and of the pyramid
//! above them where a slice holds them whole, decoded values everywhere else.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::ParameterStore;
use super::chunk::{FAN, is_known};
use super::group::Group;
use super::read::{Source, bounds, check, failed, tail_source};
use crate::archive::catalogue::NodeId;
use crate::archive::{ArchiveError, Bucket, QueryError, SeriesKey};
use crate::time::TimeRange;

/// The slices of one answer.
struct Slices {
    /// First nanosecond of each slice, and of what follows the last.
    edges: Vec<i64>,
    buckets: Vec<Bucket>,
}

impl Slices {
    fn new(range: TimeRange, width: u32) -> Self {
        let start = i128::from(range.start.unix_ns());
        let length = i128::from(range.end.unix_ns()) - start;
        let edge = |i: u32| {
            let up = (length * i128::from(i) + i128::from(width) - 1) / i128::from(width);
            (start + up) as i64
        };
        Self {
            edges: (0..=width).map(edge).collect(),
            buckets: vec![Bucket::EMPTY; width as usize],
        }
    }

    fn position(&self, time: i64) -> usize {
        self.edges.partition_point(|e| *e <= time).saturating_sub(1)
    }

    /// The one slice that holds all of `t0..=t1`.
    fn whole(&self, t0: i64, t1: i64) -> Option<usize> {
        let (first, last) = (*self.edges.first()?, *self.edges.last()?);
        let at = self.position(t0);
        (t0 >= first && t1 < last && at == self.position(t1)).then_some(at)
    }

    /// Adds samples, ascending in time; those outside are left out.
    fn add(&mut self, times: &[i64], values: &[f64]) {
        let Some((first, last)) = self.edges.first().copied().zip(self.edges.last().copied())
        else {
            return;
        };
        let from = times.partition_point(|t| *t < first);
        let to = times.partition_point(|t| *t < last);
        let mut at = times.get(from).map_or(0, |t| self.position(*t));
        for i in from..to {
            while self.edges.get(at + 1).is_some_and(|e| *e <= times[i]) {
                at += 1;
            }
            if let Some(bucket) = self.buckets.get_mut(at) {
                bucket.add(values[i]);
            }
        }
    }
}

/// One question on its way through the trees.
struct Walk<'a> {
    store: &'a ParameterStore,
    places: &'a [(Arc<Group>, usize)],
    t0: i64,
    t1: i64,
    cancel: &'a AtomicBool,
    slices: Slices,
    /// Chunks that share times with something else: decoded together at the end.
    shared: Vec<Source>,
}

impl Walk<'_> {
    /// Whether data outside this group's chunks lie at the same times.
    fn is_met(&self, place: usize, t0: i64, t1: i64) -> bool {
        let meets = |(i, (group, _)): (usize, &(Arc<Group>, usize))| {
            let tail = group.tail.hull().is_some_and(|(a, b)| a <= t1 && b >= t0);
            tail || (i != place && group.has_chunk_at(t0, t1))
        };
        self.places.iter().enumerate().any(meets)
    }

    fn hull(group: &Group, level: usize, seq: usize) -> Option<(i64, i64)> {
        let node = group.nodes.get(level)?.get(seq)?;
        Some((node.t0, node.t1))
    }

    fn visit(
        &mut self,
        place: usize,
        level: usize,
        seq: usize,
        known: Option<Bucket>,
    ) -> Result<(), QueryError> {
        let Some((group, column)) = self.places.get(place) else { return Ok(()) };
        let Some((t0, t1)) = Self::hull(group, level, seq) else { return Ok(()) };
        if t0 > self.t1 || t1 < self.t0 {
            return Ok(());
        }
        let is_shared = group.shares(level, seq) || self.is_met(place, t0, t1);
        if !is_shared && let Some(slice) = self.slices.whole(t0, t1) {
            let sum = match known {
                Some(sum) => sum,
                None => self.store.sum_of(group, level, seq, *column).map_err(failed)?,
            };
            if is_known(&sum) {
                if let Some(bucket) = self.slices.buckets.get_mut(slice) {
                    bucket.merge(&sum);
                }
                return Ok(());
            }
        }
        check(self.cancel)?;
        if level == 0 {
            let (group, column) = (Arc::clone(group), *column);
            let source = Source { group, column, seq: Some(seq as u32), t0, t1 };
            return self.leaf(source, is_shared);
        }
        let node = group.nodes.get(level).and_then(|n| n.get(seq));
        let Some(node) = node else { return Ok(()) };
        let sums = self.store.segments.children(node, *column).map_err(failed)?;
        for (i, sum) in sums.into_iter().enumerate() {
            self.visit(place, level - 1, seq * FAN + i, Some(sum))?;
        }
        Ok(())
    }

    fn leaf(&mut self, source: Source, is_shared: bool) -> Result<(), QueryError> {
        if is_shared {
            self.shared.push(source);
        } else {
            let (times, values) =
                self.store.resolve(std::slice::from_ref(&source), self.t0, self.t1)?;
            self.slices.add(&times, &values);
        }
        Ok(())
    }
}

impl ParameterStore {
    /// What one column of a node sums up to.
    pub(super) fn sum_of(
        &self,
        group: &Group,
        level: usize,
        seq: usize,
        column: usize,
    ) -> Result<Bucket, ArchiveError> {
        let parents = group.nodes.get(level + 1).map_or(&[][..], Vec::as_slice);
        if let Some(parent) = parents.get(seq / FAN) {
            let children = self.segments.children(parent, column)?;
            return Ok(children.get(seq % FAN).copied().unwrap_or(Bucket::EMPTY));
        }
        let waiting = group
            .pending
            .get(level)
            .and_then(|p| p.get(seq - parents.len() * FAN))
            .and_then(|sums| sums.get(column));
        if let Some(sum) = waiting {
            return Ok(*sum);
        }
        let id = NodeId { group: group.row.id, level: level as u8, seq: seq as u64 };
        let Some(node) = group.nodes.get(level).and_then(|n| n.get(seq)) else {
            return Ok(Bucket::EMPTY);
        };
        let sums = self.segments.sums(id, node)?;
        Ok(sums.get(column).copied().unwrap_or(Bucket::EMPTY))
    }

    /// Exact minimum, maximum and sum in `width` equal slices of a range, and the nominal time
    /// between samples in nanoseconds (0 unknown). Slice `i` holds the samples with
    /// `floor((t - start) * width / length) == i`.
    pub(crate) fn min_max(
        &self,
        key: &SeriesKey,
        range: TimeRange,
        width: u32,
        cancel: &AtomicBool,
    ) -> Result<(Vec<Bucket>, f64), QueryError> {
        let places = self.found(key)?;
        if !(1..=16_384).contains(&width) {
            let reason = format!("a width of {width} was asked for: ask for 1 to 16384 slices");
            return Err(QueryError::Failed(reason));
        }
        let period = Self::period_of(&places);
        let Some((t0, t1)) = bounds(range) else {
            return Ok((vec![Bucket::EMPTY; width as usize], period));
        };
        let slices = Slices::new(range, width);
        let mut walk =
            Walk { store: self, places: &places, t0, t1, cancel, slices, shared: Vec::new() };
        for (place, (group, column)) in places.iter().enumerate() {
            for (level, nodes) in group.nodes.iter().enumerate() {
                let parents = group.nodes.get(level + 1).map_or(0, Vec::len);
                for seq in (parents * FAN).min(nodes.len())..nodes.len() {
                    walk.visit(place, level, seq, None)?;
                }
            }
            let tail = tail_source(group, *column);
            walk.shared.extend(tail.filter(|s| s.t0 <= t1 && s.t1 >= t0));
        }
        let shared = std::mem::take(&mut walk.shared);
        let (times, values) = self.resolve(&shared, t0, t1)?;
        walk.slices.add(&times, &values);
        Ok((walk.slices.buckets, period))
    }
}
