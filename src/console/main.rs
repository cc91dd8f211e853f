//! marsdeck.
fn main() {}
