//! The archive: time series, products and events on disk.

mod model;

pub use model::{
    Bucket, Event, NewProduct, ParameterBatch, Pick, Product, ProductId, SeriesKey, SeriesKind,
    SeriesSummary,
};
