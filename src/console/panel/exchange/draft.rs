//! A new delivery: saved plans, sequences and tables of a mission, chosen for a package.

use std::collections::BTreeSet;

use egui::{RichText, ScrollArea, Ui};
use marsdeck_engine::command::{Permission, Timing};
use marsdeck_engine::runtime::{Draft, DraftOf, Order};

use crate::panel::shared::{Asked, act, hindrance};
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Height in points that the list of documents takes at most.
const LIST: f32 = 130.0;

/// The form, and what came of it.
#[derive(Default)]
pub struct DeliveryForm {
    is_open: bool,
    mission: String,
    name: String,
    /// Versions, by their number.
    chosen: BTreeSet<u64>,
    asked: Asked,
}

impl DeliveryForm {
    /// Paints the button that opens the form, the form, and the answer.
    pub fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if !self.asked.poll(ui, cx).is_empty() {
            self.chosen.clear();
            self.name.clear();
            self.is_open = false;
        }
        ui.horizontal_wrapped(|ui| {
            let face = if self.is_open { "Close the form" } else { "New delivery…" };
            if act(ui, face, "Choose documents for a new delivery", None) {
                self.is_open = !self.is_open;
                cx.mission().clone_into(&mut self.mission);
            }
        });
        self.asked.show(ui, cx);
        if self.is_open {
            self.form(ui, cx);
        }
    }

    fn form(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let weak = |text: &str| RichText::new(text).size(SMALL).color(cx.theme.text_weak);
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(weak("Mission"));
            let before = self.mission.clone();
            egui::ComboBox::from_id_salt("delivery mission")
                .selected_text(
                    cx.snapshot.missions.mission(&self.mission).map_or("", |of| &of.name),
                )
                .show_ui(ui, |ui| {
                    for of in &cx.snapshot.missions.missions {
                        ui.selectable_value(&mut self.mission, of.id.clone(), &of.name);
                    }
                })
                .response
                .labelled_by(label.id);
            if before != self.mission {
                self.chosen.clear();
            }
            let label = ui.label(weak("Name of the delivery"));
            let field = egui::TextEdit::singleline(&mut self.name)
                .id_salt("delivery name")
                .hint_text("uplink_sol_173")
                .desired_width(180.0);
            ui.add(field).labelled_by(label.id);
        });
        let documents = &cx.snapshot.commanding.documents;
        let own = || documents.iter().filter(|of| of.mission == self.mission);
        if own().next().is_none() {
            ui.label(weak("This mission has no saved plans, sequences or tables yet."));
        }
        let chosen = &mut self.chosen;
        ScrollArea::vertical().id_salt("delivery documents").max_height(LIST).show(ui, |ui| {
            for (document, head) in own().filter_map(|of| Some((of, of.head()?))) {
                let mut is_in = chosen.contains(&head.id);
                let (kind, name) = (document.kind.word(), &document.name);
                let text = format!("{kind} {name}, version {} by {}", head.id, head.who);
                if ui.checkbox(&mut is_in, text).changed() {
                    if is_in {
                        chosen.insert(head.id);
                    } else {
                        chosen.remove(&head.id);
                    }
                }
            }
        });
        let why_not = hindrance(cx, &self.mission, Permission::Prepare).or_else(|| {
            let lacks = self.chosen.is_empty() || self.name.trim().is_empty();
            lacks.then(|| "Give it a name and choose a document.".to_owned())
        });
        ui.horizontal_wrapped(|ui| {
            if act(ui, "Prepare delivery", "Prepare the delivery for approval", why_not.as_deref())
            {
                let what = DraftOf::Delivery {
                    name: self.name.trim().to_owned(),
                    versions: self.chosen.iter().copied().collect(),
                };
                let (mission, timing) = (self.mission.clone(), Timing::default());
                let draft = Box::new(Draft { mission, what, timing });
                self.asked.order(ui, cx, "prepare the delivery", Order::Prepare(draft));
            }
            let text = why_not.unwrap_or_else(|| {
                "It is approved and released in Commands, then lies in the outbox.".to_owned()
            });
            ui.label(weak(&text));
        });
    }
}
