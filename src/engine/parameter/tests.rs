//! Tests of decommutation: hand-worked bit patterns, dictionaries made here, real captures.

mod captures;
mod derived;
mod encodings;
mod make;
mod reference;
mod structure;
