//! The archive: time series, products and events on disk.
//!
//! One folder, one writing process (an OS lock), many readers. What a call reports as stored is
//! durable when it returns. `FORMAT.md` beside this file is the authority on the layout.

mod catalogue;
mod error;
mod header;
mod limit;
mod message;
mod model;
mod note;
mod open;
mod packet;
mod parameter;
mod products;
mod store;
#[cfg(test)]
mod tests;
mod verify;
mod waveform;

pub use crate::format::ampcs::EvrLevel;
pub use error::ArchiveError;
/// The level of an event message.
pub use header::FORMAT;
pub use limit::LimitEdit;
pub use message::{EventMessage, Levels, MessageQuery};
pub use model::{
    AlarmMark, AlarmRow, Bucket, Event, LatestValue, NewProduct, ParameterBatch, Pick, Product,
    ProductId, QueryError, SeriesKey, SeriesKind, SeriesSummary,
};
pub use note::{LogEntry, LogQuery, MOST_NOTE_BYTES};
pub use open::Access;
pub use packet::{NewPacket, PacketPass, PacketQuery, PacketSource, StoredPacket};
pub use parameter::ParameterReport;
pub use products::PutProduct;
pub use store::{Archive, ArchiveStat};
pub use waveform::{WaveformError, WaveformReport, WaveformStore};
