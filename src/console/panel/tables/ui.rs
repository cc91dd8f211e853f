//! Paints the Instrument tables panel.

use crossbeam_channel::Receiver;
use egui::{Button, Grid, RichText, ScrollArea, TextEdit, Ui};
use marsdeck_engine::document::DocumentKind;
use marsdeck_engine::mission::Severity as Shade;
use marsdeck_engine::runtime::DraftOf;
use marsdeck_engine::sequence::spacecraft_number;
use marsdeck_engine::sequence::table::{Catalogue, Table, TableFile, text};
use serde_json::{Value, json};

use super::compare::{self, OnBoard, With};
use super::dumps::{Dumped, Dumps};
use super::file::{self, Job, Outcome};
use super::model::{self, Worked};
use super::{grid, summary};
use crate::panel::shared::{Brought, DocumentDesk, hex, hex_line};
use crate::state::{HERE, expand_home};
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};

/// What is shown below the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Rules,
    Compare,
    Binary,
}

/// The Instrument tables panel.
pub struct TablesPanel {
    desk: DocumentDesk,
    catalogues: Vec<Catalogue>,
    /// Position of the catalogue that is used.
    instrument: usize,
    table: Table,
    worked: Worked,
    /// The text form of the table, as its document holds it.
    text: String,
    tab: Tab,
    with: With,
    board: OnBoard,
    dumps: Dumps,
    path: String,
    running: Option<Receiver<Outcome>>,
    said: (bool, String),
    kept: Option<Value>,
}

impl Default for TablesPanel {
    fn default() -> Self {
        let desk = DocumentDesk::new(DocumentKind::Table);
        let catalogues = model::catalogues();
        let table = catalogues.first().and_then(|of| of.tables.first()).cloned();
        let mut panel = Self {
            desk,
            catalogues,
            instrument: 0,
            table: table.unwrap_or_default(),
            worked: Worked::default(),
            text: String::new(),
            tab: Tab::default(),
            with: With::default(),
            board: None,
            dumps: Dumps::default(),
            path: String::new(),
            running: None,
            said: (true, String::new()),
            kept: None,
        };
        panel.work();
        panel
    }
}

impl Panel for TablesPanel {
    fn title(&self) -> &'static str {
        "Instrument tables"
    }

    fn state(&self) -> Option<&Value> {
        self.kept.as_ref()
    }

    fn restore(&mut self, state: &Value) {
        let Some(here) = state.get(HERE) else { return };
        if let Some(text) = here.get("text").and_then(Value::as_str)
            && self.read(text)
        {
            self.desk.restore(here.get("desk").unwrap_or(&Value::Null));
            self.kept = Some(state.clone());
        }
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        self.desk.set_mission(self.mission(cx));
        let brought = self.desk.take(cx);
        self.bring(brought);
        let brought = self.desk.bar(ui, cx, &self.text);
        self.bring(brought);
        self.tools(ui, cx);
        ui.separator();
        let (is_open, brought) = self.desk.conflict(ui, cx);
        self.bring(brought);
        if !is_open {
            self.body(ui, cx);
        }
        self.work();
        self.keep();
    }
}

impl TablesPanel {
    /// The mission that has the instrument.
    fn mission<'a>(&self, cx: &'a ViewContext<'_>) -> &'a str {
        let instrument = self.catalogues.get(self.instrument).map(|of| of.instrument.as_str());
        let has = |id: &str| Some(id) == instrument;
        let missions = &cx.snapshot.missions.missions;
        let found = missions.iter().find(|of| of.instruments.iter().any(|one| has(&one.id)));
        found.map_or("", |mission| mission.id.as_str())
    }

    /// Works out what the table leads to, where it changed.
    fn work(&mut self) {
        let Some(catalogue) = self.catalogues.get(self.instrument) else { return };
        if self.worked.table != self.table || self.text.is_empty() {
            self.worked = Worked::of(catalogue, &self.table);
            self.text = text::print(&catalogue.instrument, &self.table);
        }
    }

    /// Takes a table out of its text form; whether it could be read.
    fn read(&mut self, text: &str) -> bool {
        match text::parse(text) {
            Ok((instrument, table)) => {
                let found = self.catalogues.iter().position(|of| of.instrument == instrument);
                let Some(at) = found else {
                    self.said = (false, format!("There is no instrument {instrument} here."));
                    return false;
                };
                self.instrument = at;
                self.start(table);
                true
            }
            Err(problems) => {
                let first = problems.first().map_or_else(String::new, ToString::to_string);
                self.said = (false, format!("The version cannot be read: {first}."));
                false
            }
        }
    }

    /// Goes on with another table.
    fn start(&mut self, table: Table) {
        self.table = table;
        self.text.clear();
        self.work();
    }

