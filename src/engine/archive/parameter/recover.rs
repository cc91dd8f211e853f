//! What a writer does on start: takes in chunks that were synced but not yet catalogued, cuts
//! what a crash left half written, replays the log, and says what it did.

use std::sync::Arc;

use super::append::{Writer, log_name};
use super::chunk::{self, MARK};
use super::load::LogFile;
use super::rows::RowsView;
use super::seal::Sealed;
use super::{ParameterStore, State};
use crate::archive::ArchiveError;
use crate::archive::catalogue::{ChunkRef, NodeId};
use crate::storage::{AppendFile, FRAME_HEAD, frames, read_whole, remove, write_whole};

impl ParameterStore {
    /// Repairs and loads.
    pub(super) fn recover(&self, said: &mut Vec<String>) -> Result<(State, Writer), ArchiveError> {
        let (segment_number, segment) = self.settle_segments(said)?;
        let mut state = self.load_groups()?;
        let mut newest = 0;
        for group in &mut state.groups {
            newest = newest.max(self.load_sums(Arc::make_mut(group), said));
        }
        let files = self.log_files()?;
        let (arrival, missing) = Self::load_tails(&mut state, &files);
        if missing > 0 {
            said.push(format!("{missing} rows between the chunks and the log are missing"));
        }
        let rows: usize = state.groups.iter().map(|g| g.tail.len()).sum();
        let damaged = Self::settle_logs(&files, said)?;
        if damaged && rows > 0 {
            said.push(format!("{rows} rows were recovered from the log"));
        }
        let log = match files.last() {
            Some(file) => AppendFile::open(&file.path, file.frames.end as u64)?,
            None => AppendFile::open(&self.log_folder.join(log_name(1)), 0)?,
        };
        let log_number = files.last().map_or(1, LogFile::number);
        let next_arrival = newest.max(arrival) + 1;
        Ok((state, Writer { segment, segment_number, log, log_number, next_arrival }))
    }

    /// Cuts torn log tails; keeps a copy of a log that is damaged in the middle.
    fn settle_logs(files: &[LogFile], said: &mut Vec<String>) -> Result<bool, ArchiveError> {
        let mut any = false;
        for file in files {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            let torn = file.bytes.len() - file.frames.end;
            if torn > 0 {
                any = true;
                let tail = file.bytes.get(file.frames.end..).unwrap_or_default();
                let copy = file.path.with_extension("torn");
                write_whole(&copy, tail)?;
                said.push(format!(
                    "log/{name} ended with {torn} bytes that were never reported as stored or are \
                     damaged: they were cut off and kept beside it as .torn"
                ));
            }
            if !file.frames.damaged.is_empty() {
                any = true;
                let lost: usize = file.frames.damaged.iter().map(ExactSizeIterator::len).sum();
                write_whole(&file.path.with_extension("damaged"), &file.bytes)?;
                said.push(format!(
                    "log/{name} is damaged in {lost} bytes: the rest of it was recovered, the \
                     file was kept beside it as .damaged"
                ));
            }
        }
        for file in files.iter().rev().skip(1) {
            // An older log beside a newer one: all its rows are sealed.
            remove(&file.path)?;
        }
        Ok(any)
    }

    /// Brings every segment file to the length that its whole frames have.
    fn settle_segments(&self, said: &mut Vec<String>) -> Result<(u32, AppendFile), ArchiveError> {
        let known = self.catalogue.segment_lengths()?;
        let (mut number, mut length) = known.last().copied().unwrap_or((1, 0));
        for (file, catalogued) in &known {
            let have = std::fs::metadata(self.segments.path(*file)).map_or(0, |m| m.len());
            if have < *catalogued {
                let name = super::segments::file_name(*file);
                said.push(format!(
                    "parameter/{name} is {} bytes shorter than the catalogue says: restore it from \
                     a copy",
                    catalogued - have
                ));
                // Never write into a file that has lost its end.
                (number, length) = (number.max(*file + 1), 0);
            }
        }
        // A chunk of a crash can stand behind the last catalogued one, or in a file just begun.
        for candidate in [number, number + 1] {
            let from = if candidate == number { length } else { 0 };
            let path = self.segments.path(candidate);
            if path.is_file() {
                let taken = self.adopt(candidate, from, said)?;
                if taken > from || candidate == number {
                    (number, length) = (candidate, taken);
                }
            }
        }
        let segment = AppendFile::open(&self.segments.path(number), length)?;
        Ok((number, segment))
    }

    /// Enters whole uncatalogued frames behind `from` that continue their groups; returns the
    /// offset after them.
    fn adopt(&self, file: u32, from: u64, said: &mut Vec<String>) -> Result<u64, ArchiveError> {
        let bytes = read_whole(&self.segments.path(file))?;
        let rest = bytes.get(from as usize..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(from.min(bytes.len() as u64));
        }
        let mut state = self.load_groups()?;
        let (mut taken, mut rows) = (0, Vec::new());
        for payload in frames(rest, MARK).payloads {
            let Some(head) = rest.get(payload.clone()).and_then(chunk::head) else { break };
            let slot = state.groups.get_mut(head.id.group as usize);
            let Some(group) = slot.map(Arc::make_mut) else { break };
            let level = usize::from(head.id.level);
            let count = group.nodes.get(level).map_or(0, Vec::len) as u64;
            let continues = payload.start == taken + FRAME_HEAD
                && head.id.seq == count
                && head.columns == group.columns()
                && (level > 0 || head.chunk.first_row == group.sealed_rows);
            if !continues {
                break;
            }
            let at = ChunkRef {
                file,
                off: from + taken as u64,
                len: (payload.end - taken) as u32,
                ..head.chunk
            };
            group.add_nodes(&[(head.id.level, at)]);
            rows.push((NodeId { ..head.id }, at));
            taken = payload.end;
        }
        if !rows.is_empty() {
            self.catalogue.put_chunks(&rows)?;
            said.push(format!(
                "{} chunks that a crash left uncatalogued were taken in",
                rows.len()
            ));
        }
        if taken < rest.len() {
            said.push(format!(
                "{} bytes of parameter/{} that were never reported as stored were cut off",
                rest.len() - taken,
                super::segments::file_name(file)
            ));
        }
        Ok(from + taken as u64)
    }

    /// Seals the pyramid nodes that a crash left out.
    pub(super) fn complete_pyramids(&self, writer: &mut Writer) -> Result<(), ArchiveError> {
        for place in 0..self.snapshot().groups.len() {
            let Some(group) = self.snapshot().groups.get(place).cloned() else { continue };
            let is_complete = group.pending.iter().all(|p| p.len() < super::chunk::FAN);
            if !is_complete {
                let mut sealed = Sealed::after(&group);
                sealed.complete();
                self.write_sealed(writer, place, sealed, &RowsView::default())?;
            }
        }
        Ok(())
    }
}
