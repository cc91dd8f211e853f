//! Paints the table of the audit trail.

use std::collections::VecDeque;
use std::sync::Arc;

use egui::{Align, ComboBox, Label, Layout, RichText, TextEdit, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::runtime::AuditLine;
use marsdeck_engine::time::iso;

use super::model::{Filter, Found, csv};
use crate::panel::shared::{WriteBar, at_least_wide, stopped_banner};
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, counted_text, scroll_table};

/// Least width of the table in points.
const LEAST: f32 = 400.0;
/// Below this width the kind of a record stands in the hint only.
const NARROW: f32 = 520.0;

/// The Audit trail panel.
pub struct AuditTrail {
    filter: Filter,
    found: Found,
    follow: bool,
    write: WriteBar,
}

impl Default for AuditTrail {
    fn default() -> Self {
        let (filter, found, write) = Default::default();
        Self { filter, found, write, follow: true }
    }
}

impl Panel for AuditTrail {
    fn title(&self) -> &'static str {
        "Audit trail"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let lines = Arc::clone(&cx.snapshot.commanding.audit);
        let at = cx.live().is_none().then_some(cx.time.cursor);
        let is_new = self.found.look(&lines, &self.filter, at);
        stopped_banner(ui, cx);
        self.controls(ui, cx);
        let (rows, of) = (Arc::clone(&self.found.rows), Arc::clone(&lines));
        self.write.show(ui, cx, ("~/marsdeck-audit.csv", &["csv"]), |_| {
            Box::new(move || csv(&of, &rows))
        });
        if at.is_some() {
            let text = "As it was at the cursor";
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        }
        if self.found.rows.is_empty() {
            let sentence = if self.filter == Filter::default() {
                "Log-ins, accounts, documents and commands are noted here as they happen."
            } else {
                "Shorten the search, or choose all kinds."
            };
            EmptyState::new("Nothing in the audit trail", sentence).show(ui, cx.theme);
            return;
        }
        at_least_wide(ui, LEAST, |ui| self.table(ui, cx, &lines, is_new));
    }
}

impl AuditTrail {
    fn controls(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new("Search").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.filter.words)
                .id_salt("words")
                .hint_text("who, number or words")
                .desired_width(150.0);
            ui.add(edit).labelled_by(label.id);
            let label = ui.label(RichText::new("Kind").color(cx.theme.text_weak));
            let kind = &mut self.filter.kind;
            let shown = if kind.is_empty() { "all" } else { kind.as_str() }.to_owned();
            let combo = ComboBox::from_id_salt("audit kind").selected_text(shown);
            let response = combo.show_ui(ui, |ui| {
                ui.selectable_value(kind, String::new(), "all");
                for known in &self.found.kinds {
                    ui.selectable_value(kind, known.clone(), known);
                }
            });
            response.response.labelled_by(label.id);
            ui.checkbox(&mut self.follow, "Follow newest")
                .on_hover_text("Scrolls on when something is noted");
            self.write.button(ui, "Write these lines to a file");
            let text = counted_text(self.found.rows.len(), "line", "lines");
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak)).on_hover_text(
                "The last 5 000 records of the journal. `marsdeck archive verify` checks the chain \
                 of all.",
            );
        });
    }

    fn table(&self, ui: &mut Ui, cx: &ViewContext<'_>, lines: &VecDeque<AuditLine>, is_new: bool) {
        let rows = &self.found.rows;
        let is_wide = ui.available_width() >= NARROW;
        let mut table = scroll_table(ui)
            .striped(true)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::initial(48.0).at_least(40.0).clip(true))
            .column(Column::initial(136.0).at_least(80.0).clip(true).resizable(true))
            .column(Column::initial(64.0).at_least(50.0).clip(true).resizable(true));
        if is_wide {
            table = table.column(Column::initial(78.0).at_least(50.0).clip(true).resizable(true));
        }
        table = table.column(Column::remainder().at_least(100.0).clip(true));
        if self.follow && is_new {
            table = table.scroll_to_row(rows.len().saturating_sub(1), Some(Align::Max));
        }
        table
            .header(24.0, |mut header| {
                let titles = ["No.", "Time", "Who", "Kind", "What happened"];
                for title in titles.into_iter().filter(|title| is_wide || *title != "Kind") {
                    header.col(|ui| {
                        ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
                    });
                }
            })
            .body(|body| {
                body.rows(22.0, rows.len(), |mut row| {
                    let line = rows.get(row.index()).and_then(|at| lines.get(*at));
                    if let Some(line) = line {
                        cells(&mut row, cx, line, is_wide);
                    }
                });
            });
    }
}

fn cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, line: &AuditLine, is_wide: bool) {
    let utc = iso(line.time, 3).replace('T', " ").trim_end_matches('Z').to_owned();
    let small = |text: &str| RichText::new(text).size(SMALL).color(cx.theme.text);
    row.col(|ui| {
        ui.label(small(&line.number.to_string()).monospace());
    });
    row.col(|ui| {
        ui.label(small(&cx.time_text(line.time))).on_hover_text(format!("{utc} UTC"));
    });
    row.col(|ui| {
        ui.label(small(&line.who));
    });
    if is_wide {
        row.col(|ui| {
            ui.label(small(&line.kind).color(cx.theme.text_weak));
        });
    }
    row.col(|ui| {
        let text = RichText::new(&line.words).color(cx.theme.text);
        ui.add(Label::new(text)).on_hover_text(format!("{}: {}", line.kind, line.words));
    });
}
