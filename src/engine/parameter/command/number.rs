//! Numbers as bits: the other way round of `parameter::bits`.

use crate::mission::telemetry::{ByteOrder, FloatForm, IntegerForm};

use super::super::bits::mask;

/// Bits of a whole number, right-aligned, or what the form can hold.
pub(super) fn integer(value: i128, n: u32, form: IntegerForm) -> Result<u64, String> {
    let n = n.clamp(1, 64);
    let (low, high) = match form {
        IntegerForm::Unsigned => (0, i128::from(mask(n))),
        IntegerForm::TwosComplement => (-(1_i128 << (n - 1)), (1_i128 << (n - 1)) - 1),
        IntegerForm::OnesComplement | IntegerForm::SignMagnitude => {
            let most = (1_i128 << (n - 1)) - 1;
            (-most, most)
        }
        IntegerForm::Bcd => (0, largest(n, 8)),
        IntegerForm::PackedBcd => (0, largest(n, 4)),
    };
    if !(low..=high).contains(&value) {
        return Err(format!("{value} does not fit into {n} bits, which hold {low} to {high}"));
    }
    let magnitude = value.unsigned_abs() as u64;
    Ok(match form {
        IntegerForm::TwosComplement => value as u64 & mask(n),
        IntegerForm::OnesComplement if value < 0 => !magnitude & mask(n),
        IntegerForm::SignMagnitude if value < 0 => magnitude | 1 << (n - 1),
        IntegerForm::Unsigned | IntegerForm::OnesComplement | IntegerForm::SignMagnitude => {
            magnitude
        }
        IntegerForm::Bcd => decimal(magnitude, n, 8),
        IntegerForm::PackedBcd => decimal(magnitude, n, 4),
    })
}

/// The largest number of decimal digits of `width` bits each, the first of which may be short.
fn largest(n: u32, width: u32) -> i128 {
    let (whole, rest) = (n / width, n % width);
    let first = if rest == 0 { 0 } else { i128::from(mask(rest)).min(9) };
    (first + 1) * 10_i128.pow(whole) - 1
}

fn decimal(mut value: u64, n: u32, width: u32) -> u64 {
    let digits = n.div_ceil(width);
    let mut bits = 0;
    for place in 0..digits {
        bits |= (value % 10) << (place * width);
        value /= 10;
    }
    bits
}

/// Puts the bytes of `n` bits into the order in which they stand.
pub(super) fn arranged(value: u64, n: u32, order: ByteOrder) -> u64 {
    match order {
        ByteOrder::Big => value,
        ByteOrder::Little => {
            // Cut into bytes from the first bit on, the least significant first.
            let (mut left, mut sum, mut place) = (n, 0, 0);
            while left > 0 {
                let width = left.min(8);
                left -= width;
                sum |= (value >> place & mask(width)) << left;
                place += width;
            }
            sum
        }
        ByteOrder::Listed(_) if !n.is_multiple_of(8) => value,
        ByteOrder::Listed(significance) => {
            let bytes = (n / 8).min(8);
            (0..bytes).zip(significance).fold(0, |sum, (i, place)| {
                let byte = value >> (8 * u32::from(place.min(7))) & 0xFF;
                sum | byte << (8 * (bytes - 1 - i))
            })
        }
    }
}

/// Bits of a floating point number, right-aligned.
pub(super) fn float(x: f64, n: u32, form: FloatForm) -> Result<u64, String> {
    let large = || format!("{x} is too large for {n} bits");
    match (form, n) {
        (FloatForm::Ieee754, 64) => Ok(x.to_bits()),
        (FloatForm::Ieee754, 32) => {
            let single = x as f32;
            if single.is_finite() || !x.is_finite() {
                Ok(u64::from(single.to_bits()))
            } else {
                Err(large())
            }
        }
        (FloatForm::Ieee754, 16) => half(x).map(u64::from).ok_or_else(large),
        (FloatForm::Mil1750A, 32) => {
            let (mantissa, exponent) = mil(x, 23).ok_or_else(large)?;
            Ok((mantissa as u64 & mask(24)) << 8 | exponent)
        }
        (FloatForm::Mil1750A, 48) => {
            let (mantissa, exponent) = mil(x, 39).ok_or_else(large)?;
            let mantissa = mantissa as u64 & mask(40);
            Ok(mantissa >> 16 << 24 | exponent << 16 | mantissa & 0xFFFF)
        }
        _ => Err(format!("numbers of {n} bits in this form are not supported")),
    }
}

