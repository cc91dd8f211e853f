//! `marsdeck time`: every clock of an instant.

use marsdeck_engine::time::{ClockReport, SolClock};

use super::{Outcome, output, place};

/// Arguments of `marsdeck time`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// UTC (ISO or day-of-year), `Sol 235 12:34:56 LMST`, `00235M12:34:56.789`, or `now`
    #[arg(required = true, num_args = 1.., value_name = "T")]
    instant: Vec<String>,
    /// Mission whose sols are meant
    #[arg(long, default_value = "insight")]
    mission: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let text = arguments.instant.join(" ");
    let at = match text.as_str() {
        "now" => place::now(),
        text => place::instant(text, &arguments.mission)?,
    };
    let report = ClockReport::at(at, &SolClock::IDS)?;
    if arguments.json {
        output::json(&report)?;
    } else {
        for line in report.lines() {
            output::line(&line);
        }
    }
    Ok(Outcome::Done)
}
