//! quakeml.
