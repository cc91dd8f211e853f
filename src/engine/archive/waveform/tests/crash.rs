//! Nothing that an append returned for is lost when the process is killed.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{GO_ON, noise, records, scratch, trace};
use crate::archive::waveform::WaveformStore;

/// Variable that tells the child its folder and first delivery.
const CHILD: &str = "MARSDECK_WAVEFORM_CRASH_CHILD";
/// This test, as the test program calls it.
const TEST: &str =
    "archive::waveform::tests::crash::killed_at_any_moment_it_keeps_what_it_reported";
/// Times that the child is killed.
const KILLS: u64 = 100;

/// Delivery `k`: mostly in order, some late, some over midnight, of two products.
fn delivery(k: u64) -> (&'static str, Vec<u8>) {
    let late = if k % 5 == 4 { 9 } else { 0 };
    let start = (k as i64 - late) * 30_000 + 86_300_000;
    let bytes = records(&trace(start, 20.0, 1, noise(k, 600 + (k % 7) as usize * 100)), 256);
    (if k % 3 == 2 { "processed" } else { "raw" }, bytes)
}

/// What the killed process runs: the test below, started with the variable set.
fn child(told: &str) {
    let (first, dir) = told.split_once(' ').expect("number and folder");
    let (store, _) = WaveformStore::open(dir.as_ref(), true).expect("opens");
    let mut k: u64 = first.parse().expect("number");
    loop {
        let (product, bytes) = delivery(k);
        store.append(product, &bytes).expect("appends");
        println!("stored {k}");
        std::io::stdout().flush().expect("flushes");
        k += 1;
    }
}

#[test]
fn killed_at_any_moment_it_keeps_what_it_reported() {
    if let Ok(told) = std::env::var(CHILD) {
        return child(&told);
    }
    let dir = scratch();
    let me = std::env::current_exe().expect("path of the test program");
    let (mut next, mut repairs, mut random) = (0u64, 0, 0x2545_F491_4F6C_DD1Du64);
    for kill in 0..KILLS {
        let mut child = Command::new(&me)
            .args(["--exact", TEST, "--nocapture"])
            .env(CHILD, format!("{next} {}", dir.path().display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let wait = Duration::from_micros(20_000 + (random >> 33) % 40_000);
        let pipe = child.stdout.take().expect("pipe");
        let (reported, report) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(pipe).lines().map_while(Result::ok);
            let told = lines.filter_map(|l| l.rsplit_once("stored ")?.1.trim().parse().ok());
            told.inspect(|_: &u64| {
                let _: Result<(), _> = reported.send(());
            })
            .max()
        });
        // Every third child is killed while it starts, the others after their first report.
        if kill % 3 != 0 {
            let _: Result<(), _> = report.recv_timeout(Duration::from_secs(5));
        }
        std::thread::sleep(wait);
        child.kill().expect("kills");
        child.wait().expect("ends");
        let last: Option<u64> = reader.join().expect("reads");
        let begin = next.saturating_sub(3);
        next = last.map_or(next, |last| last + 1);
        let (store, said) = WaveformStore::open(dir.path(), true).expect("opens");
        repairs += usize::from(!said.is_empty());
        assert_eq!(store.verify(&|_| (), &GO_ON), vec![], "after {said:?}");
        check(&store, begin..next);
    }
    let (store, _) = WaveformStore::open(dir.path(), true).expect("opens");
    check(&store, 0..next);
    println!("{next} deliveries, {repairs} starts with repairs");
    assert!(next > 20, "the child was hardly ever quick enough: {next}");
}

/// Every record of the deliveries is there, byte for byte: it is a duplicate.
fn check(store: &WaveformStore, deliveries: std::ops::Range<u64>) {
    for k in deliveries {
        let (product, bytes) = delivery(k);
        let report = store.append(product, &bytes).expect("appends");
        assert_eq!(report.records_stored, 0, "records of delivery {k} were lost");
        assert_eq!(report.records_duplicate as usize, bytes.len() / 256);
    }
}
