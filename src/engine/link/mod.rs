//! Sources of bytes: what a link is, and where it stands.
//!
//! A link only fetches bytes and says how it fares; what the bytes mean is for `ingest` to find
//! out. So a source is written once and serves every format.

mod model;
mod source;

pub use model::{Delivery, Framing, LinkConfig, LinkState, LinkStatus};
pub use source::Source;
