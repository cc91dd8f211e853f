//! Questions to the archive and their answers, as plain data.
//!
//! A question goes in as a [`Request`]; the answer comes back through a ticket of the runtime,
//! which is cancelled when its view moves on.

mod request;

pub use crate::archive::{LatestValue, QueryError};
pub use request::{Answer, Request};
