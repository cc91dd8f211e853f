//! The live spacecraft: a counterpart that sends frames and takes commands.
//!
//! [`Spacecraft`] steps the models of its instruments in tenths of a second, packs what they
//! measure into the packets that [`crate::mission::packets`] describes, keeps them in a bounded
//! memory and sends them while an orbiter listens: TM transfer frames of 1115 bytes with error
//! control behind sync markers, real-time housekeeping on virtual channel 0, what was stored on
//! channel 1 and idle frames on channel 7. Pure and deterministic: no clock, no network; the same
//! options and calls give the same bytes, however the calls to advance are cut.
//!
//! Commands are read by the list of [`crate::mission::commands`], run for as long as it says and
//! are verified in the telemetry; sequences of commands run by the on-board clock (`sequences`),
//! tables and event requests have their own files.
//!
//! Sequence counts are per APID and virtual channel. What leaves the memory is gone: there is no
//! acknowledgement, so that a pass that nobody hears is lost. Every packet is accounted for:
//! made = sent + lost + overwritten + held, see [`Counters`].

mod actions;
mod board;
mod command;
mod delay;
mod encoder;
mod extraction;
mod fault;
mod instruments;
mod passes;
mod radio;
mod receiver;
mod seismic;
mod sequences;
mod spacecraft;
mod tables;
mod values;

#[cfg(test)]
mod tests;

pub use command::{COMMAND_APID, Command, Order, Value, decode};
pub use delay::Delay;
pub use encoder::{Encoder, Field};
pub use fault::{Fault, FaultKind};
pub use passes::{Pass, Passes};
pub use radio::{CADU_BYTES, FRAME_BYTES};
pub use receiver::Receiver;
pub use spacecraft::{Counters, Note, Options, Spacecraft};
