//! The index file of a channel: a header and leaves in order of arrival, appended only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::WaveformError;
use super::file::{Take, put, read_at, write_at};
use super::leaf::{LEAF_BYTES, Leaf};
use super::table::Leaves;

/// Bytes of the header, as long as a leaf so that leaves stay aligned.
pub(super) const HEADER_BYTES: u64 = 64;
const MAGIC: &[u8; 8] = b"MDWAVIDX";
/// Version of this file format; FORMAT.md tells the history.
pub(super) const VERSION: u32 = 1;
/// Leaves read at once where nothing is known of what comes next; then four times as many, up
/// to the second number, as long as they are asked for in order.
const BLOCK: u64 = 16;
const MOST: u64 = 1024;
/// Leaves that are sooner read than skipped with a read of its own.
const SKIP: u64 = 64;

/// Header with the generation: how often the file was made anew.
fn header(generation: u64) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    put(&mut out, &VERSION.to_le_bytes());
    put(&mut out, &(LEAF_BYTES as u32).to_le_bytes());
    put(&mut out, &generation.to_le_bytes());
    out.resize(HEADER_BYTES as usize - 4, 0);
    let crc = crc32c::crc32c(&out);
    put(&mut out, &crc.to_le_bytes());
    out
}

/// An index file, open.
#[derive(Debug)]
pub(super) struct Index {
    pub path: PathBuf,
    pub file: File,
    /// Changes when the file was made anew: what is resident is then stale.
    pub generation: u64,
}

impl Index {
    /// Opens and checks the header. None where there is no such file.
    pub(super) fn open(path: &Path, writable: bool) -> Result<Option<Self>, WaveformError> {
        let file = match OpenOptions::new().read(true).write(writable).open(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(WaveformError::io("open", path))?,
        };
        let mut head = [0; HEADER_BYTES as usize];
        match read_at(&file, &mut head, 0) {
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(WaveformError::damaged(path, "the header is cut off"));
            }
            other => other.map_err(WaveformError::io("read", path))?,
        }
        let generation = check(path, &head)?;
        Ok(Some(Self { path: path.to_owned(), file, generation }))
    }

    /// Makes a new index of the given leaves and puts it in place, durable.
    pub(super) fn create(
        path: &Path,
        generation: u64,
        leaves: &[Leaf],
    ) -> Result<Self, WaveformError> {
        let mut bytes = header(generation);
        for leaf in leaves {
            leaf.encode(&mut bytes);
        }
        let beside = path.with_extension("idx.new");
        let make = || {
            let mut file = File::create(&beside)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&beside, path)?;
            path.parent().map_or(Ok(()), super::file::sync_dir)
        };
        make().map_err(WaveformError::io("write", path))?;
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(WaveformError::io("open", path))?;
        Ok(Self { path: path.to_owned(), file, generation })
    }

    /// Whole leaves in the file, and bytes left over at its end.
    pub(super) fn leaves(&self) -> Result<(u64, u64), WaveformError> {
        let length = self.file.metadata().map_err(WaveformError::io("read", &self.path))?.len();
        let body = length.saturating_sub(HEADER_BYTES);
        Ok((body / LEAF_BYTES, body % LEAF_BYTES))
    }

    /// Reads leaves `a..b` as bytes.
    pub(super) fn read(&self, a: u64, b: u64, out: &mut Vec<u8>) -> Result<(), WaveformError> {
        out.resize(((b - a) * LEAF_BYTES) as usize, 0);
        read_at(&self.file, out, HEADER_BYTES + a * LEAF_BYTES)
            .map_err(WaveformError::io("read", &self.path))
    }

    /// Puts leaves at number `at` and makes them durable.
    pub(super) fn write(&self, at: u64, leaves: &[Leaf]) -> Result<(), WaveformError> {
        let mut bytes = Vec::with_capacity(leaves.len() * LEAF_BYTES as usize);
        for leaf in leaves {
            leaf.encode(&mut bytes);
        }
        write_at(&self.file, &bytes, HEADER_BYTES + at * LEAF_BYTES)
            .and_then(|()| self.file.sync_data())
            .map_err(WaveformError::io("write", &self.path))
    }

    /// Cuts everything from leaf `at` on.
    pub(super) fn cut(&self, at: u64) -> Result<(), WaveformError> {
        self.file
            .set_len(HEADER_BYTES + at * LEAF_BYTES)
            .and_then(|()| self.file.sync_data())
            .map_err(WaveformError::io("cut", &self.path))
    }

    /// A reader with its own buffer, for leaves below `count`.
    pub(super) fn reader(&self, count: u64) -> Reader<'_> {
        Reader { index: self, count, base: 0, bytes: Vec::new() }
    }
}

/// Checks a header; gives the generation.
fn check(path: &Path, head: &[u8]) -> Result<u64, WaveformError> {
    let damaged = || WaveformError::damaged(path, "the header does not fit its checksum");
    let (body, crc) = head.split_at_checked(HEADER_BYTES as usize - 4).ok_or_else(damaged)?;
    let mut take = Take(body.strip_prefix(MAGIC.as_slice()).ok_or_else(damaged)?);
    if Take(crc).u32() != Some(crc32c::crc32c(body)) {
        return Err(damaged());
    }
    let found = take.u32().ok_or_else(damaged)?;
    if found > VERSION {
        return Err(WaveformError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    let _leaf_bytes = take.u32();
    take.u64().ok_or_else(damaged)
}

/// Reads leaves by number, a block of bytes at a time; a leaf is checked when it is asked for.
pub(super) struct Reader<'a> {
    index: &'a Index,
    count: u64,
    base: u64,
    bytes: Vec<u8>,
}

impl Reader<'_> {
    /// Leaves in the buffer.
    fn held(&self) -> u64 {
        self.bytes.len() as u64 / LEAF_BYTES
    }

    /// Reads the block that holds a leaf. Who asks for leaves one after the other, or leaves
    /// out only a few, gets ever larger blocks.
    fn fetch(&mut self, number: u64) -> Result<(), WaveformError> {
        let (held, next) = (self.held(), self.base + self.held());
        let near = held > 0 && number >= next && number - next <= SKIP;
        let size = if near { (held * 4).clamp(BLOCK, MOST) } else { BLOCK };
        let a = number - number % BLOCK;
        let b = (a + size).min(self.count);
        self.base = a;
        self.bytes.clear();
        if number >= b {
            return Err(WaveformError::damaged(&self.index.path, "it is shorter than it was"));
        }
        self.index.read(a, b, &mut self.bytes).inspect_err(|_| self.bytes.clear())
    }
}

impl Leaves for Reader<'_> {
    fn leaf(&mut self, number: u64) -> Result<Leaf, WaveformError> {
        if number < self.base || number - self.base >= self.held() {
            self.fetch(number)?;
        }
        let at = ((number - self.base) * LEAF_BYTES) as usize;
        let raw = self.bytes.get(at..at + LEAF_BYTES as usize).unwrap_or_default();
        Leaf::decode(raw).ok_or_else(|| {
            let reason = format!("entry {number} does not fit its checksum");
            WaveformError::damaged(&self.index.path, reason)
        })
    }
}
