//! Frames of an append-only file: a mark, a length and a checksum before each payload.
//!
//! A reader takes every whole frame; what is not one is reported by its byte range and nothing
//! in it is believed. Layout: `mark[4] length[u32] crc[u32] payload[length]`, the checksum
//! (CRC-32C) over length and payload.

use std::ops::Range;

use super::u32_at;

/// Bytes before the payload.
pub const FRAME_HEAD: usize = 12;

const LONGEST: usize = 1 << 30;

/// One frame around a payload.
pub fn frame(mark: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let len = (payload.len() as u32).to_le_bytes();
    let crc = crc32c::crc32c_append(crc32c::crc32c(&len), payload);
    let mut out = Vec::with_capacity(FRAME_HEAD + payload.len());
    out.extend_from_slice(&mark);
    out.extend_from_slice(&len);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(payload);
    out
}

/// What a byte sequence holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frames {
    /// Payloads of the whole frames, in order.
    pub payloads: Vec<Range<usize>>,
    /// Bytes between whole frames that are none: damage.
    pub damaged: Vec<Range<usize>>,
    /// Just after the last whole frame; what follows is a torn tail.
    pub end: usize,
}

fn whole_frame(bytes: &[u8], mark: [u8; 4], at: usize) -> Option<Range<usize>> {
    if bytes.get(at..at + 4)? != mark {
        return None;
    }
    let len = u32_at(bytes, at + 4)? as usize;
    let crc = u32_at(bytes, at + 8)?;
    let start = at + FRAME_HEAD;
    if len > LONGEST {
        return None;
    }
    let payload = bytes.get(start..start + len)?;
    let head = bytes.get(at + 4..at + 8)?;
    let found = crc32c::crc32c_append(crc32c::crc32c(head), payload);
    (found == crc).then_some(start..start + len)
}

/// Finds the whole frames of `bytes`, also after damage.
pub fn frames(bytes: &[u8], mark: [u8; 4]) -> Frames {
    let mut found = Frames::default();
    let mut at = 0;
    while at + FRAME_HEAD <= bytes.len() {
        if let Some(payload) = whole_frame(bytes, mark, at) {
            if at > found.end {
                found.damaged.push(found.end..at);
            }
            at = payload.end;
            found.end = at;
            found.payloads.push(payload);
        } else {
            let rest = bytes.get(at + 1..).unwrap_or_default();
            match rest.windows(4).position(|w| w == mark) {
                Some(skip) => at += 1 + skip,
                None => break,
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: [u8; 4] = *b"TEST";

    #[test]
    fn every_cut_leaves_a_clean_prefix() {
        let mut bytes = Vec::new();
        let mut ends = vec![0];
        for i in 0..5u8 {
            bytes.extend(frame(MARK, &vec![i; usize::from(i) * 3]));
            ends.push(bytes.len());
        }
        for cut in 0..=bytes.len() {
            let found = frames(&bytes[..cut], MARK);
            let whole = ends.iter().filter(|e| **e <= cut).count() - 1;
            assert_eq!(found.payloads.len(), whole);
            assert_eq!(found.end, ends[whole]);
            assert!(found.damaged.is_empty());
        }
    }

    #[test]
    fn every_flipped_bit_loses_one_frame_only() {
        let bytes: Vec<u8> = (0..4u8).flat_map(|i| frame(MARK, &[i; 7])).collect();
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 0x10;
            let found = frames(&bad, MARK);
            assert_eq!(found.payloads.len(), 3, "byte {at}");
            assert_eq!(found.damaged.len() + usize::from(found.end < bad.len()), 1);
        }
    }
}
