//! From SeqJSON to a sequence and back.

use crate::format::seqjson::{
    self, Action, Json, Metadata, SeqJson, Time, TimeKind, parse_duration, print_duration,
};
use crate::problem::Problem;
use crate::time;

use super::model::{Sequence, Step, When};

/// Names of metadata that hold what SeqJSON has no member for.
const DICTIONARY: &str = "dictionary_version";
const EPOCH: &str = "epoch";
const REMARKS: &str = "remarks";

/// Takes the steps of a document. What this form cannot hold is told and stays behind: variables,
/// requests, commands outside of steps, and times that are no times.
pub fn from_seqjson(of: &SeqJson) -> (Sequence, Vec<Problem>) {
    let mut problems = Vec::new();
    for (name, given) in [
        ("/locals", of.locals.is_some()),
        ("/parameters", of.parameters.is_some()),
        ("/requests", of.requests.as_ref().is_some_and(|list| !list.is_empty())),
        ("/immediate_commands", of.immediate_commands.as_ref().is_some_and(|l| !l.is_empty())),
        ("/hardware_commands", of.hardware_commands.as_ref().is_some_and(|l| !l.is_empty())),
    ] {
        if given {
            let reason = "the sequence editor has no place for this; keep the original file";
            problems.push(Problem::of(name, reason));
        }
    }
    let mut metadata = of.metadata.clone();
    let dictionary = take_text(&mut metadata, DICTIONARY).unwrap_or_default();
    let closing = take_remarks(&mut metadata);
    let mut steps = Vec::new();
    for (at, step) in of.steps.iter().flatten().enumerate() {
        let mut metadata = step.metadata.clone().unwrap_or_default();
        match when(&step.time, &mut metadata) {
            Ok(time) => steps.push(Step {
                remarks: take_remarks(&mut metadata),
                time,
                action: step.action.clone(),
                arguments: step.args.clone().unwrap_or_default(),
                note: step.description.clone().unwrap_or_default(),
                metadata,
                models: step.models.clone().unwrap_or_default(),
            }),
            Err(reason) => problems.push(Problem::of(format!("/steps/{at}/time/tag"), reason)),
        }
    }
    (Sequence { id: of.id.clone(), dictionary, metadata, steps, closing }, problems)
}

fn when(of: &Time, metadata: &mut Metadata) -> Result<When, String> {
    let tag = of.tag.as_deref().unwrap_or_default();
    let duration = || {
        parse_duration(tag).ok_or_else(|| {
            let shown: String = tag.chars().take(40).collect();
            format!("{shown:?} is no duration such as 00:08:20.5; the step is left out")
        })
    };
    match of.kind {
        TimeKind::Absolute => match time::parse(tag, None) {
            Ok(at) => Ok(When::At(at)),
            Err(error) => Err(format!("{error}; the step is left out")),
        },
        TimeKind::CommandRelative => Ok(When::AfterStart(duration()?)),
        TimeKind::EpochRelative => {
            let ns = duration()?;
            Ok(When::Epoch { name: take_text(metadata, EPOCH).unwrap_or_default(), ns })
        }
        TimeKind::CommandComplete if tag.is_empty() => Ok(When::AfterEnd(0)),
        TimeKind::CommandComplete => Ok(When::AfterEnd(duration()?)),
    }
}

fn take_text(metadata: &mut Metadata, name: &str) -> Option<String> {
    let found = |(of, value): &(String, Json)| of == name && matches!(value, Json::Text(_));
    let at = metadata.iter().position(found)?;
    match metadata.remove(at).1 {
        Json::Text(text) => Some(text),
        _ => None,
    }
}

fn take_remarks(metadata: &mut Metadata) -> Vec<String> {
    let texts = |value: &Json| match value {
        Json::List(list) => list
            .iter()
            .map(|item| match item {
                Json::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect::<Option<Vec<String>>>(),
        _ => None,
    };
    let Some(at) = metadata.iter().position(|(name, _)| name == REMARKS) else { return Vec::new() };
    let Some(found) = metadata.get(at).and_then(|(_, value)| texts(value)) else {
        return Vec::new();
    };
    metadata.remove(at);
    found
}

/// Puts a sequence into SeqJSON. It passes the public schema where arguments do: see
/// [`seqjson::check`].
pub fn to_seqjson(of: &Sequence) -> SeqJson {
    let mut metadata = of.metadata.clone();
    if !of.dictionary.is_empty() {
        metadata.push((DICTIONARY.to_owned(), Json::from(of.dictionary.as_str())));
    }
    put_remarks(&mut metadata, &of.closing);
    SeqJson {
        id: of.id.clone(),
        metadata,
        steps: Some(of.steps.iter().map(step).collect()),
        ..SeqJson::default()
    }
}

fn put_remarks(metadata: &mut Metadata, remarks: &[String]) {
    if !remarks.is_empty() {
        let list = remarks.iter().map(|text| Json::from(text.as_str())).collect();
        metadata.push((REMARKS.to_owned(), Json::List(list)));
    }
}

fn step(of: &Step) -> seqjson::Step {
    let mut metadata = of.metadata.clone();
    let (kind, tag) = match &of.time {
        When::At(at) => (TimeKind::Absolute, Some(instant_text(*at))),
        When::AfterStart(ns) => (TimeKind::CommandRelative, Some(print_duration(*ns))),
        When::Epoch { name, ns } => {
            if !name.is_empty() {
                metadata.push((EPOCH.to_owned(), Json::from(name.as_str())));
            }
            (TimeKind::EpochRelative, Some(print_duration(*ns)))
        }
        When::AfterEnd(0) => (TimeKind::CommandComplete, None),
        When::AfterEnd(ns) => (TimeKind::CommandComplete, Some(print_duration(*ns))),
    };
    put_remarks(&mut metadata, &of.remarks);
    let command = matches!(of.action, Action::Command { .. });
    seqjson::Step {
        action: of.action.clone(),
        time: Time { kind, tag },
        args: Some(of.arguments.clone()).filter(|list| command || !list.is_empty()),
        description: Some(of.note.clone()).filter(|note| !note.is_empty()),
        metadata: Some(metadata).filter(|list| !list.is_empty()),
        models: Some(of.models.clone()).filter(|list| !list.is_empty()),
    }
}

/// Day of year with as many digits of a second as it has: none, three, six or nine.
pub(super) fn instant_text(at: time::Instant) -> String {
    let part = at.unix_ns().rem_euclid(1_000_000_000);
    let digits = match part {
        0 => 0,
        part if part % 1_000_000 == 0 => 3,
        part if part % 1_000 == 0 => 6,
        _ => 9,
    };
    time::doy(at, digits)
}
