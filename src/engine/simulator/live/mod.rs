//! The live spacecraft: a counterpart that sends frames and takes commands.
//!
//! [`Spacecraft`] steps the models of its instruments in tenths of a second, packs what they
//! measure into the packets that [`crate::mission::packets`] describes, keeps them in a bounded
//! memory and sends them while an orbiter listens: TM transfer frames of 1115 bytes with error
//! control behind sync markers, real-time housekeeping on virtual channel 0, what was stored on
//! channel 1 and idle frames on channel 7. Pure and deterministic: no clock, no network; the same
//! options and calls give the same bytes, however the calls to advance are cut.
//!
//! Sequence counts are per APID and virtual channel. What leaves the memory is gone: there is no
//! acknowledgement, so that a pass that nobody hears is lost. Every packet is accounted for:
//! made = sent + lost + overwritten + held, see [`Counters`].
//!
//! Commands come as packets, or as CLTUs by way of a [`Station`] to the [`CommandReceiver`].

mod actions;
mod command;
mod delay;
mod encoder;
mod fault;
mod instruments;
mod passes;
mod radio;
mod seismic;
mod spacecraft;
mod station;
mod uplink;
mod values;

#[cfg(test)]
mod tests;

pub use command::{COMMAND_APID, Command};
pub use delay::Delay;
pub use encoder::{Encoder, Field};
pub use fault::{Fault, FaultKind};
pub use passes::{Pass, Passes};
pub use radio::{CADU_BYTES, FRAME_BYTES};
pub use spacecraft::{Counters, Note, Options, Spacecraft};
pub use station::{Arrived, Station};
pub use uplink::{COMMAND_CHANNEL, CommandReceiver, Received, spacecraft_id};
