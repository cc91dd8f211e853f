//! What became of what a link brought: plain data.

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
