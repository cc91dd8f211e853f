//! Event requests: what was asked for, what became of it, what to do next.

mod actions;
mod chip;
mod details;
mod model;
mod place;
mod table;
mod ui;

pub use ui::EventRequests;
