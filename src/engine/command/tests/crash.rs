//! A process that commands is killed at random moments: nothing goes up twice, nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::make::*;
use crate::command::*;
use crate::mission::command::Consequence;

const DIR: &str = "MARSDECK_COMMAND_CRASH_DIR";
const ROUNDS: usize = 15;
/// What the link sent, a line each; written at once, so that a kill leaves it.
const WIRE: &str = "wire";

fn start(dir: &Path) -> Started {
    Commanding::open(&dir.join("command"), Policy::default(), T0, [9; 16]).unwrap()
}

/// Not a test: what the parent below starts. Takes up what is queued, then goes on with new ones.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let dir = Path::new(&dir);
    let (ada, bob) = (person("ada", Role::Operator), person("bob", Role::Lead));
    let Started { mut commanding, live, .. } = start(dir);
    let mut wire = OpenOptions::new().create(true).append(true).open(dir.join(WIRE)).unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\n@ opened 0").unwrap();
    loop {
        let next = commanding.desk().open().next().map(|item| item.uid);
        let uid = next.unwrap_or_else(|| {
            let count = commanding.desk().next_count("insight", 10);
            let prepared = command(Consequence::Vital, count);
            commanding.prepare(&ada, &prepared, T0).unwrap()
        });
        writeln!(out, "@ prepared {}", uid.0).unwrap();
        let item = commanding.desk().get(uid).unwrap();
        let digest = item.sealed.digest();
        let count = item.sealed.prepared().request().unwrap().count;
        if item.approvals.is_empty() {
            commanding.approve(&bob, uid, digest, T0).unwrap();
        }
        if commanding.desk().get(uid).unwrap().state() == State::Draft {
            commanding.enqueue(&ada, uid, T0).unwrap();
        }
        let release = commanding.release(&live, &ada, uid, &quiet(T0)).unwrap();
        let (_, taken) = release.take();
        wire.write_all(format!("{count}\n").as_bytes()).unwrap();
        commanding.sent(taken, T0).unwrap();
        writeln!(out, "@ sent {}", uid.0).unwrap();
        out.flush().unwrap();
    }
}

/// Runs the child until it is killed; what it said, as word and number.
fn killed(dir: &Path, after: Duration) -> Vec<(String, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "command::tests::crash::child", "--nocapture", "--test-threads=1"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (send, opened) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        for line in lines.map_while(Result::ok) {
            let pair = line.strip_prefix("@ ").and_then(|text| text.split_once(' '));
            if let Some((word, number)) = pair {
                let _ = send.send(());
                said.extend(number.parse().map(|number| (word.to_owned(), number)));
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

#[test]
fn nothing_goes_up_twice_and_nothing_is_lost_by_kills() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let (mut said, mut repaired) = (BTreeSet::new(), 0);
    for round in 0..ROUNDS {
        let wait = Duration::from_micros(u64::from(random.next_u32() % 25_000));
        said.extend(killed(dir.path(), wait));
        let findings = verify(&dir.path().join("command")).unwrap();
        assert_eq!(findings, [], "round {round}");
        let started = start(dir.path());
        repaired += started.told.len();
        let desk = started.commanding.desk();
        let mut wire: BTreeMap<u16, usize> = BTreeMap::new();
        for line in fs::read_to_string(dir.path().join(WIRE)).unwrap_or_default().lines() {
            *wire.entry(line.parse().unwrap()).or_default() += 1;
        }
        for item in desk.items() {
            let count = item.sealed.prepared().request().unwrap().count;
            let sent = wire.remove(&count).unwrap_or(0);
            assert!(sent <= 1, "round {round}: {} went up {sent} times", item.uid);
            assert!(sent == 0 || !item.state().is_open(), "round {round}: {}", item.uid);
            assert!(sent == 0 || item.approvals.len() == 1);
        }
        assert!(wire.is_empty(), "round {round}: {wire:?} went up and nobody knows them");
        for (word, number) in said.iter().filter(|(word, _)| word != "opened") {
            let item = desk.get(Uid(*number));
            assert!(item.is_some(), "round {round}: {word} {number} is lost");
            assert!(word != "sent" || item.is_some_and(|item| item.state() == State::UnderWay));
        }
    }
    println!("{ROUNDS} kills: {} steps told, {repaired} repairs", said.len());
    assert!(said.iter().any(|(word, _)| word == "sent"));
}
