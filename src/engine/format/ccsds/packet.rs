//! One space packet: its primary header (CCSDS 133.0-B-2, section 4.1.3), read and written.

use super::array;
use crate::problem::Problem;

/// Length of the primary header, bytes.
pub const HEADER_BYTES: usize = 6;
/// The APID of idle packets, all ones (133.0-B-2, 4.1.3.3.4.4).
pub const IDLE_APID: u16 = 0x7FF;
/// The longest packet, header included, bytes.
pub const LARGEST_PACKET: usize = HEADER_BYTES + 65_536;
/// Sequence counts are 14 bits wide.
pub(super) const COUNT_MODULUS: u16 = 1 << 14;

/// Which way a packet travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PacketKind {
    /// From the spacecraft, or a report.
    #[default]
    Telemetry,
    /// To the spacecraft, or a request.
    Command,
}

/// Which part of its unit of user data a packet holds: the sequence flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Neither the first nor the last part (`00`).
    Continuation,
    /// The first part (`01`).
    First,
    /// The last part (`10`).
    Last,
    /// The whole unit (`11`).
    #[default]
    Unsegmented,
}

/// The primary header of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Header {
    /// Telemetry or command.
    pub kind: PacketKind,
    /// Whether the data field begins with a secondary header.
    pub secondary: bool,
    /// Application process identifier, 0 to 2047.
    pub apid: u16,
    /// Which part of a unit the packet holds.
    pub segment: Segment,
    /// Sequence count of the application, 0 to 16383 (a packet name for some commands).
    pub count: u16,
    /// Length of the data field, 1 to 65536 bytes.
    pub data_length: u32,
}

impl Header {
    /// The header that `bytes` begin with. Only version 1 packets (number `000`) are space
    /// packets; an idle packet has no secondary header.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        Self::parse_version(bytes, 0)
    }

    /// As [`Header::parse`], for packets that state another version number.
    pub(super) fn parse_version(bytes: &[u8], version: u8) -> Result<Self, Problem> {
        let Some(raw) = array::<HEADER_BYTES>(bytes, 0) else {
            let reason = format!("{} of {HEADER_BYTES} bytes are there", bytes.len());
            return Err(Problem::at(0, "packet header", reason));
        };
        let [id0, id1, seq0, seq1, len0, len1] = raw;
        if id0 >> 5 != version {
            let reason = format!("version number {} is not {version}", id0 >> 5);
            return Err(Problem::at(0, "packet header", reason));
        }
        let header = Self {
            kind: if id0 & 0x10 == 0 { PacketKind::Telemetry } else { PacketKind::Command },
            secondary: id0 & 0x08 != 0,
            apid: u16::from_be_bytes([id0 & 0x07, id1]),
            segment: match seq0 >> 6 {
                0 => Segment::Continuation,
                1 => Segment::First,
                2 => Segment::Last,
                _ => Segment::Unsegmented,
            },
            count: u16::from_be_bytes([seq0 & 0x3F, seq1]),
            data_length: u32::from(u16::from_be_bytes([len0, len1])) + 1,
        };
        if header.is_idle() && header.secondary {
            return Err(Problem::at(0, "packet header", "an idle packet has a secondary header"));
        }
        Ok(header)
    }

    /// Length of the packet, header included, bytes.
    pub fn length(&self) -> usize {
        HEADER_BYTES + self.data_length as usize
    }

    /// Whether the packet only fills the link.
    pub fn is_idle(&self) -> bool {
        self.apid == IDLE_APID
    }

    /// Whether both come from the same application.
    pub fn is_of(&self, other: &Self) -> bool {
        (self.kind, self.apid) == (other.kind, other.apid)
    }

    /// The six bytes; a field out of its range is a problem.
    pub fn to_bytes(&self) -> Result<[u8; HEADER_BYTES], Problem> {
        let wrong = |field: &str, value: u32, most: u32| {
            Err(Problem::of(field, format!("{value} does not fit, the largest is {most}")))
        };
        if self.apid > IDLE_APID {
            return wrong("APID", self.apid.into(), IDLE_APID.into());
        }
        if self.count >= COUNT_MODULUS {
            return wrong("sequence count", self.count.into(), u32::from(COUNT_MODULUS) - 1);
        }
        if self.data_length == 0 || self.data_length > 65_536 {
            return wrong("length of the data field", self.data_length, 65_536);
        }
        let flags = u16::from(self.kind == PacketKind::Command) << 12
            | u16::from(self.secondary) << 11
            | self.apid;
        let segment: u16 = match self.segment {
            Segment::Continuation => 0,
            Segment::First => 1,
            Segment::Last => 2,
            Segment::Unsegmented => 3,
        };
        let [id0, id1] = flags.to_be_bytes();
        let [seq0, seq1] = (segment << 14 | self.count).to_be_bytes();
        let [len0, len1] = ((self.data_length - 1) as u16).to_be_bytes();
        Ok([id0, id1, seq0, seq1, len0, len1])
    }
}

/// Appends a packet to `out`: `header` with the length of `data` (secondary header and user
/// data, 1 to 65536 bytes).
pub fn write_packet(header: &Header, data: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
    let data_length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&Header { data_length, ..*header }.to_bytes()?);
    out.extend_from_slice(data);
    Ok(())
}

/// Appends `data` as packets whose data fields hold at most `largest` bytes each; the sequence
/// count goes on from that of `header`. Returns the count for the packet that follows.
pub fn write_segmented(
    header: &Header,
    data: &[u8],
    largest: usize,
    out: &mut Vec<u8>,
) -> Result<u16, Problem> {
    let parts = data.chunks(largest.clamp(1, 65_536));
    let last = parts.len().saturating_sub(1);
    let mut count = header.count;
    if data.is_empty() {
        return Err(Problem::of("length of the data field", "a packet holds at least one byte"));
    }
    for (index, part) in parts.enumerate() {
        let segment = match (index == 0, index == last) {
            (true, true) => Segment::Unsegmented,
            (true, false) => Segment::First,
            (false, false) => Segment::Continuation,
            (false, true) => Segment::Last,
        };
        write_packet(&Header { segment, count, ..*header }, part, out)?;
        count = (count + 1) % COUNT_MODULUS;
    }
    Ok(count)
}

/// Appends an idle packet of `length` bytes, header included: 7 to 65542.
pub fn idle_packet(length: usize, out: &mut Vec<u8>) -> Result<(), Problem> {
    let data_length = u32::try_from(length.saturating_sub(HEADER_BYTES)).unwrap_or(u32::MAX);
    let header = Header { apid: IDLE_APID, data_length, ..Header::default() };
    out.extend_from_slice(&header.to_bytes()?);
    // The content of idle data is free (133.0-B-2, 4.1.4.3); alternating bits keep a clock.
    out.resize(out.len() + data_length as usize, 0x55);
    Ok(())
}
