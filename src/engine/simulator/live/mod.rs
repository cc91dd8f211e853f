//! The live spacecraft: a counterpart that sends frames and takes commands.
//!
//! Pure and deterministic: no clock, no network; the same options and calls give the same bytes.

mod encoder;

#[cfg(test)]
mod tests;

pub use encoder::{Encoder, Field};
