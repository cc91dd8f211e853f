//! Bits of a packet as numbers: any width up to 64 at any bit, and every form they stand in.
//!
//! Bit 0 is the most significant bit of the first byte, as CCSDS counts. All functions are total.

use crate::mission::telemetry::{FloatForm, IntegerForm};

/// `n` (1 to 64) bits from bit `at` on, right-aligned; none where the packet ends before.
pub(super) fn bits(packet: &[u8], at: u64, n: u32) -> Option<u64> {
    let end = at.checked_add(u64::from(n))?;
    if n == 0 || n > 64 || end > packet.len() as u64 * 8 {
        return None;
    }
    let skip = (at % 8) as u32;
    let first = (at / 8) as usize;
    if let Some(window) = packet.get(first..).and_then(|p| p.first_chunk::<8>())
        && skip + n <= 64
    {
        return Some((u64::from_be_bytes(*window) << skip) >> (64 - n));
    }
    // At most nine bytes hold 64 bits at any offset.
    let last = (end - 1) / 8;
    let bytes = packet.get(first..=last as usize)?;
    let all = bytes.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let spare = (last + 1) * 8 - end;
    Some((all >> spare) as u64 & mask(n))
}

/// The lowest `n` bits set.
pub(super) fn mask(n: u32) -> u64 {
    if n >= 64 { u64::MAX } else { (1 << n) - 1 }
}

/// Bytes of `n` bits in opposite order. Widths that are no whole bytes are cut into bytes from the
/// first bit on; the short rest, which comes last, is the most significant.
pub(super) fn reversed(value: u64, n: u32) -> u64 {
    if n.is_multiple_of(8) {
        return value.swap_bytes() >> (64 - n);
    }
    let (mut left, mut sum, mut place) = (n, 0, 0);
    while left > 0 {
        let width = left.min(8);
        left -= width;
        sum |= (value >> left & mask(width)) << place;
        place += width;
    }
    sum
}

/// Bytes of `n` bits put in order by the significance that each has where it stands, 0 the least.
/// Widths that are no whole bytes have no such order and stay as they are.
pub(super) fn ordered(value: u64, n: u32, significance: [u8; 8]) -> u64 {
    if !n.is_multiple_of(8) {
        return value;
    }
    let bytes = (n / 8).min(8);
    (0..bytes).zip(significance).fold(0, |sum, (i, place)| {
        let byte = value >> (8 * (bytes - 1 - i)) & 0xFF;
        sum | byte << (8 * u32::from(place.min(7)))
    })
}

/// The number that `n` bits stand for, as the bits of an `i64` (signed forms) or a `u64`; none
/// where a decimal digit is above nine.
pub(super) fn integer(value: u64, n: u32, form: IntegerForm) -> Option<u64> {
    let sign = 1_u64 << (n.clamp(1, 64) - 1);
    Some(match form {
        IntegerForm::TwosComplement => (value ^ sign).wrapping_sub(sign),
        IntegerForm::OnesComplement if value & sign != 0 => (!value & mask(n)).wrapping_neg(),
        IntegerForm::SignMagnitude if value & sign != 0 => (value ^ sign).wrapping_neg(),
        IntegerForm::Unsigned | IntegerForm::OnesComplement | IntegerForm::SignMagnitude => value,
        IntegerForm::Bcd => return decimal(value, n, 8),
        IntegerForm::PackedBcd => return decimal(value, n, 4),
    })
}

/// Digits of `width` bits each, the most significant first.
fn decimal(value: u64, n: u32, width: u32) -> Option<u64> {
    let digits = n.div_ceil(width);
    (0..digits).rev().try_fold(0_u64, |sum, place| {
        let digit = value >> (place * width) & mask(width);
        (digit <= 9).then(|| sum * 10 + digit)
    })
}

/// The floating point number that `n` bits stand for; none for a width the form does not have.
///
/// IEEE 754-2019 binary16, 32 and 64. MIL-STD-1750A, 4.1.3 and 4.1.4: a mantissa in two's
/// complement of 24 bits, an exponent of 8 bits, and for 48 bits 16 more of the mantissa.
pub(super) fn float(value: u64, n: u32, form: FloatForm) -> Option<f64> {
    match (form, n) {
        (FloatForm::Ieee754, 16) => Some(half(value as u16)),
        (FloatForm::Ieee754, 32) => Some(f64::from(f32::from_bits(value as u32))),
        (FloatForm::Ieee754, 64) => Some(f64::from_bits(value)),
        (FloatForm::Mil1750A, 32) => {
            let mantissa = (value as u32 as i32) >> 8;
            Some(scaled(i64::from(mantissa), i32::from(value as u8 as i8) - 23))
        }
        (FloatForm::Mil1750A, 48) => {
            let mantissa = (value >> 24 & 0xFF_FFFF) << 16 | value & 0xFFFF;
            let mantissa = ((mantissa << 24) as i64) >> 24;
            Some(scaled(mantissa, i32::from((value >> 16) as u8 as i8) - 39))
        }
        _ => None,
    }
}

/// `mantissa · 2^exponent`, exact: 40 bits and exponents of 8 bits fit an `f64`.
fn scaled(mantissa: i64, exponent: i32) -> f64 {
    mantissa as f64 * f64::powi(2.0, exponent)
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let magnitude = match (bits >> 10 & 0x1F, bits & 0x3FF) {
        (0, fraction) => f64::from(fraction) * f64::powi(2.0, -24),
        (31, 0) => f64::INFINITY,
        (31, _) => f64::NAN,
        (exponent, fraction) => {
            f64::from(fraction | 0x400) * f64::powi(2.0, i32::from(exponent) - 25)
        }
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}

/// Appends `n` bits from bit `at` on as bytes, the last one filled with zeros on the right.
/// Returns the bits that the packet still had.
pub(super) fn bytes(packet: &[u8], at: u64, n: u64, into: &mut Vec<u8>) -> u64 {
    let have = n.min((packet.len() as u64 * 8).saturating_sub(at));
    if at.is_multiple_of(8) && have.is_multiple_of(8) {
        let first = (at / 8) as usize;
        into.extend_from_slice(packet.get(first..first + (have / 8) as usize).unwrap_or(&[]));
        return have;
    }
    let mut done = 0;
    while done < have {
        let width = (have - done).min(8) as u32;
        let value = bits(packet, at + done, width).unwrap_or(0);
        into.push((value << (8 - width)) as u8);
        done += u64::from(width);
    }
    have
}
