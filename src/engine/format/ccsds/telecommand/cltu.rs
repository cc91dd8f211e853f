//! CLTUs (CCSDS 231.0-B-4, section 5): start sequence, BCH code blocks, tail sequence.
//!
//! Code blocks are of the modified BCH code (63,56), section 3: seven bytes of data, then seven
//! parity bits inverted and a filler bit. They are decoded in the mode that corrects one wrong bit
//! of a block and rejects more (231.0-B-4, 3.4 and 6.2); the start sequence may have one wrong
//! bit too. There is no randomiser. In a TCP stream everything begins at a byte.

/// The start sequence (231.0-B-4, 5.2.2).
pub const START: [u8; 2] = [0xEB, 0x90];
/// The tail sequence, which is no code block and cannot be corrected into one (231.0-B-4, 5.2.4).
pub const TAIL: [u8; 8] = [0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0x79];
/// Fills the last code block (231.0-B-4, 5.2.3).
const FILL: u8 = 0x55;
/// Bytes of data in a code block, and of the whole block.
const DATA: usize = 7;
const BLOCK: usize = 8;
/// Blocks of the longest frame, 1024 bytes.
const MOST_BLOCKS: usize = super::LARGEST_FRAME.div_ceil(DATA);

/// Remainders of the seven-bit register, shifted up by one, for a byte at its head:
/// `g(x) = x^7 + x^6 + x^2 + 1` (231.0-B-4, 3.3).
const TABLE: [u8; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut register = index as u8;
        let mut bit = 0;
        while bit < 8 {
            register = if register & 0x80 == 0 { register << 1 } else { register << 1 ^ 0x8A };
            bit += 1;
        }
        table[index] = register;
        index += 1;
    }
    table
};

/// The parity byte of seven bytes: parity bits inverted, filler bit 0.
fn parity(data: &[u8; DATA]) -> u8 {
    !remainder(data) & 0xFE
}

fn remainder(data: &[u8; DATA]) -> u8 {
    data.iter().fold(0, |register, byte| {
        TABLE.get(usize::from(byte ^ register)).copied().unwrap_or_default()
    })
}

/// The data of a code block, and whether a bit had to be corrected; none where more are wrong.
fn decode(block: &[u8; BLOCK]) -> Option<([u8; DATA], bool)> {
    let [data @ .., check] = *block;
    // The filler bit takes no part.
    let syndrome = (parity(&data) ^ check) & 0xFE;
    if syndrome == 0 {
        return Some((data, false));
    }
    if syndrome.is_power_of_two() {
        // One of the parity bits.
        return Some((data, true));
    }
    let bits = (0..DATA).flat_map(|byte| (0..8u8).map(move |bit| (byte, 0x80 >> bit)));
    for (byte, mask) in bits {
        let mut error = [0; DATA];
        if let Some(place) = error.get_mut(byte) {
            *place = mask;
        }
        if remainder(&error) == syndrome {
            let mut mended = data;
            for (value, wrong) in mended.iter_mut().zip(error) {
                *value ^= wrong;
            }
            return Some((mended, true));
        }
    }
    None
}

/// Appends the CLTU of a frame. A frame is not empty and has at most 1024 bytes; what is beyond
/// would not be found by a scanner.
pub fn write_cltu(frame: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&START);
    for part in frame.chunks(DATA) {
        let mut data = [FILL; DATA];
        for (place, byte) in data.iter_mut().zip(part) {
            *place = *byte;
        }
        out.extend_from_slice(&data);
        out.push(parity(&data));
    }
    out.extend_from_slice(&TAIL);
}

/// What a CLTU held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cltu {
    /// Where its start sequence began in the stream.
    pub offset: u64,
    /// The data of its code blocks up to the first that was rejected: a frame, and fill behind it.
    pub data: Vec<u8>,
    /// Blocks in which a bit was corrected.
    pub corrected: u32,
}

#[derive(Clone, Debug)]
struct Open {
    offset: u64,
    data: Vec<u8>,
    corrected: u32,
}

/// Finds CLTUs in a stream that comes in pieces; what lies between them is gone over.
///
/// A CLTU ends at the first block that is rejected, which is the tail where nothing is wrong, and
/// after the blocks of the longest frame. Where it was not the tail, the search goes on within
/// that block. Holds at most a CLTU.
#[derive(Clone, Debug, Default)]
pub struct CltuScanner {
    held: Vec<u8>,
    /// Where `held` begins in the stream.
    offset: u64,
    open: Option<Open>,
}

impl CltuScanner {
    /// Bytes held.
    pub fn held(&self) -> usize {
        self.held.len() + self.open.as_ref().map_or(0, |open| open.data.len())
    }

    /// Takes the next bytes and appends the CLTUs that end in them.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Cltu>) {
        self.held.extend_from_slice(bytes);
        let mut at = 0;
        loop {
            let rest = self.held.get(at..).unwrap_or_default();
            let offset = self.offset + at as u64;
            if let Some(mut open) = self.open.take() {
                let Some(block) = rest.first_chunk::<BLOCK>() else {
                    self.open = Some(open);
                    break;
                };
                match decode(block) {
                    Some((data, corrected)) => {
                        at += BLOCK;
                        open.data.extend_from_slice(&data);
                        open.corrected += u32::from(corrected);
                        if open.data.len() < MOST_BLOCKS * DATA {
                            self.open = Some(open);
                            continue;
                        }
                    }
                    None if differing(block, &TAIL) <= 1 => at += BLOCK,
                    None => {}
                }
                // A start without a block is no CLTU (231.0-B-4, 6.3).
                if !open.data.is_empty() {
                    let Open { offset, data, corrected } = open;
                    out.push(Cltu { offset, data, corrected });
                }
                continue;
            }
            let found = rest.windows(START.len()).position(|two| differing(two, &START) <= 1);
            let Some(place) = found else {
                at += rest.len().saturating_sub(START.len() - 1);
                break;
            };
            at += place + START.len();
            let offset = offset + place as u64;
            self.open = Some(Open { offset, data: Vec::new(), corrected: 0 });
        }
        self.held.drain(..at);
        self.offset += at as u64;
    }
}

/// How many bits differ.
fn differing(a: &[u8], b: &[u8]) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}
