//! The text form of a sequence: one step a line, in the notation of JPL's editors (SeqN).
//!
//! ```text
//! @ID "nf9030_02"
//! @METADATA "dictionary_version" "4.2"
//! # before the quake
//! A2019-207T12:16:15.587 SEIS_GAIN axis=U "HIGH" 2 true 0x1F # a note
//! R00:00:10 SEIS_RATE 20
//! @METADATA "author" "ME"
//! @MODEL "power" 12.5 "00:00:01"
//! E-00:10:00@landing APSS_ON
//! C+00:00:05 @GROUND_BLOCK("sub_spawn") 30 [(1 "a") (2 "b")]
//! ```
//!
//! A line begins with its time: `A` an instant, `R` after the start of the step before, `E` from
//! an epoch (its name behind an `@`), `C` after the end of the step before. A command follows, or
//! `@GROUND_BLOCK`, `@GROUND_EVENT`, `@ACTIVATE`, `@LOAD` with a name; then arguments, each
//! with its name and `=` before it or without; groups that repeat stand in `[( )]`. Lines of
//! `@METADATA`, `@MODEL`, `@NOTE`, `@ENGINE`, `@EPOCH` and `@RETURN` belong to the step above them.
//! [`parse`] never fails: it tells faults by line and column and keeps what it could read.

mod line;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use line::Span;
pub use parse::{Fault, Parsed, Place, parse};
pub use print::{print, print_step};
