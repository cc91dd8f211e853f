//! Packets: what kinds of packets come over a link, what is missing of them, and the bytes and
//! fields of one.

mod dump;
mod fields;
mod lists;
mod model;
mod ui;

pub use ui::Packets;
