//! `marsdeck fetch fdsn`: waveforms, StationXML and QuakeML from FDSN services.

use marsdeck_engine::archive::Access;
use marsdeck_engine::remote::fdsn::FdsnSource;
use marsdeck_engine::runtime::{FetchOrder, fetch};
use marsdeck_engine::time::TimeRange;

use super::{ArchiveArgument, Outcome, output, place};

/// Arguments of `marsdeck fetch`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, clap::Subcommand)]
enum Source {
    /// From FDSN web services; an interrupted fetch goes on where it stopped
    Fdsn(Fdsn),
}

#[derive(Debug, clap::Args)]
struct Fdsn {
    /// Base URL, or the name of a preset: ipgp, earthscope
    #[arg(long, default_value = "ipgp")]
    base: String,
    /// NET.STA.LOC.CHA with the wildcards * and ?; -- is a blank location
    #[arg(long, default_value = "XB.ELYSE.02.BH?")]
    channels: String,
    /// Start: UTC or `Sol 235`
    #[arg(long, value_name = "T")]
    from: String,
    /// End, not included
    #[arg(long, value_name = "T")]
    to: String,
    /// Mission whose sols --from and --to mean
    #[arg(long, default_value = "insight")]
    mission: String,
    /// What to bring, separated by commas: waveforms, stations, events
    #[arg(long, value_delimiter = ',', default_value = "waveforms,stations,events")]
    what: Vec<What>,
    #[command(flatten)]
    place: ArchiveArgument,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum What {
    Waveforms,
    Stations,
    Events,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let Source::Fdsn(order) = &arguments.source;
    let range = TimeRange::new(
        place::instant(&order.from, &order.mission)?,
        place::instant(&order.to, &order.mission)?,
    );
    anyhow::ensure!(!range.is_empty(), "--to is not after --from");
    // Before an archive is made for nothing.
    let base = FdsnSource::parse(&order.base)?.base;
    let archive = place::open(order.place.archive.as_deref(), Access::Write)?;
    let what = [What::Waveforms, What::Stations, What::Events].map(|w| order.what.contains(&w));
    let order = FetchOrder { base, channels: order.channels.clone(), range, what };
    let report = {
        let progress = output::Progress::new();
        let show =
            |fraction: Option<f32>, detail: &str| progress.show(fraction.unwrap_or(0.0), detail);
        fetch(&archive, &order, place::now(), &show, &output::never())?
    };
    output::line(&report.what);
    output::problems(&report.problems, 10);
    Ok(if report.problems.is_empty() { Outcome::Done } else { Outcome::DoneWithProblems })
}
