//! Statistics of a selection.

use marsdeck_engine::archive::Bucket;
use marsdeck_engine::time::{Instant, TimeRange};

/// Number, extremes, mean and root mean square of samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stats {
    /// Number of samples.
    pub count: u64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Root of the mean of the squares; none where only slices are known.
    pub rms: Option<f64>,
}

/// Of the samples of a range; NaN is no sample. None where there are none.
pub fn stats_of_points(times: &[Instant], values: &[f64], range: TimeRange) -> Option<Stats> {
    let first = times.partition_point(|t| *t < range.start);
    let last = times.partition_point(|t| *t < range.end);
    let mut bucket = Bucket::EMPTY;
    let mut squares = 0.0;
    for value in values.get(first..last.min(values.len()))? {
        bucket.add(*value);
        if !value.is_nan() {
            squares += value * value;
        }
    }
    let mean = bucket.mean()?;
    let rms = Some((squares / bucket.count as f64).sqrt());
    Some(Stats { count: bucket.count, min: bucket.min, max: bucket.max, mean, rms })
}

/// Of the slices of `whole` whose middle lies in a range: exact but for the slices at its edges,
/// and without the root mean square. None where there are no samples.
pub fn stats_of_buckets(whole: TimeRange, buckets: &[Bucket], range: TimeRange) -> Option<Stats> {
    let step = whole.duration_ns() as f64 / buckets.len().max(1) as f64;
    let mut all = Bucket::EMPTY;
    for (i, bucket) in buckets.iter().enumerate() {
        let middle = whole.start.plus_ns(((i as f64 + 0.5) * step) as i64);
        if bucket.count > 0 && range.contains(middle) {
            all.merge(bucket);
        }
    }
    let mean = all.mean()?;
    Some(Stats { count: all.count, min: all.min, max: all.max, mean, rms: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Instant {
        Instant::from_unix_ns(s * 1_000_000_000)
    }

    #[test]
    fn points_of_a_range() {
        let times: Vec<_> = (0..6).map(at).collect();
        let values = [9.0, 3.0, -4.0, f64::NAN, 1.0, 9.0];
        let stats = stats_of_points(&times, &values, TimeRange::new(at(1), at(5))).expect("some");
        assert_eq!((stats.count, stats.min, stats.max, stats.mean), (3, -4.0, 3.0, 0.0));
        // Root of (9 + 16 + 1) / 3.
        assert!((stats.rms.expect("rms") - 2.943_920_288_775_949).abs() < 1e-12);
        assert_eq!(stats_of_points(&times, &values, TimeRange::new(at(7), at(9))), None);
    }

    #[test]
    fn slices_of_a_range() {
        let of =
            |value: f64| Bucket { min: value - 1.0, max: value + 1.0, sum: 2.0 * value, count: 2 };
        let buckets = [of(1.0), of(5.0), Bucket::EMPTY, of(9.0)];
        let whole = TimeRange::new(at(0), at(4));
        let stats = stats_of_buckets(whole, &buckets, TimeRange::new(at(1), at(4))).expect("some");
        assert_eq!((stats.count, stats.min, stats.max, stats.mean), (4, 4.0, 10.0, 7.0));
        assert_eq!(stats.rms, None);
        assert_eq!(stats_of_buckets(whole, &[], whole), None);
    }
}
