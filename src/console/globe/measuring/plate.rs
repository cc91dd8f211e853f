//! The button "Measure", the tools below it, and what was measured.

use egui::{Painter, Rect, RichText, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::super::geodesy::LatLon;
use super::super::list;
use super::super::measure::length_text;
use super::super::overlay::EDGE;
use super::super::sight::Sight;
use super::super::view::GlobeView;
use super::{Measuring, Tool};
use crate::theme::{SMALL, Theme};

/// The button is so wide, and so far from the left edge, points.
const BUTTON: f32 = 76.0;
const LEFT: f32 = EDGE + 70.0;
/// Width of what stands on the plate.
const WIDTH: f32 = 232.0;
/// Legs that are listed; the first and last of more.
const MOST_LEGS: usize = 8;
/// Straight pieces of the line to the pointer.
const PIECES: u32 = 32;

/// Shows the button, the plate when it is open, and the line to the pointer.
pub(crate) fn show(
    view: &mut GlobeView,
    ui: &mut Ui,
    sight: &Sight<'_>,
    pointer: Option<LatLon>,
    theme: &Theme,
) {
    let rect = sight.rect;
    let list = view.list_rect;
    let tools = &mut view.measuring;
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let last = tools.points.last().filter(|_| tools.is_active() && !tools.ended);
    if let (Some(last), Some(pointer)) = (last, pointer) {
        to_pointer(&painter, sight, *last, pointer, theme);
    }
    let button = Rect::from_min_size(rect.min + vec2(LEFT, EDGE), vec2(BUTTON, 26.0));
    let toggle = egui::Button::new("Measure").selected(tools.open);
    let hint = "Distances, areas and elevation profiles";
    if ui.put(button, toggle).on_hover_text(hint).clicked() {
        tools.open = !tools.open;
        if !tools.open {
            tools.choose(None);
        }
    }
    if !tools.open {
        tools.plate = None;
        return;
    }
    if let Some(plate) = tools.plate {
        // The globe below must not take clicks and the wheel.
        ui.interact(plate, ui.scope_id().with("measure plate"), Sense::click_and_drag());
    }
    let left = list.map_or(button.min.x, |list| list.max.x + 6.0);
    let top = pos2(left, button.max.y + 6.0);
    let room = Rect::from_min_max(top, pos2(left + WIDTH + 32.0, rect.max.y - EDGE));
    let builder = UiBuilder::new().max_rect(room).id_salt("measure");
    let shown = ui.scope_builder(builder, |ui| {
        list::plate(theme)
            .show(ui, |ui| {
                egui::ScrollArea::vertical()
                    .id_salt("measure scroll")
                    .max_height((room.height() - 20.0).max(40.0))
                    .show(ui, |ui| {
                        ui.set_width(WIDTH);
                        contents(tools, ui, theme);
                    });
            })
            .response
            .rect
    });
    tools.plate = Some(shown.inner);
}

fn contents(tools: &mut Measuring, ui: &mut Ui, theme: &Theme) {
    let mut wanted = None;
    ui.horizontal(|ui| {
        for (tool, words, hint) in Tool::ALL {
            let is_on = tools.active == Some(tool);
            if ui.selectable_label(is_on, words).on_hover_text(hint).clicked() {
                wanted = Some(if is_on { None } else { Some(tool) });
            }
        }
    });
    if let Some(tool) = wanted {
        tools.choose(tool);
    }
    let weak = |words: &str| RichText::new(words).size(SMALL).color(theme.text_weak);
    let Some(tool) = tools.active else {
        ui.label(weak("Choose what to measure, then click on the ground."));
        return;
    };
    let least = if tool == Tool::Area { 3 } else { 2 };
    if tools.points.len() < least {
        ui.label(weak(
            "Click adds a point, a double click ends. Enter adds the middle of the view.",
        ));
    } else {
        numbers(tools, ui, tool, theme);
    }
    ui.horizontal(|ui| {
        let has_points = !tools.points.is_empty();
        let undo = ui.add_enabled(has_points, egui::Button::new("Undo point"));
        if undo.on_hover_text("Take the last point back (Backspace)").clicked() {
            tools.points.pop();
            tools.ended = false;
            tools.version += 1;
        }
        if ui.add_enabled(has_points, egui::Button::new("Clear")).clicked() {
            tools.points.clear();
            tools.ended = false;
            tools.version += 1;
        }
        if ui.button("End").on_hover_text("End the tool (Esc)").clicked() {
            tools.choose(None);
        }
    });
}

fn numbers(tools: &Measuring, ui: &mut Ui, tool: Tool, theme: &Theme) {
    let measured = &tools.measured;
    let total: f64 = measured.legs.iter().map(|l| l.length_m).sum();
    let pair = |ui: &mut Ui, name: &str, value: String| {
        ui.label(RichText::new(name).color(theme.text_weak));
        ui.label(value);
        ui.end_row();
    };
    egui::Grid::new("measured").num_columns(2).spacing(vec2(10.0, 3.0)).show(ui, |ui| {
        if tool == Tool::Area {
            pair(ui, "Area", area_text(measured.area_m2));
            pair(ui, "Outline", exact_text(total));
            return;
        }
        pair(ui, "Total", exact_text(total));
        if let Some(summary) = &measured.summary {
            pair(ui, "Along the ground", exact_text(summary.ground_m));
        }
        if let Some(leg) = measured.legs.first() {
            pair(ui, "Initial azimuth", format!("{:.2}°", leg.azimuth_deg));
        }
    });
    if measured.legs.len() < 2 {
        return;
    }
    ui.separator();
    let hidden = measured.legs.len().saturating_sub(MOST_LEGS);
    egui::Grid::new("legs").num_columns(3).spacing(vec2(10.0, 2.0)).show(ui, |ui| {
        for (n, leg) in measured.legs.iter().enumerate() {
            if hidden > 0 && (MOST_LEGS - 1..MOST_LEGS - 1 + hidden).contains(&n) {
                continue;
            }
            ui.label(RichText::new(format!("Leg {}", n + 1)).color(theme.text_weak));
            ui.label(exact_text(leg.length_m));
            ui.label(format!("{:.1}°", leg.azimuth_deg));
            ui.end_row();
        }
    });
    if hidden > 0 {
        let words = format!("and {hidden} more before the last");
        ui.label(RichText::new(words).size(SMALL).color(theme.text_weak));
    }
}

/// The great circle from the last point to the pointer.
fn to_pointer(painter: &Painter, sight: &Sight<'_>, from: LatLon, to: LatLon, theme: &Theme) {
    let stroke = Stroke::new(1.4, theme.accent.gamma_multiply(0.8));
    let mut before = None;
    for n in 0..=PIECES {
        let place = from.towards(to, f64::from(n) / f64::from(PIECES));
        let here = sight.on_screen(sight.position(place));
        if let (Some(a), Some(b)) = (before, here) {
            painter.line_segment([a, b], stroke);
        }
        before = here;
    }
}

/// A length with four significant digits or more: `548.1 km`, `59.158 km`, `812.4 m`.
fn exact_text(metres: f64) -> String {
    match metres {
        m if m < 1000.0 => format!("{m:.1} m"),
        m if m < 100_000.0 => format!("{:.3} km", m / 1e3),
        m if m < 1e6 => format!("{:.1} km", m / 1e3),
        m => length_text(m),
    }
}

/// An area in square metres, or kilometres where it is large.
pub(super) fn area_text(square_metres: f64) -> String {
    let km = square_metres / 1e6;
    match km {
        km if km < 1.0 => format!("{square_metres:.0} m²"),
        km if km < 1e4 => format!("{km:.2} km²"),
        km if km < 1e6 => format!("{km:.0} km²"),
        km => format!("{:.3} million km²", km / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(exact_text(812.44), "812.4 m");
        assert_eq!(exact_text(59_157.93), "59.158 km");
        assert_eq!(exact_text(548_123.0), "548.1 km");
        assert_eq!(area_text(12.0), "12 m²");
        assert_eq!(area_text(3.4995e9), "3499.50 km²");
        assert_eq!(area_text(144.37e12), "144.370 million km²");
    }
}
