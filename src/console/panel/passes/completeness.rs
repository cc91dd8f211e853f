//! What the archive holds of what was to be expected, by instrument and sol up to the cursor.

use egui::{Align, Label, Layout, Rect, RichText, ScrollArea, Ui, vec2};
use marsdeck_engine::archive::SeriesSummary;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::{Instant, TimeRange};

use super::model;
use crate::clock::utc_date;
use crate::panel::shared::best_series;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{count_text, loading_mark};

/// Sols shown.
const SOLS: i64 = 7;
/// Height of a line, and width of the names and of a sol, in points.
const LINE: f32 = 20.0;
const NAME: f32 = 200.0;
const SOL: f32 = 74.0;

/// One line of the table: the name on screen, and the series that stands for the instrument.
fn lines<'a>(cx: &ViewContext<'a>) -> Vec<(String, &'a str, &'a SeriesSummary)> {
    let only = &cx.selection.mission;
    let missions = cx.snapshot.missions.missions.iter();
    let missions = missions.filter(|mission| only.is_empty() || mission.id == *only);
    let instruments = missions.flat_map(|m| m.instruments.iter().map(move |i| (m, i)));
    instruments
        .filter_map(|(mission, instrument)| {
            // What has no rate of its own is never expected.
            let series = best_series(&cx.snapshot.series, &instrument.sparkline)?;
            let name = format!("{} {}", mission.name, instrument.name);
            (series.rate_hz > 0.0).then_some((name, mission.id.as_str(), series))
        })
        .collect()
}

/// The height in points that shows all of it.
pub(super) fn height(cx: &ViewContext<'_>) -> f32 {
    (lines(cx).len().max(1) as f32 + 2.5) * (LINE + 3.0)
}

/// The last sols up to the cursor with what they are called; days of UTC without a sol clock.
fn sols(cx: &ViewContext<'_>, mission: &str) -> Vec<(String, TimeRange)> {
    let cursor = cx.time.cursor;
    if let Some(at) = cx.clocks.lmst(mission, cursor) {
        let range = |sol: i64| {
            let start = cx.clocks.sol_start(mission, sol)?;
            Some((
                format!("Sol {sol}"),
                TimeRange::new(start, cx.clocks.sol_start(mission, sol + 1)?),
            ))
        };
        return (at.sol - SOLS + 1..=at.sol).filter_map(range).collect();
    }
    const DAY_NS: i64 = 86_400_000_000_000;
    let today = cursor.unix_ns().div_euclid(DAY_NS);
    let day = |n: i64| {
        let start = Instant::from_unix_ns(n.saturating_mul(DAY_NS));
        (utc_date(start), TimeRange::new(start, start.plus_ns(DAY_NS)))
    };
    (today - SOLS + 1..=today).map(day).collect()
}

/// Paints the table.
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>) {
    let weak = |text: &str| RichText::new(text).size(SMALL).color(cx.theme.text_weak);
    ui.add_space(4.0);
    ui.label(weak("Received of what its rate lets expect, by sol up to the cursor")).on_hover_text(
        "Share of the sol that the stored data of the instrument's main series cover. \
             An instrument that sleeps part of the sol never reaches 100 %.",
    );
    let lines = lines(cx);
    if lines.is_empty() {
        ui.label(weak("No series with a rate is stored yet."));
        return;
    }
    ScrollArea::both().id_salt("completeness").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 3.0);
        let mut headed = "";
        for (name, mission, series) in &lines {
            let sols = sols(cx, mission);
            if headed != *mission {
                headed = mission;
                ui.horizontal(|ui| {
                    boxed(ui, NAME, Align::Min, |ui| ui.label(weak("")));
                    for (title, _) in &sols {
                        boxed(ui, SOL, Align::Max, |ui| ui.label(weak(title)));
                    }
                });
            }
            line(ui, cx, name, series, &sols);
        }
    });
}

fn boxed<R>(ui: &mut Ui, width: f32, align: Align, contents: impl FnOnce(&mut Ui) -> R) {
    let layout = if align == Align::Max {
        Layout::right_to_left(Align::Center)
    } else {
        Layout::left_to_right(Align::Center)
    };
    ui.allocate_ui_with_layout(vec2(width, LINE), layout, |ui| {
        ui.set_min_width(width);
        contents(ui);
    });
}

fn line(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    name: &str,
    series: &SeriesSummary,
    sols: &[(String, TimeRange)],
) {
    let (Some((_, first)), Some((_, last))) = (sols.first(), sols.last()) else { return };
    let range = first.hull(last);
    let slot = egui::Id::unique(("completeness", &series.key));
    let pending = cx.queries.ask(slot, &Request::Segments { key: series.key.clone(), range });
    let answer = pending.answer.as_ref().filter(|(asked, _)| {
        matches!(&**asked, Request::Segments { key, range: of } if *key == series.key && *of == range)
    });
    let segments = match answer.map(|(_, answer)| &**answer) {
        Some(Answer::Segments(segments)) => Some(segments),
        _ => None,
    };
    ui.horizontal(|ui| {
        boxed(ui, NAME, Align::Min, |ui| {
            let text = RichText::new(name).color(cx.theme.text);
            ui.add(Label::new(text).truncate()).on_hover_text(series.key.to_string())
        });
        for (title, sol) in sols {
            // A sol that is under way is measured up to the newest data.
            let newest = cx.snapshot.span.map_or(sol.end, |span| span.end);
            let so_far = TimeRange::new(sol.start, sol.end.min(newest.max(sol.start)));
            // Before its first data nobody knows what was to be expected.
            let is_before = sol.end <= series.span.start;
            let so_far = if is_before { TimeRange::new(sol.start, sol.start) } else { so_far };
            let share = segments.and_then(|segments| model::covered(segments, so_far));
            boxed(ui, SOL, Align::Max, |ui| match (share, segments) {
                (Some(share), _) => {
                    let hint = hint(name, title, series, so_far, share);
                    cell(ui, cx, share).on_hover_text(hint);
                }
                (None, Some(_)) => {
                    ui.label(RichText::new("–").color(cx.theme.text_weak));
                }
                (None, None) => {
                    loading_mark(ui, cx.theme);
                }
            });
        }
    });
}

fn hint(name: &str, title: &str, series: &SeriesSummary, range: TimeRange, share: f64) -> String {
    let expected = series.rate_hz * range.duration_s();
    format!(
        "{name}, {title}: about {} of {} samples of {}",
        count_text((expected * share) as u64),
        count_text(expected as u64),
        series.key
    )
}

/// A share as a number over a bar.
fn cell(ui: &mut Ui, cx: &ViewContext<'_>, share: f64) -> egui::Response {
    let rect = ui.max_rect();
    let bar = Rect::from_min_size(
        rect.left_bottom() - vec2(0.0, 3.0),
        vec2(rect.width() * share as f32, 3.0),
    );
    let ground = Rect::from_min_size(bar.min, vec2(rect.width(), 3.0));
    ui.painter().rect_filled(ground, 1.0, cx.theme.line);
    ui.painter().rect_filled(bar, 1.0, cx.theme.accent);
    ui.label(RichText::new(model::share_text(share)).color(cx.theme.text))
}
