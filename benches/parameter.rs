//! Parameter ingest against SQLite row per value: durable values per second and bytes per value.
//!
//! `cargo bench -p marsdeck-engine --bench parameter`: housekeeping of the shape of FACTS 6 (50
//! parameters a packet: 12-bit analogs in engineering units, counters, states), stored batch by
//! batch, each durable when its call returns; SQLite stores the same values as rows keyed by
//! parameter and time, a transaction per batch.

use std::error::Error;
use std::path::Path;
use std::time::Instant as Stopwatch;

use marsdeck_engine::archive::{Archive, ParameterBatch};
use marsdeck_engine::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Parameters of a packet, rows of a batch, batches.
const PARAMETERS: usize = 50;
const ROWS: usize = 4096;
const BATCHES: usize = 20;
/// Batches that SQLite gets: it is measured per value.
const SQLITE_BATCHES: usize = 3;
/// 2019-07-26, where the data begin.
const START_S: f64 = 1_564_099_200.0;

fn batch(number: usize) -> ParameterBatch {
    let first = number * ROWS;
    let value = |parameter: usize, row: usize| {
        let t = (first + row) as f64;
        let noise = ((row * 7919 + parameter * 104_729) % 5) as f64;
        match parameter % 10 {
            // Analogs of 12 bits, calibrated to engineering units.
            0..=5 => {
                let raw = (2048.0 + 900.0 * (t / (800.0 + parameter as f64)).sin() + noise).round();
                0.0125 * raw - 20.0
            }
            6 => (3.0 * (t / 500.0).sin() * 1024.0).round() / 1024.0,
            7 => t,
            _ => f64::from(u8::from((first + row) / 700 % 2 == 1)),
        }
    };
    ParameterBatch {
        product: "raw".to_owned(),
        names: (0..PARAMETERS).map(|p| format!("/bench/group/p{p:02}")).collect(),
        units: vec![String::new(); PARAMETERS],
        times: (0..ROWS).map(|r| Instant::from_unix_s(START_S + (first + r) as f64)).collect(),
        columns: (0..PARAMETERS).map(|p| (0..ROWS).map(|r| value(p, r)).collect()).collect(),
    }
}

fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += if about.is_dir() { size(&entry.path())? } else { about.len() };
    }
    Ok(bytes)
}

/// Seconds and bytes of our archive.
fn ours(folder: &Path, batches: &[ParameterBatch]) -> Result<(f64, u64)> {
    let (archive, _) = Archive::open_or_create(folder, Instant::from_unix_s(START_S))?;
    let clock = Stopwatch::now();
    for batch in batches {
        archive.append_parameters(batch)?;
    }
    let seconds = clock.elapsed().as_secs_f64();
    drop(archive);
    Ok((seconds, size(&folder.join("parameter"))? + size(&folder.join("log"))?))
}

/// Seconds and bytes of SQLite.
fn sqlite(folder: &Path, batches: &[ParameterBatch]) -> Result<(f64, u64)> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("rows.sqlite");
    let mut database = rusqlite::Connection::open(&path)?;
    database.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
         CREATE TABLE value(p INTEGER, t INTEGER, v REAL, PRIMARY KEY(p, t)) WITHOUT ROWID;",
    )?;
    let clock = Stopwatch::now();
    for batch in batches {
        let transaction = database.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO value VALUES (?1, ?2, ?3)")?;
            // In the order that packets bring them: all parameters of a time, then the next time.
            for (i, time) in batch.times.iter().enumerate() {
                for (p, column) in batch.columns.iter().enumerate() {
                    insert.execute((p as i64, time.unix_ns(), column[i]))?;
                }
            }
        }
        transaction.commit()?;
    }
    let seconds = clock.elapsed().as_secs_f64();
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok((seconds, std::fs::metadata(&path)?.len()))
}

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let batches: Vec<ParameterBatch> = (0..BATCHES).map(batch).collect();
    let values = |n: usize| (n * ROWS * PARAMETERS) as f64;
    let (seconds, bytes) = ours(&folder.path().join("archive"), &batches)?;
    let (rate, per_value) = (values(BATCHES) / seconds, bytes as f64 / values(BATCHES));
    let (seconds, bytes) = sqlite(&folder.path().join("sqlite"), &batches[..SQLITE_BATCHES])?;
    let (their_rate, their_bytes) =
        (values(SQLITE_BATCHES) / seconds, bytes as f64 / values(SQLITE_BATCHES));
    println!("{:<22}{:>14}{:>14}", "", "M values/s", "bytes/value");
    println!("{:<22}{:>14.2}{:>14.2}", "marsdeck", rate / 1e6, per_value);
    println!("{:<22}{:>14.2}{:>14.2}", "SQLite row per value", their_rate / 1e6, their_bytes);
    let (faster, smaller) = (rate / their_rate, their_bytes / per_value);
    println!("{:<22}{faster:>13.1}x{smaller:>13.1}x", "ratio");
    Ok(())
}
