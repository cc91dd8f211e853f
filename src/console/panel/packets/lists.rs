//! The tables of kinds and of the last packets; only the rows on screen are made.

use egui::{Align, Label, Layout, Response, RichText, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{PacketKey, PacketRow, PacketSeen};

use super::model::{self, KindLine};
use crate::clock::{utc_clock, utc_text};
use crate::panel::shared::at_least_wide;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{age_text, bytes_text, count_text, rate_text, scroll_table};

/// Height of a row in points.
const ROW: f32 = 20.0;

/// Narrowest tables in points.
const KINDS: f32 = 562.0;
const RECENT: f32 = 450.0;

/// A heading of a column: its text, and whether its cells stand to the right.
type Heading = (&'static str, &'static str, bool);

fn headings(header: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, titles: &[Heading]) {
    for (title, hint, right) in titles {
        header.col(|ui| {
            let text = RichText::new(*title).size(SMALL).color(cx.theme.text_weak);
            let layout = if *right {
                Layout::right_to_left(Align::Center)
            } else {
                Layout::left_to_right(Align::Center)
            };
            ui.with_layout(layout, |ui| {
                let label = ui.label(text);
                if hint.is_empty() { label } else { label.on_hover_text(*hint) }
            });
        });
    }
}

/// Words that leave clicks to their row.
fn cell(ui: &mut Ui, text: RichText) -> Response {
    ui.add(Label::new(text.size(SMALL)).selectable(false).truncate())
}

fn number(row: &mut TableRow<'_, '_>, text: RichText) {
    row.col(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(2.0);
            cell(ui, text)
        });
    });
}

/// Paints the kinds; the one that was clicked.
pub(super) fn kinds(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    lines: &[KindLine<'_>],
    selected: PacketKey,
) -> Option<PacketKey> {
    let mut clicked = None;
    ui.spacing_mut().item_spacing.x = 6.0;
    at_least_wide(ui, KINDS, |ui| {
        scroll_table(ui)
            .id_salt("kinds")
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(40.0))
            .column(Column::remainder().at_least(90.0).clip(true))
            .columns(Column::exact(62.0), 2)
            .columns(Column::exact(52.0), 3)
            .column(Column::exact(56.0))
            .column(Column::exact(48.0))
            .header(ROW, |mut header| {
                let titles = [
                    ("APID", "Application process identifier", true),
                    ("Container", "What the dictionary calls it", false),
                    ("Packets", "Received since the link was started", true),
                    ("Rate", "Packets a second, over the last seconds", true),
                    ("Missing", "By the sequence counts", true),
                    ("Gaps", "Places where packets are missing", true),
                    ("Dupl.", "Came twice in a row", true),
                    ("Last", "Time of day in UTC when the newest one came", true),
                    ("Age", "How long ago that was", true),
                ];
                headings(&mut header, cx, &titles);
            })
            .body(|body| {
                body.rows(ROW, lines.len(), |mut row| match lines.get(row.index()) {
                    Some(KindLine::Channel(channel)) => channel_line(&mut row, cx, *channel),
                    Some(KindLine::Kind(key, kind)) => {
                        row.set_selected(*key == selected);
                        kind_cells(&mut row, cx, *key, kind);
                        if row.response().clicked() {
                            clicked = Some(*key);
                        }
                    }
                    None => {}
                });
            });
    });
    clicked
}

fn channel_line(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, channel: Option<u8>) {
    let (text, hint) = model::channel_text(channel);
    row.col(|_| {});
    row.col(|ui| {
        cell(ui, RichText::new(text).color(cx.theme.accent)).on_hover_text(hint);
    });
    for _ in 0..7 {
        row.col(|_| {});
    }
}

fn kind_cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, key: PacketKey, kind: &PacketRow) {
    let theme = cx.theme;
    let plain = |text: String| RichText::new(text).color(theme.text);
    number(row, plain(key.apid.to_string()));
    row.col(|ui| {
        let unknown = kind.container.is_empty();
        let name = if unknown { "unknown" } else { &kind.container };
        let colour = if unknown { theme.text_weak } else { theme.text };
        let hint = format!("{name}, {} received", bytes_text(kind.bytes));
        cell(ui, RichText::new(name).color(colour)).on_hover_text(hint);
    });
    number(row, plain(count_text(kind.packets)));
    number(row, plain(rate_text(kind.per_s, "")));
    for (count, bad) in [(kind.missing, true), (kind.gaps, true), (kind.duplicates, false)] {
        let colour = match (count, bad) {
            (0, _) => theme.text_weak,
            (_, true) => theme.severity(Severity::Watch),
            (_, false) => theme.text,
        };
        number(row, RichText::new(count_text(count)).color(colour));
    }
    number(row, plain(utc_clock(kind.last.received, 0)));
    let now = cx.present().map(|now| now.max(kind.last.received));
    let age = now.map_or_else(String::new, |now| age_text(now, kind.last.received));
    number(row, RichText::new(age).color(theme.text_weak));
}

/// Paints the last packets; the one that was clicked.
pub(super) fn recent<'a>(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    packets: &[&'a PacketSeen],
    chosen: Option<u64>,
) -> Option<&'a PacketSeen> {
    let mut clicked = None;
    ui.spacing_mut().item_spacing.x = 6.0;
    at_least_wide(ui, RECENT, |ui| {
        scroll_table(ui)
            .id_salt("recent")
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(88.0))
            .column(Column::exact(26.0))
            .column(Column::exact(40.0))
            .column(Column::exact(44.0))
            .column(Column::exact(58.0))
            .column(Column::initial(120.0).at_least(60.0).clip(true).resizable(true))
            .column(Column::remainder().at_least(60.0).clip(true))
            .header(ROW, |mut header| {
                let titles = [
                    ("Received, UTC", "", false),
                    ("VC", "Virtual channel", true),
                    ("APID", "Application process identifier", true),
                    ("Seq.", "Sequence count", true),
                    ("Size", "", true),
                    ("Container", "What the dictionary calls it", false),
                    ("Problem", "What could not be read of it", false),
                ];
                headings(&mut header, cx, &titles);
            })
            .body(|body| {
                body.rows(ROW, packets.len(), |mut row| {
                    let Some(packet) = packets.get(row.index()) else { return };
                    row.set_selected(chosen == Some(packet.number));
                    recent_cells(&mut row, cx, packet);
                    if row.response().clicked() {
                        clicked = Some(*packet);
                    }
                });
            });
    });
    clicked
}

fn recent_cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, packet: &PacketSeen) {
    let plain = |text: String| RichText::new(text).color(cx.theme.text);
    row.col(|ui| {
        let text = plain(utc_clock(packet.received, 3));
        cell(ui, text).on_hover_text(format!("{} UTC", utc_text(packet.received)));
    });
    let channel = packet.key.channel.map_or_else(|| "–".to_owned(), |n| n.to_string());
    number(row, plain(channel));
    number(row, plain(packet.key.apid.to_string()));
    number(row, plain(packet.sequence.to_string()));
    number(row, plain(bytes_text(packet.bytes.len() as u64)));
    row.col(|ui| {
        cell(ui, plain(packet.container.clone())).on_hover_text(&packet.container);
    });
    row.col(|ui| {
        let colour = cx.theme.severity(Severity::Watch);
        if !packet.problem.is_empty() {
            cell(ui, RichText::new(&packet.problem).color(colour)).on_hover_text(&packet.problem);
        }
    });
}
