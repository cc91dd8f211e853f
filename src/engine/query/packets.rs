//! Packets as a view shows them: plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::mission::Severity;
use crate::time::Instant;

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
