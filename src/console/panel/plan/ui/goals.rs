//! The window of goals: what is wanted, where it was placed and why, applied as one step.

use egui::{Button, ComboBox, DragValue, Id, Modal, RichText, ScrollArea, TextEdit, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::plan::{Goal, Refusal, Schedule, read_goals};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::time::iso;

use super::super::model::desk::Desk;
use super::super::model::goals::{Ask, Draft, toml};
use super::fields::warn;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::loading_mark;

/// State of the window.
#[derive(Default)]
pub(super) struct Goals {
    pub is_open: bool,
    pub drafts: Vec<Draft>,
    /// More goals, as TOML.
    pub text: String,
    /// What the TOML was read as.
    read: Option<(String, Vec<Goal>, Vec<Problem>)>,
    waits: bool,
    found: Option<Schedule>,
}

impl Goals {
    /// The judge has placed them.
    pub fn scheduled(&mut self, schedule: Schedule) {
        self.waits = false;
        self.found = Some(schedule);
    }

    /// Shows it.
    pub fn show(&mut self, ui: &Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        if !self.is_open {
            return;
        }
        let size = ui.ctx().content_rect().size();
        let modal = Modal::new(Id::unique("plan goals")).show(ui.ctx(), |ui| {
            ui.set_width(720.0_f32.min(size.x - 60.0));
            ui.heading("Schedule goals");
            let text = "Each goal is tried at every time that comes into question; an activity stays \
                        where no rule refuses it. Goals count in their order.";
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            let height = (size.y - 190.0).max(160.0);
            let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
            area.auto_shrink([false, true]).show(ui, |ui| {
                self.list(ui, cx, desk);
                self.typed(ui, cx, desk);
                self.outcome(ui, cx);
            });
            ui.separator();
            self.buttons(ui, cx, desk)
        });
        if modal.inner || modal.should_close() {
            self.is_open = false;
        }
    }

    fn list(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &Desk) {
        let mut gone = None;
        for (n, draft) in self.drafts.iter_mut().enumerate() {
            ui.push_id(n, |ui| {
                egui::CollapsingHeader::new(format!("{}: {}", draft.id, draft.words()))
                    .id_salt("goal")
                    .default_open(true)
                    .show(ui, |ui| {
                        form(ui, cx, desk, draft);
                        if let Err(wrong) = draft.goal(&desk.model, desk.plan().start) {
                            warn(ui, cx.theme, &wrong);
                        }
                        if ui.small_button(format!("Remove {}", draft.id)).clicked() {
                            gone = Some(n);
                        }
                    });
            });
        }
        if let Some(n) = gone {
            self.drafts.remove(n);
        }
        if ui.button("Add a goal").clicked() {
            let id = format!("goal{}", self.drafts.len() + 1);
            self.drafts.push(Draft { id, ..Draft::default() });
        }
    }

    /// Goals as TOML, for those that come from a file.
    fn typed(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &Desk) {
        egui::CollapsingHeader::new("More goals as TOML").id_salt("toml").show(ui, |ui| {
            let label = ui.label("Goals as marsdeck plan schedule reads them");
            let edit = TextEdit::multiline(&mut self.text).desired_rows(6).code_editor();
            ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label.id);
        });
        if self.read.as_ref().is_none_or(|(known, ..)| *known != self.text) {
            let (goals, problems) = match self.text.trim() {
                "" => Default::default(),
                text => read_goals(text, &desk.model),
            };
            self.read = Some((self.text.clone(), goals, problems));
        }
        let Some((_, goals, problems)) = &self.read else { return };
        if !goals.is_empty() {
            let names: Vec<&str> = goals.iter().map(|goal| goal.id.as_str()).collect();
            ui.label(format!("From TOML: {}", names.join(", ")));
        }
        for problem in problems.iter().take(8) {
            warn(ui, cx.theme, &problem.to_string());
        }
    }

    fn buttons(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) -> bool {
        ui.horizontal(|ui| {
            let start = desk.plan().start;
            let more = self.read.iter().flat_map(|(_, goals, _)| goals.iter().cloned().map(Ok));
            let own = self.drafts.iter().map(|draft| draft.goal(&desk.model, start));
            let goals: Result<Vec<Goal>, String> = own.chain(more).collect();
            let ready = goals.as_ref().is_ok_and(|goals| !goals.is_empty()) && !self.waits;
            let place = ui.add_enabled(ready, Button::new("Place them"));
            let place = place.on_disabled_hover_text("Add a goal and complete it first.");
            if place.clicked()
                && let Ok(goals) = goals
            {
                desk.schedule(goals);
                self.found = None;
                self.waits = true;
            }
            if self.waits {
                loading_mark(ui, cx.theme);
                ui.label("placing…");
            }
            let count = self.found.as_ref().map_or(0, |found| found.edits.len());
            let text = format!("Apply {count} placements");
            let apply = ui.add_enabled(count > 0, Button::new(text)).clicked();
            if apply && let Some(found) = self.found.take() {
                desk.make(&format!("schedule {count} activities"), found.edits);
            }
            if ui.button("Copy as TOML").on_hover_text("For marsdeck plan schedule.").clicked() {
                ui.copy_text(toml(&desk.plan().mission, start, &self.drafts));
            }
            ui.button("Close").clicked() || apply
        })
        .inner
    }

    fn outcome(&self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let Some(found) = &self.found else { return };
        let theme = cx.theme;
        ui.separator();
        let (placed, failed) = (found.placements.len(), found.failures.len());
        let text = format!("{placed} placed, {failed} found no place");
        ui.label(RichText::new(text).strong().color(theme.text));
        for (n, placement) in found.placements.iter().enumerate() {
            let colour = theme.severity(Severity::Normal);
            ui.label(RichText::new(format!("+ {}", placement.reason)).size(SMALL).color(colour));
            refused(ui, cx, ("placed", n), &placement.refused);
        }
        for (n, failure) in found.failures.iter().enumerate() {
            let colour = theme.severity(Severity::Critical);
            let text = format!("▲ {}: {}. {}", failure.goal, failure.wanted, failure.reason);
            ui.label(RichText::new(text).size(SMALL).color(colour));
            refused(ui, cx, ("failed", n), &failure.refused);
        }
    }
}

