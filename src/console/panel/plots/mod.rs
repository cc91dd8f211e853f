//! Plots: any series over time, in rows that share axes by unit.

mod curves;
mod model;
mod statistics;
mod ui;

pub use model::plots_of;
pub use ui::Plots;
