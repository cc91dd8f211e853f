//! SPICE text kernels: variables, leap seconds (LSK), spacecraft clocks of type 1 (SCLK).
//!
//! After NAIF's Kernel Required Reading. [`read`] takes any bytes and returns the variables
//! it could read with a list of problems; [`leap_seconds`] and [`sclks`] make clocks of them.

mod clocks;
mod date;
mod lexer;
#[cfg(test)]
mod tests;
mod text;

pub use clocks::{leap_seconds, sclks};
pub use text::{TextKernel, Value, Variable, read, sniff};
