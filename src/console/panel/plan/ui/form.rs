//! The form of the selected activity: start, arguments by their kind, notes, tags, anchor.

use egui::{RichText, ScrollArea, Ui};
use marsdeck_engine::plan::{Activity, ActivityId, Anchor, Value};
use marsdeck_engine::time::iso;

use super::super::model::desk::Desk;
use super::super::model::edits::{changed, is_stretchable, label, moved};
use super::fields::{Line, Typing, argument, range, warn};
use super::timeline::keys::{delete, duplicate, select_lane};
use super::violations;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{TimeField, badge, duration_text};

/// State of the form.
#[derive(Default)]
pub(super) struct Form {
    typing: Typing,
    start: String,
    waive: violations::Waive,
}

impl Form {
    /// Paints it.
    pub fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        let selected = desk.selected();
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| match selected.as_slice() {
            [] => {
                let text = "Select an activity on the timeline or in the table. Shift and drag \
                            selects several; Add places new ones.";
                ui.label(RichText::new(text).color(cx.theme.text_weak));
            }
            [one] => self.one(ui, cx, desk, *one),
            several => several_of(ui, cx, desk, several),
        });
    }

    fn one(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk, id: ActivityId) {
        let Some(activity) = desk.plan().activities.get(&id).cloned() else { return };
        let theme = cx.theme;
        ui.push_id(("activity", id.0), |ui| {
            head(ui, cx, desk, &activity);
            self.time(ui, cx, desk, &activity);
            ui.separator();
            self.arguments(ui, cx, desk, &activity);
            ui.separator();
            self.texts(ui, cx, desk, &activity);
            self.anchor(ui, cx, desk, &activity);
            ui.separator();
            ui.horizontal_wrapped(|ui| {
                if ui.button("Duplicate").on_hover_text("Ctrl+D").clicked() {
                    duplicate(desk);
                }
                if ui.button("Delete").on_hover_text("Delete on the timeline").clicked() {
                    delete(desk);
                }
                if ui.button("Select the lane").clicked() {
                    select_lane(desk);
                }
            });
            let picture = std::sync::Arc::clone(&desk.picture);
            for (_, violation) in picture.violations_of(id).take(12) {
                ui.add_space(4.0);
                violations::line(ui, cx, desk, violation, &mut self.waive);
            }
            ui.label(RichText::new(" ").size(SMALL).color(theme.text_weak));
        });
        self.waive.show(ui, cx, desk);
    }

    fn time(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk, of: &Activity) {
        let theme = cx.theme;
        let mission = desk.plan().mission.clone();
        let placed = desk.picture.range(of.id);
        let start = placed.map_or(of.start, |r| r.start);
        ui.label(RichText::new(format!("{} UTC", iso(start, 0))).monospace().color(theme.text));
        if let Some(at) = cx.clocks.lmst(&mission, start) {
            let text = format!("Sol {} {} LMST", at.sol, at.clock());
            ui.label(RichText::new(text).monospace().color(theme.text));
        }
        let parse = |text: &str| cx.clocks.parse(&mission, text);
        let field = TimeField::new(theme, "Start").width((ui.available_width() - 50.0).max(80.0));
        let typed = ui.horizontal(|ui| field.show(ui, &mut self.start, &parse)).inner;
        if let Some(to) = typed {
            let edits = moved(desk.plan(), &[of.id], to.ns_since(start));
            desk.make(&label("move", desk.plan(), &[of.id]), edits);
        }
        let length = placed.map_or(0, |r| r.duration_ns());
        ui.label(format!("Length {}", duration_text(length as f64 / 1e9)));
        let known = desk.model.types.contains_key(&of.kind);
        if of.duration_ns.is_some() || (!known && is_stretchable(&desk.model, of)) {
            let wrong = |text: &str| match text.trim().parse::<f64>() {
                Ok(s) if s >= 0.0 => None,
                _ => Some("write a number of seconds".to_owned()),
            };
            let now = format!("{}", length as f64 / 1e9);
            let line = Line { theme, label: "Length [s]", now: &now, hint: "", wrong: &wrong };
            let typed =
                self.typing.line(ui, &line).and_then(|text| text.trim().parse::<f64>().ok());
            if let Some(s) = typed.filter(|s| *s >= 0.0) {
                let ns = (s * 1e9) as i64;
                let edits = changed(desk.plan(), of.id, |a| a.duration_ns = Some(ns));
                desk.make(&label("change the length of", desk.plan(), &[of.id]), edits);
            }
            if known && ui.button("Length of the type").clicked() {
                let edits = changed(desk.plan(), of.id, |a| a.duration_ns = None);
                desk.make(&label("change the length of", desk.plan(), &[of.id]), edits);
            }
        }
    }

    fn arguments(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk, of: &Activity) {
        let theme = cx.theme;
        let model = std::sync::Arc::clone(&desk.model);
        let parameters = model.types.get(&of.kind).map_or(&[][..], |t| &t.parameters);
        let mut new: Option<(String, Option<Value>)> = None;
        for parameter in parameters {
            let name = &parameter.name;
            let given = of.arguments.get(name);
            let fallback = Value::Text(String::new());
            let now = given.or(parameter.default.as_ref()).unwrap_or(&fallback);
            let response = ui.scope(|ui| argument(ui, theme, &mut self.typing, parameter, now));
            let mut hint = parameter.description.clone();
            let within = range(parameter);
            for (word, text) in [
                ("Range ", within),
                ("Default ", parameter.default.as_ref().map_or(String::new(), Value::to_string)),
            ] {
                if !text.is_empty() {
                    hint = format!("{hint}\n{word}{text}").trim().to_owned();
                }
            }
            response.response.on_hover_text(hint);
            if let Some(value) = response.inner {
                new = Some((name.clone(), Some(value)));
            }
            match given {
                Some(value) => {
                    if let Some(wrong) =
                        parameter.wrong(value).filter(|_| parameter.choices.is_empty())
                    {
                        warn(ui, theme, &format!("{name} {wrong}"));
                    }
                    let hint = "Takes the default of the type again.";
                    if parameter.default.is_some()
                        && ui
                            .small_button(format!("Default of {name}"))
                            .on_hover_text(hint)
                            .clicked()
                    {
                        new = Some((name.clone(), None));
                    }
                }
                None if parameter.default.is_none() => {
                    warn(ui, theme, &format!("{name} is missing and has no default; give it"));
                }
                None => {}
            }
        }
        let unknown =
            of.arguments.iter().filter(|(n, _)| !parameters.iter().any(|p| p.name == **n));
        for (name, value) in unknown {
            let text = format!("{name}: {value}");
            ui.label(RichText::new(text).color(theme.text_weak)).on_hover_text("Not of this type.");
        }
        if let Some((name, value)) = new {
            let edits = changed(desk.plan(), of.id, |a| {
                a.arguments.remove(&name);
                a.arguments.extend(value.map(|value| (name.clone(), value)));
            });
            desk.make(&label(&format!("set {name} of"), desk.plan(), &[of.id]), edits);
        }
    }

    fn texts(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk, of: &Activity) {
        let fine = |_: &str| None;
        let theme = cx.theme;
        let notes = Line { theme, label: "Notes", now: &of.notes, hint: "why", wrong: &fine };
        if let Some(text) = self.typing.line(ui, &notes) {
            let edits = changed(desk.plan(), of.id, |a| a.notes = text);
            desk.make(&label("change the notes of", desk.plan(), &[of.id]), edits);
        }
        let now = of.tags.join(", ");
        let tags =
            Line { theme, label: "Tags", now: &now, hint: "science, calibration", wrong: &fine };
        if let Some(text) = self.typing.line(ui, &tags) {
            let mut tags: Vec<String> =
                text.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
            tags.sort_unstable();
            tags.dedup();
            let edits = changed(desk.plan(), of.id, |a| a.tags = tags);
            desk.make(&label("change the tags of", desk.plan(), &[of.id]), edits);
        }
    }

    fn anchor(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk, of: &Activity) {
        if let Some(anchor) = of.anchor {
            let edge = if anchor.from_end { "end" } else { "start" };
            let far = duration_text(anchor.offset_ns as f64 / 1e9);
            ui.horizontal_wrapped(|ui| {
                ui.label(format!("Hangs on {}: {far} after its {edge}", anchor.to));
                if ui.button("Let go").on_hover_text("It stays where it is.").clicked() {
                    let start = desk.start_of(of.id).unwrap_or(of.start);
                    let edits = changed(desk.plan(), of.id, |a| {
                        a.anchor = None;
                        a.start = start;
                    });
                    desk.make(&label("let go", desk.plan(), &[of.id]), edits);
                }
            });
            return;
        }
        let own = of.id;
        let other = |text: &str| text.trim().trim_start_matches('#').parse().ok().map(ActivityId);
        let typed = {
            let plan = desk.plan();
            let wrong = |text: &str| match other(text) {
                _ if text.trim().is_empty() => None,
                Some(id) if id != own && plan.activities.contains_key(&id) => None,
                _ => Some("write the number of another activity".to_owned()),
            };
            let hint = "number of another";
            let line = Line { theme: cx.theme, label: "Anchor to #", now: "", hint, wrong: &wrong };
            self.typing.line(ui, &line).as_deref().and_then(other)
        };
        if let Some(to) = typed.filter(|to| *to != own) {
            hang(desk, own, to);
        }
    }
}

