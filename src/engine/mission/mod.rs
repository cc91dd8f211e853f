//! The mission database: missions, instruments, parameters, limits, sites and displays.
//!
//! Missions are data under `assets/missions/<mission>/`, not code: `mission.toml` names the
//! mission, its sites and displays, `orbiters.toml` the orbiters above, `planning*.toml`
//! what the planner knows (see [`plan`](crate::plan)), `commands*.toml` the commands (see
//! [`commands`]), every other file of the folder is one instrument. The files in the repository are built in; [`Database::load`] reads any
//! others.

mod changes;
mod check;
pub mod command;
pub mod commands;
mod difference;
mod encoding;
mod load;
pub mod math;
mod model;
mod orbiter;
pub mod packets;
mod stale;
pub mod telemetry;
mod valid;

pub use check::wrong_limits;
pub use difference::{Change, Fate, difference};
pub use load::{MissionFile, builtin_files};
pub use model::{
    AlarmRule, Database, Display, Instrument, Limit, Mission, Parameter, Severity, Site,
    Suppression,
};
pub use orbiter::Orbiter;
pub use stale::{Stale, stale_after_s};
pub use valid::DataTime;
