//! Globe: Mars at the time cursor, with sites, the traverse of Curiosity and the marsquakes.

mod data;
mod form;
mod goals;
mod kept;
mod model;
mod save;
pub mod sources;
mod ui;

pub use data::{DataFolders, GlobeData};
pub use ui::GlobePanel;
