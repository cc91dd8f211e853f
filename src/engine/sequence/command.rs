//! Steps against the command dictionary: names, arguments, bytes.

use crate::format::seqjson::{Argument, Value};
use crate::mission::command::{CommandId, Commanding};
use crate::mission::telemetry::{Dictionary, ParameterId};
use crate::parameter::command::{Encoded, Given, encode};
use crate::problem::Problem;

use super::model::{Sequence, Step};
use super::text::{Fault, Parsed, Span};

/// What is known of parameters that stand in commands, as text.
pub type Known<'a> = &'a dyn Fn(ParameterId) -> Option<String>;

/// The name that is enough for a command: its last part where only one has it.
pub fn short_name(of: &Commanding, id: CommandId) -> &str {
    let Some(command) = of.commands.get(id) else { return "" };
    let last = command.name.rsplit('/').next().unwrap_or_default();
    if !last.is_empty() && of.find(last) == Some(id) { last } else { &command.name }
}

/// Encodes a step that is a command. Problems name the argument that they are about, or `command`.
pub fn encode_step(
    dictionary: &Dictionary,
    step: &Step,
    known: Known<'_>,
) -> Result<Encoded, Vec<Problem>> {
    let Some(stem) = step.stem() else {
        let reason = "only commands can be encoded; expand blocks first";
        return Err(vec![Problem::of("command", reason)]);
    };
    let Some(id) = dictionary.commanding.find(stem) else {
        return Err(vec![Problem::of("command", no_such(&dictionary.commanding, stem))]);
    };
    let (given, problems) = bind(&dictionary.commanding, id, &step.arguments);
    if !problems.is_empty() {
        let told = |(at, reason): (usize, String)| Problem::of(argument_name(step, at), reason);
        return Err(problems.into_iter().map(told).collect());
    }
    encode(dictionary, id, &given, known)
}

fn argument_name(step: &Step, at: usize) -> String {
    let own = step.arguments.get(at).and_then(|argument| argument.name.clone());
    own.unwrap_or_else(|| format!("argument {}", at + 1))
}

/// Number of an argument, from 0, and what is wrong with it.
pub(super) type Misplaced = (usize, String);

/// Gives arguments without a name the names of the command's own, in order, after those that have
/// one. Also tells, by position, what has no place.
pub(super) fn bind(
    of: &Commanding,
    id: CommandId,
    arguments: &[Argument],
) -> (Vec<(String, Given)>, Vec<Misplaced>) {
    let all = of.arguments(id);
    let free = all.iter().filter(|(argument, assigned)| {
        let named = |one: &Argument| one.name.as_deref() == Some(argument.name.as_str());
        assigned.is_none() && !arguments.iter().any(named)
    });
    let mut free = free.map(|(argument, _)| argument.name.as_str());
    let mut given: Vec<(String, Given)> = Vec::new();
    let mut problems = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        let name = argument.name.as_deref().or_else(|| free.next());
        let Some(name) = name else {
            let count = all.iter().filter(|(_, assigned)| assigned.is_none()).count();
            let reason = format!("the command takes {count} arguments; take this one out");
            problems.push((at, reason));
            continue;
        };
        if given.iter().any(|(other, _)| other == name) {
            problems.push((at, format!("{name} is given twice; keep one")));
            continue;
        }
        given.push((name.to_owned(), as_given(&argument.value)));
    }
    (given, problems)
}

/// The name of the argument that each one of a step is for.
pub(super) fn bound_names(of: &Commanding, id: CommandId, step: &Step) -> Vec<String> {
    bind(of, id, &step.arguments).0.into_iter().map(|(name, _)| name).collect()
}

fn as_given(value: &Value) -> Given {
    match value {
        Value::Text(text) | Value::Symbol(text) | Value::Hex(text) => Given::Text(text.clone()),
        Value::Number(number) => Given::Text(number.to_string()),
        Value::Bool(value) => Given::Text(value.to_string()),
        Value::Repeat(groups) => {
            Given::List(groups.iter().map(|group| as_element(group)).collect())
        }
    }
}

