//! Frames out of a byte stream by the attached sync marker, and the randomiser (CCSDS
//! 131.0-B, sections 9 and 10).
//!
//! Locked on the stream, a frame is given when its last byte is there. Out of lock, a marker is
//! believed when the next one stands where it should, or the stream ends.

use super::Notes;
use crate::problem::Problem;

/// The attached sync marker of uncoded and Reed–Solomon coded frames.
pub const MARKER: [u8; 4] = [0x1A, 0xCF, 0xFC, 0x1D];
/// Bits that may differ in a marker which stands where one is expected.
const MARKER_ERRORS: u32 = 3;
/// The longest frame that is accepted, bytes; longer than any the standards allow.
const LONGEST: usize = 65_535;

/// A frame found in a stream, without its marker, randomisation removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncFrame {
    /// Where the frame begins in the stream (behind the marker).
    pub offset: u64,
    /// The frame.
    pub bytes: Vec<u8>,
}

/// Takes a stream in pieces of any size, gives frames of a fixed length. It holds at most two
/// frames beyond the piece that it was given.
#[derive(Clone, Debug)]
pub struct Synchroniser {
    length: usize,
    randomised: bool,
    buffer: Vec<u8>,
    /// Where the buffer begins in the stream.
    base: u64,
    locked: bool,
    /// Bytes gone over since the last frame, and where they begin.
    skipped: u64,
    notes: Notes,
}

impl Synchroniser {
    /// For frames of `length` bytes (1 to 65535), randomised or not.
    pub fn new(length: usize, randomised: bool) -> Self {
        Self {
            length: length.clamp(1, LONGEST),
            randomised,
            buffer: Vec::new(),
            base: 0,
            locked: true,
            skipped: 0,
            notes: Notes::default(),
        }
    }

    /// Whether the last marker stood where it was expected.
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// Bytes that wait for more.
    pub fn held(&self) -> usize {
        self.buffer.len()
    }

    /// The problems since the last call; offsets count from the beginning of the stream.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        self.notes.take()
    }

    /// Takes the next piece of the stream, appends the frames that it completes to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<SyncFrame>) {
        self.buffer.extend_from_slice(bytes);
        self.run(false, out);
    }

    /// At the end of the stream: what is left is read without waiting for more.
    pub fn finish(&mut self, out: &mut Vec<SyncFrame>) {
        self.run(true, out);
        let left = self.buffer.len();
        self.report_skipped(0);
        if left > 0 {
            let reason = format!("cut off: {left} bytes at the end are no whole frame");
            self.notes.add(self.base, "frame", reason);
        }
        self.base += left as u64;
        self.buffer.clear();
        self.locked = true;
    }

    fn run(&mut self, ended: bool, out: &mut Vec<SyncFrame>) {
        let whole = MARKER.len() + self.length;
        let mut at = 0;
        loop {
            let rest = self.buffer.get(at..).unwrap_or_default();
            if rest.len() < MARKER.len() {
                break;
            }
            if self.locked {
                if !is_marker(rest, MARKER_ERRORS) {
                    self.locked = false;
                    continue;
                }
            } else {
                let Some(found) = find(rest) else {
                    // A marker may have begun in the last three bytes.
                    at += self.skip(rest.len() + 1 - MARKER.len());
                    break;
                };
                at += self.skip(found);
                match self.confirmed(at, ended) {
                    None => break,
                    Some(true) => self.locked = true,
                    Some(false) => {
                        at += self.skip(1);
                        continue;
                    }
                }
            }
            let begin = at + MARKER.len();
            let Some(frame) = self.buffer.get(begin..at + whole) else { break };
            let mut bytes = frame.to_vec();
            if self.randomised {
                randomise(&mut bytes);
            }
            let offset = self.base + begin as u64;
            self.report_skipped(at);
            out.push(SyncFrame { offset, bytes });
            at += whole;
        }
        self.buffer.drain(..at.min(self.buffer.len()));
        self.base += at as u64;
    }

    /// Whether the marker at `at` is followed by another one a frame later; `None`: not known
    /// before more has come.
    fn confirmed(&self, at: usize, ended: bool) -> Option<bool> {
        let next = self.buffer.get(at + MARKER.len() + self.length..).unwrap_or_default();
        if next.len() >= MARKER.len() {
            return Some(is_marker(next, MARKER_ERRORS));
        }
        ended.then_some(true)
    }

    fn skip(&mut self, count: usize) -> usize {
        self.skipped += count as u64;
        count
    }

    fn report_skipped(&mut self, at: usize) {
        let end = self.base + at as u64;
        let skipped = std::mem::take(&mut self.skipped);
        if skipped > 0 {
            let reason = format!("not where it was expected; {skipped} bytes were skipped");
            self.notes.add(end - skipped, "sync marker", reason);
        }
    }
}

fn is_marker(bytes: &[u8], errors: u32) -> bool {
    let differ = |m: &[u8; 4]| (u32::from_be_bytes(*m) ^ u32::from_be_bytes(MARKER)).count_ones();
    bytes.first_chunk::<4>().is_some_and(|found| differ(found) <= errors)
}

fn find(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MARKER.len()).position(|window| window == MARKER)
}

/// Appends a frame behind its marker, randomised or not.
pub fn write_cadu(frame: &[u8], randomised: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(&MARKER);
    let begin = out.len();
    out.extend_from_slice(frame);
    if let (true, Some(frame)) = (randomised, out.get_mut(begin..)) {
        randomise(frame);
    }
}

/// Adds or removes the pseudo-random sequence x⁸ + x⁷ + x⁵ + x³ + 1, preset to ones, which
/// begins FF 48 0E C0 9A 0D 70 BC and repeats after 255 bits.
pub fn randomise(frame: &mut [u8]) {
    for (byte, random) in frame.iter_mut().zip(SEQUENCE.iter().cycle()) {
        *byte ^= random;
    }
}

/// 255 bytes are eight periods.
const SEQUENCE: [u8; 255] = {
    let mut sequence = [0; 255];
    let mut register: u8 = 0xFF;
    let mut index = 0;
    while index < 255 * 8 {
        // The oldest bit leaves at the top; a bit n is the sum of bits n-8, n-5, n-3 and n-1.
        let out = register >> 7;
        sequence[index / 8] = sequence[index / 8] << 1 | out;
        let fed = (register >> 7 ^ register >> 4 ^ register >> 2 ^ register) & 1;
        register = register << 1 | fed;
        index += 1;
    }
    sequence
};
