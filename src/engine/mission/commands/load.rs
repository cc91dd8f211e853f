//! Reads `<mission>/commands*.toml`. What is wrong is left out and told with file and line.

use std::collections::HashSet;

use serde::Deserialize;
use toml::Spanned;

use super::super::load::{Source, parse};
use super::super::{Instrument, MissionFile};
use super::{
    ArgumentDefinition, ArgumentKind, CommandDefinition, ConstraintDefinition, MOST_BLOB_BYTES,
    Scalar,
};
use crate::problem::Problem;

/// Most commands of a mission and arguments of a command.
const MOST_COMMANDS: usize = 4_096;
const MOST_ARGUMENTS: usize = 64;
/// Longest command, seconds.
const MOST_S: f64 = 1e6;
/// Most choices: their positions take 8 bits.
const MOST_CHOICES: usize = 256;

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    mission: String,
    /// Whether the commands are ours because the real ones are not public.
    #[serde(default, rename = "fictitious")]
    _fictitious: bool,
    #[serde(default, rename = "command")]
    commands: Vec<Spanned<CommandDefinition>>,
}

/// The commands of a mission out of its files, by their codes.
pub(in crate::mission) fn load<'a>(
    files: impl Iterator<Item = &'a MissionFile>,
    mission: &str,
    instruments: &[Instrument],
    problems: &mut Vec<Problem>,
) -> Vec<CommandDefinition> {
    let mut found: Vec<CommandDefinition> = Vec::new();
    for file in files {
        let Some(text) = parse::<FileText>(file, problems) else { continue };
        let source = Source::of(file);
        if text.mission != mission {
            let reason = format!("it says {:?} in the folder of {mission}", text.mission);
            problems.push(source.problem(0, "mission", "mission", reason));
            continue;
        }
        for command in text.commands {
            let (at, command) = (command.span().start, command.into_inner());
            if let Some((field, reason)) = wrong(&command, instruments, &found) {
                let needle = format!("name = \"{}\"", command.name);
                let reason = format!("{}: {reason}; it is left out", command.name);
                problems.push(source.problem(at, &needle, field, reason));
            } else {
                found.push(command);
            }
        }
    }
    found.sort_by_key(|command| command.code);
    found
}

/// What is wrong with a command, by the field.
fn wrong(
    of: &CommandDefinition,
    instruments: &[Instrument],
    others: &[CommandDefinition],
) -> Option<(&'static str, String)> {
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let starts = of.name.starts_with(|c: char| c.is_ascii_uppercase());
    if !starts || !of.name.chars().all(is_name) || of.name.len() > 64 {
        let reason = "a name is 1 to 64 of A-Z, 0-9 and _, a letter first";
        return Some(("name", reason.to_owned()));
    }
    if others.len() >= MOST_COMMANDS {
        return Some(("name", format!("a mission has at most {MOST_COMMANDS} commands")));
    }
    if others.iter().any(|other| other.name == of.name) {
        return Some(("name", "another command has this name; choose another one".to_owned()));
    }
    if let Some(other) = others.iter().find(|other| other.code == of.code) {
        let reason = format!("{} has the code {} already; take a new one", other.name, of.code);
        return Some(("code", reason));
    }
    if of.description.is_empty() {
        return Some(("description", "say in one sentence what it does".to_owned()));
    }
    let own = instruments.iter().find(|instrument| instrument.id == of.instrument);
    if own.is_none() && !of.instrument.is_empty() {
        let known: Vec<&str> = instruments.iter().map(|i| i.id.as_str()).collect();
        let reason = format!("there is no {}; write one of {}", of.instrument, known.join(", "));
        return Some(("instrument", reason));
    }
    let lengths = of.longer.iter().map(|longer| longer.s).chain([of.duration_s]);
    if lengths.into_iter().any(|s| !(0.0..=MOST_S).contains(&s)) {
        return Some(("duration_s", format!("seconds are 0 to {MOST_S}")));
    }
    wrong_arguments(of)
        .or_else(|| wrong_modes(of, own))
        .or_else(|| of.constraints.iter().find_map(|one| wrong_constraint(one, instruments)))
}

fn wrong_arguments(of: &CommandDefinition) -> Option<(&'static str, String)> {
    if of.arguments.len() > MOST_ARGUMENTS {
        return Some(("arguments", format!("there are more than {MOST_ARGUMENTS}")));
    }
    let mut names = HashSet::new();
    for argument in &of.arguments {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let starts = argument.name.starts_with(|c: char| c.is_ascii_alphabetic());
        let reason = if !starts || !argument.name.chars().all(is_name) {
            Some("a name is letters, digits and _, a letter first".to_owned())
        } else if !names.insert(argument.name.as_str()) {
            Some("another argument has this name".to_owned())
        } else {
            wrong_argument(argument)
        };
        if let Some(reason) = reason {
            return Some(("arguments", format!("{}: {reason}", argument.name)));
        }
    }
    let named = of.longer.iter().flat_map(|longer| &longer.by).map(String::as_str);
    let braced = of.says.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest));
    let missing = named.chain(braced).find(|name| !names.contains(name));
    missing.map(|name| ("arguments", format!("longer or says names {name}, which is none of them")))
}

