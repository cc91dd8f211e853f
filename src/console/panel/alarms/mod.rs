//! Alarms: what stands, what was put aside, what to do about it, and figures of how it goes.

mod actions;
mod details;
mod escalation;
mod figures;
mod lines;
mod model;
mod table;
mod ui;

pub use ui::Alarms;
