//! The tests of the console package: one binary, one module per subject.

mod fake;
mod panels;
mod pictures;
mod shell;
mod tidy;
