//! Layouts as files that colleagues send each other: JSON with a version.
//!
//! ```json
//! { "format": "marsdeck layout", "version": 1, "workspace": "Watch",
//!   "workspaces": [ { "name": "Watch", "layout": { "tabs": ["Watch", "Alarms"], "front": 0 },
//!                     "plots": [ { "name": "/insight/apss/pressure", "product": "calibrated" } ] } ],
//!   "windows": [ { "layout": "Globe", "position": [1920, 0], "size": [860, 600],
//!                  "own_clock": true, "plots": [] } ] }
//! ```

use std::collections::HashSet;

use marsdeck_engine::archive::SeriesKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PanelStates;
use super::layout::{Layout, name};
use super::place::usual_size;

/// What `format` says.
const FORMAT: &str = "marsdeck layout";
/// The version that is written, and the newest that is read.
const VERSION: u64 = 1;
/// Largest file in bytes.
pub const LARGEST_LAYOUT: u64 = 1 << 20;
/// Most workspaces, windows, and series of a workspace.
const MOST_WORKSPACES: usize = 60;
const MOST_WINDOWS: usize = 16;
const MOST_SERIES: usize = 64;

/// A layout of the whole console.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayoutFile {
    /// The workspace to open.
    #[serde(default)]
    pub workspace: String,
    /// Workspaces in the order of the screen.
    #[serde(default)]
    pub workspaces: Vec<SavedWorkspace>,
    /// Windows of their own.
    #[serde(default)]
    pub windows: Vec<SavedWindow>,
    /// What the panels of the main window keep of their view.
    #[serde(default, skip_serializing_if = "PanelStates::is_empty")]
    pub panels: PanelStates,
}

/// A workspace of a layout file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedWorkspace {
    /// Its name on the strip.
    pub name: String,
    /// What it shows.
    pub layout: Layout,
    /// The series of its plots; none: those made for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plots: Option<Vec<SeriesKey>>,
}

/// A window of its own of a layout file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedWindow {
    /// What it shows.
    pub layout: Layout,
    /// Its outer left top corner in points on the desktop.
    #[serde(default)]
    pub position: Option<(f32, f32)>,
    /// Its inner size in points.
    #[serde(default = "usual_size")]
    pub size: (f32, f32),
    /// Whether it has its own clock.
    #[serde(default)]
    pub own_clock: bool,
    /// The workspace that its panels came from.
    #[serde(default)]
    pub home: String,
    /// The series of its plots.
    #[serde(default)]
    pub plots: Vec<SeriesKey>,
    /// What its panels keep of their view.
    #[serde(default, skip_serializing_if = "PanelStates::is_empty")]
    pub panels: PanelStates,
}

