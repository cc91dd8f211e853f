//! `kill -9` of an ingest at moments that differ: what was reported stored is there afterwards.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::Home;
use super::data::{counts, walk};

/// Files of one channel each; their records fill about 30 MB.
const FILES: usize = 60;
const SAMPLES: usize = 200_000;
const ROUNDS: u32 = 20;

fn channel(k: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n).expect("a letter"));
    format!("B{}{}", letter(k / 26), letter(k % 26))
}

/// Starts an ingest of the whole set, kills it after a while (never, where none is given), and
/// returns the channels whose files it reported stored.
fn ingest(home: &Home, archive: &str, after: Option<Duration>) -> BTreeSet<String> {
    let paths = (0..FILES).map(|k| format!("in/{}.mseed", channel(k)));
    let arguments: Vec<String> = ["ingest".to_owned(), "--json".to_owned()]
        .into_iter()
        .chain(paths)
        .chain(["--archive".to_owned(), archive.to_owned()])
        .collect();
    let mut command = home.command(&arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let out = child.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        // Killed in the middle of a line: that line was not reported.
        drop(BufReader::new(out).read_to_string(&mut text));
        text
    });
    if let Some(after) = after {
        std::thread::sleep(after);
        child.kill().expect("it can be killed");
    }
    child.wait().expect("it ends");
    let text = reader.join().expect("the report");
    let mut stored = BTreeSet::new();
    for line in text.as_bytes().lines().map_while(Result::ok) {
        let entry = line.trim_start_matches(',');
        let Ok(report) = serde_json::from_str::<serde_json::Value>(entry) else { continue };
        if report["outcome"] == "stored" || report["outcome"] == "already there" {
            let name = report["file"].as_str().expect("a name");
            let stem = name.rsplit('/').next().and_then(|n| n.strip_suffix(".mseed"));
            stored.insert(stem.expect("a file of the set").to_owned());
        }
    }
    stored
}

/// Channels of the archive that hold all their samples.
fn whole(home: &Home, archive: &str) -> BTreeSet<String> {
    let list = home.say(&format!("query --list --archive {archive} --json")).done().json();
    let entries = list.as_array().expect("a list").iter();
    let full = entries.filter(|e| e["samples"].as_u64() == Some(SAMPLES as u64));
    let name = |e: &serde_json::Value| {
        e["key"]["name"].as_str().expect("a name").rsplit('.').next().unwrap_or_default().to_owned()
    };
    full.map(name).collect()
}

#[test]
fn what_was_reported_stored_survives_a_kill() {
    let home = Home::new();
    let mut bytes = 0;
    let first = counts(&channel(0), 0, &walk(SAMPLES, 1));
    for k in 0..FILES {
        // The same samples under another channel: making them anew would take longer than storing.
        let mut records = first.clone();
        for record in records.chunks_mut(512) {
            record[15..18].copy_from_slice(channel(k).as_bytes());
        }
        bytes += records.len();
        home.write(&format!("in/{}.mseed", channel(k)), records);
    }
    assert!(bytes > 25_000_000, "{bytes} bytes");
    home.write("small.mseed", counts("LHZ", 0, &walk(100, 2)));
    let begun = Instant::now();
    assert_eq!(ingest(&home, "whole", None).len(), FILES);
    let length = begun.elapsed();
    let (mut cut, mut reported) = (0, BTreeSet::new());
    for round in 0..ROUNDS {
        // Spread over the length of an ingest, in an order that mixes early and late; the archive
        // is kept for four rounds so that repairs are repaired.
        let archive = format!("x{}", round / 4);
        if round % 4 == 0 {
            reported.clear();
        }
        let after = length.mul_f64(f64::from(round * 7 % ROUNDS) / f64::from(ROUNDS) * 0.5 + 0.01);
        let now = ingest(&home, &archive, Some(after));
        cut += usize::from(now.len() < FILES);
        reported.extend(now);
        if !home.path(&archive).join("archive.toml").is_file() {
            assert!(reported.is_empty(), "reported without an archive");
            continue;
        }
        // A reader finds all that was reported, before anything is repaired.
        let there = whole(&home, &archive);
        assert!(reported.is_subset(&there), "round {round}: {reported:?} and not {there:?}");
        // The next start repairs; then nothing is wrong.
        home.say(&format!("ingest small.mseed --archive {archive}")).done();
        let ran = home.say(&format!("archive verify --archive {archive}"));
        assert_eq!(ran.code, 0, "round {round}: {}", ran.text());
        let there = whole(&home, &archive);
        assert!(reported.is_subset(&there), "round {round}: {reported:?} and not {there:?}");
    }
    assert!(cut > 5, "{cut} of {ROUNDS} rounds were cut off");
    // Asked for again, everything is there.
    assert_eq!(ingest(&home, "x0", None).len(), FILES);
    assert_eq!(whole(&home, "x0").len(), FILES);
    home.say("archive verify --archive x0").done();
    let name = channel(FILES - 1);
    let exported =
        home.say(&format!("query XB.ELYSE.02.{name} --archive x0 --format mseed")).done();
    let original = std::fs::read(home.path(&format!("in/{name}.mseed"))).expect("the file");
    assert!(exported.bytes == original, "the very records");
}
