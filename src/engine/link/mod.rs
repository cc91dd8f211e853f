//! Sources of bytes: what a link is, how it is run, and where it stands.
//!
//! A link only fetches bytes and says how it fares; what the bytes mean is for `ingest` to find
//! out. So a source is written once and serves every format. Each link has a thread of its own
//! ([`Link`]); a kind of source is one file with a `run` that works until it is stopped.

mod file;
mod folder;
mod http;
mod listen;
mod model;
mod net;
mod port;
mod run;
mod seedlink;
mod source;
mod tcp;
mod udp;
mod uplink;

#[cfg(test)]
mod tests;

pub use model::{Delivery, Framing, LinkConfig, LinkState, LinkStatus};
pub use run::Link;
pub use source::Source;
pub use uplink::{
    Confirmation, Confirmations, Tracks, Uplink, UplinkConfig, UplinkEvent, UplinkStatus,
};
