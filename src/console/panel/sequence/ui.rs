//! Paints the Sequence panel and keeps text, form and what is worked out in step.

use std::sync::Arc;

use egui::{RichText, Ui};
use marsdeck_engine::document::DocumentKind;
use marsdeck_engine::mission::{Database, packets};
use marsdeck_engine::runtime::DraftOf;
use serde_json::{Value, json};

use super::analysis::{Basis, Worker};
use super::binary::BinaryView;
use super::compare::CompareView;
use super::editor::Editor;
use super::findings::{self, Times};
use super::form::{Form, Made};
use super::toolbar::Toolbar;
use super::{model, steps};
use crate::panel::shared::{Brought, DocumentDesk};
use crate::state::HERE;
use crate::view::{Panel, ViewContext};

/// Below this width in points text and form take turns.
const NARROW: f32 = 760.0;

/// What is shown below the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Checks,
    Resources,
    Compare,
    Binary,
}

/// The Sequence panel.
pub struct SequencePanel {
    desk: DocumentDesk,
    text: String,
    editor: Editor,
    form: Form,
    worker: Worker,
    basis: Option<Arc<Basis>>,
    /// Missions that the basis was made of, and the name of its dictionary file.
    made_of: Option<(Arc<Database>, Option<String>)>,
    /// The text that was given to be worked out.
    begun: Option<Arc<str>>,
    /// Step that is shown in the form, and the line of the cursor when it was chosen.
    selected: Option<usize>,
    line: usize,
    tab: Tab,
    times: Times,
    compare: CompareView,
    binary: BinaryView,
    toolbar: Toolbar,
    /// In a narrow panel: the form instead of the text.
    shows_form: bool,
    kept: Option<Value>,
}

impl Default for SequencePanel {
    fn default() -> Self {
        Self {
            desk: DocumentDesk::new(DocumentKind::Sequence),
            text: String::new(),
            editor: Editor::default(),
            form: Form::default(),
            worker: Worker::default(),
            basis: None,
            made_of: None,
            begun: None,
            selected: None,
            line: 0,
            tab: Tab::default(),
            times: Times::default(),
            compare: CompareView::default(),
            binary: BinaryView::default(),
            toolbar: Toolbar::default(),
            shows_form: false,
            kept: None,
        }
    }
}

impl Panel for SequencePanel {
    fn title(&self) -> &'static str {
        "Sequence"
    }

    fn state(&self) -> Option<&Value> {
        self.kept.as_ref()
    }

    fn restore(&mut self, state: &Value) {
        let Some(here) = state.get(HERE) else { return };
        if let Some(text) = here.get("text").and_then(Value::as_str) {
            text.clone_into(&mut self.text);
            self.desk.restore(here.get("desk").unwrap_or(&Value::Null));
            self.kept = Some(state.clone());
        }
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let brought = self.desk.take(cx);
        self.bring(brought);
        self.head(ui, cx);
        ui.separator();
        let (is_open, brought) = self.desk.conflict(ui, cx);
        self.bring(brought);
        if !is_open {
            self.body(ui, cx);
        }
        self.keep();
    }
}

impl SequencePanel {
    fn bring(&mut self, brought: Option<Brought>) {
        match brought {
            Some(Brought::Text(text)) => text.as_ref().clone_into(&mut self.text),
            Some(Brought::New) => self.text = model::empty_text(""),
            None => return,
        }
        self.selected = None;
    }

    /// Document, dictionary, files.
    fn head(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let brought = self.desk.bar(ui, cx, &self.text);
        self.bring(brought);
        let basis = self.basis(ui, cx);
        if let Some(text) = self.toolbar.show(ui, cx, &basis, &self.text) {
            self.text = text;
        }
        self.work(ui, &basis);
        let done = &self.worker.done;
        let wrong = match done.faults() {
            _ if *done.text != *self.text => Some("It is being checked.".to_owned()),
            _ if self.toolbar.dictionary.is_some() => {
                Some("What goes up is made by the mission's dictionary; use that one.".to_owned())
            }
            0 if done.parsed.sequence.steps.is_empty() => Some("It has no step yet.".to_owned()),
            0 => None,
            1 => Some("One fault has to be mended first.".to_owned()),
            many => Some(format!("{many} faults have to be mended first.")),
        };
        ui.horizontal_wrapped(|ui| {
            let what = |version, activate| DraftOf::Sequence { version, activate };
            self.desk.prepare_button(ui, cx, &self.text, wrong.as_deref(), what);
            self.desk.activate_box(ui);
            if ui.available_width() < NARROW {
                ui.selectable_value(&mut self.shows_form, false, "Text");
                ui.selectable_value(&mut self.shows_form, true, "Form");
            }
        });
    }

    /// What texts are worked out by; made anew where mission or dictionary changed.
    fn basis(&mut self, ui: &Ui, cx: &ViewContext<'_>) -> Arc<Basis> {
        let file = self.toolbar.dictionary.as_ref().map(|(_, name)| name.clone());
        let id = self.desk.mission(cx).to_owned();
        let is_current = self.made_of.as_ref().is_some_and(|(missions, of)| {
            Arc::ptr_eq(missions, &cx.snapshot.missions) && *of == file
        });
        if let Some(basis) = self.basis.as_ref().filter(|b| is_current && b.mission == id) {
            return Arc::clone(basis);
        }
        let mission = cx.snapshot.missions.mission(&id);
        let mut basis = if let Some((dictionary, _)) = &self.toolbar.dictionary {
            Basis::of(&id, Arc::clone(dictionary))
        } else {
            let dictionary = mission.map(packets::dictionary).unwrap_or_default();
            let commands = mission.map(|of| of.commands.clone()).unwrap_or_default();
            let basis = Basis::of(&id, Arc::new(dictionary));
            Basis { commands: Arc::new(commands), ..basis }
        };
        if let Some(before) = &self.basis {
            basis.start = before.start;
            basis.epochs.clone_from(&before.epochs);
        }
        let basis = Arc::new(basis);
        self.made_of = Some((Arc::clone(&cx.snapshot.missions), file));
        self.basis = Some(Arc::clone(&basis));
        self.begun = None;
        ui.ctx().request_repaint();
        basis
    }

