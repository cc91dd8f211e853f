//! The form of a step: time, command, arguments, note. What is changed here stands in the text at
//! once.

use egui::{Button, ComboBox, Grid, Response, RichText, ScrollArea, TextEdit, Ui};
use marsdeck_engine::format::seqjson::{Action, Number, Value};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::sequence::text::Span;
use marsdeck_engine::sequence::{
    FormField, Step, When, command_help, form, set_argument, short_name,
};

use super::analysis::Analysis;
use super::model;
use super::time_entry::{Kind, read, written};
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Width of the fields in points.
const FIELD: f32 = 190.0;
/// Most commands in the list of the form.
const MOST_COMMANDS: usize = 300;

/// What somebody does to a step.
enum Wish {
    Change(Box<Step>),
    Insert,
    Copy,
    Remove,
    Up,
    Down,
}

/// The form.
#[derive(Default)]
pub(super) struct Form {
    /// The field that is typed into, and what stands in it: it may be no value yet.
    typed: Option<(String, String)>,
    /// What was typed to find a command.
    search: String,
}

/// A text that the form made, and the step that is shown then.
pub(super) struct Made {
    pub text: String,
    pub step: usize,
}

impl Form {
    /// Paints the form of a step; the text where something was changed.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        (done, dictionary, mission): (&Analysis, &Dictionary, &str),
        step: Option<usize>,
    ) -> Option<Made> {
        let (text, parsed) = (&*done.text, &done.parsed);
        let chosen = step.and_then(|at| Some((at, parsed.sequence.steps.get(at)?)));
        let count = parsed.sequence.steps.len();
        let mut wish = buttons(ui, chosen.map(|(at, _)| at), count);
        ScrollArea::vertical().id_salt("step form").auto_shrink(false).show(ui, |ui| {
            let Some((at, of)) = chosen else {
                let sentence = "Put the cursor on a step or press Add step.";
                ui.label(RichText::new(sentence).color(cx.theme.text_weak));
                return;
            };
            let mut new = of.clone();
            self.fields(ui, cx, (at, &mut new), dictionary, mission);
            if new != *of {
                wish = Some(Wish::Change(Box::new(new)));
            }
            if let Some(predicted) = done.predicted.get(at).filter(|one| !one.remark.is_empty()) {
                let colour = cx.theme.severity(if predicted.is_fault {
                    Severity::Critical
                } else {
                    Severity::Watch
                });
                ui.label(RichText::new(&predicted.remark).size(SMALL).color(colour));
            }
        });
        let at = chosen.map(|(at, _)| at);
        let of = chosen.map(|(_, of)| of);
        made(wish?, text, done, at, of)
    }

    fn fields(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        (at, step): (usize, &mut Step),
        dictionary: &Dictionary,
        mission: &str,
    ) {
        ui.label(RichText::new(format!("Step {}", at + 1)).strong());
        Grid::new("step fields").num_columns(2).spacing([8.0, 5.0]).show(ui, |ui| {
            self.time(ui, cx, at, step, mission);
            self.command(ui, cx, at, step, dictionary);
            if let Some(fields) = form(dictionary, step, &|_| None) {
                for field in fields {
                    self.argument(ui, cx, at, step, dictionary, &field);
                }
            }
            let current = step.note.clone();
            if let Some(note) =
                self.text(ui, cx, (&format!("{at} note"), "Note of the step"), &current)
            {
                step.note = note;
            }
            ui.end_row();
        });
    }

    /// A field for text with its label; what was typed.
    fn text(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        (key, label): (&str, &str),
        current: &str,
    ) -> Option<String> {
        let label = ui.label(RichText::new(label).color(cx.theme.text_weak));
        self.entry(ui, key, current, label).0
    }

    fn entry(
        &mut self,
        ui: &mut Ui,
        key: &str,
        current: &str,
        label: Response,
    ) -> (Option<String>, Response) {
        let own = self.typed.as_ref().filter(|(of, _)| of == key).map(|(_, text)| text.clone());
        let is_typed = own.is_some();
        let mut text = own.unwrap_or_else(|| current.to_owned());
        let edit = TextEdit::singleline(&mut text).desired_width(FIELD);
        let response = ui.add(edit).labelled_by(label.id);
        let changed = response.changed();
        if response.has_focus() && (changed || is_typed) {
            self.typed = Some((key.to_owned(), text.clone()));
        } else if is_typed {
            self.typed = None;
        }
        ((changed || (is_typed && response.lost_focus())).then_some(text), response)
    }

    fn time(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        at: usize,
        step: &mut Step,
        mission: &str,
    ) {
        let label = ui.label(RichText::new("Time is").color(cx.theme.text_weak));
        let mut kind = Kind::of(&step.time);
        let combo = ComboBox::from_id_salt("kind of time").width(FIELD).selected_text(kind.words());
        let response = combo.show_ui(ui, |ui| {
            for one in Kind::ALL {
                ui.selectable_value(&mut kind, one, one.words());
            }
        });
        response.response.labelled_by(label.id);
        ui.end_row();
        if kind != Kind::of(&step.time) {
            step.time = kind.usual(cx.time.cursor);
            self.typed = None;
        }
        let label = ui.label(RichText::new("Step time").color(cx.theme.text_weak));
        let current = written(&step.time);
        let (typed, response) = self.entry(ui, &format!("{at} time"), &current, label);
        let response = response.on_hover_text(kind.hint());
        if let Some(typed) = &typed
            && let Some(time) = read(&step.time, typed, mission)
        {
            step.time = time;
        }
        let shown = self.typed.as_ref().filter(|(key, _)| *key == format!("{at} time"));
        if shown.is_some_and(|(_, text)| read(&step.time, text, mission).is_none()) {
            outline(ui, cx, &response);
        }
        ui.end_row();
        if let When::Epoch { name, .. } = &mut step.time {
            let current = name.clone();
            if let Some(typed) = self.text(ui, cx, (&format!("{at} epoch"), "Epoch"), &current) {
                typed.trim().clone_into(name);
            }
            ui.end_row();
        }
    }

    /// The command, out of a list that can be searched; blocks and the like keep their kind.
    fn command(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        at: usize,
        step: &mut Step,
        dictionary: &Dictionary,
    ) {
        let current = step.name().to_owned();
        let word = match &step.action {
            Action::Command { .. } => "Command",
            Action::GroundBlock(_) => "Ground block",
            Action::GroundEvent(_) => "Ground event",
            Action::Activate(_) => "Sequence to start",
            Action::Load(_) => "Sequence to load",
        };
        let label = ui.label(RichText::new(word).color(cx.theme.text_weak));
        let mut chosen = None;
        let typed = ui
            .horizontal(|ui| {
                let typed = self.entry(ui, &format!("{at} command"), &current, label).0;
                if !dictionary.commanding.commands.is_empty() && step.stem().is_some() {
                    chosen = self.choose(ui, cx, dictionary);
                }
                typed
            })
            .inner;
        ui.end_row();
        if let Some(typed) = typed.map(|typed| typed.trim().to_owned()).filter(|t| !t.is_empty()) {
            match &mut step.action {
                Action::Command { stem: name, .. }
                | Action::GroundBlock(name)
                | Action::GroundEvent(name) => *name = typed,
                Action::Activate(on) | Action::Load(on) => on.sequence = typed,
            }
        }
        if let (Some(name), Action::Command { stem, .. }) = (chosen, &mut step.action) {
            *stem = name;
            step.arguments.clear();
        }
    }

    /// A list of all commands that can be searched; the one that was chosen.
    fn choose(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        dictionary: &Dictionary,
    ) -> Option<String> {
        let of = &dictionary.commanding;
        let mut chosen = None;
        ui.menu_button("Choose…", |ui| {
            ui.set_min_width(300.0);
            let label = ui.label(RichText::new("Find a command").color(cx.theme.text_weak));
            ui.add(TextEdit::singleline(&mut self.search)).labelled_by(label.id);
            let wanted = self.search.to_lowercase();
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                let all = of.commands.iter().enumerate().filter(|(_, one)| !one.is_abstract);
                let found = all.filter(|(_, one)| one.name.to_lowercase().contains(&wanted));
                for (id, _) in found.take(MOST_COMMANDS) {
                    let name = short_name(of, id);
                    let button = ui.add(Button::new(name).frame(false));
                    let help = || command_help(of, id, Span::default()).lines.join("\n");
                    if button.on_hover_ui(|ui| drop(ui.label(help()))).clicked() {
                        chosen = Some(name.to_owned());
                        ui.close();
                    }
                }
            });
        });
        chosen
    }

    fn argument(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        at: usize,
        step: &mut Step,
        dictionary: &Dictionary,
        field: &FormField,
    ) {
        let label = ui.label(RichText::new(&field.name).color(cx.theme.text_weak));
        let label = label.on_hover_text(field.help.join("\n"));
        let otherwise = match &field.otherwise {
            Some(value) if field.is_fixed => format!("always {value}"),
            Some(value) => format!("not given: {value}"),
            None => "not given".to_owned(),
        };
        let current = field.value.as_ref().map(shown);
        if field.is_fixed {
            ui.label(&otherwise);
        } else if field.choices.is_empty() {
            let key = format!("{at} {}", field.name);
            let text = current.clone().unwrap_or_default();
            let (typed, response) = self.entry(ui, &key, &text, label);
            let response = response.on_hover_text(field.help.join("\n"));
            if let Some(typed) = typed {
                // An empty field may be about to be filled; it counts when it is left.
                let is_left = !response.has_focus();
                if !typed.is_empty() || is_left {
                    let value = (!typed.is_empty()).then(|| typed_value(&typed));
                    set_argument(dictionary, step, &field.name, value);
                }
            }
        } else {
            let mut chosen = current.clone();
            let text = current.clone().unwrap_or_else(|| otherwise.clone());
            let combo = ComboBox::from_id_salt(("argument", &field.name)).width(FIELD);
            let response = combo.selected_text(text).show_ui(ui, |ui| {
                ui.selectable_value(&mut chosen, None, &otherwise);
                for choice in &field.choices {
                    ui.selectable_value(&mut chosen, Some(choice.clone()), choice);
                }
            });
            response.response.labelled_by(label.id).on_hover_text(field.help.join("\n"));
            if chosen != current {
                let value = chosen.map(Value::Text);
                set_argument(dictionary, step, &field.name, value);
            }
        }
        ui.end_row();
        if let Some(fault) = &field.fault {
            ui.label("");
            let colour = cx.theme.severity(Severity::Critical);
            ui.add(egui::Label::new(RichText::new(fault).size(SMALL).color(colour)).wrap());
            ui.end_row();
        }
    }
}

