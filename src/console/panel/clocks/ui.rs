//! Paints the clock report of the cursor's instant as cards of label and value.

use egui::{Grid, RichText, ScrollArea, Ui};
use marsdeck_engine::time::{ClockReport, Instant};

use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, card};

/// The Clocks panel.
pub struct Clocks;

impl Panel for Clocks {
    fn title(&self) -> &'static str {
        "Clocks"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        // Digits below a second only blur while the clock runs.
        let second = cx.time.cursor.unix_ns().div_euclid(1_000_000_000) * 1_000_000_000;
        let missions: Vec<&str> =
            cx.snapshot.missions.missions.iter().map(|m| m.id.as_str()).collect();
        let report = match ClockReport::at(Instant::from_unix_ns(second), &missions) {
            Ok(report) => report,
            Err(error) => {
                EmptyState::new("No clocks", &error.to_string()).show(ui, cx.theme);
                return;
            }
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (title, rows) in report.sections() {
                card(ui, cx.theme, None, |ui| {
                    ui.set_width(ui.available_width());
                    ui.label(RichText::new(&title).heading().color(cx.theme.text));
                    Grid::new(&title).num_columns(2).spacing([18.0, 4.0]).show(ui, |ui| {
                        for (label, value) in rows {
                            ui.label(RichText::new(label).color(cx.theme.text_weak));
                            let text = RichText::new(&value).monospace();
                            let response =
                                ui.add(egui::Label::new(text).sense(egui::Sense::click()));
                            if response.on_hover_text("Click to copy").clicked() {
                                ui.copy_text(value);
                            }
                            ui.end_row();
                        }
                    });
                });
                ui.add_space(4.0);
            }
        });
    }
}
