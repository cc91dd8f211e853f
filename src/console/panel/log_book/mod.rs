//! Log book: what operators wrote, tied to time, mission and series.

mod form;
mod model;
mod ui;

pub use ui::LogBook;
