//! pds4.
