//! Puts a package together: a zip archive with the manifest first, then the files that it lists.

use std::collections::BTreeSet;

use super::manifest::{Heading, MANIFEST, MOST_FILES, Manifest};
use super::part::Part;
use crate::command::{DictionaryIdentity, Prepared, Target};
use crate::format::zip;
use crate::mission::command::Consequence;
use crate::problem::Problem;

use super::manifest::DictionaryName;

impl From<&DictionaryIdentity> for DictionaryName {
    fn from(of: &DictionaryIdentity) -> Self {
        Self { name: of.name.clone(), version: of.version.clone(), sha256: of.sha256 }
    }
}

/// The bytes of a package; the same input gives the same bytes.
pub fn package(heading: &Heading, parts: &[Part]) -> Result<Vec<u8>, Problem> {
    let files: Vec<_> = parts.iter().flat_map(|part| &part.files).collect();
    if files.is_empty() || files.len() > MOST_FILES {
        let reason = format!("it would hold {} files; choose 1 to {MOST_FILES}", files.len());
        return Err(Problem::of("package", reason));
    }
    let mut seen = BTreeSet::new();
    if let Some((twice, _)) = files.iter().find(|(file, _)| !seen.insert(&file.path)) {
        let reason = format!("version {} is chosen twice", twice.document_version);
        return Err(Problem::of(twice.document.clone(), reason));
    }
    let listed = files.iter().map(|(file, _)| file.clone()).collect();
    let manifest = Manifest::of(heading, listed).to_json();
    let mut entries = vec![(MANIFEST, manifest.as_bytes())];
    entries.extend(files.iter().map(|(file, bytes)| (file.path.as_str(), bytes.as_slice())));
    zip::write(&entries)
}

/// A package as it is approved and released: what it holds stands in its arguments.
pub fn prepared(
    heading: &Heading,
    dictionary: &DictionaryIdentity,
    parts: &[Part],
) -> Result<Prepared, Problem> {
    let bytes = package(&Heading { dictionary: dictionary.into(), ..heading.clone() }, parts)?;
    let files = parts.iter().flat_map(|part| &part.files);
    let arguments = files.map(|(file, _)| {
        let short = file.sha256.short();
        let value = format!("{} bytes, SHA-256 {short}…, by {}", file.bytes, file.author);
        (file.path.clone(), value)
    });
    Ok(Prepared {
        mission: heading.mission.clone(),
        name: heading.name.clone(),
        arguments: arguments.collect(),
        bytes,
        dictionary: dictionary.clone(),
        target: Target::Delivery,
        significance: Consequence::Normal,
        significance_reason: "a delivery to another center".to_owned(),
        ..Prepared::default()
    })
}
