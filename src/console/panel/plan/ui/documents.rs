//! Saving, opening and exporting plans, and preparing them for uplink.

use std::sync::Arc;

use egui::{Button, Id, Modal, RichText, TextEdit, Ui};
use marsdeck_engine::command::{Permission, Timing};
use marsdeck_engine::document::{Content, DocumentKind};
use marsdeck_engine::plan::{Edit, Merge, Plan};
use marsdeck_engine::runtime::{Draft, DraftOf, Order, OrderId, Reply};

use super::super::model::desk::Desk;
use super::super::model::examples::identifier;
use super::super::model::exchange::Form;
use super::join::Join;
use crate::state::expand_home;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// What is being saved.
#[derive(Clone, Debug)]
pub(super) struct Saving {
    pub name: String,
    pub note: String,
    pub parents: Vec<u64>,
    /// Steps that were made when it was copied.
    pub steps: usize,
    /// The order; none: the judge makes the copy.
    pub order: Option<OrderId>,
}

/// The dialog of saving.
#[derive(Default)]
struct Ask {
    name: String,
    note: String,
    is_branch: bool,
}

/// What is under way.
#[derive(Default)]
pub(super) struct Documents {
    ask: Option<Ask>,
    saving: Option<Saving>,
    opening: Option<OrderId>,
    preparing: Option<OrderId>,
    pub asks_export: bool,
    path: String,
    join: Option<Join>,
}

impl Documents {
    /// Why nothing can be saved; none: it can.
    pub fn hindered(&self, cx: &ViewContext<'_>, desk: &Desk) -> Option<String> {
        let commanding = &cx.snapshot.commanding;
        if !commanding.stopped.is_empty() {
            return Some(commanding.stopped.clone());
        }
        if cx.account().is_none() {
            return Some("Log in to save: a version says who saved it.".to_owned());
        }
        if !cx.may(&desk.plan().mission, Permission::Prepare) {
            return Some("Your roles do not allow to save plans of this mission.".to_owned());
        }
        self.saving.as_ref().map(|_| "It is being saved.".to_owned())
    }

    /// Opens the dialog of saving.
    pub fn ask_save(&mut self, desk: &Desk, is_branch: bool) {
        let name = desk.plan().name.clone();
        let name = if is_branch { format!("{name} copy") } else { name };
        self.ask = Some(Ask { name, note: String::new(), is_branch });
    }

    /// Asks for a version.
    pub fn open(&mut self, cx: &ViewContext<'_>, version: u64) {
        self.opening = Some(cx.order(Order::Open { version }));
    }

    /// A version that was asked for, or why it cannot be had.
    pub fn opened(&mut self, cx: &ViewContext<'_>) -> Option<Result<(Arc<Plan>, u64), String>> {
        let answer = match cx.reply(self.opening?)? {
            Reply::Opened { version, content: Content::Plan(plan) } => {
                Ok((Arc::clone(plan), *version))
            }
            Reply::Refused(reasons) => Err(reasons.join(" ")),
            _ => Err("That version is no plan.".to_owned()),
        };
        self.opening = None;
        Some(answer)
    }

    /// Begins to save the plan as it is now.
    pub fn save(&mut self, desk: &mut Desk, name: String, note: String, parents: Vec<u64>) {
        let steps = desk.steps().len();
        desk.copy();
        self.saving = Some(Saving { name, note, parents, steps, order: None });
    }

    /// The copy is there: it is sent.
    pub fn copied(&mut self, cx: &ViewContext<'_>, plan: Arc<Plan>) {
        let Some(saving) = self.saving.as_mut().filter(|s| s.order.is_none()) else { return };
        saving.order = Some(cx.order(Order::Save {
            kind: DocumentKind::Plan,
            mission: plan.mission.clone(),
            name: saving.name.clone(),
            parents: saving.parents.clone(),
            note: saving.note.clone(),
            content: Content::Plan(plan),
        }));
    }

    /// Takes in the answers.
    pub fn poll(&mut self, cx: &ViewContext<'_>, desk: &mut Desk, said: &mut String) {
        let answer = self.saving.as_ref().and_then(|s| cx.reply(s.order?));
        if let (Some(answer), Some(saving)) = (answer.cloned(), self.saving.clone()) {
            self.saving = None;
            match answer {
                Reply::Saved(version) => {
                    desk.saved(version, saving.steps);
                    *said = format!("Saved as version {version}.");
                }
                Reply::Behind { head, common, by } => {
                    self.join = Some(Join::new(cx, saving, (head, common), by));
                }
                Reply::Refused(reasons) => *said = format!("Not saved: {}", reasons.join(" ")),
                _ => "Not saved: the engine answered something else.".clone_into(said),
            }
        }
        if let Some(answer) = self.preparing.and_then(|id| cx.reply(id)) {
            *said = match answer {
                Reply::Prepared(uid) => {
                    format!(
                        "Prepared as command {uid}: queue it in Commands, where somebody else approves it."
                    )
                }
                Reply::Refused(reasons) => format!("Not prepared: {}", reasons.join(" ")),
                _ => "Not prepared: the engine answered something else.".to_owned(),
            };
            self.preparing = None;
        }
        if let Some(join) = &mut self.join {
            join.poll(cx, desk);
        }
    }

    /// Joined plans from the judge.
    pub fn merged(&mut self, merge: Merge, theirs: Arc<Plan>) {
        if let Some(join) = &mut self.join {
            join.merged(merge, theirs);
        }
    }

