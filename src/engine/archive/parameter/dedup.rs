//! Finds the values of new rows that the archive holds already: same series, time and bits.

use std::sync::Arc;

use super::group::Group;
use super::read::{Source, tail_source};
use super::rows::Rows;
use super::{ParameterStore, State};
use crate::archive::{ArchiveError, SeriesKey};

/// What became of the rows of a batch.
pub(super) struct Fresh {
    /// Rows with at least one new value, ascending in time; doubled values are NaN.
    pub(super) rows: Rows,
    /// Values that were dropped because they are stored already.
    pub(super) doubled: u64,
}

/// Sets the values that stand in `times`/`values` (ascending) to NaN; returns how many.
fn strike(rows_times: &[i64], column: &mut [f64], times: &[i64], values: &[f64]) -> u64 {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return 0 };
    let from = rows_times.partition_point(|t| t < first);
    let to = rows_times.partition_point(|t| t <= last);
    let mut at = 0;
    let mut struck = 0;
    for i in from..to {
        while times.get(at).is_some_and(|t| *t < rows_times[i]) {
            at += 1;
        }
        let same_time = (at..times.len()).take_while(|k| times[*k] == rows_times[i]);
        let value = column[i];
        if !value.is_nan() && same_time.into_iter().any(|k| values[k].to_bits() == value.to_bits())
        {
            column[i] = f64::NAN;
            struck += 1;
        }
    }
    struck
}

/// Strikes the values that the batch itself repeats.
fn strike_own(rows: &mut Rows) -> u64 {
    let mut struck = 0;
    let times = &rows.times;
    for column in &mut rows.columns {
        for i in 1..times.len() {
            let mut k = i;
            while k > 0 && times[k - 1] == times[i] && !column[i].is_nan() {
                k -= 1;
                if column[k].to_bits() == column[i].to_bits() {
                    column[i] = f64::NAN;
                    struck += 1;
                }
            }
        }
    }
    struck
}

impl ParameterStore {
    /// Drops what is stored already from rows (ascending in time) of a group.
    pub(super) fn fresh(
        &self,
        state: &State,
        group: usize,
        mut rows: Rows,
    ) -> Result<Fresh, ArchiveError> {
        let mut doubled = strike_own(&mut rows);
        let (Some(first), Some(last)) = (rows.times.first().copied(), rows.times.last().copied())
        else {
            return Ok(Fresh { rows, doubled });
        };
        let Some(own) = state.groups.get(group) else { return Ok(Fresh { rows, doubled }) };
        for (k, name) in own.row.names.iter().enumerate() {
            let key = SeriesKey::new(name.as_str(), own.row.product.as_str());
            for place in state.series.get(&key).into_iter().flatten() {
                let Some(other) = state.groups.get(place.group) else { continue };
                if other.hull().is_none_or(|(a, b)| a > last || b < first) {
                    continue;
                }
                for source in Self::holders(other, place.column, first, last) {
                    if !has_row_in(&rows.times, source.t0, source.t1) {
                        continue;
                    }
                    let piece = self.piece_of(&source).map_err(|e| ArchiveError::Damaged {
                        path: self.segments.folder().to_owned(),
                        reason: e.to_string(),
                    })?;
                    if let Some(column) = rows.columns.get_mut(k) {
                        doubled += strike(&rows.times, column, &piece.times, &piece.values);
                    }
                }
            }
        }
        let keep: Vec<usize> =
            (0..rows.len()).filter(|i| rows.columns.iter().any(|c| !c[*i].is_nan())).collect();
        let rows = if keep.len() == rows.len() { rows } else { rows.pick(&keep) };
        Ok(Fresh { rows, doubled })
    }

    fn holders(group: &Arc<Group>, column: usize, t0: i64, t1: i64) -> Vec<Source> {
        let chunk = |seq: u32| {
            let at = group.chunks().get(seq as usize)?;
            let group = Arc::clone(group);
            Some(Source { group, column, seq: Some(seq), t0: at.t0, t1: at.t1 })
        };
        let tail = tail_source(group, column);
        group.touching(t0, t1).into_iter().filter_map(chunk).chain(tail).collect()
    }
}

fn has_row_in(times: &[i64], t0: i64, t1: i64) -> bool {
    let at = times.partition_point(|t| *t < t0);
    times.get(at).is_some_and(|t| *t <= t1)
}
