//! Paints the lines that two texts do not share, and names versions.

use egui::{ComboBox, RichText, ScrollArea, Ui};
use marsdeck_engine::document::{Document, Version};
use marsdeck_engine::mission::Severity;

use super::lines::{LineChange, line_changes};
use crate::theme::Theme;
use crate::view::ViewContext;

/// Lines around a change that are shown.
const AROUND: usize = 3;

/// `Version 12, 2019-07-26 12:16:00, anne: note`.
pub fn version_text(cx: &ViewContext<'_>, version: &Version) -> String {
    let note = if version.note.is_empty() { "" } else { ": " };
    let time = cx.time_text(version.time);
    format!("Version {}, {time}, {}{note}{}", version.id, version.who, version.note)
}

/// A choice among the versions of a document, newest first; `nothing` names what no version is.
pub fn version_choice(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    document: Option<&Document>,
    (label, nothing): (&str, &str),
    chosen: &mut Option<u64>,
) {
    let versions = document.map_or(&[][..], |document| document.versions.as_slice());
    let label_response = ui.label(RichText::new(label).color(cx.theme.text_weak));
    let text = |id: u64| format!("Version {id}");
    let combo = ComboBox::from_id_salt(label).width(120.0);
    let combo = combo.selected_text(chosen.map_or_else(|| nothing.to_owned(), text));
    let response = combo.show_ui(ui, |ui| {
        ui.selectable_value(chosen, None, nothing);
        for version in versions.iter().rev() {
            ui.selectable_value(chosen, Some(version.id), version_text(cx, version));
        }
    });
    response.response.labelled_by(label_response.id);
}

/// Lines of two texts with signs and colours; compared again only when a text changed.
#[derive(Default)]
pub struct ChangesView {
    before: String,
    after: String,
    all: Vec<LineChange>,
    /// Those that are shown: changed ones and a few around them.
    shown: Vec<usize>,
}

impl ChangesView {
    /// Paints them; `salt` tells its scroll area from others of the panel.
    pub fn show(&mut self, ui: &mut Ui, theme: &Theme, [before, after]: [&str; 2], salt: &str) {
        if self.all.is_empty() || self.before != before || self.after != after {
            before.clone_into(&mut self.before);
            after.clone_into(&mut self.after);
            self.all = line_changes(before, after);
            let changed = |at: usize| !matches!(self.all.get(at), Some(LineChange::Same(_)) | None);
            let near = |at: &usize| (at.saturating_sub(AROUND)..=at + AROUND).any(changed);
            self.shown = (0..self.all.len()).filter(near).collect();
        }
        if self.shown.is_empty() {
            ui.label(RichText::new("There is no difference.").color(theme.text_weak));
            return;
        }
        let height = ui.text_style_height(&egui::TextStyle::Monospace);
        let area = ScrollArea::both().id_salt(salt).auto_shrink(false);
        area.show_rows(ui, height, self.shown.len(), |ui, rows| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            for row in rows {
                self.line(ui, theme, row);
            }
        });
    }

    fn line(&self, ui: &mut Ui, theme: &Theme, row: usize) {
        let Some((at, change)) = self.shown.get(row).and_then(|at| Some((at, self.all.get(*at)?)))
        else {
            return;
        };
        let is_behind_gap = row > 0 && self.shown.get(row - 1).is_some_and(|b| b + 1 < *at);
        let mark = if is_behind_gap { "…" } else { " " };
        let (sign, line, colour) = match change {
            LineChange::Same(line) => (" ", line, theme.text_weak),
            LineChange::Removed(line) => ("−", line, theme.severity(Severity::Critical)),
            LineChange::Added(line) => ("+", line, theme.severity(Severity::Normal)),
        };
        let text = format!("{mark}{sign} {line}");
        ui.label(RichText::new(text).monospace().color(colour));
    }
}
