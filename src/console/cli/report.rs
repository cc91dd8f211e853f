//! `marsdeck report`: the hand-over report of a sol.

use std::path::PathBuf;

use marsdeck_engine::archive::Access;
use marsdeck_engine::report::{self, ReportOrder};

use super::{ArchiveArgument, Outcome, output, place};

/// Arguments of `marsdeck report`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Mission: insight or msl
    #[arg(long)]
    mission: String,
    /// Which sol
    #[arg(long, value_name = "N")]
    sol: i32,
    #[command(flatten)]
    place: ArchiveArgument,
    /// HTML file to write; a browser prints it, or makes a PDF of it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Who makes it, instead of the name of your login
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let archive = place::open(arguments.place.archive.as_deref(), Access::Read)?;
    let (missions, _) = place::missions();
    let who = arguments.who.clone().or_else(place::operator);
    let order = ReportOrder {
        mission: arguments.mission.clone(),
        sol: arguments.sol,
        who: who.unwrap_or_else(|| "operator".to_owned()),
    };
    let made = report::gather(&archive, &missions, &order, place::now(), &output::never())?;
    report::write(&arguments.out, &made)?;
    output::line(&format!(
        "{} alarms, {} events, {} event messages, {} log entries: {}",
        made.lives.len(),
        made.events.len(),
        made.messages.len(),
        made.notes.len(),
        arguments.out.display()
    ));
    Ok(Outcome::Done)
}
