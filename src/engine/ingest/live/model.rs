//! What is known of the packets of a link: plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::mission::Severity;
use crate::time::Instant;

/// What became of what a link brought. Counters run from the start of the link and never go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkCounts {
    /// Transfer frames that were whole.
    pub frames: u64,
    /// Frames that were damaged and dropped.
    pub bad_frames: u64,
    /// Frames missing by their counts.
    pub missing_frames: u64,
    /// Bytes that belong to no frame and no packet.
    pub skipped_bytes: u64,
    /// Packets, idle ones left out.
    pub packets: u64,
    /// Packets that no container of the dictionary describes, or without a time.
    pub unknown: u64,
    /// Packets missing by their sequence counts.
    pub missing: u64,
    /// Packets that came twice in a row.
    pub duplicates: u64,
    /// Values stored.
    pub values: u64,
    /// Values that were stored before: dumped twice, or sent again.
    pub known_values: u64,
    /// miniSEED records stored.
    pub records: u64,
    /// Files taken in.
    pub files: u64,
    /// Values that could not be stored and were given up.
    pub lost_values: u64,
    /// Event messages stored that were not there before.
    pub messages: u64,
    /// Pieces of miniSEED records that could not be stored and were given up.
    pub lost_records: u64,
    /// Event messages that could not be stored and were given up.
    pub lost_messages: u64,
    /// Packets that could not be kept as they came and were given up; their values may be stored.
    pub lost_packets: u64,
}

impl LinkCounts {
    /// Values, pieces of records, messages and packets that were given up.
    pub fn lost(&self) -> u64 {
        self.lost_values + self.lost_records + self.lost_messages + self.lost_packets
    }
}

/// One kind of packet on one link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketKey {
    /// Virtual channel; none where packets come without frames.
    pub channel: Option<u8>,
    /// Application process identifier.
    pub apid: u16,
}

/// A field of a decoded packet, as a line of a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketField {
    /// Qualified name of the parameter, its elements and members with their index or name.
    pub name: String,
    /// Raw value as printed.
    pub raw: String,
    /// Engineering value as printed, with the name of a state.
    pub engineering: String,
    /// Unit; empty where there is none.
    pub unit: String,
    /// By the limits of the dictionary.
    pub severity: Severity,
}

/// A packet as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketSeen {
    /// Running number on its link.
    pub number: u64,
    /// Which kind.
    pub key: PacketKey,
    /// When it was received.
    pub received: Instant,
    /// When it was made, where it says so.
    pub generated: Option<Instant>,
    /// Sequence count.
    pub sequence: u16,
    /// Name of the container that describes it; empty where none does.
    pub container: String,
    /// The whole packet.
    pub bytes: Arc<[u8]>,
    /// What could not be read of it; empty where all was.
    pub problem: String,
}

/// What is known of one kind of packet.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketRow {
    /// Name of the container that describes it; empty where none does.
    pub container: String,
    /// Packets received.
    pub packets: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Missing by their sequence counts.
    pub missing: u64,
    /// Places where some were missing.
    pub gaps: u64,
    /// Came twice in a row.
    pub duplicates: u64,
    /// Packets a second, over the last seconds.
    pub per_s: f64,
    /// The newest one.
    pub last: PacketSeen,
    /// The newest one decoded, in packet order; bounded.
    pub fields: Vec<PacketField>,
}

/// The packets of one link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PacketPicture {
    /// Dictionary by which they are read; empty while none fits.
    pub dictionary: String,
    /// By virtual channel and application.
    pub rows: BTreeMap<PacketKey, PacketRow>,
    /// The last ones, the newest last; bounded in number and bytes.
    pub recent: Vec<PacketSeen>,
}
