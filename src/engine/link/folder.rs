//! Every file that appears in a folder and those below it, looked for every few seconds.
//!
//! Looking, and not notifications, because network file systems have none. A file is handed over
//! when two looks found it with the same length and time: it is complete. Names that begin with a
//! dot or end in `.part` or `.tmp` are still being written by their own account. A link to a
//! folder is not followed.
//!
//! A file may come twice (after a restart, or when it was touched), but none is missed: what is
//! not certain to have been handed over is handed over.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::model::{Delivery, LinkState};
use super::net::READ_BYTES;
use super::port::{Flow, Pauses, Port};

/// Largest file that is read, in bytes: it is held in memory as a whole.
pub(super) const LARGEST_FILE: u64 = 256 << 20;
/// Files that are remembered after they vanished.
const MAX_REMEMBERED: usize = 200_000;
/// Files that are looked at; a folder with more is said to be too full.
const MAX_FILES: usize = 1_000_000;
/// Folders within folders that are gone down.
const MAX_DEPTH: usize = 32;
/// Files that the position names.
const MAX_NAMED: usize = 512;
/// Steps of file times and differences between clocks: a file may appear so much later than its
/// own time says.
const SLACK_NS: i64 = 5_000_000_000;
/// Shortest time between two looks, in seconds.
const SHORTEST_POLL_S: f64 = 0.05;

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    length: u64,
    /// The later of the time of its content and the time when it came here, in nanoseconds since
    /// 1970; the second counts for files that were moved or copied in with their old time.
    changed_ns: i64,
}

/// What is known of a file.
#[derive(Clone, Copy, Debug)]
struct Known {
    state: State,
    taken: bool,
}

/// Where to go on after a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// Every file that changed before this was handed over; nanoseconds since 1970.
    before_ns: i64,
    /// Fingerprints of files that changed later and were handed over.
    taken: Vec<u64>,
}

/// Looks until it is stopped. `poll_s` is the time between two looks in seconds.
pub(super) fn run(port: &Port, root: &Path, poll_s: f64, position: &str) -> Flow {
    let poll_s = if poll_s.is_finite() { poll_s.clamp(SHORTEST_POLL_S, 86_400.0) } else { 10.0 };
    let mut watch = Watch {
        port,
        root,
        mark: serde_json::from_str(position).unwrap_or_default(),
        known: HashMap::new(),
    };
    port.say(LinkState::Unavailable, format!("looking at {} for the first time", root.display()));
    let mut pauses = Pauses::new(port);
    loop {
        let mut look = Look::default();
        match look.folder(port, root, 0)? {
            Err(error) => {
                let why = match error.kind() {
                    ErrorKind::NotFound => "there is no such folder: create or mount it".to_owned(),
                    ErrorKind::NotADirectory => "it is a file: write file:PATH".to_owned(),
                    ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
                    _ => error.to_string(),
                };
                pauses.wait(&format!("cannot look into {}: {why}", root.display()))?;
            }
            Ok(()) => {
                pauses.reset();
                port.peer(root.display().to_string());
                watch.take(look)?;
                port.sleep(Duration::from_secs_f64(poll_s))?;
            }
        }
    }
}

/// What one look found.
#[derive(Debug, Default)]
struct Look {
    files: Vec<(PathBuf, State)>,
    /// What could not be looked at, in words.
    troubles: Vec<String>,
}

impl Look {
    /// Looks into a folder and those below it; an error only for this folder itself.
    fn folder(&mut self, port: &Port, folder: &Path, depth: usize) -> Flow<io::Result<()>> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error)),
        };
        for entry in entries {
            port.check()?;
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.trouble(folder, &error.to_string());
                    continue;
                }
            };
            let path = entry.path();
            if passed_over(&entry.file_name().to_string_lossy()) {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth >= MAX_DEPTH {
                    self.trouble(&path, "too many folders within folders");
                } else if let Err(error) = self.folder(port, &path, depth + 1)? {
                    self.trouble(&path, &error.to_string());
                }
                continue;
            }
            match fs::metadata(&path) {
                Ok(about) if about.is_file() && self.files.len() >= MAX_FILES => {
                    let why = format!("more than {MAX_FILES} files: move the old ones away");
                    self.trouble(folder, &why);
                    return Ok(Ok(()));
                }
                Ok(about) if about.is_file() => self.files.push((path, state(&about))),
                Ok(_) => {}
                // It went away between the two calls.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => self.trouble(&path, &error.to_string()),
            }
        }
        Ok(Ok(()))
    }

    fn trouble(&mut self, path: &Path, why: &str) {
        // The detail of a status shows one; the rest is counted.
        self.troubles.push(format!("{}: {why}", path.display()));
    }
}

/// Whether a name says that the file is no data or not complete.
fn passed_over(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.starts_with('.') || lower.ends_with(".part") || lower.ends_with(".tmp")
}

fn state(about: &Metadata) -> State {
    let ns = |time: io::Result<SystemTime>| match time.map(|t| t.duration_since(UNIX_EPOCH)) {
        Ok(Ok(after)) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        _ => 0,
    };
    let written = ns(about.modified());
    State { length: about.len(), changed_ns: written.max(arrived_ns(about)) }
}

/// When the file came to be where it is, which no copying program can set.
#[cfg(unix)]
fn arrived_ns(about: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    about.ctime().saturating_mul(1_000_000_000).saturating_add(about.ctime_nsec())
}

/// When the file came to be where it is.
#[cfg(not(unix))]
fn arrived_ns(about: &Metadata) -> i64 {
    let made = about.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    made.map_or(0, |after| i64::try_from(after.as_nanos()).unwrap_or(i64::MAX))
}

