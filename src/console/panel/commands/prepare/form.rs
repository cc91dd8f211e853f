//! The form of a command: help, arguments, times, and the button that makes a draft of it.

use std::sync::Arc;

use egui::{ComboBox, Label, RichText, ScrollArea, TextEdit, Ui};
use marsdeck_engine::command::Permission;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::mission::command::{Check, CommandId, Stage};
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::runtime::OrderId;
use marsdeck_engine::sequence::FormField;

use super::model::{Typed, TypedTime, read_time};
use crate::panel::commands::{model, parts};
use crate::panel::shared::{Asked, act, hindrance, sentence};
use crate::view::ViewContext;
use crate::widget::{EmptyState, card};

/// Width of a field and of its name in points.
const FIELD: f32 = 260.0;
const NAME: f32 = 110.0;

/// Paints the form of the chosen command; the order that was given, if any.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    dictionary: &Arc<Dictionary>,
    typed: &mut Typed,
    asked: &mut Asked,
) -> Option<OrderId> {
    let Some(id) = dictionary.commanding.find(&typed.command) else {
        let sentence = "Choose a command in the list. What it does, what has to hold and what is at \
                        stake are shown here.";
        EmptyState::new("No command chosen", sentence).show(ui, cx.theme);
        return None;
    };
    let area = ScrollArea::vertical().id_salt("command form").auto_shrink(false);
    area.show(ui, |ui| {
        if let Some((uid, _)) = typed.edits {
            let edge = cx.theme.severity(Severity::Watch);
            card(ui, cx.theme, Some(edge), |ui| {
                ui.set_width(ui.available_width());
                let text = format!("Editing {uid}: it becomes a draft, its approvals are void");
                ui.label(RichText::new(text).color(cx.theme.text).strong());
            });
        }
        head(ui, cx, dictionary, id);
        let fields = typed.fields(dictionary);
        arguments(ui, cx, &fields, typed);
        times(ui, cx, typed);
        conditions(ui, cx, dictionary, id);
        ui.add_space(6.0);
        buttons(ui, cx, &fields, typed, asked)
    })
    .inner
}

fn head(ui: &mut Ui, cx: &ViewContext<'_>, dictionary: &Dictionary, id: CommandId) {
    let of = &dictionary.commanding;
    let Some(command) = of.commands.get(id) else { return };
    ui.horizontal_wrapped(|ui| {
        let title = RichText::new(model::short(&command.name)).heading().color(cx.theme.text);
        ui.label(title).on_hover_text(&command.name);
        let significance = of.significance(id);
        let level = significance.map(|of| of.level).unwrap_or_default();
        let reason = significance.map_or("", |of| of.reason.as_str());
        parts::significance_badge(ui, cx, level, reason);
        let need = cx.snapshot.commanding.policy;
        if level >= need.threshold {
            ui.label(parts::weak(cx, "needs approval by somebody else"));
        }
    });
    ui.label(RichText::new(sentence(&command.description)).color(cx.theme.text));
    if let Some(of) = of.significance(id).filter(|of| !of.reason.is_empty()) {
        ui.label(RichText::new(sentence(&of.reason)).color(cx.theme.text_weak));
    }
}

fn arguments(ui: &mut Ui, cx: &ViewContext<'_>, fields: &[FormField], typed: &mut Typed) {
    ui.add_space(6.0);
    ui.label(RichText::new("Arguments").strong().color(cx.theme.text));
    if fields.is_empty() {
        ui.label(parts::weak(cx, "It has none."));
        return;
    }
    for field in fields {
        ui.horizontal(|ui| {
            let label = label(ui, RichText::new(&field.name).color(cx.theme.text));
            if field.is_fixed {
                let value = field.otherwise.as_deref().unwrap_or_default();
                ui.label(RichText::new(format!("always {value}")).color(cx.theme.text_weak));
                return;
            }
            let value = typed.values.entry(field.name.clone()).or_default();
            let usual = field.otherwise.as_deref();
            if field.choices.is_empty() {
                let hint = usual.map_or_else(String::new, |of| format!("{of} where none is given"));
                let edit = TextEdit::singleline(value)
                    .id_salt(("argument", &field.name))
                    .hint_text(hint)
                    .desired_width(FIELD);
                ui.add(edit).labelled_by(label.id);
            } else {
                choice(ui, field, value).labelled_by(label.id);
            }
        });
        said(ui, cx, field, typed.values.get(&field.name).is_none_or(|v| v.trim().is_empty()));
    }
}

/// The name of a field, as wide as all of them.
fn label(ui: &mut Ui, text: RichText) -> egui::Response {
    let size = egui::vec2(NAME, ui.spacing().interact_size.y);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let shown = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.add(Label::new(text).truncate())
    });
    shown.inner
}

fn choice(ui: &mut Ui, field: &FormField, value: &mut String) -> egui::Response {
    let usual = field.otherwise.as_deref().map(|of| format!("{of} (as usual)"));
    let usual = usual.unwrap_or_else(|| "Choose…".to_owned());
    let shown = if value.is_empty() { usual.clone() } else { value.clone() };
    let combo = ComboBox::from_id_salt(("argument", &field.name)).width(FIELD).selected_text(shown);
    let response = combo.show_ui(ui, |ui| {
        if field.otherwise.is_some() && ui.selectable_label(value.is_empty(), usual).clicked() {
            value.clear();
        }
        for choice in &field.choices {
            if ui.selectable_label(value == choice, choice).clicked() {
                value.clone_from(choice);
            }
        }
    });
    response.response
}

