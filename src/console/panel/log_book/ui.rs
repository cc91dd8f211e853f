//! Paints the log book: filter, list, the selected entry, the box to write.

use egui::{ComboBox, Label, Layout, RichText, ScrollArea, TextEdit, Ui};
use egui_extras::Column;
use marsdeck_engine::archive::LogEntry;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::{Instant, TimeRange, iso};

use super::form::Form;
use super::model::{self, Filter};
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, card, loading_mark, scroll_table};

/// Titles and widths of the list; 0: what is left.
const COLUMNS: [(&str, f32); 6] = [
    ("No.", 40.0),
    ("About, UTC", 144.0),
    ("Sol, LMST", 124.0),
    ("Mission", 80.0),
    ("Who", 90.0),
    ("Entry", 0.0),
];
const ALL: [usize; 6] = [0, 1, 2, 3, 4, 5];
/// Below this width in points the list shows time and text only.
const NARROW: f32 = 640.0;

/// Seconds around an entry that are shown where a click goes there.
const AROUND_S: f64 = 1800.0;

/// The Log book panel.
#[derive(Default)]
pub struct LogBook {
    filter: Filter,
    form: Form,
    /// Number of the selected entry.
    selected: Option<i64>,
}

impl Panel for LogBook {
    fn title(&self) -> &'static str {
        "Log book"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        self.form.take(cx);
        let request = Request::Notes(self.filter.query(cx.time.range));
        let pending = cx.queries.ask(ui.scope_id().with("entries"), &request);
        let answer = pending.answer.map(|(_, answer)| answer);
        let (entries, truncated) = match answer.as_deref() {
            Some(Answer::Notes { entries, truncated }) => (entries.as_slice(), *truncated),
            _ => (&[][..], false),
        };
        self.controls(ui, cx, entries, truncated);
        ui.separator();
        egui::Panel::bottom("log form").show(ui, |ui| self.form.show(ui, cx));
        let chosen = entries.iter().find(|entry| Some(entry.id) == self.selected);
        if let Some(entry) = chosen {
            let panel = egui::Panel::bottom("log details").resizable(true).default_size(130.0);
            panel.show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    self.details(ui, cx, entry);
                });
            });
        }
        egui::CentralPanel::default().show(ui, |ui| {
            if !entries.is_empty() {
                self.list(ui, cx, entries);
            } else if let Some(error) = pending.error {
                let sentence = format!("{error}.");
                EmptyState::new("The log book cannot be read", &sentence).show(ui, cx.theme);
            } else if answer.is_none() {
                loading_mark(ui, cx.theme);
            } else if self.filter.is_open() {
                let sentence = "Write the first entry below; it is tied to the time cursor.";
                EmptyState::new("The log book is empty", sentence).show(ui, cx.theme);
            } else {
                let sentence = "Shorten the search, choose all missions and all times.";
                EmptyState::new("No entry matches", sentence).show(ui, cx.theme);
            }
        });
    }
}

