//! Globe: Mars at the time cursor, with sites, the traverse of Curiosity and the marsquakes.

mod goals;
mod kept;
mod model;
mod save;
pub mod sources;
mod ui;

pub use ui::GlobePanel;
