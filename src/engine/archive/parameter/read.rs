//! Latest, range and stretches of a parameter series, late and double data resolved: of several
//! values at one time the one that arrived last counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ParameterStore;
use super::group::{Group, Newest};
use super::segments::Piece;
use crate::archive::catalogue::NodeId;
use crate::archive::{ArchiveError, LatestValue, QueryError, SeriesKey};
use crate::time::{Instant, TimeRange};

/// Samples: ascending times and their values.
pub(super) type Samples = (Vec<i64>, Vec<f64>);

/// A chunk or a tail that holds samples of a series.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) group: Arc<Group>,
    pub(super) column: usize,
    /// Which chunk; none is the tail.
    pub(super) seq: Option<u32>,
    pub(super) t0: i64,
    pub(super) t1: i64,
}

pub(super) fn failed(error: ArchiveError) -> QueryError {
    QueryError::Failed(error.to_string())
}

pub(super) fn check(cancel: &AtomicBool) -> Result<(), QueryError> {
    if cancel.load(Ordering::Relaxed) { Err(QueryError::Cancelled) } else { Ok(()) }
}

/// First and last nanosecond of a range; none where it is empty.
pub(super) fn bounds(range: TimeRange) -> Option<(i64, i64)> {
    (!range.is_empty()).then(|| (range.start.unix_ns(), range.end.unix_ns() - 1))
}

impl ParameterStore {
    pub(super) fn found(&self, key: &SeriesKey) -> Result<Vec<(Arc<Group>, usize)>, QueryError> {
        self.places(key).ok_or_else(|| QueryError::Unknown(key.to_string()))
    }

    /// The newest sample at or before an instant.
    pub(crate) fn latest(
        &self,
        key: &SeriesKey,
        at: Instant,
    ) -> Result<Option<LatestValue>, QueryError> {
        let at = at.unix_ns();
        let mut best: Option<Newest> = None;
        for (group, column) in self.found(key)? {
            let newest = group.stats.get(column).and_then(|s| s.newest);
            let here = match newest {
                Some(newest) if newest.time <= at => Some(newest),
                Some(_) => {
                    let sealed = self.newest_sealed(&group, column, at).map_err(failed)?;
                    newer(sealed, newest_in_tail(&group, column, at))
                }
                None => None,
            };
            best = newer(best, here);
        }
        Ok(best.map(|n| LatestValue { time: Instant::from_unix_ns(n.time), value: n.value }))
    }

    /// The newest sample of the chunks at or before an instant.
    pub(super) fn newest_sealed(
        &self,
        group: &Group,
        column: usize,
        at: i64,
    ) -> Result<Option<Newest>, ArchiveError> {
        let mut best: Option<Newest> = None;
        if group.stats.get(column).is_none_or(|s| s.count == 0) {
            return Ok(None);
        }
        for (seq, latest) in group.backwards(at) {
            if best.is_some_and(|b| b.time > latest) {
                break;
            }
            let Some(chunk) = group.chunks().get(seq as usize) else { continue };
            let is_empty = self.sum_of(group, 0, seq as usize, column)?.count == 0;
            if is_empty || best.is_some_and(|b| b.time > chunk.t1) {
                continue;
            }
            let id = NodeId { group: group.row.id, level: 0, seq: u64::from(seq) };
            let piece = self.segments.piece(id, chunk, column)?;
            let end = piece.times.partition_point(|t| *t <= at);
            if let Some(i) = (0..end).rev().find(|i| !piece.values[*i].is_nan()) {
                let arrival = self.segments.arrivals(id, chunk)?.get(i).copied().unwrap_or(0);
                let here = Newest { time: piece.times[i], arrival, seq, value: piece.values[i] };
                best = newer(best, Some(here));
            }
        }
        Ok(best)
    }

    /// Time of the earliest sample of the chunks.
    pub(super) fn first_sealed(
        &self,
        group: &Group,
        column: usize,
    ) -> Result<Option<i64>, ArchiveError> {
        let mut best: Option<i64> = None;
        if group.stats.get(column).is_none_or(|s| s.count == 0) {
            return Ok(None);
        }
        for seq in group.forwards() {
            let Some(chunk) = group.chunks().get(seq as usize) else { continue };
            if best.is_some_and(|b| b <= chunk.t0) {
                break;
            }
            if self.sum_of(group, 0, seq as usize, column)?.count == 0 {
                continue;
            }
            let id = NodeId { group: group.row.id, level: 0, seq: u64::from(seq) };
            let piece = self.segments.piece(id, chunk, column)?;
            if let Some(i) = (0..piece.times.len()).find(|i| !piece.values[*i].is_nan()) {
                best = Some(best.map_or(piece.times[i], |b| b.min(piece.times[i])));
            }
        }
        Ok(best)
    }

