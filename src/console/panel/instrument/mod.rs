//! Instrument: one instrument in depth.

mod ui;

pub use ui::InstrumentPanel;
