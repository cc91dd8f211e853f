//! The way of telecommands to a spacecraft: a station that radiates CLTUs, over TCP.
//!
//! [`Uplink`] has a thread of its own that connects, runs the frame operation of COP-1
//! ([`Fop`](crate::format::ccsds::telecommand::Fop)) and tells what became of each packet. What
//! may have left is never sent again by itself: after a broken connection the operation begins
//! anew, with other frame numbers.

mod config;
mod run;
mod station;
#[cfg(test)]
mod tests;
mod tracks;

pub use config::{UplinkConfig, UplinkStatus};
pub use run::{Uplink, UplinkEvent};
pub use station::{Confirmation, Confirmations};
pub use tracks::Tracks;
