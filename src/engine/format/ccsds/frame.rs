//! Transfer frames of fixed length: TM (CCSDS 132.0-B-3, 4.1) and AOS (732.0-B-4, 4.1), read
//! and written.
//!
//! What a frame does not say itself (its length, whether it ends with an error control field,
//! the insert zone of AOS) is agreed for the link: a [`FrameSpec`].

use super::array;
use crate::problem::Problem;

const HEADER: usize = 6;
const OCF: usize = 4;
const ERROR_CONTROL: usize = 2;
/// First header pointers: no packet begins here; idle data only.
const NO_START: u16 = 0x7FF;
const IDLE: u16 = 0x7FE;
/// The virtual channel of AOS idle frames.
const AOS_IDLE_CHANNEL: u8 = 63;
/// What idle frames are filled with: alternating bits keep a clock.
const FILL: u8 = 0x55;

/// Which of the two protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FrameKind {
    /// TM space data link, transfer frame version 1 (`00`).
    Tm,
    /// AOS space data link, transfer frame version 2 (`01`).
    Aos,
}

/// What is agreed about the frames of a physical channel ("managed parameters").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameSpec {
    /// The protocol.
    pub kind: FrameKind,
    /// Length of a frame, bytes, without sync marker and code symbols.
    pub length: usize,
    /// Whether the last two bytes are the CRC of the frame.
    pub error_control: bool,
    /// AOS: length of the insert zone, bytes; 0 for none.
    pub insert_zone: usize,
    /// AOS: whether frames have an operational control field (a TM frame says so itself).
    pub ocf: bool,
    /// AOS: whether two bytes of header error control follow the header; they are not used.
    pub header_error_control: bool,
    /// AOS: virtual channels whose data are no packets, one bit each (bit 5 is channel 5).
    pub other_channels: u64,
}

impl FrameSpec {
    /// TM frames of a length, with error control.
    pub const fn tm(length: usize) -> Self {
        Self {
            kind: FrameKind::Tm,
            length,
            error_control: true,
            insert_zone: 0,
            ocf: false,
            header_error_control: false,
            other_channels: 0,
        }
    }

    /// AOS frames of a length, with error control, all channels with packets.
    pub const fn aos(length: usize) -> Self {
        Self { kind: FrameKind::Aos, ..Self::tm(length) }
    }

    /// Bytes for packets in a frame that has a secondary header of so many bytes (TM) and,
    /// or not, an operational control field; `None` if there is no room.
    pub fn room(&self, secondary: usize, ocf: bool) -> Option<usize> {
        let around = match self.kind {
            FrameKind::Tm => secondary,
            // The M_PDU header holds the pointer.
            FrameKind::Aos => self.insert_zone + 2 * usize::from(self.header_error_control) + 2,
        };
        let trailer = OCF * usize::from(ocf) + ERROR_CONTROL * usize::from(self.error_control);
        self.length.checked_sub(HEADER + around + trailer).filter(|&room| room > 0)
    }

    fn is_other(&self, channel: u8) -> bool {
        self.other_channels.checked_shr(channel.into()).unwrap_or(0) & 1 != 0
    }
}

/// The identifiers and counts of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// The protocol.
    pub kind: FrameKind,
    /// Spacecraft identifier, 10 bits.
    pub spacecraft: u16,
    /// Virtual channel, 0 to 7 (TM) or 63 (AOS).
    pub channel: u8,
    /// Frame count of the virtual channel, below [`FrameHeader::modulus`].
    pub count: u32,
    /// TM: frame count of all channels together, modulo 256.
    pub master_count: u8,
    /// AOS: whether the count is extended by the four bits of the count cycle.
    pub long_count: bool,
    /// AOS: stored data, played back (a TM link keeps them on channels of their own).
    pub replay: bool,
}

impl FrameHeader {
    /// A header with counts of zero.
    pub const fn new(kind: FrameKind, spacecraft: u16, channel: u8) -> Self {
        Self {
            kind,
            spacecraft,
            channel,
            count: 0,
            master_count: 0,
            long_count: false,
            replay: false,
        }
    }

    /// What the frame count of the virtual channel is counted modulo.
    pub const fn modulus(&self) -> u32 {
        match (self.kind, self.long_count) {
            (FrameKind::Tm, _) => 1 << 8,
            (FrameKind::Aos, false) => 1 << 24,
            (FrameKind::Aos, true) => 1 << 28,
        }
    }
}

/// Where the first packet of a frame begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At this byte of the data; what is before it ends an earlier packet.
    At(u16),
    /// Nowhere: all data go on with an earlier packet.
    Nowhere,
}

/// What the data field of a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// Packets, which may reach over the ends of the frame.
    Packets {
        /// The first header pointer.
        start: Start,
        /// The packet zone.
        data: &'a [u8],
    },
    /// Idle data only.
    Idle,
    /// Data of another service (virtual channel access, bitstream), as they are.
    Other(&'a [u8]),
}

