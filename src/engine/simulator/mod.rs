//! The simulated spacecraft: seeded, deterministic sols of InSight and Curiosity.
//!
//! Models of FACTS section 6 make records, tables, spectra and a catalogue in the formats that
//! real data come in; they go through [`crate::ingest`] like any data, under the product identity
//! `simulated`.

mod catalogue;
mod craft;
mod curiosity;
mod insight;
pub mod live;
mod messages;
mod noise;
mod quake;
mod run;
mod seismometer;
mod series;
mod sol;
mod spectra;
mod weather;

pub use run::{DEMO_SOLS, Progress, SimulationReport, SimulatorError, SolOrder, demo, simulate};