/// What a field can be, and what is wrong with it; quiet while nothing was typed.
fn said(ui: &mut Ui, cx: &ViewContext<'_>, field: &FormField, untouched: bool) {
    ui.horizontal_wrapped(|ui| {
        ui.add_space(NAME + ui.spacing().item_spacing.x);
        match &field.fault {
            Some(fault) => {
                let text = RichText::new(sentence(fault)).size(crate::theme::SMALL);
                let colour = if untouched {
                    cx.theme.text_weak
                } else {
                    cx.theme.severity(Severity::Distress)
                };
                let name = format!("Fault of {}: {fault}", field.name);
                let label = ui.add(Label::new(text.color(colour)).wrap());
                label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
            }
            None => {
                ui.add(Label::new(parts::weak(cx, field.help.join("; "))).wrap());
            }
        }
    });
}

fn times(ui: &mut Ui, cx: &ViewContext<'_>, typed: &mut Typed) {
    ui.add_space(6.0);
    ui.label(RichText::new("Times").strong().color(cx.theme.text));
    let mission = typed.mission.clone();
    let rows = [
        ("Not before", &mut typed.earliest, "It is not released earlier."),
        ("Expires", &mut typed.expires, "It is not released later."),
        ("Arrive by", &mut typed.arrive_by, "It has to be on board by then."),
    ];
    for (name, text, hint) in rows {
        ui.horizontal(|ui| {
            let label = label(ui, RichText::new(name).color(cx.theme.text));
            let edit = TextEdit::singleline(text)
                .id_salt(("time", name))
                .hint_text("2026-11-23T12:16 or Sol 235 12:00")
                .desired_width(FIELD);
            ui.add(edit).labelled_by(label.id).on_hover_text(hint);
            let said = match read_time(cx.clocks, &mission, text) {
                TypedTime::Open => return,
                TypedTime::At(_, said) => parts::weak(cx, said),
                TypedTime::Wrong => {
                    let colour = cx.theme.severity(Severity::Distress);
                    parts::weak(cx, "Not a time yet.").color(colour)
                }
            };
            ui.add(Label::new(said).truncate());
        });
    }
}

/// What has to hold before it goes, and how its stages show.
fn conditions(ui: &mut Ui, cx: &ViewContext<'_>, dictionary: &Dictionary, id: CommandId) {
    let line = dictionary.commanding.line(id);
    let mut constraints = line.iter().flat_map(|command| &command.constraints).peekable();
    ui.add_space(6.0);
    if constraints.peek().is_some() {
        ui.label(RichText::new("Has to hold at its release").strong().color(cx.theme.text));
        for constraint in constraints {
            let words = model::condition_words(Some(dictionary), &constraint.condition);
            let aside = if constraint.suspendable { "; it may be put aside" } else { "" };
            ui.add(
                Label::new(RichText::new(format!("• {words}{aside}")).color(cx.theme.text)).wrap(),
            );
        }
    }
    let mut verifiers = line.iter().flat_map(|command| &command.verifiers).peekable();
    if verifiers.peek().is_some() {
        ui.label(RichText::new("How it is verified").strong().color(cx.theme.text));
        let all: Vec<String> = verifiers
            .map(|of| {
                let within = of.window.map(|w| format!(" within {}", model::countdown(w.to_s)));
                let by = match &of.check {
                    Check::Comes(_) => "report",
                    Check::Holds(_) => "telemetry",
                    Check::Changes(..) => "change",
                };
                format!("{} by {by}{}", stage(of.stage), within.unwrap_or_default())
            })
            .collect();
        let text = format!("{}; besides the way of light.", all.join(", "));
        ui.add(Label::new(RichText::new(text).color(cx.theme.text)).wrap());
    }
}

fn stage(of: Stage) -> &'static str {
    match of {
        Stage::Release => "released",
        Stage::TransferredToRange => "at the station",
        Stage::SentFromRange => "sent from the station",
        Stage::Received => "received",
        Stage::Accepted => "accepted",
        Stage::Queued => "queued on board",
        Stage::Executing => "started",
        Stage::Complete => "complete",
        Stage::Failed => "failed",
    }
}

fn buttons(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    fields: &[FormField],
    typed: &mut Typed,
    asked: &mut Asked,
) -> Option<OrderId> {
    let order = typed.order(fields, cx.clocks);
    let why = hindrance(cx, &typed.mission, Permission::Prepare);
    let why = why.or_else(|| order.as_ref().err().cloned());
    let mut sent = None;
    ui.horizontal_wrapped(|ui| {
        let name = model::short(&typed.command).to_owned();
        let (face, label) = match typed.edits {
            Some((uid, _)) => ("Save the change".to_owned(), format!("Save the change of {uid}")),
            None => ("Prepare".to_owned(), format!("Prepare {name}")),
        };
        if act(ui, &face, &label, why.as_deref())
            && let Ok(order) = order
        {
            sent = Some(asked.order(ui, cx, &label, order));
        }
        if typed.edits.is_some() && act(ui, "Cancel", "Give up the change", None) {
            typed.reset();
        }
        if let Some(why) = &why {
            ui.label(parts::weak(cx, why));
        }
    });
    sent
}
