//! Instants, Mars clocks, mission sols, spacecraft clocks, parsing and printing of times.
//!
//! Nothing here reads the system clock: the caller passes an [`Instant`].

mod instant;

pub use instant::{Instant, TimeRange};
