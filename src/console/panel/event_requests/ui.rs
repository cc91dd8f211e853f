//! Paints the panel: filter, buttons, table and details.

use egui::{RichText, ScrollArea, Ui};
use marsdeck_engine::event_request::{RequestItem, State};

use super::actions::Actions;
use super::{details, table};
use crate::intent::UiIntent;
use crate::panel::shared::Standing;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, counted_text};

/// The Event requests panel.
#[derive(Default)]
pub struct EventRequests {
    actions: Actions,
    standing: Standing,
    /// Whether closed and rejected ones are listed too.
    lists_all: bool,
    /// The request that was selected last.
    selected: String,
}

impl Panel for EventRequests {
    fn title(&self) -> &'static str {
        "Event requests"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let now = cx.present().unwrap_or(cx.time.cursor);
        self.actions.take(cx, now);
        if self.selected != cx.selection.request {
            self.selected.clone_from(&cx.selection.request);
            self.actions.forget();
        }
        let requests = &cx.snapshot.commanding.requests;
        if requests.is_empty() {
            let sentence = "Select a window on the seismogram (drag with Shift, or select an \
                            event), then press Request event data….";
            let state = EmptyState::new("No event requests", sentence).button("Open seismogram");
            if state.show(ui, cx.theme) {
                cx.intents.send(UiIntent::OpenPanel("Seismogram".to_owned()));
            }
            return;
        }
        let selected = requests.get(&self.selected);
        let is_listed = |item: &&RequestItem| {
            self.lists_all
                || item.id == self.selected
                || !matches!(item.state(), State::Closed | State::Rejected)
        };
        // The newest one first.
        let items: Vec<&RequestItem> = requests.items().rev().filter(is_listed).collect();
        self.controls(ui, cx, items.len());
        let waits = selected.filter(|item| matches!(item.state(), State::Draft | State::Proposed));
        let found = waits.map(|item| {
            let own = (&item.request, Some(item.id.as_str()));
            self.standing.against(cx, &mut self.actions.models, own, now)
        });
        let found = found.unwrap_or_default();
        let must_waive = !found.is_empty() && found.iter().all(|one| one.can_be_waived);
        self.actions.show(ui, cx, selected, must_waive);
        self.actions.form.said(ui, cx);
        ui.separator();
        if let Some(item) = selected {
            let panel = egui::Panel::bottom("request details").resizable(true);
            panel.default_size(280.0).show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    details::show(ui, cx, item, (found, now));
                });
            });
        }
        egui::CentralPanel::default().show(ui, |ui| {
            if let Some(id) = table::show(ui, cx, &items, (&self.selected, now)) {
                cx.intents.send(UiIntent::SelectRequest(id));
            }
        });
        self.actions.form.show(ui, cx);
    }
}

impl EventRequests {
    fn controls(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, listed: usize) {
        ui.horizontal_wrapped(|ui| {
            ui.checkbox(&mut self.lists_all, "Closed and rejected too");
            let text = counted_text(listed, "request", "requests");
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            if cx.account().is_none() {
                let text = "Nobody is logged in: requests can only be looked at.";
                ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            }
        });
    }
}
