//! A whole input as gap-free traces.

use std::collections::HashMap;

use super::decode;
use super::model::{Header, Samples, SourceId, Trace};
use super::scan::Scan;
use crate::problem::Problem;

/// Two rates are one when they differ by less than this part (libmseed's tolerance).
const RATE_TOLERANCE: f64 = 1e-4;

/// Reads every record and joins what is contiguous.
///
/// Records of one source, publication, sample type and rate are joined where the next one
/// starts within half a sample of where the trace ends; so no sample of a trace is more than
/// half a sample from the time its record gave it. Traces stand in order of appearance.
/// Records without a rate (text) stay by themselves; records without samples give no trace.
pub fn read(bytes: &[u8]) -> (Vec<Trace>, Vec<Problem>) {
    let mut records = Scan::new(bytes);
    let mut traces: Vec<Trace> = Vec::new();
    // By source, then by publication: where its last trace stands.
    let mut open: HashMap<SourceId, HashMap<u8, usize>> = HashMap::new();
    let mut samples = Samples::I32(Vec::new());
    while let Some((offset, header)) = records.next() {
        if header.samples == 0 {
            continue;
        }
        let record = bytes.get(offset..offset + header.length as usize).unwrap_or_default();
        if let Some(problem) = decode(record, &header, &mut samples) {
            records.note(offset, problem);
        }
        if samples.is_empty() {
            continue;
        }
        let last = open.get(&header.source).and_then(|last| last.get(&header.publication));
        let last = last.and_then(|&i| traces.get_mut(i));
        if last.is_some_and(|trace| continues(trace, &header) && append(trace, &samples)) {
            continue;
        }
        let last = open.entry(header.source.clone()).or_default();
        last.insert(header.publication, traces.len());
        traces.push(Trace {
            source: header.source,
            start: header.start,
            rate_hz: header.rate_hz,
            publication: header.publication,
            samples: samples.clone(),
        });
    }
    (traces, records.into_problems())
}

/// Whether a record goes on where a trace ends.
fn continues(trace: &Trace, header: &Header) -> bool {
    if trace.rate_hz <= 0.0 || (1.0 - header.rate_hz / trace.rate_hz).abs() > RATE_TOLERANCE {
        return false;
    }
    let period_ns = 1e9 / trace.rate_hz;
    let length_ns = (period_ns * trace.samples.len() as f64).round() as i64;
    let late = header.start.ns_since(trace.start.plus_ns(length_ns));
    late.unsigned_abs() as f64 <= period_ns / 2.0
}

/// Adds samples of the same type; `false` where the type differs.
fn append(trace: &mut Trace, samples: &Samples) -> bool {
    match (&mut trace.samples, samples) {
        (Samples::Text(all), Samples::Text(more)) => all.extend_from_slice(more),
        (Samples::I32(all), Samples::I32(more)) => all.extend_from_slice(more),
        (Samples::F32(all), Samples::F32(more)) => all.extend_from_slice(more),
        (Samples::F64(all), Samples::F64(more)) => all.extend_from_slice(more),
        _ => return false,
    }
    true
}
