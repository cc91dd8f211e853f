//! Delimited tables.