    /// Whether something is under way that a screen should say.
    fn busy(&self) -> Option<&'static str> {
        if self.saving.is_some() {
            Some("saving…")
        } else if self.opening.is_some() {
            Some("opening…")
        } else if self.preparing.is_some() {
            Some("preparing…")
        } else {
            None
        }
    }

    /// The button for the uplink, and what is under way.
    pub fn uplink(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &Desk) {
        let mission = &desk.plan().mission;
        let errors = desk.picture.counts.errors;
        let why_not = if desk.is_dirty() || desk.base.is_none() {
            Some("Save the plan first: a saved version goes up.".to_owned())
        } else if desk.is_checking() {
            Some("The rules are being checked.".to_owned())
        } else if errors > 0 {
            Some(format!("{errors} errors stand against it: fix them, or have them waived."))
        } else if cx.account().is_none() {
            Some("Log in to prepare it.".to_owned())
        } else if !cx.may(mission, Permission::Prepare) {
            Some("Your roles do not allow to prepare commands of this mission.".to_owned())
        } else {
            None
        };
        let button = ui.add_enabled(why_not.is_none(), Button::new("Prepare for uplink"));
        let hint = "Expands the saved version to a sequence that loads and starts on board, for \
                    approval by somebody else.";
        let button = button.on_hover_text(hint);
        if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked()
            && let Some(version) = desk.base
        {
            let what = DraftOf::Plan { version, activate: true };
            let draft = Draft { mission: mission.clone(), what, timing: Timing::default() };
            self.preparing = Some(cx.order(Order::Prepare(Box::new(draft))));
        }
        if let Some(word) = self.busy() {
            ui.label(RichText::new(word).size(SMALL).color(cx.theme.text_weak));
        }
    }

    /// The dialogs that are open.
    pub fn dialogs(&mut self, ui: &Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        self.save_dialog(ui, cx, desk);
        if let Some(mut join) = self.join.take() {
            match join.show(ui, cx, desk) {
                super::join::Done::Open => self.join = Some(join),
                super::join::Done::Left => {}
                super::join::Done::Save { name, note, parents } => {
                    self.save(desk, name, note, parents);
                }
            }
        }
    }

    fn save_dialog(&mut self, ui: &Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        let Some(ask) = &mut self.ask else { return };
        let title = if ask.is_branch { "Save as another plan" } else { "Save the plan" };
        let modal = Modal::new(Id::unique("save plan")).show(ui.ctx(), |ui| {
            ui.set_width(400.0);
            ui.heading(title);
            if ask.is_branch || desk.base.is_none() {
                let label = ui.label("Name of the plan");
                let edit = TextEdit::singleline(&mut ask.name).desired_width(f32::INFINITY);
                ui.add(edit).labelled_by(label.id);
            }
            let label = ui.label("What was done");
            let edit = TextEdit::singleline(&mut ask.note).desired_width(f32::INFINITY);
            ui.add(edit.hint_text("a note for the others")).labelled_by(label.id);
            let errors = desk.picture.counts.errors;
            if errors > 0 {
                let text =
                    format!("{errors} errors stand against it; it can be saved all the same.");
                ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            }
            ui.horizontal(|ui| {
                let ready = !ask.name.trim().is_empty();
                let go = ui.add_enabled(ready, Button::new("Save now")).clicked();
                (go, ui.button("Cancel").clicked())
            })
            .inner
        });
        let closed = modal.should_close();
        let (go, cancel) = modal.inner;
        let Some(ask) = (if go || cancel || closed { self.ask.take() } else { None }) else {
            return;
        };
        if !go {
            return;
        }
        let name = ask.name.trim().to_owned();
        if name != desk.plan().name {
            let (before, after) = (desk.plan().name.clone(), name.clone());
            desk.make("rename the plan", vec![Edit::Name { before, after }]);
        }
        self.save(desk, name, ask.note, desk.base.into_iter().collect());
    }

    /// The dialog of an export.
    pub fn export(&mut self, ui: &Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        if !self.asks_export {
            return;
        }
        if self.path.is_empty() {
            self.path = format!("~/{}.json", identifier(&desk.plan().name));
        }
        let path = &mut self.path;
        let modal = Modal::new(Id::unique("export plan")).show(ui.ctx(), |ui| {
            ui.set_width(520.0_f32.min(ui.ctx().content_rect().width() - 60.0));
            ui.heading("Export the plan");
            let label = ui.label("File to write");
            ui.add(TextEdit::singleline(path).desired_width(f32::INFINITY)).labelled_by(label.id);
            ui.horizontal(|ui| {
                let stem = path.trim_end_matches(".seq.json").trim_end_matches(".json");
                let stem = stem.trim_end_matches(".csv").to_owned();
                for (form, word, ending) in [
                    (Form::Aerie, "Aerie JSON", ".json"),
                    (Form::Csv, "CSV", ".csv"),
                    (Form::SeqJson, "SeqJSON of its commands", ".seq.json"),
                ] {
                    if ui.selectable_label(Form::of(path) == Some(form), word).clicked() {
                        *path = format!("{stem}{ending}");
                    }
                }
            });
            if Form::of(path).is_none() {
                let text = "End the path in .json, .csv or .seq.json.";
                ui.label(RichText::new(text).color(cx.theme.text_weak));
            }
            ui.horizontal(|ui| {
                let form = Form::of(path);
                let go = ui.add_enabled(form.is_some(), Button::new("Write the file")).clicked();
                (form.filter(|_| go), ui.button("Cancel").clicked())
            })
            .inner
        });
        let closed = modal.should_close();
        let (form, cancel) = modal.inner;
        if let Some(form) = form {
            desk.write(expand_home(&self.path), form);
        }
        if form.is_some() || cancel || closed {
            self.asks_export = false;
        }
    }
}
