//! What the user chose for a globe; saved with the workspace.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ground::source::{Elevation, GroundLayers, Imagery};
use super::map::MapMode;
use super::scene::Layer;
use super::tools::bookmarks::{self, Bookmark};
use super::tools::coordinates::Coordinates;

/// How the ground is lit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Light {
    /// By the Sun at the cursor's instant, with night.
    #[default]
    Sun,
    /// By a lamp in the north-west everywhere, as on maps.
    HillShade,
    /// Not at all: pictures and colours as they are.
    Even,
}

impl Light {
    /// All of them, as the list shows them.
    pub const ALL: [Self; 3] = [Self::Sun, Self::HillShade, Self::Even];

    /// Its name in the list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sun => "Sun",
            Self::HillShade => "Hill-shade",
            Self::Even => "Even",
        }
    }
}

/// What colours the ground where no picture lies on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroundColour {
    /// One colour: only light and shadow show the relief.
    Plain,
    /// By height above the areoid.
    #[default]
    Elevation,
    /// By steepness.
    Slope,
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
    /// Show the air: haze over the limb and the distance.
    pub haze: bool,
    /// Fly smoothly to places instead of jumping.
    pub animate: bool,
    /// Let a dragged place glide on after release.
    pub inertia: bool,
    /// Whether the layer list is open.
    pub list_open: bool,
    /// What colours the ground.
    pub ground: GroundColour,
    /// Show contours; their interval follows the zoom.
    pub contours: bool,
    /// How the planet is laid out.
    pub map: MapMode,
    /// Show stars.
    pub stars: bool,
    /// Optical depth of the dust in the air, 0 to 5; Mars has 0.3 to 1 in clear seasons.
    pub dust: f32,
    /// Memory that the ground may take, MB; as much again on the graphics device.
    pub budget_mb: u32,
    /// How coordinates are written.
    pub coordinates: Coordinates,
    /// Views that the user keeps.
    pub bookmarks: Vec<Bookmark>,
    /// Choices by layer id; a layer not named shows as its maker wants.
    pub layers: BTreeMap<String, LayerSetting>,
    /// Layers that the user moved, by id, lowest first; one not named lies where its maker put it.
    pub order: Vec<String>,
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
            inertia: true,
            list_open: false,
            ground: GroundColour::Elevation,
            contours: false,
            map: MapMode::Globe,
            stars: true,
            dust: 0.0,
            budget_mb: 192,
            coordinates: Coordinates::default(),
            bookmarks: Vec::new(),
            layers: BTreeMap::new(),
            order: Vec::new(),
        }
    }
}

/// Heights and pictures with their opacity, as they lie over each other.
pub(crate) type GroundSources = (Vec<Arc<dyn Elevation>>, Vec<(Arc<dyn Imagery>, f32)>);

impl GlobeSettings {
    /// The layers of the ground that are shown, lowest first.
    pub(crate) fn ground_sources(&self, layers: &GroundLayers) -> GroundSources {
        let setting = |id: &str, visible| {
            self.layers.get(id).copied().unwrap_or(LayerSetting { visible, opacity: 1.0 })
        };
        let elevation = self.ordered(&layers.elevation, |l| &l.id).into_iter();
        let elevation = elevation.filter(|l| setting(&l.id, l.visible).visible);
        let imagery = self.ordered(&layers.imagery, |l| &l.id).into_iter().filter_map(|l| {
            let setting = setting(&l.id, l.visible);
            setting.visible.then(|| (Arc::clone(&l.source), setting.opacity))
        });
        (elevation.map(|l| Arc::clone(&l.source)).collect(), imagery.collect())
    }

    /// Layers as the user ordered them, lowest first; one that was never moved stays above the one
    /// that its maker put it on.
    pub(crate) fn ordered<'a, T>(&self, layers: &'a [T], id: impl Fn(&T) -> &str) -> Vec<&'a T> {
        let place = |layer: &T| self.order.iter().position(|known| known == id(layer));
        let mut out: Vec<&T> = layers.iter().filter(|l| place(l).is_some()).collect();
        out.sort_by_key(|l| place(l));
        let mut below: Option<&T> = None;
        for layer in layers {
            if place(layer).is_none() {
                let under = |b: &T| out.iter().position(|o| id(o) == id(b));
                let at = below.and_then(under).map_or(0, |i| i + 1);
                out.insert(at, layer);
            }
            below = Some(layer);
        }
        out
    }

    /// Moves a layer up (or down) by one among those of its group, given lowest first.
    pub(crate) fn move_layer(&mut self, group: &[&str], id: &str, up: bool) {
        let Some(at) = group.iter().position(|known| *known == id) else { return };
        let other = if up { at + 1 } else { at.wrapping_sub(1) };
        if other >= group.len() {
            return;
        }
        let mut moved = group.to_vec();
        moved.swap(at, other);
        self.order.retain(|known| !group.contains(&known.as_str()));
        self.order.extend(moved.into_iter().map(str::to_owned));
    }

    /// Puts visibility, opacity and order of all layers back to what their makers want.
    pub fn reset_layers(&mut self) {
        self.layers.clear();
        self.order.clear();
    }

    /// The same with values that can be used, whatever a file said.
    #[must_use]
    pub fn checked(mut self) -> Self {
        let or = |value: f32, low: f32, high: f32, usual: f32| {
            if value.is_finite() { value.clamp(low, high) } else { usual }
        };
        let usual = Self::default();
        let is_finite = self.exaggeration.is_finite();
        self.exaggeration = if is_finite { self.exaggeration.clamp(1.0, 20.0) } else { 1.0 };
        self.ambient = or(self.ambient, 0.0, 1.0, usual.ambient);
        self.relief = or(self.relief, 0.0, 40.0, usual.relief);
        self.dust = or(self.dust, 0.0, 5.0, usual.dust);
        self.budget_mb = self.budget_mb.clamp(16, 1 << 16);
        self.bookmarks = bookmarks::checked(self.bookmarks);
        self
    }

    /// The setting that holds for a layer.
    pub fn layer(&self, layer: &Layer) -> LayerSetting {
        let given = LayerSetting { visible: layer.visible, opacity: layer.opacity };
        self.layers.get(&layer.id).copied().unwrap_or(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(settings: &GlobeSettings, layers: &[&str]) -> String {
        let layers: Vec<String> = layers.iter().map(|l| (*l).to_owned()).collect();
        settings.ordered(&layers, |l| l).into_iter().map(String::as_str).collect()
    }

    #[test]
    fn layers_move_by_one_and_new_ones_keep_their_place() {
        let mut settings = GlobeSettings::default();
        let made = ["a", "b", "c", "d"];
        assert_eq!(order(&settings, &made), "abcd");
        settings.move_layer(&made, "b", true);
        assert_eq!(order(&settings, &made), "acbd");
        settings.move_layer(&["a", "c", "b", "d"], "d", true);
        settings.move_layer(&["a", "c", "b", "d"], "a", false);
        assert_eq!(order(&settings, &made), "acbd", "no further than the ends");
        // Layers that came later: above the one they were made above.
        assert_eq!(order(&settings, &["x", "a", "b", "y", "c", "d"]), "xacbyd");
        // Other groups keep their order.
        settings.move_layer(&["p", "q"], "p", true);
        assert_eq!(order(&settings, &made), "acbd");
        assert_eq!(order(&settings, &["p", "q"]), "qp");
        settings.reset_layers();
        assert_eq!(settings, GlobeSettings::default());
    }
}
