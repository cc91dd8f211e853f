//! Arithmetic on decoded samples of any type, without copying them.

use crate::archive::Bucket;
use crate::format::mseed::Samples;

/// Sample `i` as a float (exact for every type); NaN beyond the end and for text.
pub(super) fn value(samples: &Samples, i: usize) -> f64 {
    match samples {
        Samples::I32(v) => v.get(i).map(|&x| f64::from(x)),
        Samples::F32(v) => v.get(i).map(|&x| f64::from(x)),
        Samples::F64(v) => v.get(i).copied(),
        Samples::Text(_) => None,
    }
    .unwrap_or(f64::NAN)
}

/// Minimum, maximum, sum and number of `count` samples from `first` on that are numbers.
pub(super) fn summarise(samples: &Samples, first: usize, count: usize) -> Bucket {
    fn cut<T>(v: &[T], first: usize, count: usize) -> &[T] {
        let end = (first + count).min(v.len());
        v.get(first..end).unwrap_or_default()
    }
    match samples {
        Samples::I32(v) => integers(cut(v, first, count)),
        Samples::F32(v) => floats(cut(v, first, count)),
        Samples::F64(v) => floats(cut(v, first, count)),
        Samples::Text(_) => Bucket::EMPTY,
    }
}

const LANES: usize = 16;

/// Integers: the sum is exact. Lanes let the compiler use vector registers.
fn integers(samples: &[i32]) -> Bucket {
    if samples.is_empty() {
        return Bucket::EMPTY;
    }
    let (mut low, mut high) = ([i32::MAX; LANES], [i32::MIN; LANES]);
    let mut sum = [0i64; LANES];
    let (chunks, rest) = samples.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let x = chunk[lane];
            low[lane] = low[lane].min(x);
            high[lane] = high[lane].max(x);
            sum[lane] += i64::from(x);
        }
    }
    let min = low.iter().chain(rest).min().copied().unwrap_or(i32::MAX);
    let max = high.iter().chain(rest).max().copied().unwrap_or(i32::MIN);
    let sum: i64 = sum.iter().sum::<i64>() + rest.iter().map(|&x| i64::from(x)).sum::<i64>();
    let count = samples.len() as u64;
    Bucket { min: f64::from(min), max: f64::from(max), sum: sum as f64, count }
}

/// Floats: NaN fails every comparison and is left out of sum and count.
fn floats<T: Copy + Into<f64>>(samples: &[T]) -> Bucket {
    let mut low = [f64::INFINITY; LANES];
    let mut high = [f64::NEG_INFINITY; LANES];
    let (mut sum, mut valid) = ([0.0; LANES], [0u64; LANES]);
    let (chunks, rest) = samples.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let x: f64 = chunk[lane].into();
            low[lane] = if x < low[lane] { x } else { low[lane] };
            high[lane] = if x > high[lane] { x } else { high[lane] };
            sum[lane] += if x.is_nan() { 0.0 } else { x };
            valid[lane] += u64::from(!x.is_nan());
        }
    }
    let mut all = Bucket::EMPTY;
    for &x in rest {
        all.add(x.into());
    }
    for lane in 0..LANES {
        let (min, max) = (low[lane], high[lane]);
        all.merge(&Bucket { min, max, sum: sum[lane], count: valid[lane] });
    }
    all
}
