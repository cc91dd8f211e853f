//! A slow decoder, bit by bit, against the plan on random dictionaries and random packets.

use proptest::prelude::*;

use super::make::{Make, after, equal, float, integer, kind_type, of, unsigned};
use crate::mission::telemetry::*;
use crate::parameter::{RawKind, Values};

#[derive(Clone, Debug)]
struct Piece {
    encoding: Encoding,
    gap: i64,
    /// Only where the first field is this.
    only: Option<u8>,
    /// An array with as many elements as the second field says.
    array: bool,
    coefficients: Option<Vec<f64>>,
    high: Option<f64>,
}

fn form() -> impl Strategy<Value = IntegerForm> {
    use IntegerForm::*;
    prop::sample::select(vec![
        Unsigned,
        TwosComplement,
        OnesComplement,
        SignMagnitude,
        Bcd,
        PackedBcd,
    ])
}

fn order() -> impl Strategy<Value = ByteOrder> {
    prop::sample::select(vec![ByteOrder::Big, ByteOrder::Big, ByteOrder::Little])
}

fn encoding() -> impl Strategy<Value = Encoding> {
    let floats = vec![
        (16, FloatForm::Ieee754),
        (32, FloatForm::Ieee754),
        (64, FloatForm::Ieee754),
        (32, FloatForm::Mil1750A),
        (48, FloatForm::Mil1750A),
    ];
    prop_oneof![
        3 => (1_u32..=64, form(), order())
            .prop_map(|(bits, form, order)| Encoding::Integer { bits, form, order }),
        2 => (prop::sample::select(vec![8_u32, 12, 16, 32]), order()).prop_map(|(bits, order)| {
            Encoding::Integer { bits, form: IntegerForm::TwosComplement, order }
        }),
        2 => (prop::sample::select(floats), order())
            .prop_map(|((bits, form), order)| Encoding::Float { bits, form, order }),
    ]
}

fn piece() -> impl Strategy<Value = Piece> {
    (
        encoding(),
        prop_oneof![4 => Just(0_i64), 1 => 0_i64..20],
        prop_oneof![5 => Just(None), 1 => (0_u8..4).prop_map(Some)],
        prop::bool::weighted(0.15),
        prop::option::of(prop::collection::vec(-2.0..2.0_f64, 2..5)),
        prop::option::of(-1000.0..1000.0_f64),
    )
        .prop_map(|(encoding, gap, only, array, coefficients, high)| Piece {
            encoding,
            gap,
            only,
            array,
            coefficients,
            high,
        })
}

/// The bits of a number, most significant first, its byte order undone.
fn ordered(bits: &[bool], order: ByteOrder) -> Vec<bool> {
    match order {
        ByteOrder::Big => bits.to_vec(),
        ByteOrder::Little => bits.chunks(8).rev().flatten().copied().collect(),
        ByteOrder::Listed(significance) => {
            let mut bytes: Vec<_> = significance.into_iter().zip(bits.chunks(8)).collect();
            bytes.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
            bytes.into_iter().flat_map(|(_, byte)| byte).copied().collect()
        }
    }
}

fn number(bits: &[bool]) -> u128 {
    bits.iter().fold(0, |sum, bit| sum * 2 + u128::from(*bit))
}

/// Raw bits and value; no value where there is none.
fn value(encoding: &Encoding, bits: &[bool]) -> (Option<u64>, f64) {
    match encoding {
        Encoding::Integer { form, order, .. } => {
            let bits = ordered(bits, *order);
            let (all, weight) = (number(&bits) as i128, 1_i128 << bits.len());
            let whole = match form {
                IntegerForm::TwosComplement if bits[0] => all - weight,
                IntegerForm::OnesComplement if bits[0] => all - weight + 1,
                IntegerForm::SignMagnitude if bits[0] => weight / 2 - all,
                IntegerForm::Bcd | IntegerForm::PackedBcd => {
                    let width = if *form == IntegerForm::Bcd { 8 } else { 4 };
                    let digits: Vec<u128> = bits.rchunks(width).rev().map(number).collect();
                    if digits.iter().any(|d| *d > 9) {
                        return (None, f64::NAN);
                    }
                    digits.iter().fold(0, |sum, d| sum * 10 + *d as i128)
                }
                _ => all,
            };
            (Some(whole as u64), whole as f64)
        }
        Encoding::Float { form: FloatForm::Mil1750A, order, .. } => {
            let bits = ordered(bits, *order);
            let mantissa = [&bits[..24], bits.get(32..).unwrap_or(&[])].concat();
            // The sign bit counts −1, the next 1/2, and so on.
            let sum: f64 = mantissa
                .iter()
                .enumerate()
                .map(|(i, bit)| f64::from(u8::from(*bit)) * 0.5_f64.powi(i as i32))
                .sum();
            let sum = if mantissa[0] { sum - 2.0 } else { sum };
            let x = sum * 2.0_f64.powi(i32::from(number(&bits[24..32]) as u8 as i8));
            (Some(x.to_bits()), x)
        }
        Encoding::Float { order, .. } => {
            let bits = ordered(bits, *order);
            let (width, bias) = match bits.len() {
                16 => (5, 15),
                32 => (8, 127),
                _ => (11, 1023),
            };
            let exponent = number(&bits[1..=width]) as i32;
            let fraction = number(&bits[1 + width..]) as f64;
            let scale = 2.0_f64.powi(-((bits.len() - 1 - width) as i32));
            let x = match exponent {
                // In two steps: 2^-1074 is no power that can be had at once.
                0 => fraction * scale * 2.0_f64.powi(1 - bias),
                e if e == 2 * bias + 1 && fraction == 0.0 => f64::INFINITY,
                e if e == 2 * bias + 1 => return (None, f64::NAN),
                e => (1.0 + fraction * scale) * 2.0_f64.powi(e - bias),
            };
            let x = if bits[0] { -x } else { x };
            (Some(x.to_bits()), x)
        }
        _ => (None, f64::NAN),
    }
}

