//! Stores batches: full chunks are sealed at once, the rest goes to the log. Durable on return.

use std::sync::{Arc, MutexGuard, PoisonError};

use super::chunk::CHUNK_ROWS;
use super::group::Group;
use super::log::{self, ROTATE_BYTES};
use super::rows::{Rows, RowsView};
use super::seal::Sealed;
use super::{ParameterStore, State};
use crate::archive::catalogue::GroupRow;
use crate::archive::error::lock_writer;
use crate::archive::{ArchiveError, ParameterBatch};
use crate::storage::{AppendFile, remove};

/// A segment file that has grown beyond this is followed by a new one.
const SEGMENT_BYTES: u64 = 64 << 20;

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParameterReport {
    /// Rows of which at least one value was stored.
    pub rows: u64,
    /// Values stored.
    pub values: u64,
    /// Values that were stored before: same series, time and value.
    pub duplicates: u64,
}

/// What only the writer has.
pub(super) struct Writer {
    pub(super) segment: AppendFile,
    pub(super) segment_number: u32,
    pub(super) log: AppendFile,
    pub(super) log_number: u64,
    pub(super) next_arrival: i64,
}

/// Name of a log file.
pub(super) fn log_name(number: u64) -> String {
    format!("{number:06}.log")
}

fn check(batch: &ParameterBatch) -> Result<(), ArchiveError> {
    let rows = batch.times.len();
    let refuse = |why: String| Err(ArchiveError::Input(why));
    if batch.names.len() != batch.columns.len() {
        return refuse(format!("{} names for {} columns", batch.names.len(), batch.columns.len()));
    }
    if !batch.units.is_empty() && batch.units.len() != batch.names.len() {
        return refuse(format!("{} units for {} names", batch.units.len(), batch.names.len()));
    }
    for (name, column) in batch.names.iter().zip(&batch.columns) {
        if name.is_empty() {
            return refuse("a parameter has no name".to_owned());
        }
        if column.len() != rows {
            return refuse(format!("{name} has {} values for {rows} times", column.len()));
        }
    }
    Ok(())
}

