//! What is kept of sequences and plans: when they act, what is in them, what they were made for.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::NewProduct;
use crate::format::satf;
use crate::format::seqjson::{self, Action, SeqJson, Start, Step, TimeKind};
use crate::mission::builtin_files;
use crate::plan::{Model, Plan, aerie};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange, iso, parse};

/// A sequence in SeqJSON.
pub(super) fn seqjson(bytes: &[u8]) -> (NewProduct, Vec<Problem>) {
    let (sequence, problems) = seqjson::read(bytes);
    (about_sequences("SeqJSON", &[sequence]), problems)
}

/// Sequences in SATF or SASF.
pub(super) fn satf(bytes: &[u8]) -> (NewProduct, Vec<Problem>) {
    let (file, mut problems) = satf::read(bytes);
    let (sequences, more) = satf::to_seqjson(&file);
    problems.extend(more);
    (about_sequences("SATF or SASF", &sequences), problems)
}

/// A plan of Aerie. Where the mission is not known, it is the one whose activity types the plan
/// has the most of; none: no mission has any.
pub(super) fn plan(bytes: &[u8], mission: &str) -> (NewProduct, Vec<Problem>) {
    let mut mission = mission.to_owned();
    let none = Model::default();
    let (plan, mut problems) = aerie::read(bytes, &mission, &none);
    let Some(mut plan) = plan else {
        let summary = "a plan of Aerie that cannot be read".to_owned();
        return (NewProduct { summary, ..NewProduct::default() }, problems);
    };
    let models = if mission.is_empty() { all_models() } else { vec![Model::builtin(&mission)] };
    let known =
        |m: &Model| plan.activities.values().filter(|a| m.types.contains_key(&a.kind)).count();
    // Of several with as many the first by name, so that the same file always says the same.
    let best = models.iter().rev().max_by_key(|m| known(m)).filter(|m| known(m) > 0);
    if let Some(best) = best {
        mission.clone_from(&best.mission);
        if let (Some(again), told) = aerie::read(bytes, &mission, best) {
            (plan, problems) = (again, told);
        }
    }
    (about_plan(&plan, mission), problems)
}

/// The built-in dictionaries, by mission.
fn all_models() -> Vec<Model> {
    let files = builtin_files();
    let planning = files.iter().filter(|f| f.is_planning());
    let missions: BTreeSet<&str> =
        planning.filter_map(|f| f.path.split_once('/')).map(|(mission, _)| mission).collect();
    missions.into_iter().map(|mission| Model::load(mission, &files).0).collect()
}

fn about_plan(plan: &Plan, mission: String) -> NewProduct {
    let starts = || plan.activities.values().map(|a| a.start);
    let own = starts().min().zip(starts().max()).map(|(a, b)| TimeRange::new(a, b.plus_ns(1)));
    let span = if plan.range().is_empty() { own } else { Some(plan.range()) };
    let types = counted(plan.activities.values().map(|a| a.kind.as_str()));
    let name = if plan.name.is_empty() { String::new() } else { format!(" {}", head(&plan.name)) };
    NewProduct {
        mission,
        span,
        summary: format!(
            "plan{name}: {} activities of {} types",
            plan.activities.len(),
            types.len()
        ),
        label: lines(&types),
        ..NewProduct::default()
    }
}

fn about_sequences(form: &str, sequences: &[SeqJson]) -> NewProduct {
    let steps: Vec<&Step> = sequences.iter().flat_map(steps).collect();
    let requests: usize = sequences.iter().flat_map(|s| &s.requests).map(Vec::len).sum();
    let times: Vec<Instant> = steps
        .iter()
        .filter(|step| step.time.kind == TimeKind::Absolute)
        .filter_map(|step| step.time.tag.as_deref())
        .chain(sequences.iter().flat_map(absolute_requests))
        .filter_map(|tag| parse(tag, None).ok())
        .collect();
    let span = times.iter().min().zip(times.iter().max());
    let names = counted(steps.iter().map(|step| match &step.action {
        Action::Command { stem, .. } => stem.as_str(),
        Action::GroundBlock(name) | Action::GroundEvent(name) => name.as_str(),
        Action::Activate(on) | Action::Load(on) => on.sequence.as_str(),
    }));
    let ids: Vec<String> = sequences.iter().take(20).map(|s| head(&s.id)).collect();
    let more = if sequences.len() > ids.len() { ", …" } else { "" };
    let word = if sequences.len() == 1 { "sequence" } else { "sequences" };
    let requests = if requests > 0 { format!(", {requests} requests") } else { String::new() };
    NewProduct {
        span: span.map(|(first, last)| TimeRange::new(*first, last.plus_ns(1))),
        summary: format!(
            "{form} {word} {}{more}: {} steps{requests}, {}",
            ids.join(", "),
            steps.len(),
            match span {
                Some((first, _)) => format!("from {}", iso(*first, 0)),
                None => "no absolute times".to_owned(),
            }
        ),
        label: lines(&names),
        ..NewProduct::default()
    }
}

/// All steps, those of requests too.
fn steps(of: &SeqJson) -> impl Iterator<Item = &Step> {
    let requests = of.requests.iter().flatten().flat_map(|request| &request.steps);
    of.steps.iter().flatten().chain(requests)
}

/// Times at which requests are moved to.
fn absolute_requests(of: &SeqJson) -> impl Iterator<Item = &str> {
    of.requests.iter().flatten().filter_map(|request| match &request.start {
        Start::Time(time) if time.kind == TimeKind::Absolute => time.tag.as_deref(),
        _ => None,
    })
}

fn counted<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// One line for each name: how often, and the name.
fn lines(counts: &BTreeMap<&str, usize>) -> String {
    let line = |(name, count): (&&str, &usize)| format!("{count} {name}\n");
    counts.iter().map(line).collect::<Vec<_>>().concat()
}

/// The head of a name that a file gives.
fn head(name: &str) -> String {
    name.chars().take(80).collect()
}
