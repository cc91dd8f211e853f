//! Values with a time each: sealed column chunks, their pyramid, and the live log.
//!
//! A group is the set of parameters that share a time column under one product identity. Its
//! rows are numbered in order of arrival; up to 1024 at a time are sealed into a chunk, the rest
//! stands in the log. What `append` reports as stored is on the disk.

mod append;
mod chunk;
mod column;
mod dedup;
mod group;
mod load;
mod log;
mod minmax;
mod read;
mod recover;
mod rows;
mod seal;
mod segments;
#[cfg(test)]
mod tests;
mod verify;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use append::ParameterReport;

use self::append::Writer;
use self::group::Group;
use self::segments::Segments;
use super::catalogue::Catalogue;
use super::{Access, ArchiveError, SeriesKey, SeriesKind, SeriesSummary};
use crate::time::{Instant, TimeRange};

pub(super) const SEGMENT_FOLDER: &str = "parameter";
pub(super) const LOG_FOLDER: &str = "log";

/// One column of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    group: usize,
    column: usize,
}

/// What readers see; replaced piece by piece by the writer.
#[derive(Clone, Default)]
struct State {
    /// Position is the group's number.
    groups: Vec<Arc<Group>>,
    series: Arc<BTreeMap<SeriesKey, Vec<Place>>>,
}

impl State {
    fn add_group(&mut self, group: Group) {
        let place = self.groups.len();
        let series = Arc::make_mut(&mut self.series);
        for (column, name) in group.row.names.iter().enumerate() {
            let key = SeriesKey::new(name.as_str(), group.row.product.as_str());
            series.entry(key).or_default().push(Place { group: place, column });
        }
        self.groups.push(Arc::new(group));
    }
}

/// All parameter series of one archive.
pub(super) struct ParameterStore {
    catalogue: Arc<Catalogue>,
    segments: Segments,
    log_folder: PathBuf,
    state: RwLock<State>,
    writer: Option<Mutex<Writer>>,
    /// What a reading process saw last: catalogue version and length of the log.
    seen: Mutex<(i64, u64)>,
}

impl ParameterStore {
    /// Opens the store of an archive folder; a writer repairs what a crash left and says so.
    pub(super) fn open(
        dir: &Path,
        catalogue: Arc<Catalogue>,
        access: Access,
    ) -> Result<(Self, Vec<String>), ArchiveError> {
        let mut store = Self {
            catalogue,
            segments: Segments::new(dir.join(SEGMENT_FOLDER)),
            log_folder: dir.join(LOG_FOLDER),
            state: RwLock::default(),
            writer: None,
            seen: Mutex::default(),
        };
        let mut said = Vec::new();
        match access {
            Access::Write => {
                let (state, writer) = store.recover(&mut said)?;
                store.state = RwLock::new(state);
                store.writer = Some(Mutex::new(writer));
                store.seal_after_damage(&said)?;
            }
            Access::Read => {
                store.refresh()?;
            }
        }
        Ok((store, said))
    }

    fn snapshot(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The groups that hold a series, with its column in each.
    fn places(&self, key: &SeriesKey) -> Option<Vec<(Arc<Group>, usize)>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let places = state.series.get(key)?;
        Some(
            places
                .iter()
                .filter_map(|p| Some((Arc::clone(state.groups.get(p.group)?), p.column)))
                .collect(),
        )
    }

    /// Whether a series of that name is known.
    pub(super) fn has(&self, key: &SeriesKey) -> bool {
        self.state.read().unwrap_or_else(PoisonError::into_inner).series.contains_key(key)
    }

    /// All series that have a sample, by key.
    pub(super) fn series(&self) -> Vec<SeriesSummary> {
        let state = self.snapshot();
        let summary = |(key, places): (&SeriesKey, &Vec<Place>)| {
            let mut span: Option<TimeRange> = None;
            let (mut unit, mut samples, mut rate_hz) = (String::new(), 0, 0.0f64);
            for place in places {
                let group = state.groups.get(place.group)?;
                let Some(stat) = group.stats.get(place.column) else { continue };
                let Some((first, newest)) = stat.first.zip(stat.newest) else { continue };
                let here = TimeRange::new(
                    Instant::from_unix_ns(first),
                    Instant::from_unix_ns(newest.time.saturating_add(1)),
                );
                span = Some(span.map_or(here, |s| s.hull(&here)));
                samples += stat.count;
                if let Some(period) = group.period_ns(place.column) {
                    rate_hz = rate_hz.max(1e9 / period);
                }
                if let Some(own) = group.row.units.get(place.column).filter(|u| !u.is_empty()) {
                    unit.clone_from(own);
                }
            }
            let kind = SeriesKind::Parameter;
            Some(SeriesSummary { key: key.clone(), kind, unit, rate_hz, span: span?, samples })
        };
        state.series.iter().filter_map(summary).collect()
    }

    /// Number of values stored.
    pub(super) fn value_count(&self) -> u64 {
        let state = self.snapshot();
        state.groups.iter().flat_map(|g| g.stats.iter()).map(|s| s.count).sum()
    }
}
