//! Paints the clock report of the cursor's instant as cards of label and value.

use egui::{Color32, Grid, RichText, ScrollArea, TextStyle, Ui};
use marsdeck_engine::time::{ClockReport, Instant};

use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, card};

/// Points that the labels and the space behind them take.
const LABELS: f32 = 148.0;

/// The Clocks panel.
pub struct Clocks;

/// A value as it fits into so many points: its parts one below the other where they are too wide.
fn fitting(ui: &Ui, value: &str, room: f32) -> String {
    let font = TextStyle::Monospace.resolve(ui.style());
    let line = ui.painter().layout_no_wrap(value.to_owned(), font, Color32::PLACEHOLDER);
    if line.size().x <= room {
        value.to_owned()
    } else if value.contains("  ") {
        value.replace("  ", "\n")
    } else {
        value.replace(", ", ",\n")
    }
}

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
                    let room = ui.available_width() - LABELS;
                    Grid::new(&title).num_columns(2).spacing([18.0, 4.0]).show(ui, |ui| {
                        for (label, value) in rows {
                            ui.label(RichText::new(label).color(cx.theme.text_weak));
                            let text = RichText::new(fitting(ui, &value, room)).monospace();
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
