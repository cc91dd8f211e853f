//! A row of packets as bytes, plain in the log and compressed in a sealed block. `FORMAT.md` has
//! the layout. Pure: bytes in, packets out.

use std::sync::Arc;

use super::model::{PacketSource, StoredPacket};
use crate::storage::{i64_at, u32_at, u64_at};
use crate::time::Instant;

/// First bytes of a frame in a sealed file and in a log.
pub(super) const SEALED: [u8; 4] = *b"MDP1";
pub(super) const LOGGED: [u8; 4] = *b"MDQ1";
/// Bytes of packets after which a block is full.
pub(super) const BLOCK_BYTES: usize = 1 << 20;
/// Sources that one block can tell apart.
const MOST_SOURCES: usize = 255;
/// Bytes of the fixed part of a payload.
pub(super) const HEAD: usize = 60;
/// Longest body that is believed: a full block and one more packet of the greatest length.
const LONGEST: usize = 64 << 20;
/// Bytes of the body for each packet beside its own: time received, time made, flags, channel,
/// source, length.
const EACH: usize = 8 + 8 + 1 + 1 + 1 + 4;
const PLAIN: u8 = 1;
const ZSTD: u8 = 2;
/// Packets are much alike; higher levels cost more than they save.
const LEVEL: i32 = 3;
const HAS_TIME: u8 = 1;
const HAS_CHANNEL: u8 = 2;

/// What the head of a block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHead {
    is_packed: bool,
    /// Number of packets.
    pub(super) count: u32,
    /// Number of the first packet.
    pub(super) first: u64,
    /// Earliest and latest reception, nanoseconds.
    pub(super) received: (i64, i64),
    /// Earliest and latest [`StoredPacket::time`], nanoseconds.
    pub(super) time: (i64, i64),
    /// Bytes of the table of sources.
    pub(super) sources: u32,
    /// Bytes of the body before packing.
    body: u32,
}

fn hull(times: impl Iterator<Item = i64>) -> (i64, i64) {
    times.fold((i64::MAX, i64::MIN), |(low, high), time| (low.min(time), high.max(time)))
}

/// How many of these packets, from the first on, one block takes.
pub(super) fn fits(packets: &[StoredPacket]) -> usize {
    let (mut bytes, mut sources) = (0, Vec::<&Arc<PacketSource>>::new());
    for (at, packet) in packets.iter().enumerate() {
        if !sources.contains(&&packet.source) {
            sources.push(&packet.source);
        }
        bytes += packet.bytes.len() + EACH;
        if at > 0 && (bytes > BLOCK_BYTES || sources.len() > MOST_SOURCES) {
            return at;
        }
    }
    packets.len()
}

/// The payload of a frame that holds these packets, whose numbers follow one another.
pub(super) fn encode(packets: &[StoredPacket], packed: bool) -> Vec<u8> {
    let mut sources: Vec<&Arc<PacketSource>> = Vec::new();
    let mut body = Vec::with_capacity(packets.iter().map(|p| EACH + p.bytes.len()).sum());
    let mut last = 0i64;
    for packet in packets {
        let received = packet.received.unix_ns();
        body.extend(received.wrapping_sub(last).to_le_bytes());
        last = received;
    }
    for packet in packets {
        let made = packet.time().unix_ns();
        body.extend(made.wrapping_sub(packet.received.unix_ns()).to_le_bytes());
    }
    for packet in packets {
        let time = if packet.generated.is_some() { HAS_TIME } else { 0 };
        let channel = if packet.channel.is_some() { HAS_CHANNEL } else { 0 };
        body.push(time | channel);
    }
    body.extend(packets.iter().map(|packet| packet.channel.unwrap_or(0)));
    for packet in packets {
        let known = sources.iter().position(|source| **source == packet.source);
        body.push(known.unwrap_or(sources.len()) as u8);
        if known.is_none() {
            sources.push(&packet.source);
        }
    }
    body.extend(packets.iter().flat_map(|packet| (packet.bytes.len() as u32).to_le_bytes()));
    for packet in packets {
        body.extend_from_slice(&packet.bytes);
    }
    let table = sources.iter().flat_map(|source| source.write()).collect::<Vec<u8>>();
    let received = hull(packets.iter().map(|packet| packet.received.unix_ns()));
    let time = hull(packets.iter().map(|packet| packet.time().unix_ns()));
    // Where packing fails or makes it longer, it stays as it is.
    let packing = packed.then(|| zstd::bulk::compress(&body, LEVEL).ok()).flatten();
    let packing = packing.filter(|short| short.len() < body.len());
    let mut out = Vec::with_capacity(HEAD + table.len() + body.len());
    out.extend([if packing.is_some() { ZSTD } else { PLAIN }, 0, 0, 0]);
    out.extend((packets.len() as u32).to_le_bytes());
    out.extend(packets.first().map_or(0, |packet| packet.number).to_le_bytes());
    for number in [received.0, received.1, time.0, time.1] {
        out.extend(number.to_le_bytes());
    }
    out.extend((table.len() as u32).to_le_bytes());
    out.extend((body.len() as u32).to_le_bytes());
    let sum = crc32c::crc32c_append(crc32c::crc32c(&out), &table);
    out.extend(sum.to_le_bytes());
    out.extend_from_slice(&table);
    out.extend_from_slice(packing.as_ref().unwrap_or(&body));
    out
}

