//! Preparing: a mission, a command of its dictionary, arguments, times; and editing what is there.

mod form;
mod list;
mod model;

use std::sync::Arc;

use egui::{Frame, Margin, Ui};
use marsdeck_engine::command::CommandItem;
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::runtime::{OrderId, Reply};

pub(super) use model::Dictionaries;
use model::{Commands, Typed};

use crate::panel::shared::Asked;
use crate::view::ViewContext;
use crate::widget::EmptyState;

/// Below this width in points the list stands above the form.
const NARROW: f32 = 640.0;

/// The section.
#[derive(Default)]
pub(super) struct Prepare {
    typed: Typed,
    search: String,
    commands: Commands,
    /// The change that was sent.
    sent: Option<OrderId>,
}

impl Prepare {
    /// Opens the form with the content of a command, to give it another one.
    pub(super) fn edit(&mut self, item: &CommandItem) {
        self.typed = Typed::of(item);
        self.search.clear();
    }

    /// Takes an answer: a change that was taken leaves the form, one that was refused stays in it.
    pub(super) fn answered(&mut self, order: OrderId, reply: &Reply) {
        if self.sent == Some(order) {
            self.sent = None;
            if self.typed.edits.is_some() && !matches!(reply, Reply::Refused(_)) {
                self.typed.reset();
            }
        }
    }

    /// Paints it.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        dictionaries: &mut Dictionaries,
        asked: &mut Asked,
    ) {
        if self.typed.mission.is_empty() {
            cx.mission().clone_into(&mut self.typed.mission);
        }
        let dictionary = dictionaries.get(&cx.snapshot.missions, &self.typed.mission);
        let none = dictionary.as_ref().is_none_or(|of| of.commanding.commands.is_empty());
        let Some(dictionary) = dictionary.filter(|_| !none) else {
            list::mission_choice(ui, cx, &mut self.typed);
            let sentence = "Its mission files define no commands. Add commands*.toml to the folder \
                            of the mission, or choose another mission above.";
            EmptyState::new("No commands", sentence).show(ui, cx.theme);
            return;
        };
        if ui.available_width() < NARROW {
            let size = (ui.available_height() * 0.36).clamp(110.0, 260.0);
            let panel = egui::Panel::top("command list").resizable(true).frame(Frame::NONE);
            panel.default_size(size).show(ui, |ui| self.list(ui, cx, &dictionary));
        } else {
            let panel = egui::Panel::left("command list").resizable(true).frame(Frame::NONE);
            panel.default_size(270.0).size_range(200.0..=420.0).show(ui, |ui| {
                self.list(ui, cx, &dictionary);
            });
        }
        let frame = Frame::new().inner_margin(Margin { left: 10, ..Margin::ZERO });
        egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            let sent = form::show(ui, cx, &dictionary, &mut self.typed, asked);
            self.sent = sent.or(self.sent);
        });
    }

    fn list(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, dictionary: &Arc<Dictionary>) {
        list::show(ui, cx, dictionary, (&mut self.typed, &mut self.search, &mut self.commands));
    }
}