/// A frame taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Identifiers and counts.
    pub header: FrameHeader,
    /// TM: the secondary header's data, without its first byte. AOS: the insert zone. Empty
    /// where there is none.
    pub secondary: &'a [u8],
    /// The data field.
    pub content: Content<'a>,
    /// The operational control field (a CLCW, mostly), where there is one.
    pub ocf: Option<u32>,
}

/// Takes a frame apart. Wrong length, error control, version or pointer are problems: nothing
/// of such a frame can be relied on.
pub fn read_frame<'a>(bytes: &'a [u8], spec: &FrameSpec) -> Result<Frame<'a>, Problem> {
    if bytes.len() != spec.length {
        let reason = format!("{} bytes, the link has frames of {}", bytes.len(), spec.length);
        return Err(Problem::at(0, "frame", reason));
    }
    let mut body = bytes;
    if spec.error_control {
        let (head, stated) = split_end::<ERROR_CONTROL>(bytes).ok_or_else(too_short)?;
        let (stated, found) = (u16::from_be_bytes(stated), crc16(head));
        if stated != found {
            let reason = format!("error control states {stated:#06x}, the bytes give {found:#06x}");
            return Err(Problem::at(head.len() as u64, "frame error control", reason));
        }
        body = head;
    }
    let version = body.first().ok_or_else(too_short)? >> 6;
    match (spec.kind, version) {
        (FrameKind::Tm, 0) => read_tm(body),
        (FrameKind::Aos, 1) => read_aos(body, spec),
        (kind, _) => {
            let reason = format!("version number {version} is not that of {kind:?} frames");
            Err(Problem::at(0, "frame header", reason))
        }
    }
}

fn too_short() -> Problem {
    Problem::at(0, "frame", "shorter than its header and trailer")
}

fn split_end<const N: usize>(bytes: &[u8]) -> Option<(&[u8], [u8; N])> {
    let (head, tail) = bytes.split_last_chunk::<N>()?;
    Some((head, *tail))
}

fn packets(pointer: u16, data: &[u8], at: usize) -> Result<Content<'_>, Problem> {
    match pointer {
        IDLE => Ok(Content::Idle),
        NO_START => Ok(Content::Packets { start: Start::Nowhere, data }),
        at if usize::from(at) < data.len() => Ok(Content::Packets { start: Start::At(at), data }),
        far => {
            let reason = format!("points to byte {far} of {} bytes of data", data.len());
            Err(Problem::at(at as u64, "first header pointer", reason))
        }
    }
}

fn read_tm(body: &[u8]) -> Result<Frame<'_>, Problem> {
    let (raw, mut rest) = body.split_first_chunk::<HEADER>().ok_or_else(too_short)?;
    let [id0, id1, master_count, count, status0, status1] = *raw;
    let header = FrameHeader {
        spacecraft: u16::from_be_bytes([id0 & 0x3F, id1]) >> 4,
        channel: id1 >> 1 & 7,
        count: count.into(),
        master_count,
        ..FrameHeader::new(FrameKind::Tm, 0, 0)
    };
    let mut ocf = None;
    if id1 & 1 != 0 {
        let (head, field) = split_end::<OCF>(rest).ok_or_else(too_short)?;
        (rest, ocf) = (head, Some(u32::from_be_bytes(field)));
    }
    let mut secondary: &[u8] = &[];
    if status0 & 0x80 != 0 {
        let (first, after) = rest.split_first().ok_or_else(too_short)?;
        // The field states the length of the whole secondary header less one.
        let length = usize::from(first & 0x3F);
        (secondary, rest) = after.split_at_checked(length).ok_or_else(|| {
            let reason = format!("its {length} bytes reach past the frame");
            Problem::at(HEADER as u64, "frame secondary header", reason)
        })?;
    }
    let pointer = u16::from_be_bytes([status0 & 7, status1]);
    // With the synchronisation flag set the data are no packets and the pointer says nothing.
    let content =
        if status0 & 0x40 != 0 { Content::Other(rest) } else { packets(pointer, rest, 4)? };
    Ok(Frame { header, secondary, content, ocf })
}

fn read_aos<'a>(body: &'a [u8], spec: &FrameSpec) -> Result<Frame<'a>, Problem> {
    let (raw, mut rest) = body.split_first_chunk::<HEADER>().ok_or_else(too_short)?;
    let [id0, id1, c0, c1, c2, signal] = *raw;
    let long_count = signal & 0x40 != 0;
    let cycle = if long_count { signal & 0x0F } else { 0 };
    // The two upper bits of the identifier were spare, hence zero, before they were given to it.
    let spacecraft = u16::from(signal >> 4 & 3) << 8 | u16::from(id0 << 2 | id1 >> 6);
    let header = FrameHeader {
        count: u32::from_be_bytes([cycle, c0, c1, c2]),
        long_count,
        replay: signal & 0x80 != 0,
        ..FrameHeader::new(FrameKind::Aos, spacecraft, id1 & 0x3F)
    };
    let mut ocf = None;
    if spec.ocf {
        let (head, field) = split_end::<OCF>(rest).ok_or_else(too_short)?;
        (rest, ocf) = (head, Some(u32::from_be_bytes(field)));
    }
    let skip = 2 * usize::from(spec.header_error_control);
    rest = rest.get(skip..).ok_or_else(too_short)?;
    let (secondary, rest) = rest.split_at_checked(spec.insert_zone).ok_or_else(too_short)?;
    let content = if header.channel == AOS_IDLE_CHANNEL {
        Content::Idle
    } else if spec.is_other(header.channel) {
        Content::Other(rest)
    } else {
        let at = HEADER + skip + spec.insert_zone;
        let pointer = u16::from_be_bytes(array(rest, 0).ok_or_else(too_short)?) & NO_START;
        packets(pointer, rest.get(2..).unwrap_or_default(), at)?
    };
    Ok(Frame { header, secondary, content, ocf })
}

