//! Layers of the user's own files: points, lines and filled areas with names and properties.

use egui::Color32;

use super::fill::{fill, line, outline};
use crate::globe::geodesy::LatLon;
use crate::globe::scene::{AreaMark, Layer, LineMark, Path, PointMark, Shape};

/// Importance of the name of something that a user brought: below sites, above features.
const IMPORTANCE: f64 = 8e3;
/// Most properties in a tip, and most letters of one.
const MOST_LINES: usize = 12;
const MOST_LETTERS: usize = 80;
/// More names than this are not written beside marks: they would only push each other away.
const MOST_NAMES: usize = 5000;

/// What lies on the ground.
#[derive(Clone, Debug, PartialEq)]
pub enum UserShape {
    /// A point.
    Point(LatLon),
    /// A line, straight in longitude and latitude.
    Line(Vec<LatLon>),
    /// An outline and holes.
    Area(Vec<Vec<LatLon>>),
}

/// A thing with a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserFeature {
    /// Its name; may be empty.
    pub name: String,
    /// What it lies on.
    pub shapes: Vec<UserShape>,
    /// Its properties, for the tip.
    pub properties: Vec<(String, String)>,
}

/// All things of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserFeatures {
    /// In the order of the file.
    pub items: Vec<UserFeature>,
}

/// How they look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UserStyle {
    /// Colour of points and lines.
    pub color: Color32,
    /// Opacity of areas, 0 to 1.
    pub fill: f32,
    /// Width of lines, points.
    pub width: f32,
    /// Size of points, points.
    pub size: f32,
    /// Whether names are written.
    pub names: bool,
}

impl UserStyle {
    /// The usual one in a colour.
    pub fn new(color: Color32) -> Self {
        Self { color, fill: 0.25, width: 1.8, size: 8.0, names: true }
    }
}

impl UserFeature {
    fn tip(&self) -> String {
        let cut = |text: &str| -> String {
            let mut short: String = text.chars().take(MOST_LETTERS).collect();
            if short.len() < text.len() {
                short.push('…');
            }
            short
        };
        let mut lines: Vec<String> =
            Some(cut(&self.name)).filter(|n| !n.is_empty()).into_iter().collect();
        let others = self.properties.iter().filter(|(_, value)| *value != self.name);
        lines.extend(others.take(MOST_LINES).map(|(k, v)| cut(&format!("{k}: {v}"))));
        lines.join("\n")
    }

    /// Where a line or an area is picked: in the middle of the line, at the corner of an outline
    /// that lies furthest north.
    fn handle(shape: &UserShape) -> Option<LatLon> {
        match shape {
            UserShape::Point(place) => Some(*place),
            UserShape::Line(places) => places.get(places.len() / 2).copied(),
            UserShape::Area(rings) => {
                let outline = rings.first()?.iter();
                outline.copied().max_by(|a, b| a.lat.total_cmp(&b.lat))
            }
        }
    }
}

/// The layer `ID`: what a picked mark gives back is the number of its feature. Costs as much as
/// the file is large: call it off the thread of the window.
pub fn user_layer(id: &str, name: &str, features: &UserFeatures, style: &UserStyle) -> Layer {
    let mut layer = Layer::new(id, name);
    let with_names = style.names && features.items.len() <= MOST_NAMES;
    for (number, feature) in features.items.iter().enumerate() {
        let tip = feature.tip();
        for (i, shape) in feature.shapes.iter().enumerate() {
            let mut put = |places: Vec<LatLon>| {
                if places.len() > 1 {
                    let (path, color) = (Path::Through(places), style.color);
                    layer.lines.push(LineMark { path, width: style.width, color, dashed: false });
                }
            };
            match shape {
                UserShape::Point(_) => {}
                UserShape::Line(places) => put(line(places)),
                UserShape::Area(rings) => {
                    for ring in rings {
                        put(outline(ring));
                    }
                    let triangles = fill(rings);
                    if style.fill > 0.0 && !triangles.is_empty() {
                        let color = style.color.gamma_multiply(style.fill);
                        layer.areas.push(AreaMark { triangles, color });
                    }
                }
            }
            let is_point = matches!(shape, UserShape::Point(_));
            // One handle a feature for lines and areas, each point for itself.
            let Some(place) = UserFeature::handle(shape).filter(|_| is_point || i == 0) else {
                continue;
            };
            layer.points.push(PointMark {
                id: number.to_string(),
                place,
                size: if is_point { style.size } else { 0.7 * style.size },
                color: style.color,
                shape: if is_point { Shape::Disc } else { Shape::Diamond },
                heading_deg: None,
                label: if with_names { feature.name.clone() } else { String::new() },
                importance: IMPORTANCE,
                tip: tip.clone(),
            });
        }
    }
    layer
}
