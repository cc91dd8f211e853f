//! The list of steps with the times at which they are expected to begin and end.

use egui::{Label, Layout, RichText, Sense, Ui};
use egui_extras::Column;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::sequence::text::print_step;
use marsdeck_engine::sequence::{Predicted, Step};
use marsdeck_engine::time::Instant;

use super::analysis::Analysis;
use crate::panel::shared::at_least_wide;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::scroll_table;

/// Height of a row in points.
const ROW: f32 = 22.0;
/// Narrowest table in points.
const LEAST: f32 = 470.0;

/// Paints the steps; the one that was clicked.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    done: &Analysis,
    selected: Option<usize>,
) -> Option<usize> {
    let steps = &done.parsed.sequence.steps;
    let mut clicked = None;
    at_least_wide(ui, LEAST, |ui| {
        let mut table = scroll_table(ui)
            .id_salt("steps")
            .striped(true)
            .auto_shrink(false)
            .sense(Sense::click())
            .cell_layout(Layout::left_to_right(egui::Align::Center))
            .column(Column::exact(34.0))
            .column(Column::remainder().at_least(120.0).clip(true))
            .column(Column::initial(148.0).clip(true).resizable(true))
            .column(Column::initial(148.0).clip(true).resizable(true));
        if let Some(at) = selected {
            table = table.scroll_to_row(at, None);
        }
        let table = table.header(20.0, |mut header| {
            for title in ["No.", "Step", "Begins", "Ends"] {
                header.col(|ui| {
                    ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
                });
            }
        });
        table.body(|body| {
            body.rows(ROW, steps.len(), |mut row| {
                let at = row.index();
                row.set_selected(Some(at) == selected);
                let Some(step) = steps.get(at) else { return };
                let unknown = Predicted::default();
                let predicted = done.predicted.get(at).unwrap_or(&unknown);
                let cells = cells(cx, at, step, predicted);
                for (n, (text, weak)) in cells.into_iter().enumerate() {
                    row.col(|ui| {
                        let colour = if n > 1 && predicted.is_fault {
                            cx.theme.severity(Severity::Critical)
                        } else if weak {
                            cx.theme.text_weak
                        } else {
                            cx.theme.text
                        };
                        let shown = RichText::new(&text).color(colour);
                        let shown =
                            if n == 1 { shown.monospace().size(SMALL + 1.0) } else { shown };
                        let shown = if n > 1 { shown.size(SMALL) } else { shown };
                        let hover = if n > 1 && !predicted.remark.is_empty() {
                            &predicted.remark
                        } else {
                            &text
                        };
                        ui.add(Label::new(shown).selectable(false).truncate()).on_hover_text(hover);
                    });
                }
                if row.response().clicked() {
                    clicked = Some(at);
                }
            });
        });
    });
    clicked
}

/// Number, step, begin and end; whether they are weak.
fn cells(
    cx: &ViewContext<'_>,
    at: usize,
    step: &Step,
    predicted: &Predicted,
) -> [(String, bool); 4] {
    let bare = Step { remarks: Vec::new(), note: String::new(), ..step.clone() };
    let line = print_step(&bare).lines().next().unwrap_or_default().to_owned();
    let time = |at: Option<Instant>| match at {
        Some(at) => (cx.time_text(at), false),
        None => ("not known".to_owned(), true),
    };
    [((at + 1).to_string(), true), (line, false), time(predicted.start), time(predicted.end)]
}
