//! The rows of a table: a box for each part, codes and amounts beside.

use egui::{Button, ComboBox, Label, Layout, RichText, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::mission::Severity as Shade;
use marsdeck_engine::sequence::table::{Catalogue, Rate, Row, Severity, Stream, Table};

use super::model::{self, Worked};
use crate::panel::shared::at_least_wide;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, scroll_table};

/// Titles and widths of the columns in points.
const COLUMNS: [(&str, f32); 9] = [
    ("Channel", 172.0),
    ("Stream", 112.0),
    ("Rate, sps", 82.0),
    ("Filter", 214.0),
    ("Gain", 168.0),
    ("SEED", 118.0),
    ("To memory", 86.0),
    ("Sent", 104.0),
    ("", 96.0),
];
/// Height of a row in points.
const ROW: f32 = 30.0;

/// Paints the rows and changes the table.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    catalogue: &Catalogue,
    table: &mut Table,
    worked: &Worked,
) {
    let spacing = ui.spacing().item_spacing.x;
    let width = COLUMNS.iter().map(|(_, width)| width + spacing).sum();
    let mut gone = None;
    at_least_wide(ui, width, |ui| {
        let mut builder = scroll_table(ui)
            .id_salt("table rows")
            .striped(true)
            .auto_shrink(false)
            .cell_layout(Layout::left_to_right(egui::Align::Center));
        for (_, width) in COLUMNS {
            builder = builder.column(Column::exact(width));
        }
        let builder = builder.header(22.0, |mut header| {
            for (title, _) in COLUMNS {
                header.col(|ui| {
                    ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
                });
            }
        });
        builder.body(|body| {
            body.rows(ROW, table.rows.len(), |mut row| {
                let at = row.index();
                let Some(of) = table.rows.get_mut(at) else { return };
                boxes(&mut row, catalogue, of, at);
                amounts(&mut row, cx, worked, at);
                row.col(|ui| {
                    if state(ui, cx, worked, at) {
                        gone = Some(at);
                    }
                });
            });
        });
    });
    if let Some(at) = gone {
        table.rows.remove(at);
    }
}

fn boxes(row: &mut TableRow<'_, '_>, catalogue: &Catalogue, of: &mut Row, at: usize) {
    let number = at + 1;
    row.col(|ui| {
        let all: Vec<(String, String)> =
            catalogue.channels.iter().map(|c| (c.id.clone(), c.name.clone())).collect();
        if let Some(id) = choice(ui, &format!("Channel of row {number}"), &of.channel, &all) {
            model::set_channel(catalogue, of, &id);
        }
    });
    row.col(|ui| {
        let all = [Stream::Continuous, Stream::Event].map(|s| (s.word().into(), s.word().into()));
        let chosen = choice(ui, &format!("Stream of row {number}"), of.stream.word(), &all);
        if let Some(word) = chosen {
            of.stream = if word == "event" { Stream::Event } else { Stream::Continuous };
        }
    });
    let channel = catalogue.channel(&of.channel);
    row.col(|ui| {
        let rates = channel.map_or(&[][..], |channel| channel.rates.as_slice());
        let text = |rate: &Rate| (rate.to_string(), rate.to_string());
        let all: Vec<(String, String)> = rates.iter().map(text).collect();
        let chosen = choice(ui, &format!("Rate of row {number}"), &of.rate.to_string(), &all);
        if let Some(rate) = chosen.and_then(|text| Rate::parse(&text)) {
            model::set_rate(catalogue, of, rate);
        }
    });
    row.col(|ui| {
        let all: Vec<(String, String)> =
            catalogue.filters.iter().map(|f| (f.id.clone(), f.name.clone())).collect();
        if let Some(id) = choice(ui, &format!("Filter of row {number}"), &of.filter, &all) {
            of.filter = id;
        }
    });
    row.col(|ui| {
        let gains = channel.map_or(&[][..], |channel| channel.gains.as_slice());
        let known = gains.iter().filter_map(|id| catalogue.gain(id));
        let all: Vec<(String, String)> = known.map(|g| (g.id.clone(), g.name.clone())).collect();
        if let Some(id) = choice(ui, &format!("Gain of row {number}"), &of.gain, &all) {
            of.gain = id;
        }
    });
}

/// A box to choose from identifiers with names; the identifier where another one was chosen.
fn choice(ui: &mut Ui, label: &str, current: &str, all: &[(String, String)]) -> Option<String> {
    let name = all.iter().find(|(id, _)| id == current).map_or(current, |(_, name)| name.as_str());
    let mut chosen = current.to_owned();
    let width = ui.available_width() - 4.0;
    let combo = ComboBox::from_id_salt(label).width(width).truncate();
    let response = combo.selected_text(name).show_ui(ui, |ui| {
        for (id, name) in all {
            ui.selectable_value(&mut chosen, id.clone(), name);
        }
    });
    let response = response.response.on_hover_text(name);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(label);
        node.set_value(name);
    });
    (chosen != current).then_some(chosen)
}

fn amounts(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, worked: &Worked, at: usize) {
    let of = worked.budget.rows.get(at).cloned().unwrap_or_default();
    let (sent, weak) = match of.volume_bits_per_sol {
        bits if bits > 0.0 => (model::volume_text(bits), false),
        _ => ("on request".to_owned(), true),
    };
    let code = of.seed.unwrap_or_else(|| "none".to_owned());
    let memory = model::rate_text(of.memory_bits_per_s);
    for (text, is_weak) in [(code, false), (memory, false), (sent, weak)] {
        row.col(|ui| {
            let colour = if is_weak { cx.theme.text_weak } else { cx.theme.text };
            ui.add(Label::new(RichText::new(text).size(SMALL).color(colour)).truncate());
        });
    }
}

/// What is wrong with a row; true where it is to be removed.
fn state(ui: &mut Ui, cx: &ViewContext<'_>, worked: &Worked, at: usize) -> bool {
    let wrong = worked.at(at);
    let worst = match wrong.first().map(|one| one.severity) {
        None => Shade::Normal,
        Some(Severity::Warning) => Shade::Watch,
        Some(Severity::Violation) => Shade::Critical,
    };
    let said: Vec<String> =
        wrong.iter().map(|one| format!("{}: {}", one.rule, one.reason)).collect();
    let said = if said.is_empty() { "It breaks no rule".to_owned() } else { said.join("\n") };
    ui.add(SeverityBadge::new(cx.theme, worst).shape_only()).on_hover_text(said);
    let remove = ui.add(Button::new("Remove").small());
    let label = format!("Remove row {}", at + 1);
    ui.ctx().accesskit_node_builder(remove.id, |node| node.set_label(label));
    remove.clicked()
}
