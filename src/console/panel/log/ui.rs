//! Paints the messages, newest first, with a filter.

use egui::{Layout, RichText, TextEdit, Ui};
use egui_extras::Column;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Message, MessageLevel};
use marsdeck_engine::time::iso;

use crate::theme;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, SeverityBadge, scroll_table};

/// The Log panel.
#[derive(Default)]
pub struct Log {
    filter: String,
    only_bad: bool,
}

impl Panel for Log {
    fn title(&self) -> &'static str {
        "Log"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new("Filter").color(cx.theme.text_weak));
            let edit = TextEdit::singleline(&mut self.filter).desired_width(180.0);
            ui.add(edit).labelled_by(label.id);
            ui.checkbox(&mut self.only_bad, "Warnings and errors only");
        });
        ui.separator();
        let wanted = self.filter.to_lowercase();
        let shown: Vec<&Message> = cx
            .snapshot
            .messages
            .iter()
            .rev()
            .filter(|m| !self.only_bad || m.level > MessageLevel::Info)
            .filter(|m| wanted.is_empty() || m.text.to_lowercase().contains(&wanted))
            .collect();
        if shown.is_empty() {
            EmptyState::new("Nothing was said", "Jobs, repairs and failures are listed here.")
                .show(ui, cx.theme);
            return;
        }
        scroll_table(ui)
            .striped(true)
            .cell_layout(Layout::left_to_right(egui::Align::Center))
            .column(Column::initial(160.0).at_least(120.0))
            .column(Column::initial(90.0).at_least(80.0))
            .column(Column::remainder().clip(true))
            .body(|body| {
                body.rows(24.0, shown.len(), |mut row| {
                    let Some(message) = shown.get(row.index()) else { return };
                    row.col(|ui| {
                        let time = iso(message.time, 0);
                        ui.label(RichText::new(time).size(theme::SMALL).color(cx.theme.text_weak));
                    });
                    row.col(|ui| {
                        let (severity, word) = match message.level {
                            MessageLevel::Info => (Severity::Normal, "INFO"),
                            MessageLevel::Warning => (Severity::Warning, "WARNING"),
                            MessageLevel::Error => (Severity::Critical, "ERROR"),
                        };
                        ui.add(SeverityBadge::new(cx.theme, severity).word(word));
                    });
                    row.col(|ui| {
                        ui.label(&message.text).on_hover_text(&message.text);
                    });
                });
            });
    }
}
