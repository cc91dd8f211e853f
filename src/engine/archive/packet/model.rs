//! Packets as they were received: plain data.

use std::sync::Arc;

use crate::storage::u32_at;
use crate::time::{Instant, TimeRange};

/// Where packets came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct PacketSource {
    /// Name of the link.
    pub link: String,
    /// Mission identifier, empty where it is not said.
    pub mission: String,
    /// Product identity of the series that are made of them.
    pub product: String,
}

impl PacketSource {
    /// Three texts, each with its length before it.
    pub(super) fn write(&self) -> Vec<u8> {
        let part = |text: &String| {
            let mut out = (text.len() as u32).to_le_bytes().to_vec();
            out.extend_from_slice(text.as_bytes());
            out
        };
        [&self.link, &self.mission, &self.product].into_iter().flat_map(part).collect()
    }

    /// The reverse, of several; none where the bytes are not such a table.
    pub(super) fn read_all(mut bytes: &[u8]) -> Option<Vec<Arc<Self>>> {
        let mut part = || {
            let length = u32_at(bytes, 0)? as usize;
            let (text, rest) = bytes.get(4..)?.split_at_checked(length)?;
            bytes = rest;
            Some((String::from_utf8(text.to_vec()).ok()?, rest.is_empty()))
        };
        let mut sources = Vec::new();
        loop {
            let (link, _) = part()?;
            let (mission, _) = part()?;
            let (product, is_last) = part()?;
            sources.push(Arc::new(Self { link, mission, product }));
            if is_last {
                return Some(sources);
            }
        }
    }
}

/// A packet on its way into the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPacket {
    /// When it was received.
    pub received: Instant,
    /// When it was made, where it says so.
    pub generated: Option<Instant>,
    /// Virtual channel of its frames; none where it came without frames.
    pub channel: Option<u8>,
    /// The whole packet with its header.
    pub bytes: Arc<[u8]>,
}

/// A packet of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPacket {
    /// Its place in the order of reception over the whole archive, from 1.
    pub number: u64,
    /// Where it came from.
    pub source: Arc<PacketSource>,
    /// When it was received.
    pub received: Instant,
    /// When it was made, where it says so.
    pub generated: Option<Instant>,
    /// Virtual channel of its frames.
    pub channel: Option<u8>,
    /// The whole packet with its header.
    pub bytes: Arc<[u8]>,
}

impl StoredPacket {
    /// When it was made; of one that does not say so, when it was received.
    pub fn time(&self) -> Instant {
        self.generated.unwrap_or(self.received)
    }

    /// Application process identifier (CCSDS 133.0-B-2, 4.1.3.3.4); none of less than two bytes.
    pub fn apid(&self) -> Option<u16> {
        match &*self.bytes {
            [first, second, ..] => Some(u16::from_be_bytes([first & 7, *second])),
            _ => None,
        }
    }
}

/// Which packets are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PacketQuery {
    /// Of their [`StoredPacket::time`].
    pub range: TimeRange,
    /// Name of the link; empty: all.
    pub link: String,
    /// Application process identifier; none: all.
    pub apid: Option<u16>,
    /// Most packets wanted.
    pub limit: usize,
    /// Whether the latest ones of the range are kept, else the earliest.
    pub newest: bool,
}

impl PacketQuery {
    pub(super) fn takes(&self, packet: &StoredPacket) -> bool {
        self.range.contains(packet.time())
            && (self.link.is_empty() || self.link == packet.source.link)
            && self.apid.is_none_or(|apid| packet.apid() == Some(apid))
    }
}
