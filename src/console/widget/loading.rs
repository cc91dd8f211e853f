//! The mark that a newer answer is under way. It stands still: no frame is spent on turning it.

use egui::{Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use crate::theme::Theme;

/// Three dots in a small box.
pub fn loading_mark(ui: &mut Ui, theme: &Theme) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(22.0, 14.0), Sense::hover());
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        painter.rect_stroke(rect, 3.0, Stroke::new(1.0, theme.accent), egui::StrokeKind::Inside);
        for step in [-5.0, 0.0, 5.0] {
            painter.circle_filled(rect.center() + vec2(step, 0.0), 1.5, theme.accent);
        }
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, "Loading"));
    response.on_hover_text("Loading; the last good answer stays on screen meanwhile.")
}
