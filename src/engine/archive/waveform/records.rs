//! Samples from day files: open files kept for a while, neighbouring records read together,
//! every record checked against its checksum before it is decoded.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::channel::Channel;
use super::error::WaveformError;
use super::file::read_at;
use super::leaf::Leaf;
use crate::archive::QueryError;
use crate::format::mseed::{self, Samples};

/// Open day files.
#[derive(Debug, Default)]
pub(super) struct Files {
    open: Mutex<HashMap<PathBuf, Arc<File>>>,
}

/// Day files kept open; all are closed when there would be more.
const MOST_OPEN: usize = 128;
/// Bytes between two wanted records that are read rather than skipped with a second read.
const SKIP: u64 = 4 * 1024;
/// Most bytes of neighbouring records read at once.
const MOST_BYTES: u64 = 512 * 1024;

impl Files {
    pub(super) fn get(&self, path: &Path) -> Result<Arc<File>, WaveformError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(path) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(File::open(path).map_err(WaveformError::io("open", path))?);
        if open.len() >= MOST_OPEN {
            open.clear();
        }
        open.insert(path.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

/// Samples `from..to` of a leaf.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub leaf: Leaf,
    pub from: u16,
    pub to: u16,
}

/// What is done with the bytes of a record.
type EachRecord<'c, 'a> =
    &'c mut dyn FnMut(&mut Decoder<'a>, &Item, &[u8]) -> Result<(), QueryError>;

/// Reads records of one channel; buffers are used again.
pub(super) struct Decoder<'a> {
    channel: &'a Channel,
    files: &'a Files,
    cancel: &'a AtomicBool,
    bytes: Vec<u8>,
    samples: Samples,
    /// Day and offset of the record that `samples` holds.
    held: Option<(i32, u32)>,
    /// The day file that was read last.
    file: Option<(i32, Arc<File>)>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(channel: &'a Channel, files: &'a Files, cancel: &'a AtomicBool) -> Self {
        let samples = Samples::I32(Vec::new());
        Self { channel, files, cancel, bytes: Vec::new(), samples, held: None, file: None }
    }

    /// Calls `each` with the bytes of the record of each item, in order.
    pub(super) fn bytes(
        &mut self,
        items: &[Item],
        each: EachRecord<'_, 'a>,
    ) -> Result<(), QueryError> {
        let mut rest = items;
        while let Some(first) = rest.first() {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(QueryError::Cancelled);
            }
            let day = first.leaf.day();
            let begin = u64::from(first.leaf.offset);
            let mut end = first.leaf.end_offset();
            let mut count = 1;
            for next in rest.iter().skip(1) {
                let offset = u64::from(next.leaf.offset);
                let stop = next.leaf.end_offset();
                let near = offset >= begin && offset <= end + SKIP && stop <= begin + MOST_BYTES;
                if next.leaf.day() != day || !near {
                    break;
                }
                end = end.max(stop);
                count += 1;
            }
            let (group, others) = rest.split_at(count);
            rest = others;
            let file = self.day_file(day)?;
            // The buffer is taken out while `each` may use the rest of this decoder.
            let mut bytes = std::mem::take(&mut self.bytes);
            bytes.resize((end - begin) as usize, 0);
            read_at(&file, &mut bytes, begin)
                .map_err(|error| WaveformError::io("read", &self.channel.day_path(day))(error))?;
            for item in group {
                let at = (u64::from(item.leaf.offset) - begin) as usize;
                let record = bytes.get(at..at + item.leaf.length as usize).unwrap_or_default();
                if self.held != Some((day, item.leaf.offset))
                    && crc32c::crc32c(record) != item.leaf.record_crc
                {
                    let offset = item.leaf.offset;
                    let reason = format!("the record at byte {offset} does not fit its checksum");
                    let path = self.channel.day_path(day);
                    return Err(WaveformError::damaged(&path, reason).into());
                }
                each(self, item, record)?;
            }
            self.bytes = bytes;
        }
        Ok(())
    }

    fn day_file(&mut self, day: i32) -> Result<Arc<File>, WaveformError> {
        if let Some((_, file)) = self.file.as_ref().filter(|open| open.0 == day) {
            return Ok(Arc::clone(file));
        }
        let file = self.files.get(&self.channel.day_path(day))?;
        self.file = Some((day, Arc::clone(&file)));
        Ok(file)
    }

    /// Calls `each` with the decoded samples of the record of each item, in order.
    pub(super) fn samples(
        &mut self,
        items: &[Item],
        each: &mut dyn FnMut(&Item, &Samples) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        self.bytes(items, &mut |this, item, record| {
            let place = (item.leaf.day(), item.leaf.offset);
            if this.held != Some(place) {
                this.held = None;
                let header = mseed::parse_header(record).map_err(|problem| {
                    let path = this.channel.day_path(item.leaf.day());
                    WaveformError::damaged(&path, problem.to_string())
                })?;
                // What cannot be decoded was told when the record was stored; its leaf counts
                // the samples that could.
                let _ = mseed::decode(record, &header, &mut this.samples);
                this.held = Some(place);
            }
            each(item, &this.samples)
        })
    }
}
