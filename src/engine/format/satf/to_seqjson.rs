//! From SATF and SASF to SeqJSON, by the rules of the public converter where both can say a thing.

use crate::format::seqjson::{
    self, Action, Argument, Between, Json, Metadata, Model, Number, OnBoard, SeqJson, Start, Time,
    TimeKind, Value, Variable, VariableKind, parse_duration, print_duration,
};
use crate::problem::Problem;

use super::model::{Body, Call, Definition, Entry, Field, Request, Satf, Step, Text, field};

/// Every definition or request as a sequence, and what could not be carried over. Fields of
/// problems name the definition or request and the label of the step.
pub fn to_seqjson(of: &Satf) -> (Vec<SeqJson>, Vec<Problem>) {
    let mut carry = Carry::default();
    let pairs = of.head.label.iter().flat_map(|label| &label.pairs);
    let head: Metadata =
        pairs.map(|(key, value)| (key.clone(), Json::from(value.as_str()))).collect();
    let sequences = match &of.body {
        Body::Types(list) => list.iter().map(|one| carry.definition(one, &head)).collect(),
        Body::Requests(list) => list.iter().map(|one| carry.request(one, &head)).collect(),
    };
    (sequences, carry.problems)
}

#[derive(Default)]
struct Carry {
    problems: Vec<Problem>,
    place: String,
    /// Nanoseconds from the start of the definition or request to the last step, where known.
    since_start: Option<i64>,
}

impl Carry {
    fn tell(&mut self, reason: impl Into<String>) {
        if self.problems.len() < super::MOST_PROBLEMS {
            let cut = |text: &str| text.chars().take(300).collect::<String>();
            self.problems.push(Problem::of(cut(&self.place), cut(&reason.into())));
        }
    }

    fn definition(&mut self, of: &Definition, head: &Metadata) -> SeqJson {
        of.name.clone_into(&mut self.place);
        let mut metadata = head.clone();
        for field in &of.fields {
            // The public converter shortens this one name.
            let name = match field.name.as_str() {
                "SEQGEN_AUTO_START_OR_LOAD_TIMES" => "SEQGEN",
                name => name,
            };
            metadata.push((name.to_owned(), Json::from(field.value.inner())));
        }
        let id = of.name.rsplit('/').next().unwrap_or_default().to_owned();
        let list = |carry: &mut Self, entries: &[Entry]| {
            let all: Vec<Variable> = entries.iter().map(|entry| carry.variable(entry)).collect();
            (!all.is_empty()).then_some(all)
        };
        let parameters = list(self, &of.parameters);
        let locals = list(self, &of.variables);
        let steps = of.steps.as_ref().map(|steps| self.steps(&of.name, steps));
        SeqJson { id, metadata, locals, parameters, steps, ..SeqJson::default() }
    }

    fn request(&mut self, of: &Request, head: &Metadata) -> SeqJson {
        of.name.clone_into(&mut self.place);
        let text = of.start.as_ref().map_or("", Text::inner).to_owned();
        let start = match of.start_from.as_deref() {
            Some("GROUND_EPOCH") => {
                Start::GroundEpoch { delta: Some(text), name: None, other: Vec::new() }
            }
            // A start that is an instant is one, whatever word stands behind it.
            _ if text.contains('T') => {
                Start::Time(Time { kind: TimeKind::Absolute, tag: Some(text) })
            }
            Some("EPOCH") => Start::Time(Time { kind: TimeKind::EpochRelative, tag: Some(text) }),
            Some("WAIT_PREVIOUS_END") => {
                Start::Time(Time { kind: TimeKind::CommandComplete, tag: later(text) })
            }
            Some("FROM_PREVIOUS_START") => {
                Start::Time(Time { kind: TimeKind::CommandRelative, tag: Some(text) })
            }
            _ => {
                self.tell(format!("its start {text:?} is no instant; it was kept as one"));
                Start::Time(Time { kind: TimeKind::Absolute, tag: Some(text) })
            }
        };
        let steps = self.steps(&of.name, &of.steps);
        let metadata = metadata(&of.fields, |_| true);
        let description = field(&of.fields, "DESCRIPTION").map(|text| text.inner().to_owned());
        let metadata = metadata.into_iter().filter(|(name, _)| name != "DESCRIPTION").collect();
        let request = seqjson::Request {
            name: of.name.clone(),
            start,
            steps,
            description,
            metadata: Some(metadata).filter(|m: &Metadata| !m.is_empty()),
        };
        SeqJson {
            id: of.name.clone(),
            metadata: head.clone(),
            requests: Some(vec![request]),
            ..SeqJson::default()
        }
    }

