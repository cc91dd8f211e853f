//! The globe as a widget: state, one pass from input to picture, and what came of it.

use std::sync::Arc;

use egui::{Color32, Rect, Response, Sense, Ui};
use marsdeck_engine::time::Instant;

use super::build::{Built, BuiltLabel, GraticuleWindow};
use super::camera::{Camera, Look};
use super::geodesy::LatLon;
use super::ground::Recipe;
use super::ground::source::GroundLayers;
use super::labels::{Placer, worth_laying_out};
use super::measuring::{self, Measuring};
use super::picture::Pictures;
use super::render::frame::{Frame, Segment};
use super::scene::{GlobeScene, PickId};
use super::settings::GlobeSettings;
use super::shot::Shot;
use super::sight::Sight;
use super::tools::crowd::{self, Crowd};
use super::tools::menu;
use super::tools::motion::{Glide, Grab};
use super::{input, legend, list, overlay};
use crate::theme::Theme;

/// How long a flight takes, seconds.
const FLIGHT_S: f64 = 1.4;

/// What a globe is given for a frame.
pub struct GlobeInput<'a> {
    /// Layers.
    pub scene: &'a GlobeScene,
    /// What lies on the built-in ground.
    pub ground: &'a GroundLayers,
    /// Stars, unit vectors on body-fixed axes at the cursor's instant, and their brightness: 1
    /// for the brightest, towards 0.
    pub stars: &'a [(glam::DVec3, f32)],
    /// Where the Sun stands in the zenith at the cursor's instant.
    pub sun: LatLon,
    /// The instant of the local times under the pointer; none: they are not shown.
    pub at: Option<Instant>,
    /// What is selected elsewhere: gets a ring.
    pub selected: Option<&'a PickId>,
    /// Colours.
    pub theme: &'a Theme,
}

/// What lies under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Place, planetocentric.
    pub place: LatLon,
    /// Height above the areoid, metres; `None` until the terrain is there.
    pub elevation_m: Option<f64>,
}

/// What came of a frame.
#[derive(Clone, Debug)]
pub struct GlobeResponse {
    /// Clicked in this frame.
    pub picked: Option<PickId>,
    /// Pointed at.
    pub hovered: Option<PickId>,
    /// The ground under the pointer.
    pub pointer: Option<Reading>,
    /// Whether the camera moves by itself, on a flight or gliding on.
    pub flying: bool,
    /// Whether the picture was made anew, because something in it changed.
    pub redrawn: bool,
    /// Whether all the ground that the view wants is there.
    pub complete: bool,
    /// What the camera sees, for drawing on top; points are relative to `rect`.
    pub look: Look,
    /// Where the globe was drawn.
    pub rect: Rect,
    /// The widget's response.
    pub response: Response,
}

/// A flight of the camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Flight {
    from: Camera,
    to: Camera,
    /// Seconds of the user interface's clock; `None` until its first frame.
    start: Option<f64>,
}

/// State of one globe. `camera` and `settings` may be set and saved by the owner.
#[derive(Default)]
pub struct GlobeView {
    /// The eye.
    pub camera: Camera,
    /// The user's choices.
    pub settings: GlobeSettings,
    flight: Option<Flight>,
    /// The place that a drag holds.
    pub(crate) grab: Option<Grab>,
    /// The place that glides on after a drag.
    pub(crate) glide: Option<Glide>,
    placer: Placer,
    scene: GlobeScene,
    built: Built,
    built_for: Option<BuiltKey>,
    graticule: Vec<Segment>,
    graticule_labels: Vec<BuiltLabel>,
    graticule_for: Option<(GraticuleWindow, Color32, u64, f64)>,
    pictures: Pictures,
    built_serial: u64,
    /// The ground where the menu was opened.
    pub(crate) menu_at: Option<Reading>,
    /// The list of marks where several lie under a click.
    crowd: Crowd,
    /// Where the open layer list was in the last frame.
    pub(crate) list_rect: Option<Rect>,
    /// Distances, areas and profiles.
    pub(crate) measuring: Measuring,
    /// Whether it is a picture that nobody can press anything in.
    pub(crate) is_still: bool,
}

