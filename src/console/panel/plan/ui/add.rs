//! The palette of activity types: searched, grouped by instrument, placed with a double click, a
//! button or by dragging onto the timeline.

use std::collections::BTreeMap;

use egui::{RichText, ScrollArea, Sense, TextEdit, Ui};
use marsdeck_engine::plan::{Activity, ActivityId, ActivityType, Edit};
use marsdeck_engine::time::Instant;

use super::super::model::desk::Desk;
use super::super::model::edits::label;
use super::super::model::examples::first_arguments;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// State of the palette.
#[derive(Default)]
pub(super) struct Add {
    search: String,
    carried: Option<String>,
}

/// Adds an activity of a type at an instant, and selects it.
pub(super) fn add(desk: &mut Desk, kind: &str, at: Instant) -> ActivityId {
    let id = desk.plan().next_id();
    let mut activity = Activity::new(id, kind, at);
    if let Some(of) = desk.model.types.get(kind) {
        activity.arguments = first_arguments(of);
    }
    let edits = vec![Edit::add(activity)];
    let name = label(&format!("add {kind}"), desk.plan(), &[id]);
    // The label of one that is not there yet would say `activity`.
    desk.make(&name.replace(" activity ", " "), edits);
    desk.selection = [id].into();
    id
}

impl Add {
    /// The type that is being dragged.
    pub fn carried(&self) -> Option<String> {
        self.carried.clone()
    }

    /// Paints it; the activity that was added.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        desk: &mut Desk,
        at: Instant,
    ) -> Option<ActivityId> {
        let label = ui.label(RichText::new("Search types").color(cx.theme.text_weak));
        let edit = TextEdit::singleline(&mut self.search).desired_width(f32::INFINITY);
        ui.add(edit.hint_text("wake, level, raster…")).labelled_by(label.id);
        let text = "Double click: at the cursor. Or drag onto the timeline.";
        ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        let wanted = self.search.trim().to_lowercase();
        let model = std::sync::Arc::clone(&desk.model);
        let fits = |of: &&ActivityType| {
            let texts = [&of.id, &of.name, &of.instrument, &of.description];
            wanted
                .split_whitespace()
                .all(|word| texts.iter().any(|text| text.to_lowercase().contains(word)))
        };
        let mut groups: BTreeMap<&str, Vec<&ActivityType>> = BTreeMap::new();
        for of in model.types.values().filter(fits) {
            groups.entry(&of.instrument).or_default().push(of);
        }
        let mut added = None;
        let mut carried = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if groups.is_empty() {
                ui.label(
                    RichText::new("Nothing fits. Try fewer letters.").color(cx.theme.text_weak),
                );
            }
            for (instrument, types) in groups {
                ui.label(
                    RichText::new(instrument.to_uppercase()).size(SMALL).color(cx.theme.accent),
                );
                for of in types {
                    let (placed, is_held) = row(ui, cx, of);
                    if placed {
                        added = Some(of.id.clone());
                    }
                    if is_held {
                        carried = Some(of.id.clone());
                    }
                }
            }
        });
        if carried.is_some() {
            self.carried = carried;
        } else if ui.input(|input| !input.pointer.any_down() && !input.pointer.any_released()) {
            self.carried = None;
        }
        let kind = added?;
        Some(add(desk, &kind, at.clamp(desk.plan().start, desk.plan().end)))
    }
}

/// One type: whether it is placed, and whether it is dragged.
fn row(ui: &mut Ui, cx: &ViewContext<'_>, of: &ActivityType) -> (bool, bool) {
    let name = RichText::new(&of.name).color(cx.theme.text);
    let button = egui::Button::new(name).frame(false).sense(Sense::click_and_drag()).truncate();
    let response = ui.add(button);
    let mut hint = format!("{} ({})", of.name, of.id);
    for text in [of.description.as_str(), if of.fictitious { "Fictitious." } else { "" }] {
        if !text.is_empty() {
            hint.push('\n');
            hint.push_str(text);
        }
    }
    let mut placed = response.double_clicked();
    let is_held = response.dragged();
    if is_held {
        ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
        let mouse = ui.ctx().pointer_interact_pos();
        if let Some(at) = mouse {
            let layer = egui::LayerId::new(egui::Order::Tooltip, ui.scope_id().with("carried"));
            let font = egui::FontId::proportional(SMALL);
            let at = at + egui::vec2(12.0, 4.0);
            let painter = ui.ctx().layer_painter(layer);
            painter.text(at, egui::Align2::LEFT_TOP, &of.name, font, cx.theme.accent);
        }
    }
    let response = response.on_hover_text(hint);
    response.context_menu(|ui| {
        if ui.button("Add at the cursor").clicked() {
            placed = true;
            ui.close();
        }
    });
    // The keyboard and screen readers have no double click.
    placed |= response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    placed |= response.clicked() && ui.input(|input| !input.pointer.any_released());
    (placed, is_held)
}
