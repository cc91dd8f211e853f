//! Lists a folder that others write to, and reads from it within bounds.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::problem::Problem;
use crate::storage::StorageError;
use crate::time::Instant;

/// Most files of a folder that are looked at.
const MOST_LISTED: usize = 10_000;
/// Largest file that is read.
const MOST_FILE: u64 = 64 << 20;
/// Bytes that one scan reads before it leaves the others to the next; a file is read whole.
const BUDGET: u64 = 64 << 20;

/// Tells whether a file was changed: length in bytes and time of its last change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    pub bytes: u64,
    pub changed: Option<Instant>,
}

/// Plain files of a folder with their stamps, by name. Links are not followed and names that are no
/// UTF-8 are told.
pub(super) fn list(
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Result<Vec<(String, Stamp)>, StorageError> {
    let mut found = Vec::new();
    for (at, entry) in fs::read_dir(folder).map_err(StorageError::of("read", folder))?.enumerate() {
        if at >= MOST_LISTED {
            let reason = format!("only {MOST_LISTED} of its files are looked at: move old ones");
            problems.push(Problem::of(folder.display().to_string(), reason));
            break;
        }
        let entry = entry.map_err(StorageError::of("read", folder))?;
        // That of the entry itself, also where it is a link.
        let Ok(about) = entry.metadata() else { continue };
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            let shown = name.to_string_lossy().into_owned();
            problems.push(Problem::of(shown, "its name is no UTF-8: rename it"));
            continue;
        };
        if about.is_file() {
            let since = about.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            let changed = since.and_then(|since| i64::try_from(since.as_nanos()).ok());
            let changed = changed.map(Instant::from_unix_ns);
            found.push((name.to_owned(), Stamp { bytes: about.len(), changed }));
        } else if about.is_symlink() {
            problems.push(Problem::of(name, "it is a link, which is not followed: copy the file"));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}

/// What a scan may still read.
pub(super) struct Budget {
    left: u64,
    /// Files that were left to the next scan.
    pub put_off: usize,
}

impl Budget {
    pub fn new() -> Self {
        Self { left: BUDGET, put_off: 0 }
    }

    /// Whether files of so many bytes are read now. The first always are.
    pub fn take(&mut self, bytes: u64) -> bool {
        if bytes > self.left && self.left < BUDGET {
            self.put_off += 1;
            return false;
        }
        // An empty file counts too: opening it takes time.
        self.left = self.left.saturating_sub(bytes.max(4_096));
        true
    }
}

/// The content of a file of bounded size, also where it grows meanwhile.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let fail = |error: std::io::Error| {
        Problem::of("file", StorageError::of("read", path)(error).to_string())
    };
    let file = fs::File::open(path).map_err(fail)?;
    let mut bytes = Vec::new();
    file.take(MOST_FILE + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MOST_FILE {
        return Err(Problem::of("file", "it is larger than 64 MiB: it was not read"));
    }
    Ok(bytes)
}
