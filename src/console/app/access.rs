//! What drivers of the console look at: tests, the offscreen renderer, the command line.

use super::frame::App;
use super::workspace;
use crate::intent::IntentQueue;
use crate::state::{Selection, TimeControl};

impl App {
    /// Shows one panel alone, without strip and bars.
    pub fn show_alone(&mut self, title: &str) {
        self.alone = Some(workspace::single_tree(title));
    }

    /// Titles of the panels that exist.
    pub fn panel_titles(&self) -> Vec<&'static str> {
        self.panels.iter().map(|panel| panel.title()).collect()
    }

    /// Time cursor and range.
    pub fn time(&self) -> &TimeControl {
        &self.time
    }

    /// Selection.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Workspace on screen.
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// Lays a map on all globes; false where its name is not that of one.
    pub fn lay_on_globe(&self, file: &std::path::Path) -> bool {
        self.globe_data.takes(file)
    }

    /// Where wishes go; also for drivers without a window.
    pub fn intents(&self) -> &IntentQueue {
        &self.intents
    }

    /// Whether any query is under way, or map data that a globe shows are: an offscreen picture waits until not.
    pub fn is_loading(&self) -> bool {
        self.queries.is_loading()
            || self.globe_data.is_waiting()
            || self.own.windows.iter().any(|window| window.queries.is_loading())
    }

    /// The clocks of the windows of their own, in the order in which they were opened; those of
    /// windows that follow are as that of the main one.
    pub fn own_times(&self) -> Vec<&TimeControl> {
        self.own.windows.iter().map(|window| &window.time).collect()
    }
}
