//! What a rover's instruments looked at, by sol.

use egui::Color32;

use crate::globe::geodesy::LatLon;
use crate::globe::scene::{Layer, PointMark, Shape};

/// Importance of the label of a target: below sites and quakes, above small craters.
const IMPORTANCE: f64 = 40.0;

/// A target, or all of them at one stop.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Identifier, handed back when picked.
    pub id: String,
    /// Its name; empty: none on the map.
    pub name: String,
    /// Sol of the observation.
    pub sol: u32,
    /// Where.
    pub place: LatLon,
    /// Words shown when pointed at.
    pub tip: String,
}

/// The layer `targets`: those up to a sol; the ones of that sol are larger and named.
pub fn targets(targets: &[Target], until_sol: i64, colours: [Color32; 2]) -> Layer {
    let mut layer = Layer::new("targets", "ChemCam targets");
    for target in targets.iter().filter(|t| i64::from(t.sol) <= until_sol) {
        let is_now = i64::from(target.sol) == until_sol;
        layer.points.push(PointMark {
            id: target.id.clone(),
            place: target.place,
            size: if is_now { 11.0 } else { 7.0 },
            color: if is_now { colours[0] } else { colours[1] },
            shape: Shape::Diamond,
            heading_deg: None,
            label: target.name.clone(),
            importance: if is_now { 20.0 * IMPORTANCE } else { IMPORTANCE },
            tip: target.tip.clone(),
        });
    }
    layer
}
