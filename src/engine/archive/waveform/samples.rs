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

/// Integers: the sum is exact.
#[cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "calls a function that is compiled for AVX2, after asking for it"
    )
)]
fn integers(samples: &[i32]) -> Bucket {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the only requirement is that the processor has AVX2, which is asked just
        // above. The function itself is safe code.
        return unsafe { integers_avx2(samples) };
    }
    integers_any(samples)
}

/// [`integers_any`] compiled for processors that compare eight lanes at once.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn integers_avx2(samples: &[i32]) -> Bucket {
    integers_any(samples)
}

/// Lanes let the compiler use vector registers.
#[expect(clippy::inline_always, reason = "only what is inlined there is compiled for AVX2")]
#[inline(always)]
fn integers_any(samples: &[i32]) -> Bucket {
    let (chunks, rest) = samples.as_chunks::<LANES>();
    let (mut low, mut high) = ([i32::MAX; LANES], [i32::MIN; LANES]);
    for chunk in chunks {
        for lane in 0..LANES {
            low[lane] = low[lane].min(chunk[lane]);
            high[lane] = high[lane].max(chunk[lane]);
        }
    }
    let (Some(&min), Some(&max)) = (low.iter().chain(rest).min(), high.iter().chain(rest).max())
    else {
        return Bucket::EMPTY;
    };
    if samples.is_empty() {
        return Bucket::EMPTY;
    }
    // Sums of few small integers fit 32 bits, which is several times as quick.
    let most = u64::from(min.unsigned_abs().max(max.unsigned_abs())) * (chunks.len() as u64 + 1);
    let mut sum: i64 = rest.iter().map(|&x| i64::from(x)).sum();
    if i32::try_from(most).is_ok() {
        let mut lanes = [0i32; LANES];
        for chunk in chunks {
            for lane in 0..LANES {
                lanes[lane] = lanes[lane].wrapping_add(chunk[lane]);
            }
        }
        sum += lanes.iter().map(|&x| i64::from(x)).sum::<i64>();
    } else {
        sum += chunks.as_flattened().iter().map(|&x| i64::from(x)).sum::<i64>();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_extremes_are_those_of_a_plain_loop() {
        let mut state = 9u32;
        for count in [0usize, 1, 15, 16, 17, 31, 32, 480, 640, 1000] {
            for shift in [0, 8, 20] {
                let mut next = || {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    state.cast_signed() >> shift
                };
                let integers: Vec<i32> = (0..count).map(|_| next()).collect();
                let floats: Vec<f32> = integers.iter().map(|&x| x as f32).collect();
                for samples in [Samples::I32(integers), Samples::F32(floats)] {
                    let mut plain = Bucket::EMPTY;
                    samples.to_f64().into_iter().for_each(|x| plain.add(x));
                    assert_eq!(
                        summarise(&samples, 0, count),
                        plain,
                        "{count} of 32 - {shift} bits"
                    );
                }
            }
        }
        let some = Samples::F64(vec![f64::NAN, 2.0, f64::NAN, -1.0]);
        let expected = Bucket { min: -1.0, max: 2.0, sum: 1.0, count: 2 };
        assert_eq!(summarise(&some, 0, 4), expected);
    }
}
