//! The parsers of the engine by themselves, and what every fuzz target asserts.
//!
//! The folders are those of `src/engine`, compiled here without its database, network and
//! compression libraries: a fuzz run builds in a fraction of the time, and counters stand only
//! in code that reads outside bytes. It works because the parsers import nothing else (the
//! `tidy` test holds that).

#![expect(dead_code, reason = "some helpers serve only the rest of the engine")]

/// Hashes.
#[path = "../src/engine/command"]
pub mod command {
    mod digest;
    pub use digest::Digest;
}
/// What is read of deliveries.
#[path = "../src/engine/delivery"]
pub mod delivery {
    mod approvals;
    mod check;
    mod manifest;
    mod receipt;
    mod text;
    pub use approvals::Approvals;
    pub use check::check;
    pub use manifest::{MANIFEST, Manifest};
    pub use receipt::Receipt;
}
#[path = "../src/engine/format/mod.rs"]
pub mod format;
#[path = "../src/engine/mission/mod.rs"]
pub mod mission;
#[path = "../src/engine/parameter/mod.rs"]
pub mod parameter;
#[path = "../src/engine/plan/mod.rs"]
pub mod plan;
#[path = "../src/engine/problem.rs"]
pub mod problem;
#[path = "../src/engine/sequence/mod.rs"]
pub mod sequence;
/// Numbers in bytes.
#[path = "../src/engine/storage"]
pub mod storage {
    mod bytes;
    pub use bytes::{hex, i64_at, u32_at};
}
#[path = "../src/engine/time/mod.rs"]
pub mod time;

/// The parts of the clients that read what servers send, and addresses.
#[path = "../src/engine/remote"]
pub mod remote {
    pub mod fdsn {
        mod plan;
        mod source;
        pub mod text;
        pub use plan::{ChannelPattern, FetchPlan, Part, PartFormat, PlanError};
        pub use source::{FdsnSource, presets};
    }
    pub mod tiles {
        mod capabilities;
        pub mod entry;
        mod grid;
        mod picture;
        mod service;
        pub use capabilities::read_capabilities;
        pub use grid::TileKey;
        pub use picture::{heights, read_picture};
        pub use service::{Encoding, print_services, read_services};
    }
}

use format::table::{Array, ColumnData, Table};
use problem::Problem;

/// Problems say what and why, their offsets lie in the input, and the list does not grow
/// beyond what the input justifies.
pub fn problems_are_sound(problems: &[Problem], input: usize) {
    assert!(problems.len() <= input + 4096, "{} problems of {input} bytes", problems.len());
    for problem in problems {
        assert!(!problem.field.is_empty() && !problem.reason.is_empty(), "{problem:?}");
        // An offset in a file that a label names may be the one that the label states.
        let inside = problem.offset.unwrap_or(0) <= input as u64;
        assert!(inside || !problem.place.is_empty(), "{problem} of {input} bytes");
        assert!(problem.reason.len() <= 4096, "a reason of {} bytes", problem.reason.len());
    }
}

/// Columns of one table are of one height, and its cells are justified by the input.
pub fn table_is_sound(table: &Table, input: usize) {
    let mut cells = 0;
    for column in &table.columns {
        // A field in a group that is repeated zero times has no values.
        assert_eq!(column.data.len(), table.rows * column.items, "column {}", column.name);
        cells += column.data.len();
        if let ColumnData::Text(texts) = &column.data {
            let bytes: usize = texts.iter().flatten().map(String::len).sum();
            assert!(bytes <= 64 * input + 4096, "{bytes} bytes of text from {input}");
        }
    }
    assert!(cells <= 64 * input + 4096, "{cells} cells from {input} bytes");
}

/// An array holds what its shape says, and no more than the input justifies.
pub fn array_is_sound(array: &Array, input: usize) {
    assert!(array.values.len() <= 64 * input + 4096, "{} values", array.values.len());
}