    /// Everything that holds times of a range, by first time.
    fn sources(places: &[(Arc<Group>, usize)], t0: i64, t1: i64) -> Vec<Source> {
        let mut found = Vec::new();
        for (group, column) in places {
            for seq in group.touching(t0, t1) {
                let Some(chunk) = group.chunks().get(seq as usize) else { continue };
                let group = Arc::clone(group);
                let (t0, t1) = (chunk.t0, chunk.t1);
                found.push(Source { group, column: *column, seq: Some(seq), t0, t1 });
            }
            found.extend(tail_source(group, *column).filter(|s| s.t0 <= t1 && s.t1 >= t0));
        }
        found.sort_by_key(|s| s.t0);
        found
    }

    /// Times and values of a source, ascending.
    pub(super) fn piece_of(&self, source: &Source) -> Result<Piece, QueryError> {
        let group = &source.group;
        if let Some((seq, chunk)) =
            source.seq.and_then(|s| Some((s, group.chunks().get(s as usize)?)))
        {
            let id = NodeId { group: group.row.id, level: 0, seq: u64::from(seq) };
            return self.segments.piece(id, chunk, source.column).map_err(failed);
        }
        let mut order: Vec<usize> = (0..group.tail.len()).collect();
        order.sort_by_key(|i| group.tail.times[*i]);
        let values = group.tail.columns.get(source.column).map_or(&[][..], Vec::as_slice);
        Ok(Piece {
            times: Arc::new(order.iter().map(|i| group.tail.times[*i]).collect()),
            values: Arc::new(
                order.iter().map(|i| values.get(*i).copied().unwrap_or(f64::NAN)).collect(),
            ),
        })
    }

    fn arrivals_of(&self, source: &Source) -> Result<Vec<i64>, QueryError> {
        let group = &source.group;
        if let Some((seq, chunk)) =
            source.seq.and_then(|s| Some((s, group.chunks().get(s as usize)?)))
        {
            let id = NodeId { group: group.row.id, level: 0, seq: u64::from(seq) };
            return self.segments.arrivals(id, chunk).map_err(failed);
        }
        let mut order: Vec<usize> = (0..group.tail.len()).collect();
        order.sort_by_key(|i| group.tail.times[*i]);
        Ok(order.iter().map(|i| group.tail.arrivals[*i]).collect())
    }

    /// The samples of `t0..=t1` out of sources that may share times, ascending, one a time.
    pub(super) fn resolve(
        &self,
        sources: &[Source],
        t0: i64,
        t1: i64,
    ) -> Result<Samples, QueryError> {
        let mut rows: Vec<(i64, i64, f64)> = Vec::new();
        // One append may fill several chunks: what arrived with it later stands further back.
        let mut sources: Vec<&Source> = sources.iter().collect();
        sources.sort_by_key(|s| (s.group.row.id, s.seq.unwrap_or(u32::MAX)));
        for source in &sources {
            let piece = self.piece_of(source)?;
            let arrivals = if sources.len() > 1 { Some(self.arrivals_of(source)?) } else { None };
            let from = piece.times.partition_point(|t| *t < t0);
            let to = piece.times.partition_point(|t| *t <= t1);
            for i in from..to {
                let arrival = arrivals.as_ref().map_or(0, |a| a[i]);
                if !piece.values[i].is_nan() {
                    rows.push((piece.times[i], arrival, piece.values[i]));
                }
            }
        }
        if sources.len() > 1 {
            rows.sort_by_key(|r| (r.0, r.1));
        }
        let mut out: Samples = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for (time, _, value) in rows {
            if out.0.last() == Some(&time) {
                out.1.pop();
            } else {
                out.0.push(time);
            }
            out.1.push(value);
        }
        Ok(out)
    }

    /// Every sample of a range, at most `limit` (the earliest), and whether more were left out.
    pub(crate) fn range(
        &self,
        key: &SeriesKey,
        range: TimeRange,
        limit: u64,
        cancel: &AtomicBool,
    ) -> Result<(Vec<Instant>, Vec<f64>, bool), QueryError> {
        let places = self.found(key)?;
        let (mut times, mut values, mut is_cut) = (Vec::new(), Vec::new(), false);
        let Some((t0, t1)) = bounds(range) else { return Ok((times, values, is_cut)) };
        for cluster in clusters(&Self::sources(&places, t0, t1)) {
            check(cancel)?;
            let (more_times, more_values) = self.resolve(cluster, t0, t1)?;
            let room = limit.saturating_sub(times.len() as u64);
            is_cut = more_times.len() as u64 > room;
            let take = more_times.len().min(usize::try_from(room).unwrap_or(usize::MAX));
            times.extend(more_times.iter().take(take).map(|t| Instant::from_unix_ns(*t)));
            values.extend(more_values.iter().take(take));
            if is_cut {
                break;
            }
        }
        Ok((times, values, is_cut))
    }

