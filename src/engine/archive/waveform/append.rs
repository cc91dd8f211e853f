//! Storing records: survey, leave out what is there, write data, then index, then show.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, RwLock};

use super::channel::Channel;
use super::error::WaveformError;
use super::file::{make_dir, read_at, sync_dir, write_at};
use super::leaf::Leaf;
use super::survey::{Found, Survey, decode, survey};
use super::{WaveformReport, WaveformStore, read, write};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

/// What of one append goes to one channel.
struct Part {
    channel: Arc<RwLock<Channel>>,
    records: Vec<Found>,
    /// Of all records, once they are decoded.
    leaves: Vec<Leaf>,
    days: BTreeMap<i32, DayPart>,
}

/// What goes to the end of one day file.
#[derive(Default)]
struct DayPart {
    /// Length of the file before.
    end: u64,
    /// Bytes to add.
    added: u64,
    /// Where they are in the input, adjoining ones joined.
    ranges: Vec<Range<usize>>,
}

/// Records of this append, to find the same one twice in it.
type Seen = HashMap<(usize, i64, u32), Vec<Range<usize>>>;

impl WaveformStore {
    /// Stores the records of `bytes` under a product identity. What is stored is durable and
    /// shows in queries when this returns; after an error nothing of it is stored.
    ///
    /// A record that is there already, byte for byte, is counted and left out. Bytes that are
    /// no record, and records that are cut off, are told as problems.
    pub fn append(&self, product: &str, bytes: &[u8]) -> Result<WaveformReport, WaveformError> {
        if !self.writable {
            return Err(WaveformError::ReadOnly(self.dir.clone()));
        }
        let _one_at_a_time =
            self.appending.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut survey = survey(bytes);
        let mut report = WaveformReport {
            problems: std::mem::take(&mut survey.problems),
            ..WaveformReport::default()
        };
        let mut parts = self.sort_out(product, bytes, &survey, &mut report)?;
        parts.retain(|part| !part.records.is_empty());
        let mut open = Vec::new();
        let written = store_data(&mut parts, bytes, &mut open, &mut report.problems)
            .and_then(|()| store_index(&parts));
        if let Err(error) = written {
            undo(&open);
            return Err(error);
        }
        for part in &parts {
            show(part, &mut report);
        }
        Ok(report)
    }

    /// Sorts records by channel and day, and leaves out those that are stored already.
    fn sort_out(
        &self,
        product: &str,
        bytes: &[u8],
        survey: &Survey,
        report: &mut WaveformReport,
    ) -> Result<Vec<Part>, WaveformError> {
        let mut parts = Vec::new();
        for source in &survey.sources {
            let channel = self.channel_for(product, source);
            let usable = read(&channel).broken.clone();
            if let Some(reason) = usable {
                return Err(WaveformError::damaged(&read(&channel).index_path(), reason));
            }
            let (records, leaves, days) = (Vec::new(), Vec::new(), BTreeMap::new());
            parts.push(Part { channel, records, leaves, days });
        }
        let mut seen = Seen::new();
        for record in &survey.records {
            let Some(part) = parts.get_mut(record.source) else { continue };
            let range = record.offset..record.offset + record.length;
            if self.is_stored(part, bytes, record, &mut seen)? {
                report.records_duplicate += 1;
            } else if let Some(problem) = part.add(record) {
                report.problems.push(problem);
            } else {
                let key = (record.source, record.leaf.start, record.leaf.record_crc);
                seen.entry(key).or_default().push(range);
            }
        }
        Ok(parts)
    }

