//! What is known of one parameter group without reading its data: where its chunks lie, which
//! times they hold, which of them share times, and the rows that are not sealed yet.

use std::ops::Range;

use super::chunk::FAN;
use super::rows::Rows;
use crate::archive::Bucket;
use crate::archive::catalogue::{ChunkRef, GroupRow};

/// The newest sample of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Newest {
    pub(super) time: i64,
    pub(super) arrival: i64,
    /// Chunk that holds it; the tail counts as the last.
    pub(super) seq: u32,
    pub(super) value: f64,
}

/// What is known of one column.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ColumnStat {
    pub(super) count: u64,
    /// Time of the earliest sample.
    pub(super) first: Option<i64>,
    pub(super) newest: Option<Newest>,
}

impl ColumnStat {
    /// Takes in rows in any order; their values count as stored.
    pub(super) fn add(&mut self, times: &[i64], arrivals: &[i64], values: &[f64]) {
        for ((time, arrival), value) in times.iter().zip(arrivals).zip(values) {
            if !value.is_nan() {
                self.count += 1;
                self.see(*time, *arrival, *value);
            }
        }
    }

    /// Takes in a sample for first and newest only.
    pub(super) fn see(&mut self, time: i64, arrival: i64, value: f64) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        if self.newest.is_none_or(|n| (n.time, n.arrival) <= (time, arrival)) {
            self.newest = Some(Newest { time, arrival, seq: u32::MAX, value });
        }
    }
}

/// A parameter group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) row: GroupRow,
    /// Chunks and pyramid nodes by level, each in order of sealing.
    pub(super) nodes: Vec<Vec<ChunkRef>>,
    /// Sums of the nodes that have no complete parent yet: `pending[level][node][column]`.
    pub(super) pending: Vec<Vec<Vec<Bucket>>>,
    /// Rows of all chunks together: the number of the first row of the tail.
    pub(super) sealed_rows: u64,
    /// Rows that are in the log only, in order of arrival.
    pub(super) tail: Rows,
    pub(super) stats: Vec<ColumnStat>,
    /// Chunks by first time.
    order: Vec<u32>,
    /// Latest time of the chunks up to that place of `order`.
    latest: Vec<i64>,
    /// `shared[n]`: how many of the first `n` chunks share a time with another chunk.
    shared: Vec<u32>,
}

impl Group {
    pub(super) fn new(row: GroupRow) -> Self {
        let columns = row.names.len();
        Self {
            row,
            nodes: vec![Vec::new()],
            pending: vec![Vec::new()],
            sealed_rows: 0,
            tail: Rows::with_columns(columns),
            stats: vec![ColumnStat::default(); columns],
            order: Vec::new(),
            latest: Vec::new(),
            shared: vec![0],
        }
    }

    pub(super) fn columns(&self) -> usize {
        self.row.names.len()
    }

    /// The chunks, in order of sealing.
    pub(super) fn chunks(&self) -> &[ChunkRef] {
        self.nodes.first().map_or(&[], Vec::as_slice)
    }

