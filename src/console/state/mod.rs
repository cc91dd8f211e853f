//! What is only on this screen: time control, selection, settings, layouts.

mod home;
mod layout;
mod layout_file;
mod panel_states;
mod place;
mod selection;
mod session;
mod settings;
mod time_control;

pub use home::expand_home;
pub use layout::{DEEPEST, Layout, LayoutError, MOST_PARTS};
pub use layout_file::{LARGEST_LAYOUT, LayoutFile, SavedWindow, SavedWorkspace};
pub use panel_states::{HERE, PanelStates, portable};
pub use place::{WindowPlace, usual_size};
pub use selection::{GlobeLook, LogTie, Selection};
pub use session::Session;
pub use settings::{SETTINGS_FILE, Settings};
pub use time_control::{Mode, SPEEDS, TimeAxis, TimeControl};