    /// The stretches of a range that hold data: a step of more than three nominal periods ends
    /// one.
    pub(crate) fn stretches(
        &self,
        key: &SeriesKey,
        range: TimeRange,
    ) -> Result<Vec<TimeRange>, QueryError> {
        let places = self.found(key)?;
        let Some((t0, t1)) = bounds(range) else { return Ok(Vec::new()) };
        let period = Self::period_of(&places);
        let widest = ((period * 3.0) as i64).max(1);
        let mut parts: Vec<(i64, i64)> = Vec::new();
        for source in Self::sources(&places, t0, t1) {
            if let Some((from, to)) = self.unbroken(&source, widest)? {
                if from <= t1 && to >= t0 {
                    parts.push((from.max(t0), to.min(t1)));
                }
                continue;
            }
            let times = self.resolve(std::slice::from_ref(&source), t0, t1)?.0;
            parts.extend(joined(times.into_iter().map(|t| (t, t)), widest));
        }
        parts.sort_unstable();
        let out = joined(parts.into_iter(), widest);
        let after = (period as i64).max(1);
        let stretch = |(from, to): (i64, i64)| {
            let end = Instant::from_unix_ns(to).plus_ns(after).min(range.end);
            TimeRange::new(Instant::from_unix_ns(from), end)
        };
        Ok(out.into_iter().map(stretch).collect())
    }

    /// First and last time of a chunk that has a value in every row and no wide step.
    fn unbroken(&self, source: &Source, widest: i64) -> Result<Option<(i64, i64)>, QueryError> {
        let Some(seq) = source.seq else { return Ok(None) };
        let Some(chunk) = source.group.chunks().get(seq as usize) else { return Ok(None) };
        if chunk.max_gap > widest {
            return Ok(None);
        }
        let sum = self.sum_of(&source.group, 0, seq as usize, source.column).map_err(failed)?;
        Ok((sum.count == u64::from(chunk.rows)).then_some((chunk.t0, chunk.t1)))
    }

    /// Shortest nominal period of a series in nanoseconds; 0 where none is known.
    pub(super) fn period_of(places: &[(Arc<Group>, usize)]) -> f64 {
        let periods = places.iter().filter_map(|(group, column)| group.period_ns(*column));
        periods.reduce(f64::min).unwrap_or(0.0)
    }
}

pub(super) fn tail_source(group: &Arc<Group>, column: usize) -> Option<Source> {
    let (t0, t1) = group.tail.hull()?;
    Some(Source { group: Arc::clone(group), column, seq: None, t0, t1 })
}

fn newer(a: Option<Newest>, b: Option<Newest>) -> Option<Newest> {
    match (a, b) {
        (Some(a), Some(b)) if (a.time, a.arrival, a.seq) > (b.time, b.arrival, b.seq) => Some(a),
        (a, None) => a,
        (_, b) => b,
    }
}

fn newest_in_tail(group: &Group, column: usize, at: i64) -> Option<Newest> {
    let values = group.tail.columns.get(column)?;
    let rows = group.tail.times.iter().zip(&group.tail.arrivals).zip(values);
    rows.filter(|((time, _), value)| **time <= at && !value.is_nan())
        .map(|((time, arrival), value)| Newest {
            time: *time,
            arrival: *arrival,
            seq: u32::MAX,
            value: *value,
        })
        .fold(None, |best, here| newer(best, Some(here)))
}

/// Joins stretches (by first time) that are no more than `widest` apart.
fn joined(parts: impl Iterator<Item = (i64, i64)>, widest: i64) -> Vec<(i64, i64)> {
    let mut out: Vec<(i64, i64)> = Vec::new();
    for (from, to) in parts {
        match out.last_mut() {
            Some(last) if from.saturating_sub(last.1) <= widest => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

/// Splits sources (by first time) where no time is shared any more.
fn clusters(sources: &[Source]) -> Vec<&[Source]> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut latest = i64::MIN;
    for (i, source) in sources.iter().enumerate() {
        if i > start && source.t0 > latest {
            out.push(&sources[start..i]);
            start = i;
        }
        latest = latest.max(source.t1);
    }
    if start < sources.len() {
        out.push(&sources[start..]);
    }
    out
}
