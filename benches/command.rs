//! The audit journal of commanding: durable appends per second, and what a restart costs.
//!
//! `cargo bench -p marsdeck-engine --bench command -- [FOLDER]`: records of 300 bytes, each written
//! and synced before the next one (the figure is that of the disk; FOLDER chooses it), the life of
//! a command of six records, then reading, checking and folding 100 000 records.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant as Stopwatch;

use marsdeck_engine::command::{Desk, Journal, read_journal};
use marsdeck_engine::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const APPENDS: usize = 5_000;
/// Seconds after which the appends end, on a slow disk.
const LONGEST_S: f64 = 20.0;

fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// Milliseconds of each append, ascending, and seconds of all.
fn append(folder: &Path) -> Result<(Vec<f64>, f64)> {
    let now = Instant::from_unix_s(1_600_000_000.0);
    let mut opened = Journal::open(folder, now, [0; 16])?;
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(200));
    let mut each = Vec::with_capacity(APPENDS);
    let all = Stopwatch::now();
    while each.len() < APPENDS && all.elapsed().as_secs_f64() < LONGEST_S {
        let one = Stopwatch::now();
        opened.journal.append(now, "bench", "note", &body)?;
        each.push(one.elapsed().as_secs_f64() * 1e3);
    }
    let seconds = all.elapsed().as_secs_f64();
    each.sort_by(f64::total_cmp);
    Ok((each, seconds))
}

fn main() -> Result<()> {
    let given = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let made = tempfile::tempdir()?;
    let folder = given.map_or_else(|| made.path().to_owned(), PathBuf::from).join("journal");
    let (each, seconds) = append(&folder)?;
    println!(
        "durable appends: {} in {seconds:.2} s = {:.0} a second; median {:.3} ms, 99 % {:.3} ms, \
         longest {:.2} ms",
        each.len(),
        each.len() as f64 / seconds,
        percentile(&each, 0.5),
        percentile(&each, 0.99),
        percentile(&each, 1.0),
    );
    let watch = Stopwatch::now();
    let chain = read_journal(&folder)?;
    let read_s = watch.elapsed().as_secs_f64();
    let kinds: BTreeSet<&str> = chain.records.iter().map(|record| record.kind.as_str()).collect();
    let count = chain.records.len();
    println!(
        "read and checked: {count} records of {} kinds in {:.1} ms = {:.0} a second; {} findings",
        kinds.len(),
        read_s * 1e3,
        count as f64 / read_s,
        chain.findings.len(),
    );
    let watch = Stopwatch::now();
    let desk = Desk::of(&chain.records);
    println!(
        "folded: {} commands in {:.1} ms",
        desk.items().count(),
        watch.elapsed().as_secs_f64() * 1e3
    );
    Ok(())
}
