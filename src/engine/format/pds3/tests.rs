//! PDS3.
