//! What stands against the plan: as a table and as lines, with what mends it and with waivers.

use egui::{Button, Id, Modal, RichText, TextEdit, Ui};
use egui_extras::Column;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::plan::{ActivityId, Fix, Violation};
use marsdeck_engine::time::iso;

use super::super::model::desk::Desk;
use super::super::model::picture::mark_of;
use super::timeline::paint::severity;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{EmptyState, SeverityBadge, scroll_table};

/// The dialog of a waiver.
#[derive(Default)]
pub(super) struct Waive {
    open: Option<(String, Vec<ActivityId>)>,
    why: String,
}

/// What can be done, in words.
fn words(fix: &Fix) -> String {
    match fix {
        Fix::Shift { id, to } => format!("Start {id} at {}", iso(*to, 0)),
        Fix::Trim { id, duration_ns } => {
            format!("Let {id} last {} s", *duration_ns as f64 / 1e9)
        }
        Fix::Remove { id } => format!("Take {id} out"),
        Fix::Add { kind, start, .. } => format!("Add {kind} at {}", iso(*start, 0)),
        Fix::Argument { id, name, value: Some(value) } => format!("Set {name} of {id} to {value}"),
        Fix::Argument { id, name, value: None } => format!("Leave {name} of {id} out"),
    }
}

/// Carries a fix out as a step.
fn mend(desk: &mut Desk, fix: &Fix) {
    use super::super::model::edits::{changed, moved};
    use marsdeck_engine::plan::{Activity, Edit};
    let plan = desk.plan();
    let edits = match fix {
        Fix::Shift { id, to } => match desk.start_of(*id) {
            Some(now) => moved(plan, &[*id], to.ns_since(now)),
            None => Vec::new(),
        },
        Fix::Trim { id, duration_ns } => changed(plan, *id, |a| a.duration_ns = Some(*duration_ns)),
        Fix::Remove { id } => {
            plan.activities.get(id).cloned().map(Edit::remove).into_iter().collect()
        }
        Fix::Add { kind, start, arguments } => {
            let mut activity = Activity::new(plan.next_id(), kind.clone(), *start);
            activity.arguments.clone_from(arguments);
            vec![Edit::add(activity)]
        }
        Fix::Argument { id, name, value } => changed(plan, *id, |a| {
            a.arguments.remove(name);
            a.arguments.extend(value.iter().map(|v| (name.clone(), v.clone())));
        }),
    };
    desk.make(&format!("fix: {}", words(fix)), edits);
}

/// Why a violation cannot be waived here; none: it can.
fn hindered(cx: &ViewContext<'_>, desk: &Desk, of: &Violation) -> Option<String> {
    let Some(rule) = desk.model.rule(&of.rule) else {
        return Some("This is not a rule that can be waived: put it right.".to_owned());
    };
    if rule.waiver.is_none() {
        return Some("Nobody may waive this rule.".to_owned());
    }
    cx.account().is_none().then(|| "Log in to waive: a waiver says who gave it.".to_owned())
}

/// The buttons of a violation.
fn buttons(ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk, of: &Violation, waive: &mut Waive) {
    if let Some(fix) = &of.fix {
        let hint = words(fix);
        if ui.button("Fix").on_hover_text(hint).clicked() {
            mend(desk, fix);
        }
    }
    if of.waived_by.is_none() {
        let why_not = hindered(cx, desk, of);
        let button = ui.add_enabled(why_not.is_none(), Button::new("Waive…"));
        if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
            waive.open = Some((of.rule.clone(), of.activities.clone()));
            waive.why.clear();
        }
    }
}

fn word(of: &Violation) -> String {
    match &of.waived_by {
        Some(who) => format!("waived by {who}"),
        None => match of.severity {
            marsdeck_engine::plan::Severity::Note => "note".to_owned(),
            marsdeck_engine::plan::Severity::Warning => "warning".to_owned(),
            marsdeck_engine::plan::Severity::Error => "error".to_owned(),
        },
    }
}

/// A violation as lines, for the form.
pub(super) fn line(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    desk: &mut Desk,
    of: &Violation,
    waive: &mut Waive,
) {
    ui.horizontal_wrapped(|ui| {
        let severity = severity(mark_of(of)).unwrap_or(Severity::Off);
        let said = format!("{} {}", of.rule, word(of));
        ui.add(SeverityBadge::new(cx.theme, severity).word(&said));
        buttons(ui, cx, desk, of, waive);
    });
    ui.label(RichText::new(&of.reason).size(SMALL).color(cx.theme.text));
    if let Some(rule) = desk.model.rule(&of.rule) {
        ui.label(RichText::new(&rule.sentence).size(SMALL).color(cx.theme.text_weak));
    }
}