/// The buttons that add, remove and move steps.
fn buttons(ui: &mut Ui, at: Option<usize>, count: usize) -> Option<Wish> {
    let mut wish = None;
    ui.horizontal_wrapped(|ui| {
        if ui.button("Add step").on_hover_text("Behind this one, or at the end").clicked() {
            wish = Some(Wish::Insert);
        }
        let can = |is: bool, text: &str| (is, Button::new(text.to_owned()));
        let is_one = at.is_some();
        let (below, above) = (at.is_some_and(|at| at + 1 < count), at.is_some_and(|at| at > 0));
        for ((enabled, button), one) in [
            (can(is_one, "Copy step"), Wish::Copy),
            (can(is_one, "Remove step"), Wish::Remove),
            (can(above, "Up"), Wish::Up),
            (can(below, "Down"), Wish::Down),
        ] {
            if ui.add_enabled(enabled, button).clicked() {
                wish = Some(one);
            }
        }
    });
    wish
}

fn made(
    wish: Wish,
    text: &str,
    done: &Analysis,
    at: Option<usize>,
    of: Option<&Step>,
) -> Option<Made> {
    let parsed = &done.parsed;
    let behind = at.map_or(parsed.sequence.steps.len(), |at| at + 1);
    let (text, step) = match wish {
        Wish::Change(new) => (model::replaced(text, parsed, at?, &new)?, at?),
        Wish::Insert => {
            let new = Step::command(When::AfterEnd(0), "NO_OP", Vec::new());
            (model::inserted(text, parsed, at, &new), behind)
        }
        Wish::Copy => {
            let new = Step { remarks: Vec::new(), ..of?.clone() };
            (model::inserted(text, parsed, at, &new), behind)
        }
        Wish::Remove => (model::removed(text, parsed, at?)?, at?.saturating_sub(1)),
        Wish::Up => (model::swapped(text, parsed, at?.checked_sub(1)?)?, at? - 1),
        Wish::Down => (model::swapped(text, parsed, at?)?, at? + 1),
    };
    Some(Made { text, step })
}

/// A value as a field shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Symbol(text) | Value::Hex(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Repeat(_) => "a list; change it in the text".to_owned(),
    }
}

/// A value as somebody typed it: numbers, bytes, true and false are such, all else is a text.
fn typed_value(text: &str) -> Value {
    let digits = text
        .strip_prefix("0x")
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match (text, digits) {
        ("true", _) => Value::Bool(true),
        ("false", _) => Value::Bool(false),
        (_, Some(digits)) => Value::Hex(format!("0x{}", digits.to_uppercase())),
        _ => Number::parse(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number),
    }
}

fn outline(ui: &Ui, cx: &ViewContext<'_>, response: &Response) {
    let stroke = egui::Stroke::new(1.5, cx.theme.severity(Severity::Distress));
    ui.painter().rect_stroke(response.rect, 3.0, stroke, egui::StrokeKind::Outside);
}
