//! Log: what the engine said.

mod ui;

pub use ui::Log;
