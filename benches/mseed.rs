//! Speed of miniSEED decoding on one core: samples per second from 512 and 4096 byte Steim2
//! records.
//!
//! `cargo bench -p marsdeck-engine --bench mseed` prints one line per file and way of reading:
//! file, way, Msamples/s of wall time, Msamples/s of processor time (best of the rounds).
//! With `--write FOLDER` it writes the files instead, for other programs to read;
//! `benches/scripts/mseed.sh` makes the table with them.

use std::hint::black_box;
use std::time::Instant as Clock;

use marsdeck_engine::format::mseed::{
    Samples, SourceId, Trace, WriteOptions, decode, read, scan, write,
};
use marsdeck_engine::time::Instant;

const SAMPLES: usize = 20_000_000;
const ROUNDS: usize = 7;
/// Passes over the file in a round: the processor clock ticks in milliseconds.
const PASSES: usize = 5;

/// Microseismic-like integers, about one byte a sample in Steim2; the same on every run.
fn signal() -> Vec<i32> {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Sum of four bytes: roughly normal, standard deviation 148.
        (0..4).map(|i| (state >> (8 * i + 20) & 0xFF) as i32).sum::<i32>() - 510
    };
    let mut level = 0;
    (0..SAMPLES)
        .map(|i| {
            let loud = if i % 200_000 < 4_000 { 40 } else { 2 + (i / 50_000 % 7) as i32 };
            level += random() * loud / 64 - level / 64;
            level
        })
        .collect()
}

/// The file of a record length.
fn file(samples: &[i32], record_length: usize) -> Vec<u8> {
    let source = SourceId {
        network: "XB".into(),
        station: "ELYSE".into(),
        location: "02".into(),
        channel: "BHU".into(),
    };
    let trace = Trace {
        source,
        start: Instant::from_unix_ns(1_551_000_000_000_000_000),
        rate_hz: 20.0,
        publication: 2,
        samples: Samples::I32(samples.to_vec()),
    };
    let options = WriteOptions { record_length, ..WriteOptions::default() };
    write(&trace, &options).expect("the signal fits in Steim2")
}

/// Nanoseconds this thread has run; `None` where the system does not say.
fn cpu_ns() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Best Msamples/s of wall and of processor time.
fn measure(mut once: impl FnMut() -> usize) -> (f64, f64) {
    let (mut wall, mut cpu) = (0f64, 0f64);
    for _ in 0..ROUNDS {
        let (clock, before) = (Clock::now(), cpu_ns());
        let samples = (0..PASSES).map(|_| once()).sum::<usize>() as f64;
        wall = wall.max(samples / clock.elapsed().as_secs_f64() / 1e6);
        if let (Some(before), Some(after)) = (before, cpu_ns()) {
            cpu = cpu.max(samples / (after - before).max(1) as f64 * 1e3);
        }
    }
    (wall, cpu)
}

/// Every record into one buffer, as the ingest does.
fn records(bytes: &[u8], samples: &mut Samples) -> usize {
    let mut count = 0;
    for (offset, header) in scan(bytes) {
        let record = &bytes[offset..offset + header.length as usize];
        assert_eq!(decode(record, &header, samples), None);
        count += black_box(&*samples).len();
    }
    count
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let signal = signal();
    let folder = arguments.iter().position(|a| a == "--write").and_then(|i| arguments.get(i + 1));
    for record_length in [512, 4096] {
        let bytes = file(&signal, record_length);
        if let Some(folder) = folder {
            let path = std::path::Path::new(folder).join(format!("steim2-{record_length}.mseed"));
            std::fs::write(path, &bytes).expect("the folder can be written to");
            continue;
        }
        let (traces, problems) = read(&bytes);
        assert!(problems.is_empty() && traces.len() == 1);
        assert_eq!(traces[0].samples, Samples::I32(signal.clone()));
        drop(traces);
        let mut samples = Samples::I32(Vec::new());
        let line = |way: &str, (wall, cpu): (f64, f64)| {
            println!("steim2-{record_length},{way},{wall:.0},{cpu:.0}");
        };
        line("marsdeck records", measure(|| records(&bytes, &mut samples)));
        line("marsdeck read", measure(|| black_box(read(&bytes)).0[0].samples.len()));
        line("marsdeck headers", measure(|| scan(&bytes).map(|(_, h)| h.samples as usize).sum()));
    }
}
