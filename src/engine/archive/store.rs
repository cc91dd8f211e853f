//! The archive as the rest of the engine sees it.

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::catalogue::{self, Catalogue};
use super::header::{self, Header};
use super::packet::PacketStore;
use super::parameter::ParameterStore;
use super::verify::Course;
use super::{
    Access, AlarmMark, AlarmRow, ArchiveError, Bucket, Event, EventMessage, LatestValue, LimitEdit,
    LogEntry, LogQuery, MessageQuery, NewPacket, PacketPass, PacketQuery, PacketSource,
    ParameterBatch, ParameterReport, QueryError, SeriesKey, SeriesSummary, StoredPacket,
    WaveformReport, WaveformStore,
};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

pub(super) const WAVEFORM_FOLDER: &str = "waveform";

/// What an archive holds, in numbers.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct ArchiveStat {
    /// Number of series.
    pub series: u64,
    /// Samples of all waveform series.
    pub waveform_samples: u64,
    /// Values of all parameter series.
    pub parameter_values: u64,
    /// Packets as links brought them.
    pub packets: u64,
    /// Number of products.
    pub products: u64,
    /// Number of events.
    pub events: u64,
    /// Number of event messages.
    pub messages: u64,
    /// Hull of all series.
    pub span: Option<TimeRange>,
    /// Bytes of each part on the disk, by name of the folder or file.
    pub bytes: Vec<(String, u64)>,
}

/// An open archive; shared as `Arc<Archive>` by all threads of a process.
pub struct Archive {
    pub(super) dir: PathBuf,
    pub(super) access: Access,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) parameters: ParameterStore,
    pub(super) packets: PacketStore,
    pub(super) waveforms: WaveformStore,
    pub(super) generation: AtomicU64,
    /// Held for as long as this writer lives.
    pub(super) _lock: Option<File>,
}

impl Archive {
    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Whether this process may write.
    pub fn writable(&self) -> bool {
        self.access == Access::Write
    }

    /// Grows whenever stored data change; a reader asks [`Archive::refresh`] first to see the
    /// changes of a writer in another process.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) fn changed(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// Sees what a writer in another process added; says whether that was anything. Cheap where
    /// it was nothing.
    pub fn refresh(&self) -> Result<bool, ArchiveError> {
        let is_new =
            self.parameters.refresh()? | self.waveforms.refresh()? | self.packets.refresh()?;
        if is_new {
            self.changed();
        }
        Ok(is_new)
    }

    /// Stores miniSEED records as they are; durable on return. Records that are stored already
    /// are left out and counted.
    pub fn append_waveform(
        &self,
        product: &str,
        bytes: &[u8],
    ) -> Result<WaveformReport, ArchiveError> {
        let report = self.waveforms.append(product, bytes)?;
        if report.records_stored > 0 {
            self.changed();
        }
        Ok(report)
    }

    /// The original records of a waveform series that show a sample in a range.
    pub fn waveform_records(
        &self,
        key: &SeriesKey,
        range: TimeRange,
    ) -> Result<Vec<u8>, QueryError> {
        self.waveforms.records(key, range)
    }

    /// Stores decoded values; durable on return. Values that are stored already (same series,
    /// time and value) are dropped and counted; another value at a stored time is kept beside it
    /// and wins on reading.
    pub fn append_parameters(
        &self,
        batch: &ParameterBatch,
    ) -> Result<ParameterReport, ArchiveError> {
        let report = self.parameters.append(batch)?;
        if report.values > 0 {
            self.changed();
        }
        Ok(report)
    }

    /// Stores packets of one source as they were received, in this order; durable on return.
    pub fn append_packets(
        &self,
        source: &PacketSource,
        packets: &[NewPacket],
    ) -> Result<(), ArchiveError> {
        self.packets.append(source, packets)?;
        if !packets.is_empty() {
            self.changed();
        }
        Ok(())
    }

    /// The packets of a query, ascending in time, and whether more were left out.
    pub fn packets(
        &self,
        query: &PacketQuery,
        cancel: &AtomicBool,
    ) -> Result<(Vec<StoredPacket>, bool), QueryError> {
        self.packets.find(query, cancel)
    }

    /// Stretches of reception over all links that touch a range of the time of reception, ascending;
    /// a minute without a packet ends one.
    pub fn passes(
        &self,
        range: TimeRange,
        cancel: &AtomicBool,
    ) -> Result<Vec<PacketPass>, QueryError> {
        self.packets.passes(range, cancel)
    }

    /// Shows every packet of a range of time in the order of reception, until `each` breaks.
    pub fn each_packet(
        &self,
        range: TimeRange,
        each: &mut dyn FnMut(&StoredPacket) -> ControlFlow<()>,
    ) -> Result<(), ArchiveError> {
        self.packets.each(range, each)
    }

