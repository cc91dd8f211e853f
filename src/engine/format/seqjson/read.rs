//! Reads SeqJSON against the rules of its schema, one function for each of its definitions.

use crate::problem::Problem;

use super::fields::{Fields, Told, short};
use super::json::{self, Is, Json, Node, Number};
use super::model::{
    Action, Argument, Between, Hardware, Immediate, Model, OnBoard, Request, SeqJson, Start, Step,
    Time, TimeKind, Value, Variable, VariableKind,
};

/// Reads a document. Without problems it is one that the public schema accepts; with problems the
/// sequence holds what could be read, and should be shown but not used. Fields of problems are
/// JSON pointers (RFC 6901).
pub fn read(bytes: &[u8]) -> (SeqJson, Vec<Problem>) {
    let mut told = Told::default();
    let sequence = match json::parse(bytes) {
        Ok(node) => document(&mut told, node).unwrap_or_default(),
        Err(problem) => {
            told.0.push(problem);
            SeqJson::default()
        }
    };
    (sequence, told.0)
}

fn document(told: &mut Told, node: Node) -> Option<SeqJson> {
    let mut of = Fields::of(told, node, "", "a sequence")?;
    of.only(&[
        "id",
        "metadata",
        "locals",
        "parameters",
        "steps",
        "requests",
        "immediate_commands",
        "hardware_commands",
    ]);
    let variables = |told: &mut Told, node: Node, pointer: &str| {
        let at = node.at;
        let empty = matches!(&node.is, Is::List(list) if list.is_empty());
        if empty {
            told.say(at, pointer, "it is empty; leave it out where there are no variables");
        }
        told.list(node, pointer, variable)
    };
    Some(SeqJson {
        id: of.must("id", Told::text).unwrap_or_default(),
        metadata: of.must("metadata", Told::metadata).unwrap_or_default(),
        locals: of.may("locals", variables),
        parameters: of.may("parameters", variables),
        steps: of.may("steps", |told, node, at| told.list(node, at, step)),
        requests: of.may("requests", |told, node, at| told.list(node, at, request)),
        immediate_commands: of
            .may("immediate_commands", |told, node, at| told.list(node, at, immediate)),
        hardware_commands: of
            .may("hardware_commands", |told, node, at| told.list(node, at, hardware)),
    })
}

const STEPS: [&str; 5] = ["activate", "command", "ground_block", "ground_event", "load"];

fn step(told: &mut Told, node: Node, pointer: &str) -> Option<Step> {
    let mut of = Fields::of(told, node, pointer, "a step")?;
    let kind = of.word("type", &STEPS)?;
    let own: &[&str] = match kind {
        0 | 4 => &["sequence", "engine", "epoch"],
        1 => &["stem", "return_assign_to"],
        _ => &["name"],
    };
    let common = ["time", "args", "description", "metadata", "models"];
    of.only(&[own, &common].concat());
    let on_board = |of: &mut Fields| OnBoard {
        sequence: of.must("sequence", Told::text).unwrap_or_default(),
        engine: of.may("engine", whole),
        epoch: of.may("epoch", Told::text),
    };
    let action = match kind {
        0 => Action::Activate(on_board(&mut of)),
        1 => Action::Command {
            stem: of.must("stem", Told::text).unwrap_or_default(),
            return_assign_to: of.may("return_assign_to", Told::text),
        },
        2 => Action::GroundBlock(of.must("name", Told::text).unwrap_or_default()),
        3 => Action::GroundEvent(of.must("name", Told::text).unwrap_or_default()),
        _ => Action::Load(on_board(&mut of)),
    };
    let args = if kind == 1 { of.must("args", arguments) } else { of.may("args", arguments) };
    let description = of.may("description", Told::text);
    let metadata = of.may("metadata", Told::metadata);
    let models = of.may("models", |told, node, at| told.list(node, at, model));
    let time = of.must("time", time)?;
    Some(Step { action, time, args, description, metadata, models })
}

fn whole(told: &mut Told, node: Node, pointer: &str) -> Option<Number> {
    let at = node.at;
    let number = told.number(node, pointer)?;
    if !number.is_whole() {
        told.say(
            at,
            pointer,
            format!("it has to be a whole number, and is {}", short(number.as_str())),
        );
        return None;
    }
    Some(number)
}

