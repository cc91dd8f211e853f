//! Instants, Mars clocks, mission sols, spacecraft clocks, parsing and printing of times.
//!
//! Nothing here reads the system clock except [`SystemClock`]: the caller passes an
//! [`Instant`].

mod clock;
mod error;
mod format;
mod instant;
mod light;
mod mars;
mod parse;
mod report;
mod rotation;
mod scale;
mod sclk;
mod sol;
#[cfg(test)]
mod tests;

pub use clock::{Clock, ReplayClock, SimulatedClock, SystemClock};
pub use error::TimeError;
pub use format::{Civil, Hms, Iso, date, doy, iso};
pub use instant::{Instant, TimeRange};
pub use light::{light_time_s, mars_earth_au};
pub use mars::{MarsClock, SunPosition, planetographic_latitude_deg};
pub use parse::parse;
pub use report::{ClockReport, MissionReport};
pub use rotation::MarsRotation;
pub use scale::{LeapSeconds, jd_tt, jd_ut, tai_ns_between};
pub use sclk::{Sclk, SclkRecord, TimeSystem};
pub use sol::{Convention, Ltst, MissionClock, SolClock, SolTime};
