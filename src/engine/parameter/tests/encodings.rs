//! Every encoding against bit patterns worked by hand or printed in the standards.

use super::make::{Make, binary, float, integer, text, unsigned};
use crate::mission::telemetry::*;
use crate::parameter::{Raw, Validity};

/// The only value of a packet whose only field has this type, `skip` bits into it.
fn one(definition: ParameterType, skip: u32, bits: &str) -> (String, f64, Validity) {
    let mut make = Make::default();
    if skip > 0 {
        make.add("skip", unsigned(skip));
    }
    make.add("x", definition);
    let make = make.flat();
    let all = format!("{}{}", "1".repeat(skip as usize), bits.replace(' ', ""));
    let packet: Vec<u8> = all
        .as_bytes()
        .chunks(8)
        .map(|byte| {
            let text = format!("{:0<8}", std::str::from_utf8(byte).unwrap());
            u8::from_str_radix(&text, 2).unwrap()
        })
        .collect();
    let (plan, values) = make.decode(&packet);
    assert!(values.problems.is_empty(), "{:?}", values.problems);
    let value = values.named("/S/x", &plan).unwrap();
    let raw = match value.raw {
        Raw::Unsigned(x) => x.to_string(),
        Raw::Signed(x) => x.to_string(),
        Raw::Float(x) => format!("{x:?}"),
        Raw::Text(x) => x.to_owned(),
        Raw::Bytes(x) => x.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect(),
    };
    (raw, value.engineering, value.validity)
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap()
}

fn hex(text: &str) -> String {
    let digits = text.chars().filter_map(|c| c.to_digit(16));
    let bits = digits.flat_map(|d| (0..4).rev().map(move |i| d >> i & 1 == 1));
    bits.map(|bit| if bit { '1' } else { '0' }).collect()
}

#[test]
fn integers_have_the_forms_of_xtce() {
    use ByteOrder::{Big, Little};
    use IntegerForm::*;
    let cases: &[(u32, IntegerForm, ByteOrder, &str, &str)] = &[
        (1, Unsigned, Big, "1", "1"),
        (1, TwosComplement, Big, "1", "-1"),
        (3, TwosComplement, Big, "100", "-4"),
        (12, TwosComplement, Big, "1111 1111 1110", "-2"),
        (12, OnesComplement, Big, "1111 1111 1110", "-1"),
        (12, OnesComplement, Big, "1111 1111 1111", "0"),
        (12, SignMagnitude, Big, "1000 0000 0010", "-2"),
        (12, SignMagnitude, Big, "1000 0000 0000", "0"),
        (16, Bcd, Big, "0000 0111 0000 0011", "73"),
        (12, PackedBcd, Big, "0111 0011 1001", "739"),
        (16, Unsigned, Little, "0011 0100 0001 0010", "4660"),
        (24, Unsigned, Little, "0011 0100 0001 0010 0000 0001", "70196"),
        (16, TwosComplement, Little, "1111 1110 1111 1111", "-2"),
        // 12 bits, least significant byte first: 0x34, then 0x2 as the upper four bits.
        (12, Unsigned, Little, "0011 0100 0010", "564"),
        (17, SignMagnitude, Big, "1 0000 0000 0000 0011", "-3"),
    ];
    for skip in [0, 1, 5, 8, 13, 64] {
        for (bits, form, order, pattern, expected) in cases {
            let (raw, x, validity) = one(integer(*bits, *form, *order), skip, pattern);
            assert_eq!(raw, *expected, "{bits} bits {form:?} {order:?} after {skip}");
            assert_eq!((x, validity), (expected.parse().unwrap(), Validity::Valid));
        }
        let full = "1".repeat(64);
        assert_eq!(one(unsigned(64), skip, &full).0, u64::MAX.to_string());
        assert_eq!(one(unsigned(64), skip, &full).1, u64::MAX as f64);
        let least = format!("1{}", "0".repeat(63));
        assert_eq!(one(integer(64, TwosComplement, Big), skip, &least).0, i64::MIN.to_string());
        assert_eq!(one(integer(64, OnesComplement, Big), skip, &full).0, "0");
    }
    let (_, x, validity) = one(integer(8, PackedBcd, Big), 0, "1010 0000");
    assert!(x.is_nan() && validity == Validity::Malformed);
}

