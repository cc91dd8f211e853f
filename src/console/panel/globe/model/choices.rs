//! What the user chose for the layers, besides what is visible; saved with the workspace.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::globe::layers::TraverseColour;

/// Choices for layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LayerChoices {
    /// What the colour along the traverse of Curiosity means.
    pub traverse: TraverseColour,
    /// A newer list of waypoints (CSV, or GeoJSON as of MMGIS); none: the built-in one.
    pub waypoints: Option<PathBuf>,
    /// A newer gazetteer (CSV, XML, or the zipped shapefile of USGS); none: the built-in one.
    pub gazetteer: Option<PathBuf>,
    /// Elevation above which an orbiter counts as visible, degrees.
    pub orbiter_minimum_deg: f64,
    /// Minutes of ground track behind and ahead of the cursor.
    pub orbiter_minutes: [f64; 2],
    /// Sols in which a quake fades to a third of its colour.
    pub quake_fade_sols: f64,
    /// Whether the lines of civil and nautical twilight are drawn with that of day and night.
    pub twilight: bool,
}

impl Default for LayerChoices {
    fn default() -> Self {
        Self {
            traverse: TraverseColour::default(),
            waypoints: None,
            gazetteer: None,
            orbiter_minimum_deg: 10.0,
            orbiter_minutes: [30.0, 60.0],
            quake_fade_sols: 120.0,
            twilight: false,
        }
    }
}
