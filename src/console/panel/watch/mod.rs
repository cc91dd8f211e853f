//! Watch: both missions, one card per instrument.

mod model;
mod ui;

pub use ui::Watch;
