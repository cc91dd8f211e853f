//! What a thread of a store does: waits for a tile to bring, looks on disk, asks the server.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::backoff::pause_s;
use super::cache::Cache;
use super::download::{Outcome, Run, Task};
use super::entry::Entry;
use super::grid::TileKey;
use super::http::{Answer, Failure};
use super::memory::Known;
use super::picture::{PictureFault, TilePicture, read_picture};
use super::store::{LONGEST_WAIT_S, Shared, State, THREADS, is_ahead};
use crate::time::Instant;

/// Answers in a row with damaged bytes after which the server is left alone for a while.
const FAULTS: u32 = 3;
const DAY_S: f64 = 86_400.0;

enum Job {
    /// A tile that the caller wants to see.
    Show(TileKey),
    /// A tile of a download.
    Keep(Arc<Run>, Task),
    /// Remove all kept tiles.
    Clear,
}

/// Works until the store is dropped.
pub(super) fn run(shared: &Shared) {
    with_cache(shared, |_| ());
    while let Some(job) = next_job(shared) {
        match job {
            Job::Show(key) => {
                show(shared, key);
                shared.lock().active.remove(&key);
                shared.arrived();
            }
            Job::Keep(run, task) => {
                let outcome = keep(shared, task.key);
                run.note(task, outcome, shared.disk_bytes.load(Ordering::Relaxed));
                let mut state = shared.lock();
                state.downloading -= 1;
                state.runs.retain(|run| run.is_running());
                drop(state);
                shared.work.notify_one();
                (shared.wake)();
            }
            Job::Clear => {
                with_cache(shared, Cache::clear);
                (shared.wake)();
            }
        }
    }
}