#[derive(Clone, PartialEq)]
struct BuiltKey {
    settings: GlobeSettings,
    /// Version of the heights.
    heights: u64,
    /// Version of what the tools draw.
    tools: u64,
    text: Color32,
}

impl BuiltKey {
    /// Whether places lie where they did and words look as they did: then only the settings of
    /// layers differ.
    fn is_same_ground(&self, other: &Self) -> bool {
        let of = |key: &Self| (key.heights, key.text, key.settings.exaggeration, key.settings.map);
        of(self) == of(other)
    }
}

/// The picture on the screen; plain ground where nothing can draw it.
fn shape_of(frame: Option<Arc<Frame>>, view: u64, rect: Rect, theme: &Theme) -> egui::Shape {
    match frame {
        Some(frame) => {
            let callback = super::render::GlobeCallback { view, frame };
            eframe::egui_wgpu::Callback::new_paint_callback(rect, callback).into()
        }
        None => egui::Shape::rect_filled(rect, 0.0, theme.background),
    }
}

impl GlobeView {
    /// A view of the whole planet with some settings.
    pub fn new(settings: GlobeSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// A globe without anything to press, for pictures.
    pub(crate) fn still(settings: GlobeSettings) -> Self {
        Self { is_still: true, ..Self::new(settings) }
    }

    /// What a picture of this globe needs, of so many pixels with so many for each point.
    pub fn shot(&self, input: &GlobeInput<'_>, size: [u32; 2], scale: f32) -> Shot {
        let mut scene = input.scene.clone();
        let tools = self.measuring.layer(input.theme.accent, input.theme.text);
        scene.layers.extend(tools.map(Arc::new));
        Shot::new(self.camera, self.settings.clone(), scene, input, size, scale)
    }

    /// Flies (or jumps, if animation is off) to a place; `range_m` is the wanted distance of the
    /// eye, `None` keeps it, but comes nearer than 3000 km.
    pub fn fly_to(&mut self, place: LatLon, range_m: Option<f64>) {
        let range_m = range_m.unwrap_or(self.camera.range_m.min(3e6));
        self.fly(Camera { target: place, range_m, ..self.camera });
    }

    /// Flies (or jumps) to a camera.
    pub fn fly(&mut self, to: Camera) {
        let to = to.clamped();
        self.glide = None;
        if self.settings.animate {
            self.flight = Some(Flight { from: self.camera, to, start: None });
        } else {
            self.camera = to;
            self.flight = None;
        }
    }

    /// Stops a flight or a glide where it is.
    pub fn stop(&mut self) {
        self.flight = None;
        self.glide = None;
    }

    /// Whether the camera moves by itself.
    pub fn is_moving(&self) -> bool {
        self.flight.is_some() || self.glide.is_some()
    }

    /// The keys that the globe uses while it has the focus: Space only while something moves.
    pub fn keys(&self) -> Vec<egui::Key> {
        let stops = self.is_moving().then_some(egui::Key::Space);
        input::KEYS.into_iter().chain(stops).collect()
    }

    /// Draws the globe over all the room that is left, and lets the user move it.
    pub fn ui(&mut self, ui: &mut Ui, input: &GlobeInput<'_>) -> GlobeResponse {
        let (rect, strip) = self.measuring.split(ui.available_rect_before_wrap());
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Globe of Mars"));
        self.pictures.supply(ui.ctx(), &self.settings, input.ground);
        let ground = self.pictures.recipe();
        let ground = ground.as_deref();
        let before = (self.camera, self.flight);
        input::handle(self, ui, &response, ground);
        if self.measuring.is_active() && response.double_clicked() {
            // It ends the way that is measured; the eye stays.
            (self.camera, self.flight) = before;
        }
        self.advance(ui);
        input::glide(self, ui, &response, ground);
        self.keep_above_ground(ground);
        let sight = self.sight(rect, ground);
        let look = sight.look;
        let is_measuring = self.measuring.is_active();
        self.measuring.take(ui, &response, &sight, self.camera.target);
        self.measuring.measure(&sight, self.pictures.heights());
        self.rebuild(input, &sight);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let marks = super::picture::Marks {
            built: &self.built,
            graticule: &self.graticule,
            serial: self.built_serial,
        };
        let drawn = self.pictures.draw(ui, &sight, &self.camera, &self.settings, input, &marks);
        painter.add(shape_of(drawn.frame, response.id.value(), rect, input.theme));
        let shown = self.place_labels(&painter, &sight, input.selected);
        overlay::labels(&painter, &shown, input.theme);
        let pointer = response.hover_pos().and_then(|p| {
            let place = sight.pick(p)?;
            Some(Reading { place, elevation_m: sight.elevation_m(place) })
        });
        let under = |p| crowd::marks_at(&self.built, &sight, p);
        let marks = response.hover_pos().map(under).unwrap_or_default();
        let label = || response.hover_pos().and_then(|p| overlay::pick(&shown, p));
        let hovered = marks.first().map(|mark| mark.pick.clone()).or_else(label);
        if hovered.is_some() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        }
        let ringed = [hovered.as_ref(), input.selected];
        overlay::rings(self, &painter, &sight, ringed, input.theme);
        overlay::furniture(self, ui, &sight, pointer, input);
        legend::notes(&painter, rect, &look, &self.settings, input.ground, input.theme);
        if !self.is_still {
            list::show(self, ui, rect, &look, input);
            measuring::show(self, ui, &sight, pointer.map(|p| p.place), input.theme);
        }
        if let Some(strip) = strip {
            self.measuring.strip(ui, strip, &sight, response.hover_pos(), input.theme);
        }
        if let Some(tip) = crowd::tip(&marks).filter(|tip| !tip.is_empty()) {
            response.clone().on_hover_text_at_pointer(tip);
        }
        let picked = self.picked(ui, &response, hovered.as_ref(), marks);
        let picked = picked.filter(|_| !is_measuring);
        menu::show(self, &response, pointer);
        let flying = self.is_moving();
        let (redrawn, complete) = (drawn.is_new, drawn.is_complete);
        GlobeResponse { picked, hovered, pointer, flying, redrawn, complete, look, rect, response }
    }

