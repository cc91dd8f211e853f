//! What a panel is given to paint with, and the cache of its queries.

mod context;
mod queries;

pub use context::{Panel, ViewContext};
pub use queries::{Pending, Queries};
