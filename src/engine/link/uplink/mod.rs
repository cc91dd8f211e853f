//! The way up: commands as telecommand frames to a station, acknowledged by COP-1.
//!
//! [`Uplink`] holds the connection to a station on a thread of its own, numbers the frames, sends
//! them again where they did not arrive, and tells what became of each command. What the station
//! sends back is described in `station.rs`. When the connection breaks, or COP-1 gives up, what
//! was under way is lost or returned, and the spacecraft is told a new frame number that is far
//! from the old ones, so that nothing of before can be taken for something new.

mod commands;
mod model;
mod run;
mod session;

#[cfg(test)]
mod tests;

pub use model::{Refused, UplinkConfig, UplinkEvent, UplinkStatus};
pub use run::Uplink;
