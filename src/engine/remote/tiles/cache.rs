//! Tiles on disk: a folder per service, in it a folder per level and a file per tile.
//!
//! A file is written beside and renamed, so a killed process leaves no half file under a tile's
//! name; after a power cut the checksum refuses what did not reach the disk. Nothing is synced:
//! a lost tile is fetched again. A disk that is full or refuses to be written to costs the
//! cache, never the tile. The use of a tile is kept as the time of its file.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::entry::{Entry, MAX_ETAG, MAX_TILE, read_entry, write_entry};
use super::grid::{MAX_LEVEL, TileKey};
use crate::storage::StorageError;
use crate::time::Instant;

/// Largest file that may be a kept tile.
const MAX_FILE: u64 = (MAX_TILE + MAX_ETAG + 64) as u64;
/// Most files that are counted when a cache is opened.
const MAX_FILES: usize = 4_000_000;
/// Seconds after which a use is written down again.
const USE_S: i64 = 3600;

#[derive(Clone, Copy, Debug)]
struct Kept {
    bytes: u64,
    used_s: i64,
}

/// The kept tiles of one service.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    limit: u64,
    kept: HashMap<TileKey, Kept>,
    bytes: u64,
    trouble: Option<String>,
}

impl Cache {
    /// Counts what is there. Never fails: a folder that cannot be used is a trouble to be told.
    pub(super) fn open(parent: &Path, service: &str, limit: u64) -> Self {
        let folder = parent.join(service);
        let mut cache = Self { folder, limit, kept: HashMap::new(), bytes: 0, trouble: None };
        for level in 0..=MAX_LEVEL {
            // A level without a folder has no tiles.
            let Ok(files) = fs::read_dir(cache.folder.join(level.to_string())) else { continue };
            for file in files.flatten() {
                cache.count(level, &file);
            }
        }
        cache
    }

    fn count(&mut self, level: u32, file: &fs::DirEntry) {
        let name = file.file_name();
        let Some((x, y)) = name.to_str().and_then(place) else {
            // What a killed process left beside; if it stays, it is only room.
            if file.path().extension().is_some_and(|e| e == "part") {
                let _ = fs::remove_file(file.path());
            }
            return;
        };
        let Ok(meta) = file.metadata() else { return };
        if !meta.is_file() || self.kept.len() >= MAX_FILES {
            return;
        }
        let since =
            meta.modified().ok().and_then(|t| t.duration_since(SystemTime::UNIX_EPOCH).ok());
        let used_s = since.map_or(0, |d| d.as_secs() as i64);
        self.note(TileKey { level, x, y }, Kept { bytes: meta.len(), used_s });
    }

    fn note(&mut self, key: TileKey, kept: Kept) {
        self.bytes += kept.bytes;
        if let Some(old) = self.kept.insert(key, kept) {
            self.bytes -= old.bytes;
        }
    }

    fn forget(&mut self, key: TileKey) {
        if let Some(old) = self.kept.remove(&key) {
            self.bytes -= old.bytes;
        }
    }

    fn path(&self, key: TileKey) -> PathBuf {
        self.folder.join(key.level.to_string()).join(format!("{}_{}.tile", key.x, key.y))
    }

    /// A kept tile. A file that is not one is removed and counts as none.
    pub(super) fn read(&mut self, key: TileKey, now: Instant) -> Option<Entry> {
        let kept = *self.kept.get(&key)?;
        let path = self.path(key);
        let entry = read_file(&path).filter(|entry| entry.key == key);
        if entry.is_none() {
            self.forget(key);
            // It may be gone already, or stay refused.
            let _ = fs::remove_file(&path);
            return None;
        }
        let now_s = now.unix_ns().div_euclid(1_000_000_000);
        if now_s.saturating_sub(kept.used_s) > USE_S {
            set_used(&path, now_s);
            self.note(key, Kept { used_s: now_s, ..kept });
        }
        entry
    }

    /// Keeps a tile, and makes room for it where the limit is reached.
    pub(super) fn write(&mut self, entry: &Entry, now: Instant) {
        let bytes = write_entry(entry);
        let now_s = now.unix_ns().div_euclid(1_000_000_000);
        let len = bytes.len() as u64;
        if len > self.limit {
            self.trouble = Some("the room for kept tiles is too small; allow more".to_owned());
            return;
        }
        let path = self.path(entry.key);
        match write_beside(&path, &bytes) {
            Ok(()) => {
                set_used(&path, now_s);
                self.note(entry.key, Kept { bytes: len, used_s: now_s });
                self.trouble = None;
            }
            Err(error) if error.is_full() => {
                self.trouble = Some(
                    "the disk is full, so tiles are shown but not kept; free some space".to_owned(),
                );
            }
            Err(error) => self.trouble = Some(format!("tiles are not kept: {error}")),
        }
        if self.bytes > self.limit {
            self.shrink(entry.key);
        }
    }

    /// Removes the tiles that were not used for longest, down to nine tenths of the limit.
    fn shrink(&mut self, newest: TileKey) {
        let mut ages: Vec<(i64, TileKey)> = self.kept.iter().map(|(k, t)| (t.used_s, *k)).collect();
        ages.sort_unstable();
        for (_, key) in ages {
            if self.bytes <= self.limit / 10 * 9 {
                return;
            }
            if key != newest {
                // A file that cannot be removed is not counted any more, and tried at the next
                // start.
                let _ = fs::remove_file(self.path(key));
                self.forget(key);
            }
        }
    }

    /// Changes the limit; a smaller one takes hold at the next tile.
    pub(super) fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Tiles and bytes that are kept.
    pub(super) fn size(&self) -> (u64, u64) {
        (self.kept.len() as u64, self.bytes)
    }

    /// What keeps it from keeping tiles.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Removes every kept tile.
    pub(super) fn clear(&mut self) {
        let keys: Vec<TileKey> = self.kept.keys().copied().collect();
        for key in keys {
            // What stays is found again at the next start.
            let _ = fs::remove_file(self.path(key));
            self.forget(key);
        }
    }
}

/// Column and row in the name of a file.
fn place(name: &str) -> Option<(u32, u32)> {
    let (x, y) = name.strip_suffix(".tile")?.split_once('_')?;
    let (x, y) = (x.parse().ok()?, y.parse().ok()?);
    (name == format!("{x}_{y}.tile")).then_some((x, y))
}

fn read_file(path: &Path) -> Option<Entry> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_FILE + 1).read_to_end(&mut bytes).ok()?;
    read_entry(&bytes).ok()
}

/// Whole or not at all under its name; see the head of this file for why nothing is synced.
fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let beside = path.with_extension("part");
    let write = || {
        fs::write(&beside, bytes)?;
        fs::rename(&beside, path)
    };
    let written = match write() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write())
        }
        other => other,
    };
    written.map_err(|error| {
        // The part file is worthless; the first error says why.
        let _ = fs::remove_file(&beside);
        StorageError::of("write", path)(error)
    })
}

/// Writes down when a tile was used; without it the tile only ages earlier.
fn set_used(path: &Path, unix_s: i64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(unix_s.max(0) as u64);
    if let Ok(file) = File::options().write(true).open(path) {
        let _ = file.set_modified(time);
    }
}