/// The bytes of a frame; its content has to fill the frame exactly (idle content does).
pub fn write_frame(frame: &Frame<'_>, spec: &FrameSpec) -> Result<Vec<u8>, Problem> {
    let header = &frame.header;
    let channels = if spec.kind == FrameKind::Tm { 8 } else { 64 };
    if header.kind != spec.kind
        || header.spacecraft >= 1 << 10
        || header.channel >= channels
        || header.count >= header.modulus()
        || frame.secondary.len() > 63 && spec.kind == FrameKind::Tm
    {
        return Err(Problem::of("frame header", format!("a field is out of range: {header:?}")));
    }
    let mut out = Vec::with_capacity(spec.length);
    match spec.kind {
        FrameKind::Tm => write_tm(frame, &mut out),
        FrameKind::Aos => write_aos(frame, spec, &mut out)?,
    }
    let trailer =
        OCF * usize::from(frame.ocf.is_some()) + ERROR_CONTROL * usize::from(spec.error_control);
    match frame.content {
        Content::Packets { data, .. } | Content::Other(data) => out.extend_from_slice(data),
        Content::Idle => out.resize(spec.length.saturating_sub(trailer).max(out.len()), FILL),
    }
    if let Some(ocf) = frame.ocf {
        out.extend_from_slice(&ocf.to_be_bytes());
    }
    if spec.error_control {
        let crc = crc16(&out);
        out.extend_from_slice(&crc.to_be_bytes());
    }
    if out.len() != spec.length {
        let reason = format!("the content gives {} bytes, a frame has {}", out.len(), spec.length);
        return Err(Problem::of("frame", reason));
    }
    Ok(out)
}

fn pointer(content: &Content<'_>) -> u16 {
    match content {
        Content::Packets { start: Start::At(at), .. } => *at & NO_START,
        Content::Packets { start: Start::Nowhere, .. } | Content::Other(_) => NO_START,
        Content::Idle => IDLE,
    }
}

fn write_tm(frame: &Frame<'_>, out: &mut Vec<u8>) {
    let header = &frame.header;
    let id =
        header.spacecraft << 4 | u16::from(header.channel) << 1 | u16::from(frame.ocf.is_some());
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(&[header.master_count, header.count as u8]);
    let other = matches!(frame.content, Content::Other(_));
    // Segment length identifier 11: packets are not cut into segments of this old kind.
    let status = u16::from(!frame.secondary.is_empty()) << 15
        | u16::from(other) << 14
        | 3 << 11
        | pointer(&frame.content);
    out.extend_from_slice(&status.to_be_bytes());
    if !frame.secondary.is_empty() {
        out.push(frame.secondary.len() as u8);
        out.extend_from_slice(frame.secondary);
    }
}

fn write_aos(frame: &Frame<'_>, spec: &FrameSpec, out: &mut Vec<u8>) -> Result<(), Problem> {
    let header = &frame.header;
    let idle = header.channel == AOS_IDLE_CHANNEL;
    let other = matches!(frame.content, Content::Other(_));
    let fits = !idle || frame.content == Content::Idle;
    if frame.secondary.len() != spec.insert_zone
        || frame.ocf.is_some() != spec.ocf
        || spec.header_error_control
        || !fits
        || other != spec.is_other(header.channel)
    {
        let reason = "insert zone, control field or content are not those agreed for the link";
        return Err(Problem::of("frame", reason));
    }
    let id = 1 << 14 | (header.spacecraft & 0xFF) << 6 | u16::from(header.channel);
    out.extend_from_slice(&id.to_be_bytes());
    let [cycle, c0, c1, c2] = header.count.to_be_bytes();
    let signal = u8::from(header.replay) << 7
        | u8::from(header.long_count) << 6
        | ((header.spacecraft >> 8) as u8 & 3) << 4
        | cycle & 0x0F;
    out.extend_from_slice(&[c0, c1, c2, signal]);
    out.extend_from_slice(frame.secondary);
    if !idle && !other {
        out.extend_from_slice(&pointer(&frame.content).to_be_bytes());
    }
    Ok(())
}

/// The error control of frames and packets: CRC-16, polynomial 0x1021, preset to ones
/// (132.0-B-3, 4.1.6). "123456789" gives 0x29B1.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, &byte| {
        let index = usize::from((crc >> 8) as u8 ^ byte);
        crc << 8 ^ CRC_TABLE.get(index).copied().unwrap_or_default()
    })
}

const CRC_TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = (index as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};
