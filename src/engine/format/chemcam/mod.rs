//! ChemCam and SAM products: calibrated LIBS spectra (CCS), oxide tables (MOC), SAM tables, and
//! what their file names say. Sources: MSL ChemCam RDR SIS and SAM RDR DPSIS (PDS Geosciences).

mod ccs;
mod moc;
mod name;
mod sam;
#[cfg(test)]
mod tests;

pub use ccs::{Ccs, Spectrometer, read_ccs, sniff, write_ccs};
pub use moc::{MocPoint, OXIDES, Oxide, read_moc, sniff_moc};
pub use name::{ChemcamName, decode_name};
pub use sam::{SamName, SamTable, decode_sam_name, read_sam};
