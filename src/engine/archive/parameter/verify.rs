//! Reads every byte of the segment and log files and says what is not as it was written.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::PoisonError;

use super::chunk::{self, Chunk, MARK};
use super::segments::file_name;
use super::{LOG_FOLDER, ParameterStore, SEGMENT_FOLDER};
use crate::archive::catalogue::{ChunkRef, NodeId};
use crate::archive::verify::Course;
use crate::problem::Problem;
use crate::storage::{FRAME_HEAD, frames, read_whole};

impl ParameterStore {
    /// Bytes that [`ParameterStore::verify`] will read.
    pub(crate) fn verify_bytes(&self) -> u64 {
        let size = |folder: &Path| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.filter_map(|e| Some(e.metadata().ok()?.len())).sum::<u64>()
        };
        size(self.segments.folder()) + size(&self.log_folder)
    }

    /// Checks all segment and log files.
    pub(crate) fn verify(&self, course: &Course<'_>) -> Vec<Problem> {
        // No append may be half done while its files are read.
        let writing =
            self.writer.as_ref().map(|w| w.lock().unwrap_or_else(PoisonError::into_inner));
        let mut problems = Vec::new();
        let mut by_file: BTreeMap<u32, Vec<(NodeId, ChunkRef)>> = BTreeMap::new();
        match self.catalogue.chunks_by_place() {
            Ok(chunks) => {
                for chunk in chunks {
                    by_file.entry(chunk.1.file).or_default().push(chunk);
                }
            }
            Err(error) => problems.push(Problem::of("chunks", error.to_string())),
        }
        for (file, chunks) in &by_file {
            if course.is_cancelled() {
                return problems;
            }
            self.verify_segment(*file, chunks, course, &mut problems);
        }
        self.verify_logs(course, &mut problems);
        drop(writing);
        problems
    }

    fn verify_segment(
        &self,
        file: u32,
        chunks: &[(NodeId, ChunkRef)],
        course: &Course<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let name = format!("{SEGMENT_FOLDER}/{}", file_name(file));
        let bytes = match read_whole(&self.segments.path(file)) {
            Ok(bytes) => bytes,
            Err(error) => {
                problems.push(Problem::of("segment", error.to_string()).in_file(name));
                return;
            }
        };
        let mut next = 0;
        for (id, at) in chunks {
            let wrong = |reason: &str| {
                let field = format!("chunk {} of group {} level {}", id.seq, id.group, id.level);
                Problem::at(at.off, field, reason).in_file(name.clone())
            };
            if at.off != next {
                problems.push(wrong("bytes before it belong to no chunk"));
            }
            next = at.off + u64::from(at.len);
            let frame = bytes.get(at.off as usize..next as usize).unwrap_or_default();
            let found = frames(frame, MARK);
            let whole = found.payloads.first().filter(|p| {
                p.start == FRAME_HEAD && p.end == frame.len() && found.payloads.len() == 1
            });
            let payload = whole.and_then(|p| frame.get(p.clone()));
            let Some((payload, head)) = payload.and_then(|p| Some((p, chunk::head(p)?))) else {
                problems.push(wrong("its checksum does not match: restore the file from a copy"));
                continue;
            };
            let place = ChunkRef { file: at.file, off: at.off, len: at.len, ..head.chunk };
            if head.id != *id || place != *at {
                problems.push(wrong("the catalogue says something else of it"));
            } else if id.level == 0 && !Chunk::new(payload).is_some_and(|c| c.is_whole()) {
                problems.push(wrong("its values cannot be decoded"));
            } else if chunk::sums(payload).is_none() {
                problems.push(wrong("its sums cannot be read"));
            }
        }
        course.advance(bytes.len() as u64);
    }

    fn verify_logs(&self, course: &Course<'_>, problems: &mut Vec<Problem>) {
        let files = match self.log_files() {
            Ok(files) => files,
            Err(error) => return problems.push(Problem::of("log", error.to_string())),
        };
        for file in files {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{LOG_FOLDER}/{name}");
            let torn = file.frames.end..file.bytes.len();
            for bad in file.frames.damaged.iter().chain((!torn.is_empty()).then_some(&torn)) {
                let reason = format!("{} bytes are not as they were written", bad.len());
                let problem = Problem::at(bad.start as u64, "log frame", reason);
                problems.push(problem.in_file(name.clone()));
            }
            course.advance(file.bytes.len() as u64);
        }
    }
}
