//! Decoding of Steim 1 and 2 (SEED manual 2.4, appendix B).
//!
//! A frame is 64 bytes: a word of sixteen 2-bit codes and 15 words of differences. What a
//! word holds depends only on its code (and for level 2 on its own top two bits), so a table
//! gives for each of the 16 cases how far to shift eight copies of the word: all lanes are
//! always computed and written, the count says how many stay. No branch depends on the data.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into decode_avx2 is compiled for AVX2"
)]

/// What came out besides the samples.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Samples decoded.
    pub decoded: usize,
    /// Last sample as the first frame declares it.
    pub declared_last: Option<i32>,
    /// Byte offset in the payload of the first word with an undefined code.
    pub undefined_at: Option<usize>,
}

/// Bytes in a frame.
pub(super) const FRAME: usize = 64;
const WORDS: usize = FRAME / 4;
/// Lanes computed per word.
const LANES: usize = 8;
/// The most samples a frame can hold (15 words of seven).
pub(super) const MAX_PER_FRAME: usize = 15 * 7;

/// One case of a word: where its differences stand.
#[derive(Clone, Copy)]
struct Layout {
    left: [u32; LANES],
    right: u32,
    count: usize,
    defined: bool,
}

const NONE: Layout = Layout { left: [0; LANES], right: 0, count: 0, defined: true };
const UNDEFINED: Layout = Layout { defined: false, ..NONE };

/// `count` differences of `bits` bits, the last one in the lowest bits.
const fn layout(count: usize, bits: u32) -> Layout {
    let mut left = [0; LANES];
    let mut i = 0;
    while i < count {
        left[i] = 32 - bits * (count - i) as u32;
        i += 1;
    }
    Layout { left, right: 32 - bits, count, defined: true }
}

/// By code · 4 + top two bits of the word.
const STEIM1: [Layout; 16] = {
    let (b, w, l) = (layout(4, 8), layout(2, 16), layout(1, 32));
    [NONE, NONE, NONE, NONE, b, b, b, b, w, w, w, w, l, l, l, l]
};

/// By code · 4 + top two bits of the word.
const STEIM2: [Layout; 16] = {
    let b = layout(4, 8);
    let (x1, x2, x3) = (layout(1, 30), layout(2, 15), layout(3, 10));
    let (x5, x6, x7) = (layout(5, 6), layout(6, 5), layout(7, 4));
    [NONE, NONE, NONE, NONE, b, b, b, b, UNDEFINED, x1, x2, x3, x5, x6, x7, UNDEFINED]
};

fn number<const BIG: bool>(raw: [u8; 4]) -> u32 {
    if BIG { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) }
}

/// A word of a frame in the order of the computer. Little-endian data swap each difference
/// by itself: bytes stay, halves of level 1 are swapped each, all else is swapped as a word.
fn word<const LEVEL: u8, const BIG: bool>(raw: [u8; 4], code: u32) -> u32 {
    if BIG || code == 1 {
        return u32::from_be_bytes(raw);
    }
    let word = u32::from_le_bytes(raw);
    if LEVEL == 1 && code == 2 { word.rotate_left(16) } else { word }
}

/// Writes the differences of one frame from `at` on, gives where the next ones go. Stops at
/// the end of `out`, which has `LANES` places to spare.
#[inline(always)]
fn frame<const LEVEL: u8, const BIG: bool>(
    frame: &[[u8; 4]],
    skip: usize,
    out: &mut [i32],
    mut at: usize,
    undefined: &mut Option<usize>,
) -> usize {
    let table = if LEVEL == 1 { &STEIM1 } else { &STEIM2 };
    let Some(&first) = frame.first() else { return at };
    let mut codes = number::<BIG>(first) << (2 * skip);
    for (i, &raw) in frame.iter().enumerate().skip(skip) {
        let code = codes >> 30;
        codes <<= 2;
        let word = word::<LEVEL, BIG>(raw, code);
        let layout = &table[(code << 2 | word >> 30) as usize & 15];
        let Some(places) = out.get_mut(at..at + LANES) else { break };
        for (place, left) in places.iter_mut().zip(layout.left) {
            *place = (word.wrapping_shl(left) as i32).wrapping_shr(layout.right);
        }
        if !layout.defined {
            undefined.get_or_insert(i * 4);
        }
        at += layout.count;
    }
    at
}

#[inline(always)]
fn decode_as<const LEVEL: u8, const BIG: bool>(
    payload: &[u8],
    samples: usize,
    out: &mut Vec<i32>,
) -> Outcome {
    let frames = payload.len().div_ceil(FRAME);
    let end = samples.min(frames * MAX_PER_FRAME);
    out.resize(end + LANES, 0);
    let (words, _) = payload.as_chunks::<4>();
    let mut outcome = Outcome::default();
    let mut at = 0;
    for (i, chunk) in words.chunks(WORDS).enumerate() {
        if at >= end {
            break;
        }
        let mut undefined = None;
        at = frame::<LEVEL, BIG>(chunk, if i == 0 { 3 } else { 1 }, out, at, &mut undefined);
        if let (None, Some(place)) = (outcome.undefined_at, undefined) {
            outcome.undefined_at = Some(i * FRAME + place);
        }
    }
    at = at.min(end);
    out.truncate(at);
    // The first difference leads from the record before; the first sample replaces it.
    if let (Some(place), Some(&first)) = (out.first_mut(), words.get(1)) {
        *place = number::<BIG>(first) as i32;
    }
    let mut sum = 0i32;
    for value in out.iter_mut() {
        sum = sum.wrapping_add(*value);
        *value = sum;
    }
    outcome.decoded = at;
    outcome.declared_last = words.get(2).map(|&last| number::<BIG>(last) as i32);
    outcome
}

