//! Waveform store against SQLite row per sample: durable ingest, and min/max queries at 2 000
//! slices from a second to everything.
//!
//! `cargo bench -p marsdeck-engine --bench waveform -- [--samples N] [--sqlite N] [--dir DIR]
//! [--export DIR]`: `--samples` in our store (default 10⁸), `--sqlite` of them in SQLite too
//! (default 4·10⁶), `--export` writes the samples as raw int32 for other stores, see
//! `benches/scripts/waveform.sh`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant as Stopwatch};

use marsdeck_engine::archive::{SeriesKey, WaveformStore};
use marsdeck_engine::format::mseed::{self, Samples, SourceId, Trace, WriteOptions};
use marsdeck_engine::time::{Instant, TimeRange};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Samples per second.
const RATE: f64 = 20.0;
/// Nanoseconds between samples.
const PERIOD: i64 = 50_000_000;
const DAY: i64 = 86_400_000_000_000;
const PER_DAY: usize = 1_728_000;
/// 2019-01-01, where the data begin.
const START: i64 = 1_546_300_800_000_000_000;
const WIDTH: u32 = 2_000;
/// Days delivered at once.
const DELIVERY: usize = 8;

static GO_ON: AtomicBool = AtomicBool::new(false);

struct Options {
    samples: usize,
    sqlite: usize,
    dir: Option<PathBuf>,
    export: Option<PathBuf>,
}

fn options() -> Result<Options> {
    let mut out = Options { samples: 100_000_000, sqlite: 4_000_000, dir: None, export: None };
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--samples" => out.samples = value.parse::<f64>()? as usize,
            "--sqlite" => out.sqlite = value.parse::<f64>()? as usize,
            "--dir" => out.dir = Some(value.into()),
            "--export" => out.export = Some(value.into()),
            other => return Err(format!("{other} is not an option").into()),
        }
    }
    Ok(out)
}

/// A day of noise with a slow tide and a few bursts, as integers that Steim2 packs to about one
/// byte each.
fn day_of_samples() -> Vec<i32> {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f64 / f64::from(1u32 << 24) - 0.5
    };
    let mut value = 0.0;
    (0..PER_DAY)
        .map(|i| {
            let phase = i as f64 / PER_DAY as f64 * std::f64::consts::TAU;
            let burst = if i % 200_000 < 4_000 { 6.0 } else { 1.0 };
            value = value * 0.98 + random() * 60.0 * burst;
            (value + 5_000.0 * phase.sin()) as i32
        })
        .collect()
}

/// The records of that day, in the year and day of the year of day `k`.
fn stamp(template: &[u8], k: usize, out: &mut Vec<u8>) {
    let (mut year, mut day) = (2019u16, k as u16);
    loop {
        let length = if year.is_multiple_of(4) { 366 } else { 365 };
        if day < length {
            break;
        }
        (year, day) = (year + 1, day - length);
    }
    let from = out.len();
    out.extend_from_slice(template);
    for record in out[from..].chunks_exact_mut(512) {
        record[20..22].copy_from_slice(&year.to_be_bytes());
        record[22..24].copy_from_slice(&(day + 1).to_be_bytes());
    }
}

/// CPU time of this thread so far (Linux; zero elsewhere). On a loaded machine it tells more
/// than the clock.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split_whitespace().next().and_then(|word| word.parse().ok());
    Duration::from_nanos(first.unwrap_or(0))
}

fn millions(samples: usize, time: Duration) -> f64 {
    samples as f64 / time.as_secs_f64() / 1e6
}

fn ingest(
    store: &WaveformStore,
    template: &[u8],
    days: usize,
) -> Result<(usize, Duration, Duration)> {
    let (mut samples, mut time, mut busy) = (0, Duration::ZERO, Duration::ZERO);
    let mut bytes = Vec::new();
    let mut k = 0;
    while k < days {
        bytes.clear();
        for day in k..(k + DELIVERY).min(days) {
            stamp(template, day, &mut bytes);
        }
        k += DELIVERY;
        let (watch, before) = (Stopwatch::now(), cpu());
        let report = store.append("raw", &bytes)?;
        time += watch.elapsed();
        busy += cpu().saturating_sub(before);
        samples += report.samples_stored as usize;
        if !report.problems.is_empty() {
            return Err(format!("{:?}", report.problems).into());
        }
    }
    Ok((samples, time, busy))
}

