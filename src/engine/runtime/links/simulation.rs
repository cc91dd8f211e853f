//! The whole way from a spacecraft into the archive, simulated without threads and sockets: seeded
//! faults on board and on the way, an archive that refuses for a while, a process that is killed.
//! Whatever happens, every packet is either in the archive or counted.
//!
//! `MARSDECK_SEED=17` runs one seed.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::archive::{Access, Archive, SeriesKey};
use crate::format::ccsds::{Extractor, FrameSpec, Synchroniser, read_frame};
use crate::ingest::live::{Dictionaries, Intake};
use crate::link::{Delivery, Framing, LinkConfig, Source};
use crate::mission::{Database, Mission};
use crate::simulator::live::{Fault, Options, Passes, Spacecraft};
use crate::time::{Instant, TimeRange};

const START: Instant = Instant::from_unix_ns(1_790_000_000_000_000_000);
/// APID of the pressure packets and their series (the table in `mission::packets`).
const PRESSURE: (u16, &str) = (96, "/insight/apss/pressure");
const SEEDS: u64 = 8;

fn mission() -> Mission {
    Database::builtin().mission("insight").expect("InSight").clone()
}

/// A straight reading of the bytes that reached the ground: packets, and how many of the pressure
/// packets differ in on-board time.
#[derive(Default)]
struct Straight {
    packets: u64,
    pressures: BTreeSet<Vec<u8>>,
}

impl Straight {
    fn read(&mut self, sync: &mut Synchroniser, extractor: &mut Extractor, bytes: &[u8]) {
        let (mut frames, mut packets) = (Vec::new(), Vec::new());
        sync.push(bytes, &mut frames);
        for frame in frames {
            if let Ok(read) = read_frame(&frame.bytes, &FrameSpec::tm(1115)) {
                extractor.push(frame.offset, &read, &mut packets);
            }
        }
        self.packets += packets.len() as u64;
        for packet in packets.iter().filter(|packet| packet.header.apid == PRESSURE.0) {
            // The secondary header: the time, by which one packet is told from another.
            self.pressures.insert(packet.bytes.get(6..12).expect("a header").to_vec());
        }
    }
}

/// What the world did, and what the ground made of it.
struct Outcome {
    straight: Straight,
    /// Packets that left the spacecraft whole.
    sent: u64,
    received: u64,
    /// Pressures in the archive.
    stored: u64,
    unknown: u64,
    lost: u64,
    problems: usize,
}

/// A spacecraft with a fault of each kind at some time.
fn troubled(mission: &Mission, seed: u64, below: &mut impl FnMut(u64) -> u64) -> Spacecraft {
    let passes = Passes::Every { minutes: 4.0, length: 2.0 };
    let options = Options { passes, ..Options::new(seed, START) };
    let mut craft = Spacecraft::new(mission, options).expect("a spacecraft");
    for kind in ["lost:0.1", "bits:0.1", "duplicate", "stuck", "overtemp", "jump:2"] {
        let text = format!("{kind}@{}s", below(1200));
        craft.start_fault(Fault::parse(&text, START).expect("a fault")).expect("a fault");
    }
    craft
}

