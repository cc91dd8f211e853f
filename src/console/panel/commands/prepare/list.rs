//! The list of commands to choose from, with a search.

use std::sync::Arc;

use egui::{ComboBox, RichText, ScrollArea, TextEdit, Ui};
use marsdeck_engine::mission::telemetry::Dictionary;

use super::model::{Commands, Typed};
use crate::panel::commands::{model::significance, parts};
use crate::view::ViewContext;
use crate::widget::SeverityBadge;

/// The mission whose commands are listed. What is being edited keeps its mission.
pub(super) fn mission_choice(ui: &mut Ui, cx: &ViewContext<'_>, typed: &mut Typed) {
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Mission").color(cx.theme.text_weak));
        let shown = parts::mission_name(cx, &typed.mission).to_owned();
        let free = typed.edits.is_none();
        let response = ui.add_enabled_ui(free, |ui| {
            let combo = ComboBox::from_id_salt("mission to command").selected_text(shown);
            combo.show_ui(ui, |ui| {
                for mission in &cx.snapshot.missions.missions {
                    let is_on = mission.id == typed.mission;
                    if ui.selectable_label(is_on, &mission.name).clicked() && !is_on {
                        typed.reset();
                        typed.mission.clone_from(&mission.id);
                    }
                }
            })
        });
        response.inner.response.labelled_by(label.id);
    });
}

/// Paints the list.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    dictionary: &Arc<Dictionary>,
    (typed, search, commands): (&mut Typed, &mut String, &mut Commands),
) {
    mission_choice(ui, cx, typed);
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Search").color(cx.theme.text_weak));
        let width = (ui.available_width() - 12.0).max(60.0);
        let edit = TextEdit::singleline(search)
            .id_salt("search")
            .hint_text("name or sentence")
            .desired_width(width);
        ui.add(edit).labelled_by(label.id);
    });
    let found = commands.find(dictionary, search);
    if found.is_empty() {
        ui.label(parts::weak(cx, "No command has these words."));
        return;
    }
    let free = typed.edits.is_none();
    let height = ui.spacing().interact_size.y;
    let area = ScrollArea::vertical().id_salt("commands").auto_shrink(false);
    area.show_rows(ui, height, found.len(), |ui, range| {
        for choice in found.get(range).into_iter().flatten() {
            let qualified = dictionary.commanding.commands.get(choice.id);
            let qualified = qualified.map_or("", |command| command.name.as_str());
            ui.horizontal(|ui| {
                ui.set_height(height);
                let (severity, word) = significance(choice.significance);
                let shape = SeverityBadge::new(cx.theme, severity).word(word).shape_only();
                ui.add(shape);
                let is_on = qualified == typed.command;
                let row =
                    ui.add_enabled_ui(free || is_on, |ui| ui.selectable_label(is_on, &choice.name));
                let hint = format!("{}\nSignificance: {word}", choice.description);
                if row.inner.on_hover_text(hint).clicked() {
                    typed.choose(qualified);
                }
            });
        }
    });
}
