//! Paints the table of event messages; a click puts the cursor to one.

use std::sync::Arc;

use egui::{Align, ComboBox, Layout, PopupCloseBehavior, RichText, TextEdit, Ui};
use egui_extras::{Column, TableRow};
use marsdeck_engine::archive::{EventMessage, EvrLevel, Levels};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::{Instant, iso};

use super::model::{self, Block, Filter};
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, LevelBadge, loading_mark, scroll_table, simulated_badge};

/// The Events panel.
#[derive(Default)]
pub struct Events {
    filter: Filter,
    /// Instant that the messages on hand lie around.
    anchor: Option<Instant>,
    /// Whether the operator leafs away from the cursor.
    leafing: bool,
    /// The cursor as it was last seen.
    seen: Option<Instant>,
    /// The instant to bring into view as soon as its messages are there.
    show: Option<Instant>,
}

impl Panel for Events {
    fn title(&self) -> &'static str {
        "Events"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let cursor = cx.time.cursor;
        if self.seen.replace(cursor) != Some(cursor) {
            self.leafing = false;
            self.show = Some(cursor);
        }
        let at = *self.anchor.get_or_insert(cursor);
        let request = self.filter.request(at);
        let pending = cx.queries.ask(ui.scope_id().with("messages"), &request);
        let (asked, answer) = pending.answer.clone().unzip();
        let block = answer.as_deref().map(Block::of).unwrap_or_default();
        let is_current = asked.as_deref() == Some(&request);
        if is_current && !self.leafing && !block.holds(cursor) && at != cursor {
            self.anchor = Some(cursor);
            ui.ctx().request_repaint();
        }
        let rows = if self.filter.so_far { block.until(cursor) } else { block.len() };
        self.controls(ui, cx, block, rows, pending.loading);
        ui.separator();
        if rows > 0 {
            let ready = self.scroll_row(asked.as_ref(), block).filter(|_| is_current);
            if ready.is_some() {
                self.show = None;
            }
            self.table(ui, cx, block, rows, ready);
        } else {
            self.nothing(ui, cx, answer.as_deref(), pending.error.map(|e| e.to_string()));
        }
    }
}

impl Events {
    /// The row to bring into view: the last one up to the wanted instant.
    fn scroll_row(&self, asked: Option<&Arc<Request>>, block: Block<'_>) -> Option<usize> {
        let wanted = self.show?;
        let Some(Request::MessagesAround { at, .. }) = asked.map(|r| &**r) else { return None };
        // What the cursor left behind is not scrolled to before the new answer is there.
        (block.holds(wanted) || *at == wanted).then(|| block.until(wanted).saturating_sub(1))
    }

    fn controls(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        block: Block<'_>,
        rows: usize,
        loading: bool,
    ) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new("Search").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.filter.text)
                .hint_text("module, name or message")
                .desired_width(170.0);
            ui.add(edit).labelled_by(label.id);
            levels_choice(ui, cx, &mut self.filter.levels);
            ui.checkbox(&mut self.filter.so_far, "Until the cursor only");
            let leaf = |ui: &mut Ui, text: &str, hint: &str, more: bool| {
                ui.add_enabled(more, egui::Button::new(text)).on_hover_text(hint).clicked()
            };
            if leaf(ui, "Earlier", "Messages before those in the table", block.more_before) {
                self.leaf_to(block.first());
            }
            let more = block.more_after && !self.filter.so_far;
            if leaf(ui, "Later", "Messages after those in the table", more) {
                self.leaf_to(block.last());
            }
            let copy = ui.add_enabled(rows > 0, egui::Button::new("Copy"));
            if copy.on_hover_text("Copy the rows of the table as text").clicked() {
                ui.copy_text(model::lines(block, rows));
            }
            let more = if block.more_before || block.more_after { " of more" } else { "" };
            let text = format!("{rows}{more} messages");
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            if loading {
                loading_mark(ui, cx.theme);
            }
        });
    }

    fn leaf_to(&mut self, to: Option<Instant>) {
        self.anchor = to.or(self.anchor);
        self.leafing = true;
        self.show = to;
    }

    fn nothing(
        &self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        answer: Option<&Answer>,
        error: Option<String>,
    ) {
        match (answer, error) {
            (None, None) => {
                loading_mark(ui, cx.theme);
            }
            (None, Some(error)) => {
                let sentence = format!("{error}.");
                EmptyState::new("The messages cannot be read", &sentence).show(ui, cx.theme);
            }
            (Some(answer), _) if Block::of(answer).len() > 0 => {
                let sentence = "Move the cursor on, or show later messages too.";
                EmptyState::new("No message until the cursor", sentence).show(ui, cx.theme);
            }
            (Some(_), _) if self.filter.is_open() => {
                let sentence = "Ingest event records of AMPCS, or let the simulator make some.";
                let empty = EmptyState::new("No event messages stored", sentence);
                if empty.button("Ingest…").show(ui, cx.theme) {
                    cx.intents.send(UiIntent::AskIngest);
                }
            }
            (Some(_), _) => {
                let sentence = "Shorten the search, or choose all levels.";
                EmptyState::new("No message matches", sentence).show(ui, cx.theme);
            }
        }
    }

    fn table(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        block: Block<'_>,
        rows: usize,
        show: Option<usize>,
    ) {
        let at_cursor = block.until(cx.time.cursor).checked_sub(1);
        let mut table = scroll_table(ui)
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::initial(128.0).at_least(90.0).clip(true))
            .column(Column::initial(154.0).at_least(120.0).clip(true).resizable(true))
            .column(Column::initial(96.0).at_least(80.0).clip(true).resizable(true))
            .column(Column::initial(70.0).at_least(50.0).clip(true).resizable(true))
            .column(Column::initial(150.0).at_least(80.0).clip(true).resizable(true))
            .column(Column::remainder().at_least(120.0).clip(true));
        if let Some(row) = show {
            table = table.scroll_to_row(row.min(rows.saturating_sub(1)), Some(Align::Center));
        }
        table
            .header(24.0, |mut header| {
                for title in ["Level", "UTC", "Sol, LMST", "Module", "Name", "Message"] {
                    header.col(|ui| {
                        ui.label(RichText::new(title).size(SMALL).color(cx.theme.text_weak));
                    });
                }
            })
            .body(|body| {
                body.rows(24.0, rows, |mut row| {
                    let index = row.index();
                    let Some(message) = block.get(index) else { return };
                    row.set_selected(Some(index) == at_cursor);
                    cells(&mut row, cx, message);
                    let response = row.response().on_hover_ui(|ui| details(ui, cx, message));
                    if response.clicked() {
                        self.jump(cx, message.time);
                    }
                    response.context_menu(|ui| {
                        if ui.button("Copy message").clicked() {
                            ui.copy_text(message.message.clone());
                        }
                        if ui.button("Copy row").clicked() {
                            ui.copy_text(model::line(message));
                        }
                        if ui.button("Cursor to its time").clicked() {
                            self.jump(cx, message.time);
                        }
                    });
                });
            });
    }

    /// Puts the cursor to a message, without moving the table below the pointer.
    fn jump(&mut self, cx: &ViewContext<'_>, time: Instant) {
        self.seen = Some(time);
        cx.intents.send(UiIntent::SetCursor(time));
    }
}

