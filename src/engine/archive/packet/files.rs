//! What lies in the folder of packets: sealed files of blocks, logs; found again after a crash.

use std::fs;
use std::path::{Path, PathBuf};

use super::block::{self, BlockHead, HEAD, LOGGED, SEALED};
use super::model::StoredPacket;
use crate::archive::ArchiveError;
use crate::storage::{
    FRAME_HEAD, Frames, StorageError, frames, open_read, read_at, read_whole, u32_at, write_whole,
};

/// Bytes of a block that are read to see its head and its sources.
const LOOK: usize = FRAME_HEAD + HEAD + 1024;

/// Where a sealed block lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockRef {
    /// Number of its file.
    pub(super) file: u32,
    /// Where its frame begins, and its length with the frame.
    pub(super) off: u64,
    pub(super) len: usize,
    pub(super) head: BlockHead,
}

impl BlockRef {
    /// Number of the packet after its last one.
    pub(super) fn after(&self) -> u64 {
        self.head.first + u64::from(self.head.count)
    }
}

/// What a folder holds.
pub(super) struct Found {
    pub(super) blocks: Vec<BlockRef>,
    pub(super) tail: Vec<StoredPacket>,
    /// The last sealed file and where its whole blocks end.
    pub(super) end: (u32, u64),
    /// The logs, oldest first.
    pub(super) logs: Vec<LogFile>,
}

/// A log file.
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    pub(super) number: u64,
    bytes: Vec<u8>,
    frames: Frames,
}

impl LogFile {
    /// Just after its last whole frame.
    pub(super) fn end(&self) -> u64 {
        self.frames.end as u64
    }
}

/// Path of a sealed file.
pub(super) fn sealed_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number:06}.pkt"))
}

/// Path of a log.
pub(super) fn log_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:06}.log"))
}

/// Whether a file is one of sealed blocks.
pub(super) fn is_sealed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "pkt")
}

/// Sealed files and logs with their sizes, in the order of their names.
pub(super) fn sizes(folder: &Path) -> Vec<(PathBuf, u64)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(PathBuf, u64)> = entries
        .filter_map(|entry| {
            let path = entry.path();
            number(&path).filter(|_| is_sealed(&path) || is_log(&path))?;
            Some((path, entry.metadata().ok()?.len()))
        })
        .collect();
    found.sort();
    found
}

fn is_log(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "log")
}

fn number(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// Reads a folder. A writer reads the last sealed file whole, for it may end in the middle of a
/// block; of the others the heads are enough.
pub(super) fn find(folder: &Path, is_writer: bool) -> Result<Found, ArchiveError> {
    let all = sizes(folder);
    let sealed: Vec<(u32, &PathBuf, u64)> = all
        .iter()
        .filter(|(path, _)| is_sealed(path))
        .filter_map(|(path, size)| Some((u32::try_from(number(path)?).ok()?, path, *size)))
        .collect();
    let (mut blocks, mut end) = (Vec::new(), (1, 0));
    for (i, (number, path, size)) in sealed.iter().enumerate() {
        let is_last = i + 1 == sealed.len();
        let by_heads = if is_last && is_writer { None } else { heads(path, *number, *size) };
        let (found, after) = match by_heads {
            Some(found) => (found, *size),
            None => whole(path, *number)?,
        };
        blocks.extend(found);
        end = (*number, after);
    }
    let sealed_next = blocks.last().map_or(1, BlockRef::after);
    let (mut tail, mut logs) = (Vec::<StoredPacket>::new(), Vec::new());
    for (path, _) in all.iter().filter(|(path, _)| is_log(path)) {
        let bytes = match read_whole(path) {
            Ok(bytes) => bytes,
            // A writer has just replaced it; its packets are in a block that the next look sees.
            Err(error) if !is_writer && error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        let found = frames(&bytes, LOGGED);
        for payload in &found.payloads {
            let packets = bytes.get(payload.clone()).and_then(block::decode).unwrap_or_default();
            let next = tail.last().map_or(sealed_next, |packet| packet.number + 1);
            tail.extend(packets.into_iter().filter(|packet| packet.number >= next));
        }
        let number = number(path).unwrap_or(0);
        logs.push(LogFile { path: path.clone(), number, bytes, frames: found });
    }
    Ok(Found { blocks, tail, end, logs })
}

/// The blocks of a file by their heads; none where one is not as it was written.
fn heads(path: &Path, number: u32, size: u64) -> Option<Vec<BlockRef>> {
    let file = open_read(path).ok()?;
    let (mut blocks, mut at) = (Vec::new(), 0u64);
    while at < size {
        let look = LOOK.min((size - at) as usize);
        let bytes = read_at(&file, at, look).ok()?;
        let len = FRAME_HEAD + u32_at(&bytes, 4)? as usize;
        if bytes.get(..4)? != SEALED || at + len as u64 > size {
            return None;
        }
        let head = block::head(bytes.get(FRAME_HEAD..)?)?;
        let with_sources = (FRAME_HEAD + HEAD + head.sources as usize).min(len);
        let more = if with_sources > look { read_at(&file, at, with_sources).ok()? } else { bytes };
        if !block::is_sound(more.get(FRAME_HEAD..)?) {
            return None;
        }
        blocks.push(BlockRef { file: number, off: at, len, head });
        at += len as u64;
    }
    Some(blocks)
}

/// The whole blocks of a file, also behind damage, and where the last one ends.
fn whole(path: &Path, number: u32) -> Result<(Vec<BlockRef>, u64), StorageError> {
    let bytes = read_whole(path)?;
    let found = frames(&bytes, SEALED);
    let block = |payload: &std::ops::Range<usize>| {
        let of = bytes.get(payload.clone())?;
        let head = block::head(of).filter(|_| block::is_sound(of))?;
        let off = (payload.start - FRAME_HEAD) as u64;
        Some(BlockRef { file: number, off, len: FRAME_HEAD + payload.len(), head })
    };
    Ok((found.payloads.iter().filter_map(block).collect(), found.end as u64))
}

/// Says what of the logs is torn or damaged, and keeps a copy of that beside them.
pub(super) fn settle(logs: &[LogFile]) -> Result<Vec<String>, ArchiveError> {
    let mut said = Vec::new();
    for log in logs {
        let name = log.path.file_name().unwrap_or_default().to_string_lossy();
        let tail = log.bytes.get(log.frames.end..).unwrap_or_default();
        if !tail.is_empty() {
            write_whole(&log.path.with_extension("torn"), tail)?;
            said.push(format!(
                "packet/{name} ended with {} bytes that were never reported as stored or are \
                 damaged: they were cut off and kept beside it as .torn",
                tail.len()
            ));
        }
        if !log.frames.damaged.is_empty() {
            let lost: usize = log.frames.damaged.iter().map(ExactSizeIterator::len).sum();
            write_whole(&log.path.with_extension("damaged"), &log.bytes)?;
            said.push(format!(
                "packet/{name} is damaged in {lost} bytes: the rest of it was recovered, the file \
                 was kept beside it as .damaged"
            ));
        }
    }
    Ok(said)
}
