//! Paints the panel: where the folder is, what went out, what came in, details of one of them.

use egui::{Frame, RichText, ScrollArea, Ui};
use marsdeck_engine::delivery::ExchangeView;
use marsdeck_engine::mission::Severity;

use super::draft::DeliveryForm;
use super::model::{Key, Lists};
use super::{details, table};
use crate::panel::shared::at_least_wide;
use crate::state::Mode;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, SeverityBadge};

/// Below this height in points the details make room for the tables.
const SHORT: f32 = 300.0;
/// Most problems of the folder that are painted.
const MOST_PROBLEMS: usize = 3;

/// The Exchange panel.
#[derive(Default)]
pub struct ExchangePanel {
    chosen: Option<Key>,
    lists: Option<Lists>,
    form: DeliveryForm,
}

impl Panel for ExchangePanel {
    fn title(&self) -> &'static str {
        "Exchange"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let view = &cx.snapshot.commanding.exchange;
        if view.folder.as_os_str().is_empty() {
            EmptyState::new(
                "No exchange folder",
                "Packages for another center go through a folder. This engine has opened none, so \
                 nothing can be delivered from here: look at it on the console that commands.",
            )
            .show(ui, cx.theme);
            return;
        }
        let kept = self.lists.take().filter(|lists| lists.is_of(view));
        let lists = kept.unwrap_or_else(|| Lists::new(view));
        self.show(ui, cx, view, &lists);
        self.lists = Some(lists);
    }
}

impl ExchangePanel {
    fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, view: &ExchangeView, lists: &Lists) {
        head(ui, cx, view, lists);
        self.form.show(ui, cx);
        ui.separator();
        let Some(first) = lists.first() else {
            EmptyState::new(
                "Nothing was exchanged yet",
                "A delivery of plans, sequences or tables that was approved and released stands \
                 here with its receipt; packages of the other center come into the inbox.",
            )
            .show(ui, cx.theme);
            return;
        };
        if !self.chosen.as_ref().is_some_and(|key| lists.has(key)) {
            self.chosen = Some(first.key.clone());
        }
        if ui.available_height() >= SHORT
            && let Some(key) = &self.chosen
        {
            let panel = egui::Panel::bottom("exchange details").resizable(true).frame(Frame::NONE);
            let size = (ui.available_height() * 0.42).clamp(120.0, 360.0);
            panel.default_size(size).show(ui, |ui| {
                let area = ScrollArea::both().auto_shrink(false);
                area.show(ui, |ui| details::show(ui, cx, view, key));
            });
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            at_least_wide(ui, table::LEAST, |ui| self.tables(ui, cx, lists));
        });
    }

    fn tables(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, lists: &Lists) {
        let Lists { outbox, inbox, .. } = lists;
        // Each gets the half, or what the other leaves.
        let whole = ui.available_height();
        let needs = |rows: usize| 30.0 + 36.0 * rows.max(1) as f32;
        let half = (whole / 2.0).max(whole - needs(inbox.len())).min(needs(outbox.len()));
        let mut clicked = None;
        let size = egui::vec2(ui.available_width(), half.max(60.0));
        ui.allocate_ui(size, |ui| {
            ui.set_max_height(size.y);
            let names = ("Outbox", "Approved by");
            clicked = table::show(ui, cx, names, outbox, self.chosen.as_ref());
        });
        ui.separator();
        let names = ("Inbox", "About");
        let below = table::show(ui, cx, names, inbox, self.chosen.as_ref());
        if let Some(key) = clicked.or(below) {
            self.chosen = Some(key);
        }
    }
}

/// Where the folder is, how it stands, and what could not be read of it.
fn head(ui: &mut Ui, cx: &ViewContext<'_>, view: &ExchangeView, lists: &Lists) {
    let folder = view.folder.display().to_string();
    ui.horizontal_wrapped(|ui| {
        ui.add(SeverityBadge::new(cx.theme, lists.severity).shape_only());
        ui.label(RichText::new(&lists.summary).color(cx.theme.text));
        ui.separator();
        ui.label(RichText::new("Folder").size(SMALL).color(cx.theme.text_weak));
        ui.label(RichText::new(&folder).monospace().size(SMALL).color(cx.theme.text));
        let copy = ui.button("Copy path").on_hover_text("Copy the path of the exchange folder");
        if copy.clicked() {
            ui.copy_text(folder.clone());
        }
        if cx.time.mode != Mode::Live {
            let text = "Deliveries are shown as they are now, not as at the cursor";
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        }
    });
    for problem in view.problems.iter().take(MOST_PROBLEMS) {
        ui.horizontal_wrapped(|ui| {
            ui.add(SeverityBadge::new(cx.theme, Severity::Warning).shape_only());
            ui.label(RichText::new(problem.to_string()).color(cx.theme.text));
        });
    }
    if view.problems.len() > MOST_PROBLEMS {
        let text = format!("… and {} more problems", view.problems.len() - MOST_PROBLEMS);
        ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
    }
}
