//! The page to begin from, the dialog of a new plan, and the question before leaving one.

use std::sync::Arc;

use egui::{Button, Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui};
use marsdeck_engine::document::DocumentKind;
use marsdeck_engine::time::TimeRange;

use super::super::model::examples::{empty, example, examples};
use super::super::model::exchange;
use super::{Next, Place, PlanPanel, Wanted};
use crate::state::expand_home;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::card;

/// What is typed on the page.
#[derive(Default)]
pub(super) struct Begin {
    /// Whether the dialog of a new plan is open.
    pub asks_new: bool,
    /// Whether the dialog of a file to read is open.
    pub asks_file: bool,
    /// The view of an earlier run.
    pub view: Option<TimeRange>,
    mission: String,
    name: String,
    sol: i32,
    sols: i32,
    path: String,
}

impl PlanPanel {
    /// Nothing is open.
    pub(super) fn start_page(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.vertical_centered(|ui| {
                ui.set_max_width(ui.available_width().min(640.0));
                ui.add_space(18.0);
                ui.label(RichText::new("No plan is open").heading().color(cx.theme.text));
                let text = "A plan says which instrument does what when. Begin with an example, \
                            an empty plan, a saved version or a file.";
                ui.label(RichText::new(text).color(cx.theme.text_weak));
                ui.add_space(8.0);
                ui.horizontal_wrapped(|ui| {
                    if ui.button("New plan…").clicked() {
                        self.ask_new(cx);
                    }
                    if ui.button("Import…").on_hover_text(FILES).clicked() {
                        self.begin.asks_file = true;
                    }
                });
                ui.add_space(8.0);
                self.examples(ui, cx);
                ui.add_space(8.0);
                self.saved(ui, cx);
                if !self.said.is_empty() {
                    ui.add_space(8.0);
                    ui.label(RichText::new(&self.said).color(cx.theme.text));
                }
            });
        });
        self.begin_dialogs(ui, cx);
    }

    fn examples(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let missions: Vec<_> =
            cx.snapshot.missions.missions.iter().map(|m| (m.id.clone(), m.name.clone())).collect();
        left_card(ui, cx, |ui| {
            ui.label(RichText::new("Examples for the sol of the cursor").color(cx.theme.text));
            for (mission, name) in missions {
                let Some(at) = cx.clocks.lmst(&mission, cx.time.cursor) else { continue };
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(format!("{name}:")).color(cx.theme.text_weak));
                    for (number, instrument) in examples(&mission) {
                        let text = format!("Plan a sol for {instrument}");
                        if ui.button(text).clicked()
                            && let Some(plan) = example(&mission, number, at.sol.max(1) as i32)
                        {
                            let plan = Arc::new(plan);
                            self.open(Wanted { plan, base: None, is_saved: false });
                        }
                    }
                });
            }
        });
    }

    /// The saved plans.
    pub(super) fn saved(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let documents = Arc::clone(&cx.snapshot.commanding.documents);
        left_card(ui, cx, |ui| {
            ui.label(RichText::new("Saved plans").color(cx.theme.text));
            let plans = documents.iter().filter(|d| d.kind == DocumentKind::Plan);
            let mut is_empty = true;
            for document in plans {
                let Some(head) = document.head() else { continue };
                is_empty = false;
                ui.horizontal_wrapped(|ui| {
                    let name = format!("Open {}", document.name);
                    if ui.button(name).clicked() {
                        self.documents.open(cx, head.id);
                    }
                    let mission = cx.snapshot.missions.mission(&document.mission);
                    let text = format!(
                        "{}, version {} by {} at {}",
                        mission.map_or(&document.mission, |of| &of.name),
                        head.id,
                        head.who,
                        cx.time_text(head.time)
                    );
                    ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
                });
            }
            if is_empty {
                let text = if cx.account().is_some() {
                    "None yet. Save a plan and it stands here for everybody."
                } else {
                    "None yet. Log in to save plans for everybody."
                };
                ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            }
        });
        self.opened(cx);
    }

    /// Opens a version that has come.
    pub(super) fn opened(&mut self, cx: &ViewContext<'_>) {
        match self.documents.opened(cx) {
            Some(Ok((plan, version))) => {
                self.open(Wanted { plan, base: Some(version), is_saved: true });
            }
            Some(Err(why)) => self.said = why,
            None => {}
        }
    }

    /// Opens the dialog of a new plan.
    pub(super) fn ask_new(&mut self, cx: &ViewContext<'_>) {
        self.begin.asks_new = true;
        cx.mission().clone_into(&mut self.begin.mission);
        let at = cx.clocks.lmst(&self.begin.mission, cx.time.cursor);
        self.begin.sol = at.map_or(1, |at| at.sol as i32);
        self.begin.sols = 1;
        self.begin.name = format!("Sol {}", self.begin.sol);
    }

    /// The dialogs that begin another plan.
    pub(super) fn begin_dialogs(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        if self.begin.asks_new {
            self.new_dialog(ui, cx);
        }
        if self.begin.asks_file {
            self.file_dialog(ui, cx);
        }
    }

    fn new_dialog(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        let begin = &mut self.begin;
        let modal = Modal::new(Id::unique("new plan")).show(ui.ctx(), |ui| {
            ui.set_width(380.0);
            ui.heading("New plan");
            let label = ui.label("Name");
            ui.add(TextEdit::singleline(&mut begin.name).desired_width(f32::INFINITY))
                .labelled_by(label.id);
            ui.horizontal(|ui| {
                ui.label("Mission");
                for mission in &cx.snapshot.missions.missions {
                    let chosen = begin.mission == mission.id;
                    if ui.selectable_label(chosen, &mission.name).clicked() {
                        begin.mission.clone_from(&mission.id);
                        let at = cx.clocks.lmst(&mission.id, cx.time.cursor);
                        begin.sol = at.map_or(1, |at| at.sol as i32);
                    }
                }
            });
            ui.horizontal(|ui| {
                let label = ui.label("First sol");
                ui.add(egui::DragValue::new(&mut begin.sol).range(0..=99_999))
                    .labelled_by(label.id);
                let label = ui.label("Number of sols");
                ui.add(egui::DragValue::new(&mut begin.sols).range(1..=1000)).labelled_by(label.id);
            });
            ui.horizontal(|ui| {
                let ready = !begin.name.trim().is_empty();
                let made = ui.add_enabled(ready, Button::new("Make the plan")).clicked();
                (made, ui.button("Cancel").clicked())
            })
            .inner
        });
        let closed = modal.should_close();
        let (made, cancel) = modal.inner;
        if made {
            let begin = &self.begin;
            let plan = empty(&begin.mission, begin.name.trim(), begin.sol, begin.sols);
            match plan {
                Some(plan) => {
                    let plan = Arc::new(plan);
                    self.open(Wanted { plan, base: None, is_saved: false });
                }
                None => {
                    self.said = format!("{} has no sol clock: choose another", begin.mission);
                }
            }
        }
        if made || cancel || closed {
            self.begin.asks_new = false;
        }
    }

    fn file_dialog(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        let begin = &mut self.begin;
        let enter = ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Enter));
        let modal = Modal::new(Id::unique("import plan")).show(ui.ctx(), |ui| {
            ui.set_width(520.0_f32.min(ui.ctx().content_rect().width() - 60.0));
            ui.heading("Import a plan");
            ui.label(RichText::new(FILES).color(cx.theme.text_weak));
            let label = ui.label("Path of the file");
            let edit = TextEdit::singleline(&mut begin.path).desired_width(f32::INFINITY);
            ui.add(edit.hint_text("~/plans/sol0200.json")).labelled_by(label.id).request_focus();
            ui.horizontal(|ui| {
                let ready = !begin.path.trim().is_empty();
                let go = ui.add_enabled(ready, Button::new("Read the file")).clicked();
                (ready && (go || enter), ui.button("Cancel").clicked())
            })
            .inner
        });
        let closed = modal.should_close();
        let (go, cancel) = modal.inner;
        if go {
            let ctx = ui.ctx().clone();
            let wake = Box::new(move || ctx.request_repaint());
            let path = expand_home(&self.begin.path);
            let name = path.display().to_string();
            self.said = format!("Reading {name}…");
            self.reading = Some((name, exchange::load(path, cx.mission().to_owned(), wake)));
        }
        if go || cancel || closed {
            self.begin.asks_file = false;
        }
    }

    /// Opens or closes what was asked for; asks first where changes would be lost.
    pub(super) fn ask_before_leaving(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        let Some(next) = self.asking.clone() else { return };
        let changed = match &self.place {
            Place::Open(desk) if desk.is_dirty() => Some(desk.plan().name.clone()),
            _ => None,
        };
        let mut answer = Some(true);
        if let Some(name) = changed {
            let modal = Modal::new(Id::unique("leave plan")).show(ui.ctx(), |ui| {
                ui.set_width(400.0);
                ui.heading("There are changes that are not saved");
                ui.label(format!("{name} was changed since it was saved last."));
                ui.horizontal(|ui| {
                    let back = ui.button("Back to the plan").clicked();
                    (back, ui.button("Discard the changes").clicked())
                })
                .inner
            });
            let closed = modal.should_close();
            let (back, discard) = modal.inner;
            answer = if back || closed { Some(false) } else { discard.then_some(true) };
        }
        if answer == Some(true) {
            self.place = Place::Start;
            self.kept.plan = None;
            if let Next::Plan(wanted) = next {
                self.begin_with(ui, cx, wanted);
            }
        }
        if answer.is_some() {
            self.asking = None;
        }
    }
}

/// A card that begins at its left also in the middle of a page.
fn left_card(ui: &mut Ui, cx: &ViewContext<'_>, contents: impl FnOnce(&mut Ui)) {
    card(ui, cx.theme, None, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(egui::Layout::top_down(egui::Align::Min), contents);
    });
}

/// What can be read.
const FILES: &str = "JSON of Aerie, JSON of marsdeck, or CSV with the columns type and start.";
