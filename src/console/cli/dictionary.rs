//! `marsdeck mdb check|list|diff|export PATH…`: dictionaries (XTCE, AMPCS), each in one file, in
//! several or in a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use marsdeck_engine::format::{ampcs, xtce};
use marsdeck_engine::mission::command::CommandId;
use marsdeck_engine::mission::packets;
use marsdeck_engine::mission::telemetry::{Dictionary, Item, Kind, Size};
use marsdeck_engine::mission::{Database, Fate, difference};
use marsdeck_engine::problem::Problem;
use serde_json::json;

use super::{Outcome, output, place};

/// Most files of one dictionary.
const MOST_FILES: usize = 4096;

/// Files by the names that problems give them.
type Files = BTreeMap<String, Vec<u8>>;

fn bytes_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path)
        .with_context(|| format!("{} could not be read; check its name", path.display()))
}

/// Reads the dictionary that stands in some files, in those of folders, and in those that they
/// include.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<(Dictionary, Vec<Problem>)> {
    let mut files = Files::new();
    let mut wanted: Vec<PathBuf> = Vec::new();
    for path in paths {
        if path.is_dir() {
            wanted.extend(dictionaries_in(path)?);
        } else {
            files.insert(path.display().to_string(), bytes_of(path)?);
        }
    }
    for path in wanted {
        let bytes = bytes_of(&path)?;
        files.insert(path.display().to_string(), bytes);
    }
    let named = paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
    if files.is_empty() {
        bail!("{named} holds no dictionary: no XTCE and no AMPCS file is in it");
    }
    if files.values().any(|bytes| ampcs::sniff_dictionary(bytes)) {
        return read_ampcs(&files);
    }
    include(&mut files);
    let sources: Vec<_> =
        files.iter().map(|(name, bytes)| xtce::SourceFile { name, bytes }).collect();
    let (dictionary, problems) = xtce::read_all(&sources);
    let dictionary = dictionary
        .ok_or_else(|| anyhow!("{named} is no XTCE dictionary: its root is not SpaceSystem"))?;
    Ok((dictionary, problems))
}

/// The dictionaries among the files of a folder.
fn dictionaries_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{} could not be read; check its name", folder.display()))?;
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        let is_named = |end: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(end));
        if !is_named("xml") && !is_named("json") && !is_named("xtce") {
            continue;
        }
        let bytes = bytes_of(&path)?;
        if xtce::sniff(&bytes) || ampcs::sniff_dictionary(&bytes) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Adds the files that others include, as far as they are there; what is not is told by what
/// includes it.
fn include(files: &mut Files) {
    let mut open: Vec<String> = files.keys().cloned().collect();
    let mut seen: BTreeSet<String> = files.keys().map(|name| same(name)).collect();
    while let Some(name) = open.pop() {
        let Some(needs) = files.get(&name).and_then(|bytes| xtce::needs(bytes)) else { continue };
        let folder = Path::new(&name).parent().map(Path::to_owned).unwrap_or_default();
        for href in needs.includes {
            let path = folder.join(&href);
            let name = path.display().to_string();
            if files.len() < MOST_FILES
                && seen.insert(same(&name))
                && let Ok(bytes) = std::fs::read(&path)
            {
                files.insert(name.clone(), bytes);
                open.push(name);
            }
        }
    }
}

/// A path without detours, so that a file is read once.
fn same(name: &str) -> String {
    std::fs::canonicalize(name).map_or_else(|_| name.to_owned(), |path| path.display().to_string())
}

/// AMPCS dictionaries: telemetry, event records and commands of a mission are files of their own.
fn read_ampcs(files: &Files) -> anyhow::Result<(Dictionary, Vec<Problem>)> {
    let mut all = ampcs::Dictionary::default();
    let mut problems = Vec::new();
    for (name, bytes) in files {
        if !ampcs::sniff_dictionary(bytes) {
            bail!("{name} is no AMPCS dictionary as others are; check one kind at a time");
        }
        let (one, told) = ampcs::read_dictionary(bytes);
        problems.extend(told.into_iter().map(|problem| problem.in_file(name)));
        problems.extend(all.join(one).into_iter().map(|problem| problem.in_file(name)));
    }
    let (dictionary, told) = all.to_mission();
    let place = files.keys().cloned().collect::<Vec<_>>().join(", ");
    problems.extend(told.into_iter().map(|problem| problem.in_file(&place)));
    Ok((dictionary, problems))
}

/// Whether paths are dictionaries rather than folders of mission files.
pub(super) fn is_dictionary(paths: &[PathBuf]) -> bool {
    let holds = |path: &PathBuf| {
        path.is_file() || dictionaries_in(path).is_ok_and(|found| !found.is_empty())
    };
    !paths.is_empty() && paths.iter().all(holds)
}

