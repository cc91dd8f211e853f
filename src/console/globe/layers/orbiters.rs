//! Orbiters: where they are, where they come from and go, and from where they can be seen.

use egui::Color32;

use crate::globe::geodesy::LatLon;
use crate::globe::scene::{Layer, LineMark, Path, PointMark, Shape};

/// Importance of the label of an orbiter.
const IMPORTANCE: f64 = 2e5;

/// An orbiter at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Orbiter {
    /// Identifier, handed back when picked.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What lies straight below.
    pub place: LatLon,
    /// Places that lay below it, oldest first, up to now.
    pub behind: Vec<LatLon>,
    /// Places that will lie below it, from now on.
    pub ahead: Vec<LatLon>,
    /// Radius of the circle from which it can be seen now, degrees of arc.
    pub footprint_deg: f64,
    /// Circles around sites: it can be seen from there while it is over them.
    pub sites: Vec<SiteCircle>,
    /// Colour.
    pub color: Color32,
    /// Words shown when pointed at.
    pub tip: String,
}

/// Inside of it an orbiter can be seen from a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiteCircle {
    /// The site.
    pub place: LatLon,
    /// Radius, degrees of arc.
    pub radius_deg: f64,
}

/// The layers `orbiter-circles` (circles around sites, and footprints) and `orbiters` (points and
/// tracks). Both are hidden until wanted.
pub fn orbiters(orbiters: &[Orbiter]) -> Vec<Layer> {
    let mut circles = Layer::new("orbiter-circles", "Visibility of orbiters").hidden();
    let mut tracks = Layer::new("orbiters", "Orbiters").hidden();
    for orbiter in orbiters {
        let line = |path, width, strength: f32, dashed| LineMark {
            path,
            width,
            color: orbiter.color.gamma_multiply(strength),
            dashed,
        };
        tracks.lines.push(line(Path::Through(orbiter.behind.clone()), 1.5, 0.55, false));
        tracks.lines.push(line(Path::Through(orbiter.ahead.clone()), 2.0, 1.0, true));
        let next = orbiter.ahead.get(1).filter(|next| **next != orbiter.place);
        tracks.points.push(PointMark {
            id: orbiter.id.clone(),
            place: orbiter.place,
            size: 13.0,
            color: orbiter.color,
            shape: Shape::Arrow,
            heading_deg: next.map(|next| orbiter.place.azimuth_deg(*next)),
            label: orbiter.name.clone(),
            importance: IMPORTANCE,
            tip: orbiter.tip.clone(),
        });
        let mut circle = |centre, radius_deg: f64, strength, dashed| {
            if radius_deg > 0.0 {
                let path = Path::Circle { centre, radius_deg };
                circles.lines.push(line(path, 1.3, strength, dashed));
            }
        };
        circle(orbiter.place, orbiter.footprint_deg, 0.9, false);
        for site in &orbiter.sites {
            circle(site.place, site.radius_deg, 0.6, true);
        }
    }
    vec![circles, tracks]
}