impl ParameterStore {
    /// Where the writer keeps its state; only called where the archive is open for writing.
    fn writer(&self) -> Result<MutexGuard<'_, Writer>, ArchiveError> {
        lock_writer(self.writer.as_ref(), self.log_folder.parent())
    }

    /// As after a sync that failed: neither log nor segment takes anything more.
    #[cfg(test)]
    pub(super) fn fail_files(&self) {
        if let Ok(mut writer) = self.writer() {
            writer.log.fail();
            writer.segment.fail();
        }
    }

    /// Stores a batch. What the report counts as stored is on the disk.
    pub(crate) fn append(&self, batch: &ParameterBatch) -> Result<ParameterReport, ArchiveError> {
        check(batch)?;
        let mut writer = self.writer()?;
        if batch.times.is_empty() || batch.names.is_empty() {
            return Ok(ParameterReport::default());
        }
        let (group, order) = self.group_for(batch)?;
        let arrival = writer.next_arrival;
        writer.next_arrival += 1;
        let rows = Rows {
            times: batch.times.iter().map(|t| t.unix_ns()).collect(),
            arrivals: vec![arrival; batch.times.len()],
            columns: order.iter().map(|k| batch.columns[*k].clone()).collect(),
        };
        let state = self.snapshot();
        let fresh = self.fresh(&state, group, rows.sorted())?;
        let report = ParameterReport {
            rows: fresh.rows.len() as u64,
            values: present(&fresh.rows),
            duplicates: fresh.doubled,
        };
        drop(state);
        if writer.log.refuses() {
            self.rotate_log(&mut writer)?;
        }
        self.store(&mut writer, group, &fresh.rows)?;
        if writer.log.len() > ROTATE_BYTES {
            // The batch is durable already; a log that cannot be replaced now (a full disk) is
            // replaced after a later append.
            let _ = self.rotate_log(&mut writer);
        }
        Ok(report)
    }

    /// The group of a batch, made where it is new, and the batch's columns in the group's order.
    fn group_for(&self, batch: &ParameterBatch) -> Result<(usize, Vec<usize>), ArchiveError> {
        let mut order: Vec<usize> = (0..batch.names.len()).collect();
        order.sort_by(|a, b| batch.names[*a].cmp(&batch.names[*b]));
        let names: Vec<String> = order.iter().map(|k| batch.names[*k].clone()).collect();
        if let Some((twice, _)) = names.iter().zip(names.iter().skip(1)).find(|(a, b)| a == b) {
            return Err(ArchiveError::Input(format!("{twice} stands twice in one batch")));
        }
        let unit = |k: &usize| batch.units.get(*k).cloned().unwrap_or_default();
        let units: Vec<String> = order.iter().map(unit).collect();
        let state = self.snapshot();
        let is_it = |g: &&Arc<Group>| g.row.product == batch.product && g.row.names == names;
        if let Some(group) = state.groups.iter().find(is_it) {
            let place = group.row.id as usize;
            let wants = |(own, new): (&String, &String)| !new.is_empty() && own != new;
            if group.row.units.iter().zip(&units).any(wants) {
                let mut row = group.row.clone();
                for (own, new) in row.units.iter_mut().zip(&units).filter(|(_, n)| !n.is_empty()) {
                    own.clone_from(new);
                }
                self.catalogue.put_group(&row)?;
                self.publish(place, |group| group.row = row);
            }
            return Ok((place, order));
        }
        let place = state.groups.len();
        let row = GroupRow { id: place as u32, product: batch.product.clone(), names, units };
        self.catalogue.put_group(&row)?;
        self.state.write().unwrap_or_else(PoisonError::into_inner).add_group(Group::new(row));
        Ok((place, order))
    }

    /// Changes what readers see of a group.
    pub(super) fn publish(&self, place: usize, change: impl FnOnce(&mut Group)) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = state.groups.get_mut(place) {
            change(Arc::make_mut(group));
        }
    }

    fn group(&self, place: usize) -> Option<Arc<Group>> {
        let state: &State = &self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.groups.get(place).cloned()
    }

    /// Seals what fills chunks, logs the rest.
    fn store(&self, writer: &mut Writer, place: usize, fresh: &Rows) -> Result<(), ArchiveError> {
        let Some(group) = self.group(place) else { return Ok(()) };
        let waiting = group.tail.len();
        let full = (waiting + fresh.len()) / CHUNK_ROWS * CHUNK_ROWS;
        let mut rest = fresh.view();
        if full > 0 {
            let head = rest.view(0, full - waiting);
            rest = rest.view(full - waiting, rest.len());
            let mut sealed = Sealed::after(&group);
            if waiting == 0 {
                sealed.add(&head);
            } else {
                let mut rows = group.tail.clone();
                rows.extend(&head);
                sealed.add(&rows.view());
            }
            drop(group);
            self.write_sealed(writer, place, sealed, &head)?;
        }
        if rest.is_empty() {
            return Ok(());
        }
        let Some(group) = self.group(place) else { return Ok(()) };
        let first_row = group.sealed_rows + group.tail.len() as u64;
        let id = group.row.id;
        drop(group);
        let arrival = rest.arrivals.first().copied().unwrap_or(0);
        writer.log.append(&log::encode(id, first_row, arrival, &rest))?;
        self.publish(place, |group| {
            count(group, &rest);
            group.tail.extend(&rest);
        });
        Ok(())
    }

    /// Writes sealed pieces, enters them in the catalogue, shows them. They begin with the
    /// tail; `new` are the rows that were in no log.
    pub(super) fn write_sealed(
        &self,
        writer: &mut Writer,
        place: usize,
        mut sealed: Sealed,
        new: &RowsView<'_>,
    ) -> Result<(), ArchiveError> {
        // After a failed sync nothing more can be trusted to this file, but to another one.
        if writer.segment.len() > SEGMENT_BYTES || writer.segment.refuses() {
            let number = writer.segment_number + 1;
            writer.segment = AppendFile::open(&self.segments.path(number), 0)?;
            writer.segment_number = number;
        }
        let Some(group) = self.group(place) else { return Ok(()) };
        let counts: Vec<u64> = group.nodes.iter().map(|n| n.len() as u64).collect();
        drop(group);
        let off = writer.segment.append(&sealed.bytes)?;
        let rows = sealed.placed(writer.segment_number, off, &counts);
        if let Err(error) = self.catalogue.put_chunks(&rows) {
            writer.segment.cut(off);
            return Err(error);
        }
        self.publish(place, |group| {
            let tail_first_row = group.sealed_rows;
            group.add_nodes(&sealed.nodes);
            group.pending = std::mem::take(&mut sealed.pending);
            group.trim_tail(tail_first_row);
            count(group, new);
        });
        Ok(())
    }

    /// Seals all tails and begins a new log file.
    pub(super) fn rotate_log(&self, writer: &mut Writer) -> Result<(), ArchiveError> {
        for place in 0..self.snapshot().groups.len() {
            let Some(group) = self.group(place).filter(|g| !g.tail.is_empty()) else { continue };
            let mut sealed = Sealed::after(&group);
            sealed.add(&group.tail.view());
            drop(group);
            self.write_sealed(writer, place, sealed, &RowsView::default())?;
        }
        let number = writer.log_number + 1;
        let next = AppendFile::open(&self.log_folder.join(log_name(number)), 0)?;
        let old = std::mem::replace(&mut writer.log, next);
        writer.log_number = number;
        remove(old.path())?;
        Ok(())
    }

    /// Starts a clean log where recovery found damage, so that row numbers count on.
    pub(super) fn seal_after_damage(&self, said: &[String]) -> Result<(), ArchiveError> {
        if said.is_empty() {
            return Ok(());
        }
        let mut writer = self.writer()?;
        self.complete_pyramids(&mut writer)?;
        self.rotate_log(&mut writer)
    }
}

fn present(rows: &Rows) -> u64 {
    rows.columns.iter().flatten().filter(|v| !v.is_nan()).count() as u64
}

fn count(group: &mut Group, new: &RowsView<'_>) {
    for (stat, values) in group.stats.iter_mut().zip(&new.columns) {
        stat.add(new.times, new.arrivals, values);
    }
}
