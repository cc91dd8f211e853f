//! A failed file operation, said so that the reader knows what to do next.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file operation that the system refused.
#[derive(Debug)]
pub struct StorageError {
    /// What was tried, e.g. `write`.
    pub action: &'static str,
    /// On which file or folder.
    pub path: PathBuf,
    /// The system's answer.
    pub source: io::Error,
}

impl StorageError {
    /// For use in `map_err`: names the action and the path.
    pub fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { action, path: path.to_owned(), source }
    }

    /// Whether the disk, the quota or the largest file size is exhausted.
    pub fn is_full(&self) -> bool {
        matches!(
            self.source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        )
    }
}

impl StorageError {
    /// What the system said.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (action, path) = (self.action, self.path.display());
        if self.is_full() {
            return write!(
                f,
                "the disk of {path} is full: free some space and try again; everything that was \
                 reported as stored is safe"
            );
        }
        match self.source.kind() {
            io::ErrorKind::PermissionDenied => write!(
                f,
                "no permission to {action} {path}: change its permissions or run as its owner"
            ),
            io::ErrorKind::ReadOnlyFilesystem => {
                write!(f, "{path} is on a read-only file system: open the archive for reading only")
            }
            io::ErrorKind::NotFound => {
                write!(f, "cannot {action} {path}: it does not exist; check the name")
            }
            io::ErrorKind::IsADirectory => {
                write!(f, "cannot {action} {path}: it is a folder where a file belongs")
            }
            io::ErrorKind::NotADirectory => {
                write!(f, "cannot {action} {path}: a part of the path is a file, not a folder")
            }
            _ => write!(f, "cannot {action} {path}: {}", self.source),
        }
    }
}

impl std::error::Error for StorageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
