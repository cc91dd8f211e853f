//! XTCE 1.2 (OMG formal/18-10-04, CCSDS 660.0-B-2): telemetry definitions read and written.
//!
//! Names are matched without their namespace, so files of XTCE 1.1 and files that declare no
//! namespace are read as well. What is not supported is a problem at its element and line; what
//! only describes (aliases, notes) is one problem for all elements of a name. Nothing that is
//! left out moves what stands behind it: entries whose place is not known any more are left out
//! too, and the problem says how many.

mod alarms;
mod conditions;
mod containers;
mod encodings;
mod graph;
mod names;
mod notes;
mod read;
mod types;
mod write;
mod write_types;
mod xml;

#[cfg(test)]
mod tests;

pub use read::{read, sniff};
pub use write::write;
