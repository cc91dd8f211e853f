//! Why the waveform store could not do something, as sentences that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use crate::archive::QueryError;

/// Why the waveform store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum WaveformError {
    /// The operating system refused.
    #[error("could not {doing} {}: {source}{}", .path.display(), advice(.source))]
    Io {
        /// What was tried: `read`, `write`, …
        doing: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Opened for reading only.
    #[error("the archive at {} was opened for reading only; open it for writing to add data",
        .0.display())]
    ReadOnly(PathBuf),
    /// Another process writes.
    #[error("another process is writing the archive at {}; close it there, or open it for \
        reading", .0.display())]
    Busy(PathBuf),
    /// Bytes are not what the index or the format says.
    #[error("{} is damaged: {reason}; run `marsdeck archive verify` for the extent; opening the \
        archive for writing makes an index again from the records", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Written by a later program.
    #[error("{} has format version {found}, this program knows versions up to {known}; use a \
        newer marsdeck", .path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The latest version known here.
        known: u32,
    },
}

fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull => "; free some space, then try again",
        io::ErrorKind::PermissionDenied => "; check who owns the archive folder",
        io::ErrorKind::ReadOnlyFilesystem => "; the file system cannot be written",
        io::ErrorKind::UnexpectedEof => "; the file is shorter than its index says",
        _ => "",
    }
}

impl WaveformError {
    /// Wraps a refusal of the system.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    pub(super) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.into() }
    }
}

impl From<WaveformError> for QueryError {
    fn from(error: WaveformError) -> Self {
        Self::Failed(error.to_string())
    }
}
