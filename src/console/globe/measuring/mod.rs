//! Measuring on the globe: distances, areas and elevation profiles.
//!
//! While a tool is active, clicks set its points: a click adds one, Enter adds the middle of the
//! view, a double click ends the way, Backspace takes the last point back, Esc first ends the way
//! and then the tool. What was measured is worked out again only when points or heights change.

pub mod area;
pub mod distance;
mod plate;
pub mod profile;
mod strip;

use crossbeam_channel::Receiver;
use egui::{Color32, Key, PointerButton, Rect, Response, Ui};
use glam::DVec3;

use super::geodesy::LatLon;
use super::map::MapMode;
use super::measure::length_text;
use super::scene::{LabelMark, Layer, LineMark, Path, PointMark, Shape};
use super::sight::Sight;
use distance::Leg;
use profile::{Profile, Summary};

pub(crate) use plate::show;

/// Height of the strip with the profile, points, and its most as a part of the view.
const STRIP: f32 = 170.0;
const STRIP_PART: f32 = 0.45;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Lengths and azimuths of a way.
    Distance,
    /// Area of a polygon.
    Area,
    /// Heights along a way.
    Profile,
}

impl Tool {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Distance, "Distance", "Lengths and azimuths along great circles"),
        (Self::Area, "Area", "Area and outline of a polygon on the ellipsoid"),
        (Self::Profile, "Profile", "Heights along a way, as a plot tied to the globe"),
    ];
}

/// What came of the points.
#[derive(Default)]
struct Measured {
    legs: Vec<Leg>,
    area_m2: f64,
    profile: Profile,
    summary: Option<Summary>,
    /// Where the points of the profile lie on the drawn ground.
    positions: Vec<DVec3>,
}

/// What a measurement depends on.
#[derive(Clone, Copy, PartialEq)]
struct MeasureKey {
    version: u64,
    heights: u64,
    exaggeration: f64,
    map: MapMode,
}

/// The tools of one globe.
#[derive(Default)]
pub(crate) struct Measuring {
    /// Whether the plate with the tools is open.
    open: bool,
    active: Option<Tool>,
    points: Vec<LatLon>,
    /// Whether the way has ended: the next click starts a new one.
    ended: bool,
    version: u64,
    measured: Measured,
    measured_for: Option<MeasureKey>,
    /// Where the plate was in the last frame.
    plate: Option<Rect>,
    /// Where the profile is to be written.
    path: String,
    said: String,
    writing: Option<Receiver<String>>,
}

impl Measuring {
    /// Whether clicks belong to a tool.
    pub(crate) fn is_active(&self) -> bool {
        self.active.is_some()
    }

    /// Grows when what the tools draw changes.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// What labels keep clear of.
    pub(crate) fn plate(&self) -> Option<Rect> {
        self.plate
    }

    /// Parts the room into that of the globe and that of the profile below it.
    pub(crate) fn split(&self, room: Rect) -> (Rect, Option<Rect>) {
        if self.active != Some(Tool::Profile) {
            return (room, None);
        }
        let height = STRIP.min(room.height() * STRIP_PART);
        let (globe, strip) = room.split_top_bottom_at_y(room.max.y - height);
        (globe, Some(strip))
    }

    fn choose(&mut self, tool: Option<Tool>) {
        // A way stays when it is looked at with another tool.
        self.active = tool;
        if tool.is_none() {
            self.points.clear();
            self.ended = false;
        }
        self.version += 1;
    }

    /// Takes clicks and keys; `middle` is the middle of the view.
    pub(crate) fn take(&mut self, ui: &Ui, response: &Response, sight: &Sight<'_>, middle: LatLon) {
        if self.active.is_none() {
            return;
        }
        let by_pointer = response.clicked_by(PointerButton::Primary);
        if response.double_clicked() {
            self.end();
        } else if by_pointer {
            if let Some(place) = response.interact_pointer_pos().and_then(|at| sight.pick(at)) {
                self.add(place);
            }
        } else if response.clicked() {
            self.add(middle);
        }
        // Keys belong to the globe unless another widget has them.
        let is_ours = response.has_focus() || ui.memory(|m| m.focused().is_none());
        let pressed = |key| is_ours && ui.input(|i| i.key_pressed(key));
        if pressed(Key::Backspace) && self.points.pop().is_some() {
            self.ended = false;
            self.version += 1;
        }
        if pressed(Key::Escape) {
            if self.points.is_empty() || self.ended {
                self.choose(None);
            } else {
                self.end();
            }
        }
    }