#[inline(always)]
fn decode_any(
    level: u8,
    big_endian: bool,
    payload: &[u8],
    samples: usize,
    out: &mut Vec<i32>,
) -> Outcome {
    match (level, big_endian) {
        (1, true) => decode_as::<1, true>(payload, samples, out),
        (1, false) => decode_as::<1, false>(payload, samples, out),
        (_, true) => decode_as::<2, true>(payload, samples, out),
        (_, false) => decode_as::<2, false>(payload, samples, out),
    }
}

/// [`decode_any`] compiled for processors that shift eight lanes by eight counts at once.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn decode_avx2(
    level: u8,
    big_endian: bool,
    payload: &[u8],
    samples: usize,
    out: &mut Vec<i32>,
) -> Outcome {
    decode_any(level, big_endian, payload, samples, out)
}

/// Decodes at most `samples` samples of a payload of whole or cut frames into `out`.
#[cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "a function for AVX2 can only be called so; see SAFETY")
)]
pub(super) fn decode(
    level: u8,
    big_endian: bool,
    payload: &[u8],
    samples: usize,
    out: &mut Vec<i32>,
) -> Outcome {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
    {
        // SAFETY: the only requirement is that the processor has the three features, which is
        // asked just above. The function itself is safe code, every access is checked.
        return unsafe { decode_avx2(level, big_endian, payload, samples, out) };
    }
    decode_any(level, big_endian, payload, samples, out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The differences of a word one by one, as the tables of the manual print them.
    fn differences(level: u8, code: u32, raw: [u8; 4], big: bool) -> Vec<i32> {
        let halves = [[raw[0], raw[1]], [raw[2], raw[3]]];
        let word = if big { i32::from_be_bytes(raw) } else { i32::from_le_bytes(raw) };
        let fields = |count: u32, bits: u32| {
            (0..count).rev().map(|i| word << (32 - bits * (i + 1)) >> (32 - bits)).collect()
        };
        match (level, code, word as u32 >> 30) {
            (_, 1, _) => raw.iter().map(|&b| i32::from(b as i8)).collect(),
            (1, 2, _) if big => halves.map(|h| i16::from_be_bytes(h).into()).to_vec(),
            (1, 2, _) => halves.map(|h| i16::from_le_bytes(h).into()).to_vec(),
            (1, 3, _) => vec![word],
            (2, 2, 1) => fields(1, 30),
            (2, 2, 2) => fields(2, 15),
            (2, 2, 3) => fields(3, 10),
            (2, 3, 0) => fields(5, 6),
            (2, 3, 1) => fields(6, 5),
            (2, 3, 2) => fields(7, 4),
            _ => vec![],
        }
    }

    fn plain(level: u8, big: bool, payload: &[u8], samples: usize) -> Vec<i32> {
        let number = |raw: [u8; 4]| {
            if big { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) }
        };
        let words: Vec<[u8; 4]> = payload.chunks_exact(4).map(|w| w.try_into().unwrap()).collect();
        let mut all = Vec::new();
        for (f, frame) in words.chunks(16).enumerate() {
            for (i, &raw) in frame.iter().enumerate().skip(if f == 0 { 3 } else { 1 }) {
                all.extend(differences(level, number(frame[0]) >> (30 - 2 * i) & 3, raw, big));
            }
        }
        all.truncate(samples);
        let mut last = 0i32;
        for (i, value) in all.iter_mut().enumerate() {
            last = if i == 0 { number(words[1]) as i32 } else { last.wrapping_add(*value) };
            *value = last;
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 256, failure_persistence: None, ..ProptestConfig::default()
        })]

        #[test]
        fn fast_equals_plain_on_any_frames(
            payload in prop::collection::vec(any::<u8>(), 0..400),
            samples in 0usize..700,
            before in 0usize..50,
        ) {
            for (level, big) in [(1, true), (1, false), (2, true), (2, false)] {
                let want = plain(level, big, &payload, samples);
                let (mut fast, mut base) = (vec![7; before], vec![9; before]);
                let outcome = decode(level, big, &payload, samples, &mut fast);
                prop_assert_eq!(outcome.decoded, want.len());
                prop_assert_eq!(&fast, &want);
                prop_assert_eq!(decode_any(level, big, &payload, samples, &mut base), outcome);
                prop_assert_eq!(&base, &want);
            }
        }
    }
}