/// Hangs an activity on another one where they are: on its end where it starts later.
fn hang(desk: &mut Desk, id: ActivityId, to: ActivityId) {
    let (Some(start), Some(range)) = (desk.start_of(id), desk.picture.range(to)) else { return };
    let from_end = start >= range.end;
    let offset_ns = start.ns_since(if from_end { range.end } else { range.start });
    let edits = changed(desk.plan(), id, |a| a.anchor = Some(Anchor { to, from_end, offset_ns }));
    desk.make(&format!("{} to {to}", label("anchor", desk.plan(), &[id])), edits);
}

fn head(ui: &mut Ui, cx: &ViewContext<'_>, desk: &Desk, of: &Activity) {
    let theme = cx.theme;
    let found = desk.model.types.get(&of.kind);
    let name = found.map_or(of.kind.as_str(), |t| t.name.as_str());
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(name).strong().color(theme.text));
        ui.label(RichText::new(of.id.to_string()).color(theme.text_weak));
        if found.is_some_and(|t| t.fictitious) {
            badge(ui, theme, "FICTITIOUS", theme.simulated)
                .on_hover_text("Our invention, because the real one is not public.");
        }
    });
    let text = match found {
        None => "The dictionary does not know this type: it is kept, but not checked.".to_owned(),
        Some(t) if t.description.is_empty() => format!("{} of {}", t.id, t.instrument),
        Some(t) => format!("{}. {} of {}", t.description.trim_end_matches('.'), t.id, t.instrument),
    };
    ui.label(RichText::new(text).size(SMALL).color(theme.text_weak));
}

fn several_of(ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk, ids: &[ActivityId]) {
    ui.label(RichText::new(format!("{} activities", ids.len())).strong().color(cx.theme.text));
    let ranges = ids.iter().take(5_000).filter_map(|id| desk.picture.range(*id));
    if let Some(whole) = ranges.reduce(|a, b| a.hull(&b)) {
        let text = format!("from {} to {}", cx.time_text(whole.start), cx.time_text(whole.end));
        ui.label(RichText::new(text).color(cx.theme.text_weak));
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button("Duplicate").clicked() {
            duplicate(desk);
        }
        if ui.button("Delete").clicked() {
            delete(desk);
        }
        if ui.button("Select the lane").clicked() {
            select_lane(desk);
        }
        if let [a, b] = ids
            && ui.button("Anchor the later to the earlier").clicked()
        {
            let later = desk.start_of(*a) > desk.start_of(*b);
            let (id, to) = if later { (*a, *b) } else { (*b, *a) };
            hang(desk, id, to);
        }
    });
    let text = "Drag one to move all of them. Arrow keys nudge, with Shift ten times as far.";
    ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
}
