//! Named features of the gazetteer.

use egui::Color32;

use super::place;
use crate::globe::geodesy::LatLon;
use crate::globe::scene::{LabelMark, Layer};

/// Length on which the name of an albedo feature lies: the list gives none. They are the dark and
/// bright regions of telescopes.
const ALBEDO_KM: f64 = 450.0;
/// Length for other features without one.
const UNKNOWN_KM: f64 = 10.0;

/// A named feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// IAU type, for example `Crater` or `Planitia`.
    pub kind: String,
    /// Its middle.
    pub place: LatLon,
    /// Diameter or length, km; 0: not known.
    pub diameter_km: f64,
}

impl Feature {
    /// The length that its name may take, km.
    pub fn extent_km(&self) -> f64 {
        match self.diameter_km {
            d if d > 0.0 => d.max(1.0),
            _ if self.kind.starts_with("Albedo") => ALBEDO_KM,
            _ => UNKNOWN_KM,
        }
    }
}

/// The built-in features (assets/globe/features.csv), largest first.
pub fn known_features() -> Vec<Feature> {
    parse_features(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/globe/features.csv")))
}

/// Features from lines `name,type,lat,lon_e,diameter_km`, largest first; other lines are left out.
pub fn parse_features(text: &str) -> Vec<Feature> {
    let feature = |line: &str| {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [name, kind, lat, lon, diameter] = cells[..] else { return None };
        Some(Feature {
            name: name.to_owned(),
            kind: kind.to_owned(),
            place: place(lat, lon)?,
            diameter_km: diameter.parse::<f64>().ok().filter(|d| *d >= 0.0)?,
        })
    };
    let mut features: Vec<Feature> = text.lines().filter_map(feature).collect();
    features.sort_by(|a, b| b.diameter_km.total_cmp(&a.diameter_km));
    features
}

/// The layer `features`: names in their middles, larger ones larger.
pub fn features(features: &[Feature], color: Color32) -> Layer {
    let mut layer = Layer::new("features", "Named features");
    for feature in features {
        let extent_km = feature.extent_km();
        // The regions of telescopes give way to what can be seen in the ground.
        let is_albedo = feature.kind.starts_with("Albedo");
        layer.labels.push(LabelMark {
            id: feature.name.clone(),
            place: feature.place,
            text: feature.name.clone(),
            size: if feature.diameter_km > 1500.0 { 13.0 } else { 11.5 },
            color,
            importance: if is_albedo { extent_km / 4.0 } else { extent_km },
            extent_km,
        });
    }
    layer
}
