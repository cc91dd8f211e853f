//! The decoded fields of a packet as a tree with values; only the rows on screen are made.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Align, Label, Layout, RichText, TextEdit, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{PacketField, PacketKey, PacketPicture};

use super::model::{self, FieldLine};
use crate::panel::shared::at_least_wide;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{EmptyState, SeverityBadge, scroll_table};

/// Height of a row in points.
const ROW: f32 = 20.0;

/// Narrowest table in points.
const LEAST: f32 = 530.0;

/// What the lines were made of.
#[derive(Clone, PartialEq)]
struct Made {
    key: PacketKey,
    search: String,
    closed: BTreeSet<String>,
}

/// The tree as it was made last.
#[derive(Default)]
pub(super) struct FieldTree {
    made: Option<(Arc<PacketPicture>, Made)>,
    lines: Vec<FieldLine>,
}

impl FieldTree {
    fn update(&mut self, picture: &Arc<PacketPicture>, made: Made, fields: &[PacketField]) {
        let same = self.made.as_ref();
        if same.is_none_or(|(p, m)| !Arc::ptr_eq(p, picture) || *m != made) {
            self.lines = model::field_lines(fields, &made.search, &made.closed);
            self.made = Some((Arc::clone(picture), made));
        }
    }

    /// Paints the search field and the tree of a kind's newest packet.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        picture: &Arc<PacketPicture>,
        key: PacketKey,
        search: &mut String,
        closed: &mut BTreeSet<String>,
    ) {
        let fields = picture.rows.get(&key).map_or(&[][..], |row| row.fields.as_slice());
        if fields.is_empty() {
            let sentence = "No container of the dictionary describes this packet.";
            EmptyState::new("No fields", sentence).show(ui, cx.theme);
            return;
        }
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new("Fields").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(search).hint_text("part of a name");
            ui.add(edit.desired_width(180.0)).labelled_by(label.id);
            let made = Made { key, search: search.clone(), closed: closed.clone() };
            self.update(picture, made, fields);
            let shown = self.lines.iter().filter(|line| line.field.is_some()).count();
            let text = format!("{shown} of {} fields", fields.len());
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        });
        if self.lines.is_empty() {
            EmptyState::new("No field matches", "Shorten the search.").show(ui, cx.theme);
            return;
        }
        if let Some(path) = table(ui, cx, &self.lines, fields)
            && !closed.remove(&path)
        {
            closed.insert(path);
        }
    }
}

/// Paints the lines; the path of a branch that was clicked.
fn table(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    lines: &[FieldLine],
    fields: &[PacketField],
) -> Option<String> {
    let mut clicked = None;
    ui.spacing_mut().item_spacing.x = 6.0;
    let name = (ui.available_width() - 400.0).clamp(130.0, 320.0);
    at_least_wide(ui, LEAST, |ui| {
        scroll_table(ui)
            .id_salt("fields")
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::initial(name).at_least(110.0).clip(true).resizable(true))
            .column(Column::initial(110.0).at_least(50.0).clip(true).resizable(true))
            .column(Column::initial(200.0).at_least(60.0).clip(true).resizable(true))
            .column(Column::initial(50.0).at_least(30.0).clip(true))
            .column(Column::remainder().at_least(76.0))
            .header(ROW, |mut header| {
                for (title, right) in [
                    ("Name", false),
                    ("Raw", true),
                    ("Engineering", true),
                    ("Unit", false),
                    ("Severity", false),
                ] {
                    header.col(|ui| {
                        let text = RichText::new(title).size(SMALL).color(cx.theme.text_weak);
                        let layout = if right {
                            Layout::right_to_left(Align::Center)
                        } else {
                            Layout::left_to_right(Align::Center)
                        };
                        ui.with_layout(layout, |ui| ui.label(text));
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, lines.len(), |mut row| {
                    let Some(line) = lines.get(row.index()) else { return };
                    cells(&mut row, cx, line, line.field.and_then(|i| fields.get(i)));
                    if row.response().clicked() && line.below > 0 {
                        clicked = Some(line.path.clone());
                    }
                });
            });
    });
    clicked
}

fn cells(
    row: &mut TableRow<'_, '_>,
    cx: &ViewContext<'_>,
    line: &FieldLine,
    field: Option<&PacketField>,
) {
    let theme = cx.theme;
    row.col(|ui| {
        ui.add_space(line.depth as f32 * 12.0);
        let text = match (line.below, line.open) {
            (0, _) => line.label.clone(),
            (n, true) => format!("▼ {} ({n})", line.label),
            (n, false) => format!("▶ {} ({n})", line.label),
        };
        let colour = if field.is_some() { theme.text } else { theme.text_weak };
        let text = RichText::new(text).size(SMALL).color(colour);
        let name = field.map_or(line.path.as_str(), |field| field.name.as_str());
        ui.add(Label::new(text).selectable(false).truncate()).on_hover_text(name);
    });
    let alarming = line.severity > Severity::Normal;
    let Some(field) = field else {
        for _ in 0..3 {
            row.col(|_| {});
        }
        row.col(|ui| {
            // A closed branch says that something below is wrong.
            if alarming && !line.open {
                ui.add(SeverityBadge::new(theme, line.severity));
            }
        });
        return;
    };
    let colour = if alarming { theme.severity(line.severity) } else { theme.text };
    for (text, colour) in [(&field.raw, theme.text_weak), (&field.engineering, colour)] {
        row.col(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let text = RichText::new(text).monospace().size(SMALL).color(colour);
                ui.add(Label::new(text).selectable(false).truncate());
            });
        });
    }
    row.col(|ui| {
        let text = RichText::new(&field.unit).size(SMALL).color(theme.text_weak);
        ui.add(Label::new(text).selectable(false).truncate());
    });
    row.col(|ui| {
        // Normal ones are quiet, so that others stand out.
        if alarming {
            ui.add(SeverityBadge::new(theme, field.severity));
        }
    });
}
