//! The uplinks of an archive: `uplinks.toml`, started and stopped, and what they tell of commands.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::handle::MessageLevel;
use super::act::NOT_STARTED;
use super::desk::{Desk, Parts};
use super::order::{Reply, Token};
use super::picture::UplinkView;
use crate::archive::Archive;
use crate::command::{Permission, Release, Taken, UPLINK_KIND, Uid, Way};
use crate::link::{Uplink, UplinkConfig, UplinkEvent};
use crate::storage::write_whole;
use crate::time::{Instant, TimeRange};

const FILE: &str = "uplinks.toml";
const HEAD: &str =
    "# Uplinks of this archive. Written by marsdeck; change it while no console is open.";

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "uplink")]
    uplinks: Vec<UplinkConfig>,
}

/// The uplinks at work, by mission, and the commands that they were given.
#[derive(Default)]
pub(super) struct Uplinks {
    all: BTreeMap<String, Uplink>,
    given: BTreeMap<Uid, Taken>,
}

/// How the uplinks of an archive are set up; none where it has no such file.
pub fn uplinks(archive: &Path) -> Result<Vec<UplinkConfig>, String> {
    let path = archive.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    let fix = "correct it and start again; until then nothing can be sent";
    let file: File = toml::from_str(&text)
        .map_err(|error| format!("{}: {}; {fix}", path.display(), error.to_string().trim()))?;
    for (at, uplink) in file.uplinks.iter().enumerate() {
        if let Some(problem) = uplink.problem() {
            return Err(format!("{}: uplink {}: {problem}; {fix}", path.display(), at + 1));
        }
        if file.uplinks.iter().take(at).any(|other| other.mission == uplink.mission) {
            let mission = &uplink.mission;
            return Err(format!("{}: two uplinks of {mission}; {fix}", path.display()));
        }
    }
    Ok(file.uplinks)
}

/// Sets up the uplinks of an archive, all of them or none.
pub fn set_uplinks(archive: &Archive, uplinks: &[UplinkConfig]) -> Result<(), String> {
    if !archive.writable() {
        return Err("the archive is open for reading only".to_owned());
    }
    if let Some(problem) = uplinks.iter().find_map(UplinkConfig::problem) {
        return Err(problem);
    }
    let file = File { uplinks: uplinks.to_vec() };
    let text = toml::to_string_pretty(&file).map_err(|error| error.to_string())?;
    write_whole(&archive.path().join(FILE), format!("{HEAD}\n\n{text}").as_bytes())
        .map_err(|error| error.to_string())
}

impl Desk {
    /// Starts the uplinks that are set up.
    pub(super) fn start_uplinks(&mut self) {
        match uplinks(self.archive.path()) {
            Ok(all) => {
                for config in all {
                    self.start_uplink(config);
                }
            }
            Err(text) => self.say(MessageLevel::Error, text),
        }
    }

    fn start_uplink(&mut self, config: UplinkConfig) {
        let mission = config.mission.clone();
        let [first] = self.random::<1>().unwrap_or_default();
        self.uplinks.all.remove(&mission);
        self.take_from_uplinks();
        match Uplink::start(config, first, std::sync::Arc::clone(&self.clock)) {
            Ok(uplink) => drop(self.uplinks.all.insert(mission, uplink)),
            Err(error) => {
                let text = format!("The uplink of {mission} could not be started: {error}");
                self.say(MessageLevel::Error, text);
            }
        }
    }

    /// Sets up the uplink of a mission, or removes it.
    pub(super) fn set_uplink(
        &mut self,
        token: &Token,
        mission: &str,
        config: Option<UplinkConfig>,
    ) -> Reply {
        let refused = |reason: String| Reply::Refused(vec![reason]);
        let now = self.now();
        let Some(parts) = &mut self.parts else { return refused(NOT_STARTED.to_owned()) };
        let by = match parts.accounts.actor(&token.0, mission, now) {
            Ok(by) => by,
            Err(error) => return refused(error.to_string()),
        };
        if !by.may(Permission::Release) && !by.may(Permission::Administer) {
            return refused(format!("{} may not set up the uplink of {mission}", by.name()));
        }
        if let Some(problem) = config.as_ref().and_then(UplinkConfig::problem) {
            return refused(problem);
        }
        let mut all: Vec<UplinkConfig> = match uplinks(self.archive.path()) {
            Ok(all) => all.into_iter().filter(|other| other.mission != mission).collect(),
            Err(reason) => return refused(reason),
        };
        all.extend(config.clone());
        let words = match &config {
            Some(of) => of.words(),
            None => format!("of {mission} was removed"),
        };
        if let Err(error) = parts.commanding.journal().append(now, by.name(), UPLINK_KIND, &words) {
            self.failed(&error);
            return refused(error.to_string());
        }
        if let Err(reason) = set_uplinks(&self.archive, &all) {
            return refused(reason);
        }
        match config {
            Some(config) => self.start_uplink(config),
            None => drop(self.uplinks.all.remove(mission)),
        }
        Reply::Done(format!("The uplink {words}"))
    }

