//! Units of user data out of segmented packets (CCSDS 133.0-B-2, 4.1.3.4.2), per application.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::packet::{COUNT_MODULUS, Header, PacketKind, Segment};
use super::{Notes, Packet};
use crate::problem::Problem;

/// A unit of user data: that of one packet, or of a first, any continuations and a last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit<'a> {
    /// Header of its first packet.
    pub header: Header,
    /// Where its first packet begins, as it was said to [`Segments::push`].
    pub offset: u64,
    /// How many packets it came in.
    pub packets: u32,
    /// The data fields joined; the secondary header of the first packet is kept.
    pub data: Cow<'a, [u8]>,
}

#[derive(Clone, Debug)]
struct Open {
    header: Header,
    offset: u64,
    packets: u32,
    next: u16,
    data: Vec<u8>,
}

/// Joins segments; holds at most `limit` bytes of units that are not complete.
#[derive(Clone, Debug)]
pub struct Segments {
    limit: usize,
    secondary: usize,
    held: usize,
    open: BTreeMap<(PacketKind, u16), Open>,
    notes: Notes,
}

impl Segments {
    /// With a bound on the bytes held, and the length of the secondary header that packets
    /// carry (0 where it shall stay), which is taken off all but the first of a unit.
    pub fn new(limit: usize, secondary: usize) -> Self {
        let (open, notes) = (BTreeMap::new(), Notes::default());
        Self { limit, secondary, held: 0, open, notes }
    }

    /// Bytes of units that are not complete.
    pub fn held(&self) -> usize {
        self.held
    }

    /// The problems since the last call.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        self.notes.take()
    }

    /// Takes the next packet; `offset` is its place in the whole stream. Gives a unit when the
    /// packet completes one. Segments without their beginning are left out and reported, also
    /// units whose packets do not follow each other by count.
    pub fn push<'a>(&mut self, offset: u64, packet: &Packet<'a>) -> Option<Unit<'a>> {
        let header = packet.header;
        let key = (header.kind, header.apid);
        match header.segment {
            Segment::Unsegmented | Segment::First => {
                self.abandon(key, offset, "a new one begins");
                if header.segment == Segment::Unsegmented {
                    let data = Cow::Borrowed(packet.data);
                    return Some(Unit { header, offset, packets: 1, data });
                }
                let next = (header.count + 1) % COUNT_MODULUS;
                let open = Open { header, offset, packets: 0, next, data: Vec::new() };
                self.append(key, open, packet.data);
                None
            }
            Segment::Continuation | Segment::Last => {
                let Some(open) = self.open.get(&key) else {
                    let apid = header.apid;
                    let reason = format!("APID {apid}: a segment whose first is missing");
                    self.notes.add(offset, "segment", reason);
                    return None;
                };
                if open.next != header.count {
                    let why = format!("count {} comes instead of {}", header.count, open.next);
                    self.abandon(key, offset, &why);
                    return None;
                }
                let mut open = self.remove(key)?;
                open.next = (header.count + 1) % COUNT_MODULUS;
                let cut = if header.secondary { self.secondary } else { 0 };
                let data = packet.data.get(cut..).unwrap_or_default();
                if header.segment == Segment::Continuation {
                    self.append(key, open, data);
                    return None;
                }
                open.data.extend_from_slice(data);
                let (header, offset, packets) = (open.header, open.offset, open.packets + 1);
                Some(Unit { header, offset, packets, data: Cow::Owned(open.data) })
            }
        }
    }

    /// At the end of the stream: what is not complete is reported and dropped.
    pub fn finish(&mut self, offset: u64) {
        while let Some(key) = self.open.keys().next().copied() {
            self.abandon(key, offset, "the stream ends");
        }
    }

    fn remove(&mut self, key: (PacketKind, u16)) -> Option<Open> {
        let open = self.open.remove(&key)?;
        self.held -= open.data.len();
        Some(open)
    }

    fn abandon(&mut self, key: (PacketKind, u16), offset: u64, why: &str) {
        let Some(open) = self.remove(key) else { return };
        let reason = format!(
            "APID {}: {} segments of {} bytes, begun at byte {}, are dropped: {why}",
            key.1,
            open.packets,
            open.data.len(),
            open.offset
        );
        self.notes.add(offset, "segment", reason);
    }

    /// Adds a segment and keeps the unit, or drops it when it would hold too much.
    fn append(&mut self, key: (PacketKind, u16), mut open: Open, data: &[u8]) {
        open.packets = open.packets.saturating_add(1);
        let offset = open.offset;
        let room = self.limit.saturating_sub(self.held);
        let fits = open.data.len() + data.len() <= room;
        if fits {
            open.data.extend_from_slice(data);
        }
        self.held += open.data.len();
        self.open.insert(key, open);
        if !fits {
            let why = format!("{} bytes are the most that is held", self.limit);
            self.abandon(key, offset, &why);
        }
    }
}