    /// First and last time of everything.
    pub(super) fn hull(&self) -> Option<(i64, i64)> {
        let sealed = self
            .order
            .first()
            .and_then(|i| self.chunks().get(*i as usize))
            .zip(self.latest.last())
            .map(|(first, last)| (first.t0, *last));
        match (sealed, self.tail.hull()) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        }
    }

    /// Takes in nodes that follow the known ones, level by level.
    pub(super) fn add_nodes(&mut self, added: &[(u8, ChunkRef)]) {
        let known = self.chunks().len();
        for (level, node) in added {
            let level = usize::from(*level);
            if self.nodes.len() <= level {
                self.nodes.resize(level + 1, Vec::new());
            }
            if level == 0 {
                self.sealed_rows = node.first_row + u64::from(node.rows);
            }
            if let Some(nodes) = self.nodes.get_mut(level) {
                nodes.push(*node);
            }
        }
        self.sort_in(known);
    }

    /// Keeps the time index current after chunks were added behind `known`.
    fn sort_in(&mut self, known: usize) {
        let chunks = self.nodes.first().map_or(&[][..], Vec::as_slice);
        let mut last = self.latest.last().copied();
        let follows = chunks.get(known..).unwrap_or_default().iter().all(|c| {
            let after = last.is_none_or(|t| c.t0 > t);
            last = Some(c.t1);
            after
        });
        if follows {
            for (i, chunk) in chunks.iter().enumerate().skip(known) {
                self.order.push(i as u32);
                self.latest.push(chunk.t1);
                self.shared.push(self.shared.last().copied().unwrap_or(0));
            }
        } else {
            self.index_anew();
        }
    }

    fn index_anew(&mut self) {
        let chunks = self.nodes.first().map_or(&[][..], Vec::as_slice);
        let mut order: Vec<u32> = (0..chunks.len() as u32).collect();
        order.sort_by_key(|i| chunks[*i as usize].t0);
        let mut is_shared = vec![false; chunks.len()];
        self.latest.clear();
        let mut latest: Option<(i64, u32)> = None;
        for i in &order {
            let chunk = &chunks[*i as usize];
            if let Some((t1, owner)) = latest
                && chunk.t0 <= t1
            {
                is_shared[*i as usize] = true;
                is_shared[owner as usize] = true;
            }
            if latest.is_none_or(|(t1, _)| chunk.t1 > t1) {
                latest = Some((chunk.t1, *i));
            }
            self.latest.push(latest.map_or(chunk.t1, |(t1, _)| t1));
        }
        self.order = order;
        self.shared = vec![0];
        let mut sum = 0;
        for shared in is_shared {
            sum += u32::from(shared);
            self.shared.push(sum);
        }
    }

    /// Whether one of the chunks of a node shares a time with another chunk of this group.
    pub(super) fn shares(&self, level: usize, seq: usize) -> bool {
        let chunks = self.chunk_range(level, seq);
        self.shared.get(chunks.start) != self.shared.get(chunks.end)
    }

    /// The chunks under a node.
    pub(super) fn chunk_range(&self, level: usize, seq: usize) -> Range<usize> {
        let width = FAN.pow(level as u32);
        let all = self.chunks().len();
        (seq * width).min(all)..((seq + 1) * width).min(all)
    }

    /// Chunks that hold times of `t0..=t1`, by first time.
    pub(super) fn touching(&self, t0: i64, t1: i64) -> Vec<u32> {
        let chunks = self.chunks();
        let hi = self.order.partition_point(|i| chunks[*i as usize].t0 <= t1);
        let mut found = Vec::new();
        for place in (0..hi).rev() {
            if self.latest[place] < t0 {
                break;
            }
            let i = self.order[place];
            if chunks[i as usize].t1 >= t0 {
                found.push(i);
            }
        }
        found.reverse();
        found
    }

    /// Chunks that begin at or before `t`, those of the latest first time first, each with the
    /// latest time of it and all chunks that begin before it.
    pub(super) fn backwards(&self, t: i64) -> impl Iterator<Item = (u32, i64)> + '_ {
        let chunks = self.chunks();
        let hi = self.order.partition_point(|i| chunks[*i as usize].t0 <= t);
        (0..hi).rev().map(|place| (self.order[place], self.latest[place]))
    }

    /// Chunks by first time.
    pub(super) fn forwards(&self) -> impl Iterator<Item = u32> + '_ {
        self.order.iter().copied()
    }

    /// Whether any chunk has a time of `t0..=t1`.
    pub(super) fn has_chunk_at(&self, t0: i64, t1: i64) -> bool {
        let chunks = self.chunks();
        let hi = self.order.partition_point(|i| chunks[*i as usize].t0 <= t1);
        (0..hi)
            .rev()
            .take_while(|place| self.latest[*place] >= t0)
            .any(|place| chunks[self.order[place] as usize].t1 >= t0)
    }

    /// Drops the tail rows that a chunk holds by now.
    pub(super) fn trim_tail(&mut self, tail_first_row: u64) {
        let sealed = self.sealed_rows.saturating_sub(tail_first_row) as usize;
        if sealed > 0 {
            self.tail = self.tail.view().view(sealed, self.tail.len()).to_rows();
        }
    }

    /// Nominal time between samples of a column, nanoseconds; none with fewer than two.
    pub(super) fn period_ns(&self, column: usize) -> Option<f64> {
        let recent = self.pending.first().map_or(&[][..], Vec::as_slice);
        let start = self.chunks().len().saturating_sub(recent.len());
        let sealed = self.chunks().iter().skip(start).zip(recent).filter_map(|(chunk, sums)| {
            let count = sums.get(column)?.count;
            (count > 1).then(|| (chunk.t1 - chunk.t0) as f64 / (count - 1) as f64)
        });
        let values = self.tail.columns.get(column)?;
        let times: Vec<i64> = self
            .tail
            .times
            .iter()
            .zip(values)
            .filter_map(|(t, v)| (!v.is_nan()).then_some(*t))
            .collect();
        let live = (times.len() > 1).then(|| {
            let (first, last) = (times.iter().min(), times.iter().max());
            let span = last.zip(first).map_or(0, |(b, a)| b.saturating_sub(*a));
            span as f64 / (times.len() - 1) as f64
        });
        let all = self.chunks().len().checked_sub(1).and_then(|_| {
            let stat = self.stats.get(column)?;
            let span = stat.newest?.time.saturating_sub(stat.first?);
            (stat.count > 1).then(|| span as f64 / (stat.count - 1) as f64)
        });
        sealed.chain(live).chain(all).filter(|p| *p > 0.0).reduce(f64::min)
    }
}
