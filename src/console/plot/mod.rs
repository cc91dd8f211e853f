//! Plots: series to request to aggregate to paint. Takes plain slices; of the engine it knows only
//! time and buckets.
//!
//! A panel fills a [`PlotView`] with [`Row`]s of [`Curve`]s each frame and turns the
//! [`PlotOutput`] into intents; [`PlotState`] keeps what belongs to the plot alone (locked axes,
//! the selection).

mod curve;
mod interact;
mod labels;
mod model;
mod overlay;
mod paint;
mod scale;
mod stats;
mod view;
mod xmap;

pub use model::{
    Curve, CurveData, LimitLine, Mark, PlotOutput, PlotState, PlotView, Row, TimeSpan,
};
pub use overlay::{Overlay, sol_overlays};
pub use scale::{YScale, y_ticks};
pub use stats::{Stats, stats_of_buckets, stats_of_points};
pub use xmap::XMap;