fn dictionary(pieces: &[Piece]) -> Make {
    let mut make = Make::default();
    let (mode, count) = (make.add("mode", unsigned(2)), make.add("count", unsigned(3)));
    let mut entries = vec![after(mode), after(count)];
    for (at, piece) in pieces.iter().enumerate() {
        let mut definition = match piece.encoding {
            Encoding::Float { bits, form, order } => float(bits, form, order),
            Encoding::Integer { bits, form, order } => integer(bits, form, order),
            _ => unreachable!("numbers only"),
        };
        definition.calibrator = piece.coefficients.clone().map(Calibrator::Polynomial);
        definition.alarm = piece.high.map(|high| Alarm {
            outside: vec![(
                crate::mission::Severity::Critical,
                Range { high: Some(high), ..Range::default() },
            )],
            minimum_violations: 1,
            ..Alarm::default()
        });
        let id = if piece.array {
            let element = make.kind(definition);
            let kind = Kind::Array { element, dimensions: vec![of(count)] };
            make.add(&format!("p{at}"), kind_type(kind, None))
        } else {
            make.add(&format!("p{at}"), definition)
        };
        let include = piece.only.map(|v| equal(mode, &v.to_string()));
        entries.push(Entry { place: Place::After(piece.gap), include, ..after(id) });
    }
    make.container(None, None, entries);
    make
}

/// Raw bits, engineering value, violation of all that fits, and whether all did.
fn slow(pieces: &[Piece], packet: &[u8]) -> (Vec<(Option<u64>, f64, bool)>, bool) {
    let bits: Vec<bool> =
        packet.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1 == 1)).collect();
    let mut found = Vec::new();
    if bits.len() < 5 {
        return (found, false);
    }
    let (mode, count) = (number(&bits[..2]), number(&bits[2..5]));
    found.push((Some(mode as u64), mode as f64, false));
    found.push((Some(count as u64), count as f64, false));
    let mut at = 5;
    for piece in pieces {
        if piece.only.is_some_and(|only| u128::from(only) != mode) {
            continue;
        }
        at += piece.gap as usize;
        let (Encoding::Integer { bits: width, .. } | Encoding::Float { bits: width, .. }) =
            piece.encoding
        else {
            continue;
        };
        for _ in 0..if piece.array { count } else { 1 } {
            let Some(own) = bits.get(at..at + width as usize) else { return (found, false) };
            let (raw, mut x) = value(&piece.encoding, own);
            if let Some(c) = &piece.coefficients {
                let mut sum = c[c.len() - 1];
                for c in c[..c.len() - 1].iter().rev() {
                    sum = c + x * sum;
                }
                x = sum;
            }
            found.push((raw, x, piece.high.is_some_and(|high| x > high)));
            at += width as usize;
        }
    }
    (found, true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_plan_reads_what_a_slow_decoder_reads(
        pieces in prop::collection::vec(piece(), 0..24),
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..220), 1..4),
    ) {
        let make = dictionary(&pieces);
        let plan = make.plan();
        let (mut state, mut values) = (plan.state(), Values::new());
        for packet in &packets {
            plan.decode(packet, &mut state, &mut values);
            let (expected, whole) = slow(&pieces, packet);
            // The two fields of the header are a run: the first may fit alone.
            if packet.is_empty() {
                prop_assert!(values.is_empty());
                continue;
            }
            prop_assert_eq!(values.len(), expected.len());
            prop_assert_eq!(values.problems.is_empty(), whole);
            for (value, (raw, x, violated)) in values.iter(&plan).zip(&expected) {
                let at = values.ids().iter().position(|id| *id == value.id).unwrap();
                if let Some(raw) = raw {
                    let same = values.raw_bits()[at] == *raw;
                    let zeros = plan.leaf(value.id.leaf).unwrap().raw == RawKind::Float
                        && f64::from_bits(*raw) == 0.0
                        && f64::from_bits(values.raw_bits()[at]) == 0.0;
                    prop_assert!(same || zeros, "{:?} {raw:x}", value);
                }
                prop_assert!(
                    value.engineering == *x || value.engineering.is_nan() && x.is_nan(),
                    "{:?} {x}", value
                );
                let severe = value.severity == crate::mission::Severity::Critical;
                prop_assert_eq!(severe, *violated);
            }
        }
    }
}
