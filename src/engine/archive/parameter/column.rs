//! One column of a chunk as bytes: the smallest of a few exact forms.
//!
//! `NONE` no value at all; `CONST` one value in all places; `REGULAR` whole numbers in even
//! steps; `INT`, `F32`, `F64` compressed by pco (level 4) as that type; `RAW` as they are. With the bit `SPARSE`
//! a bitmap of the rows that have a value comes first and only those are stored. Every form
//! gives back the same 64-bit floats, bit by bit, except that every NaN means "no value".

use pco::standalone::{simple_compress, simple_decompress_into};
use pco::{ChunkConfig, DeltaSpec};

use crate::storage::{f64_at, i64_at};

const NONE: u8 = 0;
const CONST: u8 = 1;
const REGULAR: u8 = 2;
const INT: u8 = 3;
const F32: u8 = 4;
const F64: u8 = 5;
const RAW: u8 = 6;
const SPARSE: u8 = 0x80;

/// Whole numbers up to here are exact in a 64-bit float.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn config() -> ChunkConfig {
    ChunkConfig::default().with_compression_level(4)
}

/// pco refuses only configurations that this file does not make; plain bytes are the way out.
fn pack<T: pco::data_types::Number>(values: &[T], config: &ChunkConfig) -> Option<Vec<u8>> {
    simple_compress(values, config).ok()
}

fn unpack<T: pco::data_types::Number + Default>(bytes: &[u8], rows: usize) -> Option<Vec<T>> {
    let mut values = vec![T::default(); rows];
    let progress = simple_decompress_into(bytes, &mut values).ok()?;
    (progress.n_processed == rows && progress.finished).then_some(values)
}

/// Whole numbers (times, arrival numbers) to bytes; returns the form.
pub(super) fn encode_ints(values: &[i64], out: &mut Vec<u8>) -> u8 {
    let first = values.first().copied().unwrap_or(0);
    let step = values.get(1).map_or(0, |second| second.wrapping_sub(first));
    let is_even = values.windows(2).all(|w| w[1].wrapping_sub(w[0]) == step);
    if is_even {
        out.extend_from_slice(&first.to_le_bytes());
        out.extend_from_slice(&step.to_le_bytes());
        return REGULAR;
    }
    let config = config().with_delta_spec(DeltaSpec::TryConsecutive(1));
    if let Some(bytes) = pack(values, &config) {
        out.extend_from_slice(&bytes);
        return INT;
    }
    out.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    RAW
}

/// The reverse of [`encode_ints`]; none where the bytes are not such a column.
pub(super) fn decode_ints(form: u8, bytes: &[u8], rows: usize) -> Option<Vec<i64>> {
    match form {
        REGULAR => {
            let (first, step) = (i64_at(bytes, 0)?, i64_at(bytes, 8)?);
            Some((0..rows as i64).map(|i| first.wrapping_add(step.wrapping_mul(i))).collect())
        }
        INT => unpack(bytes, rows),
        RAW => (0..rows).map(|i| i64_at(bytes, i * 8)).collect(),
        _ => None,
    }
}

fn as_ints(values: &[f64]) -> Option<Vec<i64>> {
    let exact = |v: f64| {
        let n = v as i64;
        (v.abs() < EXACT && (n as f64).to_bits() == v.to_bits()).then_some(n)
    };
    values.iter().map(|v| exact(*v)).collect()
}

fn as_f32(values: &[f64]) -> Option<Vec<f32>> {
    let exact = |v: f64| (f64::from(v as f32).to_bits() == v.to_bits()).then_some(v as f32);
    values.iter().map(|v| exact(*v)).collect()
}

fn encode_present(values: &[f64], out: &mut Vec<u8>) -> u8 {
    let Some(first) = values.first() else { return NONE };
    if values.iter().all(|v| v.to_bits() == first.to_bits()) {
        out.extend_from_slice(&first.to_le_bytes());
        return CONST;
    }
    let packed = if let Some(ints) = as_ints(values) {
        pack(&ints, &config()).map(|b| (INT, b))
    } else if let Some(floats) = as_f32(values) {
        pack(&floats, &config()).map(|b| (F32, b))
    } else {
        pack(values, &config()).map(|b| (F64, b))
    };
    let (form, bytes) =
        packed.unwrap_or_else(|| (RAW, values.iter().flat_map(|v| v.to_le_bytes()).collect()));
    out.extend_from_slice(&bytes);
    form
}

