//! `marsdeck mdb`: the mission database.

use std::path::PathBuf;

use anyhow::Context;
use marsdeck_engine::mission::{Database, MissionFile, builtin_files};
use marsdeck_engine::parameter::check_derived;
use marsdeck_engine::plan::Model;
use marsdeck_engine::problem::Problem;

use super::{Outcome, dictionary, output, place};

/// Arguments of `marsdeck mdb`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check mission files or a dictionary (XTCE, AMPCS); problems name file and line
    Check {
        /// Folder with <mission>/<instrument>.toml files, or the files of a dictionary or their
        /// folder; without it the built-in database and the user's additions
        paths: Vec<PathBuf>,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// List missions, instruments and parameters, or the containers or commands of a dictionary
    List {
        /// Files of a dictionary, or their folder; without it the mission database
        paths: Vec<PathBuf>,
        /// The commands with their arguments, of the dictionary or of all missions
        #[arg(long)]
        commands: bool,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a new dictionary changes: parameters, limits, packets, commands, and who uses them
    Diff {
        /// The dictionary in use: a file, or the folder of its files
        older: PathBuf,
        /// The new one: a file, or the folder of its files
        newer: PathBuf,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the built-in mission files, as a start for own ones, or a dictionary as XTCE
    Export {
        /// New folder to write the mission files to; or the files of a dictionary or their folder,
        /// which is written as XTCE
        #[arg(required_unless_present = "mission", conflicts_with = "mission")]
        paths: Vec<PathBuf>,
        /// Mission whose telemetry dictionary is written
        #[arg(long)]
        mission: Option<String>,
        /// Format of the dictionary
        #[arg(long, value_enum, default_value_t = Format::Xtce)]
        format: Format,
        /// File to write the dictionary to, or a new folder for one of several files; without it
        /// stdout
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
    },
}

/// Formats of a dictionary.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// XTCE 1.2
    Xtce,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Check { paths, json } if paths.len() > 1 || dictionary::is_dictionary(paths) => {
            dictionary::check(paths, *json)
        }
        Command::Check { paths, json } => check(paths.first().map(PathBuf::as_path), *json),
        Command::List { paths, commands: true, json } if paths.is_empty() => {
            dictionary::list_own_commands(*json)
        }
        Command::List { paths, json, .. } if paths.is_empty() => list(*json),
        Command::List { paths, commands, json } => dictionary::list(paths, *commands, *json),
        Command::Diff { older, newer, json } => dictionary::diff(older, newer, *json),
        Command::Export { mission: Some(mission), format: Format::Xtce, out, .. } => {
            dictionary::export(mission, out.as_deref())
        }
        Command::Export { paths, out, .. }
            if out.is_some() || paths.len() > 1 || dictionary::is_dictionary(paths) =>
        {
            dictionary::convert(paths, out.as_deref())
        }
        Command::Export { paths, .. } => match paths.first() {
            Some(folder) => export(folder),
            None => anyhow::bail!("name a folder, a dictionary or a --mission to export"),
        },
    }
}

fn check(folder: Option<&std::path::Path>, json: bool) -> anyhow::Result<Outcome> {
    let (database, problems, planning) = match folder {
        None => {
            let files = place::files();
            let (database, problems) = Database::load(&files);
            (database, problems, Model::load_all(&files))
        }
        Some(folder) => {
            let files = place::mission_files(folder);
            anyhow::ensure!(
                !files.is_empty(),
                "{} holds no <mission>/<instrument>.toml; marsdeck mdb export shows how they look",
                folder.display()
            );
            let (database, problems) = Database::load(&files);
            (database, problems, planning_of(&files))
        }
    };
    let (models, unplanned) = planning;
    let derived = database.missions.iter().flat_map(check_derived);
    let problems: Vec<_> = problems.into_iter().chain(derived).chain(unplanned).collect();
    let instruments: usize = database.missions.iter().map(|m| m.instruments.len()).sum();
    let parameters: usize =
        database.missions.iter().flat_map(|m| &m.instruments).map(|i| i.parameters.len()).sum();
    let commands: usize = database.missions.iter().map(|m| m.commands.len()).sum();
    if json {
        output::json(&serde_json::json!({
            "missions": database.missions.len(),
            "instruments": instruments,
            "parameters": parameters,
            "commands": commands,
            "planning": counts(&models),
            "problems": problems,
        }))?;
    } else {
        for problem in &problems {
            output::line(&format!("{}: {}: {}", problem.place, problem.field, problem.reason));
        }
        for model in &models {
            output::line(&format!("{}: {}", model.mission, planning_text(model)));
        }
        output::line(&format!(
            "{} missions, {instruments} instruments, {parameters} parameters, {commands} commands, \
             {} problems",
            database.missions.len(),
            problems.len()
        ));
    }
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
}

