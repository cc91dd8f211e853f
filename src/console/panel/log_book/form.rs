//! The box to write an entry, and what it is tied to.

use egui::{Button, ComboBox, Key, Modifiers, RichText, TextEdit, Ui};
use marsdeck_engine::archive::{LogEntry, LogQuery, SeriesKey};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::Intent;
use marsdeck_engine::time::{Instant, TimeRange, iso};

use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// An entry that has not shown after so many seconds was not written.
const PATIENCE_S: f64 = 10.0;

/// The box.
#[derive(Default)]
pub(super) struct Form {
    text: String,
    /// The time that the entry is about; none: that of the cursor.
    time: Option<Instant>,
    /// Mission identifier; none: the one in focus.
    mission: Option<String>,
    series: Option<SeriesKey>,
    /// The entry that it corrects.
    corrects: Option<i64>,
    /// What is being written, and since when.
    sent: Option<(LogEntry, f64)>,
    /// The number of the wish of another panel that was taken over.
    taken: u64,
    focus: bool,
    said: String,
}

impl Form {
    /// Takes over what another panel wants an entry about.
    pub(super) fn take(&mut self, cx: &ViewContext<'_>) {
        let Some(tie) = cx.selection.log.as_ref().filter(|tie| tie.number != self.taken) else {
            return;
        };
        self.taken = tie.number;
        self.time = Some(tie.time);
        self.mission = Some(tie.mission.clone()).filter(|mission| !mission.is_empty());
        self.series.clone_from(&tie.series);
        self.corrects = None;
        self.focus = true;
    }

    /// Begins a correction of an entry.
    pub(super) fn correct(&mut self, entry: &LogEntry) {
        self.text.clone_from(&entry.text);
        self.time = Some(entry.time);
        self.mission = Some(entry.mission.clone());
        self.series.clone_from(&entry.series);
        self.corrects = Some(entry.id);
        self.focus = true;
    }

    /// Paints the box.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        self.confirm(ui, cx);
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        let heading = match self.corrects {
            Some(id) => format!("Correction of entry {id}"),
            None => "New entry".to_owned(),
        };
        let label = ui.label(RichText::new(heading).strong());
        let free = cx.snapshot.writable && self.sent.is_none();
        // Taken before the box, which would make a new line of it.
        let id = ui.scope_id().with("log entry");
        let write = ui.memory(|memory| memory.has_focus(id))
            && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
        let edit = TextEdit::multiline(&mut self.text)
            .id(id)
            .hint_text("What happened, what was done, what the next shift must know")
            .desired_rows(3)
            .char_limit(4000)
            .desired_width(f32::INFINITY);
        let edit = ui.add_enabled(free, edit).labelled_by(label.id);
        if std::mem::take(&mut self.focus) {
            edit.request_focus();
        }
        ui.horizontal_wrapped(|ui| {
            self.ties(ui, cx);
            let is_told = !self.text.trim().is_empty();
            let why = if cx.snapshot.writable {
                "Write something first."
            } else {
                "This console only reads the archive."
            };
            let button = ui.add_enabled(free && is_told, Button::new("Write entry"));
            let button = button.on_hover_text("Ctrl+Enter").on_disabled_hover_text(why);
            if (button.clicked() || write) && free && is_told {
                self.send(ui, cx);
            }
            if self.corrects.is_some() && ui.button("Cancel correction").clicked() {
                *self = Self { taken: self.taken, ..Self::default() };
            }
            if self.sent.is_some() {
                ui.label(weak("Writing…").size(SMALL));
            } else if !self.said.is_empty() {
                ui.label(weak(&self.said).size(SMALL));
            }
        });
    }

    /// What the entry is tied to: time, mission, series.
    fn ties(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        let time = self.time.unwrap_or(cx.time.cursor);
        let text = iso(time, 0).replace('T', " ").trim_end_matches('Z').to_owned();
        ui.label(weak("About"));
        ui.label(format!("{text} UTC"));
        if self.time.is_none() {
            ui.label(weak("(cursor)").size(SMALL));
        } else if ui.small_button("Use the cursor").clicked() {
            self.time = None;
        }
        let mission = self.mission.clone().unwrap_or_else(|| cx.mission().to_owned());
        let missions = &cx.snapshot.missions.missions;
        let name = |id: &str| {
            missions
                .iter()
                .find(|m| m.id == id)
                .map_or("No mission", |m| m.name.as_str())
                .to_owned()
        };
        let label = ui.label(weak("Mission"));
        let combo = ComboBox::from_id_salt("log mission").selected_text(name(&mission));
        let shown = combo.show_ui(ui, |ui| {
            for id in missions.iter().map(|m| m.id.as_str()).chain([""]) {
                if ui.selectable_label(id == mission, name(id)).clicked() {
                    self.mission = Some(id.to_owned());
                }
            }
        });
        shown.response.labelled_by(label.id);
        let label = ui.label(weak("Tied to"));
        let series = |key: Option<&SeriesKey>| {
            key.map_or_else(|| "Time only".to_owned(), ToString::to_string)
        };
        let combo = ComboBox::from_id_salt("log series").width(200.0).truncate();
        let combo = combo.selected_text(series(self.series.as_ref()));
        let shown = combo.show_ui(ui, |ui| {
            let mut keys: Vec<Option<&SeriesKey>> = vec![None];
            keys.extend(cx.snapshot.alarms.present.iter().map(|v| Some(&v.alarm.key)).take(20));
            for key in &cx.selection.plotted {
                if !keys.contains(&Some(key)) {
                    keys.push(Some(key));
                }
            }
            for key in keys {
                if ui.selectable_label(self.series.as_ref() == key, series(key)).clicked() {
                    self.series = key.cloned();
                }
            }
        });
        shown.response.labelled_by(label.id);
    }

    fn send(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        let entry = LogEntry {
            time: self.time.unwrap_or(cx.time.cursor),
            mission: self.mission.clone().unwrap_or_else(|| cx.mission().to_owned()),
            text: self.text.trim().to_owned(),
            series: self.series.clone(),
            corrects: self.corrects,
            ..LogEntry::default()
        };
        let intent = Intent::WriteNote { entry: Box::new(entry.clone()) };
        cx.intents.send(UiIntent::Engine(intent));
        self.said.clear();
        self.sent = Some((entry, ui.input(|input| input.time)));
    }

    /// Empties the box once the entry is in the archive; gives it back where it did not get there.
    fn confirm(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        let Some((entry, since)) = &self.sent else { return };
        let range = TimeRange::new(entry.time, entry.time.plus_ns(1));
        let query = LogQuery { range, mission: String::new(), text: String::new(), limit: 1000 };
        let pending = cx.queries.ask(ui.scope_id().with("written"), &Request::Notes(query));
        let is_there = pending.answer.is_some_and(|(_, answer)| match &*answer {
            Answer::Notes { entries, .. } => entries.iter().any(|known| {
                (&known.text, &known.series, known.corrects)
                    == (&entry.text, &entry.series, entry.corrects)
            }),
            _ => false,
        });
        if is_there {
            "Written.".clone_into(&mut self.said);
            let (taken, said) = (self.taken, std::mem::take(&mut self.said));
            *self = Self { taken, said, ..Self::default() };
        } else if ui.input(|input| input.time) - since > PATIENCE_S {
            "Not written; the messages say why. The text is kept here.".clone_into(&mut self.said);
            self.sent = None;
        } else {
            ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
        }
    }
}
