//! Carries out jobs on the worker threads: ingest, fetch, export, demo.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Sender;

use super::fetch::{FetchOrder, fetch};
use super::handle::{Intent, JobState};
use super::owner::Event;
use crate::archive::{Archive, QueryError, SeriesKey};
use crate::ingest::{FileReport, IngestOptions, IngestProgress, Outcome, ingest_path};
use crate::mission::Database;
use crate::parameter::definitions;
use crate::query::export::{self, ExportError};
use crate::report::{self, ReportError, ReportOrder};
use crate::simulator;
use crate::time::{Clock, Instant, TimeRange};

/// Progress is told at most this often.
const PROGRESS_NS: i64 = 150_000_000;

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Work {
    Ingest(Vec<PathBuf>),
    Fetch(FetchOrder),
    Export { series: Vec<SeriesKey>, range: TimeRange, path: PathBuf },
    Report { order: ReportOrder, path: PathBuf },
    Demo { seed: u64 },
}

/// How a job ended.
type End = (JobState, String);

impl Work {
    /// The job that an intent asks for; those that are carried out at once are none.
    pub(super) fn of(intent: Intent) -> Option<Self> {
        match intent {
            Intent::Ingest { paths } => Some(Self::Ingest(paths)),
            Intent::FetchFdsn { base, channels, range } => {
                Some(Self::Fetch(FetchOrder { base, channels, range, what: [true; 3] }))
            }
            Intent::Export { series, range, path } => Some(Self::Export { series, range, path }),
            Intent::Report { order, path } => Some(Self::Report { order, path }),
            Intent::MakeDemo { seed } => Some(Self::Demo { seed }),
            Intent::Cancel { .. }
            | Intent::Alarm { .. }
            | Intent::WriteNote { .. }
            | Intent::EditLimits { .. }
            | Intent::SetEscalation { .. }
            | Intent::Command { .. }
            | Intent::PutLink { .. }
            | Intent::EnableLink { .. }
            | Intent::RemoveLink { .. } => None,
        }
    }

    /// What it is called on screen.
    pub(super) fn title(&self) -> String {
        let name = |p: &Path| p.file_name().unwrap_or(p.as_os_str()).to_string_lossy().into_owned();
        match self {
            Self::Ingest(paths) => match paths.as_slice() {
                [one] => format!("Ingest {}", name(one)),
                many => format!("Ingest {} paths", many.len()),
            },
            Self::Fetch(order) => format!("Fetch {} from {}", order.channels, order.base),
            Self::Export { path, .. } => format!("Export {}", name(path)),
            Self::Report { order, .. } => {
                format!("Hand-over report of {} sol {}", order.mission, order.sol)
            }
            Self::Demo { .. } => "Simulate the demo archive".to_owned(),
        }
    }

    /// Whether it needs an archive that can be written.
    pub(super) fn writes(&self) -> bool {
        !matches!(self, Self::Export { .. } | Self::Report { .. })
    }
}

/// Runs one job to its end and reports it.
pub(super) fn run(
    archive: &Archive,
    missions: &Database,
    clock: &dyn Clock,
    id: u64,
    work: &Work,
    cancel: &AtomicBool,
    events: &Sender<Event>,
) {
    let told = Mutex::new(i64::MIN);
    let progress = |fraction: Option<f32>, detail: &str| {
        let now = clock.now().unix_ns();
        if let Ok(mut told) = told.lock()
            && now >= told.saturating_add(PROGRESS_NS)
        {
            *told = now;
            // A full queue drops progress: the next one tells more.
            drop(events.try_send(Event::Progress { job: id, fraction, detail: detail.to_owned() }));
        }
    };
    progress(None, "starting");
    let (state, detail) = if cancel.load(Ordering::Relaxed) {
        (JobState::Cancelled, "cancelled before it started".to_owned())
    } else {
        match work {
            Work::Ingest(paths) => {
                let derived = definitions(&missions.missions).into();
                let options = IngestOptions { derived, ..IngestOptions::default() };
                ingest(archive, paths, &options, clock, &progress, cancel)
            }
            Work::Fetch(order) => fetched(archive, order, clock, &progress, cancel),
            Work::Export { series, range, path } => {
                export_to(archive, series, *range, path, &progress, cancel)
            }
            Work::Report { order, path } => {
                report_to(archive, missions, order, path, clock.now(), cancel)
            }
            Work::Demo { seed } => demo(archive, missions, *seed, clock, &progress, cancel),
        }
    };
    drop(events.send(Event::Ended { job: id, state, detail }));
}

type Tell<'a> = &'a dyn Fn(Option<f32>, &str);

