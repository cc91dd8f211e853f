//! The links of an archive at work: one thread that looks after them, two for each.
//!
//! A link's own thread fetches bytes ([`crate::link`]); a second one makes values of them
//! ([`crate::ingest::live`]) and stores them. Between the two is a bounded queue: a stream waits
//! when it is full, datagrams are dropped and counted. No link waits for another.

mod file;
#[cfg(test)]
mod simulation;
mod switchboard;
#[cfg(test)]
mod tests;
mod worker;

pub use file::{links, set_links};
pub(super) use switchboard::{LinkOrder, Live, Switchboard};
