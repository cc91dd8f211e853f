//! Reading every byte against its checksum.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::channel::Channel;
use super::error::WaveformError;
use super::index::{HEADER_BYTES, Index};
use super::leaf::{LEAF_BYTES, Leaf};
use super::open::{products, sources};
use super::{WaveformStore, top};
use crate::problem::Problem;

/// Offset, length and checksum of a record.
type Place = (u32, u32, u32);

/// Files of one channel, to be checked.
struct Job {
    channel: Channel,
    days: BTreeMap<i32, u64>,
}

/// Counts bytes for the progress.
struct Meter<'a> {
    progress: &'a dyn Fn(f32),
    cancel: &'a AtomicBool,
    done: u64,
    total: u64,
}

impl Meter<'_> {
    /// Tells whether to go on.
    fn add(&mut self, bytes: u64) -> bool {
        self.done += bytes;
        (self.progress)((self.done as f64 / self.total.max(1) as f64).min(1.0) as f32);
        !self.cancel.load(Ordering::Relaxed)
    }
}

impl WaveformStore {
    /// Reads every byte of data, index and summary files and tells what does not fit: any
    /// flipped byte, missing files, records that no index knows. Stops early when cancelled.
    ///
    /// What an append adds meanwhile may be missed; nothing good is reported as bad.
    pub fn verify(&self, progress: &dyn Fn(f32), cancel: &AtomicBool) -> Vec<Problem> {
        let mut problems = Vec::new();
        // Appends wait, so that data and index are looked at as they belong together.
        let _still = self.appending.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let jobs = match self.jobs() {
            Ok(jobs) => jobs,
            Err(error) => return vec![problem(&self.dir, None, "folder", error.to_string())],
        };
        let total = jobs.iter().flat_map(|job| job.days.values()).sum();
        let mut meter = Meter { progress, cancel, done: 0, total };
        for job in jobs {
            let Ok(places) = check_index(&job, &mut problems) else { continue };
            if !check_data(&job, places, &mut meter, &mut problems) {
                break;
            }
        }
        problems
    }

    fn jobs(&self) -> Result<Vec<Job>, WaveformError> {
        let mut jobs = Vec::new();
        for (product, root) in products(&self.dir)? {
            for (source, days) in sources(&root, true)? {
                jobs.push(Job { channel: Channel::new(&product, source, &root), days });
            }
        }
        Ok(jobs)
    }
}

fn problem(path: &Path, offset: Option<u64>, field: &str, reason: impl Into<String>) -> Problem {
    Problem {
        place: path.display().to_string(),
        offset,
        field: field.into(),
        reason: reason.into(),
    }
}

/// Checks index and summary; gives the places of all records by day.
fn check_index(
    job: &Job,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<i32, Vec<Place>>, WaveformError> {
    let path = job.channel.index_path();
    let mut places: BTreeMap<i32, Vec<Place>> = BTreeMap::new();
    let index = match Index::open(&path, false) {
        Ok(Some(index)) => index,
        // Day files without a byte are what a write leaves that found the disk full.
        Ok(None) if job.days.values().all(|length| *length == 0) => return Ok(places),
        Ok(None) => {
            let reason = "is missing; opening the archive for writing makes it again";
            problems.push(problem(&path, None, "index", reason));
            return Ok(places);
        }
        Err(error) => {
            problems.push(problem(&path, Some(0), "header", error.to_string()));
            return Err(error);
        }
    };
    let (count, left_over) = index.leaves()?;
    if left_over > 0 {
        let at = HEADER_BYTES + count * LEAF_BYTES;
        problems.push(problem(&path, Some(at), "entry", format!("{left_over} bytes too many")));
    }
    let mut bytes = Vec::new();
    let mut from = 0;
    while from < count {
        let to = (from + 4096).min(count);
        index.read(from, to, &mut bytes)?;
        for (i, raw) in bytes.chunks_exact(LEAF_BYTES as usize).enumerate() {
            let Some(leaf) = Leaf::decode(raw) else {
                let at = HEADER_BYTES + (from + i as u64) * LEAF_BYTES;
                let reason = "does not fit its checksum; repair makes the index again from the \
                              records";
                problems.push(problem(&path, Some(at), "entry", reason));
                continue;
            };
            if leaf.first == 0 {
                let place = (leaf.offset, leaf.length, leaf.record_crc);
                places.entry(leaf.day()).or_default().push(place);
            }
        }
        from = to;
    }
    let top_path = job.channel.top_path();
    if matches!(top::load(&top_path, index.generation), top::Loaded::Unusable) {
        let reason = "does not fit its checksum or its index; it is made again on the next start";
        problems.push(problem(&top_path, None, "summary", reason));
    }
    Ok(places)
}

/// Checks the day files; tells whether to go on.
fn check_data(
    job: &Job,
    mut places: BTreeMap<i32, Vec<Place>>,
    meter: &mut Meter<'_>,
    problems: &mut Vec<Problem>,
) -> bool {
    for (&day, &length) in &job.days {
        let path = job.channel.day_path(day);
        let mut records = places.remove(&day).unwrap_or_default();
        records.sort_unstable();
        if let Err(error) = check_day(&path, length, &records, problems) {
            problems.push(problem(&path, None, "file", error.to_string()));
        }
        if !meter.add(length) {
            return false;
        }
    }
    for day in places.keys() {
        let reason = "is missing; bring it back from a backup";
        problems.push(problem(&job.channel.day_path(*day), None, "file", reason));
    }
    true
}

/// Checks one day file, record by record.
fn check_day(
    path: &Path,
    length: u64,
    records: &[Place],
    problems: &mut Vec<Problem>,
) -> io::Result<()> {
    let mut file = io::BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut at = 0;
    let mut record = Vec::new();
    for &(offset, size, crc) in records {
        let (offset, size) = (u64::from(offset), u64::from(size));
        if offset < at {
            let reason = "two index entries claim the same bytes";
            problems.push(problem(path, Some(offset), "record", reason));
            continue;
        }
        if offset + size > length {
            let reason = "lies beyond the end of the file; bring the file back from a backup";
            problems.push(problem(path, Some(offset), "record", reason));
            continue;
        }
        if offset > at {
            unknown(path, at, offset, problems);
            io::copy(&mut file.by_ref().take(offset - at), &mut io::sink())?;
        }
        record.resize(size as usize, 0);
        file.read_exact(&mut record)?;
        at = offset + size;
        if crc32c::crc32c(&record) != crc {
            let reason = "does not fit its checksum; bring the file back from a backup";
            problems.push(problem(path, Some(offset), "record", reason));
        }
    }
    if at < length {
        unknown(path, at, length, problems);
    }
    Ok(())
}

fn unknown(path: &Path, from: u64, to: u64, problems: &mut Vec<Problem>) {
    let reason = format!("{} bytes are in no index entry", to - from);
    problems.push(problem(path, Some(from), "record", reason));
}
