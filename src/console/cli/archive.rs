//! `marsdeck archive`: what an archive holds, and whether every byte of it is sound.

use marsdeck_engine::archive::{Access, Archive};
use serde_json::json;

use super::{ArchiveArgument, Outcome, output, place};

/// Arguments of `marsdeck archive`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Count series, samples, products, events and bytes
    Stat(Common),
    /// Read and check every byte
    Verify(Common),
}

#[derive(Debug, clap::Args)]
struct Common {
    #[command(flatten)]
    place: ArchiveArgument,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Stat(common) => {
            let archive = place::open(common.place.archive.as_deref(), Access::Read)?;
            stat(&archive, common.json)
        }
        Command::Verify(common) => {
            let archive = place::open(common.place.archive.as_deref(), Access::Read)?;
            verify(&archive, common.json)
        }
    }
}

fn stat(archive: &Archive, as_json: bool) -> anyhow::Result<Outcome> {
    let stat = archive.stat();
    if as_json {
        output::json(&stat)?;
    } else {
        for line in stat.lines() {
            output::line(&line);
        }
    }
    Ok(Outcome::Done)
}

fn verify(archive: &Archive, as_json: bool) -> anyhow::Result<Outcome> {
    let problems = {
        let progress = output::Progress::new();
        archive.verify(&|fraction| progress.show(fraction, "reading every byte"), &output::never())
    };
    if as_json {
        output::json(&json!({ "problems": problems }))?;
    } else {
        for problem in &problems {
            output::line(&problem.to_string());
        }
        output::line(&match problems.len() {
            0 => "Every byte read, nothing wrong".to_owned(),
            n => format!(
                "{n} problems. What an interrupted ingest left is put in order when the archive \
                 is next written to; restore other files from a copy, then verify again"
            ),
        });
    }
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
}
