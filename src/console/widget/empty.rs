//! What a panel shows when it has nothing: a sentence that says what to do, and a button for it.

use egui::{RichText, Ui};

use crate::theme::Theme;

/// An empty state.
pub struct EmptyState<'a> {
    title: &'a str,
    sentence: &'a str,
    button: Option<&'a str>,
}

impl<'a> EmptyState<'a> {
    /// With a title and a sentence that says what to do next.
    pub fn new(title: &'a str, sentence: &'a str) -> Self {
        Self { title, sentence, button: None }
    }

    /// With a button.
    #[must_use]
    pub fn button(mut self, text: &'a str) -> Self {
        self.button = Some(text);
        self
    }

    /// Paints it in the middle of what is free; true when its button was pressed.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> bool {
        let height = if self.button.is_some() { 96.0 } else { 60.0 };
        let free = ui.available_height();
        let mut pressed = false;
        ui.vertical_centered(|ui| {
            if free.is_finite() {
                ui.add_space(((free - height) / 2.0).max(8.0));
            }
            ui.set_max_width(ui.available_width().min(460.0));
            ui.label(RichText::new(self.title).heading().color(theme.text));
            ui.label(RichText::new(self.sentence).color(theme.text_weak));
            if let Some(text) = self.button {
                ui.add_space(4.0);
                pressed = ui.button(text).clicked();
            }
        });
        pressed
    }
}
