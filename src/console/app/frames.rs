//! What is painted over the whole window: the frame of a replay, the hint while files hover.

use egui::Stroke;

use crate::theme::Theme;

/// A frame around everything, so that nobody takes a replay for live.
pub(super) fn replay_frame(ctx: &egui::Context, theme: &Theme) {
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("replay frame"));
    let painter = ctx.layer_painter(layer);
    let stroke = Stroke::new(4.0, theme.replay);
    painter.rect_stroke(ctx.content_rect(), 0.0, stroke, egui::StrokeKind::Inside);
}

/// Says what dropping files here does.
pub(super) fn drop_hint(ctx: &egui::Context, theme: &Theme) {
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop hint"));
    let painter = ctx.layer_painter(layer);
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, theme.background.gamma_multiply(0.8));
    painter.rect_stroke(rect, 0.0, Stroke::new(4.0, theme.accent), egui::StrokeKind::Inside);
    let font = egui::FontId::proportional(22.0);
    let text = "Drop the files to ingest them";
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, text, font, theme.text);
}
