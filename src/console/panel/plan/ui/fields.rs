//! Fields of the form: a line that says at once what is wrong and is taken when it is left, and an
//! argument of each kind.

use std::collections::BTreeMap;

use egui::{ComboBox, Id, RichText, TextEdit, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::plan::{Parameter, ParameterKind, Value};

use crate::theme::{SMALL, Theme};

/// What is being typed, and where.
#[derive(Default)]
pub(super) struct Typing(Option<(Id, String)>);

/// What a field says.
pub(super) struct Line<'a> {
    pub theme: &'a Theme,
    pub label: &'a str,
    /// The value as it stands.
    pub now: &'a str,
    pub hint: &'a str,
    /// What is wrong with a text; none: nothing.
    pub wrong: &'a dyn Fn(&str) -> Option<String>,
}

impl Typing {
    /// A line of text; what was typed, once the field is left.
    pub fn line(&mut self, ui: &mut Ui, of: &Line<'_>) -> Option<String> {
        let id = ui.scope_id().with(("line", of.label));
        let own = self.0.as_ref().filter(|(field, _)| *field == id).map(|(_, text)| text.clone());
        let mut text = own.clone().unwrap_or_else(|| of.now.to_owned());
        let response = ui
            .horizontal(|ui| {
                let label = ui.label(RichText::new(of.label).color(of.theme.text_weak));
                let width = ui.available_width().max(60.0);
                let edit = TextEdit::singleline(&mut text).id(id).desired_width(width);
                ui.add(edit.hint_text(of.hint)).labelled_by(label.id)
            })
            .inner;
        if response.changed() {
            self.0 = Some((id, text.clone()));
        }
        let wrong = (own.is_some() || response.changed()).then(|| (of.wrong)(&text)).flatten();
        if let Some(wrong) = &wrong {
            warn(ui, of.theme, wrong);
        }
        if response.lost_focus() && own.is_some() {
            self.0 = None;
            return (text != of.now).then_some(text);
        }
        None
    }
}

/// A sentence about what is wrong.
pub(super) fn warn(ui: &mut Ui, theme: &Theme, text: &str) {
    let colour = theme.severity(Severity::Critical);
    ui.label(RichText::new(format!("▲ {text}")).size(SMALL).color(colour));
}

/// An argument; the new value once it was changed.
pub(super) fn argument(
    ui: &mut Ui,
    theme: &Theme,
    typing: &mut Typing,
    of: &Parameter,
    now: &Value,
) -> Option<Value> {
    let label =
        if of.unit.is_empty() { of.name.clone() } else { format!("{} [{}]", of.name, of.unit) };
    if !of.choices.is_empty() {
        return choice(ui, theme, &label, of, now);
    }
    match (of.kind, now) {
        (ParameterKind::Bool, Value::Bool(is)) => {
            let mut is = *is;
            ui.checkbox(&mut is, label).changed().then_some(Value::Bool(is))
        }
        (ParameterKind::Record, Value::Record(members)) => {
            ui.label(RichText::new(label).color(theme.text_weak));
            record(ui, theme, typing, members).map(Value::Record)
        }
        _ => line(ui, theme, typing, of, (&label, now)),
    }
}

fn line(
    ui: &mut Ui,
    theme: &Theme,
    typing: &mut Typing,
    of: &Parameter,
    (label, now): (&str, &Value),
) -> Option<Value> {
    let wrong = |text: &str| match read(of.kind, text) {
        Ok(value) => of.wrong(&value).map(|wrong| format!("{} {wrong}", of.name)),
        Err(wrong) => Some(wrong),
    };
    let hint = range(of);
    let line = Line { theme, label, now: &now.to_string(), hint: &hint, wrong: &wrong };
    let typed = typing.line(ui, &line)?;
    read(of.kind, &typed).ok()
}

/// A typed value of a kind.
fn read(kind: ParameterKind, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match kind {
        ParameterKind::Integer | ParameterKind::Number | ParameterKind::Duration => {
            let number: f64 = text.replace(',', ".").parse().map_err(|_| {
                let unit = if kind == ParameterKind::Duration { " of seconds" } else { "" };
                format!("write a number{unit}")
            })?;
            if number.is_finite() {
                Ok(Value::Number(number))
            } else {
                Err("write a number".into())
            }
        }
        ParameterKind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err("write true or false".to_owned()),
        },
        ParameterKind::Text | ParameterKind::Choice | ParameterKind::Time => {
            Ok(Value::Text(text.to_owned()))
        }
        ParameterKind::Record => {
            serde_json::from_str(text).map_err(|_| "write a record as JSON".to_owned())
        }
    }
}

/// The range of a number, for a hint.
pub(super) fn range(of: &Parameter) -> String {
    match (of.min, of.max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("from {min}"),
        (None, Some(max)) => format!("up to {max}"),
        (None, None) => String::new(),
    }
}

fn choice(ui: &mut Ui, theme: &Theme, label: &str, of: &Parameter, now: &Value) -> Option<Value> {
    let mut chosen = None;
    ui.horizontal(|ui| {
        let text = ui.label(RichText::new(label).color(theme.text_weak));
        let combo = ComboBox::from_id_salt(("choice", &of.name))
            .selected_text(now.to_string())
            .show_ui(ui, |ui| {
                for value in &of.choices {
                    if ui.selectable_label(value == now, value.to_string()).clicked() {
                        chosen = Some(value.clone());
                    }
                }
            });
        combo.response.labelled_by(text.id);
    });
    if let Some(wrong) = of.wrong(now) {
        warn(ui, theme, &format!("{} {wrong}", of.name));
    }
    chosen.filter(|value| value != now)
}

fn record(
    ui: &mut Ui,
    theme: &Theme,
    typing: &mut Typing,
    members: &BTreeMap<String, Value>,
) -> Option<BTreeMap<String, Value>> {
    let mut changed = None;
    ui.indent("record", |ui| {
        for (name, value) in members {
            let kind = match value {
                Value::Bool(_) => ParameterKind::Bool,
                Value::Number(_) => ParameterKind::Number,
                Value::Text(_) => ParameterKind::Text,
                Value::List(_) | Value::Record(_) => ParameterKind::Record,
            };
            let new = if let Value::Bool(is) = value {
                let mut is = *is;
                ui.checkbox(&mut is, name).changed().then_some(Value::Bool(is))
            } else {
                let wrong = |text: &str| read(kind, text).err();
                let now = value.to_string();
                let line = Line { theme, label: name, now: &now, hint: "", wrong: &wrong };
                typing.line(ui, &line).and_then(|text| read(kind, &text).ok())
            };
            if let Some(new) = new {
                let mut all = members.clone();
                all.insert(name.clone(), new);
                changed = Some(all);
            }
        }
    });
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_values_are_read_by_their_kind() {
        assert_eq!(read(ParameterKind::Duration, " 1,5 "), Ok(Value::Number(1.5)));
        assert_eq!(read(ParameterKind::Bool, "true"), Ok(Value::Bool(true)));
        assert!(read(ParameterKind::Number, "many").is_err());
        assert!(read(ParameterKind::Number, "inf").is_err());
        assert!(read(ParameterKind::Record, "{").is_err());
    }
}
