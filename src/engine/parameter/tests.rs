//! Tests of decommutation: hand-worked bit patterns, dictionaries made here, real captures.

mod encodings;
mod make;
mod structure;
