//! What is typed for an uplink, and how one fares in words.

use marsdeck_engine::link::{LinkState, Tracks, UplinkConfig, UplinkStatus};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::sequence::spacecraft_number;
use marsdeck_engine::time::Instant;

use crate::panel::commands::model::countdown;

/// What is typed for the uplink of a mission.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Typed {
    pub mission: String,
    pub address: String,
    /// Whether light takes no time to it.
    pub is_at_hand: bool,
    /// Whether frames are acknowledged (COP-1).
    pub is_sequenced: bool,
    pub timer_s: String,
    pub transmissions: String,
    pub wait_s: String,
    /// A track a line.
    pub tracks: String,
    pub is_enabled: bool,
    /// What the form does not show stays as it was.
    kept: UplinkConfig,
}

impl Typed {
    /// The uplink of a mission as it is set up, or as it usually is.
    pub fn of(mission: &str, config: Option<&UplinkConfig>) -> Self {
        let spacecraft = spacecraft_number(mission).and_then(|of| u16::try_from(of).ok());
        let usual = || UplinkConfig::new(mission, "", spacecraft.unwrap_or_default());
        let of = config.cloned().unwrap_or_else(usual);
        Self {
            mission: mission.to_owned(),
            address: of.address.clone(),
            is_at_hand: !of.light_time,
            is_sequenced: of.sequenced,
            timer_s: of.timer_s.to_string(),
            transmissions: of.transmissions.to_string(),
            wait_s: of.wait_s.to_string(),
            tracks: of.tracks.texts().join("\n"),
            is_enabled: of.enabled,
            kept: of,
        }
    }

    /// The uplink that was typed, or what is wrong with it.
    pub fn config(&self) -> Result<UplinkConfig, String> {
        let seconds = |text: &str, what: &str| {
            text.trim().parse::<f64>().map_err(|_| format!("{what}: “{text}” is no number"))
        };
        let lines = self.tracks.lines().map(str::trim).filter(|line| !line.is_empty());
        let config = UplinkConfig {
            address: self.address.trim().to_owned(),
            light_time: !self.is_at_hand,
            sequenced: self.is_sequenced,
            timer_s: seconds(&self.timer_s, "Sent again after")?,
            transmissions: (self.transmissions.trim().parse())
                .map_err(|_| format!("Sent at most: “{}” is no number", self.transmissions))?,
            wait_s: seconds(&self.wait_s, "Wait for telemetry")?,
            tracks: Tracks::parse(lines)?,
            enabled: self.is_enabled,
            ..self.kept.clone()
        };
        config.problem().map_or(Ok(config), Err)
    }
}

/// Badge and word of an uplink.
pub(super) fn standing(status: &UplinkStatus) -> (Severity, &'static str) {
    match status.state {
        LinkState::Disabled => (Severity::Off, "switched off"),
        LinkState::Ok if status.is_ready => (Severity::Normal, "ready"),
        LinkState::Ok => (Severity::Watch, "not ready"),
        LinkState::Unavailable => (Severity::Distress, "not connected"),
        LinkState::Failed => (Severity::Critical, "failed"),
    }
}

/// Whether the station tracks now, and until or from when.
pub(super) fn track_words(
    tracks: &Tracks,
    now: Instant,
    time: &dyn Fn(Instant) -> String,
) -> (Severity, String) {
    if tracks.is_empty() {
        return (Severity::Normal, "can send at any time".to_owned());
    }
    match tracks.at_or_after(now) {
        Some(track) if track.contains(now) => {
            let left = countdown(track.end.s_since(now));
            (Severity::Normal, format!("tracks until {}, for {left}", time(track.end)))
        }
        Some(track) => {
            let left = countdown(track.start.s_since(now));
            (Severity::Watch, format!("next track from {}, in {left}", time(track.start)))
        }
        None => {
            (Severity::Distress, "no track is planned: add one, or nothing can leave".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_an_uplink_and_back() {
        let mut typed = Typed::of("insight", None);
        assert!(typed.config().expect_err("no address").contains("HOST:PORT"));
        typed.address = "station:10011".to_owned();
        typed.is_at_hand = true;
        typed.tracks = "2026-11-24T10:00/2026-11-24T12:00\n\n".to_owned();
        let config = typed.config().expect("an uplink");
        assert_eq!((config.spacecraft, config.light_time), (189, false));
        assert_eq!(Typed::of("insight", Some(&config)).config(), Ok(config));
        typed.timer_s = "soon".to_owned();
        assert!(typed.config().expect_err("no number").contains("Sent again after"));
        typed.timer_s = "-1".to_owned();
        assert!(typed.config().is_err());
    }

    #[test]
    fn tracks_are_told() {
        let track = "2026-11-24T10:00:00Z/2026-11-24T12:00:00Z";
        let tracks = Tracks::parse([track]).expect("a track");
        let at = |text: &str| {
            let now = marsdeck_engine::time::parse(text, None).expect("a time");
            track_words(&tracks, now, &|_| "then".to_owned())
        };
        assert_eq!(
            at("2026-11-24T09:59"),
            (Severity::Watch, "next track from then, in 1:00".into())
        );
        assert_eq!(at("2026-11-24T10:00").0, Severity::Normal);
        assert_eq!(at("2026-11-24T12:00").0, Severity::Distress);
        let none = track_words(&Tracks::default(), Instant::from_unix_ns(0), &|_| String::new());
        assert_eq!(none.0, Severity::Normal);
    }
}
