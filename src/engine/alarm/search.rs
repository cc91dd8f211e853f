//! Looks through archived data for changes of severity, from where it ended last time.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::detect::Detector;
use super::record::{Found, Record, What, design_key};
use super::stale::stale_key;
use crate::archive::{AlarmMark, Archive, Bucket, QueryError, SeriesKey, SeriesSummary};
use crate::mission::{AlarmRule, Database, Limit, Parameter, Severity};
use crate::time::{Instant, TimeRange};

/// Slices whose extremes are looked at before their samples.
const SLICES: u32 = 1024;
/// Samples that are held at once.
const PIECE: u64 = 250_000;
/// Changes that are kept of one search; a series that makes more has wrong limits.
const MOST_FOUND: usize = 100_000;

/// How far a series was looked through, and by which limits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Everything before is done.
    end: Instant,
    /// Samples of the series then.
    samples: u64,
    /// Checksum of the rules, and of the limits as far as they concern data before `end`.
    rule: u32,
    detector: Detector,
}

impl Mark {
    /// From the archive; none where it cannot be read, and then the series is looked through again.
    pub fn of(stored: &AlarmMark) -> Option<Self> {
        serde_json::from_str(&stored.body).ok()
    }

    /// Samples of the series when it was looked through.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// For the archive.
    pub fn stored(&self, key: &SeriesKey) -> AlarmMark {
        // A plain structure of numbers cannot fail to be written.
        let body = serde_json::to_string(self).unwrap_or_default();
        AlarmMark { key: key.clone(), body }
    }
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Searched {
    /// What was found before at and after this instant is no longer true.
    pub from: Instant,
    /// What was found, ascending in time; at most 100 000 changes.
    pub found: Vec<(Instant, Found)>,
    /// How far it went.
    pub mark: Mark,
}

impl Searched {
    /// As records of an alarm, not numbered yet.
    pub fn records(&self, key: &SeriesKey) -> Vec<Record> {
        let record = |(time, found): &(Instant, Found)| Record {
            seq: 0,
            key: key.clone(),
            time: *time,
            what: What::Found(found.clone()),
        };
        self.found.iter().map(record).collect()
    }
}

/// A stored series to look through, and by which limits.
#[derive(Clone, Debug)]
pub struct Watched<'a> {
    /// The alarm that the findings are about.
    pub key: SeriesKey,
    /// The series.
    pub summary: &'a SeriesSummary,
    /// Its limits.
    pub parameter: Cow<'a, Parameter>,
}

/// The stored series that have limits, and those whose states put an alarm aside by design.
pub fn watched<'a>(missions: &'a Database, series: &'a [SeriesSummary]) -> Vec<Watched<'a>> {
    let mut all = Vec::new();
    for instrument in missions.missions.iter().flat_map(|m| &m.instruments) {
        let is_watched = |p: &&Parameter| !p.limits.is_empty() || p.alarm.stale.is_some();
        for parameter in instrument.parameters.iter().filter(is_watched) {
            let has_limits = !parameter.limits.is_empty();
            for summary in stored(series, &parameter.name).filter(|_| has_limits) {
                let (key, parameter) = (summary.key.clone(), Cow::Borrowed(parameter));
                all.push(Watched { key, summary, parameter });
            }
            let Some(rule) = &parameter.alarm.suppressed else { continue };
            let mode = instrument.parameters.iter().find(|p| p.name == rule.parameter);
            let Some(mode) = mode else { continue };
            let states = rule.states.clone();
            let limit = Limit { severity: Severity::Watch, states, ..Limit::default() };
            let (limits, alarm) = (vec![limit], AlarmRule::default());
            for summary in stored(series, &mode.name) {
                let of_limits = SeriesKey::new(&parameter.name, &summary.key.product);
                let of_silence = parameter.alarm.stale.as_ref().map(|_| stale_key(&of_limits));
                let mode =
                    Parameter { limits: limits.clone(), alarm: alarm.clone(), ..mode.clone() };
                for key in has_limits.then_some(of_limits).iter().chain(&of_silence) {
                    let (key, parameter) = (design_key(key), Cow::Owned(mode.clone()));
                    all.push(Watched { key, summary, parameter });
                }
            }
        }
    }
    all
}

/// All products of a name, from a list that is sorted by key, and keys by name first.
pub(super) fn stored<'a>(
    series: &'a [SeriesSummary],
    name: &str,
) -> impl Iterator<Item = &'a SeriesSummary> {
    let first = series.partition_point(|s| s.key.name.as_str() < name);
    let end = series.partition_point(|s| s.key.name.as_str() <= name);
    series.get(first..end).unwrap_or_default().iter()
}

