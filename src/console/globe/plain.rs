//! The globe without a GPU of its own: coarser ground as coloured triangles of the user
//! interface, lines and marks by its painter.

use egui::{Mesh, Painter, Pos2, Stroke, epaint::Vertex};
use glam::DVec3;

use super::frame::Segment;
use super::geodesy::{LatLon, is_hidden};
use super::hypsometry::Hypsometry;
use super::mesh::{ground, triangles};
use super::scene::Shape;
use super::settings::Light;
use super::sight::Sight;
use super::view::{GlobeInput, GlobeView};
use crate::theme::data_color;

/// Ends of lines may lie so deep below the ellipsoid before they count as hidden, metres.
const HIDDEN_M: f64 = 5e3;
const RINGS: usize = 48;
const SPOKES: usize = 96;

/// Paints ground, lines and marks.
pub(crate) fn paint(
    view: &GlobeView,
    painter: &Painter,
    sight: &Sight<'_>,
    input: &GlobeInput<'_>,
) {
    painter.rect_filled(sight.rect, 0.0, input.theme.background);
    painter.add(ground_mesh(view, sight, input));
    let (built, graticule) = view.built();
    for segment in graticule.iter().chain(&built.segments) {
        paint_segment(painter, sight, segment);
    }
    for point in &built.points {
        let Some(at) = sight.on_screen(point.position) else { continue };
        let rim = Stroke::new(1.5, input.theme.background);
        match point.shape {
            Shape::Ring => {
                let stroke = Stroke::new(2.0, point.color);
                painter.circle_stroke(at, point.size / 2.0, stroke);
            }
            _ => {
                painter.circle(at, point.size / 2.0, point.color, rim);
            }
        }
    }
}

fn paint_segment(painter: &Painter, sight: &Sight<'_>, segment: &Segment) {
    // A quick test: lines have thousands of ends.
    let eye = sight.look.eye;
    let shown = |p| sight.projected(p).filter(|_| !is_hidden(eye, p, HIDDEN_M));
    let ends = [segment.start, segment.end].map(shown);
    if let [Some(start), Some(end)] = ends {
        painter.line_segment([start, end], Stroke::new(segment.width, segment.color));
    }
}

/// The ground facing the eye, one colour a corner.
fn ground_mesh(view: &GlobeView, sight: &Sight<'_>, input: &GlobeInput<'_>) -> Mesh {
    let (look, terrain) = (&sight.look, sight.terrain);
    let sun = input.sun.direction();
    let settings = &view.settings;
    // Flat on the ellipsoid: without a depth buffer hills could not hide each other.
    let corners = ground(look, RINGS, SPOKES, 0.0, |_| 0.0);
    let mut mesh = Mesh::default();
    let mut shown = Vec::with_capacity(corners.len());
    for corner in &corners {
        let relative = DVec3::from_array(corner.relative.map(f64::from));
        let at = sight.projected(look.eye + relative);
        shown.push(at.is_some());
        let up = DVec3::from_array(corner.direction.map(f64::from));
        let base = terrain.map_or(input.theme.raised, |t| {
            Hypsometry::built_in().color(t.elevation_m(LatLon::of(up)))
        });
        let ambient = f64::from(settings.ambient);
        let day = (up.dot(sun) * 4.0 + 0.5).clamp(0.0, 1.0);
        let light = match settings.light {
            Light::HillShade => 1.0,
            Light::Sun => ambient + (1.0 - ambient) * day,
        };
        let [r, g, b, _] = base.to_array().map(|c| (f64::from(c) * light.sqrt()) as u8);
        let at = at.unwrap_or_default();
        mesh.vertices.push(Vertex { pos: at, uv: Pos2::ZERO, color: data_color([r, g, b]) });
    }
    for corner in triangles(RINGS, SPOKES).as_chunks::<3>().0 {
        if corner.iter().all(|i| shown.get(usize::from(*i)).copied().unwrap_or(false)) {
            mesh.indices.extend(corner.map(u32::from));
        }
    }
    mesh
}