    /// What the camera sees through a rectangle.
    pub(crate) fn sight<'a>(&self, rect: Rect, ground: Option<&'a Recipe>) -> Sight<'a> {
        let (width, height) = (f64::from(rect.width()), f64::from(rect.height()));
        let look = self.camera.look_at(width, height, self.settings.map);
        Sight { look, rect, ground, exaggeration: self.settings.exaggeration.clamp(1.0, 20.0) }
    }

    /// Puts the target on the ground, and holds the tilt so that no hill swallows the eye.
    fn keep_above_ground(&mut self, ground: Option<&Recipe>) {
        let sight = self.sight(Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1.0, 1.0)), ground);
        self.camera.target_height_m = sight.ground_m(self.camera.target);
        if sight.look.map.is_flat() {
            return;
        }
        while self.camera.tilt_deg > 0.0 {
            let look = self.camera.look(1.0, 1.0);
            let height = look.eye_height_m() - sight.ground_m(LatLon::of(look.eye));
            if height > (0.02 * self.camera.range_m).max(0.3) {
                break;
            }
            self.camera.tilt_deg = (self.camera.tilt_deg - 1.0).max(0.0);
        }
    }

    /// Bytes that the ground takes, without those on the graphics device.
    pub fn ground_bytes(&self) -> usize {
        self.pictures.bytes()
    }

    /// What is drawn over the ground, for the overlay.
    pub(crate) fn built(&self) -> &Built {
        &self.built
    }

    /// What a click picks: the mark under it, or of several the one that is chosen in the list.
    fn picked(
        &mut self,
        ui: &Ui,
        response: &Response,
        hovered: Option<&PickId>,
        marks: Vec<crowd::Found>,
    ) -> Option<PickId> {
        let mut picked = self.crowd.show(ui, response);
        if response.clicked() && !response.double_clicked() {
            if let (true, Some(at)) = (marks.len() > 1, response.hover_pos()) {
                self.crowd = Crowd::open(at, marks);
            } else {
                picked = hovered.cloned().or(picked);
            }
        }
        picked
    }

    /// Moves the camera along its flight; asks for another frame only until it ends.
    fn advance(&mut self, ui: &Ui) {
        let Some(flight) = &mut self.flight else { return };
        let now = ui.input(|i| i.time);
        let part = (now - *flight.start.get_or_insert(now)) / FLIGHT_S;
        self.camera = flight.from.towards(&flight.to, part);
        if part >= 1.0 {
            self.flight = None;
        } else {
            ui.ctx().request_repaint();
        }
    }

    /// Builds layers and graticule again where something they depend on changed.
    fn rebuild(&mut self, input: &GlobeInput<'_>, sight: &Sight<'_>) {
        let heights = self.pictures.heights();
        let ground = |p: LatLon| sight.position(p);
        let (settings, text) = (self.settings.clone(), input.theme.text);
        let key = BuiltKey { settings, heights, tools: self.measuring.version(), text };
        let is_other = self.built_for.as_ref().is_none_or(|k| !k.is_same_ground(&key));
        if is_other {
            self.built = Built::default();
        }
        if self.built_for.as_ref() != Some(&key) || self.scene != *input.scene {
            self.scene.clone_from(input.scene);
            let tools = self.measuring.layer(input.theme.accent, text);
            self.built.renew(&self.scene, &self.settings, text, &ground, tools);
            self.built_for = Some(key);
            self.built_serial += 1;
        }
        let height = sight.look.size.y;
        let visible = self.camera.degrees_per_point(height) * height;
        let window = GraticuleWindow::around(self.camera.target, visible);
        let color = input.theme.text;
        let wanted = (window, color, heights, self.settings.exaggeration);
        if !self.settings.graticule {
            self.built_serial += u64::from(self.graticule_for.is_some());
            self.graticule.clear();
            self.graticule_labels.clear();
            self.graticule_for = None;
        } else if self.graticule_for != Some(wanted) {
            self.graticule = window.segments(color.gamma_multiply(0.24), &ground);
            self.graticule_labels = window.labels(color.gamma_multiply(0.75), &ground);
            self.graticule_for = Some(wanted);
            self.built_serial += 1;
        }
    }

    fn place_labels(
        &mut self,
        painter: &egui::Painter,
        sight: &Sight<'_>,
        selected: Option<&PickId>,
    ) -> Vec<overlay::ShownLabel> {
        let look = &sight.look;
        let per_km = 1.0 / (self.camera.degrees_per_point(look.size.y) * 59.16);
        let all = self.built.labels.iter().chain(&self.graticule_labels).filter(|l| {
            let long = l.extent_km * per_km;
            l.extent_km <= 0.0 || (long > 2.0 * f64::from(l.size) && long < 4.0 * look.size.x)
        });
        let laid: Vec<overlay::ShownLabel> = worth_laying_out(all, sight, selected)
            .into_iter()
            .filter_map(|l| overlay::lay_out(painter, sight, l))
            .collect();
        let candidates: Vec<_> = laid.iter().map(|l| l.candidate(selected)).collect();
        let mut taken = overlay::furniture_rects(sight.rect, &self.settings, self.list_rect);
        taken.extend(self.measuring.plate());
        let kept = self.placer.place(&candidates, &taken);
        kept.into_iter().filter_map(|i| laid.get(i).cloned()).collect()
    }
}
