//! QuakeML 1.2 (basic event description) with the Mars and single-station extensions.
//!
//! Bytes in, [`Event`]s and problems out, and back. Ordinary QuakeML is read as well. The
//! extensions are those of the Marsquake Service catalogue, DOI 10.12686/a21.

mod model;
mod pdf;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use model::{Arrival, Event, Magnitude, Origin, Pick, Real, Timing};
pub use read::{read, sniff};
pub use write::write;
