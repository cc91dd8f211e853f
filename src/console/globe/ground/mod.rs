//! The ground: its squares, what they are made of, which of them are drawn.

pub mod source;
pub mod tile;
