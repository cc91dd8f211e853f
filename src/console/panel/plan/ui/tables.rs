//! The tables below the timeline: activities, violations, and the steps that were made.

use std::sync::Arc;

use egui::{Button, Label, RichText, ScrollArea, Sense, TextEdit, Ui};
use egui_extras::Column;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::plan::{ActivityId, Plan};

use super::super::model::changes::edit_lines;
use super::super::model::desk::Desk;
use super::super::model::picture::Picture;
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

/// What the activities are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Key {
    Number,
    Kind,
    Instrument,
    #[default]
    Start,
    Length,
    State,
}

const COLUMNS: [(Key, &str); 6] = [
    (Key::Number, "#"),
    (Key::Kind, "Type"),
    (Key::Instrument, "Instrument"),
    (Key::Start, "Start"),
    (Key::Length, "Length"),
    (Key::State, "State"),
];

/// Rows with what they were made of: picture, search, and order.
type Rows = (Arc<Picture>, String, Key, bool, Vec<ActivityId>);

/// State of the tables.
#[derive(Default)]
pub(super) struct Tables {
    tab: Tab,
    search: String,
    key: Key,
    descends: bool,
    /// The rows, of which picture, search and order.
    rows: Option<Rows>,
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
                let edit = TextEdit::singleline(&mut self.search).desired_width(160.0);
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
        self.sort(desk);
        let Some((.., rows)) = &self.rows else { return None };
        let theme = cx.theme;
        let mut shown = None;
        let mut sorted = None;
        let (key, descends) = (self.key, self.descends);
        crate::panel::shared::at_least_wide(ui, 640.0, |ui| {
            scroll_table(ui)
                .id_salt("activities")
                .striped(true)
                .sense(Sense::click())
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
            self.descends = key == self.key && !self.descends;
            self.key = key;
        }
        shown
    }

    /// Finds and sorts the rows anew where something changed.
    fn sort(&mut self, desk: &Desk) {
        let (key, descends) = (self.key, self.descends);
        let is_current = self.rows.as_ref().is_some_and(|(picture, search, k, d, _)| {
            Arc::ptr_eq(picture, &desk.picture)
                && *search == self.search
                && (*k, *d) == (key, descends)
        });
        if is_current {
            return;
        }
        let ids = sorted(desk, &self.search, key, descends);
        let picture = Arc::clone(&desk.picture);
        self.rows = Some((picture, self.search.clone(), key, descends, ids));
    }
}

fn instrument<'a>(desk: &'a Desk, kind: &str) -> &'a str {
    desk.model.types.get(kind).map_or("", |of| of.instrument.as_str())
}

/// The activities that fit a search, sorted.
fn sorted(desk: &Desk, search: &str, key: Key, descends: bool) -> Vec<ActivityId> {
    let (plan, picture): (&Plan, &Picture) = (desk.plan(), &desk.picture);
    let wanted = search.trim().to_lowercase();
    let fits = |id: &ActivityId| {
        let Some(of) = plan.activities.get(id).filter(|_| !wanted.is_empty()) else {
            return wanted.is_empty();
        };
        let name = desk.model.types.get(&of.kind).map_or("", |t| t.name.as_str());
        let texts = [of.kind.as_str(), name, instrument(desk, &of.kind), of.notes.as_str()];
        wanted.split_whitespace().all(|word| {
            texts.iter().any(|text| text.to_lowercase().contains(word))
                || of.tags.iter().any(|tag| tag.to_lowercase().contains(word))
        })
    };
    let mut ids: Vec<ActivityId> = plan.activities.keys().copied().filter(fits).collect();
    let kind = |id: &ActivityId| plan.activities.get(id).map_or("", |a| a.kind.as_str());
    match key {
        Key::Number => {}
        Key::Kind => ids.sort_by_cached_key(|id| kind(id).to_owned()),
        Key::Instrument => ids.sort_by_cached_key(|id| instrument(desk, kind(id)).to_owned()),
        Key::Start => ids.sort_by_cached_key(|id| picture.bar(*id).map(|bar| bar.start)),
        Key::Length => ids.sort_by_cached_key(|id| picture.bar(*id).map(|bar| bar.end - bar.start)),
        Key::State => {
            ids.sort_by_cached_key(|id| picture.bar(*id).map(|bar| std::cmp::Reverse(bar.mark)));
        }
    }
    if descends {
        ids.reverse();
    }
    ids
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