fn time(told: &mut Told, node: Node, pointer: &str) -> Option<Time> {
    let mut of = Fields::of(told, node, pointer, "a time")?;
    of.only(&["type", "tag"]);
    let tag = of.may("tag", Told::text);
    let kind = of.word("type", &TimeKind::ALL.map(TimeKind::word))?;
    Some(Time { kind: *TimeKind::ALL.get(kind)?, tag })
}

fn model(told: &mut Told, node: Node, pointer: &str) -> Option<Model> {
    let mut of = Fields::of(told, node, pointer, "a model")?;
    of.only(&["offset", "value", "variable"]);
    let offset = of.must("offset", Told::text);
    let variable = of.must("variable", Told::text);
    let value = of.must("value", |told, node, at| match node.is {
        Is::Text(_) | Is::Number(_) | Is::Bool(_) => Some(node.plain()),
        _ => {
            let reason =
                format!("it has to be a string, a number, true or false, and is {}", node.kind());
            told.say(node.at, at, reason);
            None
        }
    });
    Some(Model { offset: offset?, variable: variable?, value: value? })
}

fn arguments(told: &mut Told, node: Node, pointer: &str) -> Option<Vec<Argument>> {
    told.list(node, pointer, |told, node, at| argument(told, node, at, true))
}

const ARGUMENTS: [&str; 6] = ["string", "number", "boolean", "symbol", "hex", "repeat"];

fn argument(told: &mut Told, node: Node, pointer: &str, repeats: bool) -> Option<Argument> {
    let mut of = Fields::of(told, node, pointer, "an argument")?;
    let allowed = if repeats { &ARGUMENTS[..] } else { &ARGUMENTS[..5] };
    // Without a type nothing can be said of the value, but the other members can be wrong too.
    let kind = of.word("type", allowed);
    of.only(&["name", "type", "value"]);
    let name = of.may("name", Told::text);
    let value = match kind? {
        0 => of.must("value", Told::text).map(Value::Text),
        1 => of.must("value", Told::number).map(Value::Number),
        2 => of.must("value", boolean).map(Value::Bool),
        3 => of.must("value", Told::text).map(Value::Symbol),
        4 => of.must("value", hex).map(Value::Hex),
        _ => of.must("value", groups).map(Value::Repeat),
    };
    Some(Argument { name, value: value? })
}

fn groups(told: &mut Told, node: Node, pointer: &str) -> Option<Vec<Vec<Argument>>> {
    told.list(node, pointer, |told, node, at| {
        told.list(node, at, |told, node, at| argument(told, node, at, false))
    })
}

fn boolean(told: &mut Told, node: Node, pointer: &str) -> Option<bool> {
    if let Is::Bool(value) = node.is {
        return Some(value);
    }
    let reason = format!("it has to be true or false without quotes, and is {}", node.kind());
    told.say(node.at, pointer, reason);
    None
}

fn hex(told: &mut Told, node: Node, pointer: &str) -> Option<String> {
    let at = node.at;
    let text = told.text(node, pointer)?;
    let digits = text.strip_prefix("0x").unwrap_or_default();
    let fits = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
    if digits.is_empty() || !digits.bytes().all(fits) {
        let shown = short(&text);
        let reason = format!("{shown:?} has to be 0x and digits 0-9 and A-F in capitals, as 0x1A");
        told.say(at, pointer, reason);
        return None;
    }
    Some(text)
}

fn request(told: &mut Told, node: Node, pointer: &str) -> Option<Request> {
    let mut of = Fields::of(told, node, pointer, "a request")?;
    of.only(&["type", "name", "steps", "time", "ground_epoch", "description", "metadata"]);
    let _ = of.word("type", &["request"]);
    let name = of.must("name", Told::text);
    let steps = of.must("steps", |told, node, at| {
        if matches!(&node.is, Is::List(list) if list.is_empty()) {
            told.say(node.at, at, "it is empty; a request has one step at least");
        }
        told.list(node, at, step)
    });
    let description = of.may("description", Told::text);
    let metadata = of.may("metadata", Told::metadata);
    match (of.has("time"), of.has("ground_epoch")) {
        (true, true) => of.say("it has time and ground_epoch; keep the one that it starts by"),
        (false, false) => {
            of.say("time or ground_epoch is missing; a request starts by one of them");
        }
        _ => (),
    }
    let by_time = of.may("time", time).map(Start::Time);
    let start = of.may("ground_epoch", ground_epoch).or(by_time);
    Some(Request { name: name?, start: start?, steps: steps?, description, metadata })
}

