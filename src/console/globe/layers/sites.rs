//! Landing sites and stations.

use egui::Color32;

use super::SITE_IMPORTANCE;
use crate::globe::geodesy::LatLon;
use crate::globe::scene::{Layer, PointMark, Shape};

/// A landing site or station.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Identifier, handed back when picked.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: LatLon,
    /// Colour.
    pub color: Color32,
    /// Words shown when pointed at.
    pub tip: String,
}

/// The layer `sites`.
pub fn sites(sites: &[Site]) -> Layer {
    let mut layer = Layer::new("sites", "Landing sites");
    for site in sites {
        layer.points.push(PointMark {
            id: site.id.clone(),
            place: site.place,
            size: 11.0,
            color: site.color,
            shape: Shape::Triangle,
            heading_deg: None,
            label: site.name.clone(),
            importance: SITE_IMPORTANCE,
            tip: site.tip.clone(),
        });
    }
    layer
}
