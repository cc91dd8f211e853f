//! Parameter ingest against SQLite row per value: durable values per second and bytes per value.
//!
//! `cargo bench -p marsdeck-engine --bench parameter -- [--export DIR]`: housekeeping of 2 000
//! parameters, 50 in each of 40 packets that come 0.1 to 10 times a second (12-bit analogs in
//! engineering units, counters, states), for 5 000 s. Our archive gets it packet by packet type in
//! batches of at most 4 096 rows, each durable when its call returns; SQLite gets the values of
//! the first 2 000 s in order of time as rows keyed by parameter and time, a transaction per 20 s
//! (it becomes slower as it grows). `--export` writes the values for Parquet, see `benches/scripts/parameter.sh`.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant as Stopwatch;

use marsdeck_engine::archive::{Archive, ParameterBatch};
use marsdeck_engine::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const PARAMETERS: usize = 50;
const PACKETS: usize = 40;
/// Packets a second, for ten packet types in turn.
const RATES: [f64; 10] = [0.1, 0.2, 0.5, 1.0, 1.0, 2.0, 2.0, 2.0, 5.0, 10.0];
const SECONDS: usize = 5_000;
/// Seconds that SQLite gets.
const SQLITE_SECONDS: usize = 2_000;
/// Most rows of a batch.
const ROWS: usize = 4_096;
/// Seconds of a transaction of SQLite.
const TRANSACTION: usize = 20;
/// 2019-07-26, where the data begin.
const START_S: f64 = 1_564_099_200.0;

/// All rows of a packet type.
fn packet(number: usize) -> ParameterBatch {
    let rate = RATES[number % RATES.len()];
    let rows = (SECONDS as f64 * rate).round() as usize;
    let seconds = |row: usize| row as f64 / rate;
    let value = |parameter: usize, row: usize| {
        let noise = ((row * 7919 + parameter * 104_729 + number * 31) % 5) as f64;
        match parameter % 10 {
            // Analogs of 12 bits, calibrated to engineering units.
            0..=5 => {
                let phase = seconds(row) / (800.0 + parameter as f64);
                0.0125 * (2048.0 + 900.0 * phase.sin() + noise).round() - 20.0
            }
            6 => (3.0 * (seconds(row) / 500.0).sin() * 1024.0).round() / 1024.0,
            7 => row as f64,
            _ => f64::from(u8::from(row / 700 % 2 == 1)),
        }
    };
    ParameterBatch {
        product: "raw".to_owned(),
        names: (0..PARAMETERS).map(|p| format!("/bench/packet{number:02}/p{p:02}")).collect(),
        units: vec![String::new(); PARAMETERS],
        times: (0..rows).map(|r| Instant::from_unix_s(START_S + seconds(r))).collect(),
        columns: (0..PARAMETERS).map(|p| (0..rows).map(|r| value(p, r)).collect()).collect(),
    }
}

/// Rows `from..to` of a packet type.
fn part(packet: &ParameterBatch, from: usize, to: usize) -> ParameterBatch {
    ParameterBatch {
        times: packet.times[from..to].to_vec(),
        columns: packet.columns.iter().map(|column| column[from..to].to_vec()).collect(),
        ..packet.clone()
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
fn ours(folder: &Path, packets: &[ParameterBatch]) -> Result<(f64, u64)> {
    let (archive, _) = Archive::open_or_create(folder, Instant::from_unix_s(START_S))?;
    let batches: Vec<ParameterBatch> = packets
        .iter()
        .flat_map(|packet| {
            let rows = packet.times.len();
            (0..rows).step_by(ROWS).map(move |from| part(packet, from, (from + ROWS).min(rows)))
        })
        .collect();
    let clock = Stopwatch::now();
    for batch in &batches {
        archive.append_parameters(batch)?;
    }
    let seconds = clock.elapsed().as_secs_f64();
    drop(archive);
    Ok((seconds, size(&folder.join("parameter"))? + size(&folder.join("log"))?))
}

/// Values a second and bytes a value of SQLite.
fn sqlite(folder: &Path, packets: &[ParameterBatch]) -> Result<(f64, f64)> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("rows.sqlite");
    let mut database = rusqlite::Connection::open(&path)?;
    database.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
         CREATE TABLE value(p INTEGER, t INTEGER, v REAL, PRIMARY KEY(p, t)) WITHOUT ROWID;",
    )?;
    let clock = Stopwatch::now();
    let mut next = vec![0; packets.len()];
    for second in (0..SQLITE_SECONDS).step_by(TRANSACTION) {
        let end = Instant::from_unix_s(START_S + (second + TRANSACTION) as f64);
        let transaction = database.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO value VALUES (?1, ?2, ?3)")?;
            for (number, packet) in packets.iter().enumerate() {
                while let Some(time) = packet.times.get(next[number]).filter(|time| **time < end) {
                    for (p, column) in packet.columns.iter().enumerate() {
                        let key = (number * PARAMETERS + p) as i64;
                        insert.execute((key, time.unix_ns(), column[next[number]]))?;
                    }
                    next[number] += 1;
                }
            }
        }
        transaction.commit()?;
    }
    let seconds = clock.elapsed().as_secs_f64();
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    let values = next.iter().sum::<usize>() as f64 * PARAMETERS as f64;
    Ok((values / seconds, std::fs::metadata(&path)?.len() as f64 / values))
}

/// Writes a file per packet type: times (int64), then the columns (float64).
fn export(folder: &Path, packets: &[ParameterBatch]) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (number, packet) in packets.iter().enumerate() {
        let file = std::fs::File::create(folder.join(format!("packet{number:02}")))?;
        let mut file = std::io::BufWriter::new(file);
        for time in &packet.times {
            file.write_all(&time.unix_ns().to_le_bytes())?;
        }
        for value in packet.columns.iter().flatten() {
            file.write_all(&value.to_le_bytes())?;
        }
        file.flush()?;
    }
    Ok(())
}

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let target = match words.next().as_deref() {
        Some("--export") => Some(words.next().ok_or("--export needs a folder")?),
        Some(other) => return Err(format!("{other} is not an option").into()),
        None => None,
    };
    let folder = tempfile::tempdir()?;
    let packets: Vec<ParameterBatch> = (0..PACKETS).map(packet).collect();
    if let Some(path) = target {
        export(Path::new(&path), &packets)?;
    }
    let values: usize = packets.iter().map(|packet| packet.times.len() * PARAMETERS).sum();
    let values = values as f64;
    let (seconds, bytes) = ours(&folder.path().join("archive"), &packets)?;
    let (rate, per_value) = (values / seconds, bytes as f64 / values);
    let (their_rate, their_bytes) = sqlite(&folder.path().join("sqlite"), &packets)?;
    println!("{:<38}{:>14}{:>14}", format!("{values} values"), "M values/s", "bytes/value");
    println!("{:<38}{:>14.2}{:>14.2}", "marsdeck", rate / 1e6, per_value);
    println!("{:<38}{:>14.2}{:>14.2}", "SQLite row per value", their_rate / 1e6, their_bytes);
    let (faster, smaller) = (rate / their_rate, their_bytes / per_value);
    println!("{:<38}{faster:>13.1}x{smaller:>13.1}x", "ratio");
    Ok(())
}
