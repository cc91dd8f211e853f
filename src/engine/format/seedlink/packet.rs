//! Packets of a SeedLink stream, taken from bytes that arrive in pieces of any size.

use std::borrow::Cow;

use super::line::split_line;
use crate::problem::Problem;

/// Bytes of the record in a packet of version 3.
pub const V3_RECORD: usize = 512;
/// Bytes of the header of version 3: `SL` and six hexadecimal digits.
const V3_HEADER: usize = 8;
/// Bytes of the header of version 4 before the station identifier.
const V4_HEADER: usize = 17;
/// Longest payload of version 4 that is taken, in bytes; a longer one is passed over.
pub const LARGEST_PAYLOAD: usize = 16 << 20;

/// A packet with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Its number; 24 bits in version 3.
    pub sequence: u64,
    /// `2` miniSEED 2, `3` miniSEED 3, `J` JSON, `X` XML.
    pub format: u8,
    /// `D` data, `E` event or error, `C`, `T`, `L`, `O`, `I`.
    pub subformat: u8,
    /// `NET_STA`; in version 3 from the record.
    pub station: Cow<'a, str>,
    /// The record.
    pub payload: &'a [u8],
}

impl Packet<'_> {
    /// Whether it is miniSEED of either version.
    pub fn is_miniseed(&self) -> bool {
        matches!(self.format, b'2' | b'3')
    }
}

/// What comes next in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A packet with data.
    Packet(Packet<'a>),
    /// An answer to `INFO`: a sign of life.
    Info,
    /// A packet that was passed over because its payload is longer than [`LARGEST_PAYLOAD`].
    TooLong {
        /// `NET_STA`.
        station: String,
        /// Its number.
        sequence: u64,
        /// Bytes of its payload.
        length: u64,
    },
    /// The server has sent all that was asked for.
    End,
    /// The server refuses to go on, in its words.
    Refused(String),
}

/// Takes a stream apart. After a problem, `End` or a refusal nothing more comes: the place of the
/// next packet is not known, so a client connects again.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Where the next item begins in the buffer.
    start: usize,
    /// Bytes of a payload still to be passed over.
    skip: u64,
    /// Bytes before the buffer.
    before: u64,
    over: bool,
}

impl Decoder {
    /// A decoder at the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.before += self.start as u64;
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.start = 0;
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip -= skipped as u64;
        self.before += skipped as u64;
        self.buffer.extend_from_slice(bytes.get(skipped..).unwrap_or_default());
    }

    /// The next item, none until more bytes have come. It is no iterator because an item borrows.
    ///
    /// # Errors
    /// A problem where the bytes are no SeedLink packet.
    #[expect(clippy::should_implement_trait, reason = "an item borrows from the decoder")]
    pub fn next(&mut self) -> Option<Result<Item<'_>, Problem>> {
        if self.over || self.skip > 0 {
            return None;
        }
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let at = self.before + self.start as u64;
        let step = match rest.get(..2)? {
            b"SL" => v3(rest, at),
            b"SE" => v4(rest),
            b"EN" if rest.len() < 3 => Ok(None),
            b"EN" if rest.starts_with(b"END") => Ok(Some((Item::End, 3))),
            b"ER" => refusal(rest),
            other => {
                let reason =
                    format!("bytes {other:02x?} begin no packet; the connection must be made anew");
                Err(Problem::at(at, "packet", reason))
            }
        };
        match step {
            Ok(None) => None,
            Ok(Some((item, length))) => {
                let there = length.min(rest.len() as u64);
                self.skip = length - there;
                self.start += there as usize;
                self.over = matches!(item, Item::End | Item::Refused(_));
                Some(Ok(item))
            }
            Err(problem) => {
                self.over = true;
                Some(Err(Problem { offset: Some(at), ..problem }))
            }
        }
    }
}

/// An item and its length in the stream, none where it is not whole yet.
type Step<'a> = Result<Option<(Item<'a>, u64)>, Problem>;

