//! Commanding: durable appends to its audit journal per second, whole lives of commands, restarts.
//!
//! `cargo bench -p marsdeck-engine --bench command -- [FOLDER]`: records of about 300 bytes, each
//! written and synced before the next one (the figure is that of the disk; FOLDER chooses it); then
//! commands that are prepared, approved, queued, released, sent and completed, six synced records
//! each; then all of it read, checked and folded as at a start.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant as Stopwatch;

use marsdeck_engine::command::{
    ALL_MISSIONS, Accounts, Actor, Change, Circumstances, Commanding, Cost, DictionaryIdentity,
    Password, Policy, Prepared, RequestId, Role, SessionLimits, Stage, Started, Way, verify,
};
use marsdeck_engine::mission::command::Consequence;
use marsdeck_engine::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const APPENDS: usize = 5_000;
const COMMANDS: u16 = 2_000;
/// Seconds after which the appends end, on a slow disk.
const LONGEST_S: f64 = 20.0;
const MISSION: &str = "insight";
const NOW: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);

fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

fn append(commanding: &mut Commanding) -> Result<()> {
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(200));
    let mut each = Vec::with_capacity(APPENDS);
    let all = Stopwatch::now();
    while each.len() < APPENDS && all.elapsed().as_secs_f64() < LONGEST_S {
        let one = Stopwatch::now();
        commanding.journal().append(NOW, "bench", "note", &body)?;
        each.push(one.elapsed().as_secs_f64() * 1e3);
    }
    let seconds = all.elapsed().as_secs_f64();
    each.sort_by(f64::total_cmp);
    println!(
        "durable appends: {} in {seconds:.2} s = {:.0} a second; median {:.3} ms, 99 % {:.3} ms, \
         longest {:.2} ms",
        each.len(),
        each.len() as f64 / seconds,
        percentile(&each, 0.5),
        percentile(&each, 0.99),
        percentile(&each, 1.0),
    );
    Ok(())
}

/// The administrator of the first start, who gives the roles to two accounts.
fn people(folder: &Path, started: &mut Started) -> Result<(Actor, Actor)> {
    let (cost, limits) = (Cost { memory_kib: 64, passes: 1 }, SessionLimits::default());
    let mut accounts = Accounts::open(folder, &started.records, cost, limits)?;
    let journal = started.commanding.journal();
    let random = (std::array::from_fn(|i| i as u8), [1; 16]);
    let mut password = accounts.make_first(journal, "root", random, NOW)?;
    let secret = || Password::new("a long and dull sentence");
    let mut actors = Vec::new();
    for (token, name) in [(1, "root"), (2, "ada"), (3, "robin")] {
        if let Some(root) = actors.first() {
            let roles = BTreeMap::from([(MISSION.to_owned(), BTreeSet::from([Role::Lead]))]);
            accounts.add(journal, root, (name, ""), roles, (&secret(), [2; 16]), NOW)?;
            password = secret();
        }
        for _ in 0..2 {
            let stored = accounts.stored_password(name);
            let matches = stored.matches(&password);
            accounts.log_in(journal, name, (&stored, matches), [token; 32], NOW)?;
            let own = accounts.own_actor(&[token; 32], NOW)?;
            if accounts.get(name).is_some_and(|account| account.must_change) {
                accounts.change(journal, &own, name, Change::Password(secret(), [3; 16]), NOW)?;
                password = secret();
            }
        }
        let mission = if name == "root" { ALL_MISSIONS } else { MISSION };
        actors.push(accounts.actor(&[token; 32], mission, NOW)?);
    }
    let [_, ada, robin] = <[Actor; 3]>::try_from(actors).map_err(|_| "three people")?;
    Ok((ada, robin))
}

fn lives(started: &mut Started, ada: &Actor, robin: &Actor) -> Result<()> {
    let Started { commanding, live, .. } = started;
    let dictionary = DictionaryIdentity::default();
    let watch = Stopwatch::now();
    for count in 0..COMMANDS {
        // The primary header of a telecommand packet (CCSDS 133.0-B-2) and two bytes.
        let [high, low] = (0xC000 | count).to_be_bytes();
        let prepared = Prepared {
            mission: MISSION.to_owned(),
            name: "SET_MODE".to_owned(),
            arguments: vec![("mode".to_owned(), count.to_string())],
            bytes: vec![0x10, 10, high, low, 0, 1, 1, 2],
            significance: Consequence::Vital,
            ..Prepared::default()
        };
        let uid = commanding.prepare(ada, &prepared, NOW)?;
        let digest = commanding.desk().get(uid).ok_or("lost")?.sealed.digest();
        commanding.approve(robin, uid, digest, NOW)?;
        commanding.enqueue(ada, uid, NOW)?;
        let seen = Circumstances {
            now: NOW,
            dictionary: &|_| Some(dictionary.clone()),
            holds: &|_, _| Ok(true),
            windows: None,
            way: Way::default(),
            margin_s: 0.0,
        };
        let (_, taken) = commanding.release(live, ada, uid, &seen)?.take();
        commanding.sent(taken, NOW)?;
        let request = RequestId { apid: 10, count };
        commanding.report(MISSION, request, (Stage::Complete, ""), NOW)?.ok_or("no report")?;
    }
    let seconds = watch.elapsed().as_secs_f64();
    let rate = f64::from(COMMANDS) / seconds;
    println!("lives of commands: {COMMANDS} in {seconds:.2} s = {rate:.0} a second");
    Ok(())
}

fn main() -> Result<()> {
    let given = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let made = tempfile::tempdir()?;
    let folder = given.map_or_else(|| made.path().to_owned(), PathBuf::from).join("command");
    let mut started = Commanding::open(&folder, Policy::default(), NOW, [0; 16])?;
    append(&mut started.commanding)?;
    let (ada, robin) = people(&folder, &mut started)?;
    lives(&mut started, &ada, &robin)?;
    drop(started);
    let watch = Stopwatch::now();
    let findings = verify(&folder)?.len();
    let verify_ms = watch.elapsed().as_secs_f64() * 1e3;
    let watch = Stopwatch::now();
    let started = Commanding::open(&folder, Policy::default(), NOW, [0; 16])?;
    println!(
        "{} records: checked in {verify_ms:.1} ms, {findings} findings; started with {} commands \
         in {:.1} ms",
        started.records.len(),
        started.commanding.desk().items().count(),
        watch.elapsed().as_secs_f64() * 1e3
    );
    Ok(())
}
