//! miniSEED 2 (SEED 2.4, chapter 8) and miniSEED 3 (FDSN), read and write.
//!
//! Bytes in, values and problems out. No input panics, hangs, or makes memory grow beyond
//! what its length justifies. [`scan`] finds records, [`decode`] gives their samples,
//! [`read`] does both and joins records to traces; [`write`] makes records.

mod bytes;
mod calendar;
mod decode;
mod model;
mod read;
mod scan;
mod steim;
mod steim_encode;
mod v2;
mod v3;
mod write;

#[cfg(test)]
mod tests;

pub use decode::decode;
pub use model::{Encoding, Header, Samples, SourceId, Trace, Version};
pub use read::read;
pub use scan::Scan;
pub use write::{WriteOptions, write};

use crate::problem::Problem;

/// Whether the bytes (the beginning of a file will do) are miniSEED of either version, or a
/// full SEED volume that holds data records.
pub fn sniff(bytes: &[u8]) -> bool {
    scan::is_header(bytes)
        || (bytes.len() > 6
            && bytes.iter().take(6).all(u8::is_ascii_digit)
            && scan::find(bytes, 0).is_some())
}

/// The header of the record that `bytes` begin with.
///
/// The length is what the record says and may reach past `bytes` (a packet that is still
/// arriving). A version 2 record without blockette 1000 ends where the next valid header
/// begins, or with `bytes`.
pub fn parse_header(bytes: &[u8]) -> Result<Header, Problem> {
    scan::parse(bytes).map(|(header, _)| header)
}

/// All records in `bytes`, in order; see [`Scan`].
pub fn scan(bytes: &[u8]) -> Scan<'_> {
    Scan::new(bytes)
}
