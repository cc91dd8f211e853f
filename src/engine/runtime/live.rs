//! What the console sees of links, packets and of the engine itself: plain data.

pub use crate::ingest::live::LinkCounts;
use crate::link::{LinkConfig, LinkStatus};
pub use crate::query::{PacketField, PacketKey, PacketPicture, PacketRow, PacketSeen};
use crate::time::Instant;

/// A link as the console shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkView {
    /// How it is set up.
    pub config: LinkConfig,
    /// How it fares.
    pub status: LinkStatus,
    /// What became of what it brought.
    pub counts: LinkCounts,
    /// Bytes a second, over the last seconds.
    pub bytes_per_s: f64,
    /// Packets a second, over the last seconds.
    pub packets_per_s: f64,
    /// Whether it has been without data for longer than it should.
    pub silent: bool,
    /// Generation time of the newest packet.
    pub newest: Option<Instant>,
    /// Reception minus generation time of the newest packet, in seconds.
    pub latency_s: Option<f64>,
    /// What went wrong with the data lately, the newest last; bounded.
    pub problems: Vec<String>,
}

/// A bounded queue between two threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueLoad {
    /// What waits in it.
    pub name: String,
    /// How many wait.
    pub length: usize,
    /// How many may.
    pub limit: usize,
}

/// How the engine itself fares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// When this was looked at; none before the first look.
    pub time: Option<Instant>,
    /// When the engine was started.
    pub started: Option<Instant>,
    /// Resident memory of the process in bytes; none where the system does not say.
    pub memory: Option<u64>,
    /// Open files and connections of the process.
    pub handles: Option<u64>,
    /// Threads of the process.
    pub threads: Option<u64>,
    /// Processor time used by the process, in seconds.
    pub cpu_s: Option<f64>,
    /// Free bytes of the disk that holds the archive.
    pub disk_free: Option<u64>,
    /// Size of that disk in bytes.
    pub disk_size: Option<u64>,
    /// Queues.
    pub queues: Vec<QueueLoad>,
    /// Values stored a second by all links, over the last seconds.
    pub values_per_s: f64,
    /// Why nothing can be archived now; empty where it can.
    pub cannot_archive: String,
    /// Values that wait in memory until the archive takes them.
    pub waiting_values: u64,
}