impl LogBook {
    fn controls(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, entries: &[LogEntry], more: bool) {
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(weak("Search"));
            let edit = TextEdit::singleline(&mut self.filter.text);
            let edit = edit.hint_text("text, author or series").desired_width(170.0);
            ui.add(edit).labelled_by(label.id);
            let label = ui.label(weak("Mission"));
            let missions = &cx.snapshot.missions.missions;
            let name = |id: &str| {
                missions.iter().find(|m| m.id == id).map_or("All", |m| m.name.as_str()).to_owned()
            };
            let combo = ComboBox::from_id_salt("shown mission");
            let combo = combo.selected_text(name(&self.filter.mission));
            let shown = combo.show_ui(ui, |ui| {
                for id in [""].into_iter().chain(missions.iter().map(|m| m.id.as_str())) {
                    ui.selectable_value(&mut self.filter.mission, id.to_owned(), name(id));
                }
            });
            shown.response.labelled_by(label.id);
            ui.checkbox(&mut self.filter.visible, "Visible times only")
                .on_hover_text("Entries about times that the linked views show now");
            let copy = ui.add_enabled(!entries.is_empty(), egui::Button::new("Copy as CSV"));
            if copy.on_hover_text("The entries of the list").clicked() {
                ui.copy_text(model::csv(entries));
            }
            let more = if more { " newest" } else { "" };
            ui.label(weak(&format!("{}{more} entries", entries.len())).size(SMALL));
        });
    }

    fn list(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, entries: &[LogEntry]) {
        // In a narrow panel what was written counts most; the rest is in the hover text.
        let shown: &[usize] = if ui.available_width() < NARROW { &[1, 5] } else { &ALL };
        let mut table = scroll_table(ui)
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(Layout::left_to_right(egui::Align::Center));
        for at in shown {
            let (_, width) = COLUMNS[*at];
            table = table.column(if width > 0.0 {
                Column::initial(width).at_least(30.0).clip(true).resizable(*at > 2)
            } else {
                Column::remainder().at_least(120.0).clip(true)
            });
        }
        let table = table.header(24.0, |mut header| {
            for at in shown {
                header.col(|ui| {
                    let (title, _) = COLUMNS[*at];
                    ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
                });
            }
        });
        table.body(|body| {
            body.rows(24.0, entries.len(), |mut row| {
                // The newest one first.
                let Some(entry) = entries.iter().rev().nth(row.index()) else { return };
                row.set_selected(Some(entry.id) == self.selected);
                let missions = &cx.snapshot.missions;
                let mission = missions.mission(&entry.mission).map(|m| m.name.clone());
                let texts = [
                    entry.id.to_string(),
                    utc(entry.time),
                    sol(cx, entry),
                    mission.unwrap_or_else(|| entry.mission.clone()),
                    entry.who.clone(),
                    model::line(entry),
                ];
                let all = format!("No. {} by {}\n{}", entry.id, entry.who, entry.text);
                for at in shown {
                    row.col(|ui| {
                        let shown = RichText::new(&texts[*at]).color(cx.theme.text);
                        let old = entry.corrected_by.is_some();
                        let shown = if old { shown.strikethrough() } else { shown };
                        let hover = if *at == 5 { &all } else { &texts[*at] };
                        ui.add(Label::new(shown).selectable(false)).on_hover_text(hover);
                    });
                }
                if row.response().clicked() {
                    self.selected = Some(entry.id);
                    go(cx, entry.time);
                }
            });
        });
    }

    fn details(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, entry: &LogEntry) {
        card(ui, cx.theme, None, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(format!("Entry {}", entry.id)).strong());
                let said = format!("by {}, written {} UTC", entry.who, utc(entry.written));
                ui.label(RichText::new(said).size(SMALL).color(cx.theme.text_weak));
                if ui.button("Go there").on_hover_text("Cursor and range to its time").clicked() {
                    go(cx, entry.time);
                }
                if let Some(key) = &entry.series
                    && ui.button("Show on plot").on_hover_text(key.to_string()).clicked()
                {
                    cx.intents.send(UiIntent::PlotOnly(vec![key.clone()]));
                    go(cx, entry.time);
                    cx.intents.send(UiIntent::OpenPanel("Plots".into()));
                }
                let hint = "An entry is never changed: a correction follows it";
                let correct = ui.add_enabled(cx.snapshot.writable, egui::Button::new("Correct…"));
                if correct.on_hover_text(hint).clicked() {
                    self.form.correct(entry);
                }
            });
            for (id, word) in [(entry.corrects, "Corrects"), (entry.corrected_by, "Corrected by")] {
                if let Some(id) = id
                    && ui.link(format!("{word} entry {id}")).clicked()
                {
                    self.selected = Some(id);
                }
            }
            if let Some(key) = &entry.series {
                let text = format!("Tied to {key}");
                ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            }
            ui.label(&entry.text);
        });
    }
}

/// Puts cursor and range to an instant.
fn go(cx: &ViewContext<'_>, at: Instant) {
    cx.intents.send(UiIntent::SetCursor(at));
    if !cx.time.range.contains(at) {
        let range = TimeRange::new(at.plus_s(-AROUND_S), at.plus_s(AROUND_S));
        cx.intents.send(UiIntent::SetRange(range));
    }
}

fn utc(t: Instant) -> String {
    iso(t, 0).replace('T', " ").trim_end_matches('Z').to_owned()
}

/// Sol and local mean solar time of an entry; a dash where there are none.
fn sol(cx: &ViewContext<'_>, entry: &LogEntry) -> String {
    let mission = if entry.mission.is_empty() { cx.mission() } else { &entry.mission };
    let at = cx.clocks.lmst(mission, entry.time);
    at.map_or_else(|| "–".to_owned(), |at| format!("Sol {} {}", at.sol, at.clock()))
}
