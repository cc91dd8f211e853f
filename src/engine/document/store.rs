//! The contents of documents: files named by their hash, written before the journal names them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fold::{DOCUMENT_KIND, DocumentEvent, DocumentKind, Documents};
use crate::command::{Actor, Digest, Journal, JournalError, Permission, Record};
use crate::plan::Plan;
use crate::storage::{StorageError, create_folder, hex, read_whole, write_whole};
use crate::time::Instant;

/// Most bytes of a content.
pub const MOST_BYTES: usize = 256 << 20;
/// Longest name and note in bytes.
const MOST_TEXT: usize = 2_000;

/// What stands in a version.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A plan.
    Plan(Arc<Plan>),
    /// The text form of a sequence or of a table.
    Text(Arc<str>),
}

impl Content {
    fn bytes(&self) -> Result<Vec<u8>, DocumentError> {
        match self {
            Self::Plan(plan) => {
                let bytes = serde_json::to_vec(&**plan);
                bytes.map_err(|error| DocumentError::Refused(error.to_string()))
            }
            Self::Text(text) => Ok(text.as_bytes().to_vec()),
        }
    }

    fn read(kind: DocumentKind, bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        Ok(match kind {
            DocumentKind::Plan => {
                let plan = serde_json::from_str(text).map_err(|error| error.to_string())?;
                Self::Plan(Arc::new(plan))
            }
            DocumentKind::Sequence | DocumentKind::Table => Self::Text(text.into()),
        })
    }
}

/// Why a document was not saved or read.
#[derive(Debug)]
pub enum DocumentError {
    /// Somebody saved another version meanwhile: join both, then save on top of it.
    Behind {
        /// The newest version.
        head: u64,
        /// Who saved it.
        by: String,
    },
    /// It cannot be done as asked.
    Refused(String),
    /// The file could not be read or written.
    Storage(StorageError),
    /// The journal could not be written.
    Journal(JournalError),
    /// The file is not what the journal says.
    Tampered(PathBuf),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Behind { by, .. } => write!(
                f,
                "{by} saved another version meanwhile: join it with yours, then save again"
            ),
            Self::Refused(reason) => f.write_str(reason),
            Self::Storage(error) => error.fmt(f),
            Self::Journal(error) => error.fmt(f),
            Self::Tampered(path) => write!(
                f,
                "{} is not what was saved: somebody changed it. Restore it from a backup",
                path.display()
            ),
        }
    }
}

impl std::error::Error for DocumentError {}

/// The folder of the contents.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The contents below the folder of the journal.
    pub fn new(journal: &Path) -> Self {
        Self { folder: journal.join("documents") }
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(hex(&digest.0))
    }

    /// Saves a version. `event.parents` begins with the version that was edited, or is empty where
    /// the document is new; a new document may grow from a version of another one (a branch).
    pub fn save(
        &self,
        documents: &Documents,
        journal: &mut Journal,
        by: &Actor,
        (event, content): (&DocumentEvent, &Content),
        now: Instant,
    ) -> Result<Record, DocumentError> {
        let refused = |reason: &str| Err(DocumentError::Refused(reason.to_owned()));
        if by.mission() != event.mission || !by.may(Permission::Prepare) {
            return refused("your roles do not allow to save plans, sequences or tables here");
        }
        if event.name.trim().is_empty() || event.name.len().max(event.note.len()) > MOST_TEXT {
            return refused("it has no name, or the name or the note is too long");
        }
        let is_plan = matches!(content, Content::Plan(_));
        if is_plan != (event.kind == DocumentKind::Plan) {
            return refused("the content is of another kind than the document");
        }
        let unknown = |id: &&u64| documents.version(**id).is_none();
        if event.parents.iter().any(|id| unknown(&id)) {
            return refused("a version that it grew from does not exist");
        }
        let head = documents.get(event.kind, &event.mission, &event.name).and_then(|d| d.head());
        let bytes = content.bytes()?;
        if bytes.len() > MOST_BYTES {
            return refused("it is too large: split it");
        }
        let digest = Digest::of(&bytes);
        if let Some(head) = head {
            if event.parents.first() != Some(&head.id) {
                return Err(DocumentError::Behind { head: head.id, by: head.who.clone() });
            }
            if head.digest == digest && event.parents.len() == 1 {
                return refused("nothing was changed since it was saved last");
            }
        }
        create_folder(&self.folder).map_err(DocumentError::Storage)?;
        write_whole(&self.path(digest), &bytes).map_err(DocumentError::Storage)?;
        let event = DocumentEvent { digest, bytes: bytes.len() as u64, ..event.clone() };
        let body = serde_json::to_string(&event)
            .map_err(|error| DocumentError::Refused(error.to_string()))?;
        let record = journal.append(now, by.name(), DOCUMENT_KIND, &body);
        record.map_err(DocumentError::Journal)
    }

    /// The content of a version, held against its hash.
    pub fn read(&self, documents: &Documents, id: u64) -> Result<Content, DocumentError> {
        let Some((document, version)) = documents.version(id) else {
            return Err(DocumentError::Refused("there is no such version".to_owned()));
        };
        let path = self.path(version.digest);
        let bytes = read_whole(&path).map_err(DocumentError::Storage)?;
        if Digest::of(&bytes) != version.digest {
            return Err(DocumentError::Tampered(path));
        }
        let content = Content::read(document.kind, &bytes);
        content.map_err(|reason| DocumentError::Refused(format!("it cannot be read: {reason}")))
    }

    /// What is wrong with the contents: a sentence for each version whose file is missing or was
    /// changed.
    pub fn verify(&self, documents: &Documents) -> Vec<String> {
        let mut told = Vec::new();
        for document in documents.iter() {
            for version in &document.versions {
                let path = self.path(version.digest);
                let wrong = match read_whole(&path) {
                    Ok(bytes) if Digest::of(&bytes) == version.digest => continue,
                    Ok(_) => DocumentError::Tampered(path).to_string(),
                    Err(error) => error.to_string(),
                };
                let (kind, name) = (document.kind.word(), &document.name);
                told.push(format!("{kind} {name}, version {}: {wrong}", version.id));
            }
        }
        told
    }
}