/// Waits for something to do; none where the store was dropped.
fn next_job(shared: &Shared) -> Option<Job> {
    let mut state = shared.lock();
    loop {
        if state.stop {
            return None;
        }
        if std::mem::take(&mut state.clear) {
            return Some(Job::Clear);
        }
        if let Some(key) = state.queue.pop_back() {
            state.active.insert(key);
            return Some(Job::Show(key));
        }
        let now = shared.now();
        if let Some(job) = next_of_downloads(&mut state, now) {
            return Some(job);
        }
        let Some(at) = state.wake_at else {
            state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        if is_ahead(at, now) {
            let left = Duration::from_secs_f64(at.s_since(now).clamp(0.001, 60.0));
            let waited = shared.work.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        } else {
            state.wake_at = None;
            drop(state);
            shared.work.notify_all();
            shared.arrived();
            state = shared.lock();
        }
    }
}

/// The next tile of a download, while the server may be asked. One thread stays free for what
/// is looked at.
fn next_of_downloads(state: &mut State, now: Instant) -> Option<Job> {
    let may = !state.offline && state.backoff.remaining_s(now).is_none();
    if !may || state.downloading + 1 >= THREADS {
        return None;
    }
    let (run, task) = state.runs.iter().find_map(|run| Some((Arc::clone(run), run.next()?)))?;
    state.downloading += 1;
    Some(Job::Keep(run, task))
}

/// Does something with the cache, if there is one, and notes what it says then.
fn with_cache<T>(shared: &Shared, act: impl FnOnce(&mut Cache) -> T) -> Option<T> {
    let folder = shared.cache_dir.as_ref()?;
    let limit = shared.disk_bytes.load(Ordering::Relaxed);
    let mut cache = shared.cache.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = cache.get_or_insert_with(|| Cache::open(folder, &shared.service.id, limit));
    cache.set_limit(limit);
    let result = act(cache);
    let mut state = shared.lock();
    state.kept = cache.size();
    state.trouble = cache.trouble().map(str::to_owned);
    Some(result)
}

/// Whether a kept tile need not be asked for again.
fn is_fresh(shared: &Shared, entry: &Entry, now: Instant) -> bool {
    let age_s = now.unix_s() - entry.fetched_ms as f64 / 1000.0;
    let days = f64::from(shared.service.validity_days);
    days == 0.0 || (-DAY_S..days * DAY_S).contains(&age_s)
}

/// Whether the server may be asked now.
fn may_ask(shared: &Shared, now: Instant) -> bool {
    let state = shared.lock();
    !state.offline && state.backoff.remaining_s(now).is_none()
}

/// Brings a tile into memory: from disk, and from the server where the disk has none or an old
/// one.
fn show(shared: &Shared, key: TileKey) {
    let now = shared.now();
    let kept = with_cache(shared, |cache| cache.read(key, now)).flatten();
    let kept = kept.and_then(|entry| Some((decode(&entry.bytes).ok()?, entry)));
    let has_one = kept.is_some();
    let mut old = None;
    if let Some((picture, entry)) = kept {
        let fresh = is_fresh(shared, &entry, now);
        put(shared, key, picture);
        if fresh {
            return;
        }
        // The old one is shown while the server is asked.
        shared.arrived();
        old = Some(entry);
    }
    if !may_ask(shared, now) {
        if !has_one {
            fail(shared, key, false);
        }
        return;
    }
    match fetch(shared, key, old) {
        Fetched::Picture(picture, _) => put(shared, key, picture),
        Fetched::Absent if !has_one => {
            let absent_s = shared.limits.absent.as_secs_f64().min(LONGEST_WAIT_S);
            let until = shared.now().plus_s(absent_s);
            shared.lock().memory.put(key, Known::Absent { until });
        }
        Fetched::Failed { broken } if !has_one => fail(shared, key, broken),
        // What is kept is still right, or better than nothing.
        Fetched::Unchanged | Fetched::Absent | Fetched::Failed { .. } => {}
    }
}

/// Brings a tile of a download to disk.
fn keep(shared: &Shared, key: TileKey) -> Outcome {
    let now = shared.now();
    let kept = with_cache(shared, |cache| cache.read(key, now)).flatten();
    if kept.as_ref().is_some_and(|entry| is_fresh(shared, entry, now)) {
        return Outcome::Done(0);
    }
    match fetch(shared, key, kept) {
        Fetched::Failed { .. } => Outcome::Again,
        Fetched::Unchanged | Fetched::Absent => Outcome::Done(0),
        Fetched::Picture(_, bytes) => match &shared.lock().trouble {
            Some(why) => Outcome::Stop(format!("The download stopped: {why}.")),
            None => Outcome::Done(bytes),
        },
    }
}

fn put(shared: &Shared, key: TileKey, picture: TilePicture) {
    shared.lock().memory.put(key, Known::Ready(Arc::new(picture)));
}

/// Notes that a tile cannot be had now, and when to try again.
fn fail(shared: &Shared, key: TileKey, broken: bool) {
    let now = shared.now();
    let mut state = shared.lock();
    let failures = state.memory.failures(key).saturating_add(1);
    let pause = pause_s(failures).max(state.backoff.remaining_s(now).unwrap_or(0.0));
    let retry = now.plus_s(pause);
    state.memory.put(key, Known::Failed { retry, failures, broken });
    if !state.offline {
        state.wake_at = Some(state.wake_at.map_or(retry, |at| at.min(retry)));
    }
    drop(state);
    shared.work.notify_one();
}

/// What came of a request.
enum Fetched {
    /// The picture, and how many bytes came for it.
    Picture(TilePicture, u64),
    Unchanged,
    Absent,
    Failed {
        broken: bool,
    },
}

/// Asks the server for a tile and keeps what came; what is known of the server is noted.
fn fetch(shared: &Shared, key: TileKey, old: Option<Entry>) -> Fetched {
    let Some(url) = shared.service.url_of(key) else { return Fetched::Absent };
    let etag = old.as_ref().map_or("", |entry| entry.etag.as_str());
    let answer = shared.http.get(&url, etag);
    let now = shared.now();
    let fetched_ms = now.unix_ns().div_euclid(1_000_000);
    match answer {
        Ok(Answer::Body(bytes, etag)) => match decode(&bytes) {
            Ok(picture) => {
                answered(shared);
                let entry = Entry { key, fetched_ms, etag, bytes };
                with_cache(shared, |cache| cache.write(&entry, now));
                Fetched::Picture(picture, entry.bytes.len() as u64)
            }
            Err(fault) => {
                lied(shared, now, &fault);
                Fetched::Failed { broken: true }
            }
        },
        Ok(Answer::Unchanged) => {
            answered(shared);
            if let Some(old) = old {
                let entry = Entry { fetched_ms, ..old };
                with_cache(shared, |cache| cache.write(&entry, now));
            }
            Fetched::Unchanged
        }
        Ok(Answer::Absent) => {
            answered(shared);
            Fetched::Absent
        }
        Err(failure) => {
            leave_alone(&mut shared.lock(), now, &failure);
            Fetched::Failed { broken: false }
        }
    }
}

/// The picture in the bytes. A decoder that gives up on hostile bytes must not end the thread.
fn decode(bytes: &[u8]) -> Result<TilePicture, PictureFault> {
    std::panic::catch_unwind(|| read_picture(bytes))
        .unwrap_or_else(|_| Err(PictureFault::Damaged("the decoder gave up".to_owned())))
}

/// Notes that the server does as it should.
fn answered(shared: &Shared) {
    let mut state = shared.lock();
    state.faults = 0;
    state.backoff.succeed();
}

/// Notes an answer that is no picture. A page or a message will come for every tile; a damaged
/// picture may be that one tile's fault.
fn lied(shared: &Shared, now: Instant, fault: &PictureFault) {
    let mut state = shared.lock();
    state.faults = state.faults.saturating_add(1);
    state.last_fault = fault.to_string();
    let is_for_all = matches!(fault, PictureFault::WebPage | PictureFault::Message(_));
    if is_for_all || state.faults >= FAULTS {
        let failure = Failure { reason: fault.to_string(), wait: None };
        leave_alone(&mut state, now, &failure);
    }
}

/// Leaves the server alone for a while.
fn leave_alone(state: &mut State, now: Instant, failure: &Failure) {
    state.backoff.fail(now, &failure.reason, failure.wait.map(|d| d.as_secs_f64()));
    if let Some(left) = state.backoff.remaining_s(now) {
        let until = now.plus_s(left);
        state.wake_at = Some(state.wake_at.map_or(until, |at| at.min(until)));
    }
}
