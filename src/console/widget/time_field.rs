//! A field that takes a time in any notation and says how it reads it.

use egui::{Id, Key, RichText, TextEdit, Ui};
use marsdeck_engine::time::Instant;

use crate::clock::TimeParser;
use crate::theme::Theme;

/// A field for a time. The text belongs to the caller.
pub struct TimeField<'a> {
    theme: &'a Theme,
    label: &'a str,
    hint: &'a str,
    width: f32,
    id: Option<Id>,
}

impl<'a> TimeField<'a> {
    /// With a label (also its accessible name).
    pub fn new(theme: &'a Theme, label: &'a str) -> Self {
        Self { theme, label, hint: "2019-07-26T12:16 or Sol 235 12:00", width: 250.0, id: None }
    }

    /// Width in points.
    #[must_use]
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// With its own id, for giving it the focus.
    #[must_use]
    pub fn id(mut self, id: Id) -> Self {
        self.id = Some(id);
        self
    }

    /// Paints it; the instant when Enter was pressed on a time that could be read.
    pub fn show(self, ui: &mut Ui, text: &mut String, parse: &TimeParser<'_>) -> Option<Instant> {
        let label = ui.label(RichText::new(self.label).color(self.theme.text_weak));
        let mut edit = TextEdit::singleline(text).hint_text(self.hint).desired_width(self.width);
        if let Some(id) = self.id {
            edit = edit.id(id);
        }
        let response = ui.add(edit).labelled_by(label.id);
        let read = parse(text);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let response = match (&read, text.trim().is_empty()) {
            (_, true) => response.on_hover_text("UTC, day of year, or a sol with a local time."),
            (Some((_, said)), false) => response.on_hover_text(said),
            (None, false) => {
                let edge = self.theme.severity(marsdeck_engine::mission::Severity::Distress);
                let stroke = egui::Stroke::new(1.5, edge);
                let rect = response.rect;
                ui.painter().rect_stroke(rect, 3.0, stroke, egui::StrokeKind::Outside);
                response.on_hover_text(
                    "Not a time yet. Write 2019-07-26T12:16:00, 2019-207T12:16 or Sol 235 12:00.",
                )
            }
        };
        match (entered, read) {
            (true, Some((instant, _))) => {
                text.clear();
                Some(instant)
            }
            (true, None) => {
                if !text.trim().is_empty() {
                    response.request_focus();
                }
                None
            }
            _ => None,
        }
    }
}