fn ingest(
    archive: &Archive,
    paths: &[PathBuf],
    options: &IngestOptions,
    clock: &dyn Clock,
    progress: Tell<'_>,
    cancel: &AtomicBool,
) -> End {
    let mut reports: Vec<FileReport> = Vec::new();
    for (i, path) in paths.iter().enumerate() {
        let show = |p: IngestProgress| {
            let done = p.bytes_done as f32 / p.bytes_total.max(1) as f32;
            progress(Some((i as f32 + done) / paths.len() as f32), &p.name);
        };
        reports.extend(ingest_path(archive, path, options, clock.now(), &show, cancel));
    }
    if cancel.load(Ordering::Relaxed) {
        return (JobState::Cancelled, "cancelled; what was stored stays".to_owned());
    }
    let count = |o: Outcome| reports.iter().filter(|r| r.outcome == o).count();
    let problems: usize = reports.iter().map(|r| r.problems.len()).sum();
    let (stored, known) = (count(Outcome::Stored), count(Outcome::AlreadyStored));
    let (odd, failed) = (count(Outcome::Unrecognised), count(Outcome::Failed));
    let single = match reports.as_slice() {
        [only] => only.what.clone(),
        _ => format!(
            "{stored} files stored, {known} there already, {odd} not recognised, {failed} failed"
        ),
    };
    let detail = if problems > 0 { format!("{single}; {problems} problems") } else { single };
    let state = if stored + known == 0 {
        JobState::Failed
    } else if odd + failed + problems > 0 {
        JobState::DoneWithProblems
    } else {
        JobState::Done
    };
    (state, detail)
}

fn fetched(
    archive: &Archive,
    order: &FetchOrder,
    clock: &dyn Clock,
    progress: Tell<'_>,
    cancel: &AtomicBool,
) -> End {
    match fetch(archive, order, clock.now(), progress, cancel) {
        Ok(report) if report.cancelled => {
            (JobState::Cancelled, format!("stopped: {}; start it again to go on", report.what))
        }
        Ok(report) => match report.problems.first() {
            None => (JobState::Done, report.what),
            Some(first) => (JobState::DoneWithProblems, format!("{}; {first}", report.what)),
        },
        Err(error) => (JobState::Failed, error.to_string()),
    }
}

fn demo(
    archive: &Archive,
    missions: &Database,
    seed: u64,
    clock: &dyn Clock,
    progress: Tell<'_>,
    cancel: &AtomicBool,
) -> End {
    let show = |fraction: f32, detail: &str| progress(Some(fraction), detail);
    match simulator::demo(archive, missions, seed, clock.now(), &show, cancel) {
        Ok(report) => (JobState::Done, report.to_string()),
        Err(simulator::SimulatorError::Cancelled) => {
            (JobState::Cancelled, simulator::SimulatorError::Cancelled.to_string())
        }
        Err(error) => (JobState::Failed, error.to_string()),
    }
}

/// Writes the page beside the target and renames it.
fn report_to(
    archive: &Archive,
    missions: &Database,
    order: &ReportOrder,
    path: &Path,
    now: Instant,
    cancel: &AtomicBool,
) -> End {
    let report = match report::gather(archive, missions, order, now, cancel) {
        Ok(report) => report,
        Err(ReportError::Query(QueryError::Cancelled)) => {
            return (JobState::Cancelled, "cancelled; nothing was written".to_owned());
        }
        Err(error) => return (JobState::Failed, error.to_string()),
    };
    match report::write(path, &report) {
        Ok(()) => {
            let text = format!("written to {}; print it from a browser for PDF", path.display());
            (JobState::Done, text)
        }
        Err(error) => (JobState::Failed, error.to_string()),
    }
}

/// Writes beside the target and renames, so that a cancelled export leaves nothing half.
fn export_to(
    archive: &Archive,
    series: &[SeriesKey],
    range: TimeRange,
    path: &Path,
    progress: Tell<'_>,
    cancel: &AtomicBool,
) -> End {
    progress(None, "writing");
    let partial = path.with_extension("part");
    let written = (|| -> Result<String, ExportError> {
        let mut out = BufWriter::new(File::create(&partial)?);
        let what = if path.extension().is_some_and(|e| e == "mseed") {
            format!("{} bytes of records", export::mseed(archive, series, range, &mut out)?)
        } else {
            format!("{} samples", export::csv(archive, series, range, cancel, &mut out)?)
        };
        out.flush()?;
        std::fs::rename(&partial, path)?;
        Ok(what)
    })();
    match written {
        Ok(what) => (JobState::Done, format!("{what} written to {}", path.display())),
        Err(error) => {
            // The export failed; what is left of it is of no use.
            drop(std::fs::remove_file(&partial));
            if cancel.load(Ordering::Relaxed) {
                (JobState::Cancelled, "cancelled; nothing was written".to_owned())
            } else {
                (JobState::Failed, error.to_string())
            }
        }
    }
}
