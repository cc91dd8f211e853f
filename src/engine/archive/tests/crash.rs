//! A writer that is killed at random moments, a hundred times: whatever it reported as stored is
//! there, and the next start repairs by itself.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::format::mseed::{self, Samples, SourceId, Trace, Version, WriteOptions};

const DIR: &str = "MARSDECK_CRASH_DIR";
const FROM: &str = "MARSDECK_CRASH_FROM";
const ROUNDS: u32 = 100;

const SIZES: [i64; 5] = [3, 700, 2500, 40, 1024];

fn values(i: i64) -> ParameterBatch {
    let rows = SIZES[i as usize % SIZES.len()];
    ParameterBatch {
        product: "raw".to_owned(),
        names: vec!["/a".to_owned(), "/b".to_owned()],
        units: Vec::new(),
        times: (0..rows).map(|k| Instant::from_unix_ns(i * 10_000 + k)).collect(),
        columns: vec![
            (0..rows).map(|k| (i + k) as f64 * 0.5).collect(),
            (0..rows).map(|k| (i ^ k) as f64).collect(),
        ],
    }
}

fn content(i: i64) -> Vec<u8> {
    let len = if i % 3 == 0 { 100_000 } else { 500 };
    (0..len).map(|k: i64| (k * 31 + i * 7 + k * i) as u8).chain(i.to_le_bytes()).collect()
}

fn quake(i: i64) -> Event {
    Event { id: format!("e{i}"), time: at(i), ..Event::default() }
}

fn relay() -> PacketSource {
    PacketSource { link: "relay".to_owned(), mission: "insight".to_owned(), ..Default::default() }
}

/// Packets of one second; of some seconds so many that a log is soon full.
fn packets(i: i64) -> Vec<NewPacket> {
    let length = if i % 4 == 0 { 60_000 } else { 40 };
    let bytes = |k: i64| (0..length).map(|b| ((b * k) ^ i) as u8).collect::<Vec<u8>>().into();
    (1..20)
        .map(|k| NewPacket {
            received: at(i),
            generated: Some(Instant::from_unix_ns(at(i).unix_ns() + k)),
            channel: None,
            bytes: bytes(k),
        })
        .collect()
}

/// A thousand samples at 20 per second, 100 s apart from those of the next number.
fn trace(i: i64) -> Trace {
    let samples = Samples::I32((0..1000).map(|k| (k * 7 + i as i32) % 1013).collect());
    let source = SourceId {
        network: "XB".to_owned(),
        station: "ELYSE".to_owned(),
        location: "02".to_owned(),
        channel: "BHU".to_owned(),
    };
    Trace { source, start: at(i * 100), rate_hz: 20.0, publication: 0, samples }
}

fn records(i: i64) -> Vec<u8> {
    let trace = trace(i);
    mseed::write(&trace, &WriteOptions::for_samples(Version::V2, &trace.samples)).unwrap()
}

/// Not a test by itself: the writer that `everything_reported_survives_a_kill` starts and kills.
#[test]
fn child() {
    let (Ok(dir), Ok(from)) = (std::env::var(DIR), std::env::var(FROM)) else { return };
    let (archive, said) = Archive::open_or_create(Path::new(&dir), at(1)).unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\n@ opened {}", said.join("; ")).unwrap();
    for i in from.parse::<i64>().unwrap().. {
        archive.append_parameters(&values(i)).unwrap();
        writeln!(out, "@ values {i}").unwrap();
        archive.put_product(&about(&format!("{i}"), None), &content(i), at(i)).unwrap();
        writeln!(out, "@ product {i}").unwrap();
        archive.put_events(&[quake(i)]).unwrap();
        writeln!(out, "@ event {i}").unwrap();
        archive.append_waveform("raw", &records(i)).unwrap();
        writeln!(out, "@ waveform {i}").unwrap();
        archive.append_packets(&relay(), &packets(i)).unwrap();
        writeln!(out, "@ packets {i}").unwrap();
        out.flush().unwrap();
    }
}

