//! What lies over the picture: labels, rings, compass, buttons, legend, scale bar and read-out.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::{
    Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui,
    pos2, vec2,
};
use marsdeck_engine::time::{Instant, MarsClock};

use super::build::BuiltLabel;
use super::camera::Camera;
use super::geodesy::LatLon;
use super::hypsometry::Hypsometry;
use super::labels::Candidate;
use super::measure::{height_text, length_text, scale_bar};
use super::scene::PickId;
use super::settings::{GlobeSettings, GroundColour};
use super::sight::Sight;
use super::view::{GlobeInput, GlobeView, Reading};
use crate::theme::Theme;

/// Distance of the furniture from the edge of the view, points.
pub(crate) const EDGE: f32 = 10.0;

/// Sine of the angle below which the ground is seen too much from the side for names.
const MIN_FACING: f64 = 0.22;

/// Copies of a text that make its rim, points.
const HALO: [(f32, f32); 6] =
    [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (0.7, 0.7), (-0.7, 0.7)];

/// A label with its place on the screen.
#[derive(Clone)]
pub(crate) struct ShownLabel {
    candidate: Candidate,
    pick: PickId,
    at: Pos2,
    galley: Arc<Galley>,
    color: Color32,
}

impl ShownLabel {
    /// What it would cover; what is selected goes before all others.
    pub(crate) fn candidate(&self, selected: Option<&PickId>) -> Candidate {
        let chosen = selected == Some(&self.pick);
        let importance = self.candidate.importance * if chosen { 1e9 } else { 1.0 };
        Candidate { importance, ..self.candidate }
    }
}

/// Lays a label out; `None` when it is hidden or outside.
pub(crate) fn lay_out(
    painter: &Painter,
    sight: &Sight<'_>,
    label: &BuiltLabel,
) -> Option<ShownLabel> {
    let (rect, look) = (sight.rect, &sight.look);
    let anchor = sight.on_screen(label.position)?;
    // Words without a mark make no sense on ground seen from the side.
    let facing = (look.eye - label.position).normalize().dot(label.position.normalize());
    if label.beside <= 0.0 && facing < MIN_FACING {
        return None;
    }
    if !rect.contains(anchor) {
        return None;
    }
    let font = FontId::proportional(label.size);
    let galley = painter.layout_no_wrap(label.text.clone(), font, label.color);
    let size = galley.size();
    let at = if label.beside > 0.0 {
        // To the right of its mark, to the left where there is no room.
        let right = anchor.x + label.beside;
        let fits = right + size.x < rect.max.x - 2.0;
        let x = if fits { right } else { anchor.x - label.beside - size.x };
        pos2(x, anchor.y - size.y / 2.0 - 6.0)
    } else {
        anchor - size / 2.0
    };
    let mut hasher = DefaultHasher::new();
    (&label.pick, &label.text).hash(&mut hasher);
    let covered = Rect::from_min_size(at, size);
    if !rect.shrink(2.0).contains_rect(covered) {
        return None;
    }
    let (key, importance) = (hasher.finish(), label.importance);
    let candidate = Candidate { key, rect: covered, importance, is_beside: label.beside > 0.0 };
    Some(ShownLabel { candidate, pick: label.pick.clone(), at, galley, color: label.color })
}

/// Writes labels with a dark rim, so that they read on any ground.
pub(crate) fn labels(painter: &Painter, shown: &[ShownLabel], theme: &Theme) {
    let halo = theme.background.gamma_multiply(0.75);
    for label in shown {
        for (dx, dy) in HALO {
            let at = label.at + vec2(dx, dy);
            painter.galley_with_override_text_color(at, Arc::clone(&label.galley), halo);
        }
        painter.galley(label.at, Arc::clone(&label.galley), label.color);
    }
}

/// The label under the pointer, if it can be picked.
pub(crate) fn pick(shown: &[ShownLabel], pointer: Pos2) -> Option<PickId> {
    let hit = |l: &&ShownLabel| !l.pick.item.is_empty() && l.candidate.rect.contains(pointer);
    shown.iter().find(hit).map(|l| l.pick.clone())
}