    fn steps(&mut self, name: &str, steps: &[Step]) -> Vec<seqjson::Step> {
        self.since_start = Some(0);
        let mut found = Vec::new();
        for step in steps {
            self.place = format!("{name}, {} {}", step.keyword, step.label);
            found.extend(self.step(step));
        }
        name.clone_into(&mut self.place);
        found
    }

    fn step(&mut self, of: &Step) -> Option<seqjson::Step> {
        let time = self.time(of)?;
        let Some(call) = &of.call else {
            self.tell("SeqJSON has no step like this one; it is left out");
            return None;
        };
        let stem = unescaped(call.stem.inner());
        let mut args = arguments(call);
        let action = match of.keyword.as_str() {
            "command" | "Command_dynamic" | "command_dynamic" => {
                Action::Command { stem, return_assign_to: None }
            }
            "activity" => Action::GroundBlock(stem),
            "ground" => Action::GroundEvent(stem),
            "spawn" => {
                let engine = field(&of.fields, "REQ_ENGINE_ID").map(Text::inner);
                let name = if args.is_empty() { None } else { Some(args.remove(0)) };
                let sequence = match name.map(|name| name.value) {
                    Some(Value::Text(name) | Value::Symbol(name)) => name,
                    _ => stem,
                };
                let engine = engine.and_then(Number::parse);
                Action::Activate(OnBoard { sequence, engine, epoch: None })
            }
            other => {
                self.tell(format!("SeqJSON has no step of the kind {other}; it is left out"));
                return None;
            }
        };
        if of.processors.is_some() {
            self.tell("its PROCESSORS have no place in SeqJSON and are left out");
        }
        let comment = field(&of.fields, "COMMENT").map(|text| one_line(text.inner()));
        let carried = ["COMMENT", "ASSUMED_MODEL_VALUES", "REQ_ENGINE_ID"];
        let metadata = metadata(&of.fields, |name| !carried.contains(&name));
        let models = match field(&of.fields, "ASSUMED_MODEL_VALUES") {
            Some(text) => self.models(text.inner()),
            None => Vec::new(),
        };
        Some(seqjson::Step {
            action,
            time,
            args: Some(args),
            description: comment.filter(|text| !text.is_empty()),
            metadata: Some(metadata).filter(|m| !m.is_empty()),
            models: Some(models).filter(|m| !m.is_empty()),
        })
    }

    fn time(&mut self, of: &Step) -> Option<Time> {
        let text = of.time.inner().trim().to_owned();
        let duration = parse_duration(&text);
        if text.is_empty() {
            self.tell("it has no time; it is left out");
            return None;
        }
        let (kind, tag) = match of.from.as_str() {
            "ABSOLUTE" => {
                self.since_start = None;
                (TimeKind::Absolute, Some(text))
            }
            "EPOCH" => {
                self.since_start = None;
                (TimeKind::EpochRelative, Some(text))
            }
            "FROM_PREVIOUS_START" => {
                let both = self.since_start.zip(duration);
                self.since_start = both.and_then(|(at, by)| at.checked_add(by));
                (TimeKind::CommandRelative, Some(text))
            }
            "WAIT_PREVIOUS_END" => {
                self.since_start = None;
                (TimeKind::CommandComplete, later(text))
            }
            "FROM_REQUEST_START" | "FROM_ACTIVITY_START" => {
                // SeqJSON 1.0.20 has no such time; it is one from the step before where that
                // step's own distance from the start is known.
                let by = duration.zip(self.since_start).and_then(|(to, at)| to.checked_sub(at));
                let Some(by) = by.filter(|by| *by >= 0) else {
                    let from = &of.from;
                    self.tell(format!(
                        "SeqJSON has no time {from}, and {text:?} cannot be counted from the step \
                         before; give it a time FROM_PREVIOUS_START"
                    ));
                    return None;
                };
                self.since_start = duration;
                (TimeKind::CommandRelative, Some(print_duration(by)))
            }
            other => {
                self.tell(format!(
                    "{other:?} is no time tag; there are {}",
                    super::TIME_TAGS.join(", ")
                ));
                return None;
            }
        };
        Some(Time { kind, tag })
    }

    /// `x=1,GLOBAL::y="a",00:00:01`: values, then no duration, one for all or one for each.
    fn models(&mut self, text: &str) -> Vec<Model> {
        let mut values = Vec::new();
        let mut offsets = Vec::new();
        for part in split_outside_quotes(text) {
            let part = part.trim();
            match part.split_once('=') {
                Some((name, value)) => values.push((name.trim().to_owned(), model_value(value))),
                None if parse_duration(part).is_some() => offsets.push(part.to_owned()),
                None if part.is_empty() => (),
                None => self.tell(format!("{part:?} is neither a model value nor a duration")),
            }
        }
        if offsets.len() > 1 && offsets.len() != values.len() {
            self.tell(format!(
                "{} durations for {} model values; give none, one, or one for each",
                offsets.len(),
                values.len()
            ));
            return Vec::new();
        }
        let offset = |at: usize| {
            let own = offsets.get(at).or_else(|| offsets.first().filter(|_| offsets.len() == 1));
            own.cloned().unwrap_or_else(|| "00:00:00".to_owned())
        };
        let values = values.into_iter().enumerate();
        values
            .map(|(at, (variable, value))| Model { offset: offset(at), variable, value })
            .collect()
    }

