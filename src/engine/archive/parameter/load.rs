//! Builds the picture of the groups from the catalogue and the log, for writers and readers.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use super::chunk::{FAN, UNKNOWN, is_known};
use super::group::Group;
use super::log::{self, LogRows};
use super::{ParameterStore, State};
use crate::archive::ArchiveError;
use crate::archive::catalogue::NodeId;
use crate::storage::{Frames, StorageError, frames, read_whole};

/// One log file as found.
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) frames: Frames,
}

impl LogFile {
    /// Rows of the whole frames; frames of an unknown kind are skipped.
    pub(super) fn rows(&self) -> impl Iterator<Item = LogRows> + '_ {
        self.frames.payloads.iter().filter_map(|p| log::decode(self.bytes.get(p.clone())?))
    }

    /// Number in the file name.
    pub(super) fn number(&self) -> u64 {
        let stem = self.path.file_stem().and_then(|s| s.to_str());
        stem.and_then(|s| s.parse().ok()).unwrap_or(0)
    }
}

impl ParameterStore {
    /// Log files, oldest first.
    pub(super) fn log_files(&self) -> Result<Vec<LogFile>, ArchiveError> {
        let mut paths = Vec::new();
        let entries = match std::fs::read_dir(&self.log_folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(StorageError::of("read", &self.log_folder)(e).into()),
        };
        for entry in entries.flatten() {
            if entry.path().extension().is_some_and(|e| e == "log") {
                paths.push(entry.path());
            }
        }
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            match read_whole(&path) {
                Ok(bytes) => {
                    let frames = frames(&bytes, log::MARK);
                    files.push(LogFile { path, bytes, frames });
                }
                // The writer of another process has just replaced it.
                Err(e) if e.source.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(e.into()),
            }
        }
        Ok(files)
    }

    /// Groups and chunks as the catalogue lists them, without tails.
    pub(super) fn load_groups(&self) -> Result<State, ArchiveError> {
        let mut state = State::default();
        for row in self.catalogue.groups()? {
            let id = row.id;
            if id as usize != state.groups.len() {
                return Err(ArchiveError::Catalogue {
                    path: self.catalogue.path().to_owned(),
                    reason: format!(
                        "parameter group {} is missing: restore it from a copy",
                        state.groups.len()
                    ),
                });
            }
            let mut group = Group::new(row);
            for level in 0..self.catalogue.levels(id)? {
                let from = NodeId { group: id, level, seq: 0 };
                let nodes: Vec<_> =
                    self.catalogue.chunks_from(from)?.into_iter().map(|c| (level, c)).collect();
                group.add_nodes(&nodes);
            }
            state.add_group(group);
        }
        Ok(state)
    }

    /// Sums of the nodes without a complete parent, and the statistics of the sealed part.
    /// Returns the highest arrival number seen.
    pub(super) fn load_sums(&self, group: &mut Group, said: &mut Vec<String>) -> i64 {
        let id = group.row.id;
        let mut pending = vec![Vec::new(); group.nodes.len()];
        for (level, nodes) in group.nodes.iter().enumerate() {
            let parents = group.nodes.get(level + 1).map_or(0, Vec::len);
            for seq in (parents * FAN).min(nodes.len())..nodes.len() {
                let Some(node) = nodes.get(seq) else { continue };
                let at = NodeId { group: id, level: level as u8, seq: seq as u64 };
                let sums = self.segments.sums(at, node).unwrap_or_else(|error| {
                    said.push(format!("{error}; the other data can be read"));
                    vec![UNKNOWN; group.row.names.len()]
                });
                for (stat, sum) in group.stats.iter_mut().zip(&sums).filter(|(_, s)| is_known(s)) {
                    stat.count += sum.count;
                }
                if let Some(list) = pending.get_mut(level) {
                    list.push(sums);
                }
            }
        }
        group.pending = pending;
        match self.load_ends(group) {
            Ok(arrival) => arrival,
            Err(error) => {
                said.push(format!("{error}; the other data can be read"));
                group.chunks().len() as i64
            }
        }
    }

    /// First and newest sample of each column of the sealed part.
    fn load_ends(&self, group: &mut Group) -> Result<i64, ArchiveError> {
        let mut newest_arrival = 0;
        if let Some(last) = group.chunks().len().checked_sub(1) {
            let id = NodeId { group: group.row.id, level: 0, seq: last as u64 };
            let arrivals = self.segments.arrivals(id, &group.chunks()[last])?;
            newest_arrival = arrivals.iter().copied().max().unwrap_or(0);
        }
        for column in 0..group.columns() {
            let first = self.first_sealed(group, column)?;
            let newest = self.newest_sealed(group, column, i64::MAX)?;
            if let Some(stat) = group.stats.get_mut(column) {
                stat.first = first;
                stat.newest = newest;
            }
        }
        Ok(newest_arrival)
    }

    /// Takes log rows into the tails; returns the highest arrival number and whether rows between
    /// the chunks and the log are missing.
    pub(super) fn load_tails(state: &mut State, files: &[LogFile]) -> (i64, u64) {
        let (mut newest_arrival, mut missing) = (0, 0);
        for found in files.iter().flat_map(LogFile::rows) {
            let slot = state.groups.get_mut(found.group as usize);
            let Some(group) = slot.map(Arc::make_mut) else { continue };
            if found.rows.columns.len() != group.columns() {
                continue;
            }
            newest_arrival =
                newest_arrival.max(found.rows.arrivals.iter().copied().max().unwrap_or(0));
            let next = group.sealed_rows + group.tail.len() as u64;
            let known = next.saturating_sub(found.first_row) as usize;
            missing += found.first_row.saturating_sub(next);
            let rows = found.rows.view().view(known, found.rows.len());
            for (stat, values) in group.stats.iter_mut().zip(&rows.columns) {
                stat.add(rows.times, rows.arrivals, values);
            }
            group.tail.extend(&rows);
        }
        (newest_arrival, missing)
    }

    /// Sees what the writer of another process added; says whether anything changed.
    pub(crate) fn refresh(&self) -> Result<bool, ArchiveError> {
        if self.writer.is_some() {
            return Ok(false);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // The log before the catalogue: rows sealed in between are then skipped, not missed.
        let now = (self.catalogue.data_version()?, self.log_bytes());
        if now == *seen {
            return Ok(false);
        }
        let files = self.log_files()?;
        let mut state = self.load_groups()?;
        for group in &mut state.groups {
            self.load_sums(Arc::make_mut(group), &mut Vec::new());
        }
        Self::load_tails(&mut state, &files);
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        *seen = now;
        Ok(true)
    }

    /// Number and length of the newest log file, as one number that changes with each append.
    fn log_bytes(&self) -> u64 {
        let Ok(entries) = std::fs::read_dir(&self.log_folder) else { return 0 };
        let lengths = entries.flatten().filter_map(|e| {
            let number: u64 = e.path().file_stem()?.to_str()?.parse().ok()?;
            Some((number << 32) + e.metadata().ok()?.len())
        });
        lengths.max().unwrap_or(0)
    }
}
