//! SeqJSON 1.0.20 (NASA-AMMOS, `seq-json-schema`): sequences as the planning tools exchange them.
//!
//! [`read`] holds a document against every rule of the public schema and says at which JSON
//! pointer it breaks one and what is allowed there; beyond the schema it tells members that stand
//! twice, of which other readers keep one in silence. Numbers keep their digits and metadata its
//! order, so that [`write`] gives back every value that was read.

mod duration;
mod fields;
mod json;
mod model;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use duration::{parse_duration, print_duration};
pub use json::{Json, Number};
pub use model::{
    Action, Argument, Between, Hardware, Immediate, Metadata, Model, OnBoard, Request, SeqJson,
    Start, Step, Time, TimeKind, Value, Variable, VariableKind,
};
pub use read::read;
pub use write::{check, write};

/// Longest file that is read as a whole to find out whether it is a sequence without any step.
const SMALL: usize = 4096;

/// Whether bytes look like SeqJSON: an object of JSON with an id, metadata and any of the lists of
/// a sequence near its beginning, or a small one that is a sequence without any.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default();
    let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    let parts: [&[u8]; 4] =
        [b"\"steps\"", b"\"requests\"", b"\"immediate_commands\"", b"\"hardware_commands\""];
    let is_empty = || bytes.len() <= SMALL && read(bytes).1.is_empty();
    first == Some(&b'{')
        && has(b"\"id\"")
        && has(b"\"metadata\"")
        && (parts.iter().any(|p| has(p)) || is_empty())
}
