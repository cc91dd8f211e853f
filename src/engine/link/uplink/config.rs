//! How an uplink is set up and how it fares: plain data.

use serde::{Deserialize, Serialize};

use super::Tracks;
use crate::format::ccsds::telecommand::{Clcw, FopOptions, MOST_SEGMENT};
use crate::link::LinkState;
use crate::time::{Instant, light_time_s};

/// How an uplink is set up; `uplinks.toml` of an archive holds a list of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UplinkConfig {
    /// Mission whose commands go this way; each has one uplink.
    pub mission: String,
    /// The station, `HOST:PORT`.
    pub address: String,
    /// Spacecraft identifier in frames, 10 bits.
    pub spacecraft: u16,
    /// Virtual channel of the frames, 6 bits.
    #[serde(default)]
    pub channel: u8,
    /// Bytes of a packet in a frame.
    #[serde(default = "segment_bytes")]
    pub segment_bytes: usize,
    /// Whether the spacecraft is as far away as Mars; else it is at hand, as in a test.
    #[serde(default = "yes")]
    pub light_time: bool,
    /// Whether frames are acknowledged and sent again (COP-1); else they are sent once, where
    /// nobody waits for a round trip of light.
    #[serde(default = "yes")]
    pub sequenced: bool,
    /// Seconds besides the round trip of light after which frames are sent again.
    #[serde(default = "timer")]
    pub timer_s: f64,
    /// How often a frame is sent at most.
    #[serde(default = "transmissions")]
    pub transmissions: u32,
    /// Seconds that telemetry may have to wait for a pass before it can say anything.
    #[serde(default)]
    pub wait_s: f64,
    /// When the station tracks the spacecraft.
    #[serde(default, skip_serializing_if = "Tracks::is_empty")]
    pub tracks: Tracks,
    /// Whether it is to run.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn segment_bytes() -> usize {
    248
}

fn yes() -> bool {
    true
}

fn timer() -> f64 {
    10.0
}

fn transmissions() -> u32 {
    3
}

impl UplinkConfig {
    /// An uplink with everything else as it usually is.
    pub fn new(mission: &str, address: &str, spacecraft: u16) -> Self {
        Self {
            mission: mission.to_owned(),
            address: address.to_owned(),
            spacecraft,
            channel: 0,
            segment_bytes: segment_bytes(),
            light_time: true,
            sequenced: true,
            timer_s: timer(),
            transmissions: transmissions(),
            wait_s: 0.0,
            tracks: Tracks::default(),
            enabled: true,
        }
    }

    /// What is wrong with it, and what to do; none: nothing.
    pub fn problem(&self) -> Option<String> {
        if self.mission.is_empty() {
            return Some("it names no mission; give one".to_owned());
        }
        let port = self.address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        if port.is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            return Some("its address is not HOST:PORT; write it so".to_owned());
        }
        if self.spacecraft > 0x3FF || self.channel > 0x3F {
            return Some("a spacecraft has 10 bits and a channel 6; choose others".to_owned());
        }
        if !(1..=MOST_SEGMENT).contains(&self.segment_bytes) {
            return Some(format!("segment_bytes is 1 to {MOST_SEGMENT}"));
        }
        for (seconds, what) in [(self.timer_s, "timer_s"), (self.wait_s, "wait_s")] {
            if !(0.0..=1e7).contains(&seconds) {
                return Some(format!("{what} is a number of seconds, not {seconds}"));
            }
        }
        (!(1..=100).contains(&self.transmissions)).then(|| "transmissions is 1 to 100".to_owned())
    }

    /// How it is set up, in words, for the audit trail.
    pub fn words(&self) -> String {
        let Self { mission, address, .. } = self;
        let far = if self.light_time { "as far as Mars" } else { "at hand" };
        let told = if self.sequenced { "" } else { ", frames sent once" };
        let tracks = match self.tracks.ranges().len() {
            0 => String::new(),
            1 => ", 1 track".to_owned(),
            n => format!(", {n} tracks"),
        };
        let off = if self.enabled { "" } else { ", switched off" };
        format!("of {mission} was set up: {address}, {far}{told}{tracks}{off}")
    }

    /// One way of light in seconds.
    pub fn light_s(&self, at: Instant) -> f64 {
        if self.light_time { light_time_s(at) } else { 0.0 }
    }

    pub(super) fn options(&self, at: Instant) -> FopOptions {
        FopOptions {
            spacecraft: self.spacecraft,
            channel: self.channel,
            timer_s: 2.0 * self.light_s(at) + self.timer_s,
            transmissions: self.transmissions,
            window: 63,
            sequenced: self.sequenced,
        }
    }
}

/// How an uplink fares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UplinkStatus {
    /// Where it stands.
    pub state: LinkState,
    /// What it is at, or what went wrong and what to do, in a sentence.
    pub detail: String,
    /// Whether commands can be given to it.
    pub is_ready: bool,
    /// Number of the next frame, V(S).
    pub next: u8,
    /// Frames that were sent and are not acknowledged.
    pub on_the_way: usize,
    /// Units that the station radiated since it was connected.
    pub radiated: u64,
    /// Frames that were sent again.
    pub again: u64,
    /// How often it connected.
    pub connects: u64,
    /// The last control word, and when it came.
    pub word: Option<(Instant, Clcw)>,
}
