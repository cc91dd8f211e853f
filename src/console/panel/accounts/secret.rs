//! A field for a password: hidden, forgotten as soon as it was given away, kept in no memory.

use egui::text_edit::TextEditState;
use egui::{Key, Response, TextEdit, Ui};
use marsdeck_engine::command::Password;

/// What is typed into the field.
#[derive(Default)]
pub(super) struct Secret {
    text: String,
    id: Option<egui::Id>,
}

impl Secret {
    /// Paints the field, told from others by a salt; true where Enter ended it.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        (salt, label): (&str, &Response),
        width: f32,
    ) -> bool {
        let edit = TextEdit::singleline(&mut self.text).password(true).id_salt(salt);
        let response = ui.add(edit.char_limit(1_024).desired_width(width)).labelled_by(label.id);
        self.id = Some(response.id);
        response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    }

    /// What is typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing is typed.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Gives it away, and forgets it, what could be undone too.
    pub(super) fn take(&mut self, ui: &Ui) -> Password {
        let password = Password::new(std::mem::take(&mut self.text));
        self.clear(ui);
        password
    }

    /// Forgets it.
    pub(super) fn clear(&mut self, ui: &Ui) {
        // The letters are overwritten before the memory is given back.
        let length = self.text.len();
        self.text.clear();
        self.text.extend(std::iter::repeat_n('\0', length));
        self.text = String::new();
        if let Some(id) = self.id {
            TextEditState::default().store(ui.ctx(), id);
        }
    }
}