/// What is wrong with an argument.
fn wrong_argument(of: &ArgumentDefinition) -> Option<String> {
    let whole = |x: f64| x.fract() == 0.0 && (-2_147_483_648.0..=2_147_483_647.0).contains(&x);
    let ends = of.min.into_iter().chain(of.max);
    let listed = of.choices.iter().chain(&of.default);
    let most = of.max.unwrap_or(0.0);
    let sizes = of.min.is_none() && whole(most) && (0.0..=MOST_BLOB_BYTES as f64).contains(&most);
    let reason = match of.kind {
        ArgumentKind::Choice => {
            let all_text = listed.clone().all(|value| matches!(value, Scalar::Text(_)));
            let count = (1..=MOST_CHOICES).contains(&of.choices.len());
            let unique: HashSet<String> = of.choices.iter().map(ToString::to_string).collect();
            let is_good = all_text && count && unique.len() == of.choices.len();
            (!is_good).then_some("a choice has 1 to 256 different names in choices")
        }
        ArgumentKind::Bool => {
            let is_good = listed.clone().all(|value| matches!(value, Scalar::Bool(_)));
            (!is_good || !of.choices.is_empty()).then_some("a bool has true or false as default")
        }
        ArgumentKind::Integer | ArgumentKind::Number => {
            let mut numbers = ends.chain(listed.clone().filter_map(|value| match value {
                Scalar::Number(x) => Some(*x),
                _ => None,
            }));
            let is_whole = of.kind == ArgumentKind::Integer;
            let is_good = listed.clone().all(|value| matches!(value, Scalar::Number(_)))
                && numbers.all(|x| x.is_finite() && (!is_whole || whole(x)));
            (!is_good).then_some("its numbers have to be numbers of its kind")
        }
        ArgumentKind::Text => {
            let is_good = listed.clone().all(|value| matches!(value, Scalar::Text(_)));
            (!is_good || !sizes || !of.choices.is_empty())
                .then_some("a text has a text as default and at most as many characters as max")
        }
        ArgumentKind::Blob => {
            let is_good = of.default.is_none() && of.choices.is_empty() && sizes && most > 0.0;
            (!is_good).then_some("a blob has a max of 1 to 60000 bytes, no choices, no default")
        }
    };
    if let Some(reason) = reason {
        return Some(reason.to_owned());
    }
    if of.min.zip(of.max).is_some_and(|(min, max)| min > max) {
        return Some("min is above max".to_owned());
    }
    let default = of.default.as_ref()?;
    let fits = match default {
        Scalar::Number(x) => {
            of.min.is_none_or(|min| *x >= min) && of.max.is_none_or(|max| *x <= max)
        }
        Scalar::Text(text) => {
            of.kind == ArgumentKind::Choice || text.chars().count() as f64 <= most
        }
        Scalar::Bool(_) => true,
    };
    let is_listed = of.choices.is_empty() || of.choices.contains(default);
    (!fits || !is_listed).then(|| format!("its default {default} is not one of its values"))
}

fn states(of: &Instrument) -> impl Iterator<Item = &str> {
    let state = of.parameters.iter().find(|parameter| parameter.name == of.state);
    state.into_iter().flat_map(|p| p.states.iter().map(|(_, name)| name.as_str()))
}

fn wrong_modes(of: &CommandDefinition, own: Option<&Instrument>) -> Option<(&'static str, String)> {
    for (condition, _) in of.modes.iter().filter(|(condition, _)| !condition.is_empty()) {
        let name = condition.split('=').next().unwrap_or_default();
        if !condition.contains('=') || !of.arguments.iter().any(|a| a.name == name) {
            let reason = format!("{condition:?} is not argument=value of one of its arguments");
            return Some(("modes", reason));
        }
    }
    let modes = of.modes.iter().map(|(_, mode)| mode);
    let mut named = modes.chain([&of.during]).filter(|mode| !mode.is_empty());
    let missing =
        named.find(|mode| own.is_none_or(|own| !states(own).any(|state| state == mode.as_str())));
    missing.map(|mode| ("modes", format!("{mode} is no state of its instrument")))
}

fn wrong_constraint(
    of: &ConstraintDefinition,
    instruments: &[Instrument],
) -> Option<(&'static str, String)> {
    let all = instruments.iter().flat_map(|instrument| &instrument.parameters);
    let Some(parameter) = all.clone().find(|p| p.name == of.parameter) else {
        let reason = format!("{} is no parameter of the mission", of.parameter);
        return Some(("constraints", reason));
    };
    if !parameter.name.starts_with('/') || !parameter.expression.is_empty() {
        let reason = format!("{} comes in no packet of parameters", of.parameter);
        return Some(("constraints", reason));
    }
    let missing = of
        .is
        .iter()
        .chain(&of.is_not)
        .find(|name| !parameter.states.iter().any(|(_, state)| state == *name));
    if let Some(name) = missing {
        return Some(("constraints", format!("{} has no state {name}", of.parameter)));
    }
    let numbers = of.above.into_iter().chain(of.below).chain(of.timeout_s);
    let is_empty =
        of.is.is_empty() && of.is_not.is_empty() && of.above.is_none() && of.below.is_none();
    if is_empty || numbers.into_iter().any(|x| !x.is_finite()) {
        let reason = format!("{}: write is, is_not, above or below", of.parameter);
        return Some(("constraints", reason));
    }
    None
}
