//! A bar that writes a text to a file: made and written on a thread of its own.

use std::path::Path;

use crossbeam_channel::{Receiver, bounded};
use egui::{Button, RichText, TextEdit, Ui};

use crate::state::expand_home;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// What makes the text of a file; runs on another thread.
pub type MakeText = Box<dyn FnOnce() -> String + Send>;

/// State of the bar.
#[derive(Default)]
pub struct WriteBar {
    open: bool,
    path: String,
    said: String,
    writing: Option<Receiver<String>>,
}

impl WriteBar {
    /// The button that opens and closes the bar.
    pub fn button(&mut self, ui: &mut Ui, hint: &str) {
        if ui.selectable_label(self.open, "Export…").on_hover_text(hint).clicked() {
            self.open = !self.open;
            self.said.clear();
        }
    }

    /// The bar, where it is open. `usual` is the path at first; the ending (one of `endings`)
    /// tells `make` which text is wanted.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        (usual, endings): (&str, &[&str]),
        make: impl FnOnce(&str) -> MakeText,
    ) {
        if let Some(said) = self.writing.as_ref().and_then(|receiver| receiver.try_recv().ok()) {
            self.said = said;
            self.writing = None;
        }
        if !self.open {
            return;
        }
        if self.path.is_empty() {
            usual.clone_into(&mut self.path);
        }
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new("Export to").color(cx.theme.text_weak));
            ui.add(TextEdit::singleline(&mut self.path).id_salt("path").desired_width(300.0))
                .labelled_by(label.id)
                .on_hover_text("A file; ~/ is your home folder. The ending tells the format.");
            let present = Path::new(self.path.trim()).extension();
            let present = present.map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
            for ending in endings.iter().filter(|_| endings.len() > 1) {
                if ui.selectable_label(present == *ending, ending.to_uppercase()).clicked() {
                    let path = Path::new(self.path.trim()).with_extension(ending);
                    self.path = path.display().to_string();
                }
            }
            let is_known = endings.contains(&present.as_str());
            let free = is_known && self.writing.is_none();
            let why = if is_known {
                "A file is being written.".to_owned()
            } else {
                format!("End the path in .{}.", endings.join(" or ."))
            };
            let go = ui.add_enabled(free, Button::new("Write file")).on_disabled_hover_text(why);
            if go.clicked() {
                self.write(ui, make(&present));
            }
            ui.label(RichText::new(&self.said).size(SMALL).color(cx.theme.text_weak));
        });
    }

    fn write(&mut self, ui: &Ui, make: MakeText) {
        let (sender, receiver) = bounded(1);
        let path = expand_home(&self.path);
        let wake = ui.ctx().clone();
        self.said = format!("Writing {}…", path.display());
        self.writing = Some(receiver);
        std::thread::spawn(move || {
            let said = match std::fs::write(&path, make()) {
                Ok(()) => format!("{} written.", path.display()),
                Err(error) => format!(
                    "{} was not written ({error}). Check the folder, its permissions and space.",
                    path.display()
                ),
            };
            // Nobody listens any more when the panel is gone.
            drop(sender.send(said));
            wake.request_repaint();
        });
    }
}
