//! Writes ranges of the archive as text, Parquet or miniSEED.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::data_type::{DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use super::QueryError;
use crate::archive::{Archive, SeriesKey, SeriesKind, SeriesSummary};
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

/// Samples of one series as Parquet: the columns `time` (nanoseconds since 1970, UTC) and `value`
/// (float64, in the unit that the file's metadata names), a row group per half a million samples.
/// Returns the number of samples.
pub fn parquet(
    archive: &Archive,
    series: &SeriesSummary,
    range: TimeRange,
    cancelled: &AtomicBool,
    out: &mut (dyn Write + Send),
) -> Result<u64, ExportError> {
    let refused = |error: ParquetError| io::Error::other(error.to_string());
    let schema = parse_message_type(
        "message samples {
             required int64 time (TIMESTAMP(NANOS, true));
             required double value;
         }",
    );
    let about = [("series", series.key.to_string()), ("unit", series.unit.clone())];
    let about = about.map(|(key, value)| KeyValue::new(key.to_owned(), value)).to_vec();
    let time = ColumnPath::from("time");
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(false)
        .set_column_encoding(time, Encoding::DELTA_BINARY_PACKED)
        .set_column_encoding(ColumnPath::from("value"), Encoding::BYTE_STREAM_SPLIT)
        .set_key_value_metadata(Some(about))
        .build();
    let schema = Arc::new(schema.map_err(refused)?);
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(refused)?;
    let mut group = |times: &[Instant], values: &[f64]| -> Result<(), ParquetError> {
        let mut group = file.next_row_group()?;
        let times: Vec<i64> = times.iter().map(|t| t.unix_ns()).collect();
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(&times, None, None)?;
            column.close()?;
        }
        if let Some(mut column) = group.next_column()? {
            column.typed::<DoubleType>().write_batch(values, None, None)?;
            column.close()?;
        }
        group.close().map(|_| ())
    };
    let count = each_piece(archive, &series.key, range, cancelled, &mut |times, values| {
        group(times, values).map_err(refused)
    })?;
    file.close().map_err(refused)?;
    Ok(count)
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
