//! Tests of the XTCE codec.

mod data;

use std::path::PathBuf;

/// A folder of test data beside the repository; none, and a line that says so, where it is not.
fn folder(name: &str) -> Option<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd");
    let path = PathBuf::from(root).join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {name} of E_ccsds_xtce_cmd is not present");
    None
}
