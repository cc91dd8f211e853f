//! The sol calendar: which sols of the plan are nominal, which are restricted.

use std::collections::{BTreeMap, BTreeSet};

use egui::{Id, Modal, RichText, ScrollArea, Ui};

use super::super::model::calendar::sols;
use super::super::model::desk::Desk;
use crate::view::ViewContext;

/// State of the calendar.
#[derive(Default)]
pub(super) struct Calendar {
    pub is_open: bool,
    /// Restricted sols by mission.
    pub restricted: BTreeMap<String, BTreeSet<i32>>,
}

impl Calendar {
    /// Shows it; whether a sol was changed.
    pub fn show(&mut self, ui: &Ui, cx: &ViewContext<'_>, desk: &Desk) -> bool {
        if !self.is_open {
            return false;
        }
        let mission = desk.plan().mission.clone();
        let list = sols(&mission, desk.plan().range());
        let counts = desk.model.windows.contains_key("restricted");
        let mut changed = false;
        let size = ui.ctx().content_rect().size();
        let modal = Modal::new(Id::unique("sol calendar")).show(ui.ctx(), |ui| {
            ui.set_width(380.0);
            ui.heading("Sols of the plan");
            let text = if counts {
                "On restricted sols the downlink comes too late to plan the next one. Rules of this \
                 mission speak of them; they are kept at this console."
            } else {
                "The dictionary of this mission has no window “restricted”: what is marked here is \
                 kept, but no rule looks at it."
            };
            ui.label(RichText::new(text).color(cx.theme.text_weak));
            let own = self.restricted.entry(mission).or_default();
            ScrollArea::vertical().max_height((size.y - 220.0).max(120.0)).show(ui, |ui| {
                for sol in list {
                    let mut is = own.contains(&sol);
                    let word = if is { "restricted" } else { "nominal" };
                    if ui.checkbox(&mut is, format!("Sol {sol} {word}")).changed() {
                        changed = true;
                        if is { own.insert(sol) } else { own.remove(&sol) };
                    }
                }
            });
            ui.button("Close").clicked()
        });
        if modal.inner || modal.should_close() {
            self.is_open = false;
        }
        changed
    }
}
