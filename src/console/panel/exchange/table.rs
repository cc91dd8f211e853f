//! The tables of the Exchange panel: two lines a row, a click selects.

use egui::{Align, Label, Layout, Response, RichText, Ui};
use egui_extras::{Column, TableRow};

use super::model::{Key, Row};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, scroll_table};

/// Height of a row in points: two lines.
const ROW: f32 = 34.0;
/// Narrowest table in points.
pub(super) const LEAST: f32 = 620.0;
/// Space between a cell's content and its edge in points.
const EDGE: f32 = 4.0;

/// Paints a table; gives what was clicked.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    (name, last): (&str, &str),
    rows: &[Row],
    selected: Option<&Key>,
) -> Option<Key> {
    let mut clicked = None;
    ui.push_id(name, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let table = scroll_table(ui)
            .striped(true)
            .sense(egui::Sense::click())
            .auto_shrink(false)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(104.0))
            .column(Column::remainder().at_least(180.0).clip(true))
            .column(Column::exact(84.0))
            .column(Column::exact(70.0))
            .column(Column::exact(150.0))
            .column(Column::initial(130.0).at_least(90.0).clip(true).resizable(true));
        let table = table.header(22.0, |mut header| {
            for (title, hint) in [
                ("State", "How it stands: receipt, or check"),
                (name, "Name and file"),
                ("SHA-256", "First digits of the checksum of the package"),
                ("Size", "Length of the file"),
                ("Time (UTC)", "When it was released, answered, or put there"),
                (last, "Who approved it, or what a receipt is about"),
            ] {
                header.col(|ui| {
                    let text = RichText::new(title).size(SMALL).color(cx.theme.text_weak);
                    ui.label(text).on_hover_text(hint);
                });
            }
        });
        table.body(|body| {
            body.rows(ROW, rows.len(), |mut line| {
                let Some(row) = rows.get(line.index()) else { return };
                line.set_selected(selected == Some(&row.key));
                cells(&mut line, cx, row);
                if line.response().clicked() {
                    clicked = Some(row.key.clone());
                }
            });
        });
    });
    clicked
}

fn cells(line: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, row: &Row) {
    line.col(|ui| {
        ui.add_space(EDGE);
        let badge = SeverityBadge::new(cx.theme, row.severity).word(row.word);
        ui.add(badge).on_hover_text(&row.hint);
    });
    line.col(|ui| {
        let layout = Layout::top_down(Align::Min);
        let rect = ui.max_rect();
        ui.scope_builder(egui::UiBuilder::new().max_rect(rect).layout(layout), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let name = RichText::new(&row.name).color(cx.theme.text).strong();
            let file = RichText::new(&row.file).size(SMALL).color(cx.theme.text_weak);
            (cell(ui, name) | cell(ui, file)).on_hover_text(&row.file);
        });
    });
    line.col(|ui| {
        cell(ui, RichText::new(&row.sha256).monospace().size(SMALL).color(cx.theme.text));
    });
    for text in [&row.size, &row.when, &row.about] {
        line.col(|ui| {
            cell(ui, RichText::new(text).color(cx.theme.text)).on_hover_text(text);
        });
    }
}

/// Words that leave clicks to their row.
fn cell(ui: &mut Ui, text: RichText) -> Response {
    ui.add(Label::new(text).selectable(false).truncate())
}
