//! One channel of one product: its files and its resident table.

use std::path::{Path, PathBuf};

use super::error::WaveformError;
use super::file::make_dir;
use super::index::Index;
use super::leaf::{LEAF_BYTES, Leaf};
use super::path::{INDEX_DIR, day_file, file_stem};
use super::table::Table;
use super::top;
use crate::archive::{SeriesKey, SeriesKind, SeriesSummary};
use crate::format::mseed::SourceId;
use crate::time::{Instant, TimeRange};

/// A summary file is written again when this many leaves, and an eighth of all, are new.
const SAVE_AFTER: u64 = 16_384;

/// A channel of a product.
#[derive(Debug)]
pub(super) struct Channel {
    pub key: SeriesKey,
    pub source: SourceId,
    /// Folder of the product.
    pub root: PathBuf,
    /// None until the first record is stored.
    pub index: Option<Index>,
    pub table: Table,
    /// Leaves in the summary file.
    pub saved: u64,
    /// Why nothing can be said of this channel.
    pub broken: Option<String>,
}

/// How far the index file can be read.
pub(super) enum Tail {
    /// To its end.
    Clean,
    /// To leaf `at`; the rest is a write that was cut off.
    Torn { at: u64, bytes: u64 },
}

impl Channel {
    pub(super) fn new(product: &str, source: SourceId, root: &Path) -> Self {
        Self {
            key: SeriesKey::new(source.name(), product),
            source,
            root: root.to_owned(),
            index: None,
            table: Table::default(),
            saved: 0,
            broken: None,
        }
    }

    pub(super) fn index_path(&self) -> PathBuf {
        self.root.join(INDEX_DIR).join(format!("{}.idx", file_stem(&self.source)))
    }

    pub(super) fn top_path(&self) -> PathBuf {
        self.root.join(INDEX_DIR).join(format!("{}.top", file_stem(&self.source)))
    }

    pub(super) fn day_path(&self, day: i32) -> PathBuf {
        self.root.join(day_file(&self.source, day))
    }

    /// Generation of the index file, 0 before there is one.
    pub(super) fn generation(&self) -> u64 {
        self.index.as_ref().map_or(0, |index| index.generation)
    }

    /// Reads summary file and index. Tells whether the summary file was unusable, and whether
    /// the index ends in a write that was cut off.
    pub(super) fn load(&mut self, writable: bool) -> Result<(bool, Tail), WaveformError> {
        self.table = Table::default();
        self.saved = 0;
        self.index = Index::open(&self.index_path(), writable)?;
        let Some(index) = &self.index else { return Ok((false, Tail::Clean)) };
        let mut unusable = false;
        match top::load(&self.top_path(), index.generation) {
            top::Loaded::Missing => {}
            top::Loaded::Table(table) if table.leaves <= index.leaves()?.0 => {
                self.saved = table.leaves;
                self.table = *table;
            }
            top::Loaded::Unusable | top::Loaded::Table(_) => unusable = true,
        }
        Ok((unusable, self.advance()?))
    }

    /// Takes in the leaves that the index file has beyond the table. Tells how it ends.
    pub(super) fn advance(&mut self) -> Result<Tail, WaveformError> {
        const STEP: u64 = 4096;
        let Some(index) = &self.index else { return Ok(Tail::Clean) };
        let (count, left_over) = index.leaves()?;
        let mut bytes = Vec::new();
        while self.table.leaves < count {
            let from = self.table.leaves;
            let to = (from + STEP).min(count);
            index.read(from, to, &mut bytes)?;
            let mut reader = index.reader(to);
            for raw in bytes.chunks_exact(LEAF_BYTES as usize) {
                let Some(leaf) = Leaf::decode(raw) else {
                    return Self::torn(index, self.table.leaves, count, left_over);
                };
                self.table.push(&leaf, &mut reader)?;
            }
        }
        Ok(match left_over {
            0 => Tail::Clean,
            bytes => Tail::Torn { at: count, bytes },
        })
    }