#[test]
fn ieee_numbers_are_those_of_the_standard() {
    // Binary16: largest, smallest normal, smallest subnormal, one, one third, minus two.
    let halves = [
        ("7BFF", 65504.0),
        ("0400", 6.103515625e-5),
        ("0001", 5.960464477539063e-8),
        ("3C00", 1.0),
        ("3555", 0.333251953125),
        ("C000", -2.0),
        ("7C00", f64::INFINITY),
        ("03FF", 6.097555160522461e-5),
    ];
    for (pattern, expected) in halves {
        for skip in [0, 3] {
            let kind = float(16, FloatForm::Ieee754, ByteOrder::Big);
            assert_eq!(one(kind, skip, &hex(pattern)).1, expected, "{pattern}");
        }
    }
    for skip in [0, 7] {
        let (big, little) = (ByteOrder::Big, ByteOrder::Little);
        let single = |order| float(32, FloatForm::Ieee754, order);
        assert_eq!(one(single(big), skip, &hex("40490FDB")).1, f64::from(std::f32::consts::PI));
        assert_eq!(one(single(little), skip, &hex("DB0F4940")).1, f64::from(std::f32::consts::PI));
        assert!(one(single(big), skip, &hex("7FC00000")).1.is_nan());
        let double = |order| float(64, FloatForm::Ieee754, order);
        assert_eq!(one(double(big), skip, &hex("400921FB54442D18")).1, std::f64::consts::PI);
        assert_eq!(one(double(little), skip, &hex("182D4454FB210940")).1, std::f64::consts::PI);
    }
}

#[test]
fn mil_std_1750a_numbers_are_those_of_its_tables() {
    // MIL-STD-1750A (1980), table of 4.1.3: floating point numbers.
    let two = |n: i32| f64::powi(2.0, n);
    let single = [
        ("7FFFFF 7F", (1.0 - two(-23)) * two(127)),
        ("400000 7F", 0.5 * two(127)),
        ("500000 04", 0.625 * two(4)),
        ("400000 01", 1.0),
        ("400000 00", 0.5),
        ("400000 FF", 0.25),
        ("400000 80", 0.5 * two(-128)),
        ("000000 00", 0.0),
        ("800000 00", -1.0),
        ("BFFFFF 80", -(0.5 + two(-23)) * two(-128)),
        ("9FFFFF 04", -(0.75 + two(-23)) * two(4)),
    ];
    // Table of 4.1.4: extended floating point numbers.
    let extended = [
        ("400000 7F 0000", 0.5 * two(127)),
        ("400000 00 0000", 0.5),
        ("400000 FF 0000", 0.25),
        ("400000 80 0000", 0.5 * two(-128)),
        ("800000 7F 0000", -two(127)),
        ("800000 00 0000", -1.0),
        ("800000 FF 0000", -0.5),
        ("800000 80 0000", -two(-128)),
        ("000000 00 0000", 0.0),
        ("A00000 FF 0000", -0.375),
        // One unit of the lowest bit of the mantissa.
        ("400000 00 0001", 0.5 + two(-39)),
    ];
    for skip in [0, 3] {
        for (pattern, expected) in single {
            let kind = float(32, FloatForm::Mil1750A, ByteOrder::Big);
            assert_eq!(one(kind, skip, &hex(pattern)).1, expected, "{pattern}");
        }
        for (pattern, expected) in extended {
            let kind = float(48, FloatForm::Mil1750A, ByteOrder::Big);
            assert_eq!(one(kind, skip, &hex(pattern)).1, expected, "{pattern}");
        }
    }
}

#[test]
fn texts_end_where_they_should() {
    let fixed = |bits, terminator| StringSize::Fixed { bits: Size::Fixed(bits), terminator };
    for skip in [0, 3] {
        assert_eq!(one(text(fixed(24, None), "UTF-8"), skip, &hex("41 42 43")).0, "ABC");
        assert_eq!(one(text(fixed(32, Some(0)), "UTF-8"), skip, &hex("41 42 00 43")).0, "AB");
        let ended = StringSize::Terminated { terminator: 0, most: None };
        assert_eq!(one(text(ended, "US-ASCII"), skip, &hex("41 42 00 43")).0, "AB");
        let most = StringSize::Terminated { terminator: 0, most: Some(16) };
        assert_eq!(one(text(most, "US-ASCII"), skip, &hex("41 42 43 44")).0, "AB");
        let counted = StringSize::Counted { bits: 16, most: None };
        assert_eq!(one(text(counted, "UTF-8"), skip, &hex("0002 41 42 43")).0, "AB");
        assert_eq!(one(text(fixed(16, None), "ISO-8859-1"), skip, &hex("E4 42")).0, "äB");
        assert_eq!(one(text(fixed(32, None), "UTF-16LE"), skip, &hex("4100 AC20")).0, "A€");
        let wide = fixed(48, Some(0));
        assert_eq!(one(text(wide, "UTF-16"), skip, &hex("20AC 0000 4242")).0, "€");
        assert_eq!(one(binary(Size::Fixed(12)), skip, &hex("ABC")).0, "abc0");
    }
    let (shown, _, validity) = one(text(fixed(16, None), "UTF-8"), 0, &hex("FF 41"));
    assert_eq!((shown.as_str(), validity), ("\u{FFFD}A", Validity::Malformed));
}
