//! The panel passes.