    fn add(&mut self, place: LatLon) {
        if self.ended {
            self.points.clear();
            self.ended = false;
        }
        self.points.push(place);
        self.version += 1;
    }

    fn end(&mut self) {
        self.ended = true;
        self.version += 1;
    }

    /// Works out what the points say, where they or the heights changed.
    pub(crate) fn measure(&mut self, sight: &Sight<'_>, heights: u64) {
        let (exaggeration, map) = (sight.exaggeration, sight.look.map);
        let key = MeasureKey { version: self.version, heights, exaggeration, map };
        if self.measured_for == Some(key) {
            return;
        }
        self.measured_for = Some(key);
        let mut out = Measured::default();
        match self.active {
            None => {}
            Some(Tool::Area) => {
                out.legs = distance::legs(&self.outline());
                out.area_m2 = area::polygon_m2(&self.points);
            }
            Some(Tool::Distance | Tool::Profile) => {
                out.legs = distance::legs(&self.points);
                out.profile = Profile::sample(&self.points, |p| sight.elevation_m(p));
                out.summary = out.profile.summary();
                let position = |s: &profile::Sample| sight.position(s.place);
                out.positions = out.profile.samples.iter().map(position).collect();
            }
        }
        self.measured = out;
    }

    /// The points, of an area back to the first one.
    fn outline(&self) -> Vec<LatLon> {
        let mut out = self.points.clone();
        if self.active == Some(Tool::Area) && out.len() > 2 {
            out.extend(self.points.first());
        }
        out
    }

    /// What the tools draw on the ground; none while there is nothing.
    pub(crate) fn layer(&self, color: Color32, text: Color32) -> Option<Layer> {
        self.active.filter(|_| !self.points.is_empty())?;
        let mut layer = Layer::new("measure", "Measure");
        let outline = self.outline();
        if outline.len() > 1 {
            let path = Path::Through(outline.clone());
            layer.lines.push(LineMark { path, width: 2.2, color, dashed: false });
        }
        for (n, place) in self.points.iter().enumerate() {
            layer.points.push(PointMark {
                id: n.to_string(),
                place: *place,
                size: 8.0,
                color,
                shape: Shape::Disc,
                label: String::new(),
                importance: 0.0,
                tip: String::new(),
                heading_deg: None,
            });
        }
        for leg in distance::legs(&outline) {
            layer.labels.push(LabelMark {
                id: String::new(),
                place: leg.middle,
                text: length_text(leg.length_m),
                size: 11.5,
                color: text,
                importance: 1e6,
                extent_km: 0.0,
            });
        }
        Some(layer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Theme;

    #[test]
    fn a_new_way_starts_after_the_end_and_areas_close() {
        let mut tools = Measuring::default();
        let ink = Theme::dark().text;
        assert!(!tools.is_active() && tools.layer(ink, ink).is_none());
        tools.choose(Some(Tool::Area));
        for (lat, lon) in [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
            tools.add(LatLon::new(lat, lon));
        }
        assert_eq!(tools.outline().len(), 4);
        let layer = tools.layer(ink, ink).expect("something is drawn");
        assert_eq!((layer.points.len(), layer.labels.len()), (3, 3));
        tools.choose(Some(Tool::Distance));
        assert_eq!(tools.outline().len(), 3, "the way stays with another tool");
        tools.end();
        tools.add(LatLon::new(5.0, 5.0));
        assert_eq!(tools.points.len(), 1);
        tools.choose(None);
        assert!(tools.points.is_empty() && !tools.is_active());
    }

    #[test]
    fn the_profile_takes_the_lower_part() {
        let mut tools = Measuring::default();
        let room = Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(600.0, 500.0));
        assert_eq!(tools.split(room), (room, None));
        tools.choose(Some(Tool::Profile));
        let (globe, strip) = tools.split(room);
        assert_eq!(strip.map(|s| s.height()), Some(STRIP));
        assert_eq!(globe.height() + STRIP, 500.0);
    }
}