    /// A leaf that does not fit its checksum: the beginning of a torn write where nothing good
    /// follows, else damage.
    fn torn(index: &Index, at: u64, count: u64, left_over: u64) -> Result<Tail, WaveformError> {
        let mut bytes = Vec::new();
        index.read(at, count, &mut bytes)?;
        if bytes.chunks_exact(LEAF_BYTES as usize).any(|raw| Leaf::decode(raw).is_some()) {
            let reason = format!("entry {at} does not fit its checksum");
            return Err(WaveformError::damaged(&index.path, reason));
        }
        Ok(Tail::Torn { at, bytes: bytes.len() as u64 + left_over })
    }

    /// Writes leaves to the index that is there, durable. They do not show before
    /// [`Self::apply`].
    pub(super) fn write(&self, leaves: &[Leaf]) -> Result<bool, WaveformError> {
        let Some(index) = &self.index else { return Ok(false) };
        let at = self.table.leaves;
        let written = index.write(at, leaves).inspect_err(|_| {
            // What is left of the write is cut now where that works, else on the next start.
            let _ = index.cut(at);
        });
        written.map(|()| true)
    }

    /// Makes the index with its first leaves, durable.
    pub(super) fn create(&mut self, leaves: &[Leaf]) -> Result<(), WaveformError> {
        let folder = self.root.join(INDEX_DIR);
        make_dir(&folder).map_err(WaveformError::io("make", &folder))?;
        self.index = Some(Index::create(&self.index_path(), 1, leaves)?);
        Ok(())
    }

    /// Shows leaves that [`Self::write`] has written.
    pub(super) fn apply(&mut self, leaves: &[Leaf]) -> Result<(), WaveformError> {
        let Some(index) = &self.index else { return Ok(()) };
        let mut reader = index.reader(self.table.leaves + leaves.len() as u64);
        for leaf in leaves {
            self.table.push(leaf, &mut reader)?;
        }
        Ok(())
    }

    /// Writes the summary file where enough is new, or where anything is and `now` is asked.
    /// It is derived from the index, so that a refusal is no loss and not reported.
    pub(super) fn save(&mut self, now: bool) {
        let new = self.table.leaves - self.saved;
        let due = new >= SAVE_AFTER.max(self.saved / 8);
        if self.broken.is_none() && (due || (now && new > 0)) {
            let stored = top::store(&self.top_path(), self.generation(), &self.table);
            if stored.is_ok() {
                self.saved = self.table.leaves;
            }
        }
    }

    /// The record's twin in the index: same start, length and checksum. Gives its day and offset.
    pub(super) fn twins(&self, leaf: &Leaf) -> Result<Vec<(i32, u64)>, WaveformError> {
        let mut twins = Vec::new();
        let Some(index) = &self.index else { return Ok(twins) };
        let mut reader = index.reader(self.table.leaves);
        self.table.touching((leaf.start, leaf.start), &mut reader, &mut |_, other| {
            if other.first == 0
                && (other.start, other.length, other.record_crc)
                    == (leaf.start, leaf.length, leaf.record_crc)
            {
                twins.push((other.day(), u64::from(other.offset)));
            }
        })?;
        Ok(twins)
    }

    /// One line of the series list; none where there are no samples.
    pub(super) fn summary(&self) -> Option<SeriesSummary> {
        let first = self.table.first?;
        let period = if self.table.rate > 0.0 { 1e9 / self.table.rate } else { 0.0 };
        let end = self.table.last.saturating_add(period.round() as i64);
        Some(SeriesSummary {
            key: self.key.clone(),
            kind: SeriesKind::Waveform,
            unit: String::new(),
            rate_hz: self.table.rate,
            span: TimeRange::new(Instant::from_unix_ns(first), Instant::from_unix_ns(end)),
            samples: self.table.samples,
        })
    }
}
