//! Tables that are wider than their panel scroll sideways instead of losing columns.

use egui::{ScrollArea, Ui};

/// Shows something that needs at least so many points of width.
pub fn at_least_wide<R>(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    if ui.available_width() >= width {
        return contents(ui);
    }
    let area = ScrollArea::horizontal().id_salt("sideways").auto_shrink(false);
    area.show(ui, |ui| {
        ui.set_width(width);
        contents(ui)
    })
    .inner
}