fn ground_epoch(told: &mut Told, node: Node, pointer: &str) -> Option<Start> {
    let mut of = Fields::of(told, node, pointer, "a ground epoch")?;
    let delta = of.may("delta", Told::text);
    let name = of.may("name", Told::text);
    Some(Start::GroundEpoch { delta, name, other: of.rest() })
}

fn immediate(told: &mut Told, node: Node, pointer: &str) -> Option<Immediate> {
    let mut of = Fields::of(told, node, pointer, "an immediate command")?;
    of.only(&["stem", "args", "description", "metadata"]);
    let stem = of.must("stem", Told::text);
    let args = of.must("args", arguments);
    let description = of.may("description", Told::text);
    let metadata = of.may("metadata", Told::metadata);
    Some(Immediate { stem: stem?, args: args?, description, metadata })
}

fn hardware(told: &mut Told, node: Node, pointer: &str) -> Option<Hardware> {
    let mut of = Fields::of(told, node, pointer, "a hardware command")?;
    of.only(&["stem", "description", "metadata"]);
    let stem = of.must("stem", Told::text);
    let description = of.may("description", Told::text);
    let metadata = of.may("metadata", Told::metadata);
    Some(Hardware { stem: stem?, description, metadata })
}

fn variable(told: &mut Told, node: Node, pointer: &str) -> Option<Variable> {
    let mut of = Fields::of(told, node, pointer, "a variable")?;
    let all = ["type", "name", "enum_name", "allowable_values", "allowable_ranges", "sc_name"];
    of.only(&all);
    let kind = of.word("type", &VariableKind::ALL.map(VariableKind::word));
    let kind = kind.and_then(|kind| VariableKind::ALL.get(kind).copied());
    let name = of.must("name", identifier);
    if kind == Some(VariableKind::Enum) && !of.has("enum_name") {
        of.say_of("enum_name", "it is missing; a variable of type ENUM says which enumeration");
    }
    if let Some(kind) = kind {
        let word = kind.word();
        if kind != VariableKind::Enum && of.has("enum_name") {
            of.say_of("enum_name", format!("only a variable of type ENUM has one, this is {word}"));
        }
        if !kind.is_number() && of.has("allowable_ranges") {
            let reason = format!("only FLOAT, INT and UINT have ranges, this is {word}");
            of.say_of("allowable_ranges", reason);
        }
    }
    let enum_name = of.may("enum_name", identifier);
    let numbers = kind.is_none_or(VariableKind::is_number);
    let allowable_values = of.may("allowable_values", |told, node, at| {
        told.list(node, at, |told, node, at| match kind {
            None => Some(node.plain()),
            Some(_) if numbers => told.number(node, at).map(Json::Number),
            Some(_) => told.text(node, at).map(Json::Text),
        })
    });
    let allowable_ranges =
        of.may("allowable_ranges", |told, node, at| told.list(node, at, between));
    let sc_name = of.may("sc_name", Told::text);
    Some(Variable {
        name: name?,
        kind: kind?,
        enum_name,
        allowable_values,
        allowable_ranges,
        sc_name,
    })
}

fn identifier(told: &mut Told, node: Node, pointer: &str) -> Option<String> {
    let at = node.at;
    let text = told.text(node, pointer)?;
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    if !first || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        let shown = short(&text);
        let reason = format!("{shown:?} has to be a letter, then letters, digits and underscores");
        told.say(at, pointer, reason);
        return None;
    }
    Some(text)
}

fn between(told: &mut Told, node: Node, pointer: &str) -> Option<Between> {
    let mut of = Fields::of(told, node, pointer, "a range")?;
    of.only(&["min", "max"]);
    let (min, max) = (of.must("min", Told::number), of.must("max", Told::number));
    Some(Between { min: min?, max: max? })
}
