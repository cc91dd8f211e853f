//! Whether a body is whole and of the kind that was asked for.
//!
//! HTTP does not always tell that a body was cut off (a server may just close the connection),
//! so the structure is walked: miniSEED record by record, XML to its closing tag.

use crate::format::{quakeml, stationxml};

use super::PartFormat;

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It starts well and ends too early.
    CutOff,
    /// It is something else.
    Other,
}

/// Longest record of miniSEED 2, and the shortest.
const LENGTHS: std::ops::RangeInclusive<u32> = 7..=20;

pub(super) fn check(format: PartFormat, bytes: &[u8]) -> Result<(), Fault> {
    match format {
        PartFormat::MiniSeed => miniseed(bytes),
        PartFormat::StationXml => xml(bytes, stationxml::sniff(bytes), "FDSNStationXML>"),
        PartFormat::QuakeMl => xml(bytes, quakeml::sniff(bytes), "quakeml>"),
    }
}

fn xml(bytes: &[u8], sniffed: bool, closing: &str) -> Result<(), Fault> {
    if !sniffed {
        return Err(Fault::Other);
    }
    let tail = bytes.get(bytes.len().saturating_sub(4096)..).unwrap_or_default();
    let tail = String::from_utf8_lossy(tail);
    let element = tail.rsplit("</").next().unwrap_or_default();
    if element.contains(closing) { Ok(()) } else { Err(Fault::CutOff) }
}

fn miniseed(bytes: &[u8]) -> Result<(), Fault> {
    let mut at = 0;
    while let Some(record) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = record_length(record);
        match length {
            Some(length) if length <= record.len() => at += length,
            Some(_) => return Err(Fault::CutOff),
            // A header that is cut off itself.
            None if record.len() < 64 && (at > 0 || starts(record)) => return Err(Fault::CutOff),
            None => return Err(Fault::Other),
        }
    }
    if at == 0 { Err(Fault::Other) } else { Ok(()) }
}

/// Length of the record at the start of some bytes; none where there is no record.
fn record_length(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"MS\x03") {
        let word = |at: usize| bytes.get(at..at + 4)?.first_chunk::<4>().copied();
        let extra = bytes.get(34..36)?.first_chunk::<2>().copied().map(u16::from_le_bytes)?;
        let payload = u32::from_le_bytes(word(36)?);
        let identifier = usize::from(*bytes.get(33)?);
        return Some(40 + identifier + usize::from(extra) + payload as usize);
    }
    if !is_header(bytes) {
        return None;
    }
    from_blockette(bytes).or_else(|| {
        // Without blockette 1000 the next header tells, else the end of the bytes.
        LENGTHS
            .map(|power| 1_usize << power)
            .find(|length| bytes.len() == *length || bytes.get(*length..).is_some_and(is_header))
    })
}

/// Whether a miniSEED 2 data header starts here (SEED 2.4, fixed section of data header).
fn is_header(bytes: &[u8]) -> bool {
    bytes.len() >= 48 && starts(bytes)
}

/// Whether the bytes, as many as there are, start as a header of either version.
fn starts(bytes: &[u8]) -> bool {
    let digits = |b: &u8| b.is_ascii_digit() || *b == b' ' || *b == 0;
    let version_2 = bytes.iter().take(6).all(digits)
        && bytes.get(6).is_none_or(|quality| b"DRQM".contains(quality))
        && bytes.get(7).is_none_or(|reserved| matches!(reserved, b' ' | 0));
    version_2 || bytes.starts_with(b"MS\x03")
}

/// Record length as blockette 1000 gives it. The byte order follows from the year.
fn from_blockette(bytes: &[u8]) -> Option<usize> {
    let pair = |at: usize| bytes.get(at..at + 2)?.first_chunk::<2>().copied();
    let year = u16::from_be_bytes(pair(20)?);
    let number =
        if (1900..=2500).contains(&year) { u16::from_be_bytes } else { u16::from_le_bytes };
    let mut at = usize::from(number(pair(46)?));
    // A record has a handful of blockettes; a chain that goes on or back is no chain.
    for _ in 0..16 {
        let (kind, next) = (number(pair(at)?), usize::from(number(pair(at + 2)?)));
        if kind == 1000 {
            let power = u32::from(*bytes.get(at + 6)?);
            return LENGTHS.contains(&power).then(|| 1 << power);
        }
        if next <= at {
            return None;
        }
        at = next;
    }
    None
}