/// Values to bytes; returns the form. NaN is no value.
pub(super) fn encode_floats(values: &[f64], out: &mut Vec<u8>) -> u8 {
    if !values.iter().any(|v| v.is_nan()) {
        return encode_present(values, out);
    }
    let present: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    if present.is_empty() {
        return NONE;
    }
    for eight in values.chunks(8) {
        let bits = eight.iter().enumerate().map(|(i, v)| u8::from(!v.is_nan()) << i);
        out.push(bits.fold(0, |a, b| a | b));
    }
    encode_present(&present, out) | SPARSE
}

fn decode_present(form: u8, bytes: &[u8], rows: usize) -> Option<Vec<f64>> {
    match form {
        NONE => Some(vec![f64::NAN; rows]),
        CONST => Some(vec![f64_at(bytes, 0)?; rows]),
        RAW => (0..rows).map(|i| f64_at(bytes, i * 8)).collect(),
        INT => Some(unpack::<i64>(bytes, rows)?.into_iter().map(|v| v as f64).collect()),
        F32 => Some(unpack::<f32>(bytes, rows)?.into_iter().map(f64::from).collect()),
        F64 => unpack(bytes, rows),
        _ => None,
    }
}

/// The reverse of [`encode_floats`]; none where the bytes are not such a column.
pub(super) fn decode_floats(form: u8, bytes: &[u8], rows: usize) -> Option<Vec<f64>> {
    if form & SPARSE == 0 {
        return decode_present(form, bytes, rows);
    }
    let (bitmap, rest) = bytes.split_at_checked(rows.div_ceil(8))?;
    let has = |i: usize| bitmap.get(i / 8).is_some_and(|b| b >> (i % 8) & 1 == 1);
    let count = (0..rows).filter(|i| has(*i)).count();
    let mut present = decode_present(form & !SPARSE, rest, count)?.into_iter();
    Some(
        (0..rows)
            .map(|i| if has(i) { present.next().unwrap_or(f64::NAN) } else { f64::NAN })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>(),
            (-5000i32..5000).prop_map(f64::from),
            (-5000i32..5000).prop_map(|n| f64::from(n) * 0.01),
            any::<f32>().prop_map(f64::from),
            Just(f64::NAN),
            Just(-0.0),
            Just(f64::INFINITY),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn floats_come_back_bit_by_bit(values in proptest::collection::vec(any_value(), 1..200)) {
            let mut bytes = Vec::new();
            let form = encode_floats(&values, &mut bytes);
            let back = decode_floats(form, &bytes, values.len()).unwrap();
            for (a, b) in values.iter().zip(&back) {
                prop_assert!(a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()));
            }
        }

        #[test]
        fn whole_numbers_come_back(values in proptest::collection::vec(any::<i64>(), 0..200)) {
            let mut bytes = Vec::new();
            let form = encode_ints(&values, &mut bytes);
            prop_assert_eq!(decode_ints(form, &bytes, values.len()).unwrap(), values);
        }

        #[test]
        fn foreign_bytes_do_no_harm(
            form in any::<u8>(), rows in 0usize..2000,
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let _ = decode_floats(form, &bytes, rows);
            let _ = decode_ints(form, &bytes, rows);
        }
    }

    #[test]
    fn every_exact_form_is_used() {
        let ramp =
            |f: &dyn Fn(f64) -> f64| (0..1024).map(|i| f(f64::from(i * i))).collect::<Vec<_>>();
        let cases: [(Vec<f64>, u8); 5] = [
            (vec![7.5; 1024], CONST),
            (ramp(&|x| x), INT),
            (ramp(&|x| x + 0.5), F32),
            (ramp(&|x| x * 0.1), F64),
            (vec![f64::NAN; 1024], NONE),
        ];
        for (values, form) in cases {
            assert_eq!(encode_floats(&values, &mut Vec::new()), form);
        }
    }
}
