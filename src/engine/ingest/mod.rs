//! Temporary.
#![expect(missing_docs, reason = "temporary")]
use std::path::Path;
use std::sync::atomic::AtomicBool;
use crate::archive::{Archive, NewProduct, PutProduct};
use crate::problem::Problem;
use crate::time::Instant;
#[derive(Clone, Debug, Default)]
pub struct IngestOptions { pub product: Option<String> }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestOutcome { Stored, AlreadyStored, Unrecognised, Failed }
#[derive(Clone, Debug)]
pub struct FileReport { pub name: String, pub format: String, pub outcome: IngestOutcome, pub what: String, pub problems: Vec<Problem> }
#[derive(Clone, Debug)]
pub struct IngestProgress { pub fraction: f32, pub file: String }
pub fn ingest_path(_: &Archive, _: &Path, _: &IngestOptions, _: Instant, _: &dyn Fn(IngestProgress), _: &AtomicBool) -> Vec<FileReport> { Vec::new() }
pub fn ingest_bytes(archive: &Archive, name: &str, bytes: &[u8], _: &dyn Fn(&str) -> Option<Vec<u8>>, options: &IngestOptions, now: Instant) -> FileReport {
    let about = NewProduct { name: name.into(), format: if name.ends_with("CSV") { "chemcam".into() } else { "mseed".into() }, product: options.product.clone().unwrap_or_default(), ..NewProduct::default() };
    let outcome = match archive.put_product(&about, bytes, now) { Ok(PutProduct::Stored(_)) => IngestOutcome::Stored, Ok(PutProduct::AlreadyStored(_)) => IngestOutcome::AlreadyStored, Err(_) => IngestOutcome::Failed };
    FileReport { name: name.into(), format: about.format, outcome, what: String::new(), problems: vec![] }
}
