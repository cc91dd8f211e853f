//! The archive: time series, products and events on disk.

mod model;
mod waveform;

pub use model::{
    Bucket, Event, LatestValue, NewProduct, ParameterBatch, Pick, Product, ProductId, QueryError,
    SeriesKey, SeriesKind, SeriesSummary,
};
pub use waveform::{WaveformError, WaveformReport, WaveformStore};
