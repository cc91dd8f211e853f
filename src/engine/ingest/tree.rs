//! Files and whole trees: sorted, links not followed out of the tree, nothing skipped silently.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::file::{ingest_bytes, keep_described};
use super::recognise::{Format, recognise};
use super::{FileReport, IngestOptions, IngestProgress, Outcome};
use crate::archive::Archive;
use crate::storage::{StorageError, read_whole};
use crate::time::Instant;

/// Deepest folder that is looked into.
const DEEPEST: usize = 64;

#[derive(Default)]
struct Found {
    files: Vec<(PathBuf, u64)>,
    reports: Vec<FileReport>,
}

fn failed(path: &Path, what: String) -> FileReport {
    FileReport {
        name: path.display().to_string(),
        format: String::new(),
        outcome: Outcome::Failed,
        what,
        problems: Vec::new(),
    }
}

/// Collects the files under a path.
fn collect(path: &Path, root: &Path, own: &Path, depth: usize, found: &mut Found) {
    let canonical = match fs::canonicalize(path) {
        Ok(canonical) => canonical,
        Err(e) => {
            let what = StorageError::of("read", path)(e).to_string();
            return found.reports.push(failed(path, what));
        }
    };
    if canonical.starts_with(own) {
        let what = "this is the archive itself: left out".to_owned();
        return found.reports.push(failed(path, what));
    }
    let is_link = fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink());
    if depth > 0 && is_link && (canonical.is_dir() || !canonical.starts_with(root)) {
        let what = "a link to a folder or out of the tree: not followed".to_owned();
        return found.reports.push(failed(path, what));
    }
    if canonical.is_file() {
        let len = fs::metadata(&canonical).map_or(0, |m| m.len());
        return found.files.push((path.to_owned(), len));
    }
    if !canonical.is_dir() || depth > DEEPEST {
        let what = "neither a file nor a folder that can be looked into: left out".to_owned();
        return found.reports.push(failed(path, what));
    }
    match fs::read_dir(path) {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
            paths.sort();
            for entry in paths {
                collect(&entry, root, own, depth + 1, found);
            }
        }
        Err(e) => {
            let what = StorageError::of("read", path)(e).to_string();
            found.reports.push(failed(path, what));
        }
    }
}

/// Whether the name is that of a label: labels come first, so that it is known which files they
/// describe.
fn is_label(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    extension.eq_ignore_ascii_case("xml") || extension.eq_ignore_ascii_case("lbl")
}

/// The file of that name in the folder of a label, letter case ignored; never another folder's.
fn sibling(label: &Path, name: &str) -> Option<PathBuf> {
    let folder = label.parent()?;
    let wanted = Path::new(name).file_name()?;
    let exact = folder.join(wanted);
    if exact.is_file() {
        return Some(exact);
    }
    let entries = fs::read_dir(folder).ok()?.flatten();
    let same = |n: &std::ffi::OsStr| n.eq_ignore_ascii_case(wanted);
    entries.map(|e| e.path()).find(|p| p.file_name().is_some_and(same) && p.is_file())
}

/// Takes in a file or a tree; one report a file, by path. Stops between two files when cancelled.
pub fn ingest_path(
    archive: &Archive,
    path: &Path,
    options: &IngestOptions,
    now: Instant,
    progress: &dyn Fn(IngestProgress),
    cancel: &AtomicBool,
) -> Vec<FileReport> {
    let mut found = Found::default();
    let root = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let own = fs::canonicalize(archive.path()).unwrap_or_else(|_| archive.path().to_owned());
    collect(path, &root, &own, 0, &mut found);
    let Found { mut files, mut reports } = found;
    files.sort_by_key(|(path, _)| (!is_label(path), path.clone()));
    let mut state = IngestProgress {
        files_total: files.len() as u64,
        bytes_total: files.iter().map(|f| f.1).sum(),
        ..IngestProgress::default()
    };
    let described: RefCell<BTreeMap<PathBuf, String>> = RefCell::default();
    for (file, len) in &files {
        if cancel.load(Ordering::Relaxed) {
            break;
        }
        state.name = file.display().to_string();
        progress(state.clone());
        reports.push(ingest_file(archive, file, options, now, &described));
        state.files_done += 1;
        state.bytes_done += len;
    }
    state.name = String::new();
    progress(state);
    reports.sort_by(|a, b| a.name.cmp(&b.name));
    reports
}

fn ingest_file(
    archive: &Archive,
    path: &Path,
    options: &IngestOptions,
    now: Instant,
    described: &RefCell<BTreeMap<PathBuf, String>>,
) -> FileReport {
    let bytes = match read_whole(path) {
        Ok(bytes) => bytes,
        Err(error) => return failed(path, error.to_string()),
    };
    let name = path.display().to_string();
    let label = described.borrow().get(path).cloned();
    if let Some(label) = label.filter(|_| is_plain(&bytes)) {
        return keep_described(archive, &name, &bytes, &label, now);
    }
    let used: RefCell<BTreeSet<PathBuf>> = RefCell::default();
    let siblings = |wanted: &str| {
        let found = sibling(path, wanted)?;
        let bytes = read_whole(&found).ok()?;
        used.borrow_mut().insert(found);
        Some(bytes)
    };
    let report = ingest_bytes(archive, &name, &bytes, &siblings, options, now);
    let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for file in used.into_inner().into_iter().filter(|f| f != path) {
        described.borrow_mut().entry(file).or_insert_with(|| own.clone());
    }
    report
}

/// Whether a described file has no format of its own that says more than its label.
fn is_plain(bytes: &[u8]) -> bool {
    matches!(recognise(bytes), None | Some(Format::Csv)) && !bytes.is_empty()
}
