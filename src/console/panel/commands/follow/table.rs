//! The table of commands, newest first; only the rows on screen are made.

use egui::{Align, Label, Layout, RichText, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::command::{CommandItem, Uid};

use crate::panel::commands::ui::Deal;
use crate::panel::commands::{model, parts};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::scroll_table;

/// Least width in points.
pub(super) const LEAST: f32 = 700.0;

/// Paints it; the command that was clicked.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    (rows, selected): (&[Uid], Option<Uid>),
    deal: &Deal<'_>,
) -> Option<Uid> {
    let mut clicked = None;
    scroll_table(ui)
        .striped(true)
        .sense(egui::Sense::click())
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::initial(52.0).at_least(40.0).clip(true))
        .column(Column::initial(150.0).at_least(110.0).clip(true).resizable(true))
        .column(Column::initial(96.0).at_least(80.0).clip(true))
        .column(Column::initial(64.0).at_least(50.0).clip(true).resizable(true))
        .column(Column::initial(190.0).at_least(100.0).clip(true).resizable(true))
        .column(Column::remainder().at_least(160.0).clip(true))
        .header(24.0, |mut header| {
            for title in ["No.", "Last change", "State", "Mission", "Command", "Stages"] {
                header.col(|ui| {
                    ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
                });
            }
        })
        .body(|body| {
            body.rows(26.0, rows.len(), |mut row| {
                let at = rows.len().checked_sub(row.index() + 1);
                let uid = at.and_then(|at| rows.get(at)).copied();
                // A command that is looked for may be gone for a frame.
                let Some(item) = uid.and_then(|uid| deal.desk.get(uid)) else { return };
                row.set_selected(Some(item.uid) == selected);
                cells(&mut row, cx, item, deal);
                if row.response().clicked() {
                    clicked = Some(item.uid);
                }
            });
        });
    clicked
}

fn cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, item: &CommandItem, deal: &Deal<'_>) {
    let prepared = item.sealed.prepared();
    let text = |ui: &mut Ui, text: RichText| {
        ui.add(Label::new(text.color(cx.theme.text)).selectable(false))
    };
    let until = |time| deal.at.is_none_or(|at| time <= at);
    let last = item.history.iter().rev().find(|line| until(line.time));
    row.col(|ui| {
        text(ui, RichText::new(item.uid.to_string()).monospace().size(SMALL));
    });
    row.col(|ui| {
        if let Some(line) = last {
            let label = text(ui, RichText::new(cx.time_text(line.time)).size(SMALL));
            label.on_hover_text(format!("{} {}: {}", parts::utc(line.time), line.who, line.words));
        }
    });
    row.col(|ui| {
        if let Some(state) = model::state_of(item, deal.at) {
            parts::state_badge(ui, cx, state);
        }
    });
    row.col(|ui| {
        text(ui, RichText::new(parts::mission_name(cx, &prepared.mission)).size(SMALL));
    });
    row.col(|ui| {
        let name = model::short(&prepared.name);
        let arguments = model::arguments(item);
        let hover = format!("{}\n{arguments}", prepared.name);
        text(ui, RichText::new(name)).on_hover_text(hover.trim());
        text(ui, RichText::new(arguments).monospace().size(SMALL));
    });
    row.col(|ui| {
        let marks = model::marks(item, deal.at);
        parts::chips(ui, cx, &marks, (cx.present().filter(|_| deal.at.is_none()), true));
    });
}