fn sqlite_ingest(
    path: &Path,
    day: &[i32],
    count: usize,
) -> Result<(rusqlite::Connection, Duration)> {
    let db = rusqlite::Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -262144;
         CREATE TABLE sample (t INTEGER PRIMARY KEY, v INTEGER NOT NULL);",
    )?;
    let watch = Stopwatch::now();
    let mut done = 0;
    while done < count {
        let transaction = db.unchecked_transaction()?;
        let mut insert = transaction.prepare("INSERT INTO sample VALUES (?1, ?2)")?;
        for i in done..(done + 1_000_000).min(count) {
            insert.execute((START + i as i64 * PERIOD, day[i % PER_DAY]))?;
        }
        drop(insert);
        transaction.commit()?;
        done += 1_000_000;
    }
    let time = watch.elapsed();
    Ok((db, time))
}

fn sqlite_query(db: &rusqlite::Connection, range: TimeRange) -> Result<usize> {
    let mut query = db.prepare_cached(
        "SELECT (t - ?1) / ?3 AS slice, min(v), max(v), avg(v) FROM sample
         WHERE t >= ?1 AND t < ?2 GROUP BY slice",
    )?;
    let slice = (range.duration_ns() / i64::from(WIDTH)).max(1);
    let mut rows = query.query((range.start.unix_ns(), range.end.unix_ns(), slice))?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let extremes: (i64, i64, f64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        count += usize::from(extremes.0 <= extremes.1);
    }
    Ok(count)
}

/// Drops the pages of every file from the cache of the system. Needs GNU dd.
fn chill(dir: &Path) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            chill(&path)?;
        } else {
            let file = format!("if={}", path.display());
            let dd = ["iflag=nocache", "count=0", &file];
            Command::new("dd").args(dd).stderr(Stdio::null()).status()?;
        }
    }
    Ok(())
}

/// Median and maximum in milliseconds.
fn spread(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |t| t.as_secs_f64() * 1e3);
    (ms(times.get(times.len() / 2)), ms(times.last()))
}

/// `count` ranges of a length, spread over all data.
fn ranges(length: i64, total: i64, count: i64) -> Vec<TimeRange> {
    (0..count)
        .map(|i| {
            let from = START + (total - length).max(0) / count * i + i * 1_234_567;
            TimeRange::new(Instant::from_unix_ns(from), Instant::from_unix_ns(from + length))
        })
        .collect()
}

fn timed(
    ranges: &[TimeRange],
    mut query: impl FnMut(TimeRange) -> Result<()>,
) -> Result<(f64, f64)> {
    let mut times = Vec::new();
    for &range in ranges {
        let watch = Stopwatch::now();
        query(range)?;
        times.push(watch.elapsed());
    }
    Ok(spread(times))
}

/// Raw decode of 10⁶ samples, the yardstick of the queries.
fn decode_million(template: &[u8]) -> Result<f64> {
    let mut samples = Samples::I32(Vec::new());
    let before = cpu();
    for _ in 0..100 {
        let mut count = 0;
        for record in template.chunks_exact(512) {
            let header = mseed::parse_header(record).map_err(|p| p.to_string())?;
            let _ = mseed::decode(record, &header, &mut samples);
            count += samples.len();
            if count >= 1_000_000 {
                break;
            }
        }
    }
    Ok(cpu().saturating_sub(before).as_secs_f64() * 10.0)
}

