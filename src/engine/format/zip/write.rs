//! Writes zip archives: the same entries give the same bytes, whoever writes them and when.
//!
//! After APPNOTE 6.3.10: entries are deflated where that makes them smaller, else stored; every
//! time stamp is the first that the format knows (1980-01-01 00:00), no field depends on a machine.

use super::crc32;
use crate::problem::Problem;

/// Version of the format that is needed to unpack: 2.0, for deflate.
const NEEDED: u16 = 20;
/// 1980-01-01, as MS-DOS counts days.
const DATE: u16 = 0x0021;
/// Names are UTF-8 (general purpose flag, bit 11).
const UTF8: u16 = 1 << 11;
/// Effort of packing, of 10.
const LEVEL: u8 = 6;

/// Packs entries (name, content) in their order. Refuses what needs Zip64, a name that stands
/// twice and a name that is none.
pub fn write(entries: &[(&str, &[u8])]) -> Result<Vec<u8>, Problem> {
    if entries.len() >= usize::from(u16::MAX) {
        return Err(Problem::of("entries", "an archive holds at most 65 534: split it"));
    }
    let mut seen = std::collections::BTreeSet::new();
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let fail = |reason: &str| {
            let shown: String = name.chars().take(80).collect();
            Problem::of(format!("entry {shown}"), reason)
        };
        if name.is_empty() || name.len() > usize::from(u16::MAX) {
            return Err(fail("its name is empty or too long"));
        }
        if !seen.insert(*name) {
            return Err(fail("the name stands twice"));
        }
        let packed = miniz_oxide::deflate::compress_to_vec(content, LEVEL);
        let is_packed = packed.len() < content.len();
        let body = if is_packed { packed.as_slice() } else { content };
        let sizes = [out.len() + body.len() + name.len() + 30, content.len()];
        // One byte below the mark that stands for Zip64.
        let [_, whole] = sizes.map(u32::try_from);
        let (Ok(whole), true) = (whole, sizes[0].max(sizes[1]) < u32::MAX as usize) else {
            return Err(fail("the archive would be larger than 4 GiB: split it"));
        };
        let local = out.len() as u32;
        let mut common = Vec::with_capacity(26);
        common.extend(NEEDED.to_le_bytes());
        common.extend(if name.is_ascii() { 0 } else { UTF8 }.to_le_bytes());
        common.extend(if is_packed { 8_u16 } else { 0 }.to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        common.extend(DATE.to_le_bytes());
        common.extend(crc32(content).to_le_bytes());
        common.extend((body.len() as u32).to_le_bytes());
        common.extend(whole.to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(body);
        directory.extend(b"PK\x01\x02");
        directory.extend(NEEDED.to_le_bytes());
        directory.extend(&common);
        // No comment, disk 0, no attributes.
        directory.extend([0; 10]);
        directory.extend(local.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(out.len()).ok().filter(|start| *start < u32::MAX);
    let size = u32::try_from(directory.len()).ok();
    let (Some(start), Some(size)) = (start, size) else {
        return Err(Problem::of("directory", "the archive would be larger than 4 GiB: split it"));
    };
    let count = (entries.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    Ok(out)
}