    /// Shows the packets from a number on in the order of reception, where they were received at or
    /// after an instant; the number after the last one, to go on from.
    pub fn packets_since(
        &self,
        number: u64,
        received: Instant,
        each: &mut dyn FnMut(&StoredPacket),
    ) -> Result<u64, ArchiveError> {
        self.packets.since(number, received, each)
    }

    /// Stores events under their identifiers; returns how many are new or changed.
    pub fn put_events(&self, events: &[Event]) -> Result<u64, ArchiveError> {
        let changed = self.catalogue.put_events(events)?;
        if changed > 0 {
            self.changed();
        }
        Ok(changed)
    }

    /// Events whose time or span touches a range, ascending in time.
    pub fn events(&self, range: TimeRange) -> Result<Vec<Event>, ArchiveError> {
        self.catalogue.events(range)
    }

    /// Stores event messages; durable on return. Those that are stored already (same mission,
    /// time, level, name, module, text and clock) are left out. Returns how many are new.
    pub fn put_messages(&self, messages: &[EventMessage]) -> Result<u64, ArchiveError> {
        let new = self.catalogue.put_messages(messages)?;
        if new > 0 {
            self.changed();
        }
        Ok(new)
    }

    /// Event messages of a range, ascending in time, at most as many as asked for, and whether
    /// more were left out.
    pub fn messages(
        &self,
        query: &MessageQuery,
        cancel: &AtomicBool,
    ) -> Result<(Vec<EventMessage>, bool), QueryError> {
        self.catalogue.messages(query, cancel)
    }

    /// Adds rows to the alarm journal, durable on return; their numbers, ascending.
    pub fn put_alarms(&self, rows: &[AlarmRow]) -> Result<Vec<i64>, ArchiveError> {
        self.catalogue.put_alarms(rows)
    }

    /// Replaces what was found in the series of a mark at and after an instant, and the mark, in
    /// one step; the numbers of the rows.
    pub fn put_alarms_found(
        &self,
        from: Instant,
        rows: &[AlarmRow],
        mark: &AlarmMark,
    ) -> Result<Vec<i64>, ArchiveError> {
        self.catalogue.put_alarms_found(from, rows, mark)
    }

    /// The whole alarm journal in the order of writing, and how far each series was looked through.
    pub fn alarms(&self) -> Result<(Vec<AlarmRow>, Vec<AlarmMark>), ArchiveError> {
        self.catalogue.alarms()
    }

    /// Adds an entry to the log book, durable on return; its number, or none where the entry that
    /// it corrects does not exist.
    pub fn put_note(&self, entry: &LogEntry) -> Result<Option<i64>, ArchiveError> {
        let id = self.catalogue.put_note(entry)?;
        if id.is_some() {
            self.changed();
        }
        Ok(id)
    }

    /// Entries of the log book, ascending in the time they are about, at most as many as asked
    /// for, and whether earlier ones were left out.
    pub fn notes(&self, query: &LogQuery) -> Result<(Vec<LogEntry>, bool), ArchiveError> {
        self.catalogue.notes(query)
    }

    /// Adds a change of limits, durable on return; its number.
    pub fn put_limit_edit(&self, edit: &LimitEdit) -> Result<i64, ArchiveError> {
        self.catalogue.put_limit_edit(edit)
    }

    /// All changes of limits in the order of writing.
    pub fn limit_edits(&self) -> Result<Vec<LimitEdit>, ArchiveError> {
        self.catalogue.limit_edits()
    }

    /// A number that changes when a writer in another process commits to the catalogue.
    pub fn catalogue_version(&self) -> Result<i64, ArchiveError> {
        self.catalogue.data_version()
    }

    /// Remembers that a part of a remote fetch is stored.
    pub fn put_fetched(&self, part: &str) -> Result<(), ArchiveError> {
        self.catalogue.put_fetched(part)
    }

    /// Whether a part of a remote fetch is stored.
    pub fn has_fetched(&self, part: &str) -> bool {
        self.catalogue.has_fetched(part).unwrap_or(false)
    }

    /// All series, by key.
    pub fn series(&self) -> Vec<SeriesSummary> {
        let mut all = self.waveforms.series();
        all.extend(self.parameters.series());
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }

    /// The newest sample at or before an instant.
    pub fn latest(&self, key: &SeriesKey, at: Instant) -> Result<Option<LatestValue>, QueryError> {
        if self.parameters.has(key) {
            self.parameters.latest(key, at)
        } else {
            self.waveforms.latest(key, at)
        }
    }

