//! Tables that keep to the room of their panel.

use egui::Ui;
use egui_extras::TableBuilder;

/// A table that scrolls in whatever height is left.
///
/// By its own default a table is at least 200 points high: in a short panel its last rows would lie
/// below the edge, where no scrolling reaches them, and a split could not be drawn across it.
pub fn scroll_table(ui: &mut Ui) -> TableBuilder<'_> {
    TableBuilder::new(ui).min_scrolled_height(0.0)
}
