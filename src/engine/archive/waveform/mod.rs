//! The waveform store: miniSEED records as they came, and an index that answers at any zoom.
//!
//! The original records are the only copy of the samples, in SDS day files per product that
//! ObsPy and SeisComP read as they are. Beside them, per channel, one index file with a leaf
//! per record and one derived summary file. FORMAT.md in this folder is the layout on disk.
//!
//! Many threads may ask while one process appends; other processes open for reading and call
//! [`WaveformStore::refresh`]. Everything reads with positioned reads, nothing is mapped.

mod append;
mod channel;
mod error;
mod file;
mod index;
mod leaf;
mod minmax;
mod open;
mod path;
mod query;
mod records;
mod samples;
mod survey;
mod table;
mod top;
mod verify;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use error::WaveformError;

use super::{SeriesKey, SeriesSummary};
use crate::format::mseed::SourceId;
use crate::problem::Problem;
use crate::time::TimeRange;
use channel::Channel;
use records::Files;

/// Waveforms of an archive: the folder `waveform` of it.
#[derive(Debug)]
pub struct WaveformStore {
    dir: PathBuf,
    writable: bool,
    channels: RwLock<BTreeMap<SeriesKey, Arc<RwLock<Channel>>>>,
    appending: Mutex<()>,
    files: Files,
    /// Holds the lock of the one writing process.
    lock: Option<File>,
}

/// What an append did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WaveformReport {
    /// Records that are new and now durable.
    pub records_stored: u64,
    /// Records left out because the same bytes are stored already.
    pub records_duplicate: u64,
    /// Samples in the new records.
    pub samples_stored: u64,
    /// Time that the new samples cover.
    pub span: Option<TimeRange>,
    /// Series that got new samples.
    pub series: Vec<SeriesKey>,
    /// What could not be read or stored; offsets count in the bytes given.
    pub problems: Vec<Problem>,
}

/// Reads through a lock. A panic elsewhere leaves the table as it was or its channel unused, so
/// that going on is safe.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// Writes through a lock.
fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl WaveformStore {
    /// Every series that holds samples, in order of key.
    pub fn series(&self) -> Vec<SeriesSummary> {
        self.all().iter().filter_map(|channel| read(channel).summary()).collect()
    }

    /// The channel of a product; made where there is none yet.
    fn channel_for(&self, product: &str, source: &SourceId) -> Arc<RwLock<Channel>> {
        let key = SeriesKey::new(source.name(), product);
        if let Some(channel) = read(&self.channels).get(&key) {
            return Arc::clone(channel);
        }
        let channel = Channel::new(product, source.clone(), &self.product_dir(product));
        let channel = Arc::new(RwLock::new(channel));
        write(&self.channels).insert(key, Arc::clone(&channel));
        channel
    }

    fn product_dir(&self, product: &str) -> PathBuf {
        self.dir.join(path::escape(product))
    }

    fn all(&self) -> Vec<Arc<RwLock<Channel>>> {
        read(&self.channels).values().map(Arc::clone).collect()
    }

    /// The folder that [`WaveformStore::open`] was given.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for WaveformStore {
    /// Writes summary files, so that the next start is quick.
    fn drop(&mut self) {
        if self.writable {
            for channel in self.all() {
                write(&channel).save(true);
            }
        }
        if let Some(lock) = &self.lock {
            // Not left to closing the file: a process being started may hold a copy of it for
            // a moment. A refusal leaves it to closing.
            let _ = lock.unlock();
        }
    }
}
