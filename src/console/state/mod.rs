//! What is only on this screen: time control, selection, settings.

mod selection;
mod settings;
mod time_control;

pub use selection::{LogTie, Selection};
pub use settings::{SETTINGS_FILE, Settings};
pub use time_control::{Mode, SPEEDS, TimeAxis, TimeControl};
