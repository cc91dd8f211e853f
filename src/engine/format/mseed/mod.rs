//! miniSEED 2 and 3.

mod model;

pub use model::{Encoding, Header, Samples, SourceId, Trace, Version};
