//! Where things are: the user's folders, the archive of a command, the mission database.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use directories::ProjectDirs;
use marsdeck_engine::archive::{Access, Archive};
use marsdeck_engine::mission::{Database, MissionFile, builtin_files};
use marsdeck_engine::problem::Problem;
use marsdeck_engine::time::{Clock, Instant, SystemClock, TimeRange};

use super::output;

/// The present instant.
pub(super) fn now() -> Instant {
    SystemClock.now()
}

/// Who sits at the console, as the system knows them.
pub(super) fn operator() -> Option<String> {
    let named = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(named)
}

/// A stretch of time on the command line.
#[derive(Debug, clap::Args)]
pub(super) struct RangeArguments {
    /// Start: UTC (ISO or day-of-year) or `Sol 235 12:00 LMST`
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// End, not included
    #[arg(long, value_name = "T")]
    to: Option<String>,
    /// Mission whose sols --from and --to mean
    #[arg(long, default_value = "insight")]
    mission: String,
}

impl RangeArguments {
    /// The range; where an end is not given, that of `whole`.
    pub(super) fn within(&self, whole: TimeRange) -> anyhow::Result<TimeRange> {
        let at =
            |text: &Option<String>| text.as_deref().map(|t| instant(t, &self.mission)).transpose();
        let (from, to) = (at(&self.from)?, at(&self.to)?);
        Ok(TimeRange::new(from.unwrap_or(whole.start), to.unwrap_or(whole.end)))
    }
}

fn folders() -> anyhow::Result<ProjectDirs> {
    ProjectDirs::from("", "", "marsdeck")
        .context("no home folder is known: set HOME, or name an archive on the command line")
}

/// Folder of the demo archive.
pub(super) fn demo_archive() -> anyhow::Result<PathBuf> {
    Ok(folders()?.data_dir().join("demo"))
}

/// Folder of the settings.
pub(super) fn settings() -> anyhow::Result<PathBuf> {
    Ok(folders()?.config_dir().to_owned())
}

/// Folder of the map tiles that servers gave; none where the system has no such place.
pub(super) fn tiles() -> Option<PathBuf> {
    folders().ok().map(|folders| folders.cache_dir().join("tiles"))
}

/// The mission database: the built-in files, replaced and extended by those of the user's
/// `missions` folder beside the settings.
pub(super) fn missions() -> (Database, Vec<Problem>) {
    Database::load(&files())
}

/// The files of all missions, those of the user in place of built-in ones of the same name.
pub(super) fn files() -> Vec<MissionFile> {
    let mut files = builtin_files();
    if let Ok(settings) = settings() {
        for file in mission_files(&settings.join("missions")) {
            files.retain(|f| f.path != file.path);
            files.push(file);
        }
    }
    files
}

/// The mission files under a folder: `<mission>/<name>.toml`.
pub(super) fn mission_files(folder: &Path) -> Vec<MissionFile> {
    let subfolders = |at: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(at).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|e| e.path()).collect();
        paths.sort();
        paths
    };
    let mut files = Vec::new();
    for path in subfolders(folder).iter().flat_map(|p| subfolders(p)) {
        let is_toml = path.extension().is_some_and(|e| e == "toml");
        let Ok(name) = path.strip_prefix(folder) else { continue };
        if let (true, Ok(text)) = (is_toml, fs::read_to_string(&path)) {
            files.push(MissionFile { path: name.display().to_string(), text });
        }
    }
    files
}

/// Opens the archive of a command, the demo archive where none is named, and says what was
/// repaired.
pub(super) fn open(named: Option<&Path>, access: Access) -> anyhow::Result<Archive> {
    let folder = match named {
        Some(folder) => folder.to_owned(),
        None => demo_archive()?,
    };
    let (archive, repairs) = match access {
        Access::Write => Archive::open_or_create(&folder, now())?,
        Access::Read => {
            ensure_archive(&folder)?;
            Archive::open(&folder, Access::Read)?
        }
    };
    for repair in repairs {
        output::message(&repair);
    }
    Ok(archive)
}

/// Says what to do where a folder is no archive, or may not be looked into.
pub(super) fn ensure_archive(folder: &Path) -> anyhow::Result<()> {
    if let Err(error) = fs::metadata(folder)
        .and_then(|meta| if meta.is_dir() { fs::read_dir(folder).map(drop) } else { Ok(()) })
        && error.kind() == std::io::ErrorKind::PermissionDenied
    {
        bail!(
            "no permission to read {}: change its permissions or run as its owner",
            folder.display()
        );
    }
    if !Archive::is_archive(folder) {
        bail!(
            "{} is no archive: name one with --archive, or make one with marsdeck ingest",
            folder.display()
        );
    }
    Ok(())
}

/// An instant in any notation; sols are those of the mission.
pub(super) fn instant(text: &str, mission: &str) -> anyhow::Result<Instant> {
    Ok(marsdeck_engine::time::parse(text, Some(mission))?)
}
