//! `marsdeck archive`: what an archive holds, whether every byte of it is sound, and its packets
//! decoded again.

use std::sync::Arc;

use marsdeck_engine::archive::{Access, Archive};
use marsdeck_engine::ingest::live::{AgainOrder, KeptPackets};
use marsdeck_engine::time::TimeRange;
use serde_json::json;

use super::{ArchiveArgument, Outcome, audit, output, place};

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
    /// Print the audit trail: who did what, and when
    Audit(audit::Arguments),
    /// Decode the packets that links brought by the dictionaries that the archive has now
    Decode(Decode),
}

#[derive(Debug, clap::Args)]
struct Decode {
    #[command(flatten)]
    common: Common,
    /// Only packets of this link
    #[arg(long)]
    link: Option<String>,
    /// Product identity of the values; without it they are added to the series that they had, where
    /// new values win and the old ones stay beside them
    #[arg(long)]
    product: Option<String>,
    #[command(flatten)]
    range: place::RangeArguments,
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
        Command::Audit(arguments) => audit::run(arguments),
        Command::Decode(arguments) => {
            let archive = place::open(arguments.common.place.archive.as_deref(), Access::Write)?;
            decode(&archive, arguments)
        }
    }
}

fn decode(archive: &Archive, arguments: &Decode) -> anyhow::Result<Outcome> {
    let order = AgainOrder {
        range: arguments.range.within(TimeRange::ALL)?,
        link: arguments.link.clone().unwrap_or_default(),
        product: arguments.product.clone(),
    };
    let kept = KeptPackets::new(Arc::new(place::missions().0));
    let done = {
        let progress = output::Progress::new();
        let show = |fraction| progress.show(fraction, "decoding packets again");
        kept.decode_again(archive, &order, &show, &output::never())?
    };
    if arguments.common.json {
        output::json(&json!({
            "packets": done.packets,
            "unknown": done.unknown,
            "values": done.values,
            "known_values": done.known_values,
            "dictionaries": done.dictionaries,
            "problems": done.problems,
        }))?;
    } else {
        done.problems.iter().for_each(|problem| output::line(problem));
        output::line(&format!(
            "{} packets by {}: {} values new or other than before, {} as before, {} packets \
             unknown",
            done.packets,
            if done.dictionaries.is_empty() {
                "no dictionary".to_owned()
            } else {
                done.dictionaries.join(", ")
            },
            done.values,
            done.known_values,
            done.unknown
        ));
    }
    Ok(if done.problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
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
    let mut problems = {
        let progress = output::Progress::new();
        archive.verify(&|fraction| progress.show(fraction, "reading every byte"), &output::never())
    };
    let of_commanding = audit::verify(archive.path());
    let is_tampered = !of_commanding.is_empty();
    problems.extend(of_commanding);
    if as_json {
        output::json(&json!({ "problems": problems }))?;
    } else {
        for problem in &problems {
            output::line(&problem.to_string());
        }
        if is_tampered {
            output::line(
                "The folder of commanding was changed by something else than marsdeck. Keep a copy \
                 of it as evidence, then restore it",
            );
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
