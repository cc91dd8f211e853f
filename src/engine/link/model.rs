//! A link as plain data: how it is set up, what it hands over, how it fares.

use serde::{Deserialize, Serialize};

use super::source::Source;
use crate::time::Instant;

/// How telemetry lies in a stream or in datagrams. Files and miniSEED records say it themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Framing {
    /// CCSDS space packets one after the other.
    #[default]
    Packets,
    /// TM transfer frames behind attached sync markers.
    Tm,
    /// AOS transfer frames behind attached sync markers.
    Aos,
}

/// How a link is set up; `links.toml` of an archive holds a list of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkConfig {
    /// Name on screen; no two links of an archive share one.
    pub name: String,
    /// Where the bytes come from.
    pub source: Source,
    /// How telemetry lies in them.
    #[serde(default)]
    pub framing: Framing,
    /// Length of a transfer frame in bytes, without its marker.
    #[serde(default = "frame_bytes")]
    pub frame_bytes: usize,
    /// Whether frames are randomised (CCSDS 131.0-B-5, section 10).
    #[serde(default)]
    pub randomised: bool,
    /// Mission whose packets these are; empty: the dictionary is chosen by what it can read.
    #[serde(default)]
    pub mission: String,
    /// Product identity of the series that it brings; empty: `raw`.
    #[serde(default)]
    pub product: String,
    /// Whether it is to run.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Without data for so many seconds a link counts as silent; 0: never.
    #[serde(default = "silent_after")]
    pub silent_after_s: f64,
    /// Seconds between two looks at a folder or an address that is polled.
    #[serde(default = "poll")]
    pub poll_s: f64,
}

fn frame_bytes() -> usize {
    1115
}

fn yes() -> bool {
    true
}

fn silent_after() -> f64 {
    60.0
}

fn poll() -> f64 {
    10.0
}

impl LinkConfig {
    /// A link of packets with everything else as it usually is.
    pub fn new(name: impl Into<String>, source: Source) -> Self {
        Self {
            name: name.into(),
            source,
            framing: Framing::default(),
            frame_bytes: frame_bytes(),
            randomised: false,
            mission: String::new(),
            product: String::new(),
            enabled: true,
            silent_after_s: silent_after(),
            poll_s: poll(),
        }
    }
}

/// Where a link stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkState {
    /// An operator switched it off.
    #[default]
    Disabled,
    /// Connected, listening or looking.
    Ok,
    /// Its other side cannot be reached now; it is tried again.
    Unavailable,
    /// It cannot work as it is set up; the detail says what to change.
    Failed,
}

impl LinkState {
    /// The word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disabled => "DISABLED",
            Self::Ok => "OK",
            Self::Unavailable => "UNAVAILABLE",
            Self::Failed => "FAILED",
        }
    }
}

/// How a link fares. Counters run from its start and never go back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkStatus {
    /// Where it stands.
    pub state: LinkState,
    /// What it is at, or what went wrong and what to do, in a sentence.
    pub detail: String,
    /// The other side, where there is one.
    pub peer: String,
    /// Bytes received.
    pub bytes: u64,
    /// Pieces handed over: reads of a stream, datagrams, files, batches of records.
    pub deliveries: u64,
    /// Pieces that were dropped because the processor did not keep up (datagrams only: a stream
    /// makes its sender wait).
    pub dropped: u64,
    /// How often it connected, or was connected to.
    pub connects: u64,
    /// When the last byte came.
    pub last_data: Option<Instant>,
    /// Where to go on after a restart, in the link's own words; empty where it does not matter.
    pub position: String,
}

/// A piece that a link hands over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The next bytes of a stream.
    Stream(Vec<u8>),
    /// The stream was cut off: what comes next does not continue what came before.
    Break,
    /// A datagram: whole packets or frames.
    Datagram(Vec<u8>),
    /// Whole miniSEED records.
    Records(Vec<u8>),
    /// A file, complete.
    File {
        /// Its name or address.
        name: String,
        /// Its content.
        bytes: Vec<u8>,
    },
}

impl Delivery {
    /// Its size in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Stream(bytes)
            | Self::Datagram(bytes)
            | Self::Records(bytes)
            | Self::File { bytes, .. } => bytes.len(),
            Self::Break => 0,
        }
    }

    /// Whether it holds no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
