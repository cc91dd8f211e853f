//! The audit journal: who did what and when, each record on the disk before it takes effect.
//!
//! One folder with `journal` (the chain of [`chain`](super::chain)), `head` (its end) and `LOCK`. A
//! record is durable (written, then `fdatasync`) when [`Journal::append`] returns; the head follows
//! without a sync, so it may lag behind after a power cut and is never ahead. What an interrupted
//! write left behind the last record is cut on opening, and told; a journal that was tampered with
//! is not opened for writing: nothing can be commanded until an administrator has looked at it.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::Digest;
use super::chain::{Chain, Finding, Head, MOST_BODY_BYTES, Record, link, read_chain};
use crate::storage::{AppendFile, Slot, StorageError, create_folder, hold_lock, read_whole};
use crate::time::Instant;

/// Name of the journal in its folder.
pub const JOURNAL_FILE: &str = "journal";
/// Name of its head.
pub const HEAD_FILE: &str = "head";
const LOCK_FILE: &str = "LOCK";
/// Kind of the first record.
pub(super) const BEGIN: &str = "begin";
/// Kind of the records that only [`Commanding`](super::Commanding) writes.
pub const COMMAND: &str = "command";
/// Kind of a record after which the clock counts from its time, also where it is earlier.
pub(super) const CLOCK: &str = "clock";
/// Kind of a record that says how an uplink was set up.
pub const UPLINK: &str = "uplink";
/// Name under which the engine writes what it found by itself.
pub const ENGINE: &str = "engine";

/// Why the journal cannot be used.
#[derive(Debug)]
pub enum JournalError {
    /// The system refused a file operation; a full disk is one.
    Storage(StorageError),
    /// Another process writes it.
    Busy(PathBuf),
    /// It was tampered with.
    Tampered {
        /// The journal.
        path: PathBuf,
        /// What is wrong, the first first.
        findings: Vec<Finding>,
    },
    /// A record that must not be written.
    Unfit(String),
}

impl JournalError {
    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_full())
    }
}

impl From<StorageError> for JournalError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => write!(f, "the audit journal cannot be written: {error}"),
            Self::Busy(path) => write!(
                f,
                "another process writes the audit journal in {}: end it, or only read",
                path.display()
            ),
            Self::Tampered { path, findings } => {
                let path = path.display();
                write!(f, "the audit journal {path} was changed by somebody: ")?;
                for (at, finding) in findings.iter().take(3).enumerate() {
                    write!(f, "{}{finding}", if at > 0 { "; " } else { "" })?;
                }
                if findings.len() > 3 {
                    write!(f, "; and {} more", findings.len() - 3)?;
                }
                f.write_str(". Nothing can be commanded: keep a copy and restore it from a backup")
            }
            Self::Unfit(reason) => write!(f, "this cannot stand in the audit journal: {reason}"),
        }
    }
}

impl std::error::Error for JournalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Storage(error) => Some(error),
            _ => None,
        }
    }
}

/// Where records go.
pub(super) trait Sink: fmt::Debug + Send {
    /// Adds bytes; they are durable when this returns.
    fn append(&mut self, bytes: &[u8]) -> Result<(), StorageError>;
    /// Notes the end of the chain.
    fn note(&mut self, head: Head);
}

#[derive(Debug)]
struct FileSink {
    file: AppendFile,
    head: Slot,
    _lock: File,
}

impl Sink for FileSink {
    fn append(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.file.append(bytes).map(|_| ())
    }

    fn note(&mut self, head: Head) {
        // The record is durable already, and the head may lag behind.
        let _ = self.head.put(&head.to_bytes());
    }
}

/// The journal of a folder, open for writing; there is one at a time.
#[derive(Debug)]
pub struct Journal {
    sink: Box<dyn Sink>,
    head: Option<Head>,
    /// Hash of the first record, which tells journals apart.
    id: Digest,
    last_time: Instant,
    /// Records that were written and not yet taken by [`Journal::take_written`].
    written: Vec<Record>,
}

/// A journal that was opened.
#[derive(Debug)]
pub struct Opened {
    /// For writing.
    pub journal: Journal,
    /// What it holds.
    pub records: Vec<Record>,
    /// What was put right, in words.
    pub told: Vec<String>,
}

/// Reads the chain of a folder and checks all of it; writes nothing. An empty one where there is
/// none.
pub fn read_journal(folder: &Path) -> Result<Chain, StorageError> {
    let path = folder.join(JOURNAL_FILE);
    if !path.exists() && !folder.join(HEAD_FILE).exists() {
        return Ok(Chain::default());
    }
    let bytes = if path.exists() { read_whole(&path)? } else { Vec::new() };
    let head = read_head(folder)?;
    let mut chain = read_chain(&bytes, head);
    // A journal is begun before its head is made, so one record may stand alone.
    if head.is_none() && chain.records.len() > 1 {
        let reason = "the head of the journal is missing or changed, so its end proves nothing";
        let record = chain.records.len() as u64;
        chain.findings.push(Finding { record, offset: chain.end, reason: reason.to_owned() });
    }
    Ok(chain)
}

