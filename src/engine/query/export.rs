//! Writes ranges of the archive as text or miniSEED.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::QueryError;
use crate::archive::{Archive, SeriesKey, SeriesKind};
use crate::time::{Instant, TimeRange, iso};

/// Samples that are held at once.
const PIECE: u64 = 500_000;

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The archive could not be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The output could not be written.
    #[error("the export could not be written: {0}; check the free space and the permissions")]
    Write(#[from] io::Error),
    /// Only waveforms have records.
    #[error("{0} is no waveform, so there are no miniSEED records of it; export it as CSV")]
    NoRecords(String),
}

/// Samples as CSV: `series,time_utc,value`, one line each, in time order within a series.
/// Returns the number of lines.
pub fn csv(
    archive: &Archive,
    keys: &[SeriesKey],
    range: TimeRange,
    cancelled: &AtomicBool,
    out: &mut dyn Write,
) -> Result<u64, ExportError> {
    writeln!(out, "series,time_utc,value")?;
    let mut lines = 0;
    for key in keys {
        lines += each_piece(archive, key, range, cancelled, &mut |times, values| {
            for (time, value) in times.iter().zip(values) {
                writeln!(out, "{key},{},{value}", iso(*time, 6))?;
            }
            Ok(())
        })?;
    }
    Ok(lines)
}

/// Takes times and values of some samples.
pub type TakeSamples<'a> = dyn FnMut(&[Instant], &[f64]) -> io::Result<()> + 'a;

/// Hands the samples of a range to `take`, a bounded number at a time; returns how many.
pub fn each_piece(
    archive: &Archive,
    key: &SeriesKey,
    range: TimeRange,
    cancelled: &AtomicBool,
    take: &mut TakeSamples<'_>,
) -> Result<u64, ExportError> {
    let mut rest = range;
    let mut count = 0;
    loop {
        if cancelled.load(Ordering::Relaxed) {
            return Err(QueryError::Cancelled.into());
        }
        let (times, values, truncated) = archive.range(key, rest, PIECE, cancelled)?;
        take(&times, &values)?;
        count += times.len() as u64;
        match times.last() {
            Some(last) if truncated => rest = TimeRange::new(last.plus_ns(1), range.end),
            _ => return Ok(count),
        }
    }
}

/// The original miniSEED records that touch a range. Returns the number of bytes.
pub fn mseed(
    archive: &Archive,
    keys: &[SeriesKey],
    range: TimeRange,
    out: &mut dyn Write,
) -> Result<u64, ExportError> {
    let series = archive.series();
    let mut bytes = 0;
    for key in keys {
        let known = series.iter().find(|s| s.key == *key);
        let known = known.ok_or_else(|| QueryError::Unknown(key.to_string()))?;
        if known.kind != SeriesKind::Waveform {
            return Err(ExportError::NoRecords(key.to_string()));
        }
        let records = archive.waveform_records(key, range)?;
        out.write_all(&records)?;
        bytes += records.len() as u64;
    }
    Ok(bytes)
}
