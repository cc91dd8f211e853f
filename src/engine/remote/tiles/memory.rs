//! Tiles in memory: what is known of each, least recently used first out.

use std::collections::HashMap;
use std::sync::Arc;

use super::grid::TileKey;
use super::picture::TilePicture;
use crate::time::Instant;

/// What is known of a tile.
#[derive(Clone, Debug)]
pub(super) enum Known {
    Ready(Arc<TilePicture>),
    /// The server has none; believed until then.
    Absent {
        until: Instant,
    },
    /// It could not be had; tried again then. `broken` where the bytes were at fault.
    Failed {
        retry: Instant,
        failures: u32,
        broken: bool,
    },
}

/// Bytes that an entry without a picture counts for.
const SMALL: usize = 128;

#[derive(Debug)]
struct Slot {
    known: Known,
    bytes: usize,
    used: u64,
}

/// A table of tiles that holds no more bytes than its budget.
#[derive(Debug)]
pub(super) struct Memory {
    slots: HashMap<TileKey, Slot>,
    bytes: usize,
    budget: usize,
    tick: u64,
}

impl Memory {
    pub(super) fn new(budget: usize) -> Self {
        Self { slots: HashMap::new(), bytes: 0, budget, tick: 0 }
    }

    /// What is known of a tile, which counts as a use.
    pub(super) fn get(&mut self, key: TileKey) -> Option<&Known> {
        self.tick += 1;
        let slot = self.slots.get_mut(&key)?;
        slot.used = self.tick;
        Some(&slot.known)
    }

    /// How often in a row a tile failed.
    pub(super) fn failures(&self, key: TileKey) -> u32 {
        match self.slots.get(&key).map(|s| &s.known) {
            Some(Known::Failed { failures, .. }) => *failures,
            _ => 0,
        }
    }

    pub(super) fn put(&mut self, key: TileKey, known: Known) {
        self.tick += 1;
        let bytes = match &known {
            Known::Ready(picture) => SMALL + picture.rgba.len() * 4,
            _ => SMALL,
        };
        let slot = Slot { known, bytes, used: self.tick };
        self.bytes += bytes;
        if let Some(old) = self.slots.insert(key, slot) {
            self.bytes -= old.bytes;
        }
        if self.bytes > self.budget {
            self.shrink(key);
        }
    }

    /// Makes room down to nine tenths, so that it need not be done at every tile. The newest one
    /// stays whatever its size.
    fn shrink(&mut self, newest: TileKey) {
        let mut ages: Vec<(u64, TileKey)> = self.slots.iter().map(|(k, s)| (s.used, *k)).collect();
        ages.sort_unstable();
        for (_, key) in ages {
            if self.bytes <= self.budget / 10 * 9 {
                return;
            }
            if key != newest
                && let Some(slot) = self.slots.remove(&key)
            {
                self.bytes -= slot.bytes;
            }
        }
    }

    /// Forgets failures and absences, so that they are asked for again.
    pub(super) fn forgive(&mut self) {
        self.slots.retain(|_, slot| matches!(slot.known, Known::Ready(_)));
        self.bytes = self.slots.values().map(|s| s.bytes).sum();
    }

    /// Tiles whose bytes were at fault.
    pub(super) fn broken(&self) -> usize {
        let is = |s: &&Slot| matches!(s.known, Known::Failed { broken: true, .. });
        self.slots.values().filter(is).count()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
