//! Parameters: every series of the archive as a tree and a table.

mod model;
mod ui;

pub use ui::Parameters;