/// Rings around the marks that are pointed at (first) and selected (second).
pub(crate) fn rings(
    view: &GlobeView,
    painter: &Painter,
    sight: &Sight<'_>,
    marks: [Option<&PickId>; 2],
    theme: &Theme,
) {
    for (mark, color) in marks.into_iter().zip([theme.text, theme.accent]) {
        let Some(mark) = mark else { continue };
        for point in view.built().points.iter().filter(|p| p.pick == *mark) {
            if let Some(at) = sight.on_screen(point.position) {
                painter.circle_stroke(at, point.size / 2.0 + 4.0, Stroke::new(2.0, color));
            }
        }
    }
}

/// Areas that labels keep clear of.
pub(crate) fn furniture_rects(
    rect: Rect,
    settings: &GlobeSettings,
    list: Option<Rect>,
) -> Vec<Rect> {
    let right_top = pos2(rect.max.x - EDGE - 38.0, rect.min.y);
    let mut out = vec![
        Rect::from_min_max(right_top, pos2(rect.max.x, rect.min.y + 146.0)),
        Rect::from_min_size(rect.min, vec2(78.0, 40.0)),
        Rect::from_min_max(pos2(rect.min.x, rect.max.y - EDGE - 22.0), rect.max),
    ];
    if settings.legend {
        out.push(Rect::from_min_max(
            pos2(rect.min.x, rect.max.y - EDGE - 164.0),
            pos2(rect.min.x + EDGE + 56.0, rect.max.y),
        ));
    }
    out.extend(list);
    out
}

/// Compass, buttons, legend, scale bar, read-out.
pub(crate) fn furniture(
    view: &mut GlobeView,
    ui: &mut Ui,
    sight: &Sight<'_>,
    pointer: Option<Reading>,
    input: &GlobeInput<'_>,
) {
    let (rect, look, theme) = (sight.rect, &sight.look, input.theme);
    if !view.is_still {
        buttons(view, ui, rect, theme);
    }
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    // The open list of layers may stand where the legend would.
    let covered = view.list_rect.is_some_and(|list| list.max.y > rect.max.y - EDGE - 164.0);
    if view.settings.legend && rect.height() > 300.0 && !covered {
        match view.settings.ground {
            GroundColour::Elevation => legend(&painter, rect, theme),
            GroundColour::Slope => super::legend::slopes(&painter, rect, theme),
            GroundColour::Plain => {}
        }
    }
    let font = FontId::proportional(12.0);
    let metres = view.camera.degrees_per_point(look.size.y) * 59_160.0;
    let (length, points) = scale_bar(metres, 120.0);
    let right = pos2(rect.max.x - EDGE, rect.max.y - EDGE - 4.0);
    let left = pos2(right.x - points as f32, right.y);
    backing(&painter, Rect::from_min_max(pos2(left.x, left.y - 20.0), right), theme);
    let ends = [left - vec2(0.0, 5.0), left, right, right - vec2(0.0, 5.0)];
    painter.add(Shape::line(ends.to_vec(), Stroke::new(1.5, theme.text)));
    let middle = pos2(left.x.midpoint(right.x), left.y - 3.0);
    let words = length_text(length);
    painter.text(middle, Align2::CENTER_BOTTOM, words, font.clone(), theme.text);

    let eye = eye_text(sight);
    // Nobody should take smooth ground for flat ground: say how coarse the terrain is.
    let cell_m = sight.ground.and_then(|ground| ground.cell_m(view.camera.target));
    let eye = match cell_m.filter(|cell| *cell > 50.0 * metres) {
        Some(cell) => format!("{eye}   terrain in {} cells", length_text(cell)),
        None => eye,
    };
    let words = match pointer {
        None => eye,
        Some(reading) => {
            let digits = if metres < 50.0 { 5 } else { 3 };
            let height =
                reading.elevation_m.map_or_else(|| "no terrain yet".to_owned(), height_text);
            let place = view.settings.coordinates.text(reading.place, digits);
            let time = input.at.map_or_else(String::new, |at| local_times(at, reading.place));
            format!("{place}   {height}{time}   {eye}")
        }
    };
    let galley = painter.layout_no_wrap(words, font, theme.text);
    let at = pos2(rect.center().x - galley.size().x / 2.0, rect.max.y - EDGE - galley.size().y);
    // It gives way to the scale bar where the view is narrow.
    let at = pos2(at.x.min(left.x - galley.size().x - 16.0).max(rect.min.x + EDGE), at.y);
    backing(&painter, Rect::from_min_size(at, galley.size()), theme);
    painter.galley(at, galley, theme.text);
}

