//! The row below the document: which dictionary is used, and files.

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Receiver;
use egui::{Button, RichText, TextEdit, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::sequence::spacecraft_number;

use super::analysis::Basis;
use super::files::{self, Job, Outcome};
use crate::state::expand_home;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Dictionary and files.
#[derive(Default)]
pub(super) struct Toolbar {
    path: String,
    running: Option<Receiver<Outcome>>,
    said: Vec<String>,
    /// Whether what was said is bad news.
    is_bad: bool,
    /// Sequences of a file, to choose from.
    imported: Vec<(String, String)>,
    /// A dictionary out of a file, and its name; none: that of the mission.
    pub dictionary: Option<(Arc<Dictionary>, String)>,
}

impl Toolbar {
    /// Paints it; a text where a sequence was opened from a file.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        basis: &Basis,
        text: &str,
    ) -> Option<String> {
        self.take();
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        ui.horizontal_wrapped(|ui| {
            ui.label(weak("Dictionary"));
            let text_of = self.words(basis);
            ui.label(text_of).on_hover_text(basis.identity.to_string());
            if self.dictionary.is_some() && ui.button("Use the mission's").clicked() {
                self.dictionary = None;
            }
            let label = ui.label(weak("File"));
            let edit = TextEdit::singleline(&mut self.path).desired_width(230.0);
            ui.add(edit.hint_text("~/sol173.seq")).labelled_by(label.id).on_hover_text(
                "A file; ~/ is your home folder. Endings: .seq text, .json SeqJSON, .satf, .sasf, \
                 .mdsq binary, .xml dictionary",
            );
            self.buttons(ui, basis, text);
        });
        self.answer(ui, cx)
    }

    fn words(&self, basis: &Basis) -> String {
        let count = basis.dictionary.commanding.commands.iter().filter(|c| !c.is_abstract).count();
        let version = match basis.dictionary.version.as_str() {
            "" => String::new(),
            version => format!(" {version}"),
        };
        match (&self.dictionary, count) {
            (Some((_, file)), _) => format!("{file}{version}, {count} commands"),
            (None, 0) => format!(
                "the mission {} has no commands: arguments are not checked. Open a dictionary file.",
                basis.mission
            ),
            (None, _) => format!("{}{version}, {count} commands", basis.mission),
        }
    }

    fn buttons(&mut self, ui: &mut Ui, basis: &Basis, text: &str) {
        let path = expand_home(&self.path);
        let is_free = self.running.is_none() && !self.path.trim().is_empty();
        let why = if self.running.is_some() {
            "A file is being read or written."
        } else {
            "Write a path."
        };
        let spacecraft = spacecraft_number(&basis.mission);
        let mut job = None;
        let button = |ui: &mut Ui, is_free: bool, name: &str, hint: &str| {
            let button = ui.add_enabled(is_free, Button::new(name)).on_hover_text(hint);
            button.on_disabled_hover_text(why).clicked()
        };
        if button(ui, is_free, "Import", "SeqJSON, SATF, SASF or text, by what is in the file") {
            job = Some(Job::Import(path.clone()));
        }
        if button(ui, is_free, "Export", "In the form that the ending says") {
            job = Some(Job::Export(path.clone(), text.into()));
        }
        if button(ui, is_free, "Open dictionary", "XTCE or AMPCS, for this panel") {
            job = Some(Job::Dictionary(path.clone()));
        }
        let hint = "Whether a binary sequence is for this spacecraft and dictionary";
        if button(ui, is_free && spacecraft.is_some(), "Check a binary file…", hint)
            && let Some(spacecraft) = spacecraft
        {
            job = Some(Job::Check(path, spacecraft, basis.identity.clone()));
        }
        if let Some(job) = job {
            self.start(ui, job);
        }
    }

    /// Writes a binary sequence to the path, with the ending of such files.
    pub(super) fn write_binary(&mut self, ui: &Ui, bytes: Vec<u8>) {
        if self.path.trim().is_empty() {
            "~/sequence.mdsq".clone_into(&mut self.path);
        }
        let path: PathBuf = expand_home(&self.path).with_extension("mdsq");
        self.start(ui, Job::Bytes(path, bytes));
    }

    fn start(&mut self, ui: &Ui, job: Job) {
        self.said = vec!["At work…".to_owned()];
        self.is_bad = false;
        self.imported.clear();
        self.running = Some(files::start(job, ui.ctx()));
    }

    /// Takes what a thread has finished.
    fn take(&mut self) {
        let outcome = self.running.as_ref().and_then(|running| running.try_recv().ok());
        let Some(outcome) = outcome else { return };
        self.running = None;
        match outcome {
            Outcome::Imported(texts, problems) => {
                self.is_bad = !problems.is_empty();
                self.said = problems;
                if texts.is_empty() {
                    self.said.insert(0, "The file holds no sequence.".to_owned());
                    self.is_bad = true;
                }
                self.imported = texts;
            }
            Outcome::Dictionary(dictionary, name, problems) => {
                self.is_bad = false;
                self.said = vec![format!("{name} is used; {} remarks.", problems.len())];
                self.said.extend(problems);
                self.dictionary = Some((dictionary, name));
            }
            Outcome::Said(is_good, said) => {
                self.is_bad = !is_good;
                self.said = said;
            }
        }
    }

    /// What came of a file; a text that somebody takes.
    fn answer(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) -> Option<String> {
        let mut taken = None;
        if !self.imported.is_empty() {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new("In the file").color(cx.theme.text_weak));
                for (id, text) in &self.imported {
                    let name = if id.is_empty() { "no identifier" } else { id };
                    let hint = "Put it in the place of the text that is here";
                    let button = ui.button(format!("Take {name}"));
                    if button.on_hover_text(hint).clicked() {
                        taken = Some(text.clone());
                    }
                }
                if ui.button("Leave it").clicked() {
                    taken = Some(String::new());
                }
            });
        }
        if let Some((first, rest)) = self.said.split_first() {
            let severity = if self.is_bad { Severity::Distress } else { Severity::Normal };
            let colour = cx.theme.severity(severity);
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(first).size(SMALL).color(colour));
                if let Some(second) = rest.first() {
                    let text = RichText::new(second).size(SMALL).color(cx.theme.text_weak);
                    ui.label(text).on_hover_text(rest.join("\n"));
                }
            });
        }
        if taken.is_some() {
            self.imported.clear();
            self.said.clear();
        }
        taken.filter(|text| !text.is_empty())
    }
}
