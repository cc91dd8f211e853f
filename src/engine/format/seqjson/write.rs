//! Writes SeqJSON, indented by two blanks, members in the order that a reader wants to see them.

use crate::problem::Problem;

use super::json::{Json, Number};
use super::model::{
    Action, Argument, Metadata, Model, Request, SeqJson, Start, Step, Time, Value, Variable,
};

/// Writes a document. It is one that the schema accepts where [`check`] finds nothing.
pub fn write(sequence: &SeqJson) -> String {
    let mut text = document(sequence).to_string();
    text.push('\n');
    text
}

/// What the schema has against a sequence that was put together here, with JSON pointers into the
/// text that [`write`] makes of it.
pub fn check(sequence: &SeqJson) -> Vec<Problem> {
    super::read(write(sequence).as_bytes()).1
}

/// Members in order, without those that are none.
#[derive(Default)]
struct Members(Metadata);

impl Members {
    fn with(mut self, name: &str, value: Option<Json>) -> Self {
        self.0.extend(value.map(|value| (name.to_owned(), value)));
        self
    }

    fn text(self, name: &str, value: Option<&str>) -> Self {
        self.with(name, value.map(Json::from))
    }

    fn number(self, name: &str, value: Option<&Number>) -> Self {
        self.with(name, value.cloned().map(Json::Number))
    }

    fn list<T>(self, name: &str, list: Option<&[T]>, each: impl Fn(&T) -> Json) -> Self {
        self.with(name, list.map(|list| Json::List(list.iter().map(each).collect())))
    }

    fn metadata(self, value: Option<&Metadata>) -> Self {
        self.with("metadata", value.cloned().map(Json::Object))
    }

    fn end(self) -> Json {
        Json::Object(self.0)
    }
}

fn document(of: &SeqJson) -> Json {
    Members::default()
        .text("id", Some(&of.id))
        .metadata(Some(&of.metadata))
        .list("locals", of.locals.as_deref(), variable)
        .list("parameters", of.parameters.as_deref(), variable)
        .list("steps", of.steps.as_deref(), step)
        .list("requests", of.requests.as_deref(), request)
        .list("immediate_commands", of.immediate_commands.as_deref(), |of| {
            Members::default()
                .text("stem", Some(&of.stem))
                .with("args", Some(arguments(&of.args)))
                .text("description", of.description.as_deref())
                .metadata(of.metadata.as_ref())
                .end()
        })
        .list("hardware_commands", of.hardware_commands.as_deref(), |of| {
            Members::default()
                .text("stem", Some(&of.stem))
                .text("description", of.description.as_deref())
                .metadata(of.metadata.as_ref())
                .end()
        })
        .end()
}

fn step(of: &Step) -> Json {
    let out = Members::default();
    let out = match &of.action {
        Action::Activate(on) | Action::Load(on) => {
            let load = matches!(of.action, Action::Load(_));
            out.text("type", Some(if load { "load" } else { "activate" }))
                .text("sequence", Some(&on.sequence))
                .number("engine", on.engine.as_ref())
                .text("epoch", on.epoch.as_deref())
        }
        Action::Command { stem, return_assign_to } => out
            .text("type", Some("command"))
            .text("stem", Some(stem))
            .text("return_assign_to", return_assign_to.as_deref()),
        Action::GroundBlock(name) => {
            out.text("type", Some("ground_block")).text("name", Some(name))
        }
        Action::GroundEvent(name) => {
            out.text("type", Some("ground_event")).text("name", Some(name))
        }
    };
    // A command has a list of arguments even where there are none.
    let empty = matches!(of.action, Action::Command { .. }).then(|| Json::List(Vec::new()));
    out.with("time", Some(time(&of.time)))
        .with("args", of.args.as_deref().map(arguments).or(empty))
        .text("description", of.description.as_deref())
        .metadata(of.metadata.as_ref())
        .list("models", of.models.as_deref(), model)
        .end()
}

fn time(of: &Time) -> Json {
    Members::default().text("tag", of.tag.as_deref()).text("type", Some(of.kind.word())).end()
}

fn model(of: &Model) -> Json {
    Members::default()
        .text("offset", Some(&of.offset))
        .text("variable", Some(&of.variable))
        .with("value", Some(of.value.clone()))
        .end()
}

fn arguments(list: &[Argument]) -> Json {
    Json::List(list.iter().map(argument).collect())
}

fn argument(of: &Argument) -> Json {
    let (kind, value) = match &of.value {
        Value::Text(text) => ("string", Json::from(text.as_str())),
        Value::Number(number) => ("number", Json::Number(number.clone())),
        Value::Bool(value) => ("boolean", Json::Bool(*value)),
        Value::Symbol(name) => ("symbol", Json::from(name.as_str())),
        Value::Hex(digits) => ("hex", Json::from(digits.as_str())),
        Value::Repeat(groups) => {
            ("repeat", Json::List(groups.iter().map(|group| arguments(group)).collect()))
        }
    };
    Members::default()
        .text("name", of.name.as_deref())
        .text("type", Some(kind))
        .with("value", Some(value))
        .end()
}

fn request(of: &Request) -> Json {
    let out = Members::default().text("type", Some("request")).text("name", Some(&of.name));
    let out = match &of.start {
        Start::Time(at) => out.with("time", Some(time(at))),
        Start::GroundEpoch { delta, name, other } => {
            let mut epoch =
                Members::default().text("delta", delta.as_deref()).text("name", name.as_deref());
            epoch.0.extend(other.iter().cloned());
            out.with("ground_epoch", Some(epoch.end()))
        }
    };
    out.list("steps", Some(&of.steps), step)
        .text("description", of.description.as_deref())
        .metadata(of.metadata.as_ref())
        .end()
}

fn variable(of: &Variable) -> Json {
    Members::default()
        .text("name", Some(&of.name))
        .text("type", Some(of.kind.word()))
        .text("enum_name", of.enum_name.as_deref())
        .list("allowable_values", of.allowable_values.as_deref(), Clone::clone)
        .list("allowable_ranges", of.allowable_ranges.as_deref(), |range| {
            Members::default().number("min", Some(&range.min)).number("max", Some(&range.max)).end()
        })
        .text("sc_name", of.sc_name.as_deref())
        .end()
}