/// Below this height above the ground, metres, the eye's height is told above the ground.
const LOW_EYE_M: f64 = 5e4;

/// How high the eye is: above the ground below it where that is near, else above the areoid.
fn eye_text(sight: &Sight<'_>) -> String {
    let height = sight.look.eye_height_m();
    if sight.look.map.is_flat() {
        return format!("Eye {}", length_text(height.max(0.0)));
    }
    let below = LatLon::of(sight.look.eye);
    let above_ground = height - sight.ground_m(below);
    if above_ground < LOW_EYE_M {
        return format!("Eye {} above ground", length_text(above_ground.max(0.0)));
    }
    let [_, areoid] = sight.ground.map_or([0.0, 0.0], |ground| ground.height_m(below));
    format!("Eye {}", length_text(height - areoid))
}

/// Local mean and true solar time at a place: `   LMST 14:23 LTST 14:01`.
fn local_times(at: Instant, place: LatLon) -> String {
    let clock = MarsClock::at(at);
    let text = |hours: f64| {
        let minutes = (hours.rem_euclid(24.0) * 60.0).floor() as u32 % 1440;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let (mean, truly) = (clock.lmst_h(place.lon), clock.ltst_h(place.lon));
    format!("   LMST {} LTST {}", text(mean), text(truly))
}

/// A translucent plate behind words.
fn backing(painter: &Painter, rect: Rect, theme: &Theme) {
    painter.rect_filled(rect.expand2(vec2(6.0, 3.0)), 4.0, theme.panel.gamma_multiply(0.75));
}

fn buttons(view: &mut GlobeView, ui: &mut Ui, rect: Rect, theme: &Theme) {
    let middle = pos2(rect.max.x - EDGE - 18.0, rect.min.y + EDGE + 18.0);
    let disc = Rect::from_center_size(middle, vec2(36.0, 36.0));
    let compass = ui
        .interact(disc, ui.scope_id().with("compass"), Sense::click())
        .on_hover_text("North up (N); once it is, straight down (R)");
    compass.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "North up"));
    if compass.clicked() {
        let turned = (view.camera.heading_deg + 180.0).rem_euclid(360.0) - 180.0;
        let tilt_deg = if turned.abs() > 0.05 { view.camera.tilt_deg } else { 0.0 };
        view.fly(Camera { heading_deg: 0.0, tilt_deg, ..view.camera });
    }
    let painter = ui.painter();
    let edge = if compass.hovered() || compass.has_focus() { theme.accent } else { theme.line };
    painter.circle(middle, 18.0, theme.panel.gamma_multiply(0.75), Stroke::new(1.5, edge));
    let heading = -view.camera.heading_deg.to_radians() as f32;
    let north = vec2(heading.sin(), -heading.cos());
    let side = vec2(-north.y, north.x) * 4.0;
    let needle = |end: Pos2, color| {
        Shape::convex_polygon(vec![end, middle + side, middle - side], color, Stroke::NONE)
    };
    painter.add(needle(middle + north * 9.0, theme.cursor));
    painter.add(needle(middle - north * 13.0, theme.text_weak));
    let font = FontId::proportional(9.0);
    painter.text(middle + north * 13.0, Align2::CENTER_CENTER, "N", font, theme.text);

    let entries = [("+", "Zoom in (+)"), ("−", "Zoom out (−)"), ("All", "Whole planet (Home)")];
    for (i, (face, name)) in entries.into_iter().enumerate() {
        let top = disc.max.y + 8.0 + 30.0 * i as f32;
        let place = Rect::from_min_size(pos2(middle.x - 18.0, top), vec2(36.0, 26.0));
        let button = ui
            .put(place, egui::Button::new(face).wrap_mode(egui::TextWrapMode::Extend))
            .on_hover_text(name);
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
        if button.clicked() {
            match i {
                0 => view.fly(Camera { range_m: view.camera.range_m * 0.5, ..view.camera }),
                1 => view.fly(Camera { range_m: view.camera.range_m * 2.0, ..view.camera }),
                _ => view.fly(Camera { target: view.camera.target, ..Camera::default() }),
            }
        }
    }
}

