//! Reads chunks and pyramid nodes out of the segment files, with a small memory of what was
//! decoded last.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::chunk::{self, Chunk, MARK};
use crate::archive::catalogue::{ChunkRef, NodeId};
use crate::archive::{ArchiveError, Bucket};
use crate::storage::{FRAME_HEAD, frames, open_read, read_at};

/// Decoded bytes kept: two generations of this much.
const CACHE_BYTES: usize = 16 << 20;

/// Times and values of one column of one chunk.
#[derive(Clone)]
pub(super) struct Piece {
    /// Ascending.
    pub(super) times: Arc<Vec<i64>>,
    /// NaN where there is none.
    pub(super) values: Arc<Vec<f64>>,
}

#[derive(Default)]
struct Cache {
    young: HashMap<(NodeId, usize), Piece>,
    old: HashMap<(NodeId, usize), Piece>,
    bytes: usize,
}

/// Segment files kept open; all are closed when there would be more.
const MOST_OPEN: usize = 128;

/// The segment files of an archive.
pub(super) struct Segments {
    folder: PathBuf,
    files: Mutex<HashMap<u32, Arc<File>>>,
    cache: Mutex<Cache>,
}

/// Name of a segment file.
pub(super) fn file_name(file: u32) -> String {
    format!("{file:06}.seg")
}

impl Segments {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, files: Mutex::default(), cache: Mutex::default() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn path(&self, file: u32) -> PathBuf {
        self.folder.join(file_name(file))
    }

    fn damaged(&self, at: &ChunkRef, reason: &str) -> ArchiveError {
        let reason = format!("byte {}: {reason}", at.off);
        ArchiveError::Damaged { path: self.path(at.file), reason }
    }

    fn file(&self, number: u32) -> Result<Arc<File>, ArchiveError> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(&number) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(open_read(&self.path(number))?);
        if files.len() >= MOST_OPEN {
            files.clear();
        }
        files.insert(number, Arc::clone(&file));
        Ok(file)
    }

    /// The checked payload of a frame.
    pub(super) fn payload(&self, id: NodeId, at: &ChunkRef) -> Result<Vec<u8>, ArchiveError> {
        let file = self.file(at.file)?;
        let mut bytes = read_at(&file, at.off, at.len as usize)
            .map_err(|e| self.damaged(at, &format!("the chunk cannot be read: {e}")))?;
        let found = frames(&bytes, MARK);
        let is_whole = found.payloads.first().is_some_and(|p| p.start == FRAME_HEAD)
            && found.end == bytes.len();
        if !is_whole {
            return Err(self.damaged(at, "the checksum of the chunk does not match"));
        }
        bytes.drain(..FRAME_HEAD);
        match chunk::head(&bytes) {
            Some(head) if head.id == id => Ok(bytes),
            _ => Err(self.damaged(at, "another chunk lies there")),
        }
    }

    /// What each column of a node sums up to.
    pub(super) fn sums(&self, id: NodeId, at: &ChunkRef) -> Result<Vec<Bucket>, ArchiveError> {
        chunk::sums(&self.payload(id, at)?)
            .ok_or_else(|| self.damaged(at, "the sums of the chunk cannot be read"))
    }

    /// What one column of each child of a node sums up to, by one small read.
    pub(super) fn children(
        &self,
        at: &ChunkRef,
        column: usize,
    ) -> Result<Vec<Bucket>, ArchiveError> {
        let (off, len) = chunk::node_block(column);
        let file = self.file(at.file)?;
        read_at(&file, at.off + FRAME_HEAD as u64 + off, len)
            .ok()
            .and_then(|block| chunk::node_children(&block))
            .ok_or_else(|| self.damaged(at, "the checksum of the summary does not match"))
    }

    /// Times and one column of a chunk.
    pub(super) fn piece(
        &self,
        id: NodeId,
        at: &ChunkRef,
        column: usize,
    ) -> Result<Piece, ArchiveError> {
        let key = (id, column);
        if let Some(piece) = self.remembered(key) {
            return Ok(piece);
        }
        let payload = self.payload(id, at)?;
        let chunk = Chunk::new(&payload);
        let piece = chunk
            .and_then(|c| Some((c.times()?, c.column(column)?)))
            .map(|(times, values)| Piece { times: Arc::new(times), values: Arc::new(values) })
            .ok_or_else(|| self.damaged(at, "the chunk cannot be decoded"))?;
        self.remember(key, &piece);
        Ok(piece)
    }

    /// Number of the append that brought each row of a chunk.
    pub(super) fn arrivals(&self, id: NodeId, at: &ChunkRef) -> Result<Vec<i64>, ArchiveError> {
        let payload = self.payload(id, at)?;
        Chunk::new(&payload)
            .and_then(|c| c.arrivals())
            .ok_or_else(|| self.damaged(at, "the chunk cannot be decoded"))
    }

    fn remembered(&self, key: (NodeId, usize)) -> Option<Piece> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(piece) = cache.young.get(&key) {
            return Some(piece.clone());
        }
        let piece = cache.old.get(&key)?.clone();
        Self::keep(&mut cache, key, &piece);
        Some(piece)
    }

    fn remember(&self, key: (NodeId, usize), piece: &Piece) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        Self::keep(&mut cache, key, piece);
    }

    fn keep(cache: &mut Cache, key: (NodeId, usize), piece: &Piece) {
        cache.bytes += piece.times.len() * 16;
        cache.young.insert(key, piece.clone());
        if cache.bytes > CACHE_BYTES {
            cache.old = std::mem::take(&mut cache.young);
            cache.bytes = 0;
        }
    }
}
