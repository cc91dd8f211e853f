//! Catalogue: the marsquakes and other events of the archive.

mod model;
mod ui;

pub use ui::Catalogue;
