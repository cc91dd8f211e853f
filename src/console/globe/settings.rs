//! What the user chose for a globe; saved with the workspace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::scene::Layer;

/// How the ground is lit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Light {
    /// By the Sun at the cursor's instant, with night.
    #[default]
    Sun,
    /// By a lamp in the north-west everywhere, as on maps.
    HillShade,
}

/// The user's choice for one layer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerSetting {
    /// Shown.
    pub visible: bool,
    /// 0 to 1.
    pub opacity: f32,
}

/// All settings of a globe but the camera.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GlobeSettings {
    /// Heights above the areoid are drawn so many times larger, 1 to 20.
    pub exaggeration: f64,
    /// Light on the night side, 0 to 1.
    pub ambient: f32,
    /// What lights the ground.
    pub light: Light,
    /// Strength of the hill-shade, 0 to 40; slopes of a few per cent need about 10.
    pub relief: f32,
    /// Show the graticule.
    pub graticule: bool,
    /// Show the legend of heights.
    pub legend: bool,
    /// Show haze at the limb.
    pub haze: bool,
    /// Fly smoothly to places instead of jumping.
    pub animate: bool,
    /// Whether the layer list is open.
    pub list_open: bool,
    /// Choices by layer id; a layer not named shows as its maker wants.
    pub layers: BTreeMap<String, LayerSetting>,
}

impl Default for GlobeSettings {
    fn default() -> Self {
        Self {
            exaggeration: 1.0,
            ambient: 0.12,
            light: Light::Sun,
            relief: 9.0,
            graticule: true,
            legend: true,
            haze: true,
            animate: true,
            list_open: false,
            layers: BTreeMap::new(),
        }
    }
}

impl GlobeSettings {
    /// The setting that holds for a layer.
    pub fn layer(&self, layer: &Layer) -> LayerSetting {
        let given = LayerSetting { visible: layer.visible, opacity: layer.opacity };
        self.layers.get(&layer.id).copied().unwrap_or(given)
    }
}
