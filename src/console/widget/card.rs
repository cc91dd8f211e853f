//! A raised frame around things that belong together.

use egui::{CornerRadius, Frame, InnerResponse, Margin, Stroke, Ui};

use crate::theme::Theme;

/// A card; `edge` colours its border (none: the line colour).
pub fn card<R>(
    ui: &mut Ui,
    theme: &Theme,
    edge: Option<egui::Color32>,
    contents: impl FnOnce(&mut Ui) -> R,
) -> InnerResponse<R> {
    Frame::new()
        .fill(theme.raised)
        .stroke(Stroke::new(1.0, edge.unwrap_or(theme.line)))
        .corner_radius(CornerRadius::same(6))
        .inner_margin(Margin::same(10))
        .show(ui, contents)
}
