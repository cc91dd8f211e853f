//! All documents and their versions: a fold over the audit journal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::command::{Digest, Record};
use crate::time::Instant;

/// Kind of the journal's records about documents.
pub const DOCUMENT_KIND: &str = "document";

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A plan of activities.
    Plan,
    /// A sequence of commands.
    Sequence,
    /// A configuration table of an instrument.
    Table,
}

impl DocumentKind {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Sequence => "sequence",
            Self::Table => "table",
        }
    }
}

/// A record about a document: a new version of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentEvent {
    /// What it is.
    pub kind: DocumentKind,
    /// Mission identifier.
    pub mission: String,
    /// Its name; with kind and mission what tells it from others.
    pub name: String,
    /// SHA-256 of the content.
    pub digest: Digest,
    /// Length of the content in bytes.
    pub bytes: u64,
    /// The versions that it grew from, by their record: none for a new document, two for a merge.
    pub parents: Vec<u64>,
    /// What was done, in the words of who did it.
    pub note: String,
}

impl DocumentEvent {
    /// In words.
    pub fn words(&self) -> String {
        let Self { kind, mission, name, bytes, note, .. } = self;
        let note = if note.is_empty() { String::new() } else { format!(": {note}") };
        format!("{} {name} of {mission} saved, {bytes} bytes{note}", kind.word())
    }
}

/// A version of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Number of its record in the journal: what it is called by.
    pub id: u64,
    /// SHA-256 of its content.
    pub digest: Digest,
    /// Length of its content in bytes.
    pub bytes: u64,
    /// The versions that it grew from.
    pub parents: Vec<u64>,
    /// Who saved it.
    pub who: String,
    /// When.
    pub time: Instant,
    /// What was done.
    pub note: String,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// Mission identifier.
    pub mission: String,
    /// Its name.
    pub name: String,
    /// Its versions, oldest first; there is at least one.
    pub versions: Vec<Version>,
}

impl Document {
    /// The newest version.
    pub fn head(&self) -> Option<&Version> {
        self.versions.last()
    }
}

type Key = (DocumentKind, String, String);

/// All documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    all: BTreeMap<Key, Document>,
    /// The document of each version.
    of: BTreeMap<u64, Key>,
}

impl Documents {
    /// As the records left it.
    pub fn of(records: &[Record]) -> Self {
        let mut documents = Self::default();
        for record in records {
            documents.apply(record);
        }
        documents
    }

    /// Takes a record; those of other kinds, and those that cannot be read, say nothing here.
    pub fn apply(&mut self, record: &Record) {
        if record.kind != DOCUMENT_KIND {
            return;
        }
        let Ok(event) = serde_json::from_str::<DocumentEvent>(&record.body) else { return };
        let version = Version {
            id: record.number,
            digest: event.digest,
            bytes: event.bytes,
            parents: event.parents,
            who: record.who.clone(),
            time: record.time,
            note: event.note,
        };
        let key = (event.kind, event.mission, event.name);
        self.of.insert(version.id, key.clone());
        let document = self.all.entry(key).or_insert_with_key(|(kind, mission, name)| Document {
            kind: *kind,
            mission: mission.clone(),
            name: name.clone(),
            versions: Vec::new(),
        });
        document.versions.push(version);
    }

    /// All of them, by kind, mission and name.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.all.values()
    }

    /// A document.
    pub fn get(&self, kind: DocumentKind, mission: &str, name: &str) -> Option<&Document> {
        self.all.get(&(kind, mission.to_owned(), name.to_owned()))
    }

    /// A version and its document.
    pub fn version(&self, id: u64) -> Option<(&Document, &Version)> {
        let document = self.all.get(self.of.get(&id)?)?;
        let at = document.versions.binary_search_by_key(&id, |version| version.id).ok()?;
        Some((document, document.versions.get(at)?))
    }

    /// The newest version from which both grew; none where they have nothing in common.
    pub fn common(&self, a: u64, b: u64) -> Option<u64> {
        let [a, b] = [a, b].map(|id| self.ancestors(id));
        a.intersection(&b).max().copied()
    }

    /// A version and all that it grew from.
    fn ancestors(&self, id: u64) -> std::collections::BTreeSet<u64> {
        let mut found = std::collections::BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if let Some((_, version)) = self.version(id)
                && found.insert(id)
            {
                open.extend(&version.parents);
            }
        }
        found
    }
}