fn main() -> Result<()> {
    let options = options()?;
    let temporary = tempfile::tempdir()?;
    let dir = options.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&dir)?;
    let day = day_of_samples();
    let source = SourceId {
        network: "XB".into(),
        station: "ELYSE".into(),
        location: "02".into(),
        channel: "BHU".into(),
    };
    let samples = Samples::I32(day.clone());
    let start = Instant::from_unix_ns(START);
    let trace = Trace { source, start, rate_hz: RATE, publication: 1, samples };
    let template = mseed::write(&trace, &WriteOptions::default()).map_err(|p| p.to_string())?;
    if let Some(path) = &options.export {
        let raw: Vec<u8> = day.iter().flat_map(|v| v.to_le_bytes()).collect();
        std::fs::write(path, raw)?;
    }
    let days = options.samples.div_ceil(PER_DAY);
    let (store, _) = WaveformStore::open(&dir.join("waveform"), true)?;
    let (stored, time, busy) = ingest(&store, &template, days)?;
    let (rate, rate_cpu) = (millions(stored, time), millions(stored, busy));
    println!("records: {:.3} bytes a sample", template.len() as f64 / PER_DAY as f64);
    println!(
        "ours:   {stored} samples durable at {rate:.1} Msamples/s ({rate_cpu:.1} by CPU time)"
    );
    let before = cpu();
    let (db, time) = sqlite_ingest(&dir.join("rows.sqlite"), &day, options.sqlite)?;
    let rows = millions(options.sqlite, time);
    let rows_cpu = millions(options.sqlite, cpu().saturating_sub(before));
    println!(
        "SQLite: {} rows durable at {rows:.2} Msamples/s ({rows_cpu:.2} by CPU time)",
        options.sqlite
    );
    println!("ratio:  {:.0} ({:.0} by CPU time)\n", rate / rows, rate_cpu / rows_cpu);
    drop(store);
    let watch = Stopwatch::now();
    let (store, said) = WaveformStore::open(&dir.join("waveform"), true)?;
    println!("open again: {:.1} ms {said:?}", watch.elapsed().as_secs_f64() * 1e3);
    let yardstick = decode_million(&template)?;
    println!("raw decode of 10^6 samples: {yardstick:.2} ms of CPU time\n");
    queries(&store, &dir, &db, days, options.sqlite)
}

fn queries(
    store: &WaveformStore,
    dir: &Path,
    db: &rusqlite::Connection,
    days: usize,
    rows: usize,
) -> Result<()> {
    let key = SeriesKey::new("XB.ELYSE.02.BHU", "raw");
    let total = days as i64 * DAY;
    let second = 1_000_000_000i64;
    let leaf = 24 * second;
    let zooms = [
        ("1 s", second),
        ("10 s", 10 * second),
        ("1 min", 60 * second),
        ("1 h", 3_600 * second),
        ("half a record a slice", i64::from(WIDTH) * leaf / 2),
        ("1 record a slice", i64::from(WIDTH) * leaf),
        ("2 records a slice", i64::from(WIDTH) * leaf * 2),
        ("4 records a slice", i64::from(WIDTH) * leaf * 4),
        ("8 records a slice", i64::from(WIDTH) * leaf * 8),
        ("15 records a slice", i64::from(WIDTH) * leaf * 15),
        ("30 records a slice", i64::from(WIDTH) * leaf * 30),
        ("100 records a slice", i64::from(WIDTH) * leaf * 100),
        ("300 records a slice", i64::from(WIDTH) * leaf * 300),
        ("1 sol", 88_775 * second),
        ("30 d", 30 * DAY),
        ("everything", total),
    ];
    println!(
        "min/max/mean, {WIDTH} slices     CPU ms  warm ms (max)         cold ms   SQLite ms    ratio"
    );
    for (name, length) in zooms.into_iter().filter(|zoom| zoom.1 <= total) {
        let ask = |range| -> Result<()> {
            let (buckets, _) = store.min_max(&key, range, WIDTH, &GO_ON)?;
            if buckets.len() == WIDTH as usize { Ok(()) } else { Err("slices".into()) }
        };
        let places = ranges(length, total, 25);
        timed(&places, ask)?;
        let (before, rounds) = (cpu(), if length < 3_600 * second { 200 } else { 10 });
        for _ in 0..rounds {
            places.iter().try_for_each(|&range| ask(range))?;
        }
        let busy = cpu().saturating_sub(before).as_secs_f64() * 1e3;
        let busy = busy / f64::from(rounds) / places.len() as f64;
        let (warm, most) = timed(&places, ask)?;
        let mut cold = Vec::new();
        for &range in places.iter().skip(1).step_by(8) {
            chill(&dir.join("waveform"))?;
            let watch = Stopwatch::now();
            ask(range)?;
            cold.push(watch.elapsed());
        }
        let cold = spread(cold).0;
        let held = rows as i64 * PERIOD;
        // SQLite answers over what it holds; where that is less, its time is that of less data.
        let places = ranges(length.min(held), held, 3);
        let (peer, _) = timed(&places, |range| sqlite_query(db, range).map(|_| ()))?;
        let less = if length > held { "*" } else { " " };
        let ratio = peer / warm;
        println!(
            "{name:<24} {busy:>10.3} {warm:>10.3} ({most:>7.3}) {cold:>10.2} {peer:>10.1}{less} {ratio:>8.0}"
        );
    }
    println!("* over the {rows} rows that SQLite holds only");
    Ok(())
}
