//! The panel health.
