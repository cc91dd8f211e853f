//! What an editor shows while a sequence is typed: what can stand at the cursor, and what the
//! thing under it means. Both come out of the command dictionary.

use crate::mission::command::{Argument, ArgumentType, CommandId, Commanding, Consequence};
use crate::mission::telemetry::{Dictionary, Kind, Range, Size};

use super::command::{Under, at_column, bound_names, short_name};
use super::text::{self, Span};

/// Most candidates that are offered at once.
const MOST_CANDIDATES: usize = 200;

/// Something that can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What is inserted.
    pub insert: String,
    /// What it is, in a few words.
    pub detail: String,
    /// What it replaces; empty at the cursor where nothing stands there.
    pub replaces: Span,
}

/// What something means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// What it is about.
    pub span: Span,
    /// Its name.
    pub title: String,
    /// Sentences, the most useful first.
    pub lines: Vec<String>,
}

/// What can stand at a line and column, both from 1: times at the beginning of a line, commands
/// behind a time, values and names of arguments behind a command.
pub fn complete(dictionary: &Dictionary, text: &str, line: usize, column: usize) -> Vec<Candidate> {
    let Some(whole) = text.lines().nth(line.wrapping_sub(1)) else {
        return times(Span { line, start: column, end: column }, "");
    };
    let before: String = whole.chars().take(column.saturating_sub(1)).collect();
    let (head, word) = match before.rfind([' ', '\t']) {
        Some(at) => before.split_at(at + 1),
        None => ("", before.as_str()),
    };
    let inside_text = before.matches('"').count() % 2 == 1;
    if before.contains('#') || (inside_text && !word.starts_with('"') && !word.contains("=\"")) {
        return Vec::new();
    }
    let typed = word.chars().count();
    let after = whole.chars().skip(column.saturating_sub(1));
    let rest = after.take_while(|c| !c.is_whitespace() && *c != '#').count();
    let span = Span { line, start: column.saturating_sub(typed), end: column + rest };
    let mut words = head.split_whitespace();
    match (words.next(), words.next()) {
        (None, _) => times(span, word),
        (Some(first), _) if first.starts_with('@') => Vec::new(),
        (Some(_), None) => commands(&dictionary.commanding, span, word),
        (Some(_), Some(_)) => {
            // What is typed is left out, so that the arguments before it are those that are there.
            let parsed = text::parse(head);
            let step = parsed.sequence.steps.first();
            let id =
                step.and_then(|step| step.stem()).and_then(|stem| dictionary.commanding.find(stem));
            let (Some(step), Some(id)) = (step, id) else { return Vec::new() };
            let given = bound_names(&dictionary.commanding, id, step);
            arguments(&dictionary.commanding, id, &given, span, word)
        }
    }
}

fn times(span: Span, word: &str) -> Vec<Candidate> {
    let all = [
        ("A", "at an instant, as A2019-207T12:16:15"),
        ("R", "after the start of the step before, as R00:00:10"),
        ("E", "from an epoch, as E-00:10:00"),
        ("C", "after the end of the step before"),
        ("@METADATA", "a name and a value of the step above"),
        ("@MODEL", "a value that a model on the ground takes"),
    ];
    let fits = all.iter().filter(|(insert, _)| insert.starts_with(word));
    fits.map(|(insert, detail)| Candidate {
        insert: (*insert).to_owned(),
        detail: (*detail).to_owned(),
        replaces: span,
    })
    .collect()
}

/// Commands that begin with what is typed, then those that hold it.
fn commands(of: &Commanding, span: Span, word: &str) -> Vec<Candidate> {
    let wanted = word.to_lowercase();
    let mut found: Vec<(bool, Candidate)> = Vec::new();
    for (id, command) in of.commands.iter().enumerate().filter(|(_, c)| !c.is_abstract) {
        let last = command.name.rsplit('/').next().unwrap_or_default().to_lowercase();
        let name = command.name.to_lowercase();
        if last.contains(&wanted) || name.contains(&wanted) {
            let begins = last.starts_with(&wanted) || name.starts_with(&wanted);
            let insert = short_name(of, id).to_owned();
            let detail = first_sentence(&command.description);
            found.push((!begins, Candidate { insert, detail, replaces: span }));
        }
    }
    found.sort_by(|a, b| (a.0, &a.1.insert).cmp(&(b.0, &b.1.insert)));
    found.into_iter().map(|(_, candidate)| candidate).take(MOST_CANDIDATES).collect()
}