    /// The way to the spacecraft of a mission.
    pub(super) fn way(&self, mission: &str, now: Instant) -> Way {
        let config = self.uplinks.all.get(mission).map(Uplink::config);
        config.map_or(Way::default(), |of| Way { light_s: of.light_s(now), pass_s: of.wait_s })
    }

    /// When the station of a mission tracks; none where it can always send.
    pub(super) fn tracks(&self, mission: &str) -> Option<&[TimeRange]> {
        let tracks = &self.uplinks.all.get(mission)?.config().tracks;
        (!tracks.is_empty()).then(|| tracks.ranges())
    }

    /// Why nothing can be given to the uplink of a mission now.
    pub(super) fn uplink_lack(&self, mission: &str) -> Option<String> {
        let Some(uplink) = self.uplinks.all.get(mission) else {
            return Some(format!("no uplink of {mission} is set up: set one up first"));
        };
        let status = uplink.status();
        (!status.is_ready)
            .then(|| format!("the uplink of {mission} is not ready: {}", status.detail))
    }

    /// Gives what was released to the uplink of its mission.
    pub(super) fn uplink(&mut self, release: Release) -> Reply {
        let (uid, now) = (release.uid(), self.now());
        let uplink = self.uplinks.all.get(release.mission());
        let given = release.give(&mut |bytes| match uplink {
            Some(uplink) => uplink.send(uid.0, bytes),
            None => Err("no uplink of its mission is set up".to_owned()),
        });
        match given {
            Ok(taken) => {
                self.uplinks.given.insert(uid, taken);
                Reply::Done(format!("Command {uid} was released"))
            }
            Err((release, reason)) => {
                let Some(Parts { commanding, .. }) = &mut self.parts else {
                    return Reply::Refused(vec![NOT_STARTED.to_owned()]);
                };
                let back = commanding.give_back(release, &reason, now);
                if let Err(error) = back {
                    self.failed(&error);
                }
                Reply::Refused(vec![format!("Command {uid} did not leave and is held: {reason}")])
            }
        }
    }

    /// What became of commands that uplinks were given.
    pub(super) fn take_from_uplinks(&mut self) {
        let now = self.now();
        let all = self.uplinks.all.values();
        let events: Vec<UplinkEvent> = all.flat_map(Uplink::take_events).collect();
        for event in events {
            let (number, told) = match &event {
                UplinkEvent::Sent(number) => (*number, None),
                UplinkEvent::Acknowledged(_) => continue,
                UplinkEvent::Lost(number, reason) => {
                    (*number, Some(format!("nobody knows whether it arrived: {reason}")))
                }
                UplinkEvent::Returned(number, reason) => {
                    (*number, Some(format!("it did not leave and is held: {reason}")))
                }
            };
            let uid = Uid(number);
            if let Some(told) = told {
                self.say(MessageLevel::Error, format!("Command {uid}: {told}"));
            }
            let Some(taken) = self.uplinks.given.remove(&uid) else { continue };
            let Some(Parts { commanding, .. }) = &mut self.parts else { return };
            let done = match event {
                UplinkEvent::Sent(_) | UplinkEvent::Acknowledged(_) => commanding.sent(taken, now),
                UplinkEvent::Lost(_, reason) => commanding.lost(taken, &reason, now),
                UplinkEvent::Returned(_, reason) => commanding.returned(taken, &reason, now),
            };
            if let Err(error) = done {
                self.failed(&error);
            }
        }
    }

    /// How the uplinks fare.
    pub(super) fn uplink_views(&self) -> Vec<UplinkView> {
        let all = self.uplinks.all.values();
        all.map(|of| UplinkView { config: of.config().clone(), status: of.status() }).collect()
    }
}
