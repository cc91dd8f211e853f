//! What a console is started with.

use std::path::PathBuf;
use std::sync::Arc;

use marsdeck_engine::time::{Instant, TimeRange};

use crate::clock::{MarsClocks, SolClocks};
use crate::state::{LayoutFile, Session};

/// How to start a console. All of it may be left at its default.
#[derive(Clone)]
pub struct Options {
    /// Folder of the settings; none: nothing is remembered.
    pub settings_folder: Option<PathBuf>,
    /// Folder to read the list of map data from where nothing is remembered.
    pub map_data_folder: Option<PathBuf>,
    /// Folder of the map tiles that servers gave; none: they are not kept.
    pub tiles_folder: Option<PathBuf>,
    /// Sol clocks of the missions.
    pub clocks: Arc<dyn SolClocks>,
    /// The time of day, for the age of data and for messages; none: the newest data are now.
    pub now: Option<fn() -> Instant>,
    /// Workspace to open instead of the remembered one.
    pub workspace: Option<String>,
    /// Mission in focus instead of the remembered one.
    pub mission: Option<String>,
    /// Theme instead of the remembered one.
    pub theme: Option<String>,
    /// Event to select, by its id.
    pub event: Option<String>,
    /// Where the cursor starts, paused; none: live at the newest data.
    pub at: Option<Instant>,
    /// The range to start with; none: about a sol around the cursor.
    pub range: Option<TimeRange>,
    /// A layout to open instead of the remembered one.
    pub layout: Option<LayoutFile>,
    /// Whether to start in kiosk mode.
    pub kiosk: bool,
    /// Who sits at the console, for the journal of alarms.
    pub operator: String,
    /// The session of whoever logs in here.
    pub session: Session,
    /// Whether pixels are drawn by the processor: repaints become rarer.
    pub software: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            settings_folder: None,
            map_data_folder: None,
            tiles_folder: None,
            clocks: Arc::new(MarsClocks::default()),
            now: None,
            workspace: None,
            mission: None,
            theme: None,
            event: None,
            at: None,
            range: None,
            layout: None,
            kiosk: false,
            operator: "operator".to_owned(),
            session: Session::new([0; 32]),
            software: false,
        }
    }
}
