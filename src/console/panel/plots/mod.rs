//! Plots: any series over time, in rows that share axes by unit.

mod curves;
mod model;
mod statistics;
mod ui;

pub use ui::Plots;
