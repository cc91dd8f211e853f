//! SeedLink on the wire, versions 3 (SeisComP, "Protocol") and 4 (FDSN SeedLink 4.0).
//!
//! Bytes in, packets and replies out, and the lines that a client sends. Nothing here opens a
//! connection. [`Decoder`] takes the stream in pieces of any size; it never panics, and holds no
//! more than one packet of at most [`LARGEST_PAYLOAD`] bytes and what was pushed behind it.

mod line;
mod packet;
mod request;

#[cfg(test)]
mod tests;

pub use line::{Hello, LONGEST_LINE, Reply, hello, reply, split_line};
pub use packet::{Decoder, Item, LARGEST_PAYLOAD, Packet, V3_RECORD, write_v3, write_v4};
pub use request::{Protocol, data, glob, select, station};
