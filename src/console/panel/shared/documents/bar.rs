//! Paints the desk: new, open, name, note, save, prepare, and what was said.

use egui::{Button, RichText, ScrollArea, TextEdit, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::DraftOf;

use super::desk::{Brought, DocumentDesk, Next};
use super::paint::version_text;
use crate::theme::SMALL;
use crate::view::ViewContext;

impl DocumentDesk {
    /// The bar with what can be done to the document; a text where another one is to be edited.
    pub fn bar(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, text: &str) -> Option<Brought> {
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        let mut wanted: Option<Next> = None;
        ui.horizontal_wrapped(|ui| {
            if ui.button("New").on_hover_text("Begin a new document").clicked() {
                wanted = Some(Next::New);
            }
            if let Some(version) = self.open_menu(ui, cx) {
                wanted = Some(Next::Version(version));
            }
            let label = ui.label(weak("Name"));
            let edit = TextEdit::singleline(&mut self.kept.name).desired_width(150.0);
            let edit = ui.add_enabled(self.kept.parents.is_empty(), edit).labelled_by(label.id);
            edit.on_disabled_hover_text("A document keeps its name; New begins another one.");
            let label = ui.label(weak("Note"));
            let edit = TextEdit::singleline(&mut self.kept.note).desired_width(170.0);
            ui.add(edit.hint_text("what was done")).labelled_by(label.id);
            let hindrance = self.hindrance(cx, text);
            let save = ui.add_enabled(hindrance.is_none(), Button::new("Save version"));
            if save.on_disabled_hover_text(hindrance.unwrap_or_default()).clicked() {
                self.save(cx, text);
            }
            let state = match self.version() {
                None => "not saved yet".to_owned(),
                Some(version) if self.is_saved(text) => format!("version {version}"),
                Some(version) => format!("version {version}, changed"),
            };
            ui.label(weak(&state).size(SMALL));
            if !self.said.is_empty() {
                ui.label(RichText::new(&self.said).size(SMALL).color(cx.theme.text));
            }
        });
        let is_lost = !text.trim().is_empty() && !self.is_saved(text);
        match wanted {
            Some(what) if is_lost => self.unsure = Some(what),
            Some(what) => return self.go(cx, what),
            None => (),
        }
        self.ask(ui, cx)
    }

    fn go(&mut self, cx: &ViewContext<'_>, what: Next) -> Option<Brought> {
        match what {
            Next::Version(version) => {
                self.open(cx, version);
                None
            }
            Next::New => {
                let mission = self.mission(cx).to_owned();
                self.start_new(&mission, "");
                Some(Brought::New)
            }
        }
    }

    /// Asks before text is lost.
    fn ask(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) -> Option<Brought> {
        let what = self.unsure?;
        let mut brought = None;
        ui.horizontal_wrapped(|ui| {
            let colour = cx.theme.severity(Severity::Watch);
            ui.label(RichText::new("What is here is not saved.").color(colour));
            if ui.button("Drop it").clicked() {
                self.unsure = None;
                brought = self.go(cx, what);
            }
            if ui.button("Go on with it").clicked() {
                self.unsure = None;
            }
        });
        brought
    }

    /// All documents with their versions; the one that was chosen.
    fn open_menu(&self, ui: &mut Ui, cx: &ViewContext<'_>) -> Option<u64> {
        let mut chosen = None;
        ui.menu_button("Open…", |ui| {
            ui.set_min_width(340.0);
            let all = self.documents(cx);
            if all.is_empty() {
                let text = format!("No {} is saved yet.", self.kind.word());
                ui.label(RichText::new(text).color(cx.theme.text_weak));
            }
            ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                for document in all {
                    let title = format!("{} ({})", document.name, document.mission);
                    ui.label(RichText::new(title).strong());
                    for version in document.versions.iter().rev() {
                        let text = version_text(cx, version);
                        if ui.add(Button::new(text).frame(false)).clicked() {
                            chosen = Some(version.id);
                            ui.close();
                        }
                    }
                }
            });
        });
        chosen
    }

    /// The button that prepares the saved version, with the reason where it cannot be pressed.
    pub fn prepare_button(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        text: &str,
        wrong: Option<&str>,
        what: impl FnOnce(u64, bool) -> DraftOf,
    ) {
        let reason = wrong.map(str::to_owned).or_else(|| self.not_ready(cx, text));
        let button = ui.add_enabled(reason.is_none(), Button::new("Prepare for uplink"));
        let hint = "The saved version in its binary form, as a command to approve and release";
        let button = button.on_hover_text(hint);
        if button.on_disabled_hover_text(reason.unwrap_or_default()).clicked()
            && let Some(version) = self.version()
        {
            let activate = self.activate;
            self.prepare(cx, what(version, activate));
        }
    }

    /// Whether a prepared sequence runs as soon as it is on board.
    pub fn activate_box(&mut self, ui: &mut Ui) {
        let hint = "The sequence starts as soon as it is on board; else it is only loaded";
        ui.checkbox(&mut self.activate, "Start at once").on_hover_text(hint);
    }

    /// Where somebody saved meanwhile: both texts, and what to do. True where it was shown.
    pub fn conflict(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) -> (bool, Option<Brought>) {
        let Some(conflict) = self.conflict.clone() else { return (false, None) };
        let theirs = self.content(cx, conflict.head);
        let mut brought = None;
        let (head, by) = (conflict.head, &conflict.by);
        ui.label(RichText::new("Two people changed this document").heading());
        ui.label(format!(
            "{by} saved version {head} after you began. Below, + stands before lines that only \
             you have, − before lines that only {by} has."
        ));
        ui.horizontal_wrapped(|ui| {
            let there = theirs.is_some();
            let take = ui.add_enabled(there, Button::new("Take theirs"));
            let hint = "Your text is dropped; copy what you need of it first";
            if take.on_hover_text(hint).clicked()
                && let Some(theirs) = &theirs
            {
                brought = self.take_theirs(theirs);
            }
            let hint = "Your text is saved on top of theirs, which stays in the history";
            if ui.button("Keep mine").on_hover_text(hint).clicked() {
                self.keep_mine(cx);
            }
            if ui.button("Go on editing").on_hover_text("Nothing is saved").clicked() {
                self.conflict = None;
            }
        });
        match theirs {
            Some(theirs) => {
                self.changes.show(ui, cx.theme, [&theirs, &conflict.own], "conflict");
            }
            None => {
                ui.label("Their text is on its way…");
            }
        }
        (true, brought)
    }
}
