//! Time on screen: sol clocks, tick placement, the top strip, the transport bar and the scrubber.

mod clocks;
mod nights;
mod scrubber;
mod strip;
mod ticks;
mod transport;
mod utc;

pub use clocks::{SolClocks, SolTime, UtcOnly, clock_text};
pub use nights::{NightCache, nights};
pub use scrubber::Scrubber;
pub use strip::{StripData, strip};
pub use ticks::{Tick, TickLabels, axis_ticks};
pub use transport::{Transport, length_text};
pub use utc::{Civil, civil, from_civil, parse_utc, utc_clock, utc_date, utc_text};
