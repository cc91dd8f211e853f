//! CCSDS space links and packet files, bottom to top: sync marker, transfer frame, space packet.
//!
//! A file of packets is one call, [`packets`]. A link goes through [`Synchroniser`] (marker and
//! randomiser, 131.0-B), [`read_frame`] (TM 132.0-B-3, AOS 732.0-B-4), [`Extractor`] (packets
//! out of frames), then [`Segments`] (packets to units) and [`Tracker`] (what is missing).
//! [`TimeCode`] reads the times of secondary headers. All of it takes bytes and gives values and
//! problems; memory is bounded by stated limits, no input panics or hangs.

mod frame;
mod framer;
mod packet;
mod reassembly;
mod scan;
mod segment;
mod sequence;
mod sync;
pub mod telecommand;
mod time;

#[cfg(test)]
mod frame_tests;
#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod tests;

pub use frame::{
    Content, Frame, FrameHeader, FrameKind, FrameSpec, Start, crc16, read_frame, write_frame,
};
pub use framer::Framer;
pub use packet::{
    HEADER_BYTES, Header, IDLE_APID, LARGEST_PACKET, PacketKind, Segment, idle_packet,
    write_packet, write_segmented,
};
pub use reassembly::{ChannelCounts, Extractor, FramePacket};
pub use scan::{Packet, Packets};
pub use segment::{Segments, Unit};
pub use sequence::{Counts, Step, Tracker};
pub use sync::{MARKER, SyncFrame, Synchroniser, randomise, write_cadu};
pub use time::{Cds, Cuc, Epoch, SubMillisecond, TimeCode, read_time};

use crate::problem::Problem;

/// Problems kept; a stream of noise must not fill the memory with sentences.
const MAX_PROBLEMS: usize = 1000;

/// The packets of a file or of a stretch of a stream, in order; see [`Packets`].
pub fn packets(bytes: &[u8]) -> Packets<'_> {
    Packets::new(bytes, 0)
}

/// As [`packets`], where every packet follows a header of `prefix` bytes that a ground system
/// put before it (its bytes are in [`Packet::prefix`]).
pub fn packets_behind(bytes: &[u8], prefix: usize) -> Packets<'_> {
    Packets::new(bytes, prefix)
}

/// Whether the bytes (a whole file) are very likely space packets one behind the other: at
/// least two, which end where the file ends and count on within their application.
pub fn sniff(bytes: &[u8]) -> bool {
    scan::chain_version(bytes, 0).is_some()
}

/// As [`sniff`], with the length of the ground header before each packet: 0 where there is
/// none, at most 64.
pub fn sniff_prefix(bytes: &[u8]) -> Option<usize> {
    (0..=64).find(|&prefix| scan::chain_version(bytes, prefix).is_some())
}

/// Problems up to a bound; what is beyond is counted.
#[derive(Clone, Debug, Default)]
struct Notes {
    kept: Vec<Problem>,
    left_out: usize,
}

impl Notes {
    fn add(&mut self, offset: u64, field: &str, reason: String) {
        if self.kept.len() < MAX_PROBLEMS {
            self.kept.push(Problem::at(offset, field, reason));
        } else {
            self.left_out += 1;
        }
    }

    /// Empties the list.
    fn take(&mut self) -> Vec<Problem> {
        let left_out = std::mem::take(&mut self.left_out);
        let mut taken = std::mem::take(&mut self.kept);
        if left_out > 0 {
            taken.push(Problem::of("link", format!("{left_out} more like these were left out")));
        }
        taken
    }
}

/// Reads of `N` big-endian bytes at an offset; `None` past the end.
fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}
