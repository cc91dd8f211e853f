//! The tests of the console package: one binary, one module per subject.

mod tidy;
