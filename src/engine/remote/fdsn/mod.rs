//! Client of the FDSN web services `dataselect`, `station`, `event` and `availability`
//! (FDSN Web Service Specification 1.2; FACTS 4.4).
//!
//! A fetch is cut into parts of a fixed name (a channel pattern and a day). Only complete,
//! checked parts reach the [`FetchSink`], and parts it already has are not asked for again, so a
//! fetch that was stopped goes on where it was. One connection at a time; the calling thread
//! blocks, so it must not be the one that draws.

mod check;
mod fetch;
pub(in crate::remote) mod http;
mod plan;
mod source;
mod status;
pub mod text;

#[cfg(test)]
mod tests;

pub use fetch::{
    Estimate, EstimateBasis, FetchError, FetchProgress, FetchReport, FetchSink, Fetcher,
};
pub use http::Limits;
pub use plan::{ChannelPattern, FetchPlan, Part, PartFormat, PlanError};
pub use source::{FdsnSource, presets};
