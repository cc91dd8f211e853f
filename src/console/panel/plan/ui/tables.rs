//! The tables below the timeline: activities, violations, and the steps that were made.

use std::sync::Arc;

use egui::{Align, Button, Label, Layout, RichText, ScrollArea, Sense, TextEdit, Ui};
use egui_extras::Column;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::plan::ActivityId;

use super::super::model::changes::edit_lines;
use super::super::model::desk::Desk;
use super::super::model::listing::{Key, Listing};
use super::super::model::rows::Mark;
use super::timeline::paint::severity;
use super::violations::{self, Waive};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, count_text, duration_text, scroll_table};

/// Most steps that are listed.
const STEPS: usize = 500;

/// Which table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Activities,
    Violations,
    Steps,
}

const COLUMNS: [(Key, &str); 6] = [
    (Key::Number, "#"),
    (Key::Kind, "Type"),
    (Key::Instrument, "Instrument"),
    (Key::Start, "Start"),
    (Key::Length, "Length"),
    (Key::State, "State"),
];

/// State of the tables.
#[derive(Default)]
pub(super) struct Tables {
    tab: Tab,
    /// Which activities are wanted in which order.
    wanted: Listing,
    waive: Waive,
}

impl Tables {
    /// Paints them; the activity to show on the timeline.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        desk: &mut Desk,
    ) -> Option<ActivityId> {
        ui.horizontal(|ui| {
            let count = desk.plan().activities.len() as u64;
            let wrong = desk.picture.violations.len() as u64;
            for (tab, text) in [
                (Tab::Activities, format!("Activities {}", count_text(count))),
                (Tab::Violations, format!("Violations {}", count_text(wrong))),
                (Tab::Steps, format!("Steps {}", desk.steps().len())),
            ] {
                if ui.selectable_label(self.tab == tab, text).clicked() {
                    self.tab = tab;
                }
            }
            if self.tab == Tab::Activities {
                let label = ui.label(RichText::new("Filter").color(cx.theme.text_weak));
                let edit = TextEdit::singleline(&mut self.wanted.search).desired_width(160.0);
                ui.add(edit.hint_text("type, instrument, note")).labelled_by(label.id);
            }
        });
        match self.tab {
            Tab::Activities => self.activities(ui, cx, desk),
            Tab::Violations => violations::table(ui, cx, desk, &mut self.waive),
            Tab::Steps => {
                steps(ui, cx, desk);
                None
            }
        }
    }

    fn activities(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        desk: &mut Desk,
    ) -> Option<ActivityId> {
        desk.list(&self.wanted);
        let rows = Arc::clone(&desk.listed);
        let theme = cx.theme;
        let mut shown = None;
        let mut sorted = None;
        let Listing { key, descends, .. } = self.wanted;
        crate::panel::shared::at_least_wide(ui, 640.0, |ui| {
            scroll_table(ui)
                .id_salt("activities")
                .striped(true)
                .sense(Sense::click())
                .cell_layout(Layout::left_to_right(Align::Center))
                .column(Column::exact(60.0))
                .column(Column::remainder().at_least(140.0).clip(true))
                .column(Column::exact(90.0).clip(true))
                .column(Column::exact(190.0))
                .column(Column::exact(70.0))
                .column(Column::exact(80.0))
                .column(Column::remainder().clip(true))
                .header(26.0, |mut header| {
                    for (of, title) in COLUMNS {
                        header.col(|ui| {
                            let arrow = match (of == key, descends) {
                                (false, _) => "",
                                (true, false) => " ▲",
                                (true, true) => " ▼",
                            };
                            let text = RichText::new(format!("{title}{arrow}")).size(SMALL);
                            let button = Button::new(text.color(theme.text_weak)).frame(false);
                            if ui.add(button).on_hover_text("Sort by this").clicked() {
                                sorted = Some(of);
                            }
                        });
                    }
                    header.col(|ui| {
                        // A button that does nothing stands on the line of those beside it.
                        let text = RichText::new("Notes").size(SMALL).color(theme.text_weak);
                        ui.add(Button::new(text).frame(false).sense(Sense::hover()));
                    });
                })
                .body(|body| {
                    body.rows(20.0, rows.len(), |mut row| {
                        // The plan may have changed since the rows were found.
                        let id = rows.get(row.index());
                        let Some(id) = id.filter(|id| desk.has(**id)) else { return };
                        row.set_selected(desk.selection.contains(id));
                        cells(&mut row, cx, desk, *id);
                        let response = row.response();
                        if response.clicked() {
                            if !response.ctx.input(|i| i.modifiers.command) {
                                desk.selection.clear();
                            }
                            desk.selection.insert(*id);
                            shown = Some(*id);
                        }
                    });
                });
        });
        if let Some(key) = sorted {
            self.wanted.descends = key == self.wanted.key && !descends;
            self.wanted.key = key;
        }
        shown
    }
}

fn instrument<'a>(desk: &'a Desk, kind: &str) -> &'a str {
    desk.model.types.get(kind).map_or("", |of| of.instrument.as_str())
}

fn cells(
    row: &mut egui_extras::TableRow<'_, '_>,
    cx: &ViewContext<'_>,
    desk: &Desk,
    id: ActivityId,
) {
    let Some(of) = desk.plan().activities.get(&id) else { return };
    let theme = cx.theme;
    let bar = desk.picture.bar(id);
    let plain =
        |text: &str| Label::new(RichText::new(text).color(theme.text)).truncate().selectable(false);
    let name = desk.model.types.get(&of.kind).map_or(of.kind.as_str(), |t| t.name.as_str());
    let length = bar.map_or(0.0, |bar| (bar.end - bar.start) as f64 / 1e9);
    let start = cx.time_text(desk.start_of(id).unwrap_or(of.start));
    for text in
        [&id.0.to_string(), name, instrument(desk, &of.kind), &start, &duration_text(length)]
    {
        row.col(|ui| {
            ui.add(plain(text));
        });
    }
    row.col(|ui| {
        let mark = bar.map_or(Mark::None, |bar| bar.mark);
        let (word, severity) = match (mark, severity(mark)) {
            (Mark::Error, Some(s)) => ("error", s),
            (Mark::Warning, Some(s)) => ("warning", s),
            (Mark::Note, Some(s)) => ("note", s),
            (Mark::Waived, Some(s)) => ("waived", s),
            _ => ("good", Severity::Normal),
        };
        ui.add(SeverityBadge::new(theme, severity).word(word));
    });
    row.col(|ui| {
        ui.add(plain(&of.notes));
    });
}

/// The steps that were made, the newest first.
fn steps(ui: &mut Ui, cx: &ViewContext<'_>, desk: &Desk) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        if desk.steps().is_empty() {
            ui.label(RichText::new("Nothing was done yet.").color(cx.theme.text_weak));
        }
        for (n, step) in desk.steps().iter().enumerate().rev().take(STEPS) {
            let count = step.edits.len();
            let text = format!("{}. {}", n + 1, step.label);
            let label = ui.label(RichText::new(text).color(cx.theme.text));
            label.on_hover_ui(|ui| {
                for line in edit_lines(step.edits.get(..count.min(12)).unwrap_or_default()) {
                    ui.label(format!("{} {}", line.sign.text(), line.text));
                }
                if count > 12 {
                    ui.label(format!("and {} more", count - 12));
                }
            });
        }
    });
}
