//! spice.
