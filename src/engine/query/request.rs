//! The questions that a view may ask.

use std::sync::Arc;

use super::{PacketPicture, Spectrum};
use crate::archive::{
    Bucket, Event, EventMessage, LatestValue, Levels, LogEntry, LogQuery, PacketPass, Product,
    ProductId, SeriesKey,
};
use crate::time::{Instant, TimeRange};

/// A question to the archive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// For each series the newest sample at or before an instant.
    Latest {
        /// Which series.
        keys: Vec<SeriesKey>,
        /// At or before when.
        at: Instant,
    },
    /// Every sample of a range, at most `limit` of them (the earliest).
    Range {
        /// Which series.
        key: SeriesKey,
        /// When.
        range: TimeRange,
        /// Most samples wanted.
        limit: u64,
    },
    /// Exact minimum, maximum and sum in `width` equal slices of a range.
    MinMax {
        /// Which series.
        key: SeriesKey,
        /// When.
        range: TimeRange,
        /// Number of slices, 1 to 16 384.
        width: u32,
    },
    /// The stretches of a range that hold data.
    Segments {
        /// Which series.
        key: SeriesKey,
        /// When.
        range: TimeRange,
    },
    /// Events whose time or span touches a range.
    Events {
        /// When.
        range: TimeRange,
    },
    /// Event messages around an instant, a bounded number on each side.
    MessagesAround {
        /// When.
        at: Instant,
        /// Levels that are wanted.
        levels: Levels,
        /// Words that must all occur in module, name or message, letter case ignored.
        text: String,
        /// Most messages wanted on each side.
        each: u32,
    },
    /// The packets of a link up to an instant, decoded as the dictionaries of now read them.
    Packets {
        /// Name of the link.
        link: String,
        /// Made at or before when.
        at: Instant,
        /// Most packets wanted, the newest.
        limit: u32,
    },
    /// Stretches of reception over all links.
    Passes {
        /// Of the time of reception.
        range: TimeRange,
    },
    /// Entries of the operator's log book.
    Notes(LogQuery),
    /// Products whose span touches a range (all without a span too), newest stored first.
    Products {
        /// When.
        range: TimeRange,
        /// Format identifier; empty for all.
        format: String,
    },
    /// The bytes of one product.
    ProductBytes {
        /// Which.
        id: ProductId,
    },
    /// A ChemCam CCS product, decoded.
    Spectrum {
        /// Which.
        id: ProductId,
    },
}

/// What came back.
#[derive(Clone, Debug)]
pub enum Answer {
    /// In the order of the request; none where the series has no sample so early.
    Latest(Vec<Option<LatestValue>>),
    /// Times and values, ascending in time, equal lengths.
    Range {
        /// Sample times.
        times: Vec<Instant>,
        /// Sample values.
        values: Vec<f64>,
        /// Whether the limit cut the answer short.
        truncated: bool,
    },
    /// `width` slices of the requested range.
    MinMax {
        /// The slices, earliest first.
        buckets: Vec<Bucket>,
        /// Nominal time between samples in nanoseconds (0 unknown): an empty slice is a gap only
        /// where slices are wider than this.
        period_ns: f64,
    },
    /// Stretches with data, ascending, not touching.
    Segments(Vec<TimeRange>),
    /// Events, ascending in time.
    Events(Vec<Event>),
    /// Event messages on both sides of an instant.
    MessagesAround {
        /// The newest ones at or before it, ascending in time.
        before: Vec<EventMessage>,
        /// The oldest ones after it, ascending in time.
        after: Vec<EventMessage>,
        /// Whether there are earlier ones than these.
        more_before: bool,
        /// Whether there are later ones than these.
        more_after: bool,
    },
    /// Packets of a link.
    Packets(Arc<PacketPicture>),
    /// Passes, ascending in time.
    Passes(Vec<PacketPass>),
    /// Entries of the log book.
    Notes {
        /// The entries, ascending in the time they are about.
        entries: Vec<LogEntry>,
        /// Whether earlier ones were left out.
        truncated: bool,
    },
    /// Products.
    Products(Vec<Product>),
    /// Bytes of a product.
    ProductBytes(Arc<Vec<u8>>),
    /// A decoded spectrum.
    Spectrum(Arc<Spectrum>),
}
