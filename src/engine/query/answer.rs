//! Answers a request from the archive, on whatever thread calls.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Answer, QueryError, Request, decode_spectrum};
use crate::archive::{Archive, MessageQuery};

/// Most slices of a min/max answer: wider than any screen.
const MAX_WIDTH: u32 = 16_384;
/// Most samples of a range answer: 40 days at 1 Hz; more is asked for in pieces.
const MAX_SAMPLES: u64 = 4_000_000;
/// Most event messages of an answer.
const MAX_MESSAGES: u32 = 10_000;

/// Answers one question; looks at `cancelled` between steps.
pub fn answer(
    archive: &Archive,
    request: &Request,
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
        Request::Messages(query) => {
            let query = MessageQuery { limit: query.limit.min(MAX_MESSAGES), ..query.clone() };
            let (messages, truncated) = archive.messages(&query, cancelled)?;
            Ok(Answer::Messages { messages, truncated })
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
