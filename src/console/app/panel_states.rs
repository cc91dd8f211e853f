//! What panels of the main window keep of their view: every workspace has its own.

use serde_json::Value;

use super::frame::App;
use crate::state::PanelStates;
use crate::view::{panel_states, restore_panels};

impl App {
    /// What the panels on screen keep.
    fn present_states(&self) -> PanelStates {
        panel_states(&self.panels, &self.panel_titles())
    }

    /// Gives panels what they kept in the workspace that was opened; those that kept nothing there
    /// stay as they are.
    pub(super) fn change_panels(&mut self) {
        if self.panels_of.as_ref() == Some(&self.workspace) || self.alone.is_some() {
            return;
        }
        if let Some(left) = self.panels_of.replace(self.workspace.clone()) {
            self.settings.panels.insert(left, self.present_states());
        }
        if let Some(kept) = self.settings.panels.get(&self.workspace) {
            restore_panels(&mut self.panels, kept);
        }
    }

    /// Notes what panels keep of their view for the settings.
    pub(super) fn remember_panels(&mut self, now_s: f64) {
        if self.panels_of.as_ref() != Some(&self.workspace) {
            return;
        }
        let noted = self.settings.panels.entry(self.workspace.clone()).or_default();
        for panel in &self.panels {
            let (title, state) = (panel.title(), panel.state());
            if noted.get(title) == state {
                continue;
            }
            match state {
                Some(state) => noted.insert(title.to_owned(), state.clone()),
                // A fresh one, where the one that kept something went to a window of its own.
                None => noted.remove(title),
            };
            self.settings_changed = Some(now_s);
        }
    }

    /// What the panels of a workspace keep, also while it is on screen.
    pub(super) fn states_of(&self, workspace: &str) -> PanelStates {
        if self.panels_of.as_deref() == Some(workspace) {
            return self.present_states();
        }
        self.settings.panels.get(workspace).cloned().unwrap_or_default()
    }

    /// Keeps what is on screen under the name of another workspace too.
    pub(super) fn copy_states_to(&mut self, workspace: &str) {
        self.settings.panels.insert(workspace.to_owned(), self.present_states());
    }

    /// Puts the layout and the panels of the workspace on screen back to how they came.
    pub(super) fn reset_workspace(&mut self) {
        self.settings.layouts.remove(&self.workspace);
        self.trees.remove(&self.workspace);
        self.settings.panels.remove(&self.workspace);
        for panel in &mut self.panels {
            panel.restore(&Value::Null);
        }
    }
}
