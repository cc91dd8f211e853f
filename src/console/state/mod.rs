//! What is only on this screen: time control, selection, settings.

mod selection;
mod time_control;

pub use selection::Selection;
pub use time_control::{Mode, TimeAxis, TimeControl};
