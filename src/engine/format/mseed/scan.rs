//! Finds the records in a stretch of bytes: files, packets, volumes with anything in between.
//!
//! Terminates on any input: every step moves forward, every search is bounded by the buffer.

use super::model::{Header, Version};
use super::{v2, v3};
use crate::problem::Problem;

/// Problems kept; a file of noise must not fill the memory with sentences.
const MAX_PROBLEMS: usize = 1000;

/// Whether a data record plausibly begins here.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    v2::is_header(bytes) || v3::is_header(bytes)
}

/// Offset of the next record at or after `from`.
pub(super) fn find(bytes: &[u8], from: usize) -> Option<usize> {
    (from..bytes.len()).find(|&at| bytes.get(at..).is_some_and(is_header))
}

/// Header and oddity of the record that `bytes` begin with.
pub(super) fn parse(bytes: &[u8]) -> Result<(Header, Option<Problem>), Problem> {
    if bytes.starts_with(b"MS\x03") { v3::parse(bytes) } else { v2::parse(bytes) }
}

/// Iterator over the records: `(offset, header)`. Made by [`scan`](super::scan).
///
/// The header's length never reaches past the buffer: a record that is cut off is given with
/// what is there (up to the next record), and a problem. `bytes[offset..offset + header.length]` always exists.
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    problems: Vec<Problem>,
    left_out: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, problems: Vec::new(), left_out: 0 }
    }

    /// What was wrong so far; offsets are those of the whole input.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What was wrong so far.
    pub fn into_problems(mut self) -> Vec<Problem> {
        if self.left_out > 0 {
            let reason = format!("{} more like these were left out", self.left_out);
            self.problems.push(Problem::of("records", reason));
        }
        self.problems
    }

    pub(super) fn note(&mut self, base: usize, mut problem: Problem) {
        if self.problems.len() >= MAX_PROBLEMS {
            self.left_out += 1;
            return;
        }
        problem.offset = Some(problem.offset.unwrap_or(0) + base as u64);
        self.problems.push(problem);
    }

    /// Goes over bytes that are no data record, up to the next one or the end.
    fn skip(&mut self, why: Option<Problem>) {
        let from = self.at;
        self.at = find(self.bytes, from + 1).unwrap_or(self.bytes.len());
        let skipped = self.bytes.get(from..self.at).unwrap_or_default();
        if v2::is_control(skipped) || is_filler(skipped) {
            return;
        }
        let why = why
            .map_or("is no miniSEED record".to_owned(), |p| format!("{}: {}", p.field, p.reason));
        let reason = format!("{why}; {} bytes were skipped", skipped.len());
        self.note(from, Problem::at(0, "record", reason));
    }

    /// Bounds a record to the buffer and checks it.
    fn admit(&mut self, header: &mut Header) {
        let at = self.at;
        let rest = self.bytes.get(at..).unwrap_or_default();
        if header.length as usize > rest.len() {
            // A wrong length must not swallow the records behind it.
            let next = find(rest, v3::FIXED);
            let length = next.unwrap_or(rest.len());
            let why = if next.is_some() { "the next one begins" } else { "cut off" };
            let reason = format!("{why} after {length} of {} bytes", header.length);
            self.note(at, Problem::at(length as u64, "record", reason));
            header.length = length as u32;
            let left = header.length.saturating_sub(header.payload_offset);
            header.payload_length = header.payload_length.min(left);
        } else if header.version == Version::V3 {
            let record = rest.get(..header.length as usize).unwrap_or_default();
            if let Some(problem) = v3::check(record) {
                self.note(at, problem);
            }
        }
        self.at += header.length as usize;
    }
}

/// Padding that a volume may hold: blanks, zeros, and SEED noise records (a sequence number
/// and blanks).
fn is_filler(bytes: &[u8]) -> bool {
    bytes.iter().all(|c| matches!(c, b' ' | 0 | b'0'..=b'9'))
}

impl Iterator for Scan<'_> {
    type Item = (usize, Header);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(rest) = self.bytes.get(self.at..).filter(|rest| !rest.is_empty()) {
            if !is_header(rest) {
                self.skip(None);
                continue;
            }
            match parse(rest) {
                Ok((mut header, odd)) if header.length > 0 => {
                    let offset = self.at;
                    if let Some(problem) = odd {
                        self.note(offset, problem);
                    }
                    self.admit(&mut header);
                    return Some((offset, header));
                }
                Ok(_) => self.skip(None),
                Err(problem) => self.skip(Some(problem)),
            }
        }
        None
    }
}
