//! The traces of a group: their answers, with the mean taken off where that is wanted.

use egui::{Id, Ui};
use marsdeck_engine::archive::{Bucket, SeriesSummary};
use marsdeck_engine::time::{Instant, TimeRange};

use super::model::{self, Group};
use super::requests::EventSeries;
use crate::plot::{Curve, CurveData, Mark, PlotView, Row, YScale};
use crate::view::{CurveAnswer, CurveParts, ViewContext, ask_curve};

/// Curve colour of event data and of the bands of their requests.
pub(super) const BROUGHT: usize = 5;

/// A trace as it is drawn.
struct Trace<'a> {
    series: &'a SeriesSummary,
    label: String,
    answer: CurveAnswer,
    centred: Option<Centred>,
    /// Where event data lie, and the requests that brought them.
    brought: Option<(TimeRange, String)>,
}

/// A copy of the shown data without their mean.
#[derive(Debug, PartialEq)]
enum Centred {
    Buckets(TimeRange, Vec<Bucket>, f64),
    Points(Vec<Instant>, Vec<f64>, f64),
}

impl<'a> Trace<'a> {
    fn ask(
        ui: &Ui,
        cx: &ViewContext<'_>,
        series: &'a SeriesSummary,
        label: String,
        demean: bool,
    ) -> Self {
        let slot = Id::unique("seismogram traces");
        let columns = PlotView::columns(ui);
        let answer = ask_curve(cx.queries, slot, series, cx.time.range, columns);
        let centred = if demean { centre(answer.parts(), cx.time.range) } else { None };
        let note = if demean { "  (mean taken off)" } else { "" };
        Self { series, label: format!("{label}{note}"), answer, centred, brought: None }
    }
}

/// The traces of the shown group.
pub(super) struct Traces<'a> {
    list: Vec<Trace<'a>>,
}

impl<'a> Traces<'a> {
    /// Asks for the traces of a group over the visible range.
    pub(super) fn ask(ui: &Ui, cx: &ViewContext<'_>, group: &Group<'a>, demean: bool) -> Self {
        let list = group.members.iter().map(|series| {
            let channel = series.key.name.rsplit('.').next().unwrap_or_default();
            let title = cx.snapshot.missions.parameter(&series.key.name);
            let title = title.map_or(String::new(), |known| format!("  {}", known.2.title));
            Trace::ask(ui, cx, series, format!("{channel}{title}"), demean)
        });
        Self { list: list.collect() }
    }

