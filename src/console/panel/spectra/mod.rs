//! Spectra: ChemCam LIBS spectra with their emission lines.

mod chart;
mod model;
mod ui;

pub use ui::Spectra;
