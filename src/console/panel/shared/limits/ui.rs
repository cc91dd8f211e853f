//! Paints the form as a dialog above its panel.

use egui::{Button, ComboBox, Grid, Id, Modal, RichText, TextEdit, Ui};
use marsdeck_engine::archive::{LatestValue, LimitEdit, SeriesKey};
use marsdeck_engine::mission::{Limit, Parameter, Severity};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::Intent;
use marsdeck_engine::time::{Instant, iso};

use super::model::{SEVERITIES, Typed};
use crate::intent::UiIntent;
use crate::theme::{SMALL, severity_word};
use crate::view::ViewContext;
use crate::widget::SeverityBadge;

/// Width of the dialog and of its fields for numbers.
const WIDTH: f32 = 520.0;
const FIELD: f32 = 96.0;

/// The form; closed until it is opened for a series.
#[derive(Default)]
pub struct LimitForm {
    open: Option<(SeriesKey, Instant, Typed)>,
}

impl LimitForm {
    /// Opens it for the parameter of a series; nothing happens where no mission defines it. The new
    /// limits hold from the present on unless another time is typed.
    pub fn open(&mut self, cx: &ViewContext<'_>, key: SeriesKey) {
        let Some((_, _, parameter)) = cx.snapshot.missions.parameter(&key.name) else { return };
        let now = cx.present().map_or(cx.time.cursor, |now| now.max(cx.time.cursor));
        let from = iso(now, 0).trim_end_matches('Z').to_owned();
        let typed = Typed { from, ..Typed::of(parameter, now) };
        self.open = Some((key, now, typed));
    }

    /// Why no limits can be changed here; none where they can.
    pub fn obstacle(cx: &ViewContext<'_>, key: &SeriesKey) -> Option<&'static str> {
        if !cx.snapshot.writable {
            return Some("This console only reads the archive.");
        }
        let is_known = cx.snapshot.missions.parameter(&key.name).is_some();
        (!is_known).then_some("No mission defines limits of this series.")
    }

    /// Shows it where it is open.
    pub fn show(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        let Some((key, opened, typed)) = &mut self.open else { return };
        let Some((mission, instrument, parameter)) = cx.snapshot.missions.parameter(&key.name)
        else {
            self.open = None;
            return;
        };
        let latest = newest(cx, key);
        let modal = Modal::new(Id::unique("limits")).show(ui.ctx(), |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 60.0));
            ui.heading(format!("Limits of {} {}", instrument.name, parameter.title));
            let name = &parameter.name;
            let text = format!("For new values of {name}; earlier data keep their limits.");
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            ui.add_space(4.0);
            if parameter.states.is_empty() {
                ranges(ui, cx, parameter, typed);
            } else {
                states(ui, cx, parameter, typed);
            }
            kept(ui, cx, parameter, *opened);
            ui.add_space(4.0);
            let from = times(ui, cx, &mission.id, typed);
            let at = from.unwrap_or(*opened);
            let limits = typed.limits(parameter, at);
            preview(ui, cx, parameter, latest, &limits);
            ui.separator();
            buttons(ui, parameter, typed, from, limits)
        });
        let is_closed = modal.should_close();
        match modal.inner {
            Some(Pressed::Change(after, from)) => {
                let edit = LimitEdit {
                    name: key.name.clone(),
                    from,
                    reason: typed.reason.trim().to_owned(),
                    after,
                    ..LimitEdit::default()
                };
                // Who is added by the console, the rest by the engine.
                cx.intents.send(UiIntent::Engine(Intent::EditLimits { edit: Box::new(edit) }));
                self.open = None;
            }
            Some(Pressed::Cancel) => self.open = None,
            None if is_closed => self.open = None,
            None => {}
        }
    }
}

enum Pressed {
    /// To these limits, or those of the mission database; from an instant on.
    Change(Option<Vec<Limit>>, Instant),
    Cancel,
}

fn newest(cx: &ViewContext<'_>, key: &SeriesKey) -> Option<LatestValue> {
    let request = Request::Latest { keys: vec![key.clone()], at: cx.time.cursor };
    let pending = cx.queries.ask(Id::unique("limits value"), &request);
    match pending.answer.as_ref().map(|(_, answer)| answer.as_ref()) {
        Some(Answer::Latest(values)) => values.first().copied().flatten(),
        _ => None,
    }
}

fn ranges(ui: &mut Ui, cx: &ViewContext<'_>, parameter: &Parameter, typed: &mut Typed) {
    let weak = |text: &str| RichText::new(text).size(SMALL).color(cx.theme.text_weak);
    Grid::new("limit ranges").num_columns(4).spacing([14.0, 5.0]).show(ui, |ui| {
        ui.label(weak("Severity outside"));
        ui.label(weak("Low"));
        ui.label(weak("High"));
        ui.label("");
        ui.end_row();
        for ((severity, word), range) in SEVERITIES.iter().zip(&mut typed.ranges) {
            ui.horizontal(|ui| {
                ui.add(SeverityBadge::new(cx.theme, *severity).shape_only());
                ui.label(*word);
            });
            for (text, side) in range.iter_mut().zip(["low", "high"]) {
                let edit = TextEdit::singleline(text).hint_text("none");
                let name = format!("{word}, {side}");
                let response = ui.add_sized([FIELD, ui.spacing().interact_size.y], edit);
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
            }
            ui.label(weak(&parameter.unit));
            ui.end_row();
        }
    });
}