    /// With the channels that event requests brought, each behind its continuous counterpart.
    pub(super) fn with_events(
        mut self,
        ui: &Ui,
        cx: &ViewContext<'_>,
        events: &[EventSeries<'a>],
        demean: bool,
    ) -> Self {
        for event in events {
            let name = &event.series.key.name;
            let channel = name.rsplit('.').next().unwrap_or_default();
            let label = format!("{channel}  {} sps  {}", event.series.rate_hz, event.requests);
            let trace = Trace {
                brought: Some((event.range, event.requests.clone())),
                ..Trace::ask(ui, cx, event.series, label, demean)
            };
            let component = name.chars().next_back();
            let same = |other: &Trace<'_>| other.series.key.name.chars().next_back() == component;
            let at = self.list.iter().rposition(same).map_or(self.list.len(), |at| at + 1);
            self.list.insert(at, trace);
        }
        self
    }

    /// Whether any newer answer is under way.
    pub(super) fn loading(&self) -> bool {
        self.list.iter().any(|trace| trace.answer.loading)
    }

    /// Whether anything of the range is there.
    pub(super) fn any(&self, range: TimeRange) -> bool {
        self.list.iter().any(|trace| match trace.answer.parts() {
            CurveParts::None => false,
            CurveParts::Buckets(_, buckets, _) => buckets.iter().any(|bucket| bucket.count > 0),
            CurveParts::Points(times, ..) => times.iter().any(|t| range.contains(*t)),
        })
    }

    /// How finely the first trace is drawn: single samples, or so many of them a pixel.
    pub(super) fn detail(&self) -> Option<String> {
        match self.list.first()?.answer.parts() {
            CurveParts::None => None,
            CurveParts::Points(..) => Some("every sample drawn".to_owned()),
            CurveParts::Buckets(range, buckets, period_ns) => {
                let step = range.duration_ns() as f64 / buckets.len().max(1) as f64;
                let samples = (step / period_ns.max(1.0)).max(1.0);
                Some(format!("{samples:.0} samples a pixel: extremes and mean drawn"))
            }
        }
    }

    /// The rows of the plot; with a common height where that is wanted.
    pub(super) fn rows(&self, cx: &ViewContext<'_>, common: bool) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = Vec::new();
        let mut continuous = 0;
        for trace in &self.list {
            // Event data have the colour of what was brought by a request.
            let colour = if trace.brought.is_some() {
                cx.theme.curve(BROUGHT)
            } else {
                continuous += 1;
                cx.theme.curve(continuous - 1)
            };
            let marks = trace.brought.iter().map(|(range, requests)| Mark {
                time: range.start,
                label: requests.clone(),
                colour,
                strong: true,
            });
            let data = match &trace.centred {
                Some(Centred::Buckets(range, buckets, period_ns)) => {
                    CurveData::Buckets { range: *range, buckets, period_ns: *period_ns }
                }
                Some(Centred::Points(times, values, period_ns)) => {
                    CurveData::Points { times, values, period_ns: *period_ns }
                }
                None => trace.answer.parts().into(),
            };
            let data = match &trace.brought {
                Some((range, _)) => clip(data, *range),
                None => data,
            };
            rows.push(Row {
                name: trace.series.key.name.clone(),
                curves: vec![Curve {
                    loading: trace.answer.loading,
                    simulated: trace.series.key.is_simulated(),
                    ..Curve::new(&trace.label, &trace.series.unit, colour, data)
                }],
                marks: marks.collect(),
                ..Row::default()
            });
        }
        if common {
            let scales: Vec<Option<YScale>> =
                rows.iter().map(|row| YScale::of_row(row, cx.time.range)).collect();
            for (row, scale) in rows.iter_mut().zip(model::common(&scales)) {
                row.scale = scale;
            }
        }
        rows
    }
}

/// Slices of a stretch only: outside of it nothing was asked for, so nothing is missing there.
fn clip(data: CurveData<'_>, to: TimeRange) -> CurveData<'_> {
    let CurveData::Buckets { range, buckets, period_ns } = data else { return data };
    let count = buckets.len() as i64;
    if count == 0 || range.duration_ns() <= 0 {
        return data;
    }
    let edge = |i: i64| {
        let ns = i128::from(range.duration_ns()) * i128::from(i) / i128::from(count);
        range.start.plus_ns(ns as i64)
    };
    let slice = |t: Instant| {
        let ns = i128::from(t.ns_since(range.start)) * i128::from(count);
        (ns.div_euclid(i128::from(range.duration_ns())) as i64).clamp(0, count)
    };
    let (from, end) = (slice(to.start), (slice(to.end) + 1).min(count));
    let Some(buckets) = buckets.get(from as usize..end.max(from) as usize) else { return data };
    CurveData::Buckets { range: TimeRange::new(edge(from), edge(end)), buckets, period_ns }
}

/// The data without the mean of their visible part.
fn centre(parts: CurveParts<'_>, visible: TimeRange) -> Option<Centred> {
    match parts {
        CurveParts::None => None,
        CurveParts::Buckets(range, buckets, period_ns) => {
            let mut all = Bucket::EMPTY;
            for bucket in buckets.iter().filter(|bucket| bucket.count > 0) {
                all.merge(bucket);
            }
            let mean = all.mean()?;
            let moved = |b: &Bucket| Bucket {
                min: b.min - mean,
                max: b.max - mean,
                sum: b.sum - mean * b.count as f64,
                count: b.count,
            };
            Some(Centred::Buckets(range, buckets.iter().map(moved).collect(), period_ns))
        }
        CurveParts::Points(times, values, period_ns) => {
            let mut all = Bucket::EMPTY;
            for (time, value) in times.iter().zip(values) {
                if visible.contains(*time) {
                    all.add(*value);
                }
            }
            let mean = all.mean()?;
            let values = values.iter().map(|value| value - mean).collect();
            Some(Centred::Points(times.to_vec(), values, period_ns))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_data_are_cut_to_what_was_asked_for() {
        let range = TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(100.0));
        let buckets = vec![Bucket::EMPTY; 10];
        let data = CurveData::Buckets { range, buckets: &buckets, period_ns: 1.0 };
        let to = |a: f64, b: f64| TimeRange::new(Instant::from_unix_s(a), Instant::from_unix_s(b));
        let cut = |window: TimeRange| match clip(data, window) {
            CurveData::Buckets { range, buckets, .. } => (range, buckets.len()),
            _ => panic!("slices"),
        };
        assert_eq!(cut(to(25.0, 55.0)), (to(20.0, 60.0), 4));
        assert_eq!(cut(to(-50.0, 500.0)), (range, 10));
        assert_eq!(cut(to(200.0, 300.0)), (to(100.0, 100.0), 0));
    }

    #[test]
    fn the_mean_is_taken_off() {
        let at = Instant::from_unix_s;
        let range = TimeRange::new(at(0.0), at(2.0));
        let buckets = [Bucket { min: 9.0, max: 13.0, sum: 22.0, count: 2 }, Bucket::EMPTY];
        let centred = centre(CurveParts::Buckets(range, &buckets, 1e9), range);
        let Some(Centred::Buckets(_, buckets, _)) = centred else { panic!("no buckets") };
        assert_eq!(buckets[0], Bucket { min: -2.0, max: 2.0, sum: 0.0, count: 2 });
        assert_eq!(buckets[1], Bucket::EMPTY);
        // Samples beyond the edges do not count, but move along.
        let times = [at(-1.0), at(0.0), at(1.0)];
        let centred = centre(CurveParts::Points(&times, &[100.0, 1.0, 3.0], 1e9), range);
        let Some(Centred::Points(_, values, _)) = centred else { panic!("no points") };
        assert_eq!(values, [98.0, -1.0, 1.0]);
        assert_eq!(centre(CurveParts::None, range), None);
    }
}
