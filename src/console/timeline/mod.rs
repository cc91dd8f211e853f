//! Time on screen: the top strip, that of windows of their own, the transport bar and the scrubber.

mod own_strip;
mod scrubber;
mod strip;
mod transport;

pub use own_strip::{OwnStripData, own_strip};
pub use scrubber::Scrubber;
pub use strip::{Sounding, StripData, strip};
pub use transport::Transport;
