//! `archive.toml`: the mark, format version and identity of an archive.
//!
//! The file is written once. Its last line is the CRC-32C of the lines before it, and reading
//! accepts exactly the bytes that writing makes, so that any flipped byte is found.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::ArchiveError;
use crate::storage::{hex, read_whole, write_whole};
use crate::time::Instant;

/// The on-disk format that this code writes; `FORMAT.md` describes it.
pub const FORMAT: u32 = 1;
pub(super) const FILE: &str = "archive.toml";

/// What `archive.toml` says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    format: u32,
    id: String,
    created_unix_ns: i64,
    crc32c: String,
}

impl Header {
    fn text(format: u32, id: &str, created_unix_ns: i64) -> String {
        let mut text = format!(
            "# A marsdeck archive. Do not edit; FORMAT.md of marsdeck describes the folder.\n\
             format = {format}\nid = \"{id}\"\ncreated_unix_ns = {created_unix_ns}\n"
        );
        let crc = crc32c::crc32c(text.as_bytes());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "crc32c = \"{crc:08x}\"");
        text
    }

    /// Writes the file of a new archive; its identity comes from when and where it was made.
    pub(super) fn write(dir: &Path, now: Instant) -> Result<(), ArchiveError> {
        let mut hash = Sha256::new();
        hash.update(now.unix_ns().to_le_bytes());
        hash.update(dir.to_string_lossy().as_bytes());
        let mut id = hex(&hash.finalize());
        id.truncate(16);
        let text = Self::text(FORMAT, &id, now.unix_ns());
        Ok(write_whole(&dir.join(FILE), text.as_bytes())?)
    }

    /// Reads and checks the file.
    pub(super) fn read(dir: &Path) -> Result<Self, ArchiveError> {
        let path = dir.join(FILE);
        if !path.is_file() {
            return Err(ArchiveError::NotAnArchive(dir.to_owned()));
        }
        let bytes = read_whole(&path)?;
        let damaged =
            |reason: &str| ArchiveError::Damaged { path: path.clone(), reason: reason.to_owned() };
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged("it is not text"))?;
        let header: Self = toml::from_str(text).map_err(|e| damaged(e.message()))?;
        if header.format > FORMAT {
            let (found, known) = (header.format, FORMAT);
            return Err(ArchiveError::NewerFormat { path: dir.to_owned(), found, known });
        }
        if Self::text(header.format, &header.id, header.created_unix_ns) != text {
            return Err(damaged("its checksum does not match"));
        }
        Ok(header)
    }
}