fn read_head(folder: &Path) -> Result<Option<Head>, StorageError> {
    let path = folder.join(HEAD_FILE);
    Ok(if path.exists() { Head::read(&read_whole(&path)?) } else { None })
}

/// All that is wrong with the journal of a folder: record number, byte offset, reason.
pub fn verify(folder: &Path) -> Result<Vec<Finding>, StorageError> {
    Ok(read_journal(folder)?.findings)
}

impl Journal {
    /// Opens or begins the journal of a folder. `id` makes a new one unlike all others: random
    /// bytes.
    pub fn open(folder: &Path, now: Instant, id: [u8; 16]) -> Result<Opened, JournalError> {
        create_folder(folder)?;
        let Some(lock) = hold_lock(&folder.join(LOCK_FILE))? else {
            return Err(JournalError::Busy(folder.to_owned()));
        };
        let path = folder.join(JOURNAL_FILE);
        let chain = read_journal(folder)?;
        if !chain.findings.is_empty() {
            return Err(JournalError::Tampered { path, findings: chain.findings });
        }
        let mut file = AppendFile::open(&path, chain.end)?;
        let mut records = chain.records;
        if records.is_empty() {
            let body = format!("{{\"format\":1,\"id\":\"{}\"}}", crate::storage::hex(&id));
            let (record, bytes) = link(None, now, ENGINE, BEGIN, &body);
            file.append(&bytes)?;
            records.push(record);
        }
        let last = records.last().map(|r| Head { number: r.number, hash: r.hash });
        let first = last.map_or([0; Head::BYTES], Head::to_bytes);
        let mut head = Slot::open(&folder.join(HEAD_FILE), &first)?;
        head.put(&first)?;
        let mut told = Vec::new();
        if chain.torn > 0 {
            told.push(format!(
                "the last record of the audit journal was not written whole ({} bytes): what it \
                 was about did not happen; it was cut off",
                chain.torn
            ));
        }
        let sink = Box::new(FileSink { file, head, _lock: lock });
        Ok(Opened { journal: Self::from_parts(sink, &records), records, told })
    }

    pub(super) fn from_parts(sink: Box<dyn Sink>, records: &[Record]) -> Self {
        let head = records.last().map(|r| Head { number: r.number, hash: r.hash });
        let id = records.first().map_or(Digest::default(), |record| record.hash);
        let mut journal = Self { sink, head, id, last_time: Instant::MIN, written: Vec::new() };
        for record in records {
            journal.keep_time(&record.kind, record.time);
        }
        journal
    }

    /// The records that were written since this was asked last, for folds and for the audit trail.
    pub fn take_written(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.written)
    }

    /// The end of the chain: note it elsewhere, and [`read_chain`] will find what was rewritten.
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    /// Tells this journal from others.
    pub fn id(&self) -> Digest {
        self.id
    }

    fn keep_time(&mut self, kind: &str, time: Instant) {
        let is_set = kind == CLOCK;
        self.last_time = if is_set { time } else { self.last_time.max(time) };
    }

    /// The latest time of its records, since the clock was last accepted.
    pub fn last_time(&self) -> Instant {
        self.last_time
    }

    /// Adds a record of a kind of the caller's; it is durable when this returns. The kind
    /// `command` belongs to [`Commanding`](super::Commanding).
    pub fn append(
        &mut self,
        time: Instant,
        who: &str,
        kind: &str,
        body: &str,
    ) -> Result<Record, JournalError> {
        if [COMMAND, BEGIN, CLOCK].contains(&kind) {
            let reason = format!("records of the kind {kind} are written by commanding itself");
            return Err(JournalError::Unfit(reason));
        }
        self.write(time, who, kind, body)
    }

    pub(super) fn write(
        &mut self,
        time: Instant,
        who: &str,
        kind: &str,
        body: &str,
    ) -> Result<Record, JournalError> {
        if body.len() > MOST_BODY_BYTES {
            let reason = format!("it has {} bytes, at most {MOST_BODY_BYTES} fit", body.len());
            return Err(JournalError::Unfit(reason));
        }
        if who.len().max(kind.len()) > 200 {
            return Err(JournalError::Unfit("a name is longer than 200 bytes".to_owned()));
        }
        let (record, bytes) = link(self.head, time, who, kind, body);
        self.sink.append(&bytes)?;
        let head = Head { number: record.number, hash: record.hash };
        self.head = Some(head);
        self.keep_time(kind, time);
        self.sink.note(head);
        self.written.push(record.clone());
        Ok(record)
    }
}
