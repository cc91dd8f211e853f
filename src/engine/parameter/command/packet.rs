//! A packet that is written bit by bit, most significant first.

use super::value::{Piece, aligned};

/// Most bits of a command: a CCSDS space packet (133.0-B-2) has at most 65 542 bytes.
pub(super) const MOST_BITS: u64 = 65_542 * 8;

/// Bits of a packet. What was written once is written over; what is passed over is zero.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// Bits that were reached.
    reached: u64,
    /// Where the next bit goes.
    pub cursor: u64,
}

impl Bits {
    /// Goes to a bit; false where no packet is so long.
    pub fn seek(&mut self, at: u64) -> bool {
        if at > MOST_BITS {
            return false;
        }
        self.cursor = at;
        self.reached = self.reached.max(at);
        self.bytes.resize(self.reached.div_ceil(8) as usize, 0);
        true
    }

    /// Writes so many zeros.
    pub fn zeros(&mut self, n: u64) -> bool {
        let mut left = n;
        while left > 0 {
            let width = left.min(64) as u32;
            if !self.put(0, width) {
                return false;
            }
            left -= u64::from(width);
        }
        true
    }

    /// Writes the lowest `n` (1 to 64) bits of a number; false where no packet is so long.
    pub fn put(&mut self, value: u64, n: u32) -> bool {
        let (bytes, bits) = aligned(value, n);
        self.put_bytes(&bytes, bits)
    }

    /// Writes the first `n` bits of bytes.
    pub fn put_bytes(&mut self, bytes: &[u8], n: u64) -> bool {
        self.put_from(bytes, 0, n)
    }

    /// Writes `n` bits of bytes from a bit on; missing ones are zero.
    pub fn put_from(&mut self, bytes: &[u8], from: u64, n: u64) -> bool {
        let start = self.cursor;
        let Some(end) = start.checked_add(n) else { return false };
        if !self.seek(end) {
            return false;
        }
        for i in 0..n {
            let (source, at) = (from + i, start + i);
            let byte = bytes.get((source / 8) as usize).copied().unwrap_or(0);
            let bit = byte >> (7 - source % 8) & 1;
            if let Some(slot) = self.bytes.get_mut((at / 8) as usize) {
                let mask = 0x80 >> (at % 8);
                *slot = if bit == 1 { *slot | mask } else { *slot & !mask };
            }
        }
        true
    }

    /// The bytes, and how many bits of them were reached.
    pub fn into_parts(self) -> Piece {
        (self.bytes, self.reached)
    }
}
