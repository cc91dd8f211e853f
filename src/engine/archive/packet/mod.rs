//! Packets as links brought them, with the time of reception: whatever was decoded can be decoded
//! again, by a better dictionary too. What `append` reports as stored is on the disk.
//!
//! Packets are numbered in order of reception. New ones stand in a log; when it has grown they
//! are sealed into compressed blocks and the log is replaced.

mod block;
mod files;
mod model;
mod passes;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use model::{NewPacket, PacketQuery, PacketSource, StoredPacket};
pub use passes::PacketPass;

use self::files::{BlockRef, Found};
use self::write::Writer;
use super::verify::Course;
use super::{Access, ArchiveError};
use crate::problem::Problem;
use crate::storage::{frames, read_whole};

pub(super) const PACKET_FOLDER: &str = "packet";

/// What readers see.
#[derive(Default)]
struct State {
    /// Sealed blocks in order of their packets.
    blocks: Vec<BlockRef>,
    /// Packets that no block holds yet, in order.
    tail: Vec<StoredPacket>,
}

impl State {
    /// Number of the first packet that no block holds.
    fn sealed(&self) -> u64 {
        self.blocks.last().map_or(1, BlockRef::after)
    }

    fn next(&self) -> u64 {
        self.tail.last().map_or_else(|| self.sealed(), |packet| packet.number + 1)
    }
}

/// All packets of one archive.
pub(super) struct PacketStore {
    folder: PathBuf,
    state: RwLock<State>,
    writer: Option<Mutex<Writer>>,
    /// Stretches of reception in sealed blocks, by file and place: a block never changes.
    stretches: Mutex<HashMap<(u32, u64), Arc<Vec<PacketPass>>>>,
    /// What a reading process saw last.
    seen: Mutex<Vec<(PathBuf, u64)>>,
}

impl PacketStore {
    /// Opens the store of an archive folder; a writer repairs what a crash left and says so. An
    /// archive of before has no such folder: for a reader that is one without packets.
    pub(super) fn open(dir: &Path, access: Access) -> Result<(Self, Vec<String>), ArchiveError> {
        let mut store = Self {
            folder: dir.join(PACKET_FOLDER),
            state: RwLock::default(),
            writer: None,
            stretches: Mutex::default(),
            seen: Mutex::default(),
        };
        let mut said = Vec::new();
        match access {
            Access::Write => {
                let Found { blocks, tail, end, logs } = files::find(&store.folder, true)?;
                said.extend(files::settle(&logs)?);
                let state = State { blocks, tail };
                let (writer, more) = Writer::open(&store.folder, &state, end, &logs)?;
                said.extend(more);
                store.state = RwLock::new(state);
                store.writer = Some(Mutex::new(writer));
            }
            Access::Read => {
                store.refresh()?;
            }
        }
        Ok((store, said))
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees what a writer in another process added; says whether that was anything.
    pub(super) fn refresh(&self) -> Result<bool, ArchiveError> {
        if self.writer.is_some() {
            return Ok(false);
        }
        let now = files::sizes(&self.folder);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return Ok(false);
        }
        let Found { blocks, tail, .. } = files::find(&self.folder, false)?;
        *self.state_mut() = State { blocks, tail };
        *seen = now;
        Ok(true)
    }

    /// Number of packets.
    pub(super) fn count(&self) -> u64 {
        let state = self.state();
        let sealed: u64 = state.blocks.iter().map(|block| u64::from(block.head.count)).sum();
        sealed + state.tail.len() as u64
    }

    /// Bytes that [`PacketStore::verify`] will read.
    pub(super) fn verify_bytes(&self) -> u64 {
        files::sizes(&self.folder).iter().map(|(_, size)| size).sum()
    }

    /// Checks all files.
    pub(super) fn verify(&self, course: &Course<'_>) -> Vec<Problem> {
        // No append may be half done while its files are read.
        let writing =
            self.writer.as_ref().map(|w| w.lock().unwrap_or_else(PoisonError::into_inner));
        let mut problems = Vec::new();
        for (path, size) in files::sizes(&self.folder) {
            if course.is_cancelled() {
                break;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{PACKET_FOLDER}/{name}");
            let bytes = match read_whole(&path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    problems.push(Problem::of("packets", error.to_string()).in_file(name));
                    continue;
                }
            };
            let is_sealed = files::is_sealed(&path);
            let mark = if is_sealed { block::SEALED } else { block::LOGGED };
            let found = frames(&bytes, mark);
            let torn = found.end..bytes.len();
            for bad in found.damaged.iter().chain((!torn.is_empty()).then_some(&torn)) {
                let reason = format!(
                    "{} bytes are not as they were written: restore the file from a copy",
                    bad.len()
                );
                problems.push(Problem::at(bad.start as u64, "packets", reason).in_file(&name));
            }
            for payload in found.payloads {
                let at = payload.start as u64;
                if bytes.get(payload).and_then(block::decode).is_none() {
                    let reason = "the packets of a block cannot be read";
                    problems.push(Problem::at(at, "packets", reason).in_file(&name));
                }
            }
            course.advance(size);
        }
        drop(writing);
        problems
    }

    #[cfg(test)]
    fn blocks(&self) -> usize {
        self.state().blocks.len()
    }
}

/// The source of packets that share it.
fn shared(source: &PacketSource, known: Option<&Arc<PacketSource>>) -> Arc<PacketSource> {
    match known {
        Some(same) if **same == *source => Arc::clone(same),
        _ => Arc::new(source.clone()),
    }
}
