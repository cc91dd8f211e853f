//! The header of a miniSEED 3 record (FDSN miniSEED 3 specification, section "Record layout").
//!
//! Total: any bytes give a header or a problem.

use super::bytes::{array, f64_le_at, u16_at, u32_at};
use super::calendar::Civil;
use super::model::{Encoding, Header, SourceId, Version};
use crate::problem::Problem;

/// Length of the fixed section.
pub(super) const FIXED: usize = 40;
/// Where the checksum stands.
pub(super) const CRC_AT: usize = 28;

fn civil(fixed: &[u8; FIXED]) -> Civil {
    Civil {
        year: u16_at(fixed, 8, false).unwrap_or(0),
        day_of_year: u16_at(fixed, 10, false).unwrap_or(0),
        hour: fixed[12],
        minute: fixed[13],
        second: fixed[14],
        nanosecond: u32_at(fixed, 4, false).unwrap_or(u32::MAX),
    }
}

/// Whether a record plausibly begins here.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    bytes.starts_with(b"MS\x03")
        && array::<FIXED>(bytes, 0).is_some_and(|fixed| civil(&fixed).is_valid())
}

/// Parts of a source identifier. `FDSN:NET_STA_LOC_B_S_SS` is taken apart; any other text is
/// kept whole as the station, so that nothing is lost.
fn source(text: &str) -> SourceId {
    let whole = || SourceId { station: text.to_owned(), ..SourceId::default() };
    let Some(codes) = text.strip_prefix("FDSN:") else { return whole() };
    let mut parts = codes.splitn(4, '_');
    let (Some(network), Some(station), Some(location)) = (parts.next(), parts.next(), parts.next())
    else {
        return whole();
    };
    let rest = parts.next().unwrap_or_default();
    let three: Vec<&str> = rest.split('_').collect();
    let channel = match three.as_slice() {
        [b, s, ss] if [b, s, ss].iter().all(|part| part.chars().count() == 1) => three.concat(),
        [_, _, _] if rest == "__" => String::new(),
        _ => rest.to_owned(),
    };
    SourceId {
        network: network.to_owned(),
        station: station.to_owned(),
        location: location.to_owned(),
        channel,
    }
}

/// The source identifier that [`source`] reads back.
pub(super) fn source_text(source: &SourceId) -> String {
    let SourceId { network, station, location, channel } = source;
    if network.is_empty() && location.is_empty() && channel.is_empty() && station.contains(':') {
        return station.clone();
    }
    let letters: Vec<String> = channel.chars().map(String::from).collect();
    let channel = match letters.as_slice() {
        [] => "__".to_owned(),
        [_, _, _] if !channel.contains('_') => letters.join("_"),
        _ => channel.clone(),
    };
    format!("FDSN:{network}_{station}_{location}_{channel}")
}

/// Samples per second of the rate field: negative is minus the period in seconds.
fn rate_hz(field: f64) -> f64 {
    let hz = if field < 0.0 { -1.0 / field } else { field };
    if hz.is_finite() { hz } else { 0.0 }
}

/// The header of the record that `bytes` begin with, and what is odd about it.
pub(super) fn parse(bytes: &[u8]) -> Result<(Header, Option<Problem>), Problem> {
    let Some(fixed) = array::<FIXED>(bytes, 0) else {
        let reason = format!("cut off after {} bytes, a header has {FIXED}", bytes.len());
        return Err(Problem::at(bytes.len() as u64, "header", reason));
    };
    if !is_header(bytes) {
        return Err(Problem::at(0, "header", "is not one of a miniSEED 3 record"));
    }
    let Some(start) = civil(&fixed).instant() else {
        return Err(Problem::at(8, "start time", "is out of range"));
    };
    let extra_length = usize::from(u16_at(&fixed, 34, false).unwrap_or(0));
    let payload_length = u32_at(&fixed, 36, false).unwrap_or(0);
    let id_end = FIXED + usize::from(fixed[33]);
    let payload_offset = id_end + extra_length;
    let Some(length) = (payload_offset as u32).checked_add(payload_length) else {
        return Err(Problem::at(36, "payload length", "is more than a record can hold"));
    };
    let mut odd = None;
    let id = bytes.get(FIXED..id_end.min(bytes.len())).unwrap_or_default();
    let extra = bytes.get(id_end..payload_offset.min(bytes.len())).unwrap_or_default();
    let extra = String::from_utf8(extra.to_vec()).unwrap_or_else(|error| {
        odd = Some(Problem::at(id_end as u64, "extra headers", "are not UTF-8"));
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    });
    let header = Header {
        version: Version::V3,
        source: source(&String::from_utf8_lossy(id)),
        start,
        rate_hz: rate_hz(f64_le_at(&fixed, 16).unwrap_or(0.0)),
        samples: u32_at(&fixed, 24, false).unwrap_or(0),
        encoding: Encoding::of(fixed[15]),
        // Numbers are little-endian, Steim frames big-endian.
        big_endian: matches!(fixed[15], 10 | 11 | 19),
        payload_offset: payload_offset as u32,
        payload_length,
        length,
        publication: fixed[32],
        extra,
    };
    Ok((header, odd))
}

/// CRC-32C of a record, its checksum field taken as zero.
pub(super) fn checksum(record: &[u8]) -> u32 {
    let (head, rest) = record.split_at(CRC_AT.min(record.len()));
    let crc = crc32c::crc32c_append(crc32c::crc32c(head), &[0; 4]);
    crc32c::crc32c_append(crc, rest.get(4..).unwrap_or_default())
}

/// The problem of a record whose checksum is wrong.
pub(super) fn check(record: &[u8]) -> Option<Problem> {
    let (said, found) = (u32_at(record, CRC_AT, false)?, checksum(record));
    (said != found).then(|| {
        let reason = format!("is 0x{said:08X}, the record gives 0x{found:08X}; its data were kept");
        Problem::at(CRC_AT as u64, "CRC", reason)
    })
}
