//! Finds packets by the time they were made.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fs::File;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering as Atomic};
use std::sync::{Arc, PoisonError};

use super::files::{BlockRef, sealed_path};
use super::model::{PacketQuery, StoredPacket};
use super::passes::{self, PacketPass};
use super::{PacketStore, block};
use crate::archive::{ArchiveError, QueryError};
use crate::storage::{FRAME_HEAD, frames, open_read, read_at};
use crate::time::{Instant, TimeRange};

/// A pass ends after so many seconds without a packet.
const GAP_S: f64 = 60.0;

/// A packet in the order of time, the earlier number first among equals.
struct Timed(StoredPacket);

impl Timed {
    fn key(&self) -> (i64, u64) {
        (self.0.time().unix_ns(), self.0.number)
    }
}

impl PartialEq for Timed {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Timed {}
impl PartialOrd for Timed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Timed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// The packets that are wanted of those seen so far, and how many there were beyond.
enum Best {
    /// The top is the earliest: it goes first.
    Newest(BinaryHeap<Reverse<Timed>>),
    /// The top is the latest.
    Earliest(BinaryHeap<Timed>),
}

impl Best {
    fn len(&self) -> usize {
        match self {
            Self::Newest(heap) => heap.len(),
            Self::Earliest(heap) => heap.len(),
        }
    }

    /// Takes one in; says whether one had to go.
    fn add(&mut self, packet: StoredPacket, limit: usize) -> bool {
        match self {
            Self::Newest(heap) => heap.push(Reverse(Timed(packet))),
            Self::Earliest(heap) => heap.push(Timed(packet)),
        }
        let is_over = self.len() > limit;
        if is_over {
            match self {
                Self::Newest(heap) => drop(heap.pop()),
                Self::Earliest(heap) => drop(heap.pop()),
            }
        }
        is_over
    }

    /// Whether no packet of a block can be among the best.
    fn is_beyond(&self, block: &BlockRef) -> bool {
        match self {
            Self::Newest(heap) => heap.peek().is_some_and(|top| block.head.time.1 < top.0.key().0),
            Self::Earliest(heap) => heap.peek().is_some_and(|top| block.head.time.0 > top.key().0),
        }
    }

    fn into_packets(self) -> Vec<StoredPacket> {
        let mut all: Vec<Timed> = match self {
            Self::Newest(heap) => heap.into_iter().map(|entry| entry.0).collect(),
            Self::Earliest(heap) => heap.into_vec(),
        };
        all.sort();
        all.into_iter().map(|timed| timed.0).collect()
    }
}

/// The blocks that were received in a range, with those before and after that may belong to the
/// same passes.
fn around(blocks: &[BlockRef], range: TimeRange) -> &[BlockRef] {
    let gap = (GAP_S * 1e9) as i64;
    let received = |at: usize| blocks.get(at).map_or((0, 0), |block| block.head.received);
    let touches = |block: &BlockRef| {
        let (first, last) = block.head.received;
        last >= range.start.unix_ns() && first < range.end.unix_ns()
    };
    let Some(mut first) = blocks.iter().position(touches) else { return &[] };
    let mut last = blocks.iter().rposition(touches).unwrap_or(first);
    while first > 0 && received(first - 1).1.saturating_add(gap) >= received(first).0 {
        first -= 1;
    }
    while last + 1 < blocks.len() && received(last).1.saturating_add(gap) >= received(last + 1).0 {
        last += 1;
    }
    blocks.get(first..=last).unwrap_or_default()
}

/// Whether a block may hold packets of a range.
fn touches(block: &BlockRef, range: TimeRange) -> bool {
    let (first, last) = block.head.time;
    last >= range.start.unix_ns() && first < range.end.unix_ns()
}

impl PacketStore {
    /// The packets of a query, ascending in time, and whether more were left out.
    pub(in crate::archive) fn find(
        &self,
        query: &PacketQuery,
        cancel: &AtomicBool,
    ) -> Result<(Vec<StoredPacket>, bool), QueryError> {
        let mut best = if query.newest {
            Best::Newest(BinaryHeap::new())
        } else {
            Best::Earliest(BinaryHeap::new())
        };
        let mut more = false;
        let mut blocks: Vec<BlockRef> = {
            let state = self.state();
            for packet in state.tail.iter().filter(|packet| query.takes(packet)) {
                more |= best.add(packet.clone(), query.limit);
            }
            state.blocks.iter().filter(|block| touches(block, query.range)).copied().collect()
        };
        // The most promising first: once there are enough, the others need not be read.
        if query.newest {
            blocks.sort_by_key(|block| Reverse(block.head.time.1));
        } else {
            blocks.sort_by_key(|block| block.head.time.0);
        }
        for block in &blocks {
            if cancel.load(Atomic::Relaxed) {
                return Err(QueryError::Cancelled);
            }
            if best.len() >= query.limit && best.is_beyond(block) {
                more = true;
                break;
            }
            let packets =
                self.read(block).map_err(|error| QueryError::Failed(error.to_string()))?;
            for packet in packets.into_iter().filter(|packet| query.takes(packet)) {
                more |= best.add(packet, query.limit);
            }
        }
        Ok((best.into_packets(), more))
    }

