//! The table of statistics of the selected range.

use egui::{RichText, ScrollArea, Ui};
use egui_extras::Column;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::TimeRange;

use super::model::Item;
use crate::clock::length_text;
use crate::panel::shared::expected_samples;
use crate::plot::{Stats, stats_of_points};
use crate::theme;
use crate::view::{ViewContext, ask_samples};
use crate::widget::scroll_table;

/// The root mean square needs the samples themselves; of more than these it is not computed.
const MOST_SAMPLES: f64 = 1e6;
/// Height of a line.
const LINE: f32 = 20.0;

/// Height of the table for so many series.
pub(super) fn height(series: usize) -> f32 {
    (series.min(6) as f32 + 1.0) * (LINE + 3.0) + 38.0
}

/// Paints the table; true when the selection is to be cleared.
pub(super) fn table(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    items: &[Item<'_>],
    selection: TimeRange,
) -> bool {
    let mut clear = false;
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Selection").color(cx.theme.text).strong());
        let text = format!(
            "{} to {}, {}",
            cx.time_text(selection.start),
            cx.time_text(selection.end),
            length_text(selection)
        );
        ui.label(RichText::new(text).color(cx.theme.text_weak));
        if ui.button("Zoom to it").clicked() {
            cx.intents.send(crate::intent::UiIntent::SetRange(selection));
            clear = true;
        }
        clear |= ui.button("Clear").on_hover_text("Clear the selection (Esc)").clicked();
    });
    ScrollArea::horizontal().show(ui, |ui| {
        scroll_table(ui)
            .striped(true)
            .column(Column::initial(220.0).at_least(100.0).clip(true).resizable(true))
            .columns(Column::initial(104.0).at_least(60.0), 5)
            .column(Column::remainder().at_least(60.0))
            .header(LINE, |mut header| {
                for title in ["Series", "Samples", "Minimum", "Maximum", "Mean", "RMS", "Unit"] {
                    header.col(|ui| {
                        let text = RichText::new(title).size(theme::SMALL);
                        ui.label(text.color(cx.theme.text_weak));
                    });
                }
            })
            .body(|body| {
                body.rows(LINE, items.len(), |mut row| {
                    let Some(item) = items.get(row.index()) else { return };
                    row.col(|ui| {
                        ui.label(&item.label).on_hover_text(item.key.to_string());
                    });
                    let stats = Found::ask(row_slot(item), cx, item, selection);
                    for text in stats.texts() {
                        row.col(|ui| {
                            ui.label(RichText::new(text).monospace());
                        });
                    }
                    row.col(|ui| {
                        ui.label(RichText::new(item.unit).color(cx.theme.text_weak));
                    });
                });
            });
    });
    clear
}

fn row_slot(item: &Item<'_>) -> egui::Id {
    egui::Id::unique(("statistics", item.key))
}

/// What is known of the statistics.
#[derive(Debug, PartialEq)]
enum Found {
    Loading,
    Empty,
    Known(Stats),
}

impl Found {
    /// Number, extremes and mean come from one slice as long as the selection, exact at any
    /// length; the root mean square from the samples where they are few enough.
    fn ask(slot: egui::Id, cx: &ViewContext<'_>, item: &Item<'_>, selection: TimeRange) -> Self {
        let Some(series) = item.summary else { return Self::Empty };
        let key = item.key.clone();
        let request = Request::MinMax { key, range: selection, width: 1 };
        let pending = cx.queries.ask(slot, &request);
        if expected_samples(series, selection) <= MOST_SAMPLES
            && let Some((answer, _)) = ask_samples(cx.queries, slot, item.key, selection)
            && let Answer::Range { times, values, .. } = answer.as_ref()
        {
            return stats_of_points(times, values, selection).map_or(Self::Empty, Self::Known);
        }
        match pending.answer.as_ref().map(|(asked, answer)| (asked.as_ref(), answer.as_ref())) {
            Some((asked, Answer::MinMax { buckets, .. })) if *asked == request => {
                let Some(bucket) = buckets.first() else { return Self::Empty };
                let Some(mean) = bucket.mean() else { return Self::Empty };
                let (count, min, max) = (bucket.count, bucket.min, bucket.max);
                Self::Known(Stats { count, min, max, mean, rms: None })
            }
            _ => Self::Loading,
        }
    }

    /// Samples, minimum, maximum, mean, root mean square.
    fn texts(&self) -> [String; 5] {
        match self {
            Self::Loading => std::array::from_fn(|_| "…".to_owned()),
            Self::Empty => std::array::from_fn(|i| if i == 0 { "0" } else { "–" }.to_owned()),
            Self::Known(stats) => [
                stats.count.to_string(),
                number(stats.min),
                number(stats.max),
                number(stats.mean),
                stats.rms.map_or_else(|| "zoom in".to_owned(), number),
            ],
        }
    }
}

/// Seven significant digits.
fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{value:.5e}");
    }
    let decimals = if size == 0.0 { 0.0 } else { (6.0 - size.log10().floor()).clamp(0.0, 9.0) };
    format!("{value:.*}", decimals as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_seven_digits() {
        assert_eq!(number(731.254_31), "731.2543");
        assert_eq!(number(-3.2e-9), "-3.20000e-9");
        assert_eq!(number(0.0), "0");
    }

    #[test]
    fn every_state_says_something() {
        assert_eq!(Found::Empty.texts()[0], "0");
        assert_eq!(Found::Loading.texts()[4], "…");
        let stats = Stats { count: 2, min: 1.0, max: 3.0, mean: 2.0, rms: None };
        assert_eq!(Found::Known(stats).texts()[4], "zoom in");
    }
}
