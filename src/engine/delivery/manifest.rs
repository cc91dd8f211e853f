//! What stands in a package: the manifest, as JSON.

use serde::{Deserialize, Serialize};

use super::text::{as_iso, fault_of_texts, unreadable};
use crate::command::Digest;
use crate::problem::Problem;
use crate::time::Instant;

/// Name of the manifest inside a package.
pub const MANIFEST: &str = "manifest.json";
/// What its `format` says.
const FORMAT: &str = "marsdeck delivery";
/// Version of the form of the manifest.
const VERSION: u32 = 1;
/// Most files of a package.
pub(super) const MOST_FILES: usize = 4_096;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A sequence as `SeqJSON` 1.0.20.
    SeqJson,
    /// A sequence as SATF.
    Satf,
    /// A sequence as it goes up (`.mdsq`).
    SequenceBinary,
    /// A sequence as it was saved.
    SequenceText,
    /// A configuration table as it goes up (`.mdtb`).
    TableBinary,
    /// A configuration table for people.
    TableText,
    /// A plan as Aerie reads it.
    PlanAerie,
    /// A plan as CSV.
    PlanCsv,
    /// Something that a later version knows.
    #[serde(other)]
    Other,
}

impl FileKind {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::SeqJson => "sequence, SeqJSON",
            Self::Satf => "sequence, SATF",
            Self::SequenceBinary => "sequence, binary",
            Self::SequenceText => "sequence, text",
            Self::TableBinary => "table, binary",
            Self::TableText => "table, text",
            Self::PlanAerie => "plan, Aerie JSON",
            Self::PlanCsv => "plan, CSV",
            Self::Other => "other",
        }
    }
}

/// Which dictionary the contents were written by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DictionaryName {
    /// Its name.
    pub name: String,
    /// Its version as it states it.
    pub version: String,
    /// SHA-256 of its files.
    pub sha256: Digest,
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Path inside the package.
    pub path: String,
    /// Its form.
    pub kind: FileKind,
    /// Name of the document that it was made from.
    pub document: String,
    /// Version of the document: number of its record in the audit journal of the sender.
    pub document_version: u64,
    /// Who saved that version.
    pub author: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: Digest,
    /// What this form cannot say of the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The manifest of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    /// Mission identifier.
    pub mission: String,
    /// Name of the package.
    pub name: String,
    /// When it was put together.
    #[serde(with = "as_iso")]
    pub created: Instant,
    /// By whom.
    pub prepared_by: String,
    /// Which dictionary the contents were written by.
    pub dictionary: DictionaryName,
    /// Its files, in the order of the package.
    pub files: Vec<ManifestFile>,
}

/// What is said of a package as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// Mission identifier.
    pub mission: String,
    /// Name of the package.
    pub name: String,
    /// When it is put together.
    pub created: Instant,
    /// By whom.
    pub prepared_by: String,
    /// Which dictionary the contents were written by.
    pub dictionary: DictionaryName,
}

impl Manifest {
    /// The manifest of files.
    pub fn of(heading: &Heading, files: Vec<ManifestFile>) -> Self {
        let Heading { mission, name, created, prepared_by, dictionary } = heading.clone();
        let format = FORMAT.to_owned();
        Self { format, version: VERSION, mission, name, created, prepared_by, dictionary, files }
    }

    /// As it stands in the package.
    pub fn to_json(&self) -> String {
        // Texts, numbers and lists always have a form in JSON.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a manifest of bounded size.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let wrong = |reason: String| Problem::of(MANIFEST, reason);
        let of: Self = serde_json::from_slice(bytes).map_err(|error| wrong(unreadable(&error)))?;
        if of.format != FORMAT || of.version != VERSION {
            let reason = format!(
                "it is of another form than \"{FORMAT}\" version {VERSION}: read it with the \
                 program that wrote it"
            );
            return Err(wrong(reason));
        }
        if of.files.len() > MOST_FILES {
            return Err(wrong(format!("it lists more than {MOST_FILES} files")));
        }
        let own = [&of.mission, &of.name, &of.prepared_by];
        let of_files = of.files.iter().flat_map(|file| [&file.path, &file.document, &file.author]);
        let notes = of.files.iter().flat_map(|file| &file.notes);
        match fault_of_texts(own.into_iter().chain(of_files).chain(notes)) {
            Some(fault) => Err(wrong(fault)),
            None => Ok(of),
        }
    }
}
