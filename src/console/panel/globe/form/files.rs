//! Files of the user's on the globe: pictures, heights, marks and lines.

use std::path::{Path, PathBuf};

use egui::{Align, Button, Key, Layout, RichText, TextWrapMode, Ui};

use super::{Subject, choose, fields, line, note, warn};
use crate::globe::ground::tile::Area;
use crate::panel::globe::sources::{FileDatum, FileRole, FileSetting, FileState};
use crate::state::expand_home;
use crate::theme::Theme;

/// What a file shall be.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    /// Found out by its ending, else by its content.
    #[default]
    Auto,
    Picture,
    Heights,
    Marks,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Auto, "what it looks like"),
    (Kind::Picture, "a picture"),
    (Kind::Heights, "heights"),
    (Kind::Marks, "marks and lines"),
];

const DATUMS: [(Option<FileDatum>, &str); 4] = [
    (None, "what the file says"),
    (Some(FileDatum::Areoid), "the areoid"),
    (Some(FileDatum::Ellipsoid), "the ellipsoid IAU 2000"),
    (Some(FileDatum::Sphere), "a sphere of 3396.19 km"),
];

/// Endings that only files of marks have.
const MARKS: [&str; 6] = ["geojson", "json", "kml", "kmz", "shp", "csv"];

/// What is typed.
#[derive(Default)]
pub(super) struct FileForm {
    path: String,
    kind: Kind,
    datum: Option<FileDatum>,
    from_zero: bool,
}

impl FileForm {
    /// The list and the form; answers with an area to look at.
    pub(super) fn show(&mut self, ui: &mut Ui, subject: &mut Subject<'_>) -> Option<Area> {
        let theme = subject.theme;
        let mut entered = false;
        fields(ui, "file", |ui| {
            let path = line(ui, theme, "File", &mut self.path, "~/maps/jezero.tif");
            entered = path.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            path.on_hover_text(
                "GeoTIFF, PDS3 or PDS4 image, JPEG or PNG with a world file, GeoJSON, KML, KMZ, \
                 Shapefile, CSV. A file can also be dropped onto the window.",
            );
            choose(ui, theme, "It is", &mut self.kind, &KINDS);
            if matches!(self.kind, Kind::Auto | Kind::Heights) {
                choose(ui, theme, "Heights above", &mut self.datum, &DATUMS);
            }
        });
        if matches!(self.kind, Kind::Auto | Kind::Picture) {
            ui.checkbox(&mut self.from_zero, "A plain picture begins at 0° E")
                .on_hover_text("For a picture of the whole planet without georeference");
        }
        let is_named = !self.path.trim().is_empty();
        let button = ui.add_enabled(is_named, Button::new("Add file"));
        let pressed = button.on_disabled_hover_text("Type the path of a file first.").clicked();
        if is_named && (pressed || entered) {
            self.add(subject);
        }
        // Below the form, whose fields so stay where they are.
        list(ui, subject)
    }

    fn add(&mut self, subject: &Subject<'_>) {
        let path = expand_home(&self.path);
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let role = match self.kind {
            Kind::Auto if MARKS.contains(&ending.as_str()) => None,
            Kind::Marks => None,
            Kind::Auto => Some(FileRole::Auto),
            Kind::Picture => Some(FileRole::Picture),
            Kind::Heights => Some(FileRole::Heights),
        };
        match role {
            None => subject.data.add_marks(path),
            Some(role) => {
                let first_lon = if self.from_zero { 0.0 } else { -180.0 };
                let setting = FileSetting::new(path, role);
                subject.data.add_file(FileSetting { datum: self.datum, first_lon, ..setting });
            }
        }
        self.path.clear();
    }
}

fn list(ui: &mut Ui, subject: &Subject<'_>) -> Option<Area> {
    let (files, marks) = (subject.data.files(), subject.data.marks());
    let theme = subject.theme;
    if files.is_empty() && marks.is_empty() {
        note(ui, theme, "None yet: add one, or drop it onto the window.");
        return None;
    }
    let mut wanted = None;
    for file in files.iter().rev() {
        row(ui, &file.name, &file.setting.path, |ui| {
            if button(ui, "Remove", &file.name) {
                subject.data.remove_file(&file.id);
            }
            if let Some(area) = file.area
                && button(ui, "Show", &file.name)
            {
                wanted = Some(area);
            }
        });
        match &file.state {
            FileState::Opening => note(ui, theme, "It is being read…"),
            FileState::Open(words) if words.is_empty() => {}
            FileState::Open(words) | FileState::Failed(words) => warn(ui, theme, words),
        }
    }
    for path in marks.iter().rev() {
        marks_row(ui, path, subject, theme);
    }
    wanted
}

fn marks_row(ui: &mut Ui, path: &PathBuf, subject: &Subject<'_>, theme: &Theme) {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    row(ui, &name, path, |ui| {
        if button(ui, "Remove", &name) {
            subject.data.remove_marks(path);
        }
    });
    for (_, why) in subject.wrong_files.iter().filter(|(wrong, _)| wrong == path) {
        warn(ui, theme, why);
    }
}

/// The name on the left, buttons on the right.
fn row(ui: &mut Ui, name: &str, path: &Path, buttons: impl FnOnce(&mut Ui)) {
    let (left, right) =
        (Layout::left_to_right(Align::Center), Layout::right_to_left(Align::Center));
    ui.horizontal(|ui| {
        ui.with_layout(right, |ui| {
            buttons(ui);
            ui.with_layout(left, |ui| {
                ui.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
                ui.label(RichText::new(name)).on_hover_text(path.display().to_string());
            });
        });
    });
}

/// A small button whose name says what it is for.
pub(super) fn button(ui: &mut Ui, verb: &str, what: &str) -> bool {
    let response = ui.add(Button::new(verb).small());
    let name = format!("{verb} {what}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    response.clicked()
}