fn levels_choice(ui: &mut Ui, cx: &ViewContext<'_>, levels: &mut Levels) {
    let label = ui.label(RichText::new("Levels").color(cx.theme.text_weak));
    let combo = ComboBox::from_id_salt("levels")
        .width(150.0)
        .height(400.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .selected_text(model::levels_text(*levels));
    let response = combo.show_ui(ui, |ui| {
        ui.horizontal(|ui| {
            if ui.button("All").clicked() {
                *levels = Levels::ALL;
            }
            if ui.button("Warnings and worse").clicked() {
                *levels = Levels::from(EvrLevel::WarningLo);
            }
        });
        for level in EvrLevel::ALL.into_iter().rev() {
            ui.horizontal(|ui| {
                let mut on = levels.contains(level);
                let name = format!("Show {}", level.word());
                let check = ui.checkbox(&mut on, "");
                check.widget_info(|| {
                    egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, &name)
                });
                if check.changed() {
                    *levels = if on { levels.with(level) } else { levels.without(level) };
                }
                ui.add(LevelBadge::new(cx.theme, level));
            });
        }
    });
    response.response.labelled_by(label.id);
}

fn utc(t: Instant) -> String {
    iso(t, 3).replace('T', " ").trim_end_matches('Z').to_owned()
}

/// Sol and local mean solar time at the mission of a message; a dash where it has no sols.
fn lmst(cx: &ViewContext<'_>, message: &EventMessage) -> String {
    let mission = if message.mission.is_empty() { cx.mission() } else { &message.mission };
    let local = cx.clocks.lmst(mission, message.time);
    local.map_or_else(|| "–".to_owned(), |at| format!("{} {}", at.sol, at.clock()))
}

fn cells(row: &mut TableRow<'_, '_>, cx: &ViewContext<'_>, message: &EventMessage) {
    row.col(|ui| {
        ui.add(LevelBadge::new(cx.theme, message.level));
    });
    for text in [utc(message.time), lmst(cx, message)] {
        row.col(|ui| cell(ui, RichText::new(text).size(SMALL)));
    }
    row.col(|ui| cell(ui, RichText::new(&message.module)));
    row.col(|ui| cell(ui, RichText::new(&message.name).size(SMALL)));
    row.col(|ui| {
        if message.source == "simulated" {
            simulated_badge(ui, cx.theme);
        }
        cell(ui, RichText::new(&message.message));
    });
}

/// Words that leave clicks to their row.
fn cell(ui: &mut Ui, text: RichText) {
    ui.add(egui::Label::new(text).selectable(false));
}

/// Everything that is known of a message, when the pointer rests on it.
fn details(ui: &mut Ui, cx: &ViewContext<'_>, message: &EventMessage) {
    ui.set_max_width(460.0);
    ui.label(&message.message);
    let number = message.number.map_or_else(String::new, |n| format!("number {n}"));
    let ert = message.ert.map_or_else(String::new, |t| format!("received {} UTC", utc(t)));
    let mission = cx.snapshot.missions.mission(&message.mission);
    let mission = mission.map_or(message.mission.as_str(), |m| m.name.as_str());
    let clock = &message.sclk;
    let sclk = if clock.is_empty() { String::new() } else { format!("SCLK {clock}") };
    let parts = [mission, &message.source, &number, &sclk, &ert];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    ui.label(RichText::new(parts.join(", ")).size(SMALL).color(cx.theme.text_weak));
}
