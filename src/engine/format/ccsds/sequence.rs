//! What is missing, doubled or late, by the sequence counts of each application.

use std::collections::BTreeMap;

use super::packet::{COUNT_MODULUS, Header, PacketKind};

/// How far behind the newest a count is still looked up; a multiple of 64 that divides the
/// modulus.
const BEHIND: u16 = 1024;
/// The largest step ahead that counts as a gap; a larger one is a reset.
const AHEAD: u16 = 8192;
/// A count of zero that lies farther back than this is a restart, not a late packet.
const RESTART: u16 = 16;

/// What a packet is by its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The first packet of its application.
    First,
    /// The one that was expected.
    Next,
    /// So many packets are missing before it.
    Gap(u16),
    /// It came before: a packet with this count was there.
    Duplicate,
    /// It was missing and comes late, so many counts behind the newest.
    Late(u16),
    /// The counter began anew; nothing can be said about what is missing.
    Reset,
}

/// The figures of one application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets received, duplicates included.
    pub received: u64,
    /// Packets missing now: those of gaps, less those that came late.
    pub missing: u64,
    /// Places where packets were missing.
    pub gaps: u64,
    /// Packets that came more than once.
    pub duplicates: u64,
    /// Packets that came after a later one.
    pub late: u64,
    /// Times that the counter began anew.
    pub resets: u64,
    /// Newest sequence count.
    pub newest: u16,
    /// Bytes received, primary headers included.
    pub bytes: u64,
}

#[derive(Clone, Debug, Default)]
struct Application {
    counts: Counts,
    /// Which of the last [`BEHIND`] counts came, by count modulo `BEHIND`.
    seen: [u64; BEHIND as usize / 64],
    /// How many counts back the application is known, at most [`BEHIND`].
    known: u16,
}

impl Application {
    fn slot(count: u16) -> (usize, u64) {
        let index = count % BEHIND;
        (usize::from(index / 64), 1 << (index % 64))
    }

    fn mark(&mut self, count: u16, came: bool) {
        let (word, bit) = Self::slot(count);
        if let Some(word) = self.seen.get_mut(word) {
            if came { *word |= bit } else { *word &= !bit }
        }
    }

    fn came(&self, count: u16) -> bool {
        let (word, bit) = Self::slot(count);
        self.seen.get(word).is_some_and(|word| word & bit != 0)
    }

    fn begin(&mut self, count: u16) {
        self.seen = [0; BEHIND as usize / 64];
        self.known = 0;
        self.counts.newest = count;
        self.mark(count, true);
    }

    fn advance(&mut self, step: u16) {
        for k in 1..step.min(BEHIND) {
            self.mark((self.counts.newest + step - k) % COUNT_MODULUS, false);
        }
        self.counts.newest = (self.counts.newest + step) % COUNT_MODULUS;
        self.known = self.known.saturating_add(step).min(BEHIND - 1);
        self.mark(self.counts.newest, true);
    }

    fn step(&mut self, count: u16) -> Step {
        let ahead = count.wrapping_sub(self.counts.newest) % COUNT_MODULUS;
        let behind = self.counts.newest.wrapping_sub(count) % COUNT_MODULUS;
        if ahead == 0 {
            self.counts.duplicates += 1;
            return Step::Duplicate;
        }
        if ahead <= AHEAD {
            self.advance(ahead);
            if ahead == 1 {
                return Step::Next;
            }
            self.counts.gaps += 1;
            self.counts.missing += u64::from(ahead - 1);
            return Step::Gap(ahead - 1);
        }
        if behind >= BEHIND || (count == 0 && behind > RESTART) {
            self.begin(count);
            self.counts.resets += 1;
            return Step::Reset;
        }
        if self.came(count) {
            self.counts.duplicates += 1;
            return Step::Duplicate;
        }
        self.mark(count, true);
        self.counts.late += 1;
        // What came before the first packet was never counted as missing.
        if behind <= self.known {
            self.counts.missing = self.counts.missing.saturating_sub(1);
        }
        Step::Late(behind)
    }
}

/// Follows the sequence counts of every application, telemetry and command apart. Idle packets
/// are counted as received only: their counts need not go on.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    applications: BTreeMap<(PacketKind, u16), Application>,
}

impl Tracker {
    /// Takes the next packet as it came.
    pub fn observe(&mut self, header: &Header) -> Step {
        let key = (header.kind, header.apid);
        let known = self.applications.contains_key(&key);
        let application = self.applications.entry(key).or_default();
        application.counts.received += 1;
        application.counts.bytes += header.length() as u64;
        let count = header.count % COUNT_MODULUS;
        if !known {
            application.begin(count);
            return Step::First;
        }
        if header.is_idle() {
            application.counts.newest = count;
            return Step::Next;
        }
        application.step(count)
    }

    /// The figures of every application, in the order of kind and APID.
    pub fn counts(&self) -> impl Iterator<Item = (PacketKind, u16, &Counts)> {
        self.applications.iter().map(|((kind, apid), a)| (*kind, *apid, &a.counts))
    }

    /// The figures of one application.
    pub fn of(&self, kind: PacketKind, apid: u16) -> Option<&Counts> {
        self.applications.get(&(kind, apid)).map(|a| &a.counts)
    }
}
