//! Making and opening an archive folder.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::catalogue::{self, Catalogue};
use super::header::{self, Header};
use super::packet::{PACKET_FOLDER, PacketStore};
use super::parameter::{LOG_FOLDER, ParameterStore, SEGMENT_FOLDER};
use super::products::PRODUCT_FOLDER;
use super::store::WAVEFORM_FOLDER;
use super::{Archive, ArchiveError, WaveformStore};
use crate::storage::{StorageError, create_folder, hold_lock};
use crate::time::Instant;

/// What an archive is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading; any number of processes at a time.
    Read,
    /// Reading and writing; one process at a time.
    Write,
}

const LOCK: &str = "LOCK";

/// Folders of an archive.
const FOLDERS: [&str; 5] =
    [SEGMENT_FOLDER, LOG_FOLDER, PACKET_FOLDER, PRODUCT_FOLDER, WAVEFORM_FOLDER];

/// Whether a folder holds nothing but what an interrupted creation may have left.
fn is_free(dir: &Path) -> Result<bool, StorageError> {
    let begun = dir.join(LOCK).is_file();
    let mut entries = fs::read_dir(dir).map_err(StorageError::of("read", dir))?;
    Ok(entries.all(|e| e.is_ok_and(|e| is_leftover(&e.path(), begun))))
}

/// Whether a creation may have left this; `begun` says whether there was one.
fn is_leftover(path: &Path, begun: bool) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    let is_ours =
        name.starts_with(catalogue::FILE) || FOLDERS.iter().any(|f| *f == name) && is_empty();
    name == LOCK || path.extension().is_some_and(|e| e == "part") || begun && is_ours
}

impl Archive {
    /// Whether the folder is an archive, sound or not.
    pub fn is_archive(dir: &Path) -> bool {
        dir.join(header::FILE).is_file()
    }

    /// Makes a new archive in a new or empty folder and opens it for writing.
    pub fn create(dir: &Path, now: Instant) -> Result<Self, ArchiveError> {
        create_folder(dir)?;
        if Self::is_archive(dir) || !is_free(dir)? {
            return Err(ArchiveError::NotEmpty(dir.to_owned()));
        }
        let lock = hold_lock(&dir.join(LOCK))?;
        if lock.is_none() {
            return Err(ArchiveError::Locked(dir.to_owned()));
        }
        if Self::is_archive(dir) {
            return Err(ArchiveError::NotEmpty(dir.to_owned()));
        }
        for folder in FOLDERS {
            create_folder(&dir.join(folder))?;
        }
        drop(Catalogue::open(dir, Access::Write)?);
        // Last: what has a header is an archive that readers can open.
        Header::write(dir, now)?;
        drop(lock);
        Ok(Self::open(dir, Access::Write)?.0)
    }

    /// Opens the archive of a folder, or makes one where there is none.
    pub fn open_or_create(dir: &Path, now: Instant) -> Result<(Self, Vec<String>), ArchiveError> {
        if !Self::is_archive(dir) {
            match Self::create(dir, now) {
                // Another process was faster.
                Err(ArchiveError::NotEmpty(_)) if Self::is_archive(dir) => {}
                made => return Ok((made?, Vec::new())),
            }
        }
        Self::open(dir, Access::Write)
    }

    /// Opens an archive. A writer repairs what a crash left; the sentences say what it did.
    pub fn open(dir: &Path, access: Access) -> Result<(Self, Vec<String>), ArchiveError> {
        Header::read(dir)?;
        let lock = match access {
            Access::Read => None,
            Access::Write => {
                let lock = hold_lock(&dir.join(LOCK))?;
                Some(lock.ok_or_else(|| ArchiveError::Locked(dir.to_owned()))?)
            }
        };
        if access == Access::Write {
            for folder in FOLDERS {
                create_folder(&dir.join(folder))?;
            }
        }
        let writes = access == Access::Write;
        let (waveforms, mut said) = WaveformStore::open(&dir.join(WAVEFORM_FOLDER), writes)?;
        let catalogue = Arc::new(Catalogue::open(dir, access)?);
        let (parameters, more) = ParameterStore::open(dir, Arc::clone(&catalogue), access)?;
        said.extend(more);
        let (packets, more) = PacketStore::open(dir, access)?;
        said.extend(more);
        if access == Access::Write {
            said.extend(super::products::sweep(dir));
        }
        let archive = Self {
            dir: dir.to_owned(),
            access,
            catalogue,
            parameters,
            packets,
            waveforms,
            generation: AtomicU64::new(1),
            _lock: lock,
        };
        Ok((archive, said))
    }
}
