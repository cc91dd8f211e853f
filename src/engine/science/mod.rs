//! What the quick-look panels compute from data: emission lines of LIBS spectra.

pub mod libs;