/// A world with a link that swallows so many seconds of frames uncounted, for the test of the test.
fn live(seed: u64, folder: &Path, swallow: u32) -> Outcome {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut below = move |n: u64| random.next_u64() % n;
    let (mission, missions) = (mission(), Database::builtin());
    let mut craft = troubled(&mission, seed, &mut below);
    let archive = Archive::create(folder, START).expect("an archive");
    let dictionaries = Arc::new(Dictionaries::of(&archive, &missions).expect("dictionaries"));
    let mut archive = Some(archive);
    let reopen = |access| Archive::open(folder, access).expect("an archive").0;
    let config = LinkConfig {
        framing: Framing::Tm,
        mission: mission.id.clone(),
        ..LinkConfig::new("link", Source::Udp("127.0.0.1:1".to_owned()))
    };
    let mut intake = Intake::new(&config, Arc::clone(&dictionaries));
    let mut straight = Straight::default();
    let (mut sync, mut extractor) = (Synchroniser::new(1115, false), Extractor::default());
    let mut refuses_until = 0;
    for step in 0..1500u32 {
        let now = START.plus_s(f64::from(step));
        let bytes = craft.advance(now);
        straight.read(&mut sync, &mut extractor, &bytes);
        let is_swallowed = (60..60 + swallow).contains(&step);
        let bytes: &[u8] = if is_swallowed { &[] } else { &bytes };
        // Pieces of any size, as a stream has them.
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((below(4000) as usize + 1).min(rest.len()));
            let at = archive.as_ref().expect("an archive");
            intake.push(at, &Delivery::Stream(piece.to_vec()), now);
            rest = after;
        }
        if below(300) == 0 && refuses_until <= step {
            // Open for reading only, it refuses like one whose disk is full.
            drop(archive.take());
            archive = Some(reopen(Access::Read));
            refuses_until = step + 1 + below(60) as u32;
        } else if refuses_until == step {
            drop(archive.take());
            archive = Some(reopen(Access::Write));
        }
        // A refusal is tried again with the next group.
        let flushed = intake.flush(archive.as_ref().expect("an archive"), now);
        assert!(flushed.is_ok() || refuses_until > step, "seed {seed}: {flushed:?}");
        if flushed.is_ok() && refuses_until <= step && below(400) == 0 {
            // Killed when all was stored: a new process goes on where the stream is.
            drop(archive.take());
            archive = Some(reopen(Access::Write));
        }
    }
    drop(archive);
    let archive = reopen(Access::Write);
    intake.flush(&archive, START.plus_s(1500.0)).expect("room");
    account(straight, &craft, &intake, &archive)
}

/// What all of it came to.
fn account(straight: Straight, craft: &Spacecraft, intake: &Intake, archive: &Archive) -> Outcome {
    let (counts, counters) = (intake.counts(), craft.counters());
    let always = TimeRange::new(Instant::MIN, Instant::from_unix_ns(i64::MAX));
    let never = AtomicBool::new(false);
    let key = SeriesKey::new(PRESSURE.1, "raw");
    let found = archive.range(&key, always, 100_000, &never).expect("pressures");
    Outcome {
        straight,
        sent: counters.sent + counters.repeated,
        received: counts.packets,
        stored: found.0.len() as u64,
        unknown: counts.unknown,
        lost: counts.lost(),
        problems: archive.verify(&|_| (), &never).len(),
    }
}

/// What does not add up.
fn faults(of: &Outcome) -> Vec<String> {
    let mut faults = Vec::new();
    let mut equal = |what: &str, left: u64, right: u64| {
        if left != right {
            faults.push(format!("{what}: {left} and {right}"));
        }
    };
    equal("packets sent whole, read straight from the bytes", of.sent, of.straight.packets);
    equal("packets sent whole, packets received", of.sent, of.received);
    equal("pressures sent, pressures stored", of.straight.pressures.len() as u64, of.stored);
    equal("unknown packets, none", of.unknown, 0);
    equal("given up, nothing", of.lost, 0);
    equal("problems of the archive, none", of.problems as u64, 0);
    faults
}

#[test]
fn every_packet_is_stored_once_or_counted() {
    let one = std::env::var("MARSDECK_SEED").ok().and_then(|text| text.parse().ok());
    let seeds = one.map_or(0..SEEDS, |seed: u64| seed..seed + 1);
    for seed in seeds {
        let dir = tempfile::tempdir().unwrap();
        let outcome = live(seed, &dir.path().join("archive"), 0);
        assert!(outcome.sent > 1000, "seed {seed}: only {} packets", outcome.sent);
        assert_eq!(faults(&outcome), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn a_frame_that_is_swallowed_is_found_out() {
    let dir = tempfile::tempdir().unwrap();
    let outcome = live(1, &dir.path().join("archive"), 20);
    let found = faults(&outcome);
    assert!(found.iter().any(|fault| fault.starts_with("packets sent whole, packets received")));
}
