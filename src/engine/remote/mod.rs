//! Clients of remote stores. What they bring goes to a sink; they know no archive.

pub mod fdsn;
pub mod tiles;