fn v3(rest: &[u8], at: u64) -> Step<'_> {
    let Some(digits) = rest.get(2..V3_HEADER) else { return Ok(None) };
    let Some(record) = rest.get(V3_HEADER..V3_HEADER + V3_RECORD) else { return Ok(None) };
    let length = (V3_HEADER + V3_RECORD) as u64;
    if digits.starts_with(b"INFO") {
        return Ok(Some((Item::Info, length)));
    }
    let number = std::str::from_utf8(digits).ok().filter(|t| t.bytes().all(hexadecimal));
    let Some(sequence) = number.and_then(|text| u64::from_str_radix(text, 16).ok()) else {
        let shown = String::from_utf8_lossy(digits);
        let reason = format!("{shown:?} is no sequence number of six hexadecimal digits");
        return Err(Problem::at(at, "sequence", reason));
    };
    let packet = Packet {
        sequence,
        format: b'2',
        subformat: b'D',
        station: Cow::Owned(station_of(record)),
        payload: record,
    };
    Ok(Some((Item::Packet(packet), length)))
}

fn hexadecimal(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// Network and station of a miniSEED 2 record (SEED 2.4, fixed section of data header).
fn station_of(record: &[u8]) -> String {
    let text = |from: usize, to: usize| {
        String::from_utf8_lossy(record.get(from..to).unwrap_or_default()).trim().to_owned()
    };
    format!("{}_{}", text(18, 20), text(8, 13))
}

fn v4(rest: &[u8]) -> Step<'_> {
    let Some(header) = rest.first_chunk::<V4_HEADER>() else { return Ok(None) };
    let [_, _, format, subformat, l0, l1, l2, l3, s0, s1, s2, s3, s4, s5, s6, s7, id] = *header;
    let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
    let sequence = u64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]);
    let begin = V4_HEADER + usize::from(id);
    let Some(id) = rest.get(V4_HEADER..begin) else { return Ok(None) };
    let station = String::from_utf8_lossy(id);
    let whole = begin as u64 + length;
    if length > LARGEST_PAYLOAD as u64 {
        let station = station.into_owned();
        return Ok(Some((Item::TooLong { station, sequence, length }, whole)));
    }
    let Some(payload) = rest.get(begin..begin + length as usize) else { return Ok(None) };
    let item = match (format, subformat) {
        (b'J' | b'X', b'I') => Item::Info,
        _ => Item::Packet(Packet { sequence, format, subformat, station, payload }),
    };
    Ok(Some((item, whole)))
}

fn refusal(rest: &[u8]) -> Step<'_> {
    if !b"ERROR".starts_with(rest.get(..5).unwrap_or(rest)) {
        return Err(Problem::at(0, "packet", "it begins neither a packet nor an error"));
    }
    Ok(split_line(rest)?.map(|(line, length)| (Item::Refused(line), length as u64)))
}

/// A packet of version 3; none where the record is not of 512 bytes.
pub fn write_v3(sequence: u64, record: &[u8]) -> Option<Vec<u8>> {
    if record.len() != V3_RECORD {
        return None;
    }
    let mut bytes = format!("SL{:06X}", sequence & 0xFF_FFFF).into_bytes();
    bytes.extend_from_slice(record);
    Some(bytes)
}

/// A packet of version 4; none where its parts are too long for the format.
pub fn write_v4(packet: &Packet<'_>) -> Option<Vec<u8>> {
    let mut bytes = vec![b'S', b'E', packet.format, packet.subformat];
    bytes.extend_from_slice(&u32::try_from(packet.payload.len()).ok()?.to_le_bytes());
    bytes.extend_from_slice(&packet.sequence.to_le_bytes());
    bytes.push(u8::try_from(packet.station.len()).ok()?);
    bytes.extend_from_slice(packet.station.as_bytes());
    bytes.extend_from_slice(packet.payload);
    Some(bytes)
}
