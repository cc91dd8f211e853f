//! Paints the panel: buttons, table, details of the selected link; asks before it removes one.

use egui::{Button, Frame, RichText, ScrollArea, Ui};
use marsdeck_engine::runtime::{Intent, LinkView};

use super::form::Form;
use super::model::{SIMULATE, Typed};
use super::{details, table};
use crate::intent::UiIntent;
use crate::panel::shared::at_least_wide;
use crate::state::Mode;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext, chosen_link};
use crate::widget::EmptyState;

/// Why a console that only reads cannot change links.
pub(super) const READ_ONLY: &str = "This console only reads the archive.";

/// Below this height in points the details make room for the table.
const SHORT: f32 = 270.0;

/// The Links panel.
#[derive(Default)]
pub struct Links {
    form: Form,
    /// Name of the link that is asked about before it is removed.
    removing: Option<String>,
}

impl Panel for Links {
    fn title(&self) -> &'static str {
        "Links"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let chosen = chosen_link(cx);
        self.form.show(ui, cx);
        self.buttons(ui, cx, chosen);
        ui.separator();
        let Some(chosen) = chosen else {
            self.nothing(ui, cx);
            return;
        };
        if ui.available_height() >= SHORT {
            let panel = egui::Panel::bottom("link details").resizable(true).frame(Frame::NONE);
            let size = (ui.available_height() * 0.4).clamp(110.0, 260.0);
            panel.default_size(size).show(ui, |ui| {
                let area = ScrollArea::vertical().auto_shrink(false);
                area.show(ui, |ui| details::show(ui, cx, chosen));
            });
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            at_least_wide(ui, table::LEAST, |ui| table::show(ui, cx, &chosen.config.name));
        });
        if cx.now.is_some() && cx.snapshot.links.iter().any(|link| link.config.enabled) {
            // Ages run on also while nothing arrives.
            ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
        }
    }
}

impl Links {
    fn buttons(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, chosen: Option<&LinkView>) {
        let writable = cx.snapshot.writable;
        let short = ui.available_height() < SHORT + 40.0;
        ui.horizontal_wrapped(|ui| {
            let add = ui.add_enabled(writable, Button::new("Add link…"));
            if add.on_disabled_hover_text(READ_ONLY).clicked() {
                self.form.open(Typed::new());
            }
            let why = if writable { "Add a link first." } else { READ_ONLY };
            let some = writable && chosen.is_some();
            let edit = ui.add_enabled(some, Button::new("Edit…")).on_disabled_hover_text(why);
            if let (true, Some(link)) = (edit.clicked(), chosen) {
                self.form.open(Typed::of(&link.config));
            }
            let remove = ui.add_enabled(some, Button::new("Remove…")).on_disabled_hover_text(why);
            if let (true, Some(link)) = (remove.clicked(), chosen) {
                self.removing = Some(link.config.name.clone());
            }
            self.question(ui, cx);
            if let (Some(link), None, true) = (chosen, &self.removing, short) {
                details::line(ui, cx, link);
            }
            if cx.time.mode != Mode::Live {
                let text = "Links are shown as they are now, not as at the cursor";
                ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            }
        });
    }

    /// Asks before a link goes.
    fn question(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let Some(name) = self.removing.clone() else { return };
        let there = cx.snapshot.links.iter().any(|link| link.config.name == name);
        if !there || !cx.snapshot.writable {
            self.removing = None;
            return;
        }
        ui.separator();
        let text = format!("Remove {name}? What it brought stays in the archive.");
        ui.label(RichText::new(text).color(cx.theme.text).strong());
        if ui.button("Yes, remove").clicked() {
            cx.intents.send(UiIntent::Engine(Intent::RemoveLink { name }));
            self.removing = None;
        }
        if ui.button("Keep").clicked() {
            self.removing = None;
        }
    }

    fn nothing(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if !cx.snapshot.writable {
            EmptyState::new("No links", "The console that holds this archive has set up no link.")
                .show(ui, cx.theme);
            return;
        }
        let sentence = format!(
            "To try it, start the simulated spacecraft in a terminal:\n{SIMULATE}\nand add a link \
             to it. For real data add a link to their source."
        );
        let state = EmptyState::new("No links", &sentence).button("Add the simulated spacecraft…");
        if state.show(ui, cx.theme) {
            self.form.open(Typed::simulated());
        }
        ui.vertical_centered(|ui| {
            if ui.button("Copy the command").clicked() {
                ui.copy_text(SIMULATE.to_owned());
            }
        });
    }
}
