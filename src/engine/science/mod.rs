//! What the panels compute: emission lines of LIBS spectra, orbits and passes of orbiters.

pub mod libs;
pub mod orbit;
