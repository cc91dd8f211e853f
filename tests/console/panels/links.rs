//! The panel links.
