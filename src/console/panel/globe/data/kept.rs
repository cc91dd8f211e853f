//! The file `globe.toml` of the settings folder: files, marks and servers that the user added.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use marsdeck_engine::remote::tiles::{TileService, print_services, read_services};
use serde::{Deserialize, Serialize};

use super::DISK_GB;
use crate::panel::globe::sources::{Sources, Wake};

/// Name of the file in the settings folder.
const FILE: &str = "globe.toml";
/// Name under which a file that cannot be read is kept.
const BROKEN: &str = "globe.broken.toml";

/// What is kept besides files and servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Choices {
    /// Whether servers are asked nothing.
    pub offline: bool,
    /// How much each server may keep on disk, gigabytes.
    pub disk_gb: f64,
    /// Files of marks and lines, lowest first.
    pub marks: Vec<PathBuf>,
}

impl Default for Choices {
    fn default() -> Self {
        Self { offline: false, disk_gb: DISK_GB, marks: Vec::new() }
    }
}

/// Everything in the file.
pub(super) struct Kept {
    pub choices: Choices,
    pub sources: Sources,
    pub services: Vec<TileService>,
    /// What could not be read, as sentences; empty where all could.
    pub trouble: String,
}

/// Reads the file of a folder; what of it cannot be used is left out and named.
pub(super) fn load(folder: Option<&Path>, wake: Wake) -> Kept {
    let path = folder.map(|folder| folder.join(FILE));
    let read = path.as_deref().map_or_else(|| Ok(String::new()), fs::read_to_string);
    let (text, trouble) = match read {
        Ok(text) => (text, String::new()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (String::new(), String::new()),
        Err(error) => {
            let what = "The list of map data cannot be read";
            (String::new(), format!("{what} ({error}); make {FILE} in the settings readable."))
        }
    };
    let mut kept = parse(&text, &wake);
    if !trouble.is_empty() {
        kept.trouble = trouble;
    } else if !kept.trouble.is_empty()
        && let Some(path) = path
    {
        // The next change writes the file anew: what it said must not be lost.
        let aside = path.with_file_name(BROKEN);
        if fs::copy(&path, &aside).is_ok() {
            kept.trouble = format!("{} The file is kept as {}.", kept.trouble, aside.display());
        }
    }
    kept
}

/// Reads the text of the file.
fn parse(text: &str, wake: &Wake) -> Kept {
    let mut trouble = Vec::new();
    let choices: Choices = toml::from_str(text).unwrap_or_else(|error| {
        trouble.push(format!("The list of map data is broken ({}).", error.message()));
        Choices::default()
    });
    let usable = |gigabytes: f64| (0.1..=1000.0).contains(&gigabytes);
    let disk_gb = if usable(choices.disk_gb) { choices.disk_gb } else { DISK_GB };
    let sources = Sources::from_toml(text, wake.clone()).unwrap_or_else(|error| {
        trouble.push(format!("In the list of map data, {error}."));
        Sources::new(wake.clone())
    });
    let (services, problems) = read_services(text);
    trouble.extend(problems.iter().map(|p| format!("In the list of map data, {p}.")));
    // One fault of the whole file is told three times.
    trouble.truncate(1);
    let choices = Choices { disk_gb, ..choices };
    Kept { choices, sources, services, trouble: trouble.join(" ") }
}

/// Text of the file.
pub(super) fn print(choices: &Choices, sources: &Sources, services: &[TileService]) -> String {
    // A path that is no text has no form in TOML: the list is then kept without it.
    let marks = choices.marks.iter().filter(|path| path.to_str().is_some()).cloned().collect();
    let choices = toml::to_string(&Choices { marks, ..choices.clone() }).unwrap_or_default();
    let services = if services.is_empty() {
        String::new()
    } else {
        print_services(services).unwrap_or_default()
    };
    format!("{choices}\n{}\n{services}", sources.to_toml())
}

/// Writes the text into a folder, beside and renamed, so that a crash leaves the old or the new.
pub(super) fn save(folder: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = folder.join(format!("{FILE}.new"));
    let mut file = fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, folder.join(FILE))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use marsdeck_engine::remote::tiles::trek;

    use super::*;
    use crate::panel::globe::sources::FileRole;

    fn wake() -> Wake {
        Arc::new(|| {})
    }

    #[test]
    fn all_comes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sources = Sources::new(wake());
        sources.add_file(Path::new("/not/there/dem.tif"), FileRole::Heights);
        let marks = vec![PathBuf::from("/not/there/marks.kml")];
        let choices = Choices { offline: true, disk_gb: 12.5, marks };
        let services = vec![TileService { id: "own".into(), ..trek().remove(0) }];
        save(folder.path(), &print(&choices, &sources, &services)).expect("written");
        let kept = load(Some(folder.path()), wake());
        assert_eq!((kept.choices, kept.services, kept.trouble.as_str()), (choices, services, ""));
        assert_eq!(kept.sources.to_toml(), sources.to_toml());
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn nothing_kept_is_no_trouble() {
        let folder = tempfile::tempdir().expect("a folder");
        for folder in [None, Some(folder.path())] {
            let kept = load(folder, wake());
            assert_eq!((kept.choices, kept.trouble.as_str()), (Choices::default(), ""));
            assert!(kept.services.is_empty() && kept.sources.list().is_empty());
        }
    }

    #[test]
    fn a_broken_file_is_set_aside_and_told_once() {
        let folder = tempfile::tempdir().expect("a folder");
        for broken in ["offline = 3", "[[", "disk_gb = 'x'", "[[service]]\nid = 'a b'"] {
            std::fs::write(folder.path().join(FILE), broken).expect("written");
            let kept = load(Some(folder.path()), wake());
            assert!(kept.trouble.contains("kept as"), "{broken}: {}", kept.trouble);
            assert_eq!(kept.trouble.matches("map data").count(), 1, "{}", kept.trouble);
            let aside = std::fs::read_to_string(folder.path().join(BROKEN)).expect("kept");
            assert_eq!(aside, broken);
        }
        // A number that cannot be used is put right without words.
        std::fs::write(folder.path().join(FILE), "disk_gb = -4.0").expect("written");
        assert_eq!(load(Some(folder.path()), wake()).choices, Choices::default());
    }
}