    /// Has the text worked out where it changed.
    fn work(&mut self, ui: &Ui, basis: &Arc<Basis>) {
        if self.begun.as_deref() != Some(&self.text) {
            let text: Arc<str> = self.text.as_str().into();
            self.begun = Some(Arc::clone(&text));
            self.worker.start(text, basis, ui.ctx());
        }
        self.worker.poll();
    }

    fn body(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let Some(basis) = self.basis.clone() else { return };
        let is_narrow = ui.available_width() < NARROW;
        let low = (ui.available_height() * 0.24).clamp(90.0, 200.0);
        let bottom = egui::Panel::bottom("sequence results").resizable(true).default_size(low);
        bottom.show(ui, |ui| self.results(ui, cx, &basis));
        if !is_narrow {
            let wide = (ui.available_width() * 0.46).max(360.0);
            let right = egui::Panel::right("sequence form").resizable(true).default_size(wide);
            right.show(ui, |ui| self.side(ui, cx, &basis));
        }
        egui::CentralPanel::default().show(ui, |ui| {
            if is_narrow && self.shows_form {
                self.side(ui, cx, &basis);
            } else {
                self.write(ui, cx, &basis);
            }
        });
    }

    fn write(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, basis: &Arc<Basis>) {
        let done = Arc::clone(&self.worker.done);
        let dictionary = &basis.dictionary;
        let changed = self.editor.show(ui, cx.theme, &mut self.text, &done, dictionary);
        if changed {
            self.work(ui, basis);
            ui.ctx().request_repaint();
        }
        let line = self.editor.line(&self.text);
        if changed || line != self.line {
            self.line = line;
            self.selected = model::step_at(&self.worker.done.parsed, line);
        }
    }

    /// The list of steps, and the form of one.
    fn side(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, basis: &Arc<Basis>) {
        let done = Arc::clone(&self.worker.done);
        if *done.text != *self.text {
            ui.label(RichText::new("Reading the text…").color(cx.theme.text_weak));
            return;
        }
        let height = ui.available_height();
        let below = egui::Panel::bottom("sequence step").resizable(true);
        let below = below.default_size((height * 0.5).max(120.0));
        let made = below.show(ui, |ui| {
            let about = (&*done, &*basis.dictionary, basis.mission.as_str());
            self.form.show(ui, cx, about, self.selected)
        });
        let clicked = egui::CentralPanel::default()
            .show(ui, |ui| {
                let changed = self.times.show(ui, cx, &done, &basis.mission);
                if let Some((start, epochs)) = changed {
                    let new = Basis { start, epochs, ..(**basis).clone() };
                    self.basis = Some(Arc::new(new));
                    self.begun = None;
                }
                steps::show(ui, cx, &done, self.selected)
            })
            .inner;
        if let Some(at) = clicked {
            self.select(at);
        }
        if let Some(Made { text, step }) = made.inner {
            self.text = text;
            self.work(ui, basis);
            self.select(step);
            ui.ctx().request_repaint();
        }
    }

    /// Shows a step in the form, and puts the text to its line without taking the keyboard.
    fn select(&mut self, at: usize) {
        self.selected = Some(at);
        let place = self.worker.done.parsed.places.get(at);
        if let Some(line) = place.map(|place| place.name.line) {
            self.editor.show_line(&self.text, line);
            self.line = line;
        }
    }

    fn results(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, basis: &Arc<Basis>) {
        // Else the panel shrinks to what is in it.
        ui.set_min_size(ui.available_size());
        let done = Arc::clone(&self.worker.done);
        ui.horizontal_wrapped(|ui| {
            let checks = match done.findings.len() {
                0 => "Checks".to_owned(),
                many => format!("Checks ({many})"),
            };
            ui.selectable_value(&mut self.tab, Tab::Checks, checks);
            ui.selectable_value(&mut self.tab, Tab::Resources, "Resources");
            ui.selectable_value(&mut self.tab, Tab::Compare, "Compare");
            ui.selectable_value(&mut self.tab, Tab::Binary, "Binary form");
        });
        match self.tab {
            Tab::Checks => {
                if let Some((line, column)) = findings::list(ui, cx, &done) {
                    self.editor.go_to(line, column);
                    self.shows_form = false;
                    ui.ctx().request_repaint();
                }
            }
            Tab::Resources => findings::charts(ui, cx, &done),
            Tab::Compare => self.compare.show(ui, cx, &mut self.desk, &self.text),
            Tab::Binary => {
                if let Some(bytes) = self.binary.show(ui, cx, &done, basis) {
                    self.toolbar.write_binary(ui, bytes);
                }
            }
        }
    }

    /// Keeps text and document for the next start.
    fn keep(&mut self) {
        let desk = self.desk.state();
        let here = self.kept.as_ref().and_then(|kept| kept.get(HERE));
        let is_kept = here.is_some_and(|here| {
            here.get("text").and_then(Value::as_str) == Some(&self.text)
                && here.get("desk") == Some(&desk)
        });
        let is_new = self.text.is_empty() && self.kept.is_none();
        if !is_kept && !is_new {
            self.kept = Some(json!({ HERE: { "text": self.text, "desk": desk } }));
        }
    }
}