impl LayoutFile {
    /// As the text of a file.
    pub fn write(&self) -> String {
        let mut value = serde_json::json!({ "format": FORMAT, "version": VERSION });
        if let (Value::Object(head), Ok(Value::Object(body))) =
            (&mut value, serde_json::to_value(self))
        {
            head.extend(body);
        }
        let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a file of anybody; else a sentence that says what is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() as u64 > LARGEST_LAYOUT {
            return Err("The file is larger than any layout; choose a layout file.".to_owned());
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|error| {
            format!("The file is no layout: it is not JSON ({error}). Ask for it to be sent again.")
        })?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            let sentence = "The file is JSON but no layout of marsdeck; choose another one.";
            return Err(sentence.to_owned());
        }
        match value.get("version").and_then(Value::as_u64) {
            Some(1..=VERSION) => {}
            Some(newer) if newer > VERSION => {
                return Err(format!(
                    "The layout has version {newer}, and this console reads up to {VERSION}. \
                     Install a newer marsdeck to open it."
                ));
            }
            _ => return Err("The layout has no version that is known.".to_owned()),
        }
        let file: Self = serde_json::from_value(value)
            .map_err(|error| format!("The layout cannot be read: {error}."))?;
        file.check().map_err(|what| format!("The layout cannot be used: {what}."))?;
        Ok(file)
    }

    fn check(&self) -> Result<(), String> {
        let mut names = HashSet::new();
        for workspace in &self.workspaces {
            name(&workspace.name).map_err(|error| error.to_string())?;
            if !names.insert(workspace.name.to_lowercase()) {
                return Err(format!("it has two workspaces “{}”", workspace.name));
            }
        }
        let plots = self.workspaces.iter().filter_map(|workspace| workspace.plots.as_ref());
        let mut plots = plots.chain(self.windows.iter().map(|window| &window.plots));
        if self.workspaces.len() > MOST_WORKSPACES {
            return Err(format!("it has more than {MOST_WORKSPACES} workspaces"));
        }
        if self.windows.len() > MOST_WINDOWS {
            return Err(format!("it has more than {MOST_WINDOWS} windows"));
        }
        if plots.any(|plots| plots.len() > MOST_SERIES) {
            return Err(format!("it plots more than {MOST_SERIES} series at one place"));
        }
        if self.workspaces.is_empty() && self.windows.is_empty() {
            return Err("it has neither workspaces nor windows".to_owned());
        }
        Ok(())
    }

    /// Without panels that this version does not have, and their titles, each once. Workspaces and
    /// windows of which nothing is left are left out too.
    #[must_use]
    pub fn known_only(mut self, titles: &[&str]) -> (Self, Vec<String>) {
        let mut unknown: Vec<String> = Vec::new();
        let layouts = self.workspaces.iter().map(|workspace| &workspace.layout);
        for layout in layouts.chain(self.windows.iter().map(|window| &window.layout)) {
            for title in layout.panels() {
                if !titles.contains(&title) && !unknown.iter().any(|known| known == title) {
                    unknown.push(title.to_owned());
                }
            }
        }
        let keep = |title: &str| titles.contains(&title);
        self.workspaces = self
            .workspaces
            .into_iter()
            .filter_map(|w| Some(SavedWorkspace { layout: w.layout.retain(&keep)?, ..w }))
            .collect();
        self.windows = self
            .windows
            .into_iter()
            .filter_map(|w| Some(SavedWindow { layout: w.layout.retain(&keep)?, ..w }))
            .collect();
        (self, unknown)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::layout::tests::any_layout;
    use super::*;

    fn panels(some: bool) -> PanelStates {
        let state = serde_json::json!({"camera": {"range_m": 1.5}});
        some.then(|| ("Globe".to_owned(), state)).into_iter().collect()
    }

    fn any_file() -> impl Strategy<Value = LayoutFile> {
        let workspace = any_layout().prop_map(|layout| SavedWorkspace {
            name: String::new(),
            layout,
            plots: Some(vec![SeriesKey::new("x", "raw")]),
        });
        let window = (any_layout(), any::<bool>(), any::<(i16, i16)>()).prop_map(
            |(layout, own_clock, (x, y))| SavedWindow {
                layout,
                position: own_clock.then_some((f32::from(x), f32::from(y))),
                size: usual_size(),
                own_clock,
                home: "Watch".to_owned(),
                plots: Vec::new(),
                panels: panels(own_clock),
            },
        );
        let workspaces = prop::collection::vec(workspace, 1..4);
        (workspaces, prop::collection::vec(window, 0..3)).prop_map(|(mut workspaces, windows)| {
            for (i, workspace) in workspaces.iter_mut().enumerate() {
                workspace.name = format!("Number {i}");
            }
            let workspace = "Number 0".to_owned();
            LayoutFile { workspace, workspaces, windows, panels: panels(true) }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn files_survive(file in any_file()) {
            let text = file.write();
            let back = LayoutFile::read(text.as_bytes()).expect("read");
            // Shares lose digits the first time.
            prop_assert_eq!(back.write(), text);
        }

        #[test]
        fn damaged_files_give_a_layout_or_a_sentence(
            file in any_file(),
            at in any::<prop::sample::Index>(),
            length in 0_usize..30,
            put in "[\\[\\]{}\":,0-9eE.a-z-]{0,6}",
        ) {
            let text = file.write();
            let start = at.index(text.len());
            let end = (start + length).min(text.len());
            let damaged = format!("{}{put}{}", &text[..start], &text[end..]);
            match LayoutFile::read(damaged.as_bytes()) {
                Ok(file) => prop_assert!(file.check().is_ok()),
                Err(sentence) => prop_assert!(sentence.ends_with('.'), "{}", sentence),
            }
        }

        #[test]
        fn any_bytes_give_a_sentence(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(LayoutFile::read(&bytes).is_err());
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let of = |text: &str| LayoutFile::read(text.as_bytes()).expect_err(text);
        let head = r#""format": "marsdeck layout""#;
        assert!(of(r#"{"version": 1}"#).contains("no layout"));
        assert!(of(&format!("{{{head}, \"version\": 9}}")).contains("version 9"));
        assert!(of(&format!("{{{head}, \"version\": \"one\"}}")).contains("no version"));
        assert!(of(&format!("{{{head}, \"version\": 1}}")).contains("neither"));
        let one = r#"{"name": "A", "layout": "Watch"}"#;
        let twice = format!("{{{head}, \"version\": 1, \"workspaces\": [{one}, {one}]}}");
        assert!(of(&twice).contains("two workspaces"));
        let wide = format!(
            r#"{{{head}, "version": 1, "windows": [{{"layout": "Watch", "size": [1e999, 2]}}]}}"#
        );
        assert!(of(&wide).contains("JSON"));
        let null = format!(
            r#"{{{head}, "version": 1, "windows": [{{"layout": "Watch", "size": [null, 2]}}]}}"#
        );
        assert!(of(&null).contains("cannot be read"));
        let deep = format!("{{{head}, \"x\": {}", "[".repeat(5000));
        assert!(of(&deep).contains("not JSON"));
        assert!(LayoutFile::read(&vec![b' '; 2 << 20]).is_err());
    }

    #[test]
    fn unknown_panels_are_told_and_left_out() {
        let text = r#"{"format": "marsdeck layout", "version": 1, "workspaces": [
            {"name": "A", "layout": {"row": ["Watch", {"tabs": ["Warp drive", "Log"]}]}},
            {"name": "B", "layout": "Warp drive"}]}"#;
        let file = LayoutFile::read(text.as_bytes()).expect("a layout");
        let (file, unknown) = file.known_only(&["Watch", "Log"]);
        assert_eq!(unknown, ["Warp drive"]);
        assert_eq!(file.workspaces.len(), 1);
        assert_eq!(file.workspaces[0].layout.panels(), ["Watch", "Log"]);
    }
}
