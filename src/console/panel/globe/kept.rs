//! What a globe remembers with its workspace or window: view, settings, choices for layers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::LayerChoices;
use crate::globe::{Camera, GlobeSettings, GlobeView};
use crate::state::HERE;

/// What outlives the program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub camera: Camera,
    pub settings: GlobeSettings,
    pub layers: LayerChoices,
    /// The event that was selected when the globe was last on screen: it is not flown to again.
    pub event: String,
}

impl Kept {
    /// Of a globe as it is. The height of the target follows the ground; it is no choice of the
    /// user.
    pub(super) fn of(view: &GlobeView, layers: &LayerChoices, event: Option<&str>) -> Self {
        Self {
            camera: Camera { target_height_m: 0.0, ..view.camera },
            settings: view.settings.clone(),
            layers: layers.clone(),
            event: event.unwrap_or_default().to_owned(),
        }
    }

    /// Whether it is what a globe would remember now.
    pub(super) fn is_of(
        &self,
        view: &GlobeView,
        layers: &LayerChoices,
        event: Option<&str>,
    ) -> bool {
        Camera { target_height_m: 0.0, ..view.camera } == self.camera
            && view.settings == self.settings
            && *layers == self.layers
            && event.unwrap_or_default() == self.event
    }

    /// For a file; paths are only for this computer.
    pub(super) fn write(&self) -> Option<Value> {
        let layers = LayerChoices { waypoints: None, gazetteer: None, ..self.layers.clone() };
        let mut value = serde_json::to_value(Self { layers, ..self.clone() }).ok()?;
        let here = serde_json::to_value(&self.layers).ok()?;
        value.as_object_mut()?.insert(HERE.to_owned(), here);
        Some(value)
    }

    /// From a file of anybody, with values that can be used; null is a globe as it comes.
    pub(super) fn read(value: &Value) -> Option<Self> {
        if value.is_null() {
            return Some(Self::default());
        }
        let mut kept: Self = serde_json::from_value(value.clone()).ok()?;
        if let Some(here) = value.get(HERE) {
            kept.layers = serde_json::from_value(here.clone()).ok()?;
        }
        kept.camera = kept.camera.clamped();
        kept.settings = kept.settings.checked();
        Some(kept)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::globe::{LatLon, LayerSetting, MapMode};

    fn some() -> Kept {
        let mut kept = Kept::default();
        kept.camera = Camera { target: LatLon::new(-4.5, 137.4), range_m: 5e3, ..kept.camera };
        kept.settings.map = MapMode::NorthPole;
        kept.settings.layers.insert("a".into(), LayerSetting { visible: false, opacity: 0.5 });
        kept.layers.gazetteer = Some("/home/somebody/names.csv".into());
        kept.layers.twilight = true;
        kept.event = "S1222a".into();
        kept
    }

    #[test]
    fn a_globe_comes_back_whole_here_and_without_paths_elsewhere() {
        let value = some().write().expect("written");
        assert_eq!(Kept::read(&value), Some(some()));
        let kept = [("Globe".to_owned(), value)].into();
        let there = Kept::read(&crate::state::portable(kept)["Globe"]).expect("read");
        assert!(there.layers.gazetteer.is_none() && there.layers.twilight);
        assert_eq!(there.settings, some().settings);
    }

    #[test]
    fn strange_values_are_brought_back_or_left() {
        assert_eq!(Kept::read(&Value::Null), Some(Kept::default()));
        assert_eq!(Kept::read(&json!({})), Some(Kept::default()));
        for wrong in [json!(3), json!("x"), json!({ "camera": 7 }), json!({ "here": [1] })] {
            assert_eq!(Kept::read(&wrong), None, "{wrong}");
        }
        let odd = json!({
            "camera": { "range_m": -3.0, "tilt_deg": 1e300, "target": { "lat": 500, "lon": 7 } },
            "settings": { "exaggeration": 1e9, "dust": -4, "new_in_2030": 1 },
        });
        let kept = Kept::read(&odd).expect("read");
        assert_eq!(kept.camera, kept.camera.clamped());
        assert_eq!((kept.settings.exaggeration, kept.settings.dust), (20.0, 0.0));
    }

    #[test]
    fn only_what_the_operator_did_is_a_change() {
        let (mut view, layers) = (GlobeView::default(), LayerChoices::default());
        let kept = Kept::of(&view, &layers, None);
        view.camera.target_height_m = -2600.0;
        assert!(kept.is_of(&view, &layers, Some("")));
        assert!(!kept.is_of(&view, &layers, Some("S1222a")));
        view.camera.heading_deg = 5.0;
        assert!(!kept.is_of(&view, &layers, None));
    }
}
