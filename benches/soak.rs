//! A compressed month of both missions with faults, as fast as it goes: is memory flat, do handles
//! grow, is every packet accounted for?
//!
//! `cargo bench --bench soak [-- DAYS]` (default 30): two simulated spacecraft send the frames of
//! their relay passes, 2 to 4 a sol, into one archive through an intake each, with faults every
//! day. A line a day; at the end the slope of the memory over the second half, and the accounts.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant as Moment;

use marsdeck_engine::archive::Archive;
use marsdeck_engine::ingest::live::{Dictionaries, Intake, LinkCounts};
use marsdeck_engine::link::{Delivery, Framing, LinkConfig, Source};
use marsdeck_engine::mission::Database;
use marsdeck_engine::simulator::live::{Counters, Fault, Options, Passes, Spacecraft};
use marsdeck_engine::time::{Instant, parse};

const DAY_S: f64 = 86_400.0;
/// Simulated seconds between two looks at a spacecraft.
const STEP_S: f64 = 20.0;
/// Steps between two flushes; a live link flushes once a second.
const FLUSH: u32 = 30;

/// A spacecraft and the ground side of its link.
struct Line {
    name: &'static str,
    craft: Spacecraft,
    intake: Intake,
}

/// Faults of a day, the same for every run; seconds count from its beginning.
fn faults(day: u32) -> Vec<String> {
    let at = |n: u32| (day * 7919 + n * 10_007) % 80_000;
    let mut list = vec![
        format!("lost:0.1@{}s+14000s", at(1)),
        format!("bits:0.05@{}s+14000s", at(2)),
        format!("stuck@{}s+3600s", at(3)),
        format!("silence@{}s+7200s", at(4)),
        format!("duplicate@{}s", at(5)),
    ];
    if day.is_multiple_of(3) {
        list.push(format!("overtemp@{}s+1800s", at(6)));
    }
    if day.is_multiple_of(5) {
        list.push(format!("safe@{}s+7200s", at(7)));
    }
    if day.is_multiple_of(7) {
        list.push(format!("jump:3@{}s", at(8)));
    }
    list
}

/// Resident memory in MB.
fn memory_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    let kb = line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok());
    kb.unwrap_or(f64::NAN) / 1e3
}

fn handles() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

fn size_mb(path: &Path) -> f64 {
    let Ok(meta) = std::fs::symlink_metadata(path) else { return 0.0 };
    if !meta.is_dir() {
        return meta.len() as f64 / 1e6;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size_mb(&entry.path())).sum()
}

/// Least-squares slope of memory over days.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let along: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    along / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

/// Says what became of all packets; whether it adds up.
fn account(name: &str, sky: Counters, ground: LinkCounts) -> bool {
    let Counters { made, sent, repeated, lost, overwritten, held, .. } = sky;
    println!(
        "{name}: {made} packets made = {sent} arrived + {lost} lost on the way + {overwritten} \
         overwritten on board + {held} on board still; {repeated} sent again"
    );
    println!(
        "{name}: {} packets received, {} unknown, {} values stored, {} known before, {} given up, \
         {} records; {} frames damaged, {} missing",
        ground.packets,
        ground.unknown,
        ground.values,
        ground.known_values,
        ground.lost_values,
        ground.records,
        ground.bad_frames,
        ground.missing_frames
    );
    let on_board = made == sent + lost + overwritten + held;
    let on_ground = ground.packets == sent + repeated && ground.unknown == 0;
    if !on_board || !on_ground || ground.lost_values > 0 {
        println!("{name}: this does not add up");
    }
    on_board && on_ground && ground.lost_values == 0
}

/// A spacecraft of each mission and its ground side.
fn lines(missions: &Database, dictionaries: &Arc<Dictionaries>, start: Instant) -> Vec<Line> {
    ["insight", "msl"]
        .into_iter()
        .map(|name| {
            let mission = missions.mission(name).expect("a mission");
            let options = Options { passes: Passes::Real, ..Options::new(7, start) };
            let config = LinkConfig {
                framing: Framing::Tm,
                mission: name.to_owned(),
                product: "simulated".to_owned(),
                ..LinkConfig::new(name, Source::Udp("127.0.0.1:1".to_owned()))
            };
            let craft = Spacecraft::new(mission, options).expect("a spacecraft");
            Line { name, craft, intake: Intake::new(&config, Arc::clone(dictionaries)) }
        })
        .collect()
}

fn main() -> ExitCode {
    let days = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(30);
    let folder = tempfile::tempdir().expect("a folder");
    let start: Instant = parse("2026-01-01T00:00:00Z", None).expect("a time");
    let missions = Database::builtin();
    let archive = Archive::create(&folder.path().join("archive"), start).expect("an archive");
    let dictionaries = Arc::new(Dictionaries::of(&archive, &missions).expect("dictionaries"));
    let mut lines = lines(&missions, &dictionaries, start);
    let began = Moment::now();
    let mut memory = Vec::new();
    println!("day  memory MB  handles  archive MB  packets  values  seconds");
    for day in 0..days {
        let dawn = start.plus_s(f64::from(day) * DAY_S);
        for line in &mut lines {
            for text in faults(day) {
                let fault = Fault::parse(&text, dawn).expect("a fault");
                line.craft.start_fault(fault).expect("a fault of this mission");
            }
        }
        for step in 1..=(DAY_S / STEP_S) as u32 {
            let now = dawn.plus_s(f64::from(step) * STEP_S);
            for line in &mut lines {
                let bytes = line.craft.advance(now);
                line.craft.take_notes();
                if !bytes.is_empty() {
                    line.intake.push(&archive, &Delivery::Stream(bytes), now);
                }
                if step.is_multiple_of(FLUSH) {
                    line.intake.flush(&archive, now).expect("room on the disk");
                }
            }
        }
        memory.push((f64::from(day), memory_mb()));
        let counts = |of: fn(&LinkCounts) -> u64| -> u64 {
            lines.iter().map(|line| of(&line.intake.counts())).sum()
        };
        println!(
            "{day:>3}  {:>9.1}  {:>7}  {:>10.1}  {:>7}  {:>6}  {:>7.1}",
            memory_mb(),
            handles(),
            size_mb(archive.path()),
            counts(|c| c.packets),
            counts(|c| c.values),
            began.elapsed().as_secs_f64()
        );
    }
    let half = memory.split_at(memory.len() / 2).1;
    if half.len() > 1 {
        println!("memory: {:+.3} MB a day over the last {} days", slope(half), half.len());
    }
    let sound: Vec<bool> = lines
        .iter()
        .map(|line| account(line.name, line.craft.counters(), line.intake.counts()))
        .collect();
    let never = std::sync::atomic::AtomicBool::new(false);
    let problems = archive.verify(&|_| (), &never);
    println!("archive: {} problems", problems.len());
    if sound.iter().all(|ok| *ok) && problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
