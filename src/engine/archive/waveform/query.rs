//! Answers that walk the visible samples: latest, range, segments, original records.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::channel::Channel;
use super::index::Reader;
use super::leaf::is_gap;
use super::records::{Decoder, Item};
use super::samples::value;
use super::table::{FACTOR, Leaves, Piece};
use super::{WaveformStore, read};
use crate::archive::{LatestValue, QueryError, SeriesKey};
use crate::time::{Instant, TimeRange};

/// Leaves decoded before their samples are handed on.
const BATCH: usize = 512;

impl WaveformStore {
    /// Answers from one channel, while nothing is added to it.
    pub(super) fn with<R>(
        &self,
        key: &SeriesKey,
        answer: impl FnOnce(&Channel, Reader<'_>) -> Result<R, QueryError>,
    ) -> Result<R, QueryError> {
        let unknown = || QueryError::Unknown(key.to_string());
        let channel = read(&self.channels).get(key).map(Arc::clone).ok_or_else(unknown)?;
        let channel = read(&channel);
        if let Some(reason) = &channel.broken {
            return Err(QueryError::Failed(reason.clone()));
        }
        let index = channel.index.as_ref().ok_or_else(unknown)?;
        answer(&channel, index.reader(channel.table.leaves))
    }

    /// The newest sample at or before an instant that is a number.
    pub fn latest(&self, key: &SeriesKey, at: Instant) -> Result<Option<LatestValue>, QueryError> {
        let at = at.unix_ns();
        let go_on = AtomicBool::new(false);
        self.with(key, |channel, mut reader| {
            let mut decoder = Decoder::new(channel, &self.files, &go_on);
            for (_, piece) in channel.table.pieces.range(..=at).rev() {
                let (mut index, first) = match piece.cut {
                    Some(_) => (piece.a + 1, piece.a),
                    None => (after(channel, piece, at, &mut reader)?, piece.a),
                };
                while index > first {
                    index -= 1;
                    let leaf = reader.leaf(index)?;
                    let (from, to) = piece.cut.unwrap_or((0, leaf.count));
                    let to = to.min(leaf.index_at(at.saturating_add(1)));
                    if leaf.valid == 0 || from >= to {
                        continue;
                    }
                    let mut found = None;
                    decoder.samples(&[Item { leaf, from, to }], &mut |_, samples| {
                        let first = leaf.first as usize;
                        found = (from..to)
                            .rev()
                            .map(|i| (i, value(samples, first + usize::from(i))))
                            .find(|(_, value)| !value.is_nan());
                        Ok(())
                    })?;
                    if let Some((i, value)) = found {
                        let time = Instant::from_unix_ns(leaf.time(i));
                        return Ok(Some(LatestValue { time, value }));
                    }
                }
            }
            Ok(None)
        })
    }

    /// Every visible sample of a range that is a number, at most `limit` of them (the earliest),
    /// and whether the limit cut the answer short.
    pub fn range(
        &self,
        key: &SeriesKey,
        range: TimeRange,
        limit: u64,
        cancel: &AtomicBool,
    ) -> Result<(Vec<Instant>, Vec<f64>, bool), QueryError> {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        self.with(key, |channel, reader| {
            let mut decoder = Decoder::new(channel, &self.files, cancel);
            items(channel, reader, range, cancel, &mut |batch| {
                decoder.samples(batch, &mut |item, samples| {
                    for i in item.from..item.to {
                        let value = value(samples, item.leaf.first as usize + usize::from(i));
                        // One more than asked for shows that there is more.
                        if !value.is_nan() && times.len() as u64 <= limit {
                            times.push(Instant::from_unix_ns(item.leaf.time(i)));
                            values.push(value);
                        }
                    }
                    Ok(())
                })?;
                Ok(times.len() as u64 <= limit)
            })
        })?;
        let cut = times.len() as u64 > limit;
        if cut {
            times.truncate(limit as usize);
            values.truncate(limit as usize);
        }
        Ok((times, values, cut))
    }

    /// The original records that show a sample in a range, one after the other, each once.
    pub fn records(&self, key: &SeriesKey, range: TimeRange) -> Result<Vec<u8>, QueryError> {
        let mut out = Vec::new();
        let mut last = None;
        let go_on = AtomicBool::new(false);
        self.with(key, |channel, reader| {
            let mut decoder = Decoder::new(channel, &self.files, &go_on);
            let mut seen = std::collections::HashSet::new();
            items(channel, reader, range, &go_on, &mut |batch| {
                decoder.bytes(batch, &mut |_, item, record| {
                    let place = (item.leaf.day(), item.leaf.offset);
                    if last != Some(place) && seen.insert(place) {
                        out.extend_from_slice(record);
                    }
                    last = Some(place);
                    Ok(())
                })?;
                Ok(true)
            })
        })?;
        Ok(out)
    }

    /// The stretches of a range that hold visible samples, each from its first sample to one
    /// sample distance after its last, cut to the range.
    pub fn segments(
        &self,
        key: &SeriesKey,
        range: TimeRange,
    ) -> Result<Vec<TimeRange>, QueryError> {
        let (start, end) = (range.start.unix_ns(), range.end.unix_ns());
        let mut spans = Spans { start, end, out: Vec::new(), open: None };
        self.with(key, |channel, mut reader| {
            for (first, piece) in channel.table.visible(start, end) {
                if piece.cut.is_some() {
                    spans.add(first, piece.last, piece.period);
                } else {
                    spans.walk(channel, piece.a, piece.b, &mut reader)?;
                }
            }
            Ok(())
        })?;
        spans.close();
        Ok(spans.out)
    }
}

/// The first leaf of a whole piece that starts after `at`.
fn after(
    channel: &Channel,
    piece: &Piece,
    at: i64,
    reader: &mut Reader<'_>,
) -> Result<u64, QueryError> {
    if piece.last <= at {
        return Ok(piece.b);
    }
    let next = at.saturating_add(1);
    Ok(channel.table.first_from(piece.a..piece.b, next, reader)?)
}

/// Calls `each` with the visible parts of leaves in a range, in batches in order of time, until
/// it says no.
fn items(
    channel: &Channel,
    mut reader: Reader<'_>,
    range: TimeRange,
    cancel: &AtomicBool,
    each: &mut dyn FnMut(&[Item]) -> Result<bool, QueryError>,
) -> Result<(), QueryError> {
    let (start, end) = (range.start.unix_ns(), range.end.unix_ns());
    let mut batch = Vec::new();
    for (_, piece) in channel.table.visible(start, end) {
        let first = match piece.cut {
            Some(_) => piece.a,
            None => channel.table.first_reaching(piece, start, &mut reader)?,
        };
        for index in first..piece.b {
            let leaf = reader.leaf(index)?;
            if leaf.time(0) >= end {
                break;
            }
            let (from, to) = piece.cut.unwrap_or((0, leaf.count));
            let (from, to) = (from.max(leaf.index_at(start)), to.min(leaf.index_at(end)));
            if from < to {
                batch.push(Item { leaf, from, to });
            }
            if batch.len() >= BATCH {
                if cancel.load(Ordering::Relaxed) {
                    return Err(QueryError::Cancelled);
                }
                if !each(&batch)? {
                    return Ok(());
                }
                batch.clear();
            }
        }
    }
    each(&batch).map(|_| ())
}

/// Joins stretches of samples.
struct Spans {
    start: i64,
    end: i64,
    out: Vec<TimeRange>,
    /// First and last sample, and period, of the stretch that may go on.
    open: Option<(i64, i64, f64)>,
}

impl Spans {
    fn add(&mut self, first: i64, last: i64, period: f64) {
        if last < self.start || first >= self.end {
            return;
        }
        match &mut self.open {
            Some(open) if !is_gap(open.1, first, open.2) => {
                open.1 = last;
                open.2 = period;
            }
            _ => {
                self.close();
                self.open = Some((first, last, period));
            }
        }
    }

    fn close(&mut self) {
        let Some((first, last, period)) = self.open.take() else { return };
        let stop = last.saturating_add(period.round().max(1.0) as i64);
        let range = TimeRange::new(
            Instant::from_unix_ns(first.max(self.start)),
            Instant::from_unix_ns(stop.min(self.end)),
        );
        if !range.is_empty() {
            self.out.push(range);
        }
    }

    /// Adds the leaves `a..b`, by the largest nodes that have no gap inside.
    fn walk(
        &mut self,
        channel: &Channel,
        mut a: u64,
        b: u64,
        reader: &mut Reader<'_>,
    ) -> Result<(), QueryError> {
        while a < b {
            let found = channel.table.largest(a, b, |node| {
                !node.gap || node.last < self.start || node.start >= self.end
            });
            if let Some((node, size)) = found {
                self.add(node.start, node.last, node.period);
                a += size;
                continue;
            }
            let stop = b.min((a / FACTOR + 1) * FACTOR);
            for index in a..stop {
                let leaf = reader.leaf(index)?;
                self.add(leaf.time(0), leaf.last(), leaf.period_ns());
            }
            a = stop;
        }
        Ok(())
    }
}
