//! Writes the text form; what [`super::parse`] reads of it is the same sequence.

use std::fmt::Write as _;

use crate::format::seqjson::{Action, Argument, Json, Value, print_duration};

use super::super::exchange::instant_text;
use super::super::model::{Sequence, Step, When};
use super::line::quote;
use super::parse::bare;

/// Writes a sequence. Remarks with line breaks become several.
pub fn print(of: &Sequence) -> String {
    let mut out = format!("@ID {}\n", quote(&of.id));
    if !of.dictionary.is_empty() {
        let _ = writeln!(out, "@METADATA \"dictionary_version\" {}", quote(&of.dictionary));
    }
    for (name, value) in &of.metadata {
        let _ = writeln!(out, "@METADATA {} {}", quote(name), json(value));
    }
    for step in &of.steps {
        out.push_str(&print_step(step));
    }
    remarks(&of.closing, &mut out);
    out
}

fn remarks(list: &[String], out: &mut String) {
    for line in list.iter().flat_map(|remark| remark.split('\n')) {
        out.push_str(format!("# {line}").trim_end());
        out.push('\n');
    }
}

/// Writes one step with the lines that belong to it.
pub fn print_step(of: &Step) -> String {
    let mut out = String::new();
    remarks(&of.remarks, &mut out);
    out.push_str(&time(&of.time));
    out.push(' ');
    let action = match &of.action {
        Action::Command { stem, .. } if is_word(stem) => stem.clone(),
        Action::Command { stem, .. } => format!("@COMMAND({})", quote(stem)),
        Action::GroundBlock(name) => format!("@GROUND_BLOCK({})", quote(name)),
        Action::GroundEvent(name) => format!("@GROUND_EVENT({})", quote(name)),
        Action::Activate(on) => format!("@ACTIVATE({})", quote(&on.sequence)),
        Action::Load(on) => format!("@LOAD({})", quote(&on.sequence)),
    };
    out.push_str(&action);
    for one in &of.arguments {
        out.push(' ');
        out.push_str(&argument(one));
    }
    let plain = !of.note.contains(char::is_control) && of.note.trim_end() == of.note;
    if plain && !of.note.is_empty() {
        let _ = write!(out, " # {}", of.note);
    }
    out.push('\n');
    if !plain {
        let _ = writeln!(out, "@NOTE {}", quote(&of.note));
    }
    match &of.action {
        Action::Command { return_assign_to: Some(name), .. } => {
            let _ = writeln!(out, "@RETURN {}", quote(name));
        }
        Action::Activate(on) | Action::Load(on) => {
            if let Some(engine) = &on.engine {
                let _ = writeln!(out, "@ENGINE {engine}");
            }
            if let Some(epoch) = &on.epoch {
                let _ = writeln!(out, "@EPOCH {}", quote(epoch));
            }
        }
        _ => (),
    }
    for (name, value) in &of.metadata {
        let _ = writeln!(out, "@METADATA {} {}", quote(name), json(value));
    }
    for model in &of.models {
        let (variable, value) = (quote(&model.variable), json(&model.value));
        let _ = writeln!(out, "@MODEL {variable} {value} {}", quote(&model.offset));
    }
    out
}

fn time(of: &When) -> String {
    match of {
        When::At(at) => format!("A{}", instant_text(*at)),
        When::AfterStart(ns) => format!("R{}", print_duration(*ns)),
        When::AfterEnd(0) => "C".to_owned(),
        When::AfterEnd(ns) => format!("C{}", print_duration(*ns)),
        When::Epoch { name, ns } if name.is_empty() => format!("E{}", print_duration(*ns)),
        When::Epoch { name, ns } => {
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let name = if plain { name.clone() } else { quote(name) };
            format!("E{}@{name}", print_duration(*ns))
        }
    }
}

fn json(of: &Json) -> String {
    match of {
        Json::Text(text) => quote(text),
        Json::List(_) | Json::Object(_) => format!("json {}", quote(&of.to_string())),
        plain => plain.to_string(),
    }
}

/// Whether a word reads back as one piece of a line, and not as a block.
fn is_word(text: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && !"\"#[](),=".contains(c);
    !text.is_empty() && !text.starts_with('@') && text.chars().all(fits)
}

fn argument(of: &Argument) -> String {
    let value = value(&of.value);
    match &of.name {
        Some(name) if is_word(name) => format!("{name}={value}"),
        Some(name) => format!("{}={value}", quote(name)),
        None => value,
    }
}

fn value(of: &Value) -> String {
    match of {
        Value::Text(text) => quote(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Hex(digits) => digits.clone(),
        Value::Symbol(name) if is_word(name) && bare(name.clone()) == *of => name.clone(),
        Value::Symbol(name) => format!("@{}", quote(name)),
        Value::Repeat(groups) => {
            let groups = groups.iter().map(|group| {
                let items: Vec<String> = group.iter().map(argument).collect();
                format!("({})", items.join(" "))
            });
            format!("[{}]", groups.collect::<Vec<_>>().join(" "))
        }
    }
}
