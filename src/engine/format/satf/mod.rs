//! SATF and SASF, the sequence texts of JPL's SEQGEN: activity types and activity sequences.
//!
//! [`read`] takes what the public grammar (NASA-AMMOS, `aerie-sequence-languages`) takes, and the
//! files of JPL's planner tests, in which commas may be left out before a new line. [`write`]
//! lays a file out as the public converter does. [`to_seqjson`] and [`from_seqjson`] carry what
//! both formats can say, and tell what the other one cannot.

mod from_seqjson;
mod head;
mod model;
mod read;
#[cfg(test)]
mod tests;
mod to_seqjson;
mod token;
mod write;

pub use from_seqjson::{Target, from_seqjson};
pub use model::{
    Body, Call, Definition, Entry, Field, Head, Label, Request, Satf, Step, Text, field,
};
pub use read::read;
pub use to_seqjson::to_seqjson;
pub use write::write;

/// Most problems that are told of one file.
const MOST_PROBLEMS: usize = 1000;

/// What a time can count from.
const TIME_TAGS: [&str; 7] = [
    "ABSOLUTE",
    "FROM_PREVIOUS_START",
    "FROM_REQUEST_START",
    "FROM_ACTIVITY_START",
    "EPOCH",
    "GROUND_EPOCH",
    "WAIT_PREVIOUS_END",
];

/// Whether bytes look like a SATF or SASF file: the end of its header stands near the beginning.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default();
    head.windows(5).any(|window| window == b"$$EOH")
}
