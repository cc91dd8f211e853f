//! `marsdeck mdb check|list|diff FILE` and `export --mission`: a telemetry dictionary (XTCE).

use std::io::Write;
use std::path::Path;

use anyhow::{Context, anyhow};
use marsdeck_engine::format::xtce;
use marsdeck_engine::mission::packets;
use marsdeck_engine::mission::telemetry::{Dictionary, Item};
use marsdeck_engine::mission::{Database, Fate, difference};
use marsdeck_engine::problem::Problem;
use serde_json::json;

use super::{Outcome, output, place};

fn read(path: &Path) -> anyhow::Result<(Dictionary, Vec<Problem>)> {
    let bytes = std::fs::read(path)
        .with_context(|| format!("{} could not be read; check its name", path.display()))?;
    let (dictionary, problems) = xtce::read(&bytes);
    let dictionary = dictionary.ok_or_else(|| {
        anyhow!("{} is no XTCE dictionary: its root is not SpaceSystem", path.display())
    })?;
    Ok((dictionary, problems))
}

/// Checks a dictionary; what is wrong or not supported is told by line.
pub(super) fn check(path: &Path, as_json: bool) -> anyhow::Result<Outcome> {
    let (found, problems) = read(path)?;
    let (types, parameters) = (found.types.len(), found.parameters.len());
    let containers = found.containers.len();
    if as_json {
        output::json(&json!({
            "name": found.name,
            "types": types,
            "parameters": parameters,
            "containers": containers,
            "problems": problems,
        }))?;
    } else {
        for problem in &problems {
            output::line(&format!("{}: {problem}", path.display()));
        }
        output::line(&format!(
            "{}: {types} types, {parameters} parameters, {containers} containers, {} problems",
            found.name,
            problems.len()
        ));
    }
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
}

/// Lists the containers of a dictionary with what stands in them.
pub(super) fn list(path: &Path, as_json: bool) -> anyhow::Result<Outcome> {
    let (found, _) = read(path)?;
    if as_json {
        output::json(&found)?;
        return Ok(Outcome::Done);
    }
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
                    let Some(parameter) = found.parameters.get(id) else { continue };
                    let unit = found.types.get(parameter.type_id).map_or("", |t| t.unit.as_str());
                    let unit = if unit.is_empty() { "-" } else { unit };
                    let (name, about) = (&parameter.name, &parameter.description);
                    output::line(format!("    {name:<44} {unit:<9} {about}").trim_end());
                }
            }
        }
    }
    Ok(Outcome::Done)
}

/// Shows what a newer dictionary changes, and what of the mission database uses it.
pub(super) fn diff(older: &Path, newer: &Path, as_json: bool) -> anyhow::Result<Outcome> {
    let ((before, _), (after, _)) = (read(older)?, read(newer)?);
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
    let text = xtce::write(&packets::dictionary(mission));
    if let Some(path) = out {
        std::fs::write(path, &text).with_context(|| {
            let name = path.display();
            format!("{name} could not be written; check its folder and the free space")
        })?;
        output::line(&path.display().to_string());
        return Ok(Outcome::Done);
    }
    let mut stream = output::stream();
    let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    written.map_err(|error| anyhow!(output::unwritable(&error)))?;
    Ok(Outcome::Done)
}
