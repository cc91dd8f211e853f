//! Reading curves: what is visible of them, the value at an instant, where their gaps are.

use marsdeck_engine::archive::Bucket;
use marsdeck_engine::time::{Instant, TimeRange};

use super::model::CurveData;

/// A step longer than so many periods is a gap.
const GAP_PERIODS: f64 = 1.6;

/// Indices of the slices of `whole` that touch a range.
pub(super) fn visible_buckets(
    whole: TimeRange,
    buckets: &[Bucket],
    range: TimeRange,
) -> std::ops::Range<usize> {
    let step = whole.duration_ns() as f64 / buckets.len().max(1) as f64;
    if step <= 0.0 {
        return 0..0;
    }
    let index =
        |t: Instant| (i128::from(t.unix_ns()) - i128::from(whole.start.unix_ns())) as f64 / step;
    let last = buckets.len() as f64;
    let first = index(range.start).floor().clamp(0.0, last) as usize;
    let end = index(range.end).ceil().clamp(0.0, last) as usize;
    first..end.max(first)
}

/// Indices of the samples in a range, with one more at either side.
pub(super) fn visible_points(times: &[Instant], range: TimeRange) -> std::ops::Range<usize> {
    let first = times.partition_point(|t| *t < range.start).saturating_sub(1);
    let end = (times.partition_point(|t| *t < range.end) + 1).min(times.len());
    first..end.max(first)
}

/// Where the curve's own times lie that are shown in a range.
pub(super) fn own_range(range: TimeRange, shift_ns: i64) -> TimeRange {
    let back = shift_ns.saturating_neg();
    TimeRange::new(range.start.plus_ns(back), range.end.plus_ns(back))
}

/// Smallest and largest visible value.
pub(super) fn visible_extent(
    data: &CurveData<'_>,
    shift_ns: i64,
    range: TimeRange,
) -> Option<(f64, f64)> {
    let own = own_range(range, shift_ns);
    let mut all = Bucket::EMPTY;
    match data {
        CurveData::None => {}
        CurveData::Buckets { range: whole, buckets, .. } => {
            let visible = visible_buckets(*whole, buckets, own);
            for bucket in buckets.get(visible).unwrap_or_default() {
                if bucket.count > 0 {
                    all.merge(bucket);
                }
            }
        }
        CurveData::Points { times, values, .. } => {
            for value in values.get(visible_points(times, own)).unwrap_or_default() {
                all.add(*value);
            }
        }
    }
    (all.count > 0 && all.min.is_finite() && all.max.is_finite()).then_some((all.min, all.max))
}

/// The value to read out at an instant of the plot: the nearest sample, or the slice there with
/// its mean and extremes. The instant that comes back is on the plot's axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Readout {
    pub time: Instant,
    pub value: f64,
    pub extremes: Option<(f64, f64)>,
}

/// Reads a curve at an instant.
pub(super) fn read_at(data: &CurveData<'_>, shift_ns: i64, at: Instant) -> Option<Readout> {
    let own = at.plus_ns(shift_ns.saturating_neg());
    match data {
        CurveData::None => None,
        CurveData::Buckets { range, buckets, .. } => {
            if !range.contains(own) {
                return None;
            }
            let share = own.ns_since(range.start) as f64 / range.duration_ns().max(1) as f64;
            let bucket = buckets.get((share * buckets.len() as f64) as usize)?;
            let value = bucket.mean()?;
            let extremes = (bucket.max > bucket.min).then_some((bucket.min, bucket.max));
            Some(Readout { time: at, value, extremes })
        }
        CurveData::Points { times, values, .. } => {
            let after = times.partition_point(|t| *t < own);
            let before = after.checked_sub(1);
            let distance = |i: usize| times.get(i).map(|t| t.ns_since(own).saturating_abs());
            let nearest = match (before.and_then(distance), distance(after)) {
                (Some(a), Some(b)) if a <= b => before,
                (Some(_), None) => before,
                (_, Some(_)) => Some(after),
                (None, None) => None,
            }?;
            let value = *values.get(nearest)?;
            let time = times.get(nearest)?.plus_ns(shift_ns);
            (!value.is_nan()).then_some(Readout { time, value, extremes: None })
        }
    }
}

