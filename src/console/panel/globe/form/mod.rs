//! The side panel "Map data": files on the globe, tile servers, areas kept for offline work, and
//! choices for marks and paths.

mod choices;
mod files;
mod offline;
mod servers;
mod service;

use std::path::PathBuf;
use std::time::Duration;

use egui::{CollapsingHeader, Grid, RichText, ScrollArea, TextEdit, Ui};

use super::data::GlobeData;
use super::model::LayerChoices;
use crate::globe::GlobeSettings;
use crate::globe::ground::tile::Area;
use crate::theme::{SMALL, Theme};

/// Width of the panel, and of a field in it, points.
const WIDTH: f32 = 340.0;
const FIELD: f32 = 206.0;

/// What the form reads and changes.
pub(super) struct Subject<'a> {
    /// What lies on all globes.
    pub data: &'a GlobeData,
    /// Settings of this globe: which layers it shows.
    pub settings: &'a mut GlobeSettings,
    /// Choices of this globe.
    pub choices: &'a mut LayerChoices,
    /// Files of marks that cannot be read, and why.
    pub wrong_files: &'a [(PathBuf, String)],
    /// What this globe shows of the ground now.
    pub area: Option<Area>,
    pub theme: &'a Theme,
}

/// The side panel, open or not.
#[derive(Default)]
pub(super) struct DataForm {
    open: bool,
    files: files::FileForm,
    servers: servers::ServerForm,
    offline: offline::OfflineForm,
    choices: choices::ChoiceForm,
}

impl DataForm {
    /// Whether it is on screen.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// The button in the bar that opens it; `trouble` marks it.
    pub(super) fn button(&mut self, ui: &mut Ui, trouble: bool) {
        let words = if trouble { "⚠ Map data" } else { "Map data" };
        let hint = "Files, tile servers, offline areas, and choices for marks";
        if ui.selectable_label(self.open, words).on_hover_text(hint).clicked() {
            self.open = !self.open;
        }
    }

    /// Shows it beside the globe while it is open; answers with an area to look at.
    pub(super) fn show(&mut self, ui: &mut Ui, subject: &mut Subject<'_>) -> Option<Area> {
        if !self.open {
            return None;
        }
        if subject.data.is_downloading() {
            // Tiles for the disk alone wake nobody.
            ui.ctx().request_repaint_after(Duration::from_millis(300));
        }
        let mut wanted = None;
        egui::Panel::right("map data").exact_size(WIDTH).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 5.0;
                let trouble = subject.data.trouble();
                if !trouble.is_empty() {
                    warn(ui, subject.theme, &trouble);
                }
                section(ui, "Files", |ui| wanted = self.files.show(ui, subject));
                section(ui, "Tile servers", |ui| self.servers.show(ui, subject));
                section(ui, "Offline areas", |ui| self.offline.show(ui, subject));
                section(ui, "Marks and paths", |ui| self.choices.show(ui, subject));
            });
        });
        wanted
    }
}

fn section(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(RichText::new(title).strong()).default_open(true).show_unindented(
        ui,
        |ui| {
            contents(ui);
            ui.add_space(6.0);
        },
    );
}

/// Rows of names and fields.
fn fields(ui: &mut Ui, id: &str, rows: impl FnOnce(&mut Ui)) {
    Grid::new(("map data", id)).num_columns(2).spacing([8.0, 5.0]).show(ui, rows);
}

/// A named line of text in [`fields`].
fn line(ui: &mut Ui, theme: &Theme, name: &str, text: &mut String, hint: &str) -> egui::Response {
    let label = ui.label(RichText::new(name).color(theme.text_weak));
    let edit = TextEdit::singleline(text).desired_width(FIELD).hint_text(hint);
    let response = ui.add(edit).labelled_by(label.id);
    ui.end_row();
    response
}

/// A named choice in [`fields`].
fn choose<T: PartialEq + Copy>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    value: &mut T,
    options: &[(T, &str)],
) {
    let label = ui.label(RichText::new(name).color(theme.text_weak));
    let chosen = options.iter().find(|(option, _)| option == value).map_or("", |(_, words)| words);
    egui::ComboBox::from_id_salt(("map data", name))
        .width(FIELD)
        .selected_text(chosen)
        .show_ui(ui, |ui| {
            for (option, words) in options {
                ui.selectable_value(value, *option, *words);
            }
        })
        .response
        .labelled_by(label.id);
    ui.end_row();
}

/// A quiet line.
fn note(ui: &mut Ui, theme: &Theme, words: &str) {
    ui.label(RichText::new(words).size(SMALL).color(theme.text_weak));
}

/// A line that says what is wrong.
fn warn(ui: &mut Ui, theme: &Theme, words: &str) {
    ui.label(RichText::new(format!("⚠ {words}")).size(SMALL).color(theme.simulated));
}
