//! Questions to the archive and their answers, as plain data.
//!
//! A question goes in as a [`Request`]; the answer comes back through a ticket of the runtime,
//! which is cancelled when its view moves on. [`export`] writes ranges to files.

mod answer;
pub mod export;
mod packets;
mod request;
mod spectrum;

pub use crate::archive::{LatestValue, QueryError};
pub use answer::{Decode, answer};
pub use packets::{PacketField, PacketKey, PacketPicture, PacketRow, PacketSeen};
pub use request::{Answer, Request};
pub use spectrum::{Spectrum, decode_spectrum};
