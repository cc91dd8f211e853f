//! `marsdeck ingest`: recognise files or folders and store them.

use std::path::PathBuf;

use marsdeck_engine::archive::Access;
use marsdeck_engine::ingest::{
    FileReport, IngestOptions, IngestProgress, Outcome as IngestOutcome, ingest_path,
};
use marsdeck_engine::parameter::definitions;
use serde_json::json;

use super::{ArchiveArgument, Outcome, output, place};

/// Arguments of `marsdeck ingest`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files or folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    place: ArchiveArgument,
    /// Product identity for waveforms and tables, instead of the one told from the file
    #[arg(long)]
    product: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    // Before an archive is made for nothing.
    let missing = |p: &PathBuf| matches!(p.try_exists(), Ok(false));
    if let [first, ..] = arguments.paths.as_slice()
        && arguments.paths.iter().all(missing)
    {
        anyhow::bail!("{} does not exist; check the name", first.display());
    }
    let archive = place::open(arguments.place.archive.as_deref(), Access::Write)?;
    let options = IngestOptions {
        product: arguments.product.clone().unwrap_or_default(),
        derived: definitions(&place::missions().0.missions).into(),
        ..IngestOptions::default()
    };
    let mut listing = Listing::start(arguments.json);
    let mut reports = Vec::new();
    for path in &arguments.paths {
        let progress = output::Progress::new();
        let show = |p: IngestProgress| {
            progress.show(p.bytes_done as f32 / p.bytes_total.max(1) as f32, &p.name);
        };
        let never = output::never();
        let fresh = ingest_path(&archive, path, &options, place::now(), &show, &never);
        drop(progress);
        for report in fresh {
            listing.add(&report)?;
            reports.push(report);
        }
    }
    listing.end();
    let stored = reports.iter().filter(|r| r.outcome == IngestOutcome::Stored).count();
    let known = reports.iter().filter(|r| r.outcome == IngestOutcome::AlreadyStored).count();
    output::message(&format!("{stored} of {} files stored, {known} there already", reports.len()));
    Ok(outcome(&reports))
}

/// Tells of each path as soon as it is stored: who reads along knows what is safe, whatever
/// happens to the rest.
struct Listing {
    json: bool,
    lines: usize,
}

impl Listing {
    fn start(json: bool) -> Self {
        if json {
            output::line("[");
        }
        Self { json, lines: 0 }
    }

    fn add(&mut self, report: &FileReport) -> anyhow::Result<()> {
        if self.json {
            let comma = if self.lines > 0 { "," } else { "" };
            output::line(&format!("{comma}{}", serde_json::to_string(&as_json(report))?));
        } else {
            output::line(&format!("{:<13} {}: {}", word(report), report.name, report.what));
            output::problems(&report.problems, 10);
        }
        self.lines += 1;
        Ok(())
    }

    fn end(self) {
        if self.json {
            output::line("]");
        }
    }
}

fn outcome(reports: &[FileReport]) -> Outcome {
    let is = |wanted: IngestOutcome| reports.iter().any(|r| r.outcome == wanted);
    // Recognised and yet not stored: the archive refused it, and the input is not to blame.
    let refused = |r: &FileReport| r.outcome == IngestOutcome::Failed && !r.format.is_empty();
    let nothing = !is(IngestOutcome::Stored) && !is(IngestOutcome::AlreadyStored);
    if nothing || reports.iter().any(refused) {
        Outcome::Failed
    } else if is(IngestOutcome::Failed)
        || is(IngestOutcome::Unrecognised)
        || reports.iter().any(|r| !r.problems.is_empty())
    {
        Outcome::DoneWithProblems
    } else {
        Outcome::Done
    }
}

fn word(report: &FileReport) -> &'static str {
    match report.outcome {
        IngestOutcome::Stored => "stored",
        IngestOutcome::AlreadyStored => "already there",
        IngestOutcome::Unrecognised => "unrecognised",
        IngestOutcome::Failed => "failed",
    }
}

fn as_json(report: &FileReport) -> serde_json::Value {
    json!({
        "file": report.name,
        "format": report.format,
        "outcome": word(report),
        "what": report.what,
        "problems": report.problems,
    })
}
