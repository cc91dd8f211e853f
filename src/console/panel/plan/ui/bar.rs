//! The bar over the timeline: the plan's name and state, its menu, undo, goals, uplink.

use egui::{Button, RichText, Ui};
use marsdeck_engine::mission::Severity;

use super::super::model::desk::Desk;
use super::PlanPanel;
use super::timeline::keys::{delete, duplicate, paste, select_all, select_lane};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, loading_mark};

impl PlanPanel {
    /// Paints it.
    pub(super) fn bar(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let plan = desk.plan();
            ui.label(RichText::new(&plan.name).strong().color(cx.theme.text))
                .on_hover_text(format!("{} of {}", plan.id, plan.mission));
            if desk.is_dirty() {
                let text = RichText::new("● not saved").size(SMALL);
                ui.label(text.color(cx.theme.severity(Severity::Watch)))
                    .on_hover_text("Changes since the last saved version.");
            } else {
                let text = desk.base.map_or_else(String::new, |v| format!("version {v}"));
                ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            }
            self.plan_menu(ui, cx, desk);
            edit_menu(ui, cx, desk);
            undo_buttons(ui, desk);
            if ui.button("Goals…").on_hover_text("Places activities for goals.").clicked() {
                self.goals.is_open = true;
            }
            let hint = "Which sols are restricted.";
            if ui.button("Sols…").on_hover_text(hint).clicked() {
                self.calendar.is_open = true;
            }
            if ui.button("Whole plan").on_hover_text("Shows all of it. Key Home").clicked() {
                self.timeline.fit(desk.plan().range());
            }
            let hint = "The timeline shows the range of the other panels, and they that of it.";
            ui.checkbox(&mut self.timeline.linked, "Linked").on_hover_text(hint);
            state(ui, cx, desk);
            self.documents.uplink(ui, cx, desk);
        });
        let refused =
            if desk.refused.is_empty() { self.said.clone() } else { desk.refused.clone() };
        if !refused.is_empty() {
            ui.horizontal(|ui| {
                ui.label(RichText::new(refused).size(SMALL).color(cx.theme.text));
                if ui.small_button("Clear").clicked() {
                    self.said.clear();
                    desk.refused.clear();
                }
            });
        }
        self.opened(cx);
        self.begin_dialogs(ui, cx);
    }

    fn plan_menu(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        let menu = ui.menu_button("Plan", |ui| {
            let item = |ui: &mut Ui, text: &str| {
                let clicked = ui.button(text).clicked();
                if clicked {
                    ui.close();
                }
                clicked
            };
            if item(ui, "New plan…") {
                self.ask_new(cx);
            }
            ui.menu_button("Open", |ui| {
                egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| self.saved(ui, cx));
            });
            if item(ui, "Import…") {
                self.begin.asks_file = true;
            }
            if item(ui, "Export…") {
                self.documents.asks_export = true;
            }
            ui.separator();
            let hindered = self.documents.hindered(cx, desk);
            let save = |ui: &mut Ui, text: &str, is_on: bool| {
                let button = ui.add_enabled(is_on && hindered.is_none(), Button::new(text));
                let clicked = match &hindered {
                    Some(why) => button.on_disabled_hover_text(why).clicked(),
                    None => button.on_disabled_hover_text("Nothing was changed.").clicked(),
                };
                if clicked {
                    ui.close();
                }
                clicked
            };
            if save(ui, "Save…", desk.is_dirty() || desk.base.is_none()) {
                self.documents.ask_save(desk, false);
            }
            if save(ui, "Save as…", true) {
                self.documents.ask_save(desk, true);
            }
            ui.separator();
            if item(ui, "Close") {
                self.asking = Some(None);
            }
        });
        menu.response.on_hover_text("New, open, save, import, export.");
        self.documents.export(ui, cx, desk);
    }
}

fn edit_menu(ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
    let menu = ui.menu_button("Edit", |ui| {
        let some = !desk.selection.is_empty();
        let item = |ui: &mut Ui, text: &str, keys: &str, is_on: bool| {
            let clicked = ui.add_enabled(is_on, Button::new(text).shortcut_text(keys)).clicked();
            if clicked {
                ui.close();
            }
            clicked
        };
        let (last, next) = desk.around();
        let [undo, redo] = [("Undo", last), ("Redo", next)].map(|(word, step)| match step {
            Some(step) => (format!("{word} {}", step.label), true),
            None => (word.to_owned(), false),
        });
        if item(ui, &undo.0, "Ctrl+Z", undo.1) {
            desk.undo();
        }
        if item(ui, &redo.0, "Ctrl+Shift+Z", redo.1) {
            desk.redo();
        }
        ui.separator();
        if item(ui, "Copy", "Ctrl+C", some) {
            let text = super::super::model::edits::copied(desk.plan(), &desk.selected());
            ui.copy_text(text);
        }
        if item(ui, "Duplicate", "Ctrl+D", some) {
            duplicate(desk);
        }
        if item(ui, "Delete", "Del", some) {
            delete(desk);
        }
        ui.separator();
        if item(ui, "Select everything", "Ctrl+A", true) {
            select_all(desk);
        }
        if item(ui, "Select the lane", "", some) {
            select_lane(desk);
        }
        if item(ui, "Paste a copy of the selected at the cursor", "", some) {
            let text = super::super::model::edits::copied(desk.plan(), &desk.selected());
            paste(desk, &text, cx.time.cursor);
        }
    });
    menu.response.on_hover_text("Undo, copy, delete, select.");
}

fn undo_buttons(ui: &mut Ui, desk: &mut Desk) {
    let (last, next) = desk.around();
    let labels = [last, next].map(|step| step.map(|step| step.label.clone()));
    let [undo, redo] = ["Undo", "Redo"]
        .into_iter()
        .zip(labels)
        .map(|(word, label)| {
            let hint = match &label {
                Some(label) => format!("{word}: {label}"),
                None => format!("There is nothing to {}.", word.to_lowercase()),
            };
            let button = ui.add_enabled(label.is_some(), Button::new(word));
            button.on_hover_text(&hint).on_disabled_hover_text(hint).clicked()
        })
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or([false; 2]);
    if undo {
        desk.undo();
    }
    if redo {
        desk.redo();
    }
}

/// What the rules say.
fn state(ui: &mut Ui, cx: &ViewContext<'_>, desk: &Desk) {
    if desk.is_checking() {
        loading_mark(ui, cx.theme);
        ui.label(RichText::new("checking…").size(SMALL).color(cx.theme.text_weak));
        return;
    }
    if desk.is_busy() {
        loading_mark(ui, cx.theme);
    }
    let counts = desk.picture.counts;
    let severity = match counts {
        c if c.errors > 0 => Severity::Critical,
        c if c.warnings > 0 => Severity::Watch,
        _ => Severity::Normal,
    };
    let words = counts.words();
    ui.add(SeverityBadge::new(cx.theme, severity).word(&words))
        .on_hover_text("What stands against the plan by the flight rules of the mission.");
}
