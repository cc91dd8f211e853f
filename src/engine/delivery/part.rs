//! The files that a version of a document becomes in a package.

use std::fmt::Write as _;

use super::manifest::{FileKind, ManifestFile};
use super::text::file_name;
use crate::command::Digest;
use crate::document::{Document, Version};
use crate::format::satf::{self, Target};
use crate::format::seqjson;
use crate::mission::telemetry::Dictionary;
use crate::plan::{Model, Plan, aerie, table as plan_table};
use crate::problem::Problem;
use crate::sequence::table::{Catalogue, TableFile, budget, seed_code, text};
use crate::sequence::{Known, Sequence, compile, to_seqjson};
use crate::time::Instant;

/// Which version of which document files are made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Name of the document.
    pub document: String,
    /// Its version: number of a record in the audit journal.
    pub version: u64,
    /// Who saved the version.
    pub author: String,
}

impl Origin {
    /// Of a version.
    pub fn of(document: &Document, version: &Version) -> Self {
        let (document, author) = (document.name.clone(), version.who.clone());
        Self { document, version: version.id, author }
    }
}

/// What a sequence is encoded by to go up.
#[derive(Clone, Copy)]
pub struct Encoding<'a> {
    /// The dictionary.
    pub dictionary: &'a Dictionary,
    /// Mission identifier.
    pub mission: &'a str,
    /// NAIF or mission number of the spacecraft.
    pub spacecraft: u32,
    /// When it is encoded.
    pub created: Instant,
    /// Values of parameters that commands carry.
    pub known: Known<'a>,
}

/// A document version and its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub(super) files: Vec<(ManifestFile, Vec<u8>)>,
}

struct Files {
    origin: Origin,
    folder: &'static str,
    part: Part,
}

impl Files {
    fn new(origin: &Origin, folder: &'static str) -> Self {
        Self { origin: origin.clone(), folder, part: Part { files: Vec::new() } }
    }

    fn add(&mut self, kind: FileKind, ending: &str, bytes: Vec<u8>, notes: Vec<String>) {
        let Origin { document, version, author } = self.origin.clone();
        let path = format!("{}/{}_v{version}.{ending}", self.folder, file_name(&document));
        let (length, sha256) = (bytes.len() as u64, Digest::of(&bytes));
        let file = ManifestFile {
            path,
            kind,
            document,
            document_version: version,
            author,
            bytes: length,
            sha256,
            notes,
        };
        self.part.files.push((file, bytes));
    }
}

impl Part {
    /// A sequence: the text that was saved, `SeqJSON`, SATF (with notes where it cannot say all)
    /// and the binary form. Refused where it cannot go up.
    pub fn sequence(
        origin: &Origin,
        (source, of): (&str, &Sequence),
        by: Encoding<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let Encoding { dictionary, mission, spacecraft, created, known } = by;
        let binary = compile(of, dictionary, mission, spacecraft, created, known)?;
        let exchange = to_seqjson(of);
        let problems = seqjson::check(&exchange);
        if !problems.is_empty() {
            return Err(problems);
        }
        let (satf, told) = satf::from_seqjson(std::slice::from_ref(&exchange), Target::Satf);
        let notes = told.iter().map(ToString::to_string).collect();
        let mut files = Files::new(origin, "sequences");
        let none = Vec::new;
        files.add(FileKind::SequenceText, "seq", source.as_bytes().to_vec(), none());
        files.add(FileKind::SeqJson, "seq.json", seqjson::write(&exchange).into_bytes(), none());
        files.add(FileKind::Satf, "satf", satf::write(&satf).into_bytes(), notes);
        files.add(FileKind::SequenceBinary, "mdsq", binary.to_bytes(), none());
        Ok(files.part)
    }

    /// A configuration table: the binary form, and a text with the SEED code of each row. Refused
    /// where it breaks a rule for good.
    pub fn table(
        origin: &Origin,
        of: &TableFile,
        catalogue: &Catalogue,
    ) -> Result<Self, Vec<Problem>> {
        let binary = of.to_bytes(catalogue).map_err(|broken| {
            let told = broken.into_iter().map(|one| Problem::of(one.rule, one.reason));
            told.collect::<Vec<_>>()
        })?;
        let mut files = Files::new(origin, "tables");
        files.add(FileKind::TableBinary, "mdtb", binary, Vec::new());
        let text = table_text(of, catalogue).into_bytes();
        files.add(FileKind::TableText, "txt", text, Vec::new());
        Ok(files.part)
    }

    /// A plan: Aerie JSON and CSV.
    pub fn plan(origin: &Origin, of: &Plan, model: &Model) -> Self {
        let mut files = Files::new(origin, "plans");
        let aerie = aerie::write(of, model).into_bytes();
        files.add(FileKind::PlanAerie, "aerie.json", aerie, Vec::new());
        files.add(FileKind::PlanCsv, "csv", plan_table::write(of).into_bytes(), Vec::new());
        files.part
    }
}

/// The text form of the table, with remarks on the SEED code that each row leads to.
fn table_text(of: &TableFile, catalogue: &Catalogue) -> String {
    let table = &of.table;
    let mut out = text::print(&catalogue.instrument, table);
    // Writing to a string never fails.
    let _ = writeln!(out, "# {}", catalogue.title);
    for row in &table.rows {
        let code = seed_code(catalogue, row).unwrap_or_else(|| "no SEED code".to_owned());
        let _ = writeln!(out, "# {row}: {code}");
    }
    let megabits = budget(catalogue, table).volume_bits_per_sol / 1e6;
    let _ = writeln!(out, "# {megabits:.3} Mbit a sol are sent");
    out
}
