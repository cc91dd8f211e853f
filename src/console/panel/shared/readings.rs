//! Newest values at the cursor, asked for together.

use std::sync::Arc;

use egui::{Ui, Vec2};
use marsdeck_engine::archive::{LatestValue, SeriesKey};
use marsdeck_engine::mission::{Parameter, Severity};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::{Instant, TimeRange};

use super::pick::best_series;
use crate::view::ViewContext;
use crate::widget::{Sparkline, is_stale};

/// One sol, in seconds.
const SOL_S: f64 = 88_775.244;

/// The newest value of a parameter at the cursor.
pub struct Reading<'a> {
    /// Definition.
    pub parameter: &'a Parameter,
    /// Stored series; none when the archive has none.
    pub key: Option<SeriesKey>,
    /// Newest value at or before the cursor.
    pub latest: Option<LatestValue>,
    /// Severity of that value; off when stale or missing.
    pub severity: Severity,
}

impl Reading<'_> {
    /// Whether the value is too old to be trusted.
    pub fn is_stale(&self, now: Instant) -> bool {
        self.latest.is_some_and(|l| is_stale(now, l.time, Some(self.parameter)))
    }
}

/// Readings of several parameters, in their order.
pub struct Readings<'a> {
    /// One per parameter.
    pub list: Vec<Reading<'a>>,
}

impl<'a> Readings<'a> {
    /// Asks for the newest values of parameters at the cursor.
    pub fn at_cursor(
        cx: &ViewContext<'_>,
        slot: egui::Id,
        parameters: impl IntoIterator<Item = &'a Parameter>,
    ) -> Self {
        let mut list: Vec<Reading<'a>> = parameters
            .into_iter()
            .map(|parameter| Reading {
                parameter,
                key: best_series(&cx.snapshot.series, &parameter.name).map(|s| s.key.clone()),
                latest: None,
                severity: Severity::Off,
            })
            .collect();
        let keys: Vec<SeriesKey> = list.iter().filter_map(|r| r.key.clone()).collect();
        if keys.is_empty() {
            return Self { list };
        }
        let pending = cx.queries.ask(slot, &Request::Latest { keys, at: cx.time.cursor });
        if let Some((request, answer)) = &pending.answer
            && let (Request::Latest { keys, .. }, Answer::Latest(values)) =
                (request.as_ref(), answer.as_ref())
        {
            for reading in &mut list {
                let found = keys.iter().position(|k| Some(k) == reading.key.as_ref());
                reading.latest = found.and_then(|i| values.get(i).copied().flatten());
                if let Some(latest) = reading.latest
                    && !reading.is_stale(cx.time.cursor)
                {
                    reading.severity = reading.parameter.severity(latest.time, latest.value);
                }
            }
        }
        Self { list }
    }

    /// The reading with the worst severity.
    pub fn worst(&self) -> Option<&Reading<'a>> {
        self.list.iter().max_by_key(|r| r.severity)
    }

    /// Whether any shown value comes from the simulator.
    pub fn is_simulated(&self) -> bool {
        self.list.iter().any(|r| r.key.as_ref().is_some_and(SeriesKey::is_simulated))
    }
}

/// The sol before an instant, its end rounded up to a hundredth of a sol so that a running cursor
/// does not ask anew in every frame.
pub fn sol_before(cursor: Instant) -> TimeRange {
    let step = (SOL_S * 1e9 / 100.0) as i64;
    let end = Instant::from_unix_ns(
        cursor.unix_ns().div_euclid(step).saturating_add(1).saturating_mul(step),
    );
    TimeRange::new(end.plus_s(-SOL_S), end)
}

/// A sparkline of the sol before the cursor.
pub fn sparkline(ui: &mut Ui, cx: &ViewContext<'_>, key: &SeriesKey, size: Vec2, label: &str) {
    let range = sol_before(cx.time.cursor);
    let width = (size.x / 2.0) as u32;
    let request = Request::MinMax { key: key.clone(), range, width };
    let pending = cx.queries.ask(ui.scope_id().with(("sparkline", key)), &request);
    let answer = pending.answer.as_ref().map(|(_, answer)| Arc::clone(answer));
    let buckets = match answer.as_deref() {
        Some(Answer::MinMax { buckets, .. }) => buckets.as_slice(),
        _ => &[],
    };
    ui.add(Sparkline::new(cx.theme, buckets, label).size(size));
}