/// Looks through what is new in a series since its mark; none where nothing is. Where data came
/// late, or limits changed that hold for data looked through before, the whole series is looked
/// through again. Slices that stay inside all limits are passed over without reading their samples.
pub fn look_through(
    archive: &Archive,
    parameter: &Parameter,
    summary: &SeriesSummary,
    mark: Option<&Mark>,
    cancel: &AtomicBool,
) -> Result<Option<Searched>, QueryError> {
    let key = &summary.key;
    let (end, samples) = (summary.span.end, summary.samples);
    let rule = fingerprint(parameter, end);
    let mut begun = None;
    if let Some(mark) = mark.filter(|mark| mark.rule == fingerprint(parameter, mark.end)) {
        if mark.samples == samples && mark.end == end {
            return Ok(None);
        }
        if mark.end < end {
            // Only appended: all that is new lies behind the mark.
            let fresh = TimeRange::new(mark.end, end);
            let (buckets, _) = archive.min_max(key, fresh, 1, cancel)?;
            let count: u64 = buckets.iter().map(|b| b.count).sum();
            if mark.samples.saturating_add(count) == samples {
                begun = Some((mark.end, fresh, mark.detector.clone()));
            }
        }
    }
    let (from, range, detector) =
        begun.unwrap_or((Instant::MIN, summary.span, Detector::default()));
    let mut search = Search { archive, parameter, key, cancel, detector, found: Vec::new() };
    search.run(range)?;
    let Search { detector, found, .. } = search;
    Ok(Some(Searched { from, found, mark: Mark { end, samples, rule, detector } }))
}

/// Checksum of what decides about data before an instant: limits that hold later do not count. As
/// limits are in the order of time, their places among each other stay when later ones are added.
fn fingerprint(parameter: &Parameter, end: Instant) -> u32 {
    let mut limits: Vec<Limit> =
        parameter.limits.iter().filter(|limit| limit.start() < end).cloned().collect();
    for limit in limits.iter_mut().filter(|limit| limit.end() >= end) {
        limit.until = None;
    }
    // Silence is not found in samples.
    let alarm = AlarmRule { stale: None, ..parameter.alarm.clone() };
    let rules = (limits, alarm, &parameter.states);
    crc32c::crc32c(serde_json::to_string(&rules).unwrap_or_default().as_bytes())
}

struct Search<'a> {
    archive: &'a Archive,
    parameter: &'a Parameter,
    key: &'a SeriesKey,
    cancel: &'a AtomicBool,
    detector: Detector,
    found: Vec<(Instant, Found)>,
}

impl Search<'_> {
    fn run(&mut self, range: TimeRange) -> Result<(), QueryError> {
        if self.parameter.limits.iter().any(|limit| limit.rate_per_s.is_some()) {
            return self.samples(range);
        }
        let (buckets, _) = self.archive.min_max(self.key, range, SLICES, self.cancel)?;
        // Samples of slices side by side are read together.
        let mut loud: Option<TimeRange> = None;
        for (i, bucket) in buckets.iter().enumerate() {
            let slice = slice(range, i as i128, i128::from(SLICES));
            if self.is_quiet(bucket) && loud.is_none() && self.detector.is_at_rest() {
                continue;
            }
            if !self.is_quiet(bucket) {
                loud = Some(loud.map_or(slice, |l| l.hull(&slice)));
                continue;
            }
            if let Some(before) = loud.take() {
                self.samples(before)?;
            }
            if !self.detector.is_at_rest() {
                self.samples(slice)?;
            }
        }
        loud.map_or(Ok(()), |rest| self.samples(rest))
    }

    /// Whether no sample of a slice violates a limit, also where it is narrowed by its deadband.
    fn is_quiet(&self, bucket: &Bucket) -> bool {
        let parameter = self.parameter;
        bucket.count == 0
            || parameter.limits.iter().all(|limit| {
                // A named state may lie anywhere between the extremes.
                limit.states.is_empty()
                    && [bucket.min, bucket.max]
                        .iter()
                        .all(|v| !parameter.violates(limit, *v, limit.hysteresis))
            })
    }

    fn samples(&mut self, range: TimeRange) -> Result<(), QueryError> {
        let mut rest = range;
        loop {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(QueryError::Cancelled);
            }
            let (times, values, truncated) =
                self.archive.range(self.key, rest, PIECE, self.cancel)?;
            for (time, value) in times.iter().zip(&values) {
                if let Some(found) = self.detector.take(self.parameter, *time, *value)
                    && self.found.len() < MOST_FOUND
                {
                    self.found.push((*time, found));
                }
            }
            match times.last() {
                Some(last) if truncated => rest = TimeRange::new(last.plus_ns(1), range.end),
                _ => return Ok(()),
            }
        }
    }
}

/// Slice `i` of `n` of a range, as the archive cuts it: edges are rounded up to the nanosecond.
fn slice(range: TimeRange, i: i128, n: i128) -> TimeRange {
    let length = i128::from(range.end.unix_ns()) - i128::from(range.start.unix_ns());
    let edge = |i: i128| range.start.plus_ns(((length * i + n - 1) / n) as i64);
    TimeRange::new(edge(i), edge(i + 1))
}