    fn bring(&mut self, brought: Option<Brought>) {
        match brought {
            Some(Brought::Text(text)) => {
                self.read(&text);
            }
            Some(Brought::New) => self.start_standard(self.instrument),
            None => (),
        }
    }

    /// Begins with the first standard table of an instrument.
    fn start_standard(&mut self, instrument: usize) {
        self.instrument = instrument;
        let table = self.catalogues.get(instrument).and_then(|of| of.tables.first()).cloned();
        self.board = None;
        self.dumps.forget();
        self.with = With::default();
        self.start(table.unwrap_or_default());
    }

    /// Instrument, identifier, standard tables, files, prepare.
    fn tools(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        self.take();
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        ui.horizontal_wrapped(|ui| {
            let is_new = self.desk.version().is_none();
            let mut chosen = self.instrument;
            for (at, of) in self.catalogues.iter().enumerate() {
                let button = Button::selectable(at == self.instrument, of.title.as_str());
                let button = ui.add_enabled(is_new || at == self.instrument, button);
                let why = "The document is for the other instrument; New begins another one.";
                if button.on_disabled_hover_text(why).clicked() {
                    chosen = at;
                }
            }
            if chosen != self.instrument {
                self.start_standard(chosen);
            }
            let label = ui.label(weak("Identifier"));
            let edit = TextEdit::singleline(&mut self.table.id).desired_width(110.0);
            ui.add(edit).labelled_by(label.id).on_hover_text("What the table is called on board");
            let mut start = None;
            ui.menu_button("Standard tables", |ui| {
                let tables = self.catalogues.get(self.instrument).map(|of| of.tables.as_slice());
                for table in tables.unwrap_or_default() {
                    let text = format!("{}, {} rows", table.id, table.rows.len());
                    if ui.button(text).clicked() {
                        start = Some(table.rows.clone());
                        ui.close();
                    }
                }
            });
            if let Some(rows) = start {
                self.table.rows = rows;
            }
            self.work();
            self.files(ui, cx);
            let wrong = match self.worked.broken() {
                0 if self.table.rows.is_empty() => Some("The table has no row.".to_owned()),
                0 => None,
                1 => Some("One rule has to be kept first.".to_owned()),
                many => Some(format!("{many} rules have to be kept first.")),
            };
            let what = |version, _| DraftOf::Table { version };
            self.desk.prepare_button(ui, cx, &self.text, wrong.as_deref(), what);
        });
        let (is_good, said) = &self.said;
        if !said.is_empty() {
            let shade = if *is_good { Shade::Normal } else { Shade::Distress };
            ui.label(RichText::new(said).size(SMALL).color(cx.theme.severity(shade)));
        }
    }

    fn files(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let label = ui.label(RichText::new("File").color(cx.theme.text_weak));
        let edit = TextEdit::singleline(&mut self.path).desired_width(190.0);
        ui.add(edit.hint_text("~/seis.mdtb")).labelled_by(label.id);
        let is_free = self.running.is_none() && !self.path.trim().is_empty();
        let hint = "A binary table or a text, to compare with";
        let load = ui.add_enabled(is_free, Button::new("Load on-board copy")).on_hover_text(hint);
        let catalogue = self.catalogues.get(self.instrument);
        if load.on_disabled_hover_text("Write the path of a file.").clicked()
            && let (Some(of), Some(spacecraft)) = (catalogue, spacecraft_number(self.mission(cx)))
        {
            let job = Job::Read(expand_home(&self.path), Box::new(of.clone()), spacecraft);
            self.running = Some(file::start(job, ui.ctx()));
        }
    }

    /// Takes what a thread has finished.
    fn take(&mut self) {
        let outcome = self.running.as_ref().and_then(|running| running.try_recv().ok());
        let Some(outcome) = outcome else { return };
        self.running = None;
        if let Some(table) = outcome.table {
            self.board = Some((format!("On board, from {}", self.path), table));
            self.with = With::Board;
            self.tab = Tab::Compare;
        }
        self.said = (outcome.is_good, outcome.said);
    }

    /// Takes what the spacecraft said of its table.
    fn hear(&mut self, ui: &Ui, cx: &ViewContext<'_>, catalogue: &Catalogue) {
        let Some(spacecraft) = spacecraft_number(self.mission(cx)) else { return };
        match self.dumps.poll(ui, cx, catalogue, spacecraft) {
            Some(Dumped::Whole(at, table)) => {
                let origin = format!("On board, by its dump of {}", cx.time_text(at));
                self.board = Some((origin, *table));
            }
            Some(Dumped::Not(said)) => self.said = (false, said),
            None => (),
        }
    }

