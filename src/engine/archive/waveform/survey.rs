//! From bytes to leaves: finds the records, then decodes them and sums them up.

use rayon::prelude::*;

use super::leaf::{Leaf, MAX_RECORD_SAMPLES};
use crate::format::mseed::{self, Encoding, Header, Samples, SourceId};
use crate::problem::Problem;

/// A record found in some bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Number of its source in [`Survey::sources`].
    pub source: usize,
    /// Offset in the bytes that were surveyed.
    pub offset: usize,
    /// Length of the record.
    pub length: usize,
    /// Samples that its header tells of and that can be placed in time.
    pub samples: u32,
    /// What its leaves have in common; `offset` is still to be set.
    pub leaf: Leaf,
}

/// All whole records of some bytes.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub sources: Vec<SourceId>,
    pub records: Vec<Found>,
    pub problems: Vec<Problem>,
}

/// Surveys bytes. A record that is cut off at the end is left out, with a problem.
pub(super) fn survey(bytes: &[u8]) -> Survey {
    let mut out = Survey::default();
    let mut scan = mseed::scan(bytes);
    for (offset, header) in scan.by_ref() {
        let length = header.length as usize;
        let Some(record) = bytes.get(offset..offset + length) else { continue };
        let at_end = offset + length == bytes.len();
        if at_end && mseed::parse_header(record).is_ok_and(|h| h.length as usize > length) {
            // The scan has said so in its problems.
            continue;
        }
        out.add(offset, &header, record);
    }
    out.problems.extend(scan.into_problems());
    out
}

impl Survey {
    fn add(&mut self, offset: usize, header: &Header, record: &[u8]) {
        let source = self.number(&header.source);
        let problem = unfit(header);
        let samples = if is_series(header) && problem.is_none() { header.samples } else { 0 };
        self.problems.extend(problem.map(|problem| problem_at(problem, offset)));
        let leaf = Leaf {
            start: header.start.unix_ns(),
            rate: header.rate_hz,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: 0.0,
            offset: 0,
            length: header.length,
            record_crc: crc32c::crc32c(record),
            first: 0,
            count: 0,
            valid: 0,
            publication: header.publication,
        };
        self.records.push(Found { source, offset, length: record.len(), samples, leaf });
    }

    fn number(&mut self, source: &SourceId) -> usize {
        let last = self.records.last().map(|record| record.source);
        if let Some(last) = last.filter(|&i| self.sources.get(i) == Some(source)) {
            return last;
        }
        self.sources.iter().position(|s| s == source).unwrap_or_else(|| {
            self.sources.push(source.clone());
            self.sources.len() - 1
        })
    }
}

/// Records that are decoded by one processor at a time.
const SHARE: usize = 512;

/// Decodes records and sums them up, in the order given, on all processors. Gives the leaves of
/// all of them, and what could not be decoded.
pub(super) fn decode(bytes: &[u8], records: &[Found]) -> (Vec<Leaf>, Vec<Problem>) {
    let parts: Vec<_> = records.par_chunks(SHARE).map(|part| decode_here(bytes, part)).collect();
    let (mut leaves, mut problems) = (Vec::with_capacity(records.len()), Vec::new());
    for (more, told) in parts {
        leaves.extend(more);
        problems.extend(told);
    }
    (leaves, problems)
}

fn decode_here(bytes: &[u8], records: &[Found]) -> (Vec<Leaf>, Vec<Problem>) {
    let (mut leaves, mut problems) = (Vec::with_capacity(records.len()), Vec::new());
    let mut samples = Samples::I32(Vec::new());
    for found in records {
        let record = bytes.get(found.offset..found.offset + found.length).unwrap_or_default();
        let mut count = 0;
        if found.samples > 0 {
            let problem = match mseed::parse_header(record) {
                Ok(header) => {
                    let problem = mseed::decode(record, &header, &mut samples);
                    count = samples.len().min(found.samples as usize);
                    problem
                }
                Err(problem) => Some(problem),
            };
            problems.extend(problem.map(|problem| problem_at(problem, found.offset)));
        }
        truncate(&mut samples, count);
        Leaf::of_record(found.leaf, &samples, &mut leaves);
    }
    (leaves, problems)
}

/// Whether a record holds evenly spaced samples.
fn is_series(header: &Header) -> bool {
    header.rate_hz > 0.0 && header.samples > 0 && header.encoding != Encoding::Text
}

/// Why the samples of a record cannot be placed in time; the record itself is kept.
fn unfit(header: &Header) -> Option<Problem> {
    if !is_series(header) {
        return None;
    }
    let kept = "the record is kept but shows no samples";
    if header.samples >= MAX_RECORD_SAMPLES {
        let reason = format!(
            "{} in one record, at most 16 777 215 are taken; {kept}, split it",
            header.samples
        );
        return Some(Problem::at(0, "samples", reason));
    }
    let period = header.period_ns();
    let start = header.start.unix_ns();
    // Half the range on each side leaves room for every sum of times further on.
    let far = period * f64::from(header.samples) + start.unsigned_abs() as f64;
    if !(1.0..1e18).contains(&period) || far >= 8e18 {
        let reason = format!(
            "{} Hz from {} ns since 1970 leaves the range of time; {kept}",
            header.rate_hz, start
        );
        return Some(Problem::at(0, "sample rate", reason));
    }
    None
}

fn problem_at(mut problem: Problem, offset: usize) -> Problem {
    problem.offset = Some(problem.offset.unwrap_or(0) + offset as u64);
    problem
}

fn truncate(samples: &mut Samples, count: usize) {
    match samples {
        Samples::Text(v) => v.truncate(count),
        Samples::I32(v) => v.truncate(count),
        Samples::F32(v) => v.truncate(count),
        Samples::F64(v) => v.truncate(count),
    }
}
