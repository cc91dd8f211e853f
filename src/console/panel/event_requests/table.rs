//! The table of requests.

use egui::{Label, Layout, RichText, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::event_request::RequestItem;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::Instant;

use super::chip::chip;
use super::model;
use crate::panel::shared::window_text;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::scroll_table;

/// Titles and widths; 0: what is left.
const COLUMNS: [(&str, f32); 9] = [
    ("State", 112.0),
    ("Request", 100.0),
    ("Window", 246.0),
    ("Sensors and rates", 206.0),
    ("Volume", 78.0),
    ("Memory", 140.0),
    ("Stored", 56.0),
    ("Asked by", 80.0),
    ("Accepted by", 0.0),
];

/// Position of the memory among the texts of a row.
const MEMORY: usize = 4;

/// Paints the requests; the one that was clicked.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    items: &[&RequestItem],
    (selected, now): (&str, Instant),
) -> Option<String> {
    let mut clicked = None;
    let mut table = scroll_table(ui)
        .striped(true)
        .sense(egui::Sense::click())
        .cell_layout(Layout::left_to_right(egui::Align::Center));
    for (_, width) in COLUMNS {
        table = table.column(if width > 0.0 {
            Column::initial(width).at_least(40.0).clip(true).resizable(true)
        } else {
            Column::remainder().at_least(70.0).clip(true)
        });
    }
    let table = table.header(24.0, |mut header| {
        for (title, _) in COLUMNS {
            header.col(|ui| {
                ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
            });
        }
    });
    table.body(|body| {
        body.rows(24.0, items.len(), |mut row| {
            let Some(item) = items.get(row.index()) else { return };
            row.set_selected(item.id == selected);
            cells(&mut row, cx, item, now);
            if row.response().clicked() {
                clicked = Some(item.id.clone());
            }
        });
    });
    clicked
}

fn cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, item: &RequestItem, now: Instant) {
    row.col(|ui| {
        chip(ui, cx.theme, item.state());
    });
    let accepted = item.accepted.as_ref().map_or("–", |(who, _)| who.as_str());
    let texts = [
        item.id.clone(),
        window_text(item.request.window),
        item.request.wishes_text(),
        format!("{:.1} Mbit", item.request.volume_bits() / 1e6),
        model::memory_text(item, now),
        model::stored_text(item),
        item.made_by().to_owned(),
        accepted.to_owned(),
    ];
    for (at, text) in texts.into_iter().enumerate() {
        let is_urgent = at == MEMORY && model::is_urgent(item, now);
        let ink = if is_urgent { cx.theme.severity(Severity::Distress) } else { cx.theme.text };
        row.col(|ui| {
            let label = Label::new(RichText::new(&text).color(ink)).selectable(false);
            ui.add(label).on_hover_text(&text);
        });
    }
}
