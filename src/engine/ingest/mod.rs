//! Files into the archive: recognises what a file is, reads it, stores what it holds.
//!
//! Nothing that is stored is stored twice: taking in the same file again adds nothing and says
//! so. Data come first and the product that lists the file last, so that a file whose ingest was
//! cut off is simply taken in again. What cannot be read is reported, the rest is kept.

mod ampcs;
mod convert;
mod file;
pub mod live;
mod names;
mod packets;
mod recognise;
mod table;
#[cfg(test)]
mod tests;
mod tree;
mod uplink;

pub use file::ingest_bytes;
pub use names::waveform_product;
pub use recognise::{Format, recognise};
pub use tree::ingest_path;

use std::sync::Arc;

use crate::parameter::Definition;
use crate::problem::Problem;

/// How to take files in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IngestOptions {
    /// Product identity of all series; empty: from the format and the file name.
    pub product: String,
    /// Mission identifier; empty: from the content or the file name.
    pub mission: String,
    /// Instrument identifier; empty: from the content or the file name.
    pub instrument: String,
    /// What is computed from the parameters of packets.
    pub derived: Arc<[Definition]>,
}

/// How one file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something of it is new in the archive.
    Stored,
    /// All of it was there.
    AlreadyStored,
    /// No known format.
    Unrecognised,
    /// Not stored; the report says why.
    Failed,
}

/// The report of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileReport {
    /// Path or name of the file.
    pub name: String,
    /// Format identifier, empty where it was not recognised.
    pub format: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was stored, or why not, in one sentence.
    pub what: String,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// How far an ingest is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IngestProgress {
    /// Files done.
    pub files_done: u64,
    /// Files in all.
    pub files_total: u64,
    /// Bytes of the files done.
    pub bytes_done: u64,
    /// Bytes in all.
    pub bytes_total: u64,
    /// The file that comes next; empty at the end.
    pub name: String,
}
