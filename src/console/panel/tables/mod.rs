//! Configuration tables of the SEIS E-box and the APSS PAE: channels, rates, filters and gains,
//! with what they lead to and which rules they break.

mod compare;
mod dumps;
mod file;
mod grid;
mod model;
mod summary;
mod ui;

pub use ui::TablesPanel;
