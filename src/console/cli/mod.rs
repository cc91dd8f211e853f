//! The command line: every capability works without a window too.
//!
//! Results go to stdout, messages and progress to stderr. Exit status: 0 done, 1 failed, 2 bad
//! usage, 3 done with problems in the input (listed).

mod archive;
mod audit;
mod delivery;
mod dictionary;
mod events;
mod fetch;
mod flight;
mod ingest;
mod limits;
mod link;
mod live;
mod mdb;
mod notes;
mod open;
mod output;
mod packets;
mod place;
mod plan;
mod query;
mod report;
mod sequence;
mod serve;
mod simulate;
mod snapshot;
mod station;
mod time;
mod uplink;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use marsdeck_engine::archive::ArchiveError;
use marsdeck_engine::query::export::ExportError;
use marsdeck_engine::remote::fdsn::FetchError;
use marsdeck_engine::runtime::EngineError;
use marsdeck_engine::simulator::SimulatorError;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Exit status 0.
    Done,
    /// Exit status 3: done, with problems in the input.
    DoneWithProblems,
    /// Exit status 1: the reason was printed already.
    Failed,
}

/// Operator console for instruments on Mars.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    open: open::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Recognise files or folders and store them in an archive
    Ingest(ingest::Arguments),
    /// Print or export the samples of a channel, event messages, or log entries
    Query(query::Arguments),
    /// Print or export packets as they were received, or a parameter with its raw values
    Packets(packets::Arguments),
    /// Render a panel or workspace to a PNG file, without a display
    Snapshot(Box<snapshot::Arguments>),
    /// Write the hand-over report of a sol as an HTML page
    Report(report::Arguments),
    /// Let a simulated spacecraft write sols into an archive, or send frames live
    Simulate(simulate::Arguments),
    /// Set up the links that bring telemetry into an archive
    Link(link::Arguments),
    /// Set up the ways of commands to the spacecraft
    Uplink(uplink::Arguments),
    /// Run the engine without a window: links, alarms, archive
    Serve(serve::Arguments),
    /// Bring data from a remote store into an archive
    Fetch(fetch::Arguments),
    /// Print every clock of an instant
    Time(time::Arguments),
    /// Check, list or export the mission database
    Mdb(mdb::Arguments),
    /// Check plans of activities by flight rules and resources, expand, compare and convert them
    Plan(plan::Arguments),
    /// Check, convert and compare sequences of commands: text, SeqJSON, SATF, SASF
    Sequence(sequence::Arguments),
    /// Check a package for or from another center, or answer it with a receipt
    Delivery(delivery::Arguments),
    /// Count what an archive holds, check every byte of it, or decode its packets again
    Archive(archive::Arguments),
}

/// Where archive and settings are, unless the command line says otherwise.
#[derive(Clone, Debug, clap::Args)]
pub struct ArchiveArgument {
    /// Folder of the archive
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
}

/// Runs the program.
pub fn run(arguments: Arguments) -> ExitCode {
    let outcome = match arguments.command {
        None => open::run(&arguments.open),
        Some(Command::Ingest(a)) => ingest::run(&a),
        Some(Command::Query(a)) => query::run(&a),
        Some(Command::Packets(a)) => packets::run(&a),
        Some(Command::Snapshot(a)) => snapshot::run(&a),
        Some(Command::Report(a)) => report::run(&a),
        Some(Command::Simulate(a)) => simulate::run(&a),
        Some(Command::Link(a)) => link::run(&a),
        Some(Command::Uplink(a)) => uplink::run(&a),
        Some(Command::Serve(a)) => serve::run(&a),
        Some(Command::Fetch(a)) => fetch::run(&a),
        Some(Command::Time(a)) => time::run(&a),
        Some(Command::Mdb(a)) => mdb::run(&a),
        Some(Command::Plan(a)) => plan::run(&a),
        Some(Command::Sequence(a)) => sequence::run(&a),
        Some(Command::Delivery(a)) => delivery::run(&a),
        Some(Command::Archive(a)) => archive::run(&a),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::DoneWithProblems) => ExitCode::from(3),
        Ok(Outcome::Failed) => ExitCode::from(1),
        Err(error) => {
            output::message(&format!("marsdeck: {}", sentence(&error)));
            ExitCode::from(1)
        }
    }
}

/// An error with its causes. The engine's errors are whole sentences, to which the words of the
/// system add nothing.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let words = cause.to_string();
        if !text.contains(&words) {
            let colon = if text.is_empty() { "" } else { ": " };
            text = format!("{text}{colon}{words}");
        }
        if cause.is::<ArchiveError>()
            || cause.is::<EngineError>()
            || cause.is::<ExportError>()
            || cause.is::<SimulatorError>()
            || cause.is::<FetchError>()
        {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
