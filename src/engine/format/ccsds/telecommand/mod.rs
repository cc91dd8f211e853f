//! Telecommands on the link, top to bottom: packets in segments, transfer frames, CLTUs, and the
//! protocol that makes frames arrive once and in order.
//!
//! Up: [`segments`] (232.0-B-4, 4.1.3.2) → [`TcFrame`] (4.1) → [`write_cltu`] (231.0-B-4). On
//! board: [`CltuScanner`] → [`TcFrame::read`] → [`Farm`] (232.1-B-2, FARM-1) → [`Joiner`]. Back
//! comes a [`Clcw`] (232.0-B-4, 4.2), by which [`Fop`] (FOP-1) knows what arrived. All of it is
//! pure: bytes and instants in, bytes and values out; no input panics, memory is bounded.

mod clcw;
mod cltu;
#[cfg(test)]
mod cop_tests;
mod farm;
mod fop;
mod frame;
mod segment;
#[cfg(test)]
mod tests;

pub use clcw::Clcw;
pub use cltu::{CltuScanner, write_cltu};
pub use farm::{Farm, Taken};
pub use fop::{Fop, FopEvent, FopOptions, Sending};
pub use frame::{Control, FrameType, MOST_DATA, TcFrame};
pub use segment::{Joiner, MOST_SEGMENT, segments};
