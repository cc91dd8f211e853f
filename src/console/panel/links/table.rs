//! The table of links: two lines a row, so that all counts fit beside each other.

use egui::{Align, Label, Layout, Response, RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column, TableRow};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Intent, LinkView};

use super::model;
use super::ui::READ_ONLY;
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::{ViewContext, link_severity, link_word};
use crate::widget::{
    SeverityBadge, bytes_text, count_text, duration_text, rate_text, scroll_table,
};

/// Height of a row in points: two lines.
const ROW: f32 = 34.0;

/// Space between a cell's content and its edge in points.
const EDGE: f32 = 4.0;

/// Narrowest table in points.
pub(super) const LEAST: f32 = 840.0;

/// From this width in points on there is room for every count.
const ALL: f32 = 1200.0;

/// From this width in points on there is room for what each link is at.
const WIDE: f32 = 1500.0;

/// Paints the table; `selected` is the name of the link in focus.
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>, selected: &str) {
    let links = &cx.snapshot.links;
    let number = |width: f32| Column::exact(width);
    let rest = Column::remainder().at_least(130.0).clip(true);
    ui.spacing_mut().item_spacing.y = 2.0;
    let (wide, all) = (ui.available_width() >= WIDE, ui.available_width() >= ALL);
    let mut table = scroll_table(ui)
        .striped(true)
        .sense(egui::Sense::click())
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::exact(108.0))
        .column(Column::exact(26.0))
        .column(if wide { Column::initial(330.0).clip(true).resizable(true) } else { rest });
    if wide {
        table = table.column(rest);
    }
    table =
        table.column(number(78.0)).column(number(76.0)).column(number(84.0)).column(number(66.0));
    let losses: &[f32] =
        if all { &[66.0, 60.0, 66.0, 76.0, 64.0, 52.0] } else { &[66.0, 60.0, 56.0] };
    for width in losses {
        table = table.column(number(*width));
    }
    let mut titles = vec![
        ("State", "Where the link stands", false),
        ("On", "Whether it is to run", false),
        ("Link", "Name, and where the bytes come from", false),
        ("Bytes", "A second now, and since it was started", true),
        ("Packets", "A second now, and since it was started", true),
        ("Last data", "Time of day in UTC when the last byte came, and how long ago", true),
        ("Latency", "Reception minus generation time of the newest packet", true),
    ];
    if wide {
        titles.insert(3, ("At", "What it is at, or what to do", false));
    }
    if let Some(first) = links.first() {
        let losses = model::losses(first, all);
        titles.extend(losses.into_iter().map(|(title, hint, ..)| (title, hint, true)));
    }
    table
        .header(22.0, |mut header| {
            for (title, hint, right) in titles {
                header.col(|ui| {
                    let text = RichText::new(title).size(SMALL).color(cx.theme.text_weak);
                    if right {
                        right_aligned(ui, |ui| ui.label(text).on_hover_text(hint));
                    } else {
                        ui.label(text).on_hover_text(hint);
                    }
                });
            }
        })
        .body(|body| {
            body.rows(ROW, links.len(), |mut row| {
                let Some(link) = links.get(row.index()) else { return };
                row.set_selected(link.config.name == selected);
                cells(&mut row, cx, link, wide, all);
                if row.response().clicked() {
                    cx.intents.send(UiIntent::SelectLink(link.config.name.clone()));
                }
            });
        });
}

fn right_aligned(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> Response) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(EDGE);
        contents(ui)
    });
}

fn cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, link: &LinkView, wide: bool, all: bool) {
    let (status, counts) = (&link.status, &link.counts);
    row.col(|ui| {
        ui.add_space(EDGE);
        let badge = SeverityBadge::new(cx.theme, link_severity(link)).word(link_word(link));
        ui.add(badge).on_hover_text(&status.detail);
    });
    row.col(|ui| switch(ui, cx, link));
    row.col(|ui| {
        let name = RichText::new(&link.config.name).color(cx.theme.text).strong();
        let source = link.config.source.to_string();
        let hint = format!("{}\n{source}, {}", link.config.name, model::framing_text(&link.config));
        two_lines(ui, cx, name, &source, false).on_hover_text(hint);
    });
    if wide {
        row.col(|ui| {
            let text = RichText::new(&status.detail).color(cx.theme.text);
            cell(ui, text).on_hover_text(&status.detail);
        });
    }
    let bytes = RichText::new(rate_text(link.bytes_per_s, "B")).color(cx.theme.text);
    row.col(|ui| {
        two_lines(ui, cx, bytes, &bytes_text(status.bytes), true);
    });
    let packets = RichText::new(rate_text(link.packets_per_s, "")).color(cx.theme.text);
    row.col(|ui| {
        two_lines(ui, cx, packets, &count_text(counts.packets), true);
    });
    let (clock, age) = model::last_text(link, cx.present());
    let colour = if link.silent { cx.theme.severity(Severity::Watch) } else { cx.theme.text };
    row.col(|ui| {
        two_lines(ui, cx, RichText::new(clock).color(colour), &age, true);
    });
    row.col(|ui| {
        let text = link.latency_s.map_or_else(|| "–".to_owned(), duration_text);
        right_aligned(ui, |ui| cell(ui, RichText::new(text).color(cx.theme.text)));
    });
    for (_, hint, severity, count) in model::losses(link, all) {
        row.col(|ui| {
            // What is zero steps back, so that what is not stands out.
            let colour = match (count, severity) {
                (0, _) => cx.theme.text_weak,
                (_, Severity::Normal) => cx.theme.text,
                (_, severity) => cx.theme.severity(severity),
            };
            let text = RichText::new(count_text(count)).color(colour);
            right_aligned(ui, |ui| cell(ui, text).on_hover_text(hint));
        });
    }
}

/// Words that leave clicks to their row.
fn cell(ui: &mut Ui, text: RichText) -> Response {
    ui.add(Label::new(text).selectable(false).truncate())
}

fn two_lines(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    first: RichText,
    second: &str,
    right: bool,
) -> Response {
    let layout = Layout::top_down(if right { Align::Max } else { Align::Min });
    // Numbers keep off the edge like those of one line.
    let mut rect = ui.max_rect();
    rect.max.x -= if right { EDGE } else { 0.0 };
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let above = cell(ui, first);
        above | cell(ui, RichText::new(second).size(SMALL).color(cx.theme.text_weak))
    })
    .inner
}

/// Switches a link on and off.
fn switch(ui: &mut Ui, cx: &ViewContext<'_>, link: &LinkView) {
    let mut on = link.config.enabled;
    let writable = cx.snapshot.writable;
    let name = &link.config.name;
    let response = ui.add_enabled(writable, egui::Checkbox::without_text(&mut on));
    let label = format!("{name} is on");
    response.widget_info(|| {
        WidgetInfo::selected(Role::CheckBox, writable, link.config.enabled, &label)
    });
    let hint = if link.config.enabled { "Switch it off" } else { "Switch it on" };
    let response = response.on_hover_text(hint).on_disabled_hover_text(READ_ONLY);
    if response.changed() {
        let (name, enabled) = (name.clone(), on);
        cx.intents.send(UiIntent::Engine(Intent::EnableLink { name, enabled }));
    }
}
