//! The mission database: missions, instruments, parameters, limits, sites and displays.
//!
//! Missions are data under `assets/missions/<mission>/`, not code.

mod model;

pub use model::{Database, Display, Instrument, Limit, Mission, Parameter, Severity, Site};
