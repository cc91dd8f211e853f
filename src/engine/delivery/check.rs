//! Reads a package and holds every file against its checksum. Any bytes are judged, none trusted.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::{MANIFEST, MOST_FILES, Manifest};
use super::text::fault_of_path;
use crate::command::Digest;
use crate::format::zip::{self, Archive, Entry};
use crate::problem::Problem;

/// Most bytes that all files of a package unpack to; more is refused before anything is unpacked.
const MOST_UNPACKED: u64 = 256 << 20;
/// Most bytes of a manifest.
const MOST_MANIFEST: u64 = 4 << 20;

/// A file of a package, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCheck {
    /// Path inside the package.
    pub path: String,
    /// Length when unpacked, in bytes.
    pub bytes: u64,
    /// What is wrong with it; empty where nothing is.
    pub wrong: String,
}

/// What a package was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// SHA-256 of the package.
    pub sha256: Digest,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its manifest; none where that cannot be read.
    pub manifest: Option<Manifest>,
    /// The files that it lists, then those that it does not.
    pub files: Vec<FileCheck>,
    /// All that is wrong, with the byte where it stands.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Reads a package and checks all of it: structure, paths, sizes, checksums, nothing more and
/// nothing less than the manifest lists.
pub fn check(bytes: &[u8]) -> Checked {
    let (archive, problems) = Archive::open(bytes);
    let (sha256, length) = (Digest::of(bytes), bytes.len() as u64);
    let mut found = Checked { sha256, bytes: length, manifest: None, files: Vec::new(), problems };
    let Some(by_name) = entries(&archive, &mut found.problems) else { return found };
    let Some(entry) = by_name.get(MANIFEST) else {
        let reason = format!("there is no {MANIFEST}: this is no package of a delivery");
        found.problems.push(Problem::of(MANIFEST, reason));
        return found;
    };
    let manifest = if entry.bytes > MOST_MANIFEST {
        Err(Problem::at(entry.offset(), MANIFEST, "it is larger than 4 MiB"))
    } else {
        archive.read(entry).and_then(|bytes| Manifest::read(&bytes))
    };
    match manifest {
        Ok(manifest) => {
            files(&archive, &by_name, &manifest, &mut found);
            found.manifest = Some(manifest);
        }
        Err(problem) => found.problems.push(problem),
    }
    found
}

/// The entries by name; none where they must not be unpacked at all.
fn entries<'a>(
    archive: &'a Archive<'_>,
    problems: &mut Vec<Problem>,
) -> Option<BTreeMap<&'a str, &'a Entry>> {
    let all = archive.entries();
    if all.len() > MOST_FILES + 1 {
        let reason = format!("it holds more than {MOST_FILES} files: nothing was unpacked");
        problems.push(Problem::of("package", reason));
        return None;
    }
    let total = all.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.bytes));
    if total > MOST_UNPACKED {
        let reason = format!(
            "it would unpack to {total} bytes, more than 256 MiB: nothing was unpacked, ask its \
             sender"
        );
        problems.push(Problem::of("package", reason));
        return None;
    }
    let mut by_name = BTreeMap::new();
    for entry in all {
        let shown: String = entry.name.chars().take(200).collect();
        if let Some(fault) = fault_of_path(&entry.name) {
            problems.push(Problem::at(entry.offset(), shown, fault));
        } else if by_name.insert(entry.name.as_str(), entry).is_some() {
            let reason = "it stands twice in the package: programs differ in which one they read";
            problems.push(Problem::at(entry.offset(), shown, reason));
        }
    }
    Some(by_name)
}

fn files(
    archive: &Archive<'_>,
    by_name: &BTreeMap<&str, &Entry>,
    manifest: &Manifest,
    found: &mut Checked,
) {
    let mut listed = BTreeSet::from([MANIFEST]);
    for file in &manifest.files {
        let is_new = listed.insert(&file.path);
        let entry = by_name.get(file.path.as_str()).copied();
        let problem = if !is_new {
            Some(Problem::of(file.path.clone(), "the manifest lists it twice"))
        } else if let Some(entry) = entry {
            content_fault(archive, entry, (file.bytes, file.sha256))
        } else {
            let reason = "the manifest lists it and it is missing: removed after it was packed";
            Some(Problem::of(file.path.clone(), reason))
        };
        let wrong = problem.as_ref().map(|problem| problem.reason.clone()).unwrap_or_default();
        found.files.push(FileCheck { path: file.path.clone(), bytes: file.bytes, wrong });
        found.problems.extend(problem);
    }
    for (name, entry) in by_name {
        if !listed.contains(name) {
            let wrong = "the manifest does not list it: added after it was packed".to_owned();
            found.problems.push(Problem::at(entry.offset(), *name, wrong.clone()));
            found.files.push(FileCheck { path: (*name).to_owned(), bytes: entry.bytes, wrong });
        }
    }
}

fn content_fault(
    archive: &Archive<'_>,
    entry: &Entry,
    (bytes, sha256): (u64, Digest),
) -> Option<Problem> {
    let at = |reason: String| Some(Problem::at(entry.offset(), entry.name.clone(), reason));
    let content = match archive.read(entry) {
        Ok(content) => content,
        Err(problem) => return at(problem.reason),
    };
    if content.len() as u64 != bytes {
        return at(format!("it has {} bytes, the manifest says {bytes}", content.len()));
    }
    let is = Digest::of(&content);
    let (short, stated) = (is.short(), sha256.short());
    let reason = format!("its SHA-256 is {short}…, the manifest says {stated}…: it was changed");
    if is == sha256 { None } else { at(reason) }
}

/// Where a package that was written here differs from the one of a digest, if that can be told:
/// its contents, packed anew, have to have that digest.
pub(super) fn first_difference(bytes: &[u8], digest: Digest) -> Option<u64> {
    let (archive, _) = Archive::open(bytes);
    let by_name = entries(&archive, &mut Vec::new())?;
    let mut contents = Vec::new();
    for entry in archive.entries().iter().filter(|entry| by_name.contains_key(&*entry.name)) {
        contents.push((entry.name.as_str(), archive.read(entry).ok()?));
    }
    let whole: Vec<_> = contents.iter().map(|(name, content)| (*name, &**content)).collect();
    let anew = zip::write(&whole).ok()?;
    if Digest::of(&anew) != digest {
        return None;
    }
    let differs = anew.iter().zip(bytes).position(|(a, b)| a != b);
    Some(differs.unwrap_or(anew.len().min(bytes.len())) as u64)
}
