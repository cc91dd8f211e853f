//! Decommutation: packets become parameter values by a plan that is compiled once.
//!
//! [`Plan::compile`] turns a telemetry dictionary into flat lists of loads, calibrations and
//! limit checks; [`Plan::decode`] walks them over a packet and fills [`Values`], whose buffers
//! live on from packet to packet. What must be remembered between packets (the newest values that
//! conditions ask for, alarm violations in a row) stands in a [`State`] that the caller owns, so
//! that a live and a replay processor share a plan and nothing else. No packet makes the decoder
//! panic, and none costs more than its length justifies. [`command`] goes the other way: a
//! telecommand and its arguments become bytes.

mod bits;
mod calibration;
pub mod command;
mod compile;
mod condition;
mod decode;
mod derived;
mod expression;
mod layout;
mod leaf;
mod plan;
mod postfix;
mod prepare;
mod scalar;
#[cfg(test)]
mod tests;
mod text;
mod values;

pub use derived::{Definition, Derived, check_derived, definitions};
pub use expression::Expression;
pub use plan::{Leaf, LeafId, Plan, RawKind, State};
pub use values::{Raw, Validity, Value, ValueId, Values};
