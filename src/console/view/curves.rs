//! From a series to what a plot draws: slices while many samples share a pixel, else samples.

use std::sync::Arc;

use egui::Id;
use marsdeck_engine::archive::{Bucket, SeriesKey, SeriesSummary};
use marsdeck_engine::query::{Answer, QueryError, Request};
use marsdeck_engine::time::{Instant, TimeRange};

use super::Queries;

/// Below so many samples a pixel the samples themselves are asked for.
const SAMPLES_PER_COLUMN: f64 = 1.0;
/// Most samples asked for at once.
const MOST_SAMPLES: u64 = 200_000;

/// The data of a curve as they came; its parts are what `plot::CurveData` borrows.
#[derive(Clone, Debug, Default)]
pub struct CurveAnswer {
    answer: Option<(Arc<Request>, Arc<Answer>)>,
    period_ns: f64,
    /// Whether a newer answer is under way.
    pub loading: bool,
    /// Why the last question failed.
    pub error: Option<QueryError>,
}

/// What an answer holds.
#[derive(Clone, Copy, Debug)]
pub enum CurveParts<'a> {
    /// Nothing yet.
    None,
    /// Slices of a range, and the nominal time between samples in nanoseconds.
    Buckets(TimeRange, &'a [Bucket], f64),
    /// Samples, and the nominal time between them in nanoseconds.
    Points(&'a [Instant], &'a [f64], f64),
}

impl CurveAnswer {
    /// What it holds.
    pub fn parts(&self) -> CurveParts<'_> {
        match self.answer.as_ref().map(|(request, answer)| (&**request, &**answer)) {
            Some((Request::MinMax { range, .. }, Answer::MinMax { buckets, period_ns })) => {
                let period = if *period_ns > 0.0 { *period_ns } else { self.period_ns };
                CurveParts::Buckets(*range, buckets, period)
            }
            Some((_, Answer::Range { times, values, .. })) => {
                CurveParts::Points(times, values, self.period_ns)
            }
            _ => CurveParts::None,
        }
    }
}

/// Asks for a series over a range for so many columns of pixels. The answer on hand stays while a
/// newer one is under way, but never one of another series.
pub fn ask_curve(
    queries: &Queries,
    slot: Id,
    series: &SeriesSummary,
    range: TimeRange,
    columns: u32,
) -> CurveAnswer {
    let period_ns = if series.rate_hz > 0.0 { 1e9 / series.rate_hz } else { 0.0 };
    let request = curve_request(series, range, columns);
    let pending = queries.ask(slot.with(&series.key), &request);
    CurveAnswer {
        answer: pending.answer,
        period_ns,
        loading: pending.loading,
        error: pending.error,
    }
}

/// The request of a curve: samples where there are at most about one a column, else slices.
fn curve_request(series: &SeriesSummary, range: TimeRange, columns: u32) -> Request {
    let rate = if series.rate_hz > 0.0 {
        series.rate_hz
    } else {
        // Not periodic: its average rate.
        series.samples as f64 / series.span.duration_s().max(1e-9)
    };
    let samples = rate * range.duration_s();
    let key = series.key.clone();
    if samples <= f64::from(columns) * SAMPLES_PER_COLUMN {
        // A little beyond both edges, so that the line runs on to them.
        let edge = ((2e9 / rate.max(1e-9)) as i64).clamp(0, range.duration_ns().max(1));
        let range = TimeRange::new(range.start.plus_ns(-edge), range.end.plus_ns(edge));
        Request::Range { key, range, limit: MOST_SAMPLES }
    } else {
        Request::MinMax { key, range, width: columns.clamp(1, 16_384) }
    }
}

/// Samples of a selection, for exact statistics: none while they are under way, or where the
/// selection holds more than a million.
pub fn ask_samples(
    queries: &Queries,
    slot: Id,
    key: &SeriesKey,
    range: TimeRange,
) -> Option<(Arc<Answer>, TimeRange)> {
    const LIMIT: u64 = 1_000_000;
    let request = Request::Range { key: key.clone(), range, limit: LIMIT };
    let pending = queries.ask(slot.with(("samples", key)), &request);
    let (asked, answer) = pending.answer?;
    let current = *asked == request;
    let whole = matches!(&*answer, Answer::Range { truncated: false, .. });
    (current && whole).then_some((answer, range))
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::archive::SeriesKind;

    fn series(rate_hz: f64, samples: u64) -> SeriesSummary {
        let span = TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(1000.0));
        SeriesSummary {
            key: SeriesKey::new("x", "raw"),
            kind: SeriesKind::Waveform,
            unit: String::new(),
            rate_hz,
            span,
            samples,
        }
    }

    #[test]
    fn far_out_slices_close_in_samples() {
        let of = |rate, samples, seconds: f64| {
            let range = TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(seconds));
            matches!(curve_request(&series(rate, samples), range, 1000), Request::MinMax { .. })
        };
        assert!(of(20.0, 0, 1000.0));
        assert!(!of(20.0, 0, 49.0));
        assert!(!of(0.0, 500, 1000.0));
        assert!(of(0.0, 500_000, 1000.0));
    }
}
