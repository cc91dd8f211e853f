//! `marsdeck uplink`: the ways of commands to the spacecraft, set up without a window.

use marsdeck_engine::archive::Access;
use marsdeck_engine::link::{Tracks, UplinkConfig};
use marsdeck_engine::runtime::{set_uplinks, uplinks};
use marsdeck_engine::sequence::spacecraft_number;

use super::{ArchiveArgument, Outcome, output, place};

/// Arguments of `marsdeck uplink`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the uplinks of an archive
    List {
        #[command(flatten)]
        place: ArchiveArgument,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Set up the uplink of a mission, or set it up anew
    Set(Set),
    /// Remove the uplink of a mission
    Remove {
        /// Mission identifier
        mission: String,
        #[command(flatten)]
        place: ArchiveArgument,
    },
}

#[derive(Debug, clap::Args)]
struct Set {
    /// Mission whose commands go this way
    mission: String,
    /// The station, HOST:PORT
    address: String,
    #[command(flatten)]
    place: ArchiveArgument,
    /// The spacecraft is at hand, as in a test: light takes no time
    #[arg(long)]
    at_hand: bool,
    /// Send frames once and do not wait for control words (type BD)
    #[arg(long)]
    unacknowledged: bool,
    /// Seconds besides the round trip of light after which frames are sent again
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    timer: f64,
    /// How often a frame is sent at most
    #[arg(long, value_name = "N", default_value_t = 3)]
    transmissions: u32,
    /// Seconds that telemetry may have to wait for a pass
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    wait: f64,
    /// A time at which the station tracks, FROM/TO; give it once for each, and never where it can
    /// always send
    #[arg(long = "track", value_name = "FROM/TO")]
    tracks: Vec<String>,
    /// Set it up switched off
    #[arg(long)]
    disabled: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::List { place, json } => list(place, *json),
        Command::Set(set) => {
            let config = set.config()?;
            change(set.place.archive.as_deref(), &set.mission, Some(config))
        }
        Command::Remove { mission, place } => change(place.archive.as_deref(), mission, None),
    }
}

impl Set {
    fn config(&self) -> anyhow::Result<UplinkConfig> {
        let Some(spacecraft) = spacecraft_number(&self.mission) else {
            anyhow::bail!("no spacecraft of {} is known; name insight or msl", self.mission);
        };
        let tracks = self.tracks.iter().map(String::as_str);
        let tracks = Tracks::parse(tracks).map_err(anyhow::Error::msg)?;
        Ok(UplinkConfig {
            light_time: !self.at_hand,
            sequenced: !self.unacknowledged,
            timer_s: self.timer,
            transmissions: self.transmissions,
            wait_s: self.wait,
            tracks,
            enabled: !self.disabled,
            ..UplinkConfig::new(&self.mission, &self.address, spacecraft as u16)
        })
    }
}

fn change(
    archive: Option<&std::path::Path>,
    mission: &str,
    config: Option<UplinkConfig>,
) -> anyhow::Result<Outcome> {
    let archive = place::open(archive, Access::Write)?;
    let mut all = uplinks(archive.path()).map_err(anyhow::Error::msg)?;
    let before = all.len();
    all.retain(|other| other.mission != mission);
    anyhow::ensure!(
        config.is_some() || all.len() < before,
        "this archive has no uplink of {mission}"
    );
    let done = if config.is_some() { "set up" } else { "removed" };
    all.extend(config);
    set_uplinks(&archive, &all).map_err(anyhow::Error::msg)?;
    output::line(&format!("the uplink of {mission} is {done}"));
    Ok(Outcome::Done)
}

fn list(place: &ArchiveArgument, json: bool) -> anyhow::Result<Outcome> {
    let archive = place::open(place.archive.as_deref(), Access::Read)?;
    let all = uplinks(archive.path()).map_err(anyhow::Error::msg)?;
    if json {
        output::json(&all)?;
        return Ok(Outcome::Done);
    }
    if all.is_empty() {
        output::message("This archive has no uplinks: set one up with `marsdeck uplink set`");
    }
    for uplink in &all {
        let state = if uplink.enabled { "" } else { ", switched off" };
        let far = if uplink.light_time { "as far as Mars" } else { "at hand" };
        output::line(&format!("{}  {}  {far}{state}", uplink.mission, uplink.address));
        for track in uplink.tracks.texts() {
            output::line(&format!("    tracks {track}"));
        }
    }
    Ok(Outcome::Done)
}
