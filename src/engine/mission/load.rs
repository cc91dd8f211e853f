//! Reads mission files from their text. The caller reads the files.

use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::check;
use super::commands;
use super::model::{Database, Display, Instrument, Limit, Mission, Site};
use super::orbiter::Orbiter;
use crate::problem::Problem;

/// One file of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissionFile {
    /// `<mission>/mission.toml`, `<mission>/<instrument>.toml` or `<folder>/orbiters.toml`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl MissionFile {
    /// Whether it is `<mission>/planning*.toml`, which [`plan::Model`](crate::plan::Model) reads.
    pub fn is_planning(&self) -> bool {
        self.is_called("planning")
    }

    /// Whether it is `<mission>/commands*.toml`.
    pub fn is_commands(&self) -> bool {
        self.is_called("commands")
    }

    fn is_called(&self, start: &str) -> bool {
        self.path.rsplit('/').next().is_some_and(|name| name.starts_with(start))
    }
}

/// The files that are built in.
pub fn builtin_files() -> Vec<MissionFile> {
    const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/missions.rs"));
    FILES
        .iter()
        .map(|&(path, text)| MissionFile { path: path.to_owned(), text: text.to_owned() })
        .collect()
}

/// `mission.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MissionText {
    id: String,
    name: String,
    /// Order of the instruments on screen; one that is not listed comes after these.
    #[serde(default)]
    instruments: Vec<String>,
    #[serde(default, rename = "site")]
    sites: Vec<Spanned<Site>>,
    #[serde(default, rename = "display")]
    displays: Vec<Spanned<Display>>,
}

/// `orbiters.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrbitersText {
    #[serde(default, rename = "orbiter")]
    orbiters: Vec<Spanned<Orbiter>>,
}

/// Where in which file a definition stands, for messages.
pub(super) struct Source<'a> {
    file: &'a MissionFile,
}

impl<'a> Source<'a> {
    pub(super) fn of(file: &'a MissionFile) -> Self {
        Self { file }
    }

    /// A problem on the line of the first occurrence of `needle` at or after byte `from`.
    pub(super) fn problem(
        &self,
        from: usize,
        needle: &str,
        field: &str,
        reason: String,
    ) -> Problem {
        let tail = self.file.text.get(from..).unwrap_or("");
        let at = from + tail.find(needle).unwrap_or(0);
        let line = line_of(&self.file.text, at);
        let mut problem = Problem::at(at as u64, field, reason);
        problem.place = format!("{}, line {line}", self.file.path);
        problem
    }
}

/// An instrument with the file it came from.
pub(super) struct Loaded<'a, T> {
    pub(super) value: T,
    pub(super) source: Source<'a>,
}

impl Database {
    /// The database that is built in. A unit test keeps it free of problems.
    pub fn builtin() -> Self {
        Self::load(&builtin_files()).0
    }

