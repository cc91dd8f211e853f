//! The list of layers, and how the ground is lit.

use egui::{Rect, Ui, UiBuilder, pos2, vec2};

use super::overlay::EDGE;
use super::settings::Light;
use super::view::{GlobeInput, GlobeView};

/// Shows the button that opens the list, and the list when it is open.
pub(crate) fn show(view: &mut GlobeView, ui: &mut Ui, rect: Rect, input: &GlobeInput<'_>) {
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
    let room = Rect::from_min_max(top, pos2(corner.x + 232.0, rect.max.y - EDGE));
    let builder = UiBuilder::new().max_rect(room).id_salt("layers");
    let shown = ui.scope_builder(builder, |ui| {
        egui::Frame::new()
            .fill(input.theme.panel.gamma_multiply(0.92))
            .stroke(egui::Stroke::new(1.0, input.theme.line))
            .corner_radius(6.0)
            .inner_margin(8.0)
            .show(ui, |ui| {
                egui::ScrollArea::vertical()
                    .max_height(room.height() - 20.0)
                    .show(ui, |ui| contents(view, ui, input));
            })
            .response
            .rect
    });
    view.list_rect = Some(shown.inner);
}

fn contents(view: &mut GlobeView, ui: &mut Ui, input: &GlobeInput<'_>) {
    let settings = &mut view.settings;
    for layer in &input.scene.layers {
        let mut setting = settings.layer(layer);
        let before = setting;
        ui.horizontal(|ui| {
            ui.checkbox(&mut setting.visible, &layer.name);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.spacing_mut().slider_width = 44.0;
                let range = 0.1..=1.0;
                let slider = egui::Slider::new(&mut setting.opacity, range).show_value(false);
                let name = format!("Opacity of {}", layer.name);
                let slider = ui.add_enabled(setting.visible, slider).on_hover_text(&name);
                slider.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::Slider, setting.visible, &name)
                });
            });
        });
        if setting != before {
            settings.layers.insert(layer.id.clone(), setting);
        }
    }
    ui.checkbox(&mut settings.graticule, "Graticule");
    ui.checkbox(&mut settings.legend, "Elevation colours");
    ui.checkbox(&mut settings.haze, "Haze at the limb");
    ui.checkbox(&mut settings.inertia, "Glide on after dragging");
    ui.separator();
    ui.horizontal(|ui| {
        ui.selectable_value(&mut settings.light, Light::Sun, "Sun")
            .on_hover_text("Light and night at the time cursor");
        ui.selectable_value(&mut settings.light, Light::HillShade, "Hill-shade")
            .on_hover_text("Light from the north-west everywhere, as on maps");
    });
    ui.add_enabled_ui(settings.light == Light::Sun, |ui| {
        ui.add(egui::Slider::new(&mut settings.ambient, 0.0..=1.0).text("Night light"));
    });
    ui.add(egui::Slider::new(&mut settings.relief, 0.0..=30.0).text("Shading"));
    ui.add(egui::Slider::new(&mut settings.exaggeration, 1.0..=20.0).text("Heights ×"));
}
