//! Seismogram: the components of one station and band, with events and picks.

mod model;
mod requests;
mod traces;
mod ui;

pub use ui::Seismogram;
