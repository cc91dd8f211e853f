//! Command link transmission units (CCSDS 231.0-B-4): frames in BCH(63,56) code blocks.
//!
//! Start sequence, code blocks of seven bytes and one of parity (complemented, and a filler bit),
//! tail sequence that is no code block. Decoding corrects one bit in a block (single error
//! correction, section 3.4) and ends a unit at the first block that cannot be.

/// Start sequence (231.0-B-4, 5.2.2).
const START: [u8; 2] = [0xEB, 0x90];
/// Tail sequence (5.2.4).
const TAIL: [u8; 8] = [0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0x79];
/// Fill of the last block (5.2.3.3).
const FILL: u8 = 0x55;
/// Bytes of information in a block.
const INFORMATION: usize = 7;
const BLOCK: usize = INFORMATION + 1;
/// Taps of g(x) = x⁷ + x⁶ + x² + 1 below x⁷ (3.3).
const TAPS: u8 = 0x45;
/// Most bytes of a unit: a frame of 1024 bytes in 147 blocks, and some room.
const MOST: usize = 2048;

/// The seven parity bits of a block.
fn parity(information: &[u8]) -> u8 {
    let mut register = 0_u8;
    for byte in information {
        for bit in (0..8).rev() {
            let feedback = byte >> bit & 1 ^ register >> 6 & 1;
            register = register << 1 & 0x7F;
            if feedback == 1 {
                register ^= TAPS;
            }
        }
    }
    register
}

/// A frame as a unit.
pub fn write_cltu(frame: &[u8]) -> Vec<u8> {
    let mut out = START.to_vec();
    for part in frame.chunks(INFORMATION) {
        let mut block = [FILL; INFORMATION];
        for (to, from) in block.iter_mut().zip(part) {
            *to = *from;
        }
        out.extend_from_slice(&block);
        out.push(!parity(&block) << 1);
    }
    out.extend_from_slice(&TAIL);
    out
}

/// The information of a block, corrected by a bit where that is needed; none where that does not
/// help. The filler bit carries nothing.
fn decode(block: &[u8; BLOCK]) -> Option<[u8; INFORMATION]> {
    let mut information = [0; INFORMATION];
    for (to, from) in information.iter_mut().zip(block) {
        *to = *from;
    }
    let received = !(block.last()? >> 1) & 0x7F;
    let syndrome = parity(&information) ^ received;
    // A parity bit alone was damaged, or nothing.
    if syndrome.count_ones() <= 1 {
        return Some(information);
    }
    for at in 0..INFORMATION * 8 {
        let mut error = [0; INFORMATION];
        if let Some(byte) = error.get_mut(at / 8) {
            *byte = 0x80 >> (at % 8);
        }
        if parity(&error) == syndrome {
            for (to, flip) in information.iter_mut().zip(error) {
                *to ^= flip;
            }
            return Some(information);
        }
    }
    None
}

/// Whether a block is the tail, of which a bit may be wrong: it is still no code block then.
fn is_tail(block: [u8; BLOCK]) -> bool {
    block.iter().zip(TAIL).map(|(is, of)| (is ^ of).count_ones()).sum::<u32>() <= 1
}

/// Finds units in a stream of bytes and gives what they carry: frames with fill behind them.
#[derive(Clone, Debug, Default)]
pub struct CltuScanner {
    waiting: Vec<u8>,
    /// Information of the unit that is open.
    open: Option<Vec<u8>>,
}

impl CltuScanner {
    /// Takes the next bytes; the content of each unit that ended.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.waiting.extend_from_slice(bytes);
        let (mut found, mut at) = (Vec::new(), 0);
        loop {
            let rest = self.waiting.get(at..).unwrap_or_default();
            match &mut self.open {
                None => {
                    let start = rest.windows(START.len()).position(|two| two == START);
                    match start {
                        Some(start) => {
                            at += start + START.len();
                            self.open = Some(Vec::new());
                        }
                        None => {
                            // The last byte may be the first of a start sequence.
                            at += rest.len().saturating_sub(START.len() - 1);
                            break;
                        }
                    }
                }
                Some(open) => {
                    let Some(block) = rest.first_chunk::<BLOCK>() else { break };
                    let decoded = decode(block).filter(|_| open.len() < MOST);
                    if let Some(information) = decoded {
                        open.extend_from_slice(&information);
                        at += BLOCK;
                    } else {
                        found.extend(self.open.take().filter(|content| !content.is_empty()));
                        // Any other block is looked through for the next start, from its first
                        // byte on: a unit that was cut off is followed by one.
                        at += if is_tail(*block) { BLOCK } else { 0 };
                    }
                }
            }
        }
        self.waiting.drain(..at.min(self.waiting.len()));
        found
    }

    /// Bytes that are held.
    pub fn held(&self) -> usize {
        self.waiting.len() + self.open.as_ref().map_or(0, Vec::len)
    }
}
