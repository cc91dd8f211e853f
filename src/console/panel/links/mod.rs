//! Links: where data come from, how each source fares, and what became of what it brought.

mod details;
mod form;
mod model;
mod table;
mod ui;

pub use ui::Links;