/// Fraction between a half and one, and exponent: `x = f · 2^e`.
fn parts(x: f64) -> (f64, i32) {
    // Subnormal numbers are scaled up first.
    let (x, shift) = if x.abs() < f64::MIN_POSITIVE { (x * 2_f64.powi(64), -64) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32 - 1022;
    let fraction = f64::from_bits(bits & !(0x7FF << 52) | 1022 << 52);
    (fraction, exponent + shift)
}

/// MIL-STD-1750A, 4.1.3: normalised mantissa of `places` binary places and exponent of 8 bits.
/// What is too small is zero; none where it is too large.
fn mil(x: f64, places: i32) -> Option<(i64, u64)> {
    if x == 0.0 || !x.is_finite() {
        return (x == 0.0).then_some((0, 0));
    }
    let (fraction, mut exponent) = parts(x);
    let one = 1_i64 << places;
    let mut mantissa = (fraction * one as f64).round_ties_even() as i64;
    if mantissa == one {
        mantissa /= 2;
        exponent += 1;
    }
    // −½ is written as −1 with the exponent below.
    if mantissa == -one / 2 {
        mantissa *= 2;
        exponent -= 1;
    }
    match exponent {
        ..-128 => Some((0, 0)),
        -128..=127 => Some((mantissa, exponent as u64 & 0xFF)),
        _ => None,
    }
}

/// IEEE 754 binary16, ties to even; none where it is too large.
fn half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if !x.is_finite() {
        return Some(sign | if x.is_nan() { 0x7E00 } else { 0x7C00 });
    }
    let (_, exponent) = parts(x);
    // Steps of the last place: 2^-24 for subnormal numbers, else 10 places behind the first.
    let exponent = exponent.max(-13);
    let steps = (x.abs() * 2_f64.powi(11 - exponent)).round_ties_even() as u32;
    let bits = match (x == 0.0, steps) {
        (true, _) => 0,
        (_, 2048..) => ((exponent + 15) as u32) << 10,
        (_, 1024..) => (((exponent + 14) as u32) << 10) + (steps - 1024),
        _ => steps,
    };
    (bits < 0x7C00).then_some(sign | bits as u16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::bits;
    use super::*;

    #[test]
    fn numbers_by_hand() {
        let of = |value, n, form| integer(value, n, form).unwrap();
        assert_eq!(of(-2, 12, IntegerForm::TwosComplement), 0xFFE);
        assert_eq!(of(-2, 12, IntegerForm::OnesComplement), 0xFFD);
        assert_eq!(of(-2, 12, IntegerForm::SignMagnitude), 0x802);
        assert_eq!(of(1987, 16, IntegerForm::PackedBcd), 0x1987);
        assert_eq!(of(42, 16, IntegerForm::Bcd), 0x0402);
        assert_eq!(of(i128::from(u64::MAX), 64, IntegerForm::Unsigned), u64::MAX);
        for (value, n, form, range) in [
            (256, 8, IntegerForm::Unsigned, "0 to 255"),
            (-1, 8, IntegerForm::Unsigned, "0 to 255"),
            (128, 8, IntegerForm::TwosComplement, "-128 to 127"),
            (-128, 8, IntegerForm::SignMagnitude, "-127 to 127"),
            (400, 10, IntegerForm::PackedBcd, "0 to 399"),
        ] {
            let error = integer(value, n, form).unwrap_err();
            assert!(error.contains(range), "{error}");
        }
        assert_eq!(arranged(0x0102_0304, 32, ByteOrder::Little), 0x0403_0201);
        assert_eq!(arranged(0xABC, 12, ByteOrder::Little), 0xBCA);
        let listed = ByteOrder::Listed([2, 3, 0, 1, 0, 0, 0, 0]);
        assert_eq!(arranged(0x0403_0201, 32, listed), 0x0304_0102);
    }

    #[test]
    fn floats_of_the_standards() {
        let ieee = |x, n| float(x, n, FloatForm::Ieee754).unwrap();
        assert_eq!(ieee(1.5, 64), 0x3FF8_0000_0000_0000);
        assert_eq!(ieee(-2.0, 32), 0xC000_0000);
        // IEEE 754-2019 binary16: 1, the largest, the smallest normal and subnormal number, 1/3.
        for (x, bits) in [
            (1.0, 0x3C00),
            (65_504.0, 0x7BFF),
            (6.103_515_625e-5, 0x0400),
            (5.960_464_477_539_063e-8, 0x0001),
            (1.0 / 3.0, 0x3555),
            (-2.0, 0xC000),
            (0.0, 0),
            (2047.9, 0x6800),
        ] {
            assert_eq!(ieee(x, 16), bits, "{x}");
        }
        assert!(float(65_520.0, 16, FloatForm::Ieee754).is_err());
        assert!(float(1e39, 32, FloatForm::Ieee754).is_err());
        // MIL-STD-1750A, table VII: 0.5 · 2^127, 0.5 · 2^0, 0.75 · 2^-1, −1 · 2^0; and 10.
        let mil = |x: f64| float(x, 32, FloatForm::Mil1750A).unwrap();
        assert_eq!(mil(0.5 * 2_f64.powi(127)), 0x4000_007F);
        assert_eq!(mil(0.5), 0x4000_0000);
        assert_eq!(mil(0.375), 0x6000_00FF);
        assert_eq!(mil(-1.0), 0x8000_0000);
        assert_eq!(mil(10.0), 0x5000_0004);
        assert_eq!(float(10.0, 48, FloatForm::Mil1750A), Ok(0x5000_0004_0000));
        assert!(float(2_f64.powi(127), 32, FloatForm::Mil1750A).is_err());
        assert_eq!(mil(1e-60), 0);
    }

    proptest! {
        #[test]
        fn whole_numbers_read_back(value in any::<i64>(), n in 1_u32..=64, form in 0_usize..4) {
            let forms = [
                IntegerForm::Unsigned,
                IntegerForm::TwosComplement,
                IntegerForm::OnesComplement,
                IntegerForm::SignMagnitude,
            ];
            let value = i128::from(value >> (64 - n));
            if let Ok(bits) = integer(value, n, forms[form]) {
                prop_assert!(bits <= mask(n));
                let back = bits::integer(bits, n, forms[form]).unwrap();
                let back = if form == 0 { i128::from(back) } else { i128::from(back as i64) };
                prop_assert_eq!(back, value);
            }
        }

        #[test]
        fn digits_read_back(value in 0_u64..10_000_000_000, n in 1_u32..=64) {
            for form in [IntegerForm::Bcd, IntegerForm::PackedBcd] {
                if let Ok(found) = integer(i128::from(value), n, form) {
                    prop_assert_eq!(bits::integer(found, n, form), Some(value));
                }
            }
        }

        #[test]
        fn orders_read_back(value in any::<u64>(), n in 1_u32..=64) {
            let value = value & mask(n);
            prop_assert_eq!(bits::reversed(arranged(value, n, ByteOrder::Little), n), value);
            let listed = [1, 0, 3, 2, 5, 4, 7, 6];
            let n = n / 16 * 16;
            let value = value & mask(n.max(1));
            if n > 0 {
                let stands = arranged(value, n, ByteOrder::Listed(listed));
                prop_assert_eq!(bits::ordered(stands, n, listed), value);
            }
        }

        #[test]
        fn floats_read_back(mantissa in -8_388_607_i32..8_388_607, exponent in -100_i32..100) {
            let x = f64::from(mantissa) * 2_f64.powi(exponent);
            for (n, form) in [(32, FloatForm::Mil1750A), (48, FloatForm::Mil1750A)] {
                let found = float(x, n, form).unwrap();
                prop_assert_eq!(bits::float(found, n, form), Some(x));
            }
            let small = f64::from(mantissa % 2048) * 2_f64.powi(exponent % 5);
            let found = float(small, 16, FloatForm::Ieee754).unwrap();
            prop_assert_eq!(bits::float(found, 16, FloatForm::Ieee754), Some(small));
        }
    }
}
