//! Time on screen: the top strip, the transport bar and the scrubber.

mod scrubber;
mod strip;
mod transport;

pub use scrubber::Scrubber;
pub use strip::{Sounding, StripData, strip};
pub use transport::Transport;
