//! A word on a filled ground: SIMULATED, REPLAY and the like.

use egui::{Align2, Color32, CornerRadius, FontId, Response, Role, Sense, Ui, WidgetInfo, vec2};

use crate::theme::{SMALL, Theme};

/// A filled badge with a word.
pub fn badge(ui: &mut Ui, theme: &Theme, word: &str, fill: Color32) -> Response {
    let font = FontId::proportional(SMALL);
    let galley = ui.painter().layout_no_wrap(word.to_owned(), font.clone(), theme.on_badge);
    let size = vec2(galley.size().x + 12.0, galley.size().y + 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, CornerRadius::same(3), fill);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, word, font, theme.on_badge);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    response
}

/// Says that data come from the simulator.
pub fn simulated_badge(ui: &mut Ui, theme: &Theme) -> Response {
    badge(ui, theme, "SIMULATED", theme.simulated)
        .on_hover_text("Made by the built-in simulator, not measured on Mars.")
}

/// Says that the clock is driven by replay.
pub fn replay_badge(ui: &mut Ui, theme: &Theme) -> Response {
    badge(ui, theme, "REPLAY", theme.replay)
        .on_hover_text("The clock runs through the archive. Press End for live.")
}