    /// Every sample of a range, at most `limit` (the earliest), and whether more were left out.
    pub fn range(
        &self,
        key: &SeriesKey,
        range: TimeRange,
        limit: u64,
        cancel: &AtomicBool,
    ) -> Result<(Vec<Instant>, Vec<f64>, bool), QueryError> {
        if self.parameters.has(key) {
            self.parameters.range(key, range, limit, cancel)
        } else {
            self.waveforms.range(key, range, limit, cancel)
        }
    }

    /// Exact minimum, maximum and sum in `width` equal slices of a range, and the nominal time
    /// between samples in nanoseconds (0 unknown).
    pub fn min_max(
        &self,
        key: &SeriesKey,
        range: TimeRange,
        width: u32,
        cancel: &AtomicBool,
    ) -> Result<(Vec<Bucket>, f64), QueryError> {
        if self.parameters.has(key) {
            self.parameters.min_max(key, range, width, cancel)
        } else {
            self.waveforms.min_max(key, range, width, cancel)
        }
    }

    /// The stretches of a range that hold data, ascending, not touching.
    pub fn segments(
        &self,
        key: &SeriesKey,
        range: TimeRange,
    ) -> Result<Vec<TimeRange>, QueryError> {
        if self.parameters.has(key) {
            self.parameters.stretches(key, range)
        } else {
            self.waveforms.segments(key, range)
        }
    }

    /// What the archive holds, in numbers.
    pub fn stat(&self) -> ArchiveStat {
        let series = self.series();
        let names: BTreeSet<&SeriesKey> = series.iter().map(|s| &s.key).collect();
        let span = series.iter().map(|s| s.span).reduce(|a, b| a.hull(&b));
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            bytes.push((
                entry.file_name().to_string_lossy().into_owned(),
                disk_bytes(&entry.path()),
            ));
        }
        bytes.sort();
        ArchiveStat {
            series: names.len() as u64,
            waveform_samples: self.waveforms.series().iter().map(|s| s.samples).sum(),
            parameter_values: self.parameters.value_count(),
            packets: self.packets.count(),
            products: self.product_count(),
            events: self.catalogue.event_count().unwrap_or(0),
            messages: self.catalogue.message_count().unwrap_or(0),
            span,
            bytes,
        }
    }

    /// Reads every byte of every file and lists what is not as it was written.
    pub fn verify(&self, progress: &dyn Fn(f32), cancel: &AtomicBool) -> Vec<Problem> {
        let database = self.dir.join(catalogue::FILE);
        let database_bytes = std::fs::metadata(database).map_or(0, |m| m.len());
        let products = disk_bytes(&self.dir.join(super::products::PRODUCT_FOLDER));
        let waveforms = disk_bytes(self.waveforms.dir());
        let total = self.parameters.verify_bytes()
            + self.packets.verify_bytes()
            + database_bytes
            + products
            + waveforms;
        let course = Course::new(total, progress, cancel);
        let mut problems = Vec::new();
        if let Err(error) = Header::read(&self.dir) {
            problems.push(Problem::of("header", error.to_string()).in_file(header::FILE));
        }
        problems.extend(self.catalogue.verify());
        course.advance(database_bytes);
        problems.extend(self.parameters.verify(&course));
        problems.extend(self.packets.verify(&course));
        problems.extend(self.verify_products(&course));
        let before = course.fraction();
        let rest = |done: f32| progress(before + (1.0 - before) * done);
        problems.extend(self.waveforms.verify(&rest, cancel));
        problems
    }
}

fn disk_bytes(path: &Path) -> u64 {
    let Ok(meta) = std::fs::symlink_metadata(path) else { return 0 };
    if !meta.is_dir() {
        return meta.len();
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|e| disk_bytes(&e.path())).sum()
}

impl ArchiveStat {
    /// The counts as lines for a terminal.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("{} series", self.series),
            format!("{} waveform samples", self.waveform_samples),
            format!("{} parameter values", self.parameter_values),
            format!("{} packets", self.packets),
            format!("{} products", self.products),
            format!("{} events", self.events),
            format!("{} event messages", self.messages),
        ];
        if let Some(span) = self.span {
            let text = |t| crate::time::iso(t, 0);
            lines.push(format!("from {} to {}", text(span.start), text(span.end)));
        }
        let size = |bytes: u64| format!("{:.3} MB", bytes as f64 / 1e6);
        lines.extend(self.bytes.iter().map(|(part, bytes)| format!("{part}: {}", size(*bytes))));
        let total = self.bytes.iter().map(|(_, bytes)| bytes).sum();
        lines.push(format!("total {}", size(total)));
        lines
    }
}
