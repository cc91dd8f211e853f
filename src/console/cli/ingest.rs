//! `marsdeck ingest`: recognise files or folders and store them.

use std::path::PathBuf;

use marsdeck_engine::archive::Access;
use marsdeck_engine::ingest::{
    FileReport, IngestOptions, IngestProgress, Outcome as IngestOutcome, ingest_path,
};
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
    let archive = place::open(arguments.place.archive.as_deref(), Access::Write)?;
    let options = IngestOptions {
        product: arguments.product.clone().unwrap_or_default(),
        ..IngestOptions::default()
    };
    let mut reports = Vec::new();
    for path in &arguments.paths {
        let progress = output::Progress::new();
        let show = |p: IngestProgress| {
            progress.show(p.bytes_done as f32 / p.bytes_total.max(1) as f32, &p.name);
        };
        let never = output::never();
        reports.extend(ingest_path(&archive, path, &options, place::now(), &show, &never));
    }
    if arguments.json {
        output::json(&reports.iter().map(as_json).collect::<Vec<_>>())?;
    } else {
        for report in &reports {
            output::line(&format!("{:<13} {}: {}", word(report), report.name, report.what));
            output::problems(&report.problems, 10);
        }
        let stored = reports.iter().filter(|r| r.outcome == IngestOutcome::Stored).count();
        output::message(&format!("{stored} of {} files stored", reports.len()));
    }
    Ok(outcome(&reports))
}

fn outcome(reports: &[FileReport]) -> Outcome {
    let is = |wanted: IngestOutcome| reports.iter().any(|r| r.outcome == wanted);
    if !is(IngestOutcome::Stored) && !is(IngestOutcome::AlreadyStored) {
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
