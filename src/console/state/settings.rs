//! Settings that outlive the program: one JSON file in the folder that the caller names.
//!
//! Written beside and renamed, so that a crash leaves the old file or the new one. A file that
//! cannot be read is kept beside under another name, and the defaults are used.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use marsdeck_engine::archive::SeriesKey;
use serde::{Deserialize, Serialize};

use super::{Selection, TimeAxis};

/// Name of the file in the settings folder.
pub const SETTINGS_FILE: &str = "settings.json";

/// What panels keep of their view, by title; each panel checks its own.
pub type PanelStates = BTreeMap<String, serde_json::Value>;

/// What is remembered between two starts. Unknown entries of newer versions are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Theme: `dark` or `light`.
    pub theme: String,
    /// Workspace that was open.
    pub workspace: String,
    /// Layouts that the user changed, by workspace; each is a tree of panel titles.
    pub layouts: BTreeMap<String, serde_json::Value>,
    /// Workspaces that the user made, in the order of the screen.
    pub own_workspaces: Vec<String>,
    /// Labels of time axes.
    pub axis: TimeAxis,
    /// Replay speed.
    pub speed: f64,
    /// Selection.
    pub selection: Selection,
    /// Series of the Plots panel, by workspace.
    pub plots: BTreeMap<String, Vec<SeriesKey>>,
    /// Inner size of the window in points.
    pub window: Option<(f32, f32)>,
    /// Outer left top corner of the window in points on the desktop.
    pub window_at: Option<(f32, f32)>,
    /// Windows of their own, each a [`WindowPlace`](super::WindowPlace); one that cannot be read
    /// is left out.
    pub windows: Vec<serde_json::Value>,
    /// What panels of the main window keep of their view.
    pub panels: PanelStates,
    /// Scale of everything, 1 is normal.
    pub zoom: f32,
    /// Whether alarms are heard.
    pub sound: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "dark".to_owned(),
            workspace: "Watch".to_owned(),
            layouts: BTreeMap::new(),
            own_workspaces: Vec::new(),
            axis: TimeAxis::Utc,
            speed: 60.0,
            selection: Selection::default(),
            plots: BTreeMap::new(),
            window: None,
            window_at: None,
            windows: Vec::new(),
            panels: PanelStates::new(),
            zoom: 1.0,
            sound: true,
        }
    }
}

impl Settings {
    /// Reads the settings of a folder. No file: defaults. A broken one: defaults, with a sentence
    /// for the operator.
    pub fn load(folder: &Path) -> (Self, Option<String>) {
        let path = folder.join(SETTINGS_FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return (Self::default(), None);
            }
            Err(error) => {
                let sentence = format!(
                    "The settings in {} cannot be read ({error}); the defaults are used. \
                     Make the file readable to keep your layouts.",
                    path.display()
                );
                return (Self::default(), Some(sentence));
            }
        };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(settings) => (settings.checked(), None),
            Err(error) => {
                let aside = folder.join("settings.broken.json");
                let kept = match std::fs::rename(&path, &aside) {
                    Ok(()) => format!("it is kept as {}", aside.display()),
                    Err(error) => format!("and it cannot be set aside ({error})"),
                };
                let sentence = format!(
                    "The settings file is broken ({error}); the defaults are used, {kept}."
                );
                (Self::default(), Some(sentence))
            }
        }
    }

    /// Writes the settings into a folder, which is made where it is missing.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let text = serde_json::to_vec_pretty(self)?;
        let beside = folder.join(format!("{SETTINGS_FILE}.new"));
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(&beside, folder.join(SETTINGS_FILE))
    }

    fn checked(mut self) -> Self {
        if !self.speed.is_finite() {
            self.speed = 60.0;
        }
        self.speed = self.speed.clamp(1.0, 10_000.0);
        self.zoom = if self.zoom.is_finite() { self.zoom.clamp(0.5, 3.0) } else { 1.0 };
        self.window = self.window.filter(|(w, h)| *w >= 320.0 && *h >= 240.0 && w + h < 20_000.0);
        self.window_at = self.window_at.filter(|(x, y)| x.is_finite() && y.is_finite());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_round_trip() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("not/yet/there");
        let mut settings = Settings { theme: "light".into(), zoom: 1.25, ..Settings::default() };
        settings.layouts.insert("Mine".into(), serde_json::json!({"a": [1, 2]}));
        settings.window = Some((1280.0, 800.0));
        settings.save(&inner).expect("written");
        settings.save(&inner).expect("written again");
        assert_eq!(Settings::load(&inner), (settings, None));
        assert_eq!(std::fs::read_dir(&inner).expect("a folder").count(), 1, "nothing left beside");
    }

    #[test]
    fn no_file_is_no_warning() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Settings::load(folder.path()), (Settings::default(), None));
    }

    #[test]
    fn a_broken_file_is_kept_and_said() {
        for broken in ["", "{", "\u{0}\u{0}\u{0}", "{\"theme\": 3}"] {
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join(SETTINGS_FILE), broken).expect("written");
            let (settings, warning) = Settings::load(folder.path());
            assert_eq!(settings, Settings::default());
            assert!(warning.expect("a sentence").contains("broken"), "{broken}");
            let kept = std::fs::read_to_string(folder.path().join("settings.broken.json"));
            assert_eq!(kept.expect("kept"), broken);
        }
    }

    #[test]
    fn strange_numbers_are_brought_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = r#"{"zoom": 90, "speed": -4, "window": [1, 1], "new_in_2030": true}"#;
        std::fs::write(folder.path().join(SETTINGS_FILE), text).expect("written");
        let (settings, warning) = Settings::load(folder.path());
        assert_eq!(warning, None);
        assert_eq!((settings.zoom, settings.speed, settings.window), (3.0, 1.0, None));
    }
}