    /// Whether the same bytes are stored already, or come twice in this append.
    fn is_stored(
        &self,
        part: &Part,
        bytes: &[u8],
        record: &Found,
        seen: &mut Seen,
    ) -> Result<bool, WaveformError> {
        let this = bytes.get(record.offset..record.offset + record.length);
        let key = (record.source, record.leaf.start, record.leaf.record_crc);
        if let Some(others) = seen.get(&key)
            && others.iter().any(|other| bytes.get(other.clone()) == this)
        {
            return Ok(true);
        }
        let channel = read(&part.channel);
        let mut stored = vec![0; record.length];
        for (day, offset) in channel.twins(&record.leaf)? {
            let path = channel.day_path(day);
            let file = self.files.get(&path)?;
            read_at(&file, &mut stored, offset).map_err(WaveformError::io("read", &path))?;
            if this == Some(stored.as_slice()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Part {
    /// Adds a record; a problem where its day file is full.
    fn add(&mut self, record: &Found) -> Option<Problem> {
        let leaf = record.leaf;
        let day = self.days.entry(leaf.day()).or_insert_with(|| {
            let end = read(&self.channel).table.days.get(&leaf.day()).copied();
            DayPart { end: end.unwrap_or_default(), ..DayPart::default() }
        });
        let Ok(offset) = u32::try_from(day.end + day.added) else {
            let reason = "the file of this day has reached 4 GiB; the record is not stored, put \
                          it under another product";
            return Some(Problem::at(record.offset as u64, "record", reason));
        };
        let range = record.offset..record.offset + record.length;
        day.added += record.length as u64;
        match day.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => day.ranges.push(range),
        }
        self.records.push(Found { leaf: Leaf { offset, ..leaf }, ..*record });
        None
    }
}

/// Appends to the day files and makes them durable; while the disk works, decodes the records
/// and fills in the leaves.
fn store_data(
    parts: &mut [Part],
    bytes: &[u8],
    open: &mut Vec<(File, u64)>,
    problems: &mut Vec<Problem>,
) -> Result<(), WaveformError> {
    let here: &[Part] = parts;
    let (stored, decoded) = std::thread::scope(|scope| {
        let storing = scope.spawn(|| write_days(here, bytes, open));
        let decode = |part: &Part| decode(bytes, &part.records);
        let decoded: Vec<_> = here.iter().map(decode).collect();
        let stored = storing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (stored, decoded)
    });
    for (part, (leaves, told)) in parts.iter_mut().zip(decoded) {
        part.leaves = leaves;
        problems.extend(told);
    }
    stored
}

/// Appends to the day files and makes them durable.
fn write_days(
    parts: &[Part],
    bytes: &[u8],
    open: &mut Vec<(File, u64)>,
) -> Result<(), WaveformError> {
    for part in parts {
        let channel = read(&part.channel);
        for (&day, part) in &part.days {
            let path = channel.day_path(day);
            let file = open_end(&path, part.end)?;
            let mut at = part.end;
            let mut write = || {
                for range in &part.ranges {
                    let chunk = bytes.get(range.clone()).unwrap_or_default();
                    write_at(&file, chunk, at)?;
                    at += chunk.len() as u64;
                }
                Ok(())
            };
            let written = write();
            open.push((file, part.end));
            written.map_err(WaveformError::io("write", &path))?;
        }
    }
    for (file, _) in open.iter() {
        let path = Path::new("the day files");
        file.sync_data().map_err(WaveformError::io("flush", path))?;
    }
    Ok(())
}

/// Opens a day file that must end at `end`; makes it where it is new.
fn open_end(path: &Path, end: u64) -> Result<File, WaveformError> {
    let new = end == 0 && !path.exists();
    let folder = path.parent().unwrap_or(path);
    if new {
        make_dir(folder).map_err(WaveformError::io("make", folder))?;
    }
    let file = OpenOptions::new().write(true).create(new).truncate(false).open(path);
    let file = file.map_err(WaveformError::io("open", path))?;
    let length = file.metadata().map_err(WaveformError::io("read", path))?.len();
    if length != end {
        let reason = format!(
            "it has {length} bytes where the index knows {end}: another program changed it, or \
             a write failed; opening the archive again mends the index"
        );
        return Err(WaveformError::damaged(path, reason));
    }
    if new {
        sync_dir(folder).map_err(WaveformError::io("flush", folder))?;
    }
    Ok(file)
}

/// Appends to the index files and makes them durable. Data must be durable before.
fn store_index(parts: &[Part]) -> Result<(), WaveformError> {
    for (done, part) in parts.iter().enumerate() {
        // Queries go on while an index that is there is written.
        // The read lock must be gone before the write lock is asked for.
        let mut written = read(&part.channel).write(&part.leaves);
        if let Ok(false) = written {
            written = write(&part.channel).create(&part.leaves).map(|()| true);
        }
        if let Err(error) = written {
            for part in parts.iter().take(done) {
                let channel = read(&part.channel);
                if let Some(index) = &channel.index {
                    // A refusal here leaves entries without data, which the next start mends.
                    let _ = index.cut(channel.table.leaves);
                }
            }
            return Err(error);
        }
    }
    Ok(())
}

/// Cuts day files back to what they were.
fn undo(open: &[(File, u64)]) {
    for (file, end) in open {
        // Where this fails too, the next start takes the whole records in and cuts the rest.
        let _ = file.set_len(*end);
    }
}

/// Makes stored leaves visible and counts them.
fn show(part: &Part, report: &mut WaveformReport) {
    let mut channel = write(&part.channel);
    report.records_stored += part.records.len() as u64;
    let mut has_samples = false;
    for leaf in part.leaves.iter().filter(|leaf| leaf.count > 0) {
        has_samples = true;
        report.samples_stored += u64::from(leaf.count);
        let end = leaf.last().saturating_add(leaf.period_ns().round() as i64);
        let span = TimeRange::new(Instant::from_unix_ns(leaf.time(0)), Instant::from_unix_ns(end));
        report.span = Some(report.span.map_or(span, |all| all.hull(&span)));
    }
    if has_samples && !report.series.contains(&channel.key) {
        report.series.push(channel.key.clone());
    }
    if let Err(error) = channel.apply(&part.leaves) {
        report.problems.push(Problem::of(channel.key.to_string(), error.to_string()));
        channel.broken = Some(error.to_string());
    }
    channel.save(false);
}