/// Colours of heights, with kilometres beside them.
fn legend(painter: &Painter, rect: Rect, theme: &Theme) {
    let table = Hypsometry::built_in();
    let [low, high] = table.range_m();
    let bar = Rect::from_min_size(
        pos2(rect.min.x + EDGE + 4.0, rect.max.y - EDGE - 138.0),
        vec2(12.0, 132.0),
    );
    let plate = Rect::from_min_max(bar.min - vec2(0.0, 20.0), bar.max + vec2(30.0, 2.0));
    backing(painter, plate, theme);
    let font = FontId::proportional(10.5);
    let title = bar.min - vec2(0.0, 6.0);
    painter.text(title, Align2::LEFT_BOTTOM, "Elevation", font.clone(), theme.text);
    let strips = 66;
    for i in 0..strips {
        let part = i as f32 / strips as f32;
        let strip = Rect::from_min_size(
            pos2(bar.min.x, bar.min.y + bar.height() * part),
            vec2(bar.width(), bar.height() / strips as f32 + 0.5),
        );
        let height = high + (low - high) * f64::from(part + 0.5 / strips as f32);
        painter.rect_filled(strip, 0.0, table.color(height));
    }
    painter.rect_stroke(bar, 0.0, Stroke::new(1.0, theme.line), StrokeKind::Outside);
    for km in [20, 15, 10, 5, 0, -5] {
        let part = (high - f64::from(km) * 1e3) / (high - low);
        let y = bar.min.y + bar.height() * part as f32;
        painter.hline(bar.max.x..=bar.max.x + 3.0, y, Stroke::new(1.0, theme.text));
        let words = if km == 20 { "20 km".to_owned() } else { height_km(km) };
        let at = pos2(bar.max.x + 6.0, y);
        painter.text(at, Align2::LEFT_CENTER, words, font.clone(), theme.text);
    }
}

fn height_km(km: i32) -> String {
    if km < 0 { format!("−{}", -km) } else { km.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::map::MapMode;
    use super::*;

    fn eye(range_m: f64, target_height_m: f64, map: MapMode) -> String {
        let target = LatLon::new(4.5, 135.6);
        let camera = Camera { target, target_height_m, range_m, ..Camera::default() };
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(800.0, 600.0));
        let look = camera.look_at(800.0, 600.0, map);
        eye_text(&Sight { look, rect, ground: None, exaggeration: 1.0 })
    }

    #[test]
    fn the_eye_is_never_below_the_ground() {
        assert_eq!(eye(2.0, 0.0, MapMode::Globe), "Eye 2 m above ground");
        assert_eq!(eye(2.0, -2993.0, MapMode::Globe), "Eye 0 cm above ground");
        assert_eq!(eye(7e6, 0.0, MapMode::Globe), "Eye 7000 km");
        assert_eq!(eye(1000.0, 0.0, MapMode::NorthPole), "Eye 1 km");
    }

    /// Mars24's worked example (Allison and McEwen 2000, as on the Mars24 algorithm page):
    /// 2000-01-06T00:00:00 UTC has MTC 23:59:39 (so LMST 0 E 23:59) and at 184.702° W, the
    /// equation of time being −5.18774°, that is −20 min 45 s, LMST 11:40:51 and LTST 11:20.
    #[test]
    fn local_times_at_a_place() {
        let at = marsdeck_engine::time::parse("2000-01-06T00:00:00Z", None).unwrap();
        let greenwich = local_times(at, LatLon::new(0.0, 0.0));
        assert_eq!(greenwich, "   LMST 23:59 LTST 23:38");
        let west = local_times(at, LatLon::new(0.0, 360.0 - 184.702));
        assert_eq!(west, "   LMST 11:40 LTST 11:20");
    }
}
