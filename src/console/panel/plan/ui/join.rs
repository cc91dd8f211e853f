//! Somebody saved another version meanwhile: both are joined, conflicts are decided, then saved.

use std::sync::Arc;

use egui::{Button, Id, Modal, RichText, ScrollArea, Ui};
use marsdeck_engine::document::Content;
use marsdeck_engine::plan::{Edit, Merge, Plan, difference};
use marsdeck_engine::runtime::{Order, OrderId, Reply};

use super::super::model::changes::edit_lines;
use super::super::model::desk::Desk;
use super::super::model::merging::chosen;
use super::documents::Saving;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Most lines of what the others did.
const LINES: usize = 30;

/// What came of the dialog.
pub(super) enum Done {
    /// It is still open.
    Open,
    /// It was left: nothing was saved, nothing was lost.
    Left,
    /// The joined plan is on the desk and is to be saved.
    Save { name: String, note: String, parents: Vec<u64> },
}

/// A join that is under way.
pub(super) struct Join {
    saving: Saving,
    head: u64,
    by: String,
    head_order: OrderId,
    base_order: Option<OrderId>,
    theirs: Option<Arc<Plan>>,
    base: Option<Arc<Plan>>,
    asked: bool,
    merged: Option<(Merge, Arc<Plan>)>,
    /// Whether theirs counts, for each conflict.
    choices: Vec<bool>,
    wrong: String,
}

impl Join {
    /// Asks for the newest version and for the one from which both grew.
    pub fn new(
        cx: &ViewContext<'_>,
        saving: Saving,
        (head, common): (u64, Option<u64>),
        by: String,
    ) -> Self {
        Self {
            saving,
            head,
            by,
            head_order: cx.order(Order::Open { version: head }),
            base_order: common.map(|version| cx.order(Order::Open { version })),
            theirs: None,
            base: None,
            asked: false,
            merged: None,
            choices: Vec::new(),
            wrong: String::new(),
        }
    }

    /// Takes in the versions; when both are there the judge joins them with ours.
    pub fn poll(&mut self, cx: &ViewContext<'_>, desk: &mut Desk) {
        if self.asked {
            return;
        }
        let mut take = |order: OrderId| match cx.reply(order) {
            Some(Reply::Opened { content: Content::Plan(plan), .. }) => Some(Arc::clone(plan)),
            Some(Reply::Refused(reasons)) => {
                self.wrong = reasons.join(" ");
                None
            }
            _ => None,
        };
        if self.theirs.is_none() {
            self.theirs = take(self.head_order);
        }
        if let (None, Some(order)) = (&self.base, self.base_order) {
            self.base = take(order);
        }
        let has_base = self.base.is_some() || self.base_order.is_none();
        if let Some(theirs) = self.theirs.clone().filter(|_| has_base) {
            desk.merge(self.base.clone(), theirs);
            self.asked = true;
        }
    }

    /// The judge has joined them.
    pub fn merged(&mut self, merge: Merge, theirs: Arc<Plan>) {
        self.choices = vec![false; merge.conflicts.len()];
        self.merged = Some((merge, theirs));
    }

    /// Shows what both did.
    pub fn show(&mut self, ui: &Ui, cx: &ViewContext<'_>, desk: &mut Desk) -> Done {
        let (mut apply, mut leave) = (false, false);
        let modal = Modal::new(Id::unique("join plans")).show(ui.ctx(), |ui| {
            ui.set_width(620.0_f32.min(ui.ctx().content_rect().width() - 60.0));
            ui.heading(format!("{} saved another version meanwhile", self.by));
            if !self.wrong.is_empty() {
                super::fields::warn(ui, cx.theme, &self.wrong);
            }
            if self.merged.is_none() {
                ui.label("Fetching it to join it with yours…");
            }
            ui.label(
                RichText::new("Your work is not lost: it is on the desk until it is saved.")
                    .size(SMALL)
                    .color(cx.theme.text_weak),
            );
            let height = (ui.ctx().content_rect().height() - 220.0).max(120.0);
            ScrollArea::vertical().max_height(height).show(ui, |ui| self.both(ui, cx, desk));
            ui.horizontal(|ui| {
                let ready = self.merged.is_some();
                apply = ui.add_enabled(ready, Button::new("Join and save")).clicked();
                leave = ui.button("Not now").clicked();
            });
        });
        if apply && let Some((merge, theirs)) = self.merged.take() {
            let plan = chosen(&merge, &theirs, &self.choices);
            let found = difference(desk.plan(), &plan);
            let edits: Vec<Edit> = found.into_iter().map(|d| d.edit).collect();
            let head = self.head;
            desk.make(&format!("join with version {head} of {}", self.by), edits);
            let own = desk.base.filter(|own| *own != head);
            return Done::Save {
                name: self.saving.name.clone(),
                note: format!("{} (joined with version {head})", self.saving.note)
                    .trim()
                    .to_owned(),
                parents: [Some(head), own].into_iter().flatten().collect(),
            };
        }
        if leave || modal.should_close() { Done::Left } else { Done::Open }
    }

    fn both(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &Desk) {
        let Some((merge, _)) = &self.merged else { return };
        let theme = cx.theme;
        if merge.conflicts.is_empty() {
            ui.label("Nothing contradicts: both are taken in.");
        } else {
            let count = merge.conflicts.len();
            let text = format!("{count} places where both did different things: choose.");
            ui.label(RichText::new(text).strong().color(theme.text));
        }
        for (n, (conflict, choice)) in merge.conflicts.iter().zip(&mut self.choices).enumerate() {
            ui.separator();
            let what = match conflict.activity {
                Some(id) => {
                    let of = merge.plan.activities.get(&id);
                    let kind = of.map_or("activity", |a| a.kind.as_str());
                    format!("{kind} {id}: {}", conflict.field)
                }
                None => format!("The plan's {}", conflict.field),
            };
            ui.label(RichText::new(what).color(theme.text));
            let was = format!("before: {}", or_nothing(&conflict.base));
            ui.label(RichText::new(was).size(SMALL).color(theme.text_weak));
            ui.horizontal_wrapped(|ui| {
                let ours = format!("Ours: {}", or_nothing(&conflict.ours));
                let theirs = format!("Theirs: {}", or_nothing(&conflict.theirs));
                ui.push_id(n, |ui| {
                    if ui.radio(!*choice, ours).clicked() {
                        *choice = false;
                    }
                    if ui.radio(*choice, theirs).clicked() {
                        *choice = true;
                    }
                });
            });
        }
        let edits: Vec<Edit> =
            difference(desk.plan(), &merge.plan).into_iter().map(|d| d.edit).collect();
        if !edits.is_empty() {
            ui.separator();
            ui.label(RichText::new("What comes in from them").color(theme.text));
            let lines = edit_lines(edits.get(..edits.len().min(LINES)).unwrap_or_default());
            super::versions::lines(ui, theme, &lines);
            if edits.len() > LINES {
                ui.label(format!("and {} more", edits.len() - LINES));
            }
        }
    }
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}
