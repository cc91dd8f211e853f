//! The header of a miniSEED 2 record (SEED manual 2.4, chapter 8).
//!
//! Total: any bytes give a header or a problem. Every loop is bounded by the buffer.

use super::bytes::{array, u16_at, u32_at};
use super::calendar::Civil;
use super::model::{Encoding, Header, SourceId, Version};
use crate::problem::Problem;

/// Length of the fixed section of the data header.
pub(super) const FIXED: usize = 48;
/// Where a record without blockette 1000 may be followed by the next one.
const STEP: usize = 64;
/// Activity flag "time correction applied" (SEED manual, field 12, bit 1).
const CORRECTION_APPLIED: u8 = 0x02;

/// Whether a data record plausibly begins here (what libmseed's `MS2_ISVALIDHEADER` checks,
/// and a year and day that make sense in one byte order).
pub(super) fn is_header(bytes: &[u8]) -> bool {
    let Some(fixed) = array::<FIXED>(bytes, 0) else { return false };
    matches!(fixed[6], b'D' | b'R' | b'Q' | b'M')
        && matches!(fixed[7], b' ' | 0)
        && fixed[..6].iter().all(|c| c.is_ascii_digit() || matches!(c, b' ' | 0))
        && fixed[24] < 24
        && fixed[25] < 60
        && fixed[26] <= 60
        && byte_order(&fixed).is_some()
}

/// Whether a control header of a full SEED volume begins here (volume, abbreviation, station,
/// time span; SEED manual chapter 3).
pub(super) fn is_control(bytes: &[u8]) -> bool {
    bytes.get(..8).is_some_and(|b| {
        b[..6].iter().all(u8::is_ascii_digit)
            && matches!(b[6], b'V' | b'A' | b'S' | b'T')
            && matches!(b[7], b' ' | b'*')
    })
}

/// `Some(true)` for big-endian headers, by the plausibility of year and day.
fn byte_order(fixed: &[u8; FIXED]) -> Option<bool> {
    [true, false].into_iter().find(|&big| {
        let year = u16_at(fixed, 20, big).unwrap_or(0);
        let day = u16_at(fixed, 22, big).unwrap_or(0);
        (1900..=2100).contains(&year) && (1..=366).contains(&day)
    })
}

/// What the blockettes say.
#[derive(Default)]
struct Blockettes {
    /// Blockette 1000: encoding, big-endian data, record length where it makes sense.
    data: Option<(u8, bool, Option<u32>)>,
    /// Blockette 100: actual rate.
    rate: Option<f32>,
    /// Blockette 1001: microseconds to add.
    micros: i8,
    /// End of the last blockette.
    end: usize,
    problem: Option<Problem>,
}

/// Follows the chain. An offset that does not go forward ends it: the chain of a damaged record
/// can be a ring.
fn blockettes(bytes: &[u8], big: bool) -> Blockettes {
    let mut found = Blockettes { end: FIXED, ..Blockettes::default() };
    let mut at = usize::from(u16_at(bytes, 46, big).unwrap_or(0));
    while at != 0 {
        let (Some(kind), Some(next)) = (u16_at(bytes, at, big), u16_at(bytes, at + 2, big)) else {
            found.problem = Some(Problem::at(at as u64, "blockette", "lies outside the data"));
            break;
        };
        let size = match kind {
            100 => {
                found.rate = u32_at(bytes, at + 4, big).map(f32::from_bits);
                12
            }
            1000 => {
                if let Some([encoding, order, exponent]) = array(bytes, at + 4) {
                    let length = (7..=24).contains(&exponent).then(|| 1u32 << exponent);
                    found.data = Some((encoding, order != 0, length));
                }
                8
            }
            1001 => {
                found.micros = array::<1>(bytes, at + 5).map_or(0, |[m]| m as i8);
                8
            }
            _ => 4,
        };
        found.end = found.end.max(at + size);
        let next = usize::from(next);
        if next != 0 && next < at + 4 {
            let reason = format!("next offset {next} does not lead forward, the rest was ignored");
            found.problem = Some(Problem::at(at as u64, format!("blockette {kind}"), reason));
            break;
        }
        at = next;
    }
    found
}

