//! Answers a request from the archive, on whatever thread calls.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Answer, PacketPicture, QueryError, Request, decode_spectrum};
use crate::archive::{Archive, LogQuery, MessageQuery, PacketQuery, StoredPacket};
use crate::time::{Instant, TimeRange};

/// Most slices of a min/max answer: wider than any screen.
const MAX_WIDTH: u32 = 16_384;
/// Most samples of a range answer: 40 days at 1 Hz; more is asked for in pieces.
const MAX_SAMPLES: u64 = 4_000_000;
/// Most event messages on each side of an instant, and most log entries.
const MAX_MESSAGES: u32 = 10_000;
/// Most packets.
const MAX_PACKETS: u32 = 2_000;

/// Decodes packets of one link, in the order of reception, for a view.
pub type Decode<'a> = &'a dyn Fn(&[StoredPacket]) -> Result<PacketPicture, QueryError>;

/// Answers one question; looks at `cancelled` between steps. How packets are decoded is known
/// further up.
pub fn answer(
    archive: &Archive,
    request: &Request,
    decode: Decode<'_>,
    cancelled: &AtomicBool,
) -> Result<Answer, QueryError> {
    let failed = |error: crate::archive::ArchiveError| QueryError::Failed(error.to_string());
    match request {
        Request::Latest { keys, at } => keys
            .iter()
            .map(|key| match archive.latest(key, *at) {
                Err(QueryError::Unknown(_)) => Ok(None),
                other => other,
            })
            .collect::<Result<_, _>>()
            .map(Answer::Latest),
        Request::Range { key, range, limit } => {
            let limit = (*limit).min(MAX_SAMPLES);
            let (times, values, truncated) = archive.range(key, *range, limit, cancelled)?;
            Ok(Answer::Range { times, values, truncated })
        }
        Request::MinMax { key, range, width } => {
            let width = (*width).clamp(1, MAX_WIDTH);
            let (buckets, period_ns) = archive.min_max(key, *range, width, cancelled)?;
            Ok(Answer::MinMax { buckets, period_ns })
        }
        Request::Segments { key, range } => archive.segments(key, *range).map(Answer::Segments),
        Request::Events { range } => archive.events(*range).map(Answer::Events).map_err(failed),
        Request::MessagesAround { at, levels, text, each } => {
            let side = |range: TimeRange, newest: bool| {
                let limit = (*each).min(MAX_MESSAGES);
                let text = text.clone();
                let query = MessageQuery { range, levels: *levels, text, limit, newest };
                archive.messages(&query, cancelled)
            };
            let (before, more_before) = side(TimeRange::new(Instant::MIN, at.plus_ns(1)), true)?;
            let (after, more_after) = side(TimeRange::new(at.plus_ns(1), Instant::MAX), false)?;
            Ok(Answer::MessagesAround { before, after, more_before, more_after })
        }
        Request::Packets { link, at, limit } => {
            let query = PacketQuery {
                range: TimeRange::new(Instant::MIN, at.plus_ns(1)),
                link: link.clone(),
                apid: None,
                limit: (*limit).min(MAX_PACKETS) as usize,
                newest: true,
            };
            let (mut packets, _) = archive.packets(&query, cancelled)?;
            packets.sort_by_key(|packet| packet.number);
            decode(&packets).map(|picture| Answer::Packets(Arc::new(picture)))
        }
        Request::Passes { range } => archive.passes(*range, cancelled).map(Answer::Passes),
        Request::Notes(wanted) => {
            let limit = wanted.limit.min(MAX_MESSAGES);
            let (entries, truncated) =
                archive.notes(&LogQuery { limit, ..wanted.clone() }).map_err(failed)?;
            Ok(Answer::Notes { entries, truncated })
        }
        Request::Products { range, format } => {
            archive.products(*range, format).map(Answer::Products).map_err(failed)
        }
        Request::ProductBytes { id } => {
            archive.product_bytes(*id).map(|bytes| Answer::ProductBytes(Arc::new(bytes)))
        }
        Request::Spectrum { id } => archive
            .product_bytes(*id)
            .map(|bytes| Answer::Spectrum(Arc::new(decode_spectrum(&bytes)))),
    }
}