fn first_sentence(text: &str) -> String {
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or(text).chars().take(120).collect()
}

/// Values of the next argument that has none, and names of all that have none.
fn arguments(
    of: &Commanding,
    id: CommandId,
    given: &[String],
    span: Span,
    word: &str,
) -> Vec<Candidate> {
    let all = of.arguments(id);
    let free = all.iter().filter(|(a, assigned)| assigned.is_none() && !given.contains(&a.name));
    let free: Vec<&Argument> = free.map(|(argument, _)| *argument).collect();
    let mut found = Vec::new();
    if let Some((name, typed)) = word.split_once('=') {
        if let Some(argument) = free.iter().find(|argument| argument.name == name) {
            let values = values(of, argument, typed);
            let named = values.into_iter().map(|value| (format!("{name}={}", value.0), value.1));
            found.extend(named);
        }
    } else {
        if let Some(argument) = free.first() {
            found.extend(values(of, argument, word));
        }
        let fits = free.iter().filter(|argument| argument.name.starts_with(word));
        found.extend(fits.map(|argument| {
            (format!("{}=", argument.name), first_sentence(&argument.description))
        }));
    }
    let candidate = |(insert, detail)| Candidate { insert, detail, replaces: span };
    found.into_iter().map(candidate).take(MOST_CANDIDATES).collect()
}

fn values(of: &Commanding, argument: &Argument, typed: &str) -> Vec<(String, String)> {
    let typed = typed.trim_start_matches('"');
    let Some(kind) = of.types.get(argument.type_id) else { return Vec::new() };
    let mut all: Vec<(String, String)> = match &kind.of.kind {
        Kind::Enumerated { labels } => labels
            .iter()
            .map(|label| (format!("\"{}\"", label.label), label.value.to_string()))
            .collect(),
        Kind::Boolean { zero, one } => [zero, one]
            .map(|name| (format!("\"{name}\""), argument.name.clone()))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    };
    let first = argument.initial.as_ref().or(kind.of.initial.as_ref());
    if let Some(first) = first.filter(|_| all.is_empty()) {
        let text = matches!(kind.of.kind, Kind::String);
        let insert = if text { format!("\"{first}\"") } else { first.clone() };
        all.push((insert, format!("the value where none is given for {}", argument.name)));
    }
    all.retain(|(insert, _)| insert.trim_start_matches('"').starts_with(typed));
    all
}

/// What stands at a line and column, both from 1: a command with its arguments, or an argument.
pub fn help(dictionary: &Dictionary, text: &str, line: usize, column: usize) -> Option<Help> {
    let parsed = text::parse(text);
    let (at, under) = at_column(&parsed, line, column)?;
    let step = parsed.sequence.steps.get(at)?;
    let of = &dictionary.commanding;
    let id = of.find(step.stem()?)?;
    match under {
        Under::Name(span) => Some(command_help(of, id, span)),
        Under::Argument(at, span) => {
            let name = bound_names(of, id, step).into_iter().nth(at)?;
            let all = of.arguments(id);
            let (argument, _) = all.iter().find(|(argument, _)| argument.name == name)?;
            Some(Help { span, title: name, lines: argument_lines(of, argument) })
        }
        Under::Nothing => None,
    }
}

