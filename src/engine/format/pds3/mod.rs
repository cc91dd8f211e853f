//! pds3.
