//! Telecommands on the space link, top to bottom: segments of packets, transfer frames, CLTUs; and
//! COP-1, which says what has arrived.
//!
//! Ground: [`segments`] cuts a packet, [`Fop`] numbers the frames and repeats what was lost,
//! [`write_cltu`] makes of each what an antenna sends. Spacecraft: [`CltuScanner`] finds CLTUs in
//! a stream, [`TcFrame::parse`] reads the frame, [`Farm`] takes it or not and reports by a
//! [`Clcw`], [`Reassembly`] gives packets. All of it is pure: bytes and instants in, values out;
//! memory is bounded by stated limits, no input panics or hangs.

mod clcw;
mod cltu;
mod farm;
mod fop;
mod frame;
mod segment;

#[cfg(test)]
mod cop_tests;
#[cfg(test)]
mod tests;

pub use clcw::Clcw;
pub use cltu::{Cltu, CltuScanner, START, TAIL, write_cltu};
pub use farm::{Farm, Verdict};
pub use fop::{Alert, Directive, Fop, FopConfig, FopEvent, FopState, Transmission};
pub use frame::{Control, FRAME_OVERHEAD, LARGEST_FRAME, Service, TcFrame};
pub use segment::{Reassembly, segments};
