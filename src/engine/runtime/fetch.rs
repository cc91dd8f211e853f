//! Fetches from a remote store straight into the archive: the command line and the console call
//! this one.

use std::sync::atomic::AtomicBool;

use crate::archive::Archive;
use crate::ingest::{IngestOptions, Outcome, ingest_bytes};
use crate::problem::Problem;
use crate::remote::fdsn::{
    ChannelPattern, FdsnSource, FetchError, FetchPlan, FetchProgress, FetchSink, PartFormat,
    PlanError,
};
use crate::time::{Instant, TimeRange};

/// What to fetch from an FDSN service.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchOrder {
    /// Base URL of the service.
    pub base: String,
    /// Channel patterns, separated by commas or blanks.
    pub channels: String,
    /// When.
    pub range: TimeRange,
    /// Whether to bring waveforms, station metadata and events.
    pub what: [bool; 3],
}

/// How a fetch ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchSummary {
    /// One sentence.
    pub what: String,
    /// What could not be had or not be read.
    pub problems: Vec<Problem>,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

struct ArchiveSink<'a> {
    archive: &'a Archive,
    base: &'a str,
    now: Instant,
    problems: Vec<Problem>,
}

impl ArchiveSink<'_> {
    fn mark(&self, name: &str) -> String {
        format!("{} {name}", self.base)
    }
}

impl FetchSink for ArchiveSink<'_> {
    fn part(&mut self, name: &str, _: PartFormat, bytes: Vec<u8>) -> Result<(), String> {
        let options = IngestOptions::default();
        let report = ingest_bytes(self.archive, name, &bytes, &|_| None, &options, self.now);
        self.problems.extend(report.problems.into_iter().map(|p| p.in_file(name)));
        match report.outcome {
            Outcome::Stored | Outcome::AlreadyStored => {
                self.archive.put_fetched(&self.mark(name)).map_err(|e| e.to_string())
            }
            Outcome::Unrecognised | Outcome::Failed => Err(report.what),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.archive.has_fetched(&self.mark(name))
    }
}

/// Fetches an order; an interrupted one goes on where it stopped when it is asked for again.
///
/// `progress` gets the fraction done (none while it is unknown) and what is being fetched.
pub fn fetch(
    archive: &Archive,
    order: &FetchOrder,
    now: Instant,
    progress: &dyn Fn(Option<f32>, &str),
    cancel: &AtomicBool,
) -> Result<FetchSummary, FetchError> {
    let plan = plan(order)?;
    let source = FdsnSource::parse(&order.base)?;
    let fetcher = source.open()?;
    progress(None, "asking for the size");
    let size = match fetcher.estimate(&plan, cancel) {
        Ok(estimate) => format!("about {}", megabytes(estimate.bytes)),
        Err(_) => "size unknown".to_owned(),
    };
    let mut sink = ArchiveSink { archive, base: &source.base, now, problems: Vec::new() };
    let show = |p: FetchProgress| {
        let fraction = p.done as f32 / p.total.max(1) as f32;
        let waiting = p.waiting.map_or(String::new(), |w| format!(", {w}"));
        progress(
            Some(fraction),
            &format!("{} ({} of {size}{waiting})", p.part, megabytes(p.bytes)),
        );
    };
    let report = fetcher.fetch(&plan, &mut sink, &show, cancel)?;
    let mut problems = sink.problems;
    problems.extend(report.failed.iter().map(|(part, why)| Problem::of("part", why).in_file(part)));
    problems.extend(report.notes.iter().map(|note| Problem::of("service", note)));
    let what = format!(
        "{} parts stored ({}), {} there already, {} without data, {} failed",
        report.stored,
        megabytes(report.bytes),
        report.skipped,
        report.no_data,
        report.failed.len()
    );
    Ok(FetchSummary { what, problems, cancelled: report.cancelled })
}

fn plan(order: &FetchOrder) -> Result<FetchPlan, PlanError> {
    let channels = order
        .channels
        .split([',', ' '])
        .filter(|c| !c.is_empty())
        .map(ChannelPattern::parse)
        .collect::<Result<Vec<_>, _>>()?;
    let [waveforms, stations, events] = order.what;
    Ok(FetchPlan { waveforms, stations, events, ..FetchPlan::new(channels, order.range) })
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
