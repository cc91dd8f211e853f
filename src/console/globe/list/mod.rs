//! The list of layers, and how the ground is lit, coloured and laid out.

mod layers;
mod look;

use egui::{Rect, RichText, Ui, UiBuilder, pos2, vec2};

use super::camera::Look;
use super::overlay::EDGE;
use super::view::{GlobeInput, GlobeView};
use crate::theme::Theme;

/// Width of what stands in the list, points.
const WIDTH: f32 = 292.0;

/// Shows the button that opens the list, and the list when it is open.
pub(crate) fn show(
    view: &mut GlobeView,
    ui: &mut Ui,
    rect: Rect,
    look: &Look,
    input: &GlobeInput<'_>,
) {
    let corner = rect.min + vec2(EDGE, EDGE);
    let button = Rect::from_min_size(corner, vec2(64.0, 26.0));
    let toggle = egui::Button::new("Layers").selected(view.settings.list_open);
    if ui.put(button, toggle).on_hover_text("Show or hide the list of layers").clicked() {
        view.settings.list_open = !view.settings.list_open;
    }
    if !view.settings.list_open {
        view.list_rect = None;
        return;
    }
    if let Some(plate) = view.list_rect {
        // The globe below must not take clicks and the wheel between the entries.
        ui.interact(plate, ui.scope_id().with("layer plate"), egui::Sense::click_and_drag());
    }
    let top = pos2(corner.x, button.max.y + 6.0);
    let room = Rect::from_min_max(top, pos2(corner.x + WIDTH + 32.0, rect.max.y - EDGE));
    let builder = UiBuilder::new().max_rect(room).id_salt("layers");
    let shown = ui.scope_builder(builder, |ui| {
        plate(input.theme)
            .show(ui, |ui| {
                egui::ScrollArea::vertical()
                    .max_height((room.height() - 20.0).max(40.0))
                    .show(ui, |ui| contents(view, ui, look, input));
            })
            .response
            .rect
    });
    view.list_rect = Some(shown.inner);
}

/// The ground of lists and tools over the globe.
pub(crate) fn plate(theme: &Theme) -> egui::Frame {
    egui::Frame::new()
        .fill(theme.panel.gamma_multiply(0.94))
        .stroke(egui::Stroke::new(1.0, theme.line))
        .corner_radius(6.0)
        .inner_margin(8.0)
}

fn contents(view: &mut GlobeView, ui: &mut Ui, look: &Look, input: &GlobeInput<'_>) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 5.0;
    layers::show(&mut view.settings, ui, input);
    look::show(&mut view.settings, ui, look, input.theme);
}

/// The heading of a section, set off from what is above it.
fn heading(ui: &mut Ui, words: &str, theme: &Theme) {
    ui.add_space(4.0);
    ui.label(RichText::new(words).strong().size(12.0).color(theme.text_weak));
}