/// Why not there.
fn refused(ui: &mut Ui, cx: &ViewContext<'_>, salt: (&str, usize), list: &[Refusal]) {
    if list.is_empty() {
        return;
    }
    let tried: usize = list.iter().map(|r| r.times).sum();
    let text = RichText::new(format!("why not at {tried} other times")).size(SMALL);
    egui::CollapsingHeader::new(text).id_salt(salt).show(ui, |ui| {
        for refusal in list {
            let text = format!(
                "{} to {}: {}: {}",
                iso(refusal.from, 0),
                iso(refusal.to, 0),
                refusal.rules.join(", "),
                refusal.reason
            );
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        }
    });
}

fn number(ui: &mut Ui, label: &str, value: &mut f64, unit: &str) {
    let text = ui.label(label);
    let drag = DragValue::new(value).speed(1.0).range(-1e6..=1e6).suffix(format!(" {unit}"));
    ui.add(drag).labelled_by(text.id);
}

fn choose<'a>(
    ui: &mut Ui,
    label: &str,
    chosen: &mut String,
    all: impl Iterator<Item = (&'a str, &'a str)>,
) {
    let text = ui.label(label);
    let shown = if chosen.is_empty() { "–" } else { chosen.as_str() }.to_owned();
    let combo = ComboBox::from_id_salt(label).width(180.0).selected_text(shown).show_ui(ui, |ui| {
        for (id, name) in all {
            if ui.selectable_label(*chosen == id, name).clicked() {
                id.clone_into(chosen);
            }
        }
    });
    combo.response.labelled_by(text.id);
}

fn form(ui: &mut Ui, _cx: &ViewContext<'_>, desk: &Desk, draft: &mut Draft) {
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Name");
        ui.add(TextEdit::singleline(&mut draft.id).desired_width(90.0)).labelled_by(label.id);
        let label = ui.label("Kind");
        let combo =
            ComboBox::from_id_salt("ask").selected_text(draft.ask.word()).show_ui(ui, |ui| {
                for (ask, word) in Ask::ALL {
                    ui.selectable_value(&mut draft.ask, ask, word);
                }
            });
        combo.response.labelled_by(label.id);
        let types = desk.model.types.values().map(|t| (t.id.as_str(), t.name.as_str()));
        choose(ui, "Activity type", &mut draft.activity, types);
    });
    let windows = || {
        let own = desk.model.windows.values().map(|w| (w.id.as_str(), w.name.as_str()));
        std::iter::once(("", "The whole plan")).chain(own)
    };
    ui.horizontal_wrapped(|ui| match draft.ask {
        Ask::Repeat => {
            number(ui, "Every", &mut draft.every_h, "h");
            number(ui, "Tolerance", &mut draft.tolerance_min, "min");
            let label = ui.label("First");
            let edit = TextEdit::singleline(&mut draft.first).desired_width(150.0);
            ui.add(edit.hint_text("start of the plan")).labelled_by(label.id);
        }
        Ask::Coexist => {
            let label = ui.label("With");
            let edit = TextEdit::singleline(&mut draft.with).desired_width(150.0);
            ui.add(edit.hint_text("Wake instrument:seis")).labelled_by(label.id);
            ui.checkbox(&mut draft.from_end, "After their end");
            number(ui, "Offset", &mut draft.offset_min, "min");
            number(ui, "Tolerance", &mut draft.tolerance_min, "min");
        }
        Ask::Fit => {
            let label = ui.label("Times");
            ui.add(DragValue::new(&mut draft.count).range(1..=10_000)).labelled_by(label.id);
            choose(ui, "Window", &mut draft.window, windows());
        }
        Ask::Fill => {
            let label = ui.label("Requests");
            let edit = TextEdit::singleline(&mut draft.requests).desired_width(190.0);
            ui.add(edit.hint_text("S0235b 5, S0173a 3")).labelled_by(label.id);
            choose(ui, "Window", &mut draft.window, windows());
            let resources = desk.picture.resources.iter().map(|r| (r.id.as_str(), r.name.as_str()));
            let resources = std::iter::once(("", "No limit")).chain(resources);
            choose(ui, "Resource", &mut draft.resource, resources);
            number(ui, "At most", &mut draft.at_most, "");
        }
    });
    ui.horizontal(|ui| number(ui, "Try a time every", &mut draft.step_min, "min"));
}
