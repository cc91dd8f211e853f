//! `marsdeck simulate`: sols of a simulated spacecraft into an archive, or a live one on a link.

use marsdeck_engine::archive::Access;
use marsdeck_engine::simulator::{self, SimulatorError, SolOrder};

use super::{ArchiveArgument, Outcome, live, output, place};

/// Arguments of `marsdeck simulate`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Mission: insight or msl
    #[arg(long)]
    mission: String,
    /// Sols, as 173..175 (both included) or one number, written into an archive
    #[arg(long, value_name = "A..B", required_unless_present = "live", conflicts_with = "live")]
    sols: Option<String>,
    #[command(flatten)]
    place: ArchiveArgument,
    /// Same seed, same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    live: live::Arguments,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let (missions, _) = place::missions();
    // Before an archive is made for nothing.
    let Some(mission) = missions.mission(&arguments.mission) else {
        return Err(SimulatorError::Mission(arguments.mission.clone()).into());
    };
    let Some(range) = &arguments.sols else {
        return live::run(mission, arguments.seed, &arguments.live);
    };
    let (first, last) = sols(range)?;
    let archive = place::open(arguments.place.archive.as_deref(), Access::Write)?;
    let order = SolOrder { mission: arguments.mission.clone(), first, last, seed: arguments.seed };
    let report = {
        let progress = output::Progress::new();
        let show = |fraction: f32, detail: &str| progress.show(fraction, detail);
        simulator::simulate(&archive, &missions, &order, place::now(), &show, &output::never())?
    };
    output::line(&report.to_string());
    Ok(Outcome::Done)
}

/// `173..175`, `173..=175` or `173`.
fn sols(text: &str) -> anyhow::Result<(i32, i32)> {
    let usage =
        || anyhow::anyhow!("--sols takes a number or a range such as 173..175, not {text:?}");
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let first: i32 = first.trim().parse().map_err(|_| usage())?;
    let last: i32 = last.trim_start_matches('=').trim().parse().map_err(|_| usage())?;
    anyhow::ensure!(first >= 0 && last >= first && last - first < 1000, usage());
    Ok((first, last))
}

#[cfg(test)]
mod tests {
    use super::sols;

    #[test]
    fn sols_are_a_number_or_a_range() {
        assert_eq!(sols("173").unwrap(), (173, 173));
        assert_eq!(sols("173..175").unwrap(), (173, 175));
        assert_eq!(sols("173..=175").unwrap(), (173, 175));
        for wrong in ["", "a", "5..3", "1..99999", "-3..1"] {
            assert!(sols(wrong).is_err(), "{wrong}");
        }
    }
}
