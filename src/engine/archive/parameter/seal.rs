//! Turns rows into chunks and complete sets of sixteen into pyramid nodes, as bytes for one
//! write and references for one catalogue transaction.

use super::chunk::{self, CHUNK_ROWS, FAN};
use super::group::Group;
use super::rows::RowsView;
use crate::archive::Bucket;
use crate::archive::catalogue::{ChunkRef, NodeId};

/// Sealed pieces of one group that are not on the disk yet.
pub(super) struct Sealed {
    group: u32,
    /// Frames, one behind the other.
    pub(super) bytes: Vec<u8>,
    /// Level and place of each frame, offsets from the start of `bytes`.
    pub(super) nodes: Vec<(u8, ChunkRef)>,
    /// Sums without a complete parent, after these nodes.
    pub(super) pending: Vec<Vec<Vec<Bucket>>>,
    /// Time hull and first row of the pending nodes, in step with `pending`.
    hulls: Vec<Vec<ChunkRef>>,
    counts: Vec<u64>,
    next_row: u64,
}

impl Sealed {
    /// Continues after what the group holds.
    pub(super) fn after(group: &Group) -> Self {
        let hulls = group
            .nodes
            .iter()
            .enumerate()
            .map(|(level, nodes)| {
                let parents = group.nodes.get(level + 1).map_or(0, Vec::len);
                nodes.iter().skip(parents * FAN).copied().collect()
            })
            .collect();
        Self {
            group: group.row.id,
            bytes: Vec::new(),
            nodes: Vec::new(),
            pending: group.pending.clone(),
            hulls,
            counts: group.nodes.iter().map(|n| n.len() as u64).collect(),
            next_row: group.sealed_rows,
        }
    }

    /// Seals rows in order of arrival, the last chunk as short as it comes.
    pub(super) fn add(&mut self, rows: &RowsView<'_>) {
        let mut from = 0;
        while from < rows.len() {
            let mut part = rows.view(from, from + CHUNK_ROWS);
            from += CHUNK_ROWS;
            let sorted;
            if !part.times.is_sorted() {
                sorted = part.to_rows().sorted();
                part = sorted.view();
            }
            let id = NodeId { group: self.group, level: 0, seq: self.count(0) };
            let (bytes, chunk, sums) = chunk::seal(id, self.next_row, &part);
            self.next_row += part.len() as u64;
            self.put(0, chunk, bytes, sums);
        }
        self.complete();
    }

    fn count(&self, level: usize) -> u64 {
        self.counts.get(level).copied().unwrap_or(0)
    }

    fn put(&mut self, level: usize, mut at: ChunkRef, bytes: Vec<u8>, sums: Vec<Bucket>) {
        at.off = self.bytes.len() as u64;
        at.len = bytes.len() as u32;
        self.bytes.extend_from_slice(&bytes);
        self.nodes.push((level as u8, at));
        if self.pending.len() <= level {
            self.pending.resize(level + 1, Vec::new());
        }
        if self.hulls.len() <= level {
            self.hulls.resize(level + 1, Vec::new());
        }
        if self.counts.len() <= level {
            self.counts.resize(level + 1, 0);
        }
        self.pending[level].push(sums);
        self.hulls[level].push(at);
        self.counts[level] += 1;
        if self.pending[level].len() >= FAN {
            self.raise(level);
        }
    }

    /// Makes the parents that are missing; after a crash there may be several.
    pub(super) fn complete(&mut self) {
        let mut level = 0;
        while level < self.pending.len() {
            while self.pending[level].len() >= FAN {
                self.raise(level);
            }
            level += 1;
        }
    }

    /// Seals the first sixteen pending nodes of a level into their parent.
    fn raise(&mut self, level: usize) {
        let children: Vec<_> = self.pending[level].drain(..FAN).collect();
        let hulls: Vec<_> = self.hulls[level].drain(..FAN).collect();
        let hull = ChunkRef {
            file: 0,
            off: 0,
            len: 0,
            first_row: hulls.first().map_or(0, |h| h.first_row),
            rows: FAN as u32,
            t0: hulls.iter().map(|h| h.t0).min().unwrap_or(0),
            t1: hulls.iter().map(|h| h.t1).max().unwrap_or(0),
            max_gap: hulls.iter().map(|h| h.max_gap).max().unwrap_or(0),
        };
        let seq = self.count(level + 1);
        let id = NodeId { group: self.group, level: level as u8 + 1, seq };
        let (bytes, sums) = chunk::seal_node(id, &hull, &children);
        self.put(level + 1, hull, bytes, sums);
    }

    /// The catalogue rows, once it is known where the bytes lie.
    pub(super) fn placed(&mut self, file: u32, off: u64, first: &[u64]) -> Vec<(NodeId, ChunkRef)> {
        let mut next = first.to_vec();
        let mut rows = Vec::with_capacity(self.nodes.len());
        for (level, node) in &mut self.nodes {
            node.file = file;
            node.off += off;
            let slot = usize::from(*level);
            if next.len() <= slot {
                next.resize(slot + 1, 0);
            }
            rows.push((NodeId { group: self.group, level: *level, seq: next[slot] }, *node));
            next[slot] += 1;
        }
        rows
    }
}