    fn variable(&mut self, of: &Entry) -> Variable {
        let text = |name: &str| field(&of.fields, name).map(|text| text.inner().trim().to_owned());
        let enum_name = text("ENUM_NAME").filter(|name| !name.is_empty());
        let kind = match text("TYPE").as_deref() {
            Some("UNSIGNED_DECIMAL" | "UINT") => VariableKind::Uint,
            Some("SIGNED_DECIMAL" | "INT" | "INTEGER") => VariableKind::Int,
            Some("FLOAT" | "ENGINEERING") => VariableKind::Float,
            _ if enum_name.is_some() => VariableKind::Enum,
            _ => VariableKind::String,
        };
        let mut ranges = Vec::new();
        let mut values = Vec::new();
        for range in of.fields.iter().filter(|field| field.name == "RANGE") {
            for part in split_outside_quotes(range.value.inner()) {
                let part = part.trim().trim_matches('"');
                let ends = part.split_once("...").map(|(min, max)| (number(min), number(max)));
                match ends {
                    Some((Some(min), Some(max))) if kind.is_number() => {
                        ranges.push(Between { min, max });
                    }
                    None if kind.is_number() => match number(part) {
                        Some(value) => values.push(Json::Number(value)),
                        None => self.unsaid(of, part),
                    },
                    None => values.push(Json::from(part)),
                    Some(_) => self.unsaid(of, part),
                }
            }
        }
        Variable {
            name: of.name.clone(),
            kind,
            enum_name: enum_name.filter(|_| kind == VariableKind::Enum),
            allowable_values: Some(values).filter(|list| !list.is_empty()),
            allowable_ranges: Some(ranges).filter(|list| !list.is_empty()),
            sc_name: None,
        }
    }

    fn unsaid(&mut self, of: &Entry, range: &str) {
        let name = &of.name;
        self.tell(format!("SeqJSON cannot say the range {range:?} of {name}; it is left out"));
    }
}

/// A wait after the end of the step before; none where it is zero.
fn later(text: String) -> Option<String> {
    Some(text).filter(|text| parse_duration(text) != Some(0) && !text.is_empty())
}

fn metadata(fields: &[Field], keep: impl Fn(&str) -> bool) -> Metadata {
    let kept = fields.iter().filter(|field| keep(&field.name) && !field.value.inner().is_empty());
    kept.map(|field| (field.name.clone(), Json::from(unescaped(field.value.inner()).as_str())))
        .collect()
}

fn arguments(call: &Call) -> Vec<Argument> {
    call.arguments.iter().map(|text| Argument::of(argument(text))).collect()
}

fn argument(text: &Text) -> Value {
    match text {
        Text::Quoted(text) => Value::Text(unescaped(text)),
        Text::Slashed(text) => Value::Symbol(text.clone()),
        Text::Bare(word) => match word.as_str() {
            "TRUE" | "true" => Value::Bool(true),
            "FALSE" | "false" => Value::Bool(false),
            word => {
                let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
                let hex = hex.filter(|digits| {
                    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit())
                });
                match (hex, number(word)) {
                    (Some(digits), _) => Value::Hex(format!("0x{}", digits.to_ascii_uppercase())),
                    (None, Some(number)) => Value::Number(number),
                    (None, None) => Value::Symbol(word.to_owned()),
                }
            }
        },
    }
}

/// A number in the notation of JSON, or in one that only C knows (`.5`, `+1`, `007`).
fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    if !plain || !digits {
        return None;
    }
    Number::parse(text).or_else(|| Number::of(text.parse().ok()?))
}

fn model_value(text: &str) -> Json {
    let text = text.trim();
    match text {
        "true" | "TRUE" => Json::Bool(true),
        "false" | "FALSE" => Json::Bool(false),
        _ => match number(text) {
            Some(number) => Json::Number(number),
            None => Json::from(text.trim_matches(['"', '\''])),
        },
    }
}

/// A comment over several lines on one, blanks at the breaks drawn together.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// Parts between commas that stand outside double quotes.
fn split_outside_quotes(text: &str) -> Vec<&str> {
    let mut inside = false;
    text.split(move |c: char| {
        inside ^= c == '"';
        c == ',' && !inside
    })
    .collect()
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}
