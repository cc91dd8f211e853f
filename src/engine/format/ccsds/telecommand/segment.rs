//! Packets in segments (CCSDS 232.0-B-4, 4.1.3.2): a byte of flags and MAP before each part.

use super::frame::MOST_DATA;

/// Most bytes of a packet in a segment.
pub const MOST_SEGMENT: usize = MOST_DATA - 1;
/// Sequence flags.
const FIRST: u8 = 0b01;
const CONTINUATION: u8 = 0b00;
const LAST: u8 = 0b10;
const WHOLE: u8 = 0b11;

/// The segments of a packet, at most `room` bytes of it in each, through a MAP (6 bits).
pub fn segments(packet: &[u8], map: u8, room: usize) -> Vec<Vec<u8>> {
    let room = room.clamp(1, MOST_SEGMENT);
    let count = packet.len().div_ceil(room);
    let parts = packet.chunks(room).enumerate();
    parts
        .map(|(at, part)| {
            let flags = match (at == 0, at + 1 == count) {
                (true, true) => WHOLE,
                (true, false) => FIRST,
                (false, true) => LAST,
                (false, false) => CONTINUATION,
            };
            let mut segment = Vec::with_capacity(1 + part.len());
            segment.push(flags << 6 | map & 0x3F);
            segment.extend_from_slice(part);
            segment
        })
        .collect()
}

/// Joins segments of one MAP to packets.
#[derive(Clone, Debug)]
pub struct Joiner {
    open: Option<Vec<u8>>,
    most: usize,
    dropped: u64,
}

impl Joiner {
    /// With the longest packet in bytes that is held.
    pub fn new(most: usize) -> Self {
        Self { open: None, most, dropped: 0 }
    }

    /// Packets that were given up because their segments did not follow each other.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes the next segment; a packet where it is whole.
    pub fn push(&mut self, segment: &[u8]) -> Option<Vec<u8>> {
        let (header, part) = segment.split_first()?;
        let flags = header >> 6;
        let is_begin = flags == FIRST || flags == WHOLE;
        let mut packet = match (self.open.take(), is_begin) {
            (None, true) => Vec::new(),
            (Some(_), true) => {
                self.dropped += 1;
                Vec::new()
            }
            (Some(open), false) => open,
            (None, false) => {
                self.dropped += 1;
                return None;
            }
        };
        if packet.len() + part.len() > self.most {
            self.dropped += 1;
            return None;
        }
        packet.extend_from_slice(part);
        if flags == WHOLE || flags == LAST {
            return Some(packet);
        }
        self.open = Some(packet);
        None
    }
}
