//! Plots: series to request to aggregate to paint. Takes plain slices; of the engine it knows only
//! time and buckets.

mod xmap;

pub use xmap::XMap;