/// Runs the writer until it is killed; returns the lines it printed.
fn killed(dir: &Path, from: i64, after: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "archive::tests::crash::child", "--nocapture", "--test-threads=1"])
        .env(DIR, dir)
        .env(FROM, from.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (send, opened) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        for line in lines.map_while(Result::ok) {
            if let Some(text) = line.strip_prefix("@ ") {
                let _ = send.send(());
                said.push(text.to_owned());
            }
        }
        said
    });
    // A slow machine gets its time to start; then the clock of the kill runs.
    let _ = opened.recv_timeout(Duration::from_secs(20));
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

fn holds(archive: &Archive, kind: &str, i: i64) -> bool {
    match kind {
        "values" => {
            let batch = values(i);
            let range =
                TimeRange::new(batch.times[0], batch.times[batch.times.len() - 1].plus_ns(1));
            batch.names.iter().zip(&batch.columns).all(|(name, column)| {
                let key = SeriesKey::new(name.as_str(), "raw");
                let (times, found, _) = archive.range(&key, range, u64::MAX, &NEVER).unwrap();
                times == batch.times && &found == column
            })
        }
        "product" => {
            let put = archive.put_product(&about("", None), &content(i), at(0)).unwrap();
            let PutProduct::AlreadyStored(id) = put else { return false };
            archive.product_bytes(id).unwrap() == content(i)
        }
        "waveform" => {
            let range = TimeRange::new(at(i * 100), at(i * 100 + 50));
            let key = SeriesKey::new("XB.ELYSE.02.BHU", "raw");
            let (_, found, _) = archive.range(&key, range, u64::MAX, &NEVER).unwrap();
            found == trace(i).samples.to_f64()
        }
        "packets" => {
            let range = TimeRange::new(at(i), at(i + 1));
            let query =
                PacketQuery { range, link: String::new(), apid: None, limit: 99, newest: true };
            let (found, _) = archive.packets(&query, &NEVER).unwrap();
            found.iter().map(|p| &p.bytes).eq(packets(i).iter().map(|p| &p.bytes))
        }
        _ => archive.events(TimeRange::new(at(i), at(i + 1))).unwrap() == [quake(i)],
    }
}

#[test]
fn everything_reported_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("archive");
    let mut random = ChaCha8Rng::seed_from_u64(8);
    let mut from = 0;
    let (mut reported, mut repaired) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let wait = Duration::from_micros(u64::from(random.next_u32() % 40_000));
        let mut fresh = Vec::new();
        for line in killed(&folder, from, wait) {
            let (kind, rest) = line.split_once(' ').unwrap_or((&line, ""));
            if kind == "opened" {
                repaired += usize::from(!rest.is_empty());
            } else {
                let i: i64 = rest.parse().unwrap();
                from = from.max(i + 1);
                fresh.push((kind.to_owned(), i));
            }
        }
        // What was begun but not reported may be there or not: it is never taken up again.
        from += 1;
        if !Archive::is_archive(&folder) {
            continue;
        }
        let (archive, said) = Archive::open(&folder, Access::Write).unwrap();
        repaired += usize::from(!said.is_empty());
        for (kind, i) in &fresh {
            assert!(holds(&archive, kind, *i), "round {round}: {kind} {i} is lost; {said:?}");
        }
        reported.append(&mut fresh);
        if round % 20 == 19 {
            assert_eq!(archive.verify(&|_| (), &NEVER), []);
        }
    }
    let (archive, _) = Archive::open(&folder, Access::Write).unwrap();
    for (kind, i) in &reported {
        assert!(holds(&archive, kind, *i), "{kind} {i} is lost");
    }
    println!("{ROUNDS} kills: {} things reported, {repaired} repairs", reported.len());
    assert!(!reported.is_empty());
}
