//! Passes: stretches of reception per link as this console saw them, how late their packets came,
//! and what was received of what was to be expected, by sol.

mod completeness;
mod model;
mod ui;

pub use ui::Passes;
