//! Encoding of Steim 1 and 2 (SEED manual 2.4, appendix B), big-endian frames.

use super::steim::FRAME;

/// Words in a frame.
const WORDS: usize = FRAME / 4;

/// One way to fill a word: number of differences, bits each, code, top two bits.
struct Packing {
    count: usize,
    bits: u32,
    code: u32,
    top: Option<u32>,
}

const fn packing(count: usize, bits: u32, code: u32, top: Option<u32>) -> Packing {
    Packing { count, bits, code, top }
}

const STEIM1: [Packing; 3] =
    [packing(4, 8, 1, None), packing(2, 16, 2, None), packing(1, 32, 3, None)];

const STEIM2: [Packing; 7] = [
    packing(7, 4, 3, Some(2)),
    packing(6, 5, 3, Some(1)),
    packing(5, 6, 3, Some(0)),
    packing(4, 8, 1, None),
    packing(3, 10, 2, Some(3)),
    packing(2, 15, 2, Some(2)),
    packing(1, 30, 2, Some(1)),
];

/// Whether the number fits in `bits` bits, two's complement.
fn fits(value: i32, bits: u32) -> bool {
    bits >= 32 || (value << (32 - bits)) >> (32 - bits) == value
}

/// Frames for as many samples as fit.
#[derive(Debug)]
pub(super) struct Encoded {
    /// Whole frames.
    pub frames: Vec<u8>,
    /// Samples in them.
    pub samples: usize,
}

/// Packs the beginning of `samples` into at most `max_frames` frames and `max_samples`
/// samples. `previous` is the sample before, for the first difference (which readers drop).
///
/// # Errors
/// The index of a sample whose difference to the one before needs more than 30 bits (Steim2).
pub(super) fn encode(
    level: u8,
    samples: &[i32],
    previous: Option<i32>,
    max_frames: usize,
    max_samples: usize,
) -> Result<Encoded, usize> {
    let packings: &[Packing] = if level == 1 { &STEIM1 } else { &STEIM2 };
    let widest = if level == 1 { 32 } else { 30 };
    let samples = samples.get(..max_samples.min(samples.len())).unwrap_or_default();
    let Some(&first) = samples.first() else {
        return Ok(Encoded { frames: Vec::new(), samples: 0 });
    };
    let lead = previous.map_or(0, |p| first.wrapping_sub(p));
    let lead = if fits(lead, widest) { lead } else { 0 };
    let difference = |i: usize| match i.checked_sub(1) {
        None => Some(lead),
        Some(before) => Some(samples.get(i)?.wrapping_sub(*samples.get(before)?)),
    };
    let mut words: Vec<u32> = Vec::new();
    let mut done = 0;
    while done < samples.len() && words.len() / WORDS < max_frames {
        let mut codes = 0;
        let start = words.len();
        words.push(0);
        if start == 0 {
            words.extend([first as u32, 0]);
        }
        while words.len() < start + WORDS && done < samples.len() {
            let (word, packing) = pack(packings, done, &difference).ok_or(done)?;
            codes |= packing.code << (30 - 2 * (words.len() - start));
            words.push(word);
            done += packing.count;
        }
        words.resize(start + WORDS, 0);
        if let Some(place) = words.get_mut(start) {
            *place = codes;
        }
    }
    if let (Some(place), Some(&last)) = (words.get_mut(2), samples.get(done.wrapping_sub(1))) {
        *place = last as u32;
    }
    let frames = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    Ok(Encoded { frames, samples: done })
}

/// The word that holds the most differences from `from` on, and how.
fn pack<'a>(
    packings: &'a [Packing],
    from: usize,
    difference: &impl Fn(usize) -> Option<i32>,
) -> Option<(u32, &'a Packing)> {
    packings.iter().find_map(|packing| {
        let mask = u32::MAX >> (32 - packing.bits);
        let mut word = packing.top.unwrap_or(0);
        for i in from..from + packing.count {
            let value = difference(i).filter(|&d| fits(d, packing.bits))?;
            word = word.checked_shl(packing.bits).unwrap_or(0) | (value as u32 & mask);
        }
        // The top bits stand above the differences, at the very top of the word.
        if let Some(top) = packing.top {
            let below = packing.bits * packing.count as u32;
            let differences = if below >= 32 { word } else { word & ((1 << below) - 1) };
            word = differences | top << 30;
        }
        Some((word, packing))
    })
}
