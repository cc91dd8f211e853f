//! Why the archive did not do something, in sentences that say what to do next.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::storage::StorageError;

/// Why the archive did not do something.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no archive in that folder.
    #[error(
        "{0} is not a marsdeck archive: it has no archive.toml; give another folder, or create an \
         archive there"
    )]
    NotAnArchive(PathBuf),
    /// A new archive needs an empty folder.
    #[error("{0} is not empty and not a marsdeck archive: give an empty or a new folder")]
    NotEmpty(PathBuf),
    /// Another process writes.
    #[error(
        "another marsdeck is writing to {0}: close it first, or open the archive for reading only"
    )]
    Locked(PathBuf),
    /// The archive was opened for reading.
    #[error("{0} is open for reading only: close it and open it for writing")]
    ReadOnly(PathBuf),
    /// Made by a later version.
    #[error("{path} has format {found}, this marsdeck knows format {known}: use a newer marsdeck")]
    NewerFormat {
        /// Which archive.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// Stored bytes are not what was written.
    #[error(
        "{path} is damaged: {reason}; run `marsdeck archive verify` and restore it from a copy"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// What was to be stored contradicts itself.
    #[error("not stored: {0}")]
    Input(String),
    /// A file operation failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The waveform store failed.
    #[error(transparent)]
    Waveform(#[from] super::WaveformError),
    /// The catalogue database failed.
    #[error("the catalogue {path} cannot be used: {reason}")]
    Catalogue {
        /// Its file.
        path: PathBuf,
        /// What SQLite says, with what to do.
        reason: String,
    },
}

/// What only the writer of an archive has; refused where the archive in `dir` is open for reading.
pub(super) fn lock_writer<'a, T>(
    writer: Option<&'a Mutex<T>>,
    dir: Option<&Path>,
) -> Result<MutexGuard<'a, T>, ArchiveError> {
    let refusal = || ArchiveError::ReadOnly(dir.map_or_else(PathBuf::new, Path::to_path_buf));
    Ok(writer.ok_or_else(refusal)?.lock().unwrap_or_else(PoisonError::into_inner))
}

impl ArchiveError {
    /// Whether the archive could still be opened for reading: another process writes, or the
    /// place cannot be written.
    pub fn allows_reading(&self) -> bool {
        match self {
            Self::Locked(_) | Self::ReadOnly(_) => true,
            Self::Storage(error) => matches!(
                error.kind(),
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
            ),
            _ => false,
        }
    }
}
