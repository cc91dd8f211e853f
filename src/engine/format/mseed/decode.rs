//! Samples of a record: plain numbers, Steim and the gain-ranged encodings of old networks.
//!
//! Total: keeps what could be decoded and says what is missing. The legacy encodings follow
//! the SEED manual 2.4, blockette 30 and appendix D, as libmseed reads them.

use super::model::{Encoding, Header, Samples};
use super::steim;
use crate::problem::Problem;

/// The buffer of a type in `out`, the one that is there where the type matches.
macro_rules! buffer {
    ($out:expr, $kind:ident) => {{
        if !matches!($out, Samples::$kind(_)) {
            *$out = Samples::$kind(Vec::new());
        }
        match $out {
            Samples::$kind(values) => values,
            _ => return None,
        }
    }};
}

/// Fills `out` with `samples` numbers of `N` bytes each.
fn numbers<const N: usize, T>(
    payload: &[u8],
    samples: usize,
    out: &mut Vec<T>,
    number: impl Fn([u8; N]) -> T,
) -> usize {
    let (items, _) = payload.as_chunks::<N>();
    out.clear();
    out.extend(items.iter().take(samples).map(|&raw| number(raw)));
    out.len()
}

fn i16_of(raw: [u8; 2], big: bool) -> i16 {
    if big { i16::from_be_bytes(raw) } else { i16::from_le_bytes(raw) }
}

fn i24_of(raw: [u8; 3], big: bool) -> i32 {
    let [a, b, c] = raw;
    let word = if big { [a, b, c, 0] } else { [c, b, a, 0] };
    i32::from_be_bytes(word) >> 8
}

/// GEOSCOPE 16-bit, `bits` of them the exponent: (mantissa − 2048) / 2^exponent.
fn geoscope(value: i16, bits: u32) -> f32 {
    let exponent = (value as u16 >> 12) & ((1 << bits) - 1);
    (f32::from(value & 0x0FFF) - 2048.0) / f32::from(exponent).exp2()
}

/// CDSN 16-bit gain ranged: 2 bits of gain for ×1, ×4, ×16, ×128 and a 14-bit mantissa.
fn cdsn(value: i16) -> i32 {
    let gain = [0, 2, 4, 7][usize::from(value as u16 >> 14)];
    (i32::from(value & 0x3FFF) - 0x1FFF) << gain
}

/// SRO gain ranged: 4 bits of gain, 12-bit mantissa in two's complement, ×2^(10 − gain).
fn sro(value: i16) -> i32 {
    let mantissa = i32::from(value << 4 >> 4);
    let gain = u32::from(value as u16 >> 12);
    // Gains over 10 are not defined; the mantissa alone is the least wrong reading.
    mantissa << 10u32.saturating_sub(gain)
}

/// Decodes the samples of a record into `out`, using its buffer again where the type matches.
///
/// `record` begins at the record's first byte. What could be decoded is kept; offsets of a
/// problem count from the start of the record. A last sample that differs from the one the
/// Steim frame declares is such a problem too.
pub fn decode(record: &[u8], header: &Header, out: &mut Samples) -> Option<Problem> {
    let from = (header.payload_offset as usize).min(record.len());
    let end = from.saturating_add(header.payload_length as usize).min(record.len());
    let payload = record.get(from..end).unwrap_or_default();
    let (samples, big) = (header.samples as usize, header.big_endian);
    let decoded = match header.encoding {
        Encoding::Text => numbers(payload, samples, buffer!(out, Text), |[byte]| byte),
        Encoding::Int16 | Encoding::Other(32) => {
            numbers(payload, samples, buffer!(out, I32), |raw| i16_of(raw, big).into())
        }
        Encoding::Int32 => numbers(payload, samples, buffer!(out, I32), |raw| {
            if big { i32::from_be_bytes(raw) } else { i32::from_le_bytes(raw) }
        }),
        Encoding::Float32 => numbers(payload, samples, buffer!(out, F32), |raw| {
            if big { f32::from_be_bytes(raw) } else { f32::from_le_bytes(raw) }
        }),
        Encoding::Float64 => numbers(payload, samples, buffer!(out, F64), |raw| {
            if big { f64::from_be_bytes(raw) } else { f64::from_le_bytes(raw) }
        }),
        Encoding::Steim1 => return steim_record(1, payload, from, header, buffer!(out, I32)),
        Encoding::Steim2 => return steim_record(2, payload, from, header, buffer!(out, I32)),
        Encoding::Other(2) => numbers(payload, samples, buffer!(out, I32), |raw| i24_of(raw, big)),
        Encoding::Other(12) => {
            numbers(payload, samples, buffer!(out, F32), |raw| i24_of(raw, big) as f32)
        }
        Encoding::Other(13) => {
            numbers(payload, samples, buffer!(out, F32), |raw| geoscope(i16_of(raw, big), 3))
        }
        Encoding::Other(14) => {
            numbers(payload, samples, buffer!(out, F32), |raw| geoscope(i16_of(raw, big), 4))
        }
        Encoding::Other(16) => {
            numbers(payload, samples, buffer!(out, I32), |raw| cdsn(i16_of(raw, big)))
        }
        Encoding::Other(30) => {
            numbers(payload, samples, buffer!(out, I32), |raw| sro(i16_of(raw, big)))
        }
        Encoding::Other(number) => {
            buffer!(out, I32).clear();
            if samples == 0 {
                return None;
            }
            let reason = format!("{number} is not one that can be decoded, the record is left out");
            return Some(Problem::at(from as u64, "encoding", reason));
        }
    };
    missing(decoded, samples, end)
}

/// The problem of a record that holds fewer samples than it says.
fn missing(decoded: usize, samples: usize, at: usize) -> Option<Problem> {
    (decoded < samples).then(|| {
        let reason = format!("says {samples} samples, {decoded} are there and were kept");
        Problem::at(at as u64, "samples", reason)
    })
}

fn steim_record(
    level: u8,
    payload: &[u8],
    from: usize,
    header: &Header,
    out: &mut Vec<i32>,
) -> Option<Problem> {
    let samples = header.samples as usize;
    let outcome = steim::decode(level, header.big_endian, payload, samples, out);
    let base = from as u64;
    if let Some(at) = outcome.undefined_at {
        let reason = format!("undefined code, {} of {samples} samples kept", outcome.decoded);
        return Some(Problem::at(base + at as u64, format!("Steim{level} word"), reason));
    }
    if outcome.decoded < samples {
        return missing(outcome.decoded, samples, from + payload.len());
    }
    match (out.last(), outcome.declared_last) {
        (Some(&last), Some(declared)) if last != declared => {
            let reason = format!("last sample is {last}, the record says {declared}; data kept");
            Some(Problem::at(base + 8, format!("Steim{level} last sample"), reason))
        }
        _ => None,
    }
}