/// What a link remembers between two looks.
struct Watch<'a> {
    port: &'a Port,
    root: &'a Path,
    mark: Mark,
    known: HashMap<PathBuf, Known>,
}

impl Watch<'_> {
    /// Hands over what is complete and new, the oldest first, and says how it went.
    fn take(&mut self, look: Look) -> Flow {
        let Look { mut files, mut troubles } = look;
        files.sort_by(|a, b| (a.1.changed_ns, &a.0).cmp(&(b.1.changed_ns, &b.0)));
        let waiting: Vec<bool> =
            files.iter().map(|(path, state)| self.note(path, *state)).collect();
        let mut counts = Counts { files: files.len(), ..Counts::default() };
        for ((path, state), ready) in files.iter().zip(waiting) {
            if !ready {
                continue;
            }
            if state.length > LARGEST_FILE {
                let limit = LARGEST_FILE >> 20;
                troubles.push(format!("{}: larger than {limit} MiB, not read", path.display()));
                continue;
            }
            match read(self.port, path, *state)? {
                Ok(Some(bytes)) => {
                    self.port.received(bytes.len());
                    let name = path.strip_prefix(self.root).unwrap_or(path).display().to_string();
                    self.port.hand_over(Delivery::File { name, bytes })?;
                    self.known.insert(path.clone(), Known { state: *state, taken: true });
                    counts.taken += 1;
                    self.port.position(self.position(&files));
                }
                Ok(None) => counts.growing += 1,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    troubles.push(format!("{}: {error}, tried again", path.display()));
                }
            }
        }
        self.forget(&files);
        self.port.position(self.position(&files));
        counts.waiting = files.iter().filter(|(path, state)| self.waits(path, *state)).count();
        self.port.say(LinkState::Ok, counts.words(self.root, &troubles));
        Ok(())
    }

    /// Notes the state of a file, and whether it is to be read now: new, and as it was before.
    fn note(&mut self, path: &Path, state: State) -> bool {
        match self.known.get(path) {
            Some(known) if known.state == state => !known.taken,
            Some(_) => {
                self.known.insert(path.to_owned(), Known { state, taken: false });
                false
            }
            None => {
                let taken = state.changed_ns < self.mark.before_ns
                    || self.mark.taken.binary_search(&self.fingerprint(path, state)).is_ok();
                self.known.insert(path.to_owned(), Known { state, taken });
                false
            }
        }
    }

    /// Whether a file is still to be handed over; one that is too large is not waited for.
    fn waits(&self, path: &Path, state: State) -> bool {
        state.length <= LARGEST_FILE && self.known.get(path).is_some_and(|known| !known.taken)
    }

    /// Where to go on: before everything that waits, and a little before the newest.
    fn position(&self, files: &[(PathBuf, State)]) -> String {
        let oldest = files.iter().filter(|(path, state)| self.waits(path, *state));
        let oldest = oldest.map(|(_, state)| state.changed_ns).min();
        let newest = files.iter().map(|(_, state)| state.changed_ns).max();
        let newest = newest.map_or(0, |ns| ns.saturating_sub(SLACK_NS));
        // The folder of a file system that is not mounted is empty: what was known stays.
        let before_ns = oldest.unwrap_or(i64::MAX).min(newest.max(self.mark.before_ns));
        let named = |(path, state): &&(PathBuf, State)| {
            state.changed_ns >= before_ns && self.known.get(path).is_some_and(|known| known.taken)
        };
        let mut taken: Vec<u64> = files
            .iter()
            .rev()
            .filter(named)
            .take(MAX_NAMED)
            .map(|(path, state)| self.fingerprint(path, *state))
            .collect();
        taken.sort_unstable();
        serde_json::to_string(&Mark { before_ns, taken }).unwrap_or_default()
    }

    /// A number for a file in a state.
    fn fingerprint(&self, path: &Path, state: State) -> u64 {
        let path = path.strip_prefix(self.root).unwrap_or(path);
        let text = format!("{} {} {}", state.length, state.changed_ns, path.display());
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// Forgets files that vanished once they are many; until then they may come back with the
    /// file system that they are on.
    fn forget(&mut self, files: &[(PathBuf, State)]) {
        if self.known.len() > files.len().saturating_add(MAX_REMEMBERED) {
            let there: std::collections::HashSet<&PathBuf> = files.iter().map(|f| &f.0).collect();
            self.known.retain(|path, _| there.contains(path));
        }
    }
}

/// The content of a file; none where it changed meanwhile.
fn read(port: &Port, path: &Path, expected: State) -> Flow<io::Result<Option<Vec<u8>>>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return Ok(Err(error)),
    };
    let mut bytes = Vec::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        port.check()?;
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => bytes.extend_from_slice(buffer.get(..n).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Ok(Err(error)),
        }
        if bytes.len() as u64 > expected.length {
            return Ok(Ok(None));
        }
    }
    let same = file.metadata().is_ok_and(|about| state(&about) == expected);
    Ok(Ok((same && bytes.len() as u64 == expected.length).then_some(bytes)))
}

/// What a look came to.
#[derive(Debug, Default)]
struct Counts {
    files: usize,
    taken: usize,
    growing: usize,
    waiting: usize,
}

impl Counts {
    fn words(&self, root: &Path, troubles: &[String]) -> String {
        let mut text = format!("{} files in {}", self.files, root.display());
        if self.taken > 0 {
            text += &format!(", {} taken at the last look", self.taken);
        }
        if self.waiting > 0 {
            text += &format!(", {} not complete yet", self.waiting.max(self.growing));
        }
        if let Some(first) = troubles.first() {
            text += &format!("; {first}");
            if troubles.len() > 1 {
                text += &format!(" (and {} more)", troubles.len() - 1);
            }
        }
        text
    }
}
