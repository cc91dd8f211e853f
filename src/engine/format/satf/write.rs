//! Writes a file in the layout of the public converter: tabs, one field a line.

use std::fmt::Write as _;

use super::head;
use super::model::{Body, Definition, Entry, Field, Request, Satf, Step, Text};

/// Writes a file. What is read of it again is the same, and writes the same bytes.
pub fn write(of: &Satf) -> String {
    let mut out = String::new();
    head::write(&of.head, &mut out);
    match &of.body {
        Body::Types(list) => {
            for (at, definition) in list.iter().enumerate() {
                out.push_str(if at > 0 { ",\n" } else { "" });
                write_definition(definition, &mut out);
            }
            out.push_str(if list.is_empty() { "" } else { "\n" });
        }
        Body::Requests(list) => {
            out.push_str("$$EOD\n");
            for request in list {
                write_request(request, &mut out);
            }
        }
    }
    out.push_str("$$EOF\n");
    out
}

fn text(of: &Text) -> String {
    match of {
        Text::Bare(text) => text.clone(),
        Text::Slashed(text) => format!("\\{text}\\"),
        Text::Quoted(text) => format!("\"{text}\""),
    }
}

fn write_definition(of: &Definition, out: &mut String) {
    let code = text(&of.code);
    let _ = writeln!(out, "{}({},{code},", of.keyword, of.name);
    for field in &of.fields {
        let _ = writeln!(out, "\t{},{},", field.name, text(&field.value));
    }
    for (word, entries) in [("PARAMETERS", &of.parameters), ("VARIABLES", &of.variables)] {
        if !entries.is_empty() {
            out.push_str(&entries_text(word, entries));
            out.push_str(",\n");
        }
    }
    if let Some(steps) = &of.steps {
        out.push_str(&steps_text(steps));
        out.push('\n');
    }
    out.push(')');
}

/// `PARAMETERS` or `VARIABLES` and their entries, up to `end`.
pub(super) fn entries_text(word: &str, entries: &[Entry]) -> String {
    let mut out = format!("{word},\n");
    for entry in entries {
        let fields: Vec<String> = entry.fields.iter().map(|of| named(of, 2)).collect();
        let _ = writeln!(out, "\t{}(\n{}\n\t),", entry.name, fields.join(",\n"));
    }
    out.push_str("end");
    out
}

fn named(of: &Field, depth: usize) -> String {
    format!("{}{},{}", "\t".repeat(depth), of.name, text(&of.value))
}

/// `STEPS` and the steps, up to `end`.
pub(super) fn steps_text(steps: &[Step]) -> String {
    let mut out = "STEPS,\n".to_owned();
    for step in steps {
        write_step(step, 1, &mut out);
    }
    out.push_str("end");
    out
}

fn write_step(of: &Step, depth: usize, out: &mut String) {
    let outer = "\t".repeat(depth);
    let inner = "\t".repeat(depth + 1);
    let mut parts = vec![format!("{inner}SCHEDULED_TIME,{},{}", text(&of.time), of.from)];
    parts.extend(of.fields.iter().map(|field| named(field, depth + 1)));
    if let Some(call) = &of.call {
        let arguments: Vec<String> = call.arguments.iter().map(text).collect();
        parts.push(format!("{inner}{}({})", text(&call.stem), arguments.join(", ")));
    }
    if let Some(processors) = &of.processors {
        let list: String = processors.iter().map(|of| text(of) + ", ").collect();
        parts.push(format!("{inner}PROCESSORS, {list}end"));
    }
    let (keyword, label) = (&of.keyword, &of.label);
    let _ = writeln!(out, "{outer}{keyword}({label},\n{}\n{outer}),", parts.join(",\n"));
}

fn write_request(of: &Request, out: &mut String) {
    out.push_str(&request_text(of));
    out.push('\n');
}

/// A request and its steps, up to `end;`.
pub(super) fn request_text(of: &Request) -> String {
    let mut out = format!("request({}", of.name);
    if let Some(start) = &of.start {
        let _ = write!(out, ",\n\tSTART_TIME, {}", text(start));
        if let Some(from) = &of.start_from {
            let _ = write!(out, ",{from}");
        }
    }
    for field in &of.fields {
        let _ = write!(out, ",\n{}", named(field, 1));
    }
    out.push_str(")\n");
    for step in &of.steps {
        write_step(step, 2, &mut out);
    }
    out.push_str(if of.steps.is_empty() { "\nend;" } else { "end;" });
    out
}