/// Samples per second from factor and multiplier (SEED manual, fields 10 and 11).
fn nominal_rate(factor: i16, multiplier: i16) -> f64 {
    let (f, m) = (f64::from(factor), f64::from(multiplier));
    match (factor.signum(), multiplier.signum()) {
        (1, 1) => f * m,
        (1, -1) => -f / m,
        (-1, 1) => -m / f,
        (-1, -1) => 1.0 / (f * m),
        _ => 0.0,
    }
}

/// The rate of blockette 100 where it is usable: positive is a rate, negative a period in s.
fn actual_rate(rate: f32) -> Option<f64> {
    let rate = f64::from(rate);
    let hz = if rate < 0.0 { -1.0 / rate } else { rate };
    (hz.is_finite() && hz > 0.0).then_some(hz)
}

/// Printable ASCII of a code, blanks and all else dropped (as ObsPy does).
fn code(bytes: &[u8]) -> String {
    bytes.iter().filter(|c| c.is_ascii_graphic()).map(|&c| char::from(c)).collect()
}

/// Length of a record that does not say it: up to the next header, else to the end.
fn length_by_search(bytes: &[u8]) -> usize {
    (STEP..bytes.len())
        .step_by(STEP)
        .find(|&at| bytes.get(at..).is_some_and(|rest| is_header(rest) || is_control(rest)))
        .unwrap_or(bytes.len())
}

/// The header of the record that `bytes` begin with, and what is odd about it.
pub(super) fn parse(bytes: &[u8]) -> Result<(Header, Option<Problem>), Problem> {
    let Some(fixed) = array::<FIXED>(bytes, 0) else {
        let reason = format!("cut off after {} bytes, a header has {FIXED}", bytes.len());
        return Err(Problem::at(bytes.len() as u64, "header", reason));
    };
    let Some(big) = byte_order(&fixed).filter(|_| is_header(bytes)) else {
        return Err(Problem::at(0, "header", "is not one of a miniSEED 2 data record"));
    };
    let chain = blockettes(bytes, big);
    let u16_of = |at| u16_at(&fixed, at, big).unwrap_or(0);
    let civil = Civil {
        year: u16_of(20),
        day_of_year: u16_of(22),
        hour: fixed[24],
        minute: fixed[25],
        second: fixed[26],
        nanosecond: 0,
    };
    let Some(start) = civil.instant() else {
        return Err(Problem::at(20, "start time", "is out of range"));
    };
    let mut shift_ns = i64::from(u16_of(28)) * 100_000 + i64::from(chain.micros) * 1000;
    if fixed[36] & CORRECTION_APPLIED == 0 {
        let correction = u32_at(&fixed, 40, big).unwrap_or(0) as i32;
        shift_ns += i64::from(correction) * 100_000;
    }
    let nominal = nominal_rate(u16_of(32) as i16, u16_of(34) as i16);
    // Without blockette 1000 the data are Steim1 in the order of the header, as all readers take.
    let (encoding, big_endian, length) = chain.data.unwrap_or((10, big, None));
    let length = length.unwrap_or_else(|| length_by_search(bytes) as u32);
    let samples = u32::from(u16_of(30));
    let payload_offset = match u32::from(u16_of(44)) {
        0 if samples > 0 => (chain.end as u32).next_multiple_of(STEP as u32),
        offset => offset,
    };
    let header = Header {
        version: Version::V2,
        source: SourceId {
            network: code(&fixed[18..20]),
            station: code(&fixed[8..13]),
            location: code(&fixed[13..15]),
            channel: code(&fixed[15..18]),
        },
        start: start.plus_ns(shift_ns),
        rate_hz: chain.rate.and_then(actual_rate).unwrap_or(nominal),
        samples,
        encoding: Encoding::of(encoding),
        big_endian,
        payload_offset,
        payload_length: length.saturating_sub(payload_offset),
        length,
        publication: match fixed[6] {
            b'R' => 1,
            b'D' => 2,
            b'Q' => 3,
            _ => 4,
        },
        extra: String::new(),
    };
    Ok((header, chain.problem))
}
