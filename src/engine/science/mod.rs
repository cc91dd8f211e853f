//! science.
