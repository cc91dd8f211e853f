//! globe.
