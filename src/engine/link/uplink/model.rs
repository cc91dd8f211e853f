//! An uplink as plain data: how it is set up, what it tells, how it fares.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::format::ccsds::telecommand::{Clcw, FRAME_OVERHEAD, LARGEST_FRAME};
use crate::link::{LinkState, Source};

/// How an uplink is set up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UplinkConfig {
    /// The mission whose spacecraft it commands.
    pub mission: String,
    /// The station: `tcp:HOST:PORT`.
    pub address: Source,
    /// Spacecraft identifier, 0 to 1023.
    pub scid: u16,
    /// Virtual channel, 0 to 63.
    #[serde(default)]
    pub vcid: u8,
    /// The longest frame, bytes, 9 to 1024.
    #[serde(default = "frame_bytes")]
    pub frame_bytes: usize,
    /// How long an answer is awaited before frames are sent again, seconds; the light time there
    /// and back comes on top where [`UplinkConfig::light_time`] says so.
    #[serde(default = "t1")]
    pub t1_s: f64,
    /// How often a frame is sent at most.
    #[serde(default = "limit")]
    pub limit: u32,
    /// Whether the way there and back takes the light time between Earth and Mars.
    #[serde(default)]
    pub light_time: bool,
    /// Whether it is to run.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn frame_bytes() -> usize {
    256
}

fn t1() -> f64 {
    5.0
}

fn limit() -> u32 {
    3
}

fn yes() -> bool {
    true
}

impl UplinkConfig {
    /// An uplink with everything else as it usually is.
    pub fn new(mission: impl Into<String>, address: Source, scid: u16) -> Self {
        Self {
            mission: mission.into(),
            address,
            scid,
            vcid: 0,
            frame_bytes: frame_bytes(),
            t1_s: t1(),
            limit: limit(),
            light_time: false,
            enabled: true,
        }
    }

    /// Why it cannot work as it is set up, and what to change; none where it can.
    pub fn problem(&self) -> Option<String> {
        if !matches!(self.address, Source::Tcp(_)) {
            let at = &self.address;
            return Some(format!("{at} is no address of a station: write tcp:HOST:PORT"));
        }
        if self.scid > 0x3FF {
            return Some(format!("scid {} is too large: write 0 to 1023", self.scid));
        }
        if self.vcid > 0x3F {
            return Some(format!("vcid {} is too large: write 0 to 63", self.vcid));
        }
        // A segment header and a byte of data at least.
        let least = FRAME_OVERHEAD + 2;
        if !(least..=LARGEST_FRAME).contains(&self.frame_bytes) {
            let is = self.frame_bytes;
            return Some(format!("frame_bytes {is}: write {least} to {LARGEST_FRAME}"));
        }
        if !(0.01..=86_400.0).contains(&self.t1_s) {
            return Some(format!("t1_s {}: write 0.01 to 86400 seconds", self.t1_s));
        }
        if !(1..=1000).contains(&self.limit) {
            return Some(format!("limit {}: write 1 to 1000", self.limit));
        }
        None
    }
}

/// What an uplink tells of commands, by the number that they were given with.
///
/// Each command that was taken ends by exactly one of `Acknowledged`, `Lost` and `Returned`.
#[derive(Clone, Debug, PartialEq)]
pub enum UplinkEvent {
    /// All of it was radiated by the station.
    Sent {
        /// The command.
        id: u64,
    },
    /// All of it has arrived on board.
    Acknowledged {
        /// The command.
        id: u64,
    },
    /// Something of it may have left, and it is not known whether it arrived. It is never sent
    /// again by itself.
    Lost {
        /// The command.
        id: u64,
        /// Why, in words.
        reason: String,
    },
    /// Nothing of it has left: it may be given again.
    Returned {
        /// The command.
        id: u64,
        /// Why, in words.
        reason: String,
    },
    /// Its state has changed.
    Status(UplinkStatus),
}

/// Why a command was not taken; nothing of it has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// There is no connection, or the spacecraft has not answered yet.
    #[error("the uplink does not stand; wait until its state is OK")]
    NotReady,
    /// Too many commands are under way.
    #[error("too many commands are under way; wait until some are acknowledged")]
    Full,
    /// The packet is empty or longer than a packet can be.
    #[error("this is no packet; a packet has 7 to 65542 bytes")]
    NoPacket,
}

/// How an uplink fares. Counters run from its start and never go back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UplinkStatus {
    /// Where it stands; `Ok` where commands are taken.
    pub state: LinkState,
    /// What it is at, or what went wrong and what to do, in a sentence.
    pub detail: String,
    /// The other side, where there is one.
    pub peer: String,
    /// How often it connected.
    pub connects: u64,
    /// V(S), the number of the next new frame.
    pub next: u8,
    /// The last report: N(R) and the flags lockout, wait and retransmit.
    pub report: Option<Clcw>,
    /// Frames written, also those sent again and control commands.
    pub frames: u64,
    /// Frames that were sent again.
    pub repeated: u64,
    /// CLTUs of this connection that the station has radiated.
    pub radiated: u32,
    /// Commands that are under way.
    pub under_way: usize,
}