/// The table; the activity to show.
pub(super) fn table(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    desk: &mut Desk,
    waive: &mut Waive,
) -> Option<ActivityId> {
    let picture = std::sync::Arc::clone(&desk.picture);
    if picture.violations.is_empty() {
        let sentence = "All rules, states and resources are content with the plan as it is.";
        EmptyState::new("No rule is broken", sentence).show(ui, cx.theme);
        return None;
    }
    let mut shown = None;
    let theme = cx.theme;
    crate::panel::shared::at_least_wide(ui, 760.0, |ui| {
        scroll_table(ui)
            .id_salt("violations")
            .striped(true)
            .sense(egui::Sense::click())
            .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
            .column(Column::exact(120.0))
            .column(Column::exact(170.0).clip(true))
            .column(Column::exact(160.0))
            .column(Column::remainder().clip(true))
            .column(Column::exact(120.0))
            .header(20.0, |mut header| {
                for title in ["Severity", "Rule", "When, UTC", "Reason", "What to do"] {
                    header.col(|ui| {
                        ui.label(RichText::new(title).size(SMALL).color(theme.text_weak));
                    });
                }
            })
            .body(|body| {
                body.rows(24.0, picture.violations.len(), |mut row| {
                    let Some(of) = picture.violations.get(row.index()) else { return };
                    let rule = desk.model.rule(&of.rule).map(|r| r.sentence.clone());
                    row.col(|ui| {
                        let severity = severity(mark_of(of)).unwrap_or(Severity::Off);
                        ui.add(SeverityBadge::new(theme, severity).word(&word(of)));
                    });
                    row.col(|ui| {
                        let text = egui::Label::new(&of.rule).truncate().selectable(false);
                        ui.add(text).on_hover_text(rule.unwrap_or_default());
                    });
                    row.col(|ui| {
                        let text = iso(of.range.start, 0);
                        ui.add(egui::Label::new(text).selectable(false));
                    });
                    row.col(|ui| {
                        let text = egui::Label::new(&of.reason).truncate().selectable(false);
                        ui.add(text).on_hover_text(&of.reason);
                    });
                    row.col(|ui| {
                        ui.horizontal(|ui| buttons(ui, cx, desk, of, waive));
                    });
                    if row.response().clicked() {
                        desk.selection = of.activities.iter().copied().collect();
                        shown = of.activities.first().copied();
                    }
                });
            });
    });
    waive.show(ui, cx, desk);
    shown
}

impl Waive {
    /// The dialog, where it is open.
    pub fn show(&mut self, ui: &Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        let Some((rule, activities)) = self.open.clone() else { return };
        let (Some(account), Some(now)) = (cx.account(), cx.present().or(Some(cx.time.cursor)))
        else {
            self.open = None;
            return;
        };
        let modal = Modal::new(Id::unique("waive")).show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            ui.heading(format!("Waive {rule}"));
            if let Some(of) = desk.model.rule(&rule) {
                ui.label(&of.sentence);
                let how = of.waiver.clone().unwrap_or_default();
                ui.label(RichText::new(how).color(cx.theme.text_weak));
            }
            let label = ui.label("Reason of the waiver");
            let edit = TextEdit::multiline(&mut self.why).desired_rows(3);
            ui.add(edit.desired_width(f32::INFINITY)).labelled_by(label.id);
            let text = format!("Given by {}; an edit of the activities voids it.", account.name);
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            ui.horizontal(|ui| {
                let ready = !self.why.trim().is_empty();
                let go = ui.add_enabled(ready, Button::new("Waive the rule"));
                let go = go.on_disabled_hover_text("Write the reason first.").clicked();
                (go, ui.button("Cancel").clicked())
            })
            .inner
        });
        let closed = modal.should_close();
        let (go, cancel) = modal.inner;
        if go {
            let by = (account.name.as_str(), self.why.trim());
            let edit = desk.plan().waive(&rule, &activities, by, now);
            desk.make(&format!("waive {rule}"), vec![edit]);
        }
        if go || cancel || closed {
            self.open = None;
        }
    }
}
