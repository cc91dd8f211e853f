//! The archive: time series, products and events on disk.

mod model;

pub use model::{
    Bucket, Event, LatestValue, NewProduct, ParameterBatch, Pick, Product, ProductId, QueryError,
    SeriesKey, SeriesKind, SeriesSummary,
};