/// Checks a dictionary; what is wrong or not supported is told by line.
pub(super) fn check(paths: &[PathBuf], as_json: bool) -> anyhow::Result<Outcome> {
    let (found, problems) = read(paths)?;
    let (types, parameters) = (found.types.len(), found.parameters.len());
    let containers = found.containers.len();
    let (commands, events) = (found.commanding.commands.len(), found.events.len());
    if as_json {
        output::json(&json!({
            "name": found.name,
            "types": types,
            "parameters": parameters,
            "containers": containers,
            "commands": commands,
            "events": events,
            "problems": problems,
        }))?;
    } else {
        for problem in &problems {
            output::line(&problem.to_string());
        }
        let mut counts = format!("{types} types, {parameters} parameters, {containers} containers");
        for (count, what) in [(commands, "commands"), (events, "events")] {
            if count > 0 {
                counts = format!("{counts}, {count} {what}");
            }
        }
        output::line(&format!("{}: {counts}, {} problems", found.name, problems.len()));
    }
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
}

/// Lists the containers of a dictionary with what stands in them, then what stands in none.
pub(super) fn list(paths: &[PathBuf], commands: bool, as_json: bool) -> anyhow::Result<Outcome> {
    let (found, _) = read(paths)?;
    if as_json {
        if commands {
            output::json(&found.commanding)?;
        } else {
            output::json(&found)?;
        }
        return Ok(Outcome::Done);
    }
    if commands {
        for id in 0..found.commanding.commands.len() {
            list_command(&found, id);
        }
        return Ok(Outcome::Done);
    }
    let mut placed = vec![false; found.parameters.len()];
    for container in &found.containers {
        let base = container.base.and_then(|id| found.containers.get(id));
        let of = base.map_or_else(String::new, |base| format!(" extends {}", base.name));
        output::line(&format!("{}{of}", container.name));
        for entry in &container.entries {
            match entry.item {
                Item::Container(id) => {
                    if let Some(inner) = found.containers.get(id) {
                        output::line(&format!("    {} (container)", inner.name));
                    }
                }
                Item::Parameter(id) => {
                    if let Some(mark) = placed.get_mut(id) {
                        *mark = true;
                    }
                    list_parameter(&found, id);
                }
            }
        }
    }
    if placed.contains(&false) {
        output::line("in no container:");
        for id in (0..placed.len()).filter(|id| !placed.get(*id).copied().unwrap_or(true)) {
            list_parameter(&found, id);
        }
    }
    for event in &found.events {
        let (name, number, level) = (&event.name, event.number, &event.level);
        output::line(&format!("{name} ({number}) {level}: {}", event.message));
    }
    Ok(Outcome::Done)
}

/// Lists the commands of the mission database.
pub(super) fn list_own_commands(as_json: bool) -> anyhow::Result<Outcome> {
    let (missions, _) = place::missions();
    let own = missions.missions.iter().map(packets::dictionary);
    let own: Vec<Dictionary> = own.filter(|of| !of.commanding.commands.is_empty()).collect();
    if as_json {
        let each = own.iter().map(|of| (of.name.as_str(), &of.commanding));
        output::json(&each.collect::<std::collections::BTreeMap<_, _>>())?;
        return Ok(Outcome::Done);
    }
    for of in &own {
        for id in 0..of.commanding.commands.len() {
            list_command(of, id);
        }
    }
    Ok(Outcome::Done)
}

fn list_parameter(found: &Dictionary, id: usize) {
    let Some(parameter) = found.parameters.get(id) else { return };
    let unit = found.types.get(parameter.type_id).map_or("", |t| t.unit.as_str());
    let unit = if unit.is_empty() { "-" } else { unit };
    let (name, about) = (&parameter.name, &parameter.description);
    output::line(format!("    {name:<44} {unit:<9} {about}").trim_end());
}

/// A command that can be sent, with the arguments that an operator gives.
fn list_command(found: &Dictionary, id: CommandId) {
    let commanding = &found.commanding;
    let Some(command) = commanding.commands.get(id) else { return };
    if command.is_abstract {
        return;
    }
    let level = commanding.significance(id).map_or_else(String::new, |significance| {
        let reason = if significance.reason.is_empty() { "" } else { ": " };
        format!(" [{:?}{reason}{}]", significance.level, significance.reason)
    });
    output::line(format!("{}{level} {}", command.name, command.description).trim_end());
    for (argument, assigned) in commanding.arguments(id) {
        let Some(of) = commanding.types.get(argument.type_id) else { continue };
        let end = |x: Option<f64>| x.map_or_else(|| "…".to_owned(), |x| x.to_string());
        let ranges: Vec<String> =
            of.valid.iter().map(|r| format!("{}..{}", end(r.low), end(r.high))).collect();
        let kind = match &of.of.kind {
            Kind::Integer { .. } => "whole number".to_owned(),
            Kind::Float { .. } => "number".to_owned(),
            Kind::Boolean { zero, one } => format!("{zero} | {one}"),
            Kind::Enumerated { labels } => {
                labels.iter().map(|l| l.label.as_str()).collect::<Vec<_>>().join(" | ")
            }
            Kind::String => "text".to_owned(),
            Kind::Binary => "bytes".to_owned(),
            Kind::AbsoluteTime { .. } => "UTC".to_owned(),
            Kind::RelativeTime { .. } => "seconds".to_owned(),
            Kind::Array { dimensions, .. } => match dimensions.first() {
                Some(Size::Argument { name, .. }) => format!("list, as long as {name} says"),
                _ => "list".to_owned(),
            },
            Kind::Aggregate { members } => {
                let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
                format!("members {}", names.join(", "))
            }
        };
        let first = argument.initial.as_ref().or(of.of.initial.as_ref());
        let value = match (assigned, first) {
            (Some(value), _) => format!("= {value}"),
            (None, Some(value)) => format!("default {value}"),
            (None, None) => String::new(),
        };
        let (unit, range) = (&of.of.unit, ranges.join(" or "));
        let parts: Vec<&str> = [kind.as_str(), &range, unit, &value, &argument.description]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        output::line(&format!("    {:<24} {}", argument.name, parts.join("  ")));
    }
}