fn states(ui: &mut Ui, cx: &ViewContext<'_>, parameter: &Parameter, typed: &mut Typed) {
    const NONE: &str = "No alarm";
    Grid::new("limit states").num_columns(2).spacing([14.0, 5.0]).show(ui, |ui| {
        for ((_, name), chosen) in parameter.states.iter().zip(&mut typed.states) {
            let label = ui.label(name);
            let known = SEVERITIES.iter().find(|(severity, _)| severity == chosen);
            ui.horizontal(|ui| {
                ui.add(SeverityBadge::new(cx.theme, *chosen).shape_only());
                let text = known.map_or(NONE, |(_, word)| *word);
                let combo = ComboBox::from_id_salt(("limit state", name)).selected_text(text);
                let response = combo.show_ui(ui, |ui| {
                    ui.selectable_value(chosen, Severity::Normal, NONE);
                    for (severity, word) in SEVERITIES {
                        ui.selectable_value(chosen, severity, word);
                    }
                });
                response.response.labelled_by(label.id);
            });
            ui.end_row();
        }
    });
}

/// Says what the form does not show and keeps.
fn kept(ui: &mut Ui, cx: &ViewContext<'_>, parameter: &Parameter, at: Instant) {
    let rates = parameter.limits_at(at).filter_map(|l| Some((l.severity, l.rate_per_s?)));
    for (severity, rate) in rates {
        let word = format!("{severity:?}");
        let text =
            format!("{word} when it changes faster than {rate} {} a second: stays", parameter.unit);
        ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
    }
}

/// The fields for time and reason; the time where it can be read.
fn times(ui: &mut Ui, cx: &ViewContext<'_>, mission: &str, typed: &mut Typed) -> Option<Instant> {
    let read = cx.clocks.parse(mission, &typed.from);
    Grid::new("limit reason").num_columns(2).spacing([14.0, 5.0]).show(ui, |ui| {
        let label = ui.label(RichText::new("For data from").color(cx.theme.text_weak));
        ui.add(TextEdit::singleline(&mut typed.from).desired_width(340.0)).labelled_by(label.id);
        ui.end_row();
        ui.label("");
        let said = match &read {
            Some((_, said)) => RichText::new(said).color(cx.theme.text_weak),
            None => RichText::new("Not a time yet: 2019-07-26T12:16 or Sol 235 12:00")
                .color(cx.theme.severity(Severity::Watch)),
        };
        ui.label(said.size(SMALL));
        ui.end_row();
        let label = ui.label(RichText::new("Reason").color(cx.theme.text_weak));
        let edit = TextEdit::singleline(&mut typed.reason).desired_width(340.0);
        ui.add(edit.hint_text("required, kept with the change")).labelled_by(label.id);
        ui.end_row();
    });
    read.map(|(instant, _)| instant)
}

/// What the newest value is, and what it would be.
fn preview(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    parameter: &Parameter,
    latest: Option<LatestValue>,
    limits: &Result<Vec<Limit>, String>,
) {
    let Some(latest) = latest else {
        ui.label(RichText::new("There is no value to judge yet.").color(cx.theme.text_weak));
        return;
    };
    let space = if parameter.unit.is_empty() { "" } else { " " };
    let value = format!("{}{space}{}", parameter.print(latest.value), parameter.unit);
    ui.horizontal_wrapped(|ui| {
        ui.label(format!("The newest value, {value}, is"));
        judged(ui, cx, parameter.severity(latest.time, latest.value));
        match limits {
            Ok(limits) => {
                let with = Parameter { limits: limits.clone(), ..parameter.clone() };
                ui.label("and would be");
                judged(ui, cx, with.severity(latest.time, latest.value));
            }
            Err(wrong) => {
                let colour = cx.theme.severity(Severity::Watch);
                ui.label(RichText::new(format!("{wrong}.")).color(colour));
            }
        }
    });
}

fn judged(ui: &mut Ui, cx: &ViewContext<'_>, severity: Severity) {
    ui.add(SeverityBadge::new(cx.theme, severity).shape_only());
    ui.label(RichText::new(severity_word(severity).to_lowercase()).color(cx.theme.text).strong());
}

fn buttons(
    ui: &mut Ui,
    parameter: &Parameter,
    typed: &Typed,
    from: Option<Instant>,
    limits: Result<Vec<Limit>, String>,
) -> Option<Pressed> {
    let missing = match (&limits, from) {
        (Err(wrong), _) => Some(wrong.clone()),
        (_, None) => Some("Correct the time first.".to_owned()),
        _ if typed.reason.trim().is_empty() => Some("Write the reason first.".to_owned()),
        _ => None,
    };
    let unchanged = from.filter(|at| !typed.is_changed(parameter, *at));
    let unchanged = unchanged.map(|_| "Nothing is changed yet.".to_owned());
    let mut pressed = None;
    ui.horizontal_wrapped(|ui| {
        let why = missing.clone().or(unchanged);
        let change = ui.add_enabled(why.is_none(), Button::new("Change limits"));
        let change = change.on_disabled_hover_text(why.unwrap_or_default()).clicked();
        if let (true, Ok(limits), Some(from)) = (change, limits, from) {
            pressed = Some(Pressed::Change(Some(limits), from));
        }
        let hint = "The limits that the mission database has, as one more change";
        let why = missing.unwrap_or_default();
        let back = ui.add_enabled(why.is_empty(), Button::new("As in the mission database"));
        let back = back.on_hover_text(hint).on_disabled_hover_text(why).clicked();
        if let (true, Some(from)) = (back, from) {
            pressed = Some(Pressed::Change(None, from));
        }
        if ui.button("Cancel").clicked() {
            pressed = Some(Pressed::Cancel);
        }
    });
    pressed
}
