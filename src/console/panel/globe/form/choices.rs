//! Choices for the marks and paths of a globe.

use std::path::PathBuf;

use egui::{DragValue, Key, RichText, Ui};

use super::{Subject, choose, fields, line, note, warn};
use crate::globe::layers::TraverseColour;
use crate::state::expand_home;
use crate::theme::Theme;

const COLOURS: [(TraverseColour, &str); 3] = [
    (TraverseColour::Sol, "the sol"),
    (TraverseColour::Elevation, "the height"),
    (TraverseColour::Plain, "nothing"),
];

/// Paths while they are typed.
#[derive(Default)]
pub(super) struct ChoiceForm {
    waypoints: Option<String>,
    gazetteer: Option<String>,
}

impl ChoiceForm {
    pub(super) fn show(&mut self, ui: &mut Ui, subject: &mut Subject<'_>) {
        let (choices, theme) = (&mut *subject.choices, subject.theme);
        fields(ui, "choices", |ui| {
            choose(ui, theme, "Traverse shows", &mut choices.traverse, &COLOURS);
            let fade = DragValue::new(&mut choices.quake_fade_sols).range(1.0..=5000.0);
            number(ui, theme, "Quakes fade in", fade.suffix(" sols"));
            let least = DragValue::new(&mut choices.orbiter_minimum_deg).range(0.0..=80.0);
            number(ui, theme, "Orbiters above", least.suffix("°"));
            ui.label(RichText::new("Ground tracks").color(theme.text_weak));
            ui.horizontal(|ui| {
                let hints = ["Minutes before the cursor", "Minutes after the cursor"];
                for (minutes, hint) in choices.orbiter_minutes.iter_mut().zip(hints) {
                    let drag = DragValue::new(minutes).range(0.0..=1440.0).suffix(" min");
                    ui.add(drag).on_hover_text(hint);
                }
            });
            ui.end_row();
            let hint = "built in; a CSV or GeoJSON file";
            path(ui, theme, "Waypoints", &mut self.waypoints, &mut choices.waypoints, hint);
            let hint = "built in; a CSV, XML or SHP file";
            path(ui, theme, "Names", &mut self.gazetteer, &mut choices.gazetteer, hint);
        });
        ui.checkbox(&mut choices.twilight, "Twilight beside day and night");
        for file in [&choices.waypoints, &choices.gazetteer].into_iter().flatten() {
            for (_, why) in subject.wrong_files.iter().filter(|(wrong, _)| wrong == file) {
                warn(ui, theme, &format!("{why} The built-in list is shown."));
            }
        }
        if choices.gazetteer.is_none() {
            note(ui, theme, "Names are those of the IAU gazetteer; newer ones come from a file.");
        }
    }
}

fn number(ui: &mut Ui, theme: &Theme, name: &str, drag: DragValue<'_>) {
    let label = ui.label(RichText::new(name).color(theme.text_weak));
    ui.add(drag.max_decimals(0)).labelled_by(label.id);
    ui.end_row();
}

/// A path that is taken when Enter or a click elsewhere ends it; empty: none.
fn path(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    typed: &mut Option<String>,
    value: &mut Option<PathBuf>,
    hint: &str,
) {
    let shown = value.as_ref().map_or_else(String::new, |p| p.display().to_string());
    let mut text = typed.clone().unwrap_or(shown);
    let response = line(ui, theme, name, &mut text, hint);
    if response.lost_focus() && !ui.input(|i| i.key_pressed(Key::Escape)) {
        *value = Some(expand_home(&text)).filter(|p| !p.as_os_str().is_empty());
        *typed = None;
    } else if response.has_focus() {
        *typed = Some(text);
    } else {
        *typed = None;
    }
}