/// Shows what a newer dictionary changes, and what of the mission database uses it.
pub(super) fn diff(older: &Path, newer: &Path, as_json: bool) -> anyhow::Result<Outcome> {
    let ((before, _), (after, _)) = (read(&[older.to_owned()])?, read(&[newer.to_owned()])?);
    let changes = difference(&before, &after);
    let (missions, _) = place::missions();
    let used: Vec<Vec<String>> = changes
        .iter()
        .map(|change| match change.fate {
            Fate::Added => Vec::new(),
            Fate::Removed | Fate::Changed => users(&missions, &change.name),
        })
        .collect();
    if as_json {
        let list: Vec<_> = changes
            .iter()
            .zip(&used)
            .map(|(change, used)| json!({"change": change, "used_by": used}))
            .collect();
        output::json(&list)?;
        return Ok(Outcome::Done);
    }
    for (change, used) in changes.iter().zip(&used) {
        output::line(&change.to_string());
        for user in used {
            output::line(&format!("    used by {user}"));
        }
    }
    let count = |fate| changes.iter().filter(|change| change.fate == fate).count();
    output::line(&format!(
        "{} added, {} removed, {} changed",
        count(Fate::Added),
        count(Fate::Removed),
        count(Fate::Changed)
    ));
    Ok(Outcome::Done)
}

/// Displays, cards and limits of the mission database that name a parameter.
fn users(missions: &Database, name: &str) -> Vec<String> {
    let mut users = Vec::new();
    for mission in &missions.missions {
        for display in &mission.displays {
            if display.axes.iter().flatten().any(|series| series == name) {
                users.push(format!("display {} of {}", display.title, mission.name));
            }
        }
        for instrument in &mission.instruments {
            let on_card = instrument.key_parameters.iter().any(|key| key == name);
            if on_card || instrument.sparkline == name || instrument.state == name {
                users.push(format!("the card of {} in Watch", instrument.name));
            }
            if instrument.parameters.iter().any(|p| p.name == name && !p.limits.is_empty()) {
                users.push(format!("the limits of {} in the mission file", instrument.name));
            }
        }
    }
    users
}

/// Writes the dictionary of a mission's packets as XTCE.
pub(super) fn export(mission: &str, out: Option<&Path>) -> anyhow::Result<Outcome> {
    let (missions, _) = place::missions();
    let mission = missions.mission(mission).ok_or_else(|| {
        let known: Vec<&str> = missions.missions.iter().map(|m| m.id.as_str()).collect();
        anyhow!("there is no mission {mission}; choose one of {}", known.join(", "))
    })?;
    write(&packets::dictionary(mission), out)?;
    Ok(Outcome::Done)
}

/// Writes a dictionary of any format as XTCE; what XTCE cannot hold is told.
pub(super) fn convert(paths: &[PathBuf], out: Option<&Path>) -> anyhow::Result<Outcome> {
    let (found, problems) = read(paths)?;
    write(&found, out)?;
    for problem in &problems {
        output::message(&problem.to_string());
    }
    let events = found.events.len();
    if events > 0 {
        let reason = "event messages have no counterpart in XTCE and were left out";
        output::message(&format!("{events} {reason}"));
    }
    let whole = problems.is_empty() && events == 0;
    Ok(if whole { Outcome::Done } else { Outcome::DoneWithProblems })
}

/// To a file, or to a new folder where there are several roots, or to stdout.
fn write(dictionary: &Dictionary, out: Option<&Path>) -> anyhow::Result<()> {
    let unwritable = |path: &Path| {
        format!("{} could not be written; check its folder and the free space", path.display())
    };
    let files = xtce::write_all(dictionary);
    if let (Some(folder), true) = (out, files.len() > 1) {
        anyhow::ensure!(
            !folder.exists(),
            "{} exists, and the dictionary has {} files; name a new folder",
            folder.display(),
            files.len()
        );
        std::fs::create_dir_all(folder).with_context(|| unwritable(folder))?;
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::write(&path, text).with_context(|| unwritable(&path))?;
            output::line(&path.display().to_string());
        }
        return Ok(());
    }
    let text = xtce::write(dictionary);
    if let Some(path) = out {
        std::fs::write(path, &text).with_context(|| unwritable(path))?;
        output::line(&path.display().to_string());
        return Ok(());
    }
    let mut stream = output::stream();
    let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    written.map_err(|error| anyhow!(output::unwritable(&error)))?;
    Ok(())
}
