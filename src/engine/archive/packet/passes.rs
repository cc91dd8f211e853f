//! Stretches of reception, from the packets themselves: when each began and ended, what it
//! brought, how late it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::{PacketSource, StoredPacket};
use crate::time::Instant;

/// Latencies that are kept of a stretch, evenly thinned.
const MOST_LATENCIES: usize = 128;
/// Sequence counts of CCSDS 133.0-B-2 (4.1.3.4.3) run modulo this.
const MODULO: u16 = 1 << 14;

/// A stretch of reception over a link.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketPass {
    /// Where its packets came from.
    pub source: Arc<PacketSource>,
    /// When its first and its last packet were received.
    pub start: Instant,
    /// See `start`.
    pub end: Instant,
    /// Packets received.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Packets missing by their sequence counts, of each virtual channel and application.
    pub missing: u64,
    /// Reception minus generation time in seconds, of packets that say when they were made: a
    /// sample in the order of reception, bounded.
    pub latencies: Vec<f64>,
    /// First and last sequence count of each virtual channel and application.
    ends: BTreeMap<(Option<u8>, u16), (u16, u16)>,
}

/// Packets between two sequence counts; none where the later one is behind: sent again.
fn between(before: u16, after: u16) -> u64 {
    let step = after.wrapping_sub(before) % MODULO;
    if (1..MODULO / 2).contains(&step) { u64::from(step - 1) } else { 0 }
}

impl PacketPass {
    fn of(packet: &StoredPacket) -> Self {
        let mut pass = Self {
            source: Arc::clone(&packet.source),
            start: packet.received,
            end: packet.received,
            packets: 0,
            bytes: 0,
            missing: 0,
            latencies: Vec::new(),
            ends: BTreeMap::new(),
        };
        pass.add(packet);
        pass
    }

    fn add(&mut self, packet: &StoredPacket) {
        self.end = self.end.max(packet.received);
        self.start = self.start.min(packet.received);
        self.packets += 1;
        self.bytes += packet.bytes.len() as u64;
        if let (Some(apid), Some([high, low])) = (packet.apid(), packet.bytes.get(2..4)) {
            let count = u16::from_be_bytes([*high, *low]) % MODULO;
            let ends = self.ends.entry((packet.channel, apid)).or_insert((count, count));
            self.missing += between(ends.1, count);
            ends.1 = count;
        }
        if let Some(made) = packet.generated {
            self.latencies.push(packet.received.s_since(made));
            self.thin();
        }
    }

    fn thin(&mut self) {
        if self.latencies.len() > 2 * MOST_LATENCIES {
            let mut n = 0usize;
            self.latencies.retain(|_| {
                n += 1;
                n % 2 == 1
            });
        }
    }

    /// Adds what came right after it.
    fn append(&mut self, later: &Self) {
        self.end = self.end.max(later.end);
        self.packets += later.packets;
        self.bytes += later.bytes;
        self.missing += later.missing;
        for (key, (first, last)) in &later.ends {
            match self.ends.get_mut(key) {
                Some(ends) => {
                    self.missing += between(ends.1, *first);
                    ends.1 = *last;
                }
                None => drop(self.ends.insert(*key, (*first, *last))),
            }
        }
        self.latencies.extend_from_slice(&later.latencies);
        self.thin();
    }
}

/// The stretches of packets in the order of reception; a pause of more than `gap_s` seconds ends
/// one.
pub(super) fn stretches(packets: &[StoredPacket], gap_s: f64) -> Vec<PacketPass> {
    let mut done: Vec<PacketPass> = Vec::new();
    let mut open: BTreeMap<Arc<PacketSource>, PacketPass> = BTreeMap::new();
    for packet in packets {
        match open.get_mut(&packet.source) {
            Some(pass) if packet.received.s_since(pass.end).abs() <= gap_s => pass.add(packet),
            Some(pass) => done.push(std::mem::replace(pass, PacketPass::of(packet))),
            None => drop(open.insert(Arc::clone(&packet.source), PacketPass::of(packet))),
        }
    }
    done.extend(open.into_values());
    done.sort_by_key(|pass| pass.start);
    done
}

/// Joins stretches of one source that follow each other within the gap; all are in the order of
/// their packets.
pub(super) fn join<'a>(all: impl Iterator<Item = &'a PacketPass>, gap_s: f64) -> Vec<PacketPass> {
    let mut joined: Vec<PacketPass> = Vec::new();
    let mut last: BTreeMap<Arc<PacketSource>, usize> = BTreeMap::new();
    for pass in all {
        let before = last.get(&pass.source).and_then(|at| joined.get_mut(*at));
        match before.filter(|before| pass.start.s_since(before.end).abs() <= gap_s) {
            Some(before) => before.append(pass),
            None => {
                last.insert(Arc::clone(&pass.source), joined.len());
                joined.push(pass.clone());
            }
        }
    }
    joined.sort_by_key(|pass| pass.start);
    joined
}