    /// Shows every packet of a range in the order of reception, until `each` breaks.
    pub(in crate::archive) fn each(
        &self,
        range: TimeRange,
        each: &mut dyn FnMut(&StoredPacket) -> ControlFlow<()>,
    ) -> Result<(), ArchiveError> {
        let mut next = 1;
        loop {
            // Blocks are looked for one by one: the log may be sealed meanwhile.
            let (block, tail) = {
                let state = self.state();
                let at = state.blocks.partition_point(|block| block.after() <= next);
                let later = state.blocks.get(at..).unwrap_or_default();
                let block = later.iter().find(|block| touches(block, range)).copied();
                let tail = if block.is_none() { state.tail.clone() } else { Vec::new() };
                (block, tail)
            };
            let packets = match &block {
                Some(block) => self.read(block)?,
                None => tail,
            };
            for packet in packets.iter().filter(|p| p.number >= next && range.contains(p.time())) {
                if each(packet).is_break() {
                    return Ok(());
                }
            }
            match block {
                Some(block) => next = block.after(),
                None => return Ok(()),
            }
        }
    }

    /// Shows the packets from a number on in the order of reception, where they were received at or
    /// after an instant; the number after the last one.
    pub(in crate::archive) fn since(
        &self,
        mut next: u64,
        received: Instant,
        each: &mut dyn FnMut(&StoredPacket),
    ) -> Result<u64, ArchiveError> {
        let is_late = |block: &&BlockRef| block.head.received.1 >= received.unix_ns();
        loop {
            // Blocks are looked for one by one: the log may be sealed meanwhile.
            let (block, tail) = {
                let state = self.state();
                let at = state.blocks.partition_point(|block| block.after() <= next);
                let later = state.blocks.get(at..).unwrap_or_default();
                let block = later.iter().find(is_late).copied();
                let tail = if block.is_none() { state.tail.clone() } else { Vec::new() };
                (block, tail)
            };
            let packets = match &block {
                Some(block) => self.read(block)?,
                None => tail,
            };
            for packet in packets.iter().filter(|p| p.number >= next && p.received >= received) {
                each(packet);
            }
            next = next.max(packets.last().map_or(next, |last| last.number + 1));
            if block.is_none() {
                return Ok(next);
            }
        }
    }

    /// The stretches of reception that touch a range of the time of reception, ascending.
    pub(in crate::archive) fn passes(
        &self,
        range: TimeRange,
        cancel: &AtomicBool,
    ) -> Result<Vec<PacketPass>, QueryError> {
        let (blocks, tail) = {
            let state = self.state();
            (around(&state.blocks, range).to_vec(), passes::stretches(&state.tail, GAP_S))
        };
        let mut parts = Vec::with_capacity(blocks.len() + 1);
        for block in &blocks {
            if cancel.load(Atomic::Relaxed) {
                return Err(QueryError::Cancelled);
            }
            let key = (block.file, block.off);
            let known = || self.stretches.lock().unwrap_or_else(PoisonError::into_inner);
            let before = known().get(&key).map(Arc::clone);
            let part = if let Some(part) = before {
                part
            } else {
                let packets = self.read(block).map_err(|e| QueryError::Failed(e.to_string()))?;
                let part = Arc::new(passes::stretches(&packets, GAP_S));
                known().insert(key, Arc::clone(&part));
                part
            };
            parts.push(part);
        }
        parts.push(Arc::new(tail));
        let mut all = passes::join(parts.iter().flat_map(|part| part.iter()), GAP_S);
        all.retain(|pass| pass.end >= range.start && pass.start < range.end);
        Ok(all)
    }

    /// The packets of a block.
    fn read(&self, at: &BlockRef) -> Result<Vec<StoredPacket>, ArchiveError> {
        let path = sealed_path(&self.folder, at.file);
        let damaged = |reason: &str| ArchiveError::Damaged {
            path: path.clone(),
            reason: format!("byte {}: {reason}", at.off),
        };
        let file: File = open_read(&path)?;
        let bytes = read_at(&file, at.off, at.len).map_err(|e| damaged(&e.to_string()))?;
        let found = frames(&bytes, block::SEALED);
        let payload = found.payloads.first().filter(|payload| payload.start == FRAME_HEAD);
        payload
            .and_then(|payload| bytes.get(payload.clone()))
            .and_then(block::decode)
            .ok_or_else(|| damaged("the packets of the block cannot be read"))
    }
}