/// The head of a payload; none where it is not one of packets.
pub(super) fn head(payload: &[u8]) -> Option<BlockHead> {
    let is_packed = match payload.get(..4)? {
        [PLAIN, 0, 0, 0] => false,
        [ZSTD, 0, 0, 0] => true,
        _ => return None,
    };
    let of = BlockHead {
        is_packed,
        count: u32_at(payload, 4)?,
        first: u64_at(payload, 8)?,
        received: (i64_at(payload, 16)?, i64_at(payload, 24)?),
        time: (i64_at(payload, 32)?, i64_at(payload, 40)?),
        sources: u32_at(payload, 48)?,
        body: u32_at(payload, 52)?,
    };
    (of.count > 0 && of.first.checked_add(u64::from(of.count)).is_some()).then_some(of)
}

/// Whether the head and the table of sources are as they were written.
pub(super) fn is_sound(payload: &[u8]) -> bool {
    let check = || {
        let of = head(payload)?;
        let table = payload.get(HEAD..HEAD.checked_add(of.sources as usize)?)?;
        let sum = crc32c::crc32c_append(crc32c::crc32c(payload.get(..HEAD - 4)?), table);
        Some(sum == u32_at(payload, HEAD - 4)?)
    };
    check().unwrap_or(false)
}

/// The packets of a payload; none where it cannot be read whole.
pub(super) fn decode(payload: &[u8]) -> Option<Vec<StoredPacket>> {
    let of = head(payload).filter(|_| is_sound(payload))?;
    let (table, body) = payload.get(HEAD..)?.split_at_checked(of.sources as usize)?;
    let sources = PacketSource::read_all(table)?;
    let unpacked;
    let body = if of.is_packed {
        let length = (of.body as usize).min(LONGEST);
        unpacked = zstd::bulk::decompress(body, length).ok()?;
        &unpacked
    } else {
        body
    };
    let count = of.count as usize;
    if body.len() != of.body as usize || count.checked_mul(EACH)? > body.len() {
        return None;
    }
    let (made_at, flags_at, channel_at) = (count * 8, count * 16, count * 17);
    let (source_at, length_at, mut at) = (count * 18, count * 19, count * EACH);
    let mut packets = Vec::with_capacity(count);
    let mut last = 0i64;
    for i in 0..count {
        last = last.wrapping_add(i64_at(body, i * 8)?);
        let made = last.wrapping_add(i64_at(body, made_at + i * 8)?);
        let flags = *body.get(flags_at + i)?;
        let length = u32_at(body, length_at + i * 4)? as usize;
        let bytes = body.get(at..at.checked_add(length)?)?;
        at += length;
        packets.push(StoredPacket {
            number: of.first + i as u64,
            source: Arc::clone(sources.get(usize::from(*body.get(source_at + i)?))?),
            received: Instant::from_unix_ns(last),
            generated: (flags & HAS_TIME != 0).then(|| Instant::from_unix_ns(made)),
            channel: (flags & HAS_CHANNEL != 0).then_some(*body.get(channel_at + i)?),
            bytes: bytes.into(),
        });
    }
    (at == body.len()).then_some(packets)
}