/// An element: a value by itself, members by name, or a list.
fn as_element(group: &[Argument]) -> Given {
    let members: Option<Vec<(String, Given)>> =
        group.iter().map(|one| Some((one.name.clone()?, as_given(&one.value)))).collect();
    match (members, group) {
        (Some(members), [_, ..]) => Given::Members(members),
        (_, [one]) => as_given(&one.value),
        _ => Given::List(group.iter().map(|one| as_given(&one.value)).collect()),
    }
}

/// What is wrong with the commands of a text by the dictionary, at the places of the text.
pub fn check(dictionary: &Dictionary, of: &Parsed, known: Known<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (step, place) in of.sequence.steps.iter().zip(&of.places) {
        let Some(stem) = step.stem() else { continue };
        let commanding = &dictionary.commanding;
        let Some(id) = commanding.find(stem) else {
            faults.push(Fault { span: place.name, reason: no_such(commanding, stem) });
            continue;
        };
        let (given, problems) = bind(commanding, id, &step.arguments);
        let span = |at: usize| place.arguments.get(at).copied().unwrap_or(place.name);
        if !problems.is_empty() {
            let told = problems.into_iter();
            faults.extend(told.map(|(at, reason)| Fault { span: span(at), reason }));
            continue;
        }
        let Err(problems) = encode(dictionary, id, &given, known) else { continue };
        for problem in problems {
            // Members and elements belong to the argument before the mark.
            let name = problem.field.split(['.', '[']).next().unwrap_or_default();
            let at = given.iter().position(|(of, _)| of == name);
            let reason = format!("{}: {}", problem.field, problem.reason);
            faults.push(Fault { span: at.map_or(place.name, span), reason });
        }
    }
    faults
}

/// What is wrong with a sequence by the dictionary: number of the step, from 0, and the problem.
pub fn check_sequence(
    dictionary: &Dictionary,
    of: &Sequence,
    known: Known<'_>,
) -> Vec<(usize, Problem)> {
    let mut found = Vec::new();
    for (at, step) in of.steps.iter().enumerate().filter(|(_, step)| step.stem().is_some()) {
        if let Err(problems) = encode_step(dictionary, step, known) {
            found.extend(problems.into_iter().map(|problem| (at, problem)));
        }
    }
    found
}

/// That there is no such command, with those that come near.
fn no_such(of: &Commanding, stem: &str) -> String {
    let shown: String = stem.chars().take(60).collect();
    let wanted = plain(stem);
    let same_end = |name: &str| name.rsplit('/').next() == Some(stem);
    let many = of.commands.iter().filter(|command| same_end(&command.name)).count();
    if many > 1 {
        return format!("{many} commands end in {shown}; write the name with its path");
    }
    let near = of.commands.iter().enumerate().filter(|(_, command)| {
        let name = plain(command.name.rsplit('/').next().unwrap_or_default());
        !command.is_abstract && !wanted.is_empty() && near(&name, &wanted)
    });
    let near: Vec<&str> = near.take(3).map(|(id, _)| short_name(of, id)).collect();
    if near.is_empty() {
        format!("the dictionary has no command {shown}")
    } else {
        format!("the dictionary has no command {shown}; there is {}", near.join(", "))
    }
}

fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric()).take(64);
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether one begins with the other, or they differ by one letter.
fn near(a: &str, b: &str) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    if a.starts_with(b) || b.starts_with(a) {
        return true;
    }
    let front = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let back = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).count();
    let (long, short) =
        (a.chars().count().max(b.chars().count()), a.chars().count().min(b.chars().count()));
    long - short <= 1 && front + back + 1 >= long
}

/// Where the argument at a column of a text stands: step and argument.
pub(super) fn at_column(of: &Parsed, line: usize, column: usize) -> Option<(usize, Under)> {
    let step = of.places.iter().position(|place| place.name.line == line)?;
    let place = of.places.get(step)?;
    if place.name.touches(line, column) {
        return Some((step, Under::Name(place.name)));
    }
    let at = place.arguments.iter().position(|span| span.touches(line, column));
    Some((
        step,
        match at {
            Some(at) => Under::Argument(at, *place.arguments.get(at)?),
            None => Under::Nothing,
        },
    ))
}

/// What stands at a column of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Under {
    Name(Span),
    Argument(usize, Span),
    Nothing,
}
