//! The layout of the whole console to a file, and from one that a colleague sent.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use marsdeck_engine::runtime::MessageLevel;

use super::frame::App;
use super::trees::{layout_of, tree_of};
use super::workspace::{stored_tree, tree_id};
use crate::state::{
    LARGEST_LAYOUT, LayoutFile, SavedWindow, SavedWorkspace, TimeControl, WindowPlace,
};
use crate::view::{panel_states, restore_panels};

/// Reads a layout file; else a sentence that says what is wrong with it.
pub fn read_layout(path: &Path) -> Result<LayoutFile, String> {
    let file = File::open(path)
        .map_err(|error| format!("{} cannot be opened ({error}).", path.display()))?;
    let mut bytes = Vec::new();
    // One byte more than a layout may have tells that there are too many.
    file.take(LARGEST_LAYOUT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("{} cannot be read ({error}).", path.display()))?;
    LayoutFile::read(&bytes).map_err(|sentence| format!("{}: {sentence}", path.display()))
}

impl App {
    /// At the start: the windows that were open, or the layout that was asked for.
    pub(super) fn restore_desk(&mut self) {
        restore_panels(&mut self.panels, &self.settings.panels);
        self.reopen_own_windows();
        if let Some(mut file) = self.options.layout.take() {
            if self.options.workspace.is_some() {
                file.workspace.clear();
            }
            self.open_layout(file, 0.0);
        }
    }

    /// Writes workspaces, windows and plots to a file.
    pub(super) fn export_layout(&mut self, path: &Path, now_s: f64) {
        let text = self.present_layout().write();
        let (level, sentence) = match write(path, text.as_bytes()) {
            Ok(()) => {
                let sentence = format!("The layout was written to {}.", path.display());
                (MessageLevel::Info, sentence)
            }
            Err(error) => {
                let sentence = format!(
                    "The layout cannot be written to {} ({error}). Choose another folder.",
                    path.display()
                );
                (MessageLevel::Error, sentence)
            }
        };
        let now = self.now();
        self.messages.say(now, level, sentence, now_s);
    }

    fn present_layout(&self) -> LayoutFile {
        let workspaces = self.workspaces.iter().filter_map(|name| {
            let layout = match self.trees.get(name) {
                Some(tree) => layout_of(tree),
                None => layout_of(&stored_tree(&self.settings, name)),
            };
            let plots = if self.plots_of.as_ref() == Some(name) {
                Some(self.selection.plotted.clone())
            } else {
                self.settings.plots.get(name).cloned()
            };
            Some(SavedWorkspace { name: name.clone(), layout: layout?, plots })
        });
        let window = |place: WindowPlace| SavedWindow {
            layout: place.layout,
            position: place.position,
            size: place.size,
            own_clock: place.clock.is_some(),
            home: place.home,
            plots: place.plots,
            panels: place.panels,
        };
        LayoutFile {
            workspace: self.workspace.clone(),
            workspaces: workspaces.collect(),
            windows: self.own_places().into_iter().map(window).collect(),
            panels: panel_states(&self.panels, &self.panel_titles()),
        }
    }

    /// Opens a layout file; the present layout stays where it cannot be read.
    pub(super) fn open_layout_file(&mut self, path: &Path, now_s: f64) {
        match read_layout(path) {
            Ok(file) => self.open_layout(file, now_s),
            Err(sentence) => {
                let now = self.now();
                let sentence = format!("{sentence} The present layout stays.");
                self.messages.say(now, MessageLevel::Error, sentence, now_s);
            }
        }
    }

    /// Puts workspaces and windows as a file has them. Workspaces that it does not name stay.
    pub(super) fn open_layout(&mut self, file: LayoutFile, now_s: f64) {
        let (file, unknown) = file.known_only(&self.panel_titles());
        let counts = (file.workspaces.len(), file.windows.len());
        for workspace in file.workspaces {
            self.take_workspace(workspace);
        }
        if self.workspaces.contains(&file.workspace) {
            self.workspace = file.workspace;
        }
        restore_panels(&mut self.panels, &file.panels);
        self.touched = None;
        // The plots on screen are those of the file too.
        self.plots_of = None;
        self.selection.plotted = match self.settings.plots.get(&self.workspace) {
            Some(plots) => plots.clone(),
            None => crate::panel::plots_of(&self.workspace, &self.snapshot),
        };
        self.select_instrument_of_workspace();
        self.own.windows.clear();
        for window in file.windows {
            let clock = window.own_clock.then(|| TimeControl::clone(&self.time));
            self.open_own_window(WindowPlace {
                layout: window.layout,
                position: window.position,
                size: window.size,
                home: window.home,
                before: None,
                plots: window.plots,
                panels: window.panels,
                clock,
            });
        }
        self.remember_own_windows(now_s);
        self.settings_changed = Some(now_s);
        let (level, sentence) = if unknown.is_empty() {
            let sentence = format!("Layout opened: {} workspaces, {} windows.", counts.0, counts.1);
            (MessageLevel::Info, sentence)
        } else {
            let sentence = format!(
                "Layout opened without panels that this version does not have: {}.",
                unknown.join(", ")
            );
            (MessageLevel::Warning, sentence)
        };
        let now = self.now();
        self.messages.say(now, level, sentence, now_s);
    }

    fn take_workspace(&mut self, saved: SavedWorkspace) {
        let same = |name: &&String| name.eq_ignore_ascii_case(&saved.name);
        let name = self.workspaces.iter().find(same).cloned().unwrap_or_else(|| saved.name.clone());
        if !self.workspaces.contains(&name) {
            self.workspaces.push(name.clone());
            self.settings.own_workspaces.push(name.clone());
        }
        let tree = tree_of(tree_id(&name), &saved.layout);
        if let Ok(value) = serde_json::to_value(&tree) {
            self.settings.layouts.insert(name.clone(), value);
        }
        match saved.plots {
            Some(plots) => self.settings.plots.insert(name.clone(), plots),
            None => self.settings.plots.remove(&name),
        };
        self.trees.insert(name, tree);
    }
}

/// Beside and renamed, so that a crash leaves the old file or the new one.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&beside, path)
}
