//! `links.toml` of an archive: how its links are set up, and `links.state`: where they go on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::archive::Archive;
use crate::link::LinkConfig;
use crate::storage::write_whole;

const LINKS: &str = "links.toml";
const POSITIONS: &str = "links.state";

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "link")]
    links: Vec<LinkConfig>,
}

/// How the links of an archive are set up; none where it has no such file.
pub fn links(archive: &Path) -> Result<Vec<LinkConfig>, String> {
    let path = archive.join(LINKS);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    let fix = "correct it and start again; until then no link runs and none can be changed";
    let file: File = toml::from_str(&text)
        .map_err(|error| format!("{}: {}; {fix}", path.display(), error.to_string().trim()))?;
    for (at, link) in file.links.iter().enumerate() {
        if let Some(problem) = problem(link) {
            return Err(format!("{}: link {}: {problem}; {fix}", path.display(), link.name));
        }
        if file.links.iter().take(at).any(|other| other.name == link.name) {
            return Err(format!("{}: two links are named {}; {fix}", path.display(), link.name));
        }
    }
    Ok(file.links)
}

/// What is wrong with how a link is set up.
pub(super) fn problem(link: &LinkConfig) -> Option<String> {
    if link.name.trim().is_empty() {
        return Some("it has no name; give it one".to_owned());
    }
    if !(7..=65_535).contains(&link.frame_bytes) {
        return Some(format!("frames of {} bytes are not possible", link.frame_bytes));
    }
    for (seconds, what) in [(link.silent_after_s, "silent_after_s"), (link.poll_s, "poll_s")] {
        if !(0.0..=86_400.0 * 366.0).contains(&seconds) {
            return Some(format!("{what} is a number of seconds, not {seconds}"));
        }
    }
    None
}

/// Sets up the links of an archive, all of them or none.
pub fn set_links(archive: &Archive, links: &[LinkConfig]) -> Result<(), String> {
    if !archive.writable() {
        return Err("the archive is open for reading only".to_owned());
    }
    for link in links {
        if let Some(problem) = problem(link) {
            return Err(format!("link {}: {problem}", link.name));
        }
    }
    let file = File { links: links.to_vec() };
    let text = toml::to_string_pretty(&file).map_err(|error| error.to_string())?;
    let head =
        "# Links of this archive. Written by marsdeck; change it while no console is open.\n";
    write_whole(&archive.path().join(LINKS), format!("{head}\n{text}").as_bytes())
        .map_err(|error| error.to_string())
}

/// Where the links go on. What cannot be read is nothing: a link then begins anew, and what is
/// stored already is not stored twice.
pub(super) fn positions(archive: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(archive.join(POSITIONS)).unwrap_or_default();
    toml::from_str(&text).unwrap_or_default()
}

/// Remembers where the links go on.
pub(super) fn write_positions(
    archive: &Path,
    positions: &BTreeMap<String, String>,
) -> Result<(), String> {
    let path: PathBuf = archive.join(POSITIONS);
    let text = toml::to_string(positions).map_err(|error| error.to_string())?;
    write_whole(&path, text.as_bytes()).map_err(|error| error.to_string())
}
