//! `marsdeck link`: the links of an archive, set up without a window.

use std::path::Path;

use clap::{Subcommand, ValueEnum};
use marsdeck_engine::archive::{Access, Archive};
use marsdeck_engine::link::{Framing, LinkConfig, Source};
use marsdeck_engine::runtime::{links, set_links};

use super::{ArchiveArgument, Outcome, output, place};

/// Arguments of `marsdeck link`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the links of an archive
    List {
        #[command(flatten)]
        place: ArchiveArgument,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Set up a link, or set it up anew
    Add(Box<Add>),
    /// Remove a link; what it brought stays
    Remove {
        /// Its name
        name: String,
        #[command(flatten)]
        place: ArchiveArgument,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Name on screen
    name: String,
    /// tcp:HOST:PORT, tcp-listen:HOST:PORT, udp:HOST:PORT, seedlink:HOST:PORT/NET_STA, file:PATH,
    /// folder:PATH or an http address
    source: Source,
    #[command(flatten)]
    place: ArchiveArgument,
    /// How telemetry lies in a stream or in datagrams
    #[arg(long, value_enum, default_value = "packets")]
    framing: Frames,
    /// Length of a transfer frame, without its sync marker
    #[arg(long, value_name = "N", default_value_t = 1115)]
    frame_bytes: usize,
    /// Frames are randomised
    #[arg(long)]
    randomised: bool,
    /// Mission whose packets these are
    #[arg(long, default_value = "")]
    mission: String,
    /// Product identity of what it brings, such as simulated
    #[arg(long, default_value = "")]
    product: String,
    /// Without data for so many seconds it counts as silent; 0: never
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    silent_after: f64,
    /// Seconds between two looks at a folder or address
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    poll: f64,
    /// Set it up switched off
    #[arg(long)]
    disabled: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Frames {
    /// CCSDS space packets one behind the other
    Packets,
    /// TM transfer frames behind sync markers
    Tm,
    /// AOS transfer frames behind sync markers
    Aos,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::List { place, json } => list(place, *json),
        Command::Add(add) => change(add.place.archive.as_deref(), |all| {
            let link = add.config();
            if !add.mission.is_empty() && place::missions().0.mission(&add.mission).is_none() {
                let known = place::missions().0.missions;
                let known: Vec<String> = known.into_iter().map(|mission| mission.id).collect();
                let known = known.join(", ");
                anyhow::bail!("no mission is called {}; there are {known}", add.mission);
            }
            match all.iter_mut().find(|other| other.name == link.name) {
                Some(other) => *other = link,
                None => all.push(link),
            }
            Ok(format!("{} is set up; it runs in the console and in `marsdeck serve`", add.name))
        }),
        Command::Remove { name, place } => change(place.archive.as_deref(), |all| {
            let before = all.len();
            all.retain(|link| link.name != *name);
            anyhow::ensure!(all.len() < before, "this archive has no link called {name}");
            Ok(format!("{name} is removed"))
        }),
    }
}

fn list(place: &ArchiveArgument, json: bool) -> anyhow::Result<Outcome> {
    let archive = place::open(place.archive.as_deref(), Access::Read)?;
    let all = links(archive.path()).map_err(anyhow::Error::msg)?;
    if json {
        output::json(&all)?;
    } else if all.is_empty() {
        output::message("This archive has no links: add one with `marsdeck link add`");
    }
    for link in all.iter().filter(|_| !json) {
        let state = if link.enabled { "" } else { ", switched off" };
        output::line(&format!("{}: {}{state}", link.name, link.source));
    }
    Ok(Outcome::Done)
}

/// Changes the links while no console has the archive.
fn change(
    named: Option<&Path>,
    how: impl FnOnce(&mut Vec<LinkConfig>) -> anyhow::Result<String>,
) -> anyhow::Result<Outcome> {
    let archive: Archive = place::open(named, Access::Write)?;
    let mut all = links(archive.path()).map_err(anyhow::Error::msg)?;
    let said = how(&mut all)?;
    set_links(&archive, &all).map_err(anyhow::Error::msg)?;
    output::message(&said);
    Ok(Outcome::Done)
}

impl Add {
    fn config(&self) -> LinkConfig {
        LinkConfig {
            framing: match self.framing {
                Frames::Packets => Framing::Packets,
                Frames::Tm => Framing::Tm,
                Frames::Aos => Framing::Aos,
            },
            frame_bytes: self.frame_bytes,
            randomised: self.randomised,
            mission: self.mission.clone(),
            product: self.product.clone(),
            enabled: !self.disabled,
            silent_after_s: self.silent_after,
            poll_s: self.poll,
            ..LinkConfig::new(self.name.trim(), self.source.clone())
        }
    }
}
