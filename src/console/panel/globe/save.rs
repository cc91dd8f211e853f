//! The bar that saves the globe as a picture of a chosen size.

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use egui::{Button, ComboBox, Context, DragValue, RichText, TextEdit, Ui};

use super::super::shared::write_png;
use crate::globe::{SHOT_PX, Shot};
use crate::state::expand_home;
use crate::theme::{SMALL, Theme};

/// Sizes to choose from besides that of the screen.
const SIZES: [([u32; 2], &str); 4] = [
    ([1280, 720], "1280 × 720"),
    ([1920, 1080], "1920 × 1080"),
    ([3840, 2160], "3840 × 2160"),
    ([7680, 4320], "7680 × 4320"),
];

/// State of the bar.
#[derive(Default)]
pub(super) struct SaveBar {
    open: bool,
    /// Pixels; none: as on the screen.
    size: Option<[u32; 2]>,
    path: String,
    said: String,
    writing: Option<Receiver<String>>,
}

impl SaveBar {
    /// The button that opens and closes the bar.
    pub(super) fn button(&mut self, ui: &mut Ui) {
        let hint = "Save what the globe shows as a PNG file of any size";
        if ui.selectable_label(self.open, "Save picture").on_hover_text(hint).clicked() {
            self.open = !self.open;
            self.said.clear();
        }
    }

    /// The bar, where it is open; `screen` is the size of the globe in pixels. Answers with the
    /// size of a picture that is to be taken now.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        screen: [u32; 2],
        theme: &Theme,
    ) -> Option<[u32; 2]> {
        match self.writing.as_ref().map(Receiver::try_recv) {
            None | Some(Err(TryRecvError::Empty)) => {}
            Some(Ok(said)) => (self.said, self.writing) = (said, None),
            Some(Err(TryRecvError::Disconnected)) => {
                "The graphics driver failed. Try a smaller picture.".clone_into(&mut self.said);
                self.writing = None;
            }
        }
        if !self.open {
            return None;
        }
        if self.path.is_empty() {
            "~/mars.png".clone_into(&mut self.path);
        }
        let mut wanted = None;
        ui.horizontal_wrapped(|ui| {
            self.sizes(ui, screen);
            let label = ui.label(RichText::new("Save to").color(theme.text_weak));
            ui.add(TextEdit::singleline(&mut self.path).desired_width(260.0))
                .labelled_by(label.id)
                .on_hover_text("A file that ends in .png; ~/ is your home folder.");
            let is_png = self.path.trim().to_lowercase().ends_with(".png");
            let go = ui.add_enabled(is_png && self.writing.is_none(), Button::new("Write picture"));
            let why = if is_png { "A picture is being drawn." } else { "End the path in .png." };
            if go.on_disabled_hover_text(why).clicked() {
                wanted = Some(self.size.unwrap_or(screen));
            }
            ui.label(RichText::new(&self.said).size(SMALL).color(theme.text_weak));
        });
        wanted
    }

    fn sizes(&mut self, ui: &mut Ui, screen: [u32; 2]) {
        let words = match self.size {
            None => "As on screen".to_owned(),
            Some(size) => SIZES
                .iter()
                .find(|(known, _)| *known == size)
                .map_or_else(|| "Own size".to_owned(), |(_, words)| (*words).to_owned()),
        };
        ComboBox::from_id_salt("size of the picture").selected_text(words).show_ui(ui, |ui| {
            ui.selectable_value(&mut self.size, None, "As on screen");
            for (size, words) in SIZES {
                ui.selectable_value(&mut self.size, Some(size), words);
            }
        });
        let mut size = self.size.unwrap_or(screen);
        let [least, most] = SHOT_PX;
        let mut changed = false;
        for (side, name) in size.iter_mut().zip(["Width in pixels", "Height in pixels"]) {
            let value = ui.add(DragValue::new(side).range(least..=most).suffix(" px"));
            changed |= value.on_hover_text(name).changed();
        }
        if changed {
            self.size = Some(size);
        }
    }

    /// Draws and writes a picture on a thread of its own.
    pub(super) fn take(&mut self, ctx: &Context, shot: Shot) {
        let (sender, receiver) = bounded(1);
        let path = expand_home(&self.path);
        let wake = ctx.clone();
        "Drawing the picture…".clone_into(&mut self.said);
        self.writing = Some(receiver);
        std::thread::spawn(move || {
            let [width, height] = shot.size();
            let said = match shot.render() {
                Err(error) => error,
                Ok(rgb) => match write_png(&path, [width, height], &rgb) {
                    Ok(()) => format!("{} written, {width} × {height} pixels.", path.display()),
                    Err(error) => format!(
                        "{} was not written ({error}). Check the folder, its permissions and space.",
                        path.display()
                    ),
                },
            };
            // Nobody listens any more when the panel is gone.
            drop(sender.send(said));
            wake.request_repaint();
        });
    }
}
