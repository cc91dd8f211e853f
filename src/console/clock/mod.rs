//! Time as the screen writes it: the trait of sol clocks, ticks of time axes, nights, UTC.

mod clocks;
mod mars;
mod nights;
mod ticks;
mod utc;

pub use clocks::{SolClocks, SolTime, TimeParser, UtcOnly, clock_text};
pub use mars::MarsClocks;
pub use nights::{NightCache, nights};
pub use ticks::{Tick, TickLabels, axis_ticks};
pub use utc::{from_civil, length_text, parse_utc, utc_clock, utc_date, utc_text};