/// All that the dictionary says of a command.
pub fn command_help(of: &Commanding, id: CommandId, span: Span) -> Help {
    let mut lines = Vec::new();
    let Some(command) = of.commands.get(id) else {
        return Help { span, title: String::new(), lines };
    };
    if !command.description.is_empty() {
        lines.push(command.description.clone());
    }
    if let Some(significance) = of.significance(id).filter(|s| s.level > Consequence::Normal) {
        let level = match significance.level {
            Consequence::Normal => "normal",
            Consequence::User1 => "user 1",
            Consequence::User2 => "user 2",
            Consequence::Vital => "vital",
            Consequence::Critical => "critical",
            Consequence::Forbidden => "forbidden",
        };
        let colon = if significance.reason.is_empty() { "" } else { ": " };
        lines.push(format!("Significance {level}{colon}{}", significance.reason));
    }
    for (argument, assigned) in of.arguments(id) {
        let what = match assigned {
            Some(value) => format!("always {value}"),
            None => argument_lines(of, argument).join("; "),
        };
        lines.push(format!("{}: {what}", argument.name));
    }
    let constraints: usize = of.line(id).iter().map(|command| command.constraints.len()).sum();
    if constraints > 0 {
        lines.push(format!("{constraints} conditions have to hold before it is sent"));
    }
    Help { span, title: command.name.clone(), lines }
}

/// What an argument can be, in sentences.
pub(super) fn argument_lines(of: &Commanding, argument: &Argument) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(kind) = of.types.get(argument.type_id) else { return lines };
    lines.push(kind_line(kind));
    let description = Some(&argument.description).filter(|text| !text.is_empty());
    lines.extend(description.or(Some(&kind.of.description)).filter(|t| !t.is_empty()).cloned());
    if !kind.valid.is_empty() {
        let ranges: Vec<String> = kind.valid.iter().map(range_text).collect();
        let raw = if kind.valid_is_raw { " (raw)" } else { "" };
        lines.push(format!("valid {}{raw}", ranges.join(" or ")));
    }
    if let Some((least, most)) = kind.characters {
        lines.push(format!("{least} to {most} characters"));
    }
    if let Some(first) = argument.initial.as_ref().or(kind.of.initial.as_ref()) {
        lines.push(format!("{first} where none is given"));
    }
    lines
}

fn kind_line(kind: &ArgumentType) -> String {
    let unit = &kind.of.unit;
    let unit = if unit.is_empty() { String::new() } else { format!(" in {unit}") };
    match &kind.of.kind {
        Kind::Integer { signed: true, .. } => format!("a whole number{unit}"),
        Kind::Integer { signed: false, .. } => format!("a whole number, not negative{unit}"),
        Kind::Float { .. } => format!("a number{unit}"),
        Kind::Boolean { zero, one } => format!("{zero} or {one}"),
        Kind::Enumerated { labels } => {
            let names: Vec<&str> = labels.iter().take(12).map(|l| l.label.as_str()).collect();
            let more = if labels.len() > 12 { ", …" } else { "" };
            format!("one of {}{more}", names.join(", "))
        }
        Kind::String => "a text".to_owned(),
        Kind::Binary => "bytes, as digits of base 16".to_owned(),
        Kind::AbsoluteTime { .. } => "an instant of UTC".to_owned(),
        Kind::RelativeTime { .. } => "a duration in seconds".to_owned(),
        Kind::Array { dimensions, .. } => match dimensions.as_slice() {
            [Size::Fixed(count)] => format!("a list of {count}"),
            _ => "a list".to_owned(),
        },
        Kind::Aggregate { members } => {
            let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            format!("members {}", names.join(", "))
        }
    }
}

fn range_text(of: &Range) -> String {
    match (of.low, of.high) {
        (Some(low), Some(high)) => {
            let from = if of.low_exclusive { "above " } else { "" };
            let to = if of.high_exclusive { "below " } else { "" };
            format!("{from}{low} to {to}{high}")
        }
        (Some(low), None) if of.low_exclusive => format!("above {low}"),
        (Some(low), None) => format!("{low} and more"),
        (None, Some(high)) if of.high_exclusive => format!("below {high}"),
        (None, Some(high)) => format!("{high} and less"),
        (None, None) => "always".to_owned(),
    }
}
