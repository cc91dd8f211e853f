//! From bytes to leaves: finds the records, decodes them and sums them up.

use super::leaf::{Leaf, MAX_RECORD_SAMPLES};
use crate::format::mseed::{self, Encoding, Header, Samples, SourceId};
use crate::problem::Problem;

/// A record found in some bytes, with its leaves.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Number of its source in [`Survey::sources`].
    pub source: usize,
    /// Offset in the bytes that were surveyed.
    pub offset: usize,
    /// Length of the record.
    pub length: usize,
    /// Its leaves in [`Survey::leaves`]; their `offset` is still to be set.
    pub leaves: std::ops::Range<usize>,
}

/// All whole records of some bytes.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub sources: Vec<SourceId>,
    pub records: Vec<Found>,
    pub leaves: Vec<Leaf>,
    pub problems: Vec<Problem>,
}

/// Surveys bytes. A record that is cut off at the end is left out, with a problem.
pub(super) fn survey(bytes: &[u8]) -> Survey {
    let mut out = Survey::default();
    let mut samples = Samples::I32(Vec::new());
    let mut scan = mseed::scan(bytes);
    for (offset, header) in scan.by_ref() {
        let length = header.length as usize;
        let Some(record) = bytes.get(offset..offset + length) else { continue };
        let at_end = offset + length == bytes.len();
        if at_end && mseed::parse_header(record).is_ok_and(|h| h.length as usize > length) {
            // The scan has said so in its problems.
            continue;
        }
        out.add(offset, &header, record, &mut samples);
    }
    out.problems.extend(scan.into_problems());
    out
}

impl Survey {
    fn add(&mut self, offset: usize, header: &Header, record: &[u8], samples: &mut Samples) {
        let source = self.number(&header.source);
        let mut count = 0;
        match unfit(header) {
            Some(problem) => self.problems.push(problem_at(problem, offset)),
            None if is_series(header) => {
                if let Some(problem) = mseed::decode(record, header, samples) {
                    self.problems.push(problem_at(problem, offset));
                }
                count = samples.len().min(header.samples as usize);
            }
            None => {}
        }
        truncate(samples, count);
        let template = Leaf {
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
        let first = self.leaves.len();
        Leaf::of_record(template, samples, &mut self.leaves);
        let leaves = first..self.leaves.len();
        self.records.push(Found { source, offset, length: record.len(), leaves });
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