/// The planning dictionaries as they are once the folder is put among the user's additions: a file
/// may extend a built-in mission. Problems are those of the folder's own files.
fn planning_of(own: &[MissionFile]) -> (Vec<Model>, Vec<Problem>) {
    let mut files = builtin_files();
    files.retain(|f| own.iter().all(|o| o.path != f.path));
    files.extend_from_slice(own);
    let (mut models, mut problems) = Model::load_all(&files);
    let is_own = |place: &str| {
        own.iter().any(|f| place.strip_prefix(f.path.as_str()).is_some_and(|r| r.starts_with(',')))
    };
    problems.retain(|p| is_own(&p.place));
    let folder = |path: &str| path.split('/').next().map(str::to_owned);
    let missions: Vec<_> = own.iter().filter_map(|f| folder(&f.path)).collect();
    models.retain(|m| missions.contains(&m.mission));
    (models, problems)
}

/// `36 activity types, 20 resources, 6 windows, 70 flight rules`.
fn planning_text(model: &Model) -> String {
    format!(
        "{} activity types, {} resources, {} windows, {} flight rules",
        model.types.len(),
        model.resources.len(),
        model.windows.len(),
        model.rules.len()
    )
}

fn counts(models: &[Model]) -> serde_json::Value {
    let of = |m: &Model| {
        let count = serde_json::json!({
            "activity_types": m.types.len(),
            "resources": m.resources.len(),
            "windows": m.windows.len(),
            "rules": m.rules.len(),
        });
        (m.mission.clone(), count)
    };
    models.iter().map(of).collect::<serde_json::Map<_, _>>().into()
}

fn list(json: bool) -> anyhow::Result<Outcome> {
    let (database, _) = place::missions();
    let (models, _) = Model::load_all(&place::files());
    if json {
        let mut text = serde_json::to_value(&database)?;
        if let Some(members) = text.as_object_mut() {
            members.insert("planning".to_owned(), counts(&models));
        }
        output::json(&text)?;
        return Ok(Outcome::Done);
    }
    for mission in &database.missions {
        output::line(&format!("{} ({})", mission.name, mission.id));
        for model in models.iter().filter(|m| m.mission == mission.id) {
            output::line(&format!("  planning: {}", planning_text(model)));
        }
        for instrument in &mission.instruments {
            output::line(&format!(
                "  {} ({}): {}",
                instrument.name, instrument.id, instrument.title
            ));
            for p in &instrument.parameters {
                let unit = if p.unit.is_empty() { "-" } else { &p.unit };
                output::line(&format!(
                    "    {:<36} {:<9} {:>6} Hz  {}",
                    p.name, unit, p.rate_hz, p.title
                ));
            }
        }
    }
    Ok(Outcome::Done)
}

fn export(folder: &std::path::Path) -> anyhow::Result<Outcome> {
    anyhow::ensure!(!folder.exists(), "{} exists; name a new folder", folder.display());
    let unwritable = |path: &std::path::Path| {
        format!("{} could not be written; check its permissions and the free space", path.display())
    };
    for file in builtin_files() {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| unwritable(parent))?;
        }
        std::fs::write(&path, &file.text).with_context(|| unwritable(&path))?;
        output::line(&path.display().to_string());
    }
    Ok(Outcome::Done)
}
