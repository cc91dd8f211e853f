//! How the ground is coloured, lit and laid out, and how much of the machine it may take.

use egui::{Color32, Rect, RichText, Sense, Slider, Ui, pos2, vec2};

use super::super::camera::Look;
use super::super::legend;
use super::super::map::MapMode;
use super::super::measure::length_text;
use super::super::picture::contour_interval_m;
use super::super::settings::{GlobeSettings, GroundColour, Light};
use super::{WIDTH, heading};
use crate::theme::{SMALL, Theme};

/// Room for a slider, points; its value and name stand beside it.
const SLIDER: f32 = 104.0;

/// Shows all of it.
pub(super) fn show(settings: &mut GlobeSettings, ui: &mut Ui, look: &Look, theme: &Theme) {
    ui.spacing_mut().slider_width = SLIDER;
    heading(ui, "Colour of the ground", theme);
    let colours = [
        (GroundColour::Elevation, "Elevation", "By height above the areoid"),
        (GroundColour::Slope, "Slope", "By steepness"),
        (GroundColour::Plain, "Plain", "One colour: only light and shadow show the relief"),
    ];
    ui.horizontal(|ui| {
        for (colour, words, hint) in colours {
            ui.selectable_value(&mut settings.ground, colour, words).on_hover_text(hint);
        }
    });
    if settings.ground == GroundColour::Slope {
        slopes(ui, theme);
    }
    ui.horizontal(|ui| {
        ui.checkbox(&mut settings.contours, "Contours");
        if settings.contours {
            let every = format!("every {}", length_text(contour_interval_m(look)));
            ui.label(RichText::new(every).size(SMALL).color(theme.text_weak));
        }
    });
    ui.checkbox(&mut settings.legend, "Legend");

    heading(ui, "Layout", theme);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        for map in MapMode::ALL {
            ui.selectable_value(&mut settings.map, map, map.name());
        }
    });

    heading(ui, "Light and air", theme);
    ui.horizontal(|ui| {
        let hints = [
            "Light and night at the time cursor",
            "Light from the north-west everywhere, as on maps",
            "No shading: pictures and colours as they are",
        ];
        for (light, hint) in Light::ALL.into_iter().zip(hints) {
            ui.selectable_value(&mut settings.light, light, light.name()).on_hover_text(hint);
        }
    });
    ui.add_enabled_ui(settings.light == Light::Sun, |ui| {
        ui.add(Slider::new(&mut settings.ambient, 0.0..=1.0).fixed_decimals(2).text("Night light"));
    });
    ui.add(Slider::new(&mut settings.relief, 0.0..=30.0).fixed_decimals(1).text("Shading"));
    ui.add(Slider::new(&mut settings.exaggeration, 1.0..=20.0).fixed_decimals(1).text("Heights ×"));
    ui.checkbox(&mut settings.stars, "Stars");
    ui.checkbox(&mut settings.haze, "Air").on_hover_text("Haze over the limb and the distance");
    ui.add(Slider::new(&mut settings.dust, 0.0..=5.0).fixed_decimals(1).text("Dust depth"))
        .on_hover_text("Optical depth of the dust in the air; clear seasons have 0.3 to 1");

    heading(ui, "Movement and memory", theme);
    ui.checkbox(&mut settings.animate, "Fly smoothly")
        .on_hover_text("Fly to places instead of jumping");
    ui.checkbox(&mut settings.inertia, "Glide on after dragging");
    ui.add(
        Slider::new(&mut settings.budget_mb, 32..=4096)
            .logarithmic(true)
            .suffix(" MB")
            .text("Memory"),
    )
    .on_hover_text("What the ground may take; as much again on the graphics device");
}

/// The colours of slopes with degrees below.
fn slopes(ui: &mut Ui, theme: &Theme) {
    let (response, painter) = ui.allocate_painter(vec2(WIDTH, 26.0), Sense::hover());
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Label, true, "Slopes of 0 to 60 degrees by colour")
    });
    let bar = Rect::from_min_size(response.rect.min + vec2(4.0, 0.0), vec2(WIDTH - 24.0, 10.0));
    let strips = 88;
    for n in 0..strips {
        let part = n as f32 / strips as f32;
        let left = bar.min.x + bar.width() * part;
        let strip = Rect::from_min_max(
            pos2(left, bar.min.y),
            pos2(left + bar.width() / strips as f32 + 0.5, bar.max.y),
        );
        let colour: Color32 = legend::slope_colour(legend::slope_at(f64::from(part)));
        painter.rect_filled(strip, 0.0, colour);
    }
    for (part, degrees) in legend::slope_marks() {
        let at = pos2(bar.min.x + bar.width() * part as f32, bar.max.y + 1.0);
        let font = egui::FontId::proportional(10.5);
        painter.text(at, egui::Align2::CENTER_TOP, format!("{degrees}°"), font, theme.text);
    }
}
