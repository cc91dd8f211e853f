//! The versions of the open plan, and what differs from one of them.

use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};
use marsdeck_engine::document::Content;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{Order, OrderId, Reply};

use super::super::model::changes::{Change, Sign};
use super::super::model::desk::Desk;
use crate::theme::{SMALL, Theme};
use crate::view::ViewContext;

/// State of the list.
#[derive(Default)]
pub(super) struct Versions {
    /// A version that was asked for to be compared, by its name.
    asked: Option<(OrderId, String)>,
    compared: Option<(String, Vec<Change>)>,
    wrong: String,
}

impl Versions {
    /// What differs from a version.
    pub fn compared(&mut self, name: String, changes: Vec<Change>) {
        self.compared = Some((name, changes));
    }

    /// Paints it; the version that is to be opened.
    pub fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) -> Option<u64> {
        self.poll(cx, desk);
        let theme = cx.theme;
        let documents = Arc::clone(&cx.snapshot.commanding.documents);
        let own = desk.base.and_then(|version| documents.version(version));
        let Some((document, _)) = own else {
            let text = "This plan was never saved. Its versions stand here once it was: who, when, \
                        and what differs.";
            ui.label(RichText::new(text).color(theme.text_weak));
            return None;
        };
        let mut opened = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for version in document.versions.iter().rev() {
                let is_own = desk.base == Some(version.id);
                let name = format!("version {}", version.id);
                let mark = if is_own { " (this plan grew from it)" } else { "" };
                ui.label(RichText::new(format!("V{}{mark}", &name[1..])).color(theme.text));
                let mut text = format!("{} at {}", version.who, cx.time_text(version.time));
                if version.parents.len() > 1 {
                    let parents: Vec<String> =
                        version.parents.iter().map(ToString::to_string).collect();
                    text = format!("{text}, joins {}", parents.join(" and "));
                }
                ui.label(RichText::new(text).size(SMALL).color(theme.text_weak));
                if !version.note.is_empty() {
                    ui.label(RichText::new(&version.note).size(SMALL).color(theme.text));
                }
                ui.horizontal(|ui| {
                    let hint = "What the plan on the desk has that this version has not.";
                    let compare = ui.button(format!("Compare {}", version.id));
                    if compare.on_hover_text(hint).clicked() {
                        let order = cx.order(Order::Open { version: version.id });
                        self.asked = Some((order, name.clone()));
                        self.wrong.clear();
                    }
                    if ui.button(format!("Open {}", version.id)).clicked() {
                        opened = Some(version.id);
                    }
                });
                ui.add_space(4.0);
            }
            if !self.wrong.is_empty() {
                super::fields::warn(ui, theme, &self.wrong);
            }
            if let Some((name, changes)) = &self.compared {
                ui.separator();
                let text = format!("From {name} to the plan on the desk");
                ui.label(RichText::new(text).strong().color(theme.text));
                if changes.is_empty() {
                    ui.label("Nothing differs.");
                }
                lines(ui, theme, changes);
            }
        });
        opened
    }

    fn poll(&mut self, cx: &ViewContext<'_>, desk: &mut Desk) {
        let Some((order, name)) = &self.asked else { return };
        match cx.reply(*order) {
            Some(Reply::Opened { content: Content::Plan(plan), .. }) => {
                desk.compare(name.clone(), Arc::clone(plan));
            }
            Some(Reply::Refused(reasons)) => self.wrong = reasons.join(" "),
            Some(_) => "That version is no plan.".clone_into(&mut self.wrong),
            None => return,
        }
        self.asked = None;
    }
}

/// Lines with sign and colour.
pub(super) fn lines(ui: &mut Ui, theme: &Theme, changes: &[Change]) {
    for change in changes {
        let colour = match change.sign {
            Sign::Added => theme.severity(Severity::Normal),
            Sign::Removed => theme.severity(Severity::Critical),
            Sign::Changed => theme.severity(Severity::Distress),
        };
        let text = format!("{} {}", change.sign.text(), change.text);
        ui.label(RichText::new(text).size(SMALL).color(colour));
    }
}
