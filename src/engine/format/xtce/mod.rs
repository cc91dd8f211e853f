//! XTCE 1.2 (OMG formal/18-10-04, CCSDS 660.0-B-2): definitions of telemetry and commands read and
//! written.
//!
//! A dictionary may stand in several files that name what the others define: [`read_all`] makes
//! one of them. Files that others include (`XInclude` 1.0) stand where these want them.
//!
//! Names are matched without their namespace, so files of XTCE 1.1 and files that declare no
//! namespace are read as well. What is not supported is a problem at its element and line; what
//! only describes (aliases, notes) is one problem for all elements of a name. Nothing that is
//! left out moves what stands behind it: entries whose place is not known any more are left out
//! too, and the problem says how many.

mod alarms;
mod commands;
mod conditions;
mod containers;
mod duration;
mod encodings;
mod entries;
mod graph;
mod names;
mod notes;
mod read;
mod set;
mod types;
mod verifiers;
mod write;
mod write_commands;
mod write_conditions;
mod write_types;
mod xml;

#[cfg(test)]
mod tests;

pub use set::{Needs, SourceFile, needs, read, read_all, sets, sniff};
pub use write::{write, write_all};