    /// Reads a database from its files; what is wrong is left out and listed with file and line.
    pub fn load(files: &[MissionFile]) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut missions = Vec::new();
        for file in files.iter().filter(|f| f.path.ends_with("/mission.toml")) {
            let Some(text) = parse::<MissionText>(file, &mut problems) else { continue };
            let folder = file.path.trim_end_matches("mission.toml");
            let mut instruments = Vec::new();
            let is_other = |f: &&MissionFile| f.path.starts_with(folder) && f.path != file.path;
            let is_instrument =
                |f: &&MissionFile| !has_orbiters(f) && !f.is_planning() && !f.is_commands();
            for other in files.iter().filter(is_other).filter(is_instrument) {
                if let Some(mut value) = parse::<Instrument>(other, &mut problems) {
                    resolve(&mut value, &text.id, &Source { file: other }, &mut problems);
                    instruments.push(Loaded { value, source: Source { file: other } });
                }
            }
            let displays: Vec<(Range<usize>, Display)> =
                text.displays.into_iter().map(|d| (d.span(), d.into_inner())).collect();
            let sites: Vec<(Range<usize>, Site)> =
                text.sites.into_iter().map(|s| (s.span(), s.into_inner())).collect();
            check::mission(&Source { file }, &instruments, &displays, &sites, &mut problems);
            let mut instruments: Vec<Instrument> =
                instruments.into_iter().map(|i| i.value).collect();
            let place = |i: &Instrument| text.instruments.iter().position(|id| *id == i.id);
            instruments.sort_by_key(|i| (place(i).unwrap_or(usize::MAX), i.id.clone()));
            let files = files.iter().filter(is_other).filter(|f| f.is_commands());
            let commands = commands::load(files, &text.id, &instruments, &mut problems);
            missions.push(Mission {
                id: text.id,
                name: text.name,
                sites: sites.into_iter().map(|s| s.1).collect(),
                instruments,
                displays: displays.into_iter().map(|d| d.1).collect(),
                commands,
            });
        }
        for file in files.iter().filter(|f| f.path.matches('/').count() != 1) {
            problems.push(
                Problem::of(
                    "path",
                    "a mission file stands one folder deep, as <mission>/<instrument>.toml",
                )
                .in_file(&file.path),
            );
        }
        missions.sort_by(|a, b| a.id.cmp(&b.id));
        let orbiters = orbiters(files, &mut problems);
        (Self { missions, orbiters }, problems)
    }

    /// The mission with this identifier.
    pub fn mission(&self, id: &str) -> Option<&Mission> {
        self.missions.iter().find(|m| m.id == id)
    }

    /// The definition of a series, with its mission and instrument.
    pub fn parameter(&self, name: &str) -> Option<(&Mission, &Instrument, &super::Parameter)> {
        self.missions.iter().find_map(|mission| {
            mission.instruments.iter().find_map(|instrument| {
                let found = instrument.parameters.iter().find(|p| p.name == name)?;
                Some((mission, instrument, found))
            })
        })
    }
}

fn has_orbiters(file: &MissionFile) -> bool {
    file.path.ends_with("/orbiters.toml")
}

/// The orbiters of all files; of those with the same identifier the first counts.
fn orbiters(files: &[MissionFile], problems: &mut Vec<Problem>) -> Vec<Orbiter> {
    let mut found: Vec<Orbiter> = Vec::new();
    for file in files.iter().filter(|f| has_orbiters(f)) {
        let Some(text) = parse::<OrbitersText>(file, problems) else { continue };
        for orbiter in text.orbiters {
            let (at, orbiter) = (orbiter.span().start, orbiter.into_inner());
            let again = found.iter().any(|o| o.id == orbiter.id);
            let twice = || format!("{} is there twice; the first one counts", orbiter.id);
            match orbiter.wrong().or_else(|| again.then(twice)) {
                Some(reason) => {
                    problems.push(Source { file }.problem(at, "id", "orbiter", reason));
                }
                None => found.push(orbiter),
            }
        }
    }
    found
}

/// Finds the instants between which limits hold, and puts the limits into their order.
fn resolve(
    instrument: &mut Instrument,
    mission: &str,
    source: &Source<'_>,
    problems: &mut Vec<Problem>,
) {
    for parameter in &mut instrument.parameters {
        let needle = format!("name = \"{}\"", parameter.name);
        for limit in &mut parameter.limits {
            for time in [&mut limit.from, &mut limit.until].into_iter().flatten() {
                if let Err(error) = time.resolve(mission) {
                    let reason = format!("{}: {error}", parameter.name);
                    problems.push(source.problem(0, &needle, "limits", reason));
                }
            }
        }
        parameter.limits.sort_by_key(Limit::start);
    }
}

pub(super) fn parse<T: DeserializeOwned>(
    file: &MissionFile,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    match toml::from_str(&file.text) {
        Ok(value) => Some(value),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let mut problem = Problem::at(at as u64, "file", error.message());
            problem.place = format!("{}, line {}", file.path, line_of(&file.text, at));
            problems.push(problem);
            None
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|&b| b == b'\n').count()
}
