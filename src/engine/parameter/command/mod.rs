//! Telecommands: a command of a dictionary and its arguments become bytes.
//!
//! [`encode`] is pure: the same command, arguments and parameters give the same bytes, and whatever
//! does not fit is a sentence about the argument that it is about. Calibrators of arguments lead
//! from the engineering value, which an operator gives, to the raw one, as Yamcs takes them; what
//! comes out is rounded to the nearest whole number where the encoding is one. Parameters in a
//! command (headers that telemetry has too) get the value that the restrictions of its containers
//! state, else the one that the caller knows, else their initial one.
//!
//! Counts that say how many elements an array has need not be given: they follow from the array.
//! Sequence counts, packet lengths and checksums are the business of who sends the packet.

mod compound;
mod encode;
mod finish;
mod given;
mod number;
mod packet;
mod scope;
mod text;
mod value;

#[cfg(test)]
mod tests;

pub use encode::{Encoded, EncodedField, encode};
pub use finish::finish_packet;
pub use given::Given;
pub use scope::compare;