    fn body(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let Some(catalogue) = self.catalogues.get(self.instrument).cloned() else { return };
        self.hear(ui, cx, &catalogue);
        summary::amounts(ui, cx, &catalogue, &self.worked);
        let low = (ui.available_height() * 0.34).clamp(90.0, 240.0);
        let bottom = egui::Panel::bottom("table results").resizable(true).default_size(low);
        bottom.show(ui, |ui| self.results(ui, cx, &catalogue));
        egui::CentralPanel::default().show(ui, |ui| {
            let next = model::next_row(&catalogue, &self.table);
            let why = "Every channel is in both streams.";
            let add = ui.add_enabled(next.is_some(), Button::new("Add row"));
            if let (true, Some(row)) = (add.on_disabled_hover_text(why).clicked(), next) {
                self.table.rows.push(row);
                self.work();
            }
            grid::show(ui, cx, &catalogue, &mut self.table, &self.worked);
        });
    }

    fn results(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, catalogue: &Catalogue) {
        // Else the panel shrinks to what is in it.
        ui.set_min_size(ui.available_size());
        ui.horizontal_wrapped(|ui| {
            let rules = match self.worked.violations.len() {
                0 => "Rules".to_owned(),
                many => format!("Rules ({many})"),
            };
            ui.selectable_value(&mut self.tab, Tab::Rules, rules);
            ui.selectable_value(&mut self.tab, Tab::Compare, "Compare");
            ui.selectable_value(&mut self.tab, Tab::Binary, "Binary form");
        });
        match self.tab {
            Tab::Rules => summary::rules(ui, cx, &self.worked),
            Tab::Compare => {
                let mine = (catalogue, &self.table);
                compare::show(ui, cx, (&mut self.desk, &mut self.with), mine, &self.board);
            }
            Tab::Binary => self.binary(ui, cx, catalogue),
        }
    }

    fn binary(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, catalogue: &Catalogue) {
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        let mission = self.mission(cx);
        let Some(spacecraft) = spacecraft_number(mission) else { return };
        let created = cx.present().unwrap_or(cx.time.cursor);
        let of = TableFile { spacecraft, created, table: self.table.clone() };
        let bytes = match of.to_bytes(catalogue) {
            Ok(bytes) => bytes,
            Err(broken) => {
                let said = format!("It has no binary form: {} rules are broken.", broken.len());
                ui.label(RichText::new(said).color(cx.theme.severity(Shade::Critical)));
                return;
            }
        };
        let seal = bytes.len().saturating_sub(4);
        let hash = bytes.get(bytes.len().saturating_sub(36)..seal).unwrap_or_default();
        let rows = [
            ("Size", format!("{} bytes, {} rows", bytes.len(), self.table.rows.len())),
            ("Spacecraft", format!("{spacecraft} ({mission})")),
            ("Catalogue", format!("{} {}", catalogue.instrument, hex(&catalogue.sha256))),
            ("SHA-256", hex(hash)),
            ("Checksum (CRC-32C)", hex(bytes.get(seal..).unwrap_or_default())),
        ];
        let is_free = self.running.is_none() && !self.path.trim().is_empty();
        let write = ui.add_enabled(is_free, Button::new("Write binary file"));
        let why = "Write a path in File above; the ending becomes .mdtb.";
        if write.on_disabled_hover_text(why).clicked() {
            let path = expand_home(&self.path).with_extension("mdtb");
            self.running = Some(file::start(Job::Write(path, bytes.clone()), ui.ctx()));
        }
        ScrollArea::both().id_salt("binary table").auto_shrink(false).show(ui, |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            Grid::new("binary table facts").num_columns(2).spacing([12.0, 3.0]).show(ui, |ui| {
                for (name, value) in rows {
                    ui.label(weak(name));
                    ui.label(RichText::new(value).monospace().size(SMALL));
                    ui.end_row();
                }
            });
            for line in 0..bytes.len().div_ceil(16) {
                ui.label(RichText::new(hex_line(&bytes, line)).monospace().size(SMALL));
            }
        });
    }

    /// Keeps table and document for the next start.
    fn keep(&mut self) {
        let desk = self.desk.state();
        let here = self.kept.as_ref().and_then(|kept| kept.get(HERE));
        let is_kept = here.is_some_and(|here| {
            here.get("text").and_then(Value::as_str) == Some(&self.text)
                && here.get("desk") == Some(&desk)
        });
        let standard = self.catalogues.first().and_then(|of| of.tables.first());
        let is_new = self.kept.is_none() && self.instrument == 0 && standard == Some(&self.table);
        if !is_kept && !is_new {
            self.kept = Some(json!({ HERE: { "text": self.text, "desk": desk } }));
        }
    }
}
