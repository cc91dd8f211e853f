//! The file of one kept tile: a small header with a checksum over everything, then the bytes as
//! the server sent them. A file that was torn, damaged, renamed or made by someone else is
//! refused. All numbers are little-endian.
//!
//! | offset | type | what |
//! |---|---|---|
//! | 0 | 4 bytes | `MDTL` |
//! | 4 | u16 | version, 1 |
//! | 6 | u16 | bytes of the etag |
//! | 8 | i64 | when it was fetched, ms since 1970 UTC |
//! | 16 | u32 × 3 | level, column, row |
//! | 28 | u32 | bytes of the tile |
//! | 32 | u32 | CRC-32C of bytes 0 to 31, the etag and the tile |
//! | 36 | | etag, then the tile |

use crate::storage::{i64_at, u32_at};

use super::grid::TileKey;

const MAGIC: &[u8; 4] = b"MDTL";
const VERSION: u16 = 1;
const HEAD: usize = 36;
/// Longest etag that is kept; a longer one is dropped.
pub const MAX_ETAG: usize = 256;
/// Most bytes of a tile.
pub const MAX_TILE: usize = 8 << 20;

/// A kept tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which tile it is.
    pub key: TileKey,
    /// When it was fetched, milliseconds since 1970 UTC.
    pub fetched_ms: i64,
    /// Mark of this version from the server; empty where it gave none.
    pub etag: String,
    /// The tile as it was sent.
    pub bytes: Vec<u8>,
}

fn checksum(head: &[u8], rest: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(head), rest)
}

/// The bytes of a file.
pub fn write_entry(entry: &Entry) -> Vec<u8> {
    let etag = if entry.etag.len() <= MAX_ETAG { entry.etag.as_bytes() } else { &[] };
    let mut file = Vec::with_capacity(HEAD + etag.len() + entry.bytes.len());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&VERSION.to_le_bytes());
    file.extend_from_slice(&(etag.len() as u16).to_le_bytes());
    file.extend_from_slice(&entry.fetched_ms.to_le_bytes());
    for number in [entry.key.level, entry.key.x, entry.key.y, entry.bytes.len() as u32] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    let sum = crc32c::crc32c_append(checksum(&file, etag), &entry.bytes);
    file.extend_from_slice(&sum.to_le_bytes());
    file.extend_from_slice(etag);
    file.extend_from_slice(&entry.bytes);
    file
}

/// Reads a file; what is wrong with it otherwise.
pub fn read_entry(file: &[u8]) -> Result<Entry, &'static str> {
    if !file.starts_with(MAGIC) {
        return Err("it is no kept tile");
    }
    let (Some(head), Some(rest)) = (file.get(..HEAD), file.get(HEAD..)) else {
        return Err("it ends in its header");
    };
    let short = |at: usize| u32_at(head, at).map_or((0, 0), |n| (n as u16, (n >> 16) as u16));
    let (version, etag_len) = short(4);
    if version != VERSION {
        return Err("it is of another version");
    }
    let number = |at: usize| u32_at(head, at).unwrap_or(0);
    let (etag_len, len) = (usize::from(etag_len), number(28) as usize);
    if etag_len > MAX_ETAG || len > MAX_TILE || rest.len() != etag_len + len {
        return Err("its length is not as stated");
    }
    if checksum(head.get(..32).unwrap_or_default(), rest) != number(32) {
        return Err("its checksum does not fit");
    }
    let (etag, bytes) = rest.split_at_checked(etag_len).ok_or("its length is not as stated")?;
    Ok(Entry {
        key: TileKey { level: number(16), x: number(20), y: number(24) },
        fetched_ms: i64_at(head, 8).unwrap_or(0),
        etag: std::str::from_utf8(etag).map_err(|_| "its etag is not text")?.to_owned(),
        bytes: bytes.to_vec(),
    })
}
