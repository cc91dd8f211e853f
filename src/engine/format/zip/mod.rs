//! Zip archives as people send map layers and deliveries in them: listed and read by name, within
//! limits, and written ([`write()`]).
//!
//! After the "APPNOTE.TXT - .ZIP File Format Specification" of PKWARE 6.3.10: the central directory
//! counts; stored and deflated entries are read; encrypted ones and Zip64 are told.

#[cfg(test)]
mod tests;
mod write;

pub use write::write;

use crate::problem::Problem;

/// Largest entry that is unpacked.
const MOST_BYTES: usize = 256 << 20;
/// Most entries that are listed.
const MOST_ENTRIES: usize = 65_535;
/// Longest comment, and the record that ends the archive.
const END_BYTES: usize = 65_535 + 22;

/// An entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path inside the archive, as written.
    pub name: String,
    /// Size when unpacked, as the directory states it.
    pub bytes: u64,
    method: u16,
    flags: u16,
    crc: u32,
    packed: usize,
    local: usize,
}

impl Entry {
    /// Where its header stands in the archive, in bytes.
    pub fn offset(&self) -> u64 {
        self.local as u64
    }
}

/// An archive whose directory has been read.
#[derive(Debug)]
pub struct Archive<'b> {
    bytes: &'b [u8],
    entries: Vec<Entry>,
}

/// Whether the bytes start as a zip archive.
pub fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

impl<'b> Archive<'b> {
    /// Reads the directory; entries of it that are damaged end the list with a problem.
    pub fn open(bytes: &'b [u8]) -> (Self, Vec<Problem>) {
        let mut archive = Self { bytes, entries: Vec::new() };
        let problem = archive.list().err();
        (archive, problem.into_iter().collect())
    }

    /// Its entries, in the order of the directory.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn list(&mut self) -> Result<(), Problem> {
        let bytes = self.bytes;
        let from = bytes.len().saturating_sub(END_BYTES);
        let tail = bytes.get(from..).unwrap_or_default();
        let cut = || {
            let reason =
                "the archive has no directory at its end: the file is cut off; copy it again";
            Problem::at(bytes.len() as u64, "directory", reason)
        };
        let end = tail.windows(4).rposition(|w| w == b"PK\x05\x06").ok_or_else(cut)? + from;
        let count = u16_at(bytes, end + 10).ok_or_else(cut)?;
        let start = u32_at(bytes, end + 16).ok_or_else(cut)?;
        if start == u32::MAX || count == u16::MAX {
            let reason = "a Zip64 archive (over 4 GiB or 65 535 entries); unpack it first";
            return Err(Problem::at(end as u64, "directory", reason));
        }
        let mut at = start as usize;
        for _ in 0..usize::from(count).min(MOST_ENTRIES) {
            let damaged = || Problem::at(at.min(bytes.len()) as u64, "directory", "damaged here");
            let head = bytes.get(at..at + 46).filter(|h| h.starts_with(b"PK\x01\x02"));
            let head = head.ok_or_else(damaged)?;
            let field = |i: usize| usize::from(u16_at(head, i).unwrap_or(0));
            let wide = |i: usize| u32_at(head, i).unwrap_or(0);
            let name = bytes.get(at + 46..at + 46 + field(28)).ok_or_else(damaged)?;
            self.entries.push(Entry {
                name: String::from_utf8_lossy(name).into_owned(),
                bytes: u64::from(wide(24)),
                method: field(10) as u16,
                flags: field(8) as u16,
                crc: wide(16),
                packed: wide(20) as usize,
                local: wide(42) as usize,
            });
            at += 46 + field(28) + field(30) + field(32);
        }
        Ok(())
    }

    /// Unpacks an entry; its checksum is tested.
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>, Problem> {
        let fail = |reason: String| {
            let at = entry.local.min(self.bytes.len()) as u64;
            let name: String = entry.name.chars().take(80).collect();
            Problem::at(at, format!("entry {name}"), reason)
        };
        if entry.flags & 1 != 0 {
            return Err(fail("is encrypted; unpack it with its password first".to_owned()));
        }
        if entry.bytes > MOST_BYTES as u64 {
            return Err(fail("unpacks to more than 256 MiB; unpack it first".to_owned()));
        }
        let cut = || fail("is cut off; copy the archive again".to_owned());
        let head = self.bytes.get(entry.local..).filter(|h| h.starts_with(b"PK\x03\x04"));
        let head = head.ok_or_else(cut)?;
        let skip = |i: usize| u16_at(head, i).map(usize::from).ok_or_else(cut);
        let start = 30 + skip(26)? + skip(28)?;
        let packed = start.checked_add(entry.packed).and_then(|end| head.get(start..end));
        let packed = packed.ok_or_else(cut)?;
        let whole = match entry.method {
            0 => packed.to_vec(),
            8 => miniz_oxide::inflate::decompress_to_vec_with_limit(packed, entry.bytes as usize)
                .map_err(|error| fail(format!("does not unpack: {error}")))?,
            other => return Err(fail(format!("is packed with method {other}; use deflate"))),
        };
        if whole.len() as u64 != entry.bytes || crc32(&whole) != entry.crc {
            return Err(fail("does not match its checksum; copy the archive again".to_owned()));
        }
        Ok(whole)
    }
}

/// Table of the CRC-32 of zip (polynomial 0xEDB88320, reflected).
const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut value = i as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { (value >> 1) ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[i] = value;
        i += 1;
    }
    table
};

/// CRC-32 as zip counts it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (crc >> 8) ^ CRC.get((crc as u8 ^ byte) as usize).copied().unwrap_or(0)
    })
}

/// Builds an archive of stored entries: for tests here and beside.
#[cfg(test)]
pub(crate) fn stored(entries: &[(&str, &[u8])]) -> Vec<u8> {
    packed(entries, |bytes| (0, bytes.to_vec()))
}

/// Builds an archive with a packer that gives method and packed bytes.
#[cfg(test)]
pub(crate) fn packed(entries: &[(&str, &[u8])], pack: impl Fn(&[u8]) -> (u16, Vec<u8>)) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let local = out.len() as u32;
        let (method, body) = pack(bytes);
        let mut common = Vec::new();
        common.extend(20_u16.to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        common.extend(method.to_le_bytes());
        common.extend([0; 4]);
        common.extend(crc32(bytes).to_le_bytes());
        common.extend((body.len() as u32).to_le_bytes());
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(body);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(local.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((entries.len() as u16).to_le_bytes());
    out.extend((entries.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}