/// The gaps of a curve that touch a range, on the plot's axis. Empty slices before the first and
/// after the last sample count as well; of single samples only the steps between them do.
pub(super) fn gaps(data: &CurveData<'_>, shift_ns: i64, range: TimeRange) -> Vec<TimeRange> {
    let own = own_range(range, shift_ns);
    let mut found = Vec::new();
    let mut push = |start: Instant, end: Instant| {
        found.push(TimeRange::new(start.plus_ns(shift_ns), end.plus_ns(shift_ns)));
    };
    match data {
        CurveData::None => {}
        CurveData::Buckets { range: whole, buckets, period_ns } => {
            let step = whole.duration_ns() as f64 / buckets.len().max(1) as f64;
            let at = |i: usize| whole.start.plus_ns((i as f64 * step) as i64);
            let mut last: Option<usize> = None;
            for (i, bucket) in buckets.iter().enumerate() {
                if bucket.count == 0 {
                    continue;
                }
                let from = last.map_or(0, |last| last + 1);
                let empty = (i - from) as f64 * step;
                if i > from && empty > period_ns * GAP_PERIODS {
                    push(at(from), at(i));
                }
                last = Some(i);
            }
            if let Some(last) = last
                && (buckets.len() - last - 1) as f64 * step > period_ns * GAP_PERIODS
            {
                push(at(last + 1), whole.end);
            }
        }
        CurveData::Points { times, period_ns, .. } => {
            if *period_ns > 0.0 {
                let visible = times.get(visible_points(times, own)).unwrap_or_default();
                for pair in visible.windows(2) {
                    if let [a, b] = pair
                        && b.ns_since(*a) as f64 > period_ns * GAP_PERIODS
                    {
                        push(a.plus_ns(*period_ns as i64), *b);
                    }
                }
            }
        }
    }
    found
}

/// Whether the step between two samples is a gap.
pub(super) fn is_gap(step_ns: i64, period_ns: f64) -> bool {
    period_ns > 0.0 && step_ns as f64 > period_ns * GAP_PERIODS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Instant {
        Instant::from_unix_ns(s * 1_000_000_000)
    }

    fn range(a: i64, b: i64) -> TimeRange {
        TimeRange::new(at(a), at(b))
    }

    fn one(value: f64) -> Bucket {
        Bucket { min: value - 1.0, max: value + 1.0, sum: value, count: 1 }
    }

    #[test]
    fn only_what_is_visible_counts() {
        let buckets = [one(100.0), one(1.0), one(2.0), one(-100.0)];
        let data = CurveData::Buckets { range: range(0, 4), buckets: &buckets, period_ns: 0.0 };
        assert_eq!(visible_extent(&data, 0, range(1, 3)), Some((0.0, 3.0)));
        assert_eq!(visible_extent(&data, 10_000_000_000, range(11, 13)), Some((0.0, 3.0)));
        assert_eq!(visible_extent(&data, 0, range(10, 20)), None);
    }

    #[test]
    fn empty_slices_are_gaps_only_above_the_period() {
        let buckets = [one(1.0), Bucket::EMPTY, Bucket::EMPTY, one(1.0), Bucket::EMPTY, one(1.0)];
        let of =
            |period_ns| CurveData::Buckets { range: range(0, 6), buckets: &buckets, period_ns };
        assert_eq!(gaps(&of(0.1e9), 0, range(0, 6)), [range(1, 3), range(4, 5)]);
        assert_eq!(gaps(&of(1e9), 0, range(0, 6)), [range(1, 3)]);
        assert_eq!(gaps(&of(3e9), 0, range(0, 6)), []);
    }

    #[test]
    fn points_with_long_steps_have_gaps() {
        let times = [at(0), at(1), at(2), at(7), at(8)];
        let values = [0.0; 5];
        let data = CurveData::Points { times: &times, values: &values, period_ns: 1e9 };
        assert_eq!(gaps(&data, 0, range(0, 9)), [range(3, 7)]);
    }

    #[test]
    fn the_nearest_sample_is_read() {
        let times = [at(0), at(10)];
        let values = [1.0, 2.0];
        let data = CurveData::Points { times: &times, values: &values, period_ns: 0.0 };
        for (t, value) in [(-5, 1.0), (4, 1.0), (6, 2.0), (99, 2.0)] {
            assert_eq!(read_at(&data, 0, at(t)).map(|read| read.value), Some(value), "{t}");
        }
        let buckets = [one(1.0), Bucket::EMPTY];
        let data = CurveData::Buckets { range: range(0, 2), buckets: &buckets, period_ns: 0.0 };
        assert_eq!(read_at(&data, 0, at(0)).and_then(|read| read.extremes), Some((0.0, 2.0)));
        assert_eq!(read_at(&data, 0, at(1)), None);
        assert_eq!(read_at(&data, 0, at(2)), None);
    }
}
