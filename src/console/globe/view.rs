//! The globe as a widget: state, one pass from input to picture, and what came of it.

use std::sync::Arc;

use egui::{Color32, Rect, Response, Sense, Ui};

use super::build::{Built, BuiltLabel, GraticuleWindow};
use super::camera::{Camera, Look};
use super::frame::{Frame, Globals, PointInstance, Segment, linear};
use super::geodesy::{LatLon, POLAR_RADIUS_M, ellipsoid_radius_m};
use super::hypsometry::Hypsometry;
use super::labels::Placer;
use super::measure::place_text;
use super::mesh::{RINGS, SPOKES, ground};
use super::render::{GlobeCallback, is_installed, is_slow};
use super::scene::{GlobeScene, PickId};
use super::settings::{GlobeSettings, Light};
use super::sight::Sight;
use super::topography::Topography;
use super::{input, list, overlay, plain};
use crate::theme::Theme;

/// On a slow device a picture is drawn in full when none followed for so long, seconds.
const SETTLE_S: f64 = 0.3;
/// How long a flight takes, seconds.
const FLIGHT_S: f64 = 1.4;

/// What a globe is given for a frame.
pub struct GlobeInput<'a> {
    /// Layers.
    pub scene: &'a GlobeScene,
    /// Where the Sun stands in the zenith at the cursor's instant.
    pub sun: LatLon,
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
    /// Whether a flight is under way.
    pub flying: bool,
    /// Whether the picture was made anew, because something in it changed.
    pub redrawn: bool,
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
    /// Draws without the GPU, as it does when `install` was never called.
    pub plain: bool,
    flight: Option<Flight>,
    placer: Placer,
    scene: GlobeScene,
    built: Built,
    built_for: Option<BuiltKey>,
    graticule: Vec<Segment>,
    graticule_labels: Vec<BuiltLabel>,
    graticule_for: Option<(GraticuleWindow, Color32, bool, f64)>,
    frame: Option<(FrameKey, Arc<Frame>)>,
    serial: u64,
    /// When the picture last changed, seconds of the user interface's clock.
    drawn_at: Option<f64>,
    built_serial: u64,
    /// The ground where the menu was opened.
    menu_at: Option<Reading>,
    /// Where the open layer list was in the last frame.
    pub(crate) list_rect: Option<Rect>,
}

#[derive(Clone, PartialEq)]
struct BuiltKey {
    settings: GlobeSettings,
    terrain: bool,
    text: Color32,
}

/// Everything that a picture depends on.
#[derive(Clone, PartialEq)]
struct FrameKey {
    camera: Camera,
    size: [u32; 2],
    scale: f32,
    sun: [i32; 2],
    settings: GlobeSettings,
    built: u64,
    terrain: bool,
    background: Color32,
    ground: Color32,
}

impl GlobeView {
    /// A view of the whole planet with some settings.
    pub fn new(settings: GlobeSettings) -> Self {
        Self { settings, ..Self::default() }
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
        if self.settings.animate {
            self.flight = Some(Flight { from: self.camera, to, start: None });
        } else {
            self.camera = to;
            self.flight = None;
        }
    }

    /// Stops a flight where it is.
    pub fn stop(&mut self) {
        self.flight = None;
    }

    /// Draws the globe over all the room that is left, and lets the user move it.
    pub fn ui(&mut self, ui: &mut Ui, input: &GlobeInput<'_>) -> GlobeResponse {
        let drawn_before = self.serial;
        let rect = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Globe of Mars"));
        let ctx = ui.ctx().clone();
        let terrain = Topography::shared(move || ctx.request_repaint());
        input::handle(self, ui, &response, terrain.as_deref());
        self.advance(ui);
        self.keep_above_ground(terrain.as_deref());
        let sight = self.sight(rect, terrain.as_deref());
        let look = sight.look;
        self.rebuild(input, &sight);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        if self.plain || !is_installed() {
            plain::paint(self, &painter, &sight, input);
        } else if let Some(frame) = self.picture(ui, &sight, input, terrain.as_ref()) {
            let callback = GlobeCallback { view: response.id.value(), frame };
            painter.add(eframe::egui_wgpu::Callback::new_paint_callback(rect, callback));
        }

        let shown = self.place_labels(&painter, &sight, input.selected);
        overlay::labels(&painter, &shown, input.theme);
        let pointer = response.hover_pos().and_then(|p| {
            let place = sight.pick(p)?;
            let elevation_m = terrain.as_ref().map(|t| t.elevation_m(place));
            Some(Reading { place, elevation_m })
        });
        let hovered = response
            .hover_pos()
            .and_then(|p| self.pick_mark(&sight, p).or_else(|| overlay::pick(&shown, p)));
        if hovered.is_some() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        }
        let ringed = [hovered.as_ref(), input.selected];
        overlay::rings(self, &painter, &sight, ringed, input.theme);
        overlay::furniture(self, ui, rect, &look, pointer, input.theme);
        list::show(self, ui, rect, input);
        self.tip(&response, hovered.as_ref());
        let picked = hovered.clone().filter(|_| response.clicked());
        self.menu(&response, pointer);
        let flying = self.flight.is_some();
        let redrawn = self.serial != drawn_before;
        GlobeResponse { picked, hovered, pointer, flying, redrawn, look, rect, response }
    }

    /// What the camera sees through a rectangle.
    pub(crate) fn sight<'a>(&self, rect: Rect, terrain: Option<&'a Topography>) -> Sight<'a> {
        let look = self.camera.look(f64::from(rect.width()), f64::from(rect.height()));
        Sight { look, rect, terrain, exaggeration: self.settings.exaggeration }
    }

    /// Puts the target on the ground, and holds the tilt so that no hill swallows the eye.
    fn keep_above_ground(&mut self, terrain: Option<&Topography>) {
        let Some(t) = terrain else { return };
        let ground = |place| t.ground_m(place, self.settings.exaggeration);
        self.camera.target_height_m = ground(self.camera.target);
        while self.camera.tilt_deg > 0.0 {
            let eye = self.camera.look(1.0, 1.0).eye;
            let place = LatLon::of(eye);
            let height = eye.length() - ellipsoid_radius_m(place.lat) - ground(place);
            if height > 20.0 + 0.02 * self.camera.range_m {
                break;
            }
            self.camera.tilt_deg = (self.camera.tilt_deg - 1.0).max(0.0);
        }
    }

    /// Points and colours of what is drawn, for the overlay and the plain globe.
    pub(crate) fn built(&self) -> (&Built, &[Segment]) {
        (&self.built, &self.graticule)
    }

    fn pick_mark(&self, sight: &Sight<'_>, pointer: egui::Pos2) -> Option<PickId> {
        let near = |p: &super::build::BuiltPoint| {
            let distance = sight.projected(p.position)?.distance(pointer);
            (distance <= p.size / 2.0 + 5.0 && sight.sees(p.position)).then_some(distance)
        };
        // Later marks lie on top: among equals the last one counts.
        let best = self.built.points.iter().rev().filter_map(|p| Some((near(p)?, p)));
        best.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, p)| p.pick.clone())
    }

    fn tip(&self, response: &Response, hovered: Option<&PickId>) {
        let point = self.built.points.iter().find(|p| Some(&p.pick) == hovered);
        if let Some(point) = point.filter(|p| !p.tip.is_empty()) {
            response.clone().on_hover_text_at_pointer(&point.tip);
        }
    }

    /// The menu of the right button: the coordinates, and flying there.
    fn menu(&mut self, response: &Response, pointer: Option<Reading>) {
        if response.secondary_clicked() {
            self.menu_at = pointer;
        }
        let Some(reading) = self.menu_at else { return };
        let words = place_text(reading.place, 5);
        let mut fly = false;
        response.context_menu(|ui| {
            if ui.button(format!("Copy {words}")).clicked() {
                let height = reading.elevation_m.map(|m| format!(", {m:.0} m"));
                let lat_lon = format!("{:.6}, {:.6}", reading.place.lat, reading.place.lon_360());
                ui.ctx().copy_text(lat_lon + &height.unwrap_or_default());
                ui.close();
            }
            fly = ui.button("Fly there").clicked();
        });
        if fly {
            self.fly_to(reading.place, Some(self.camera.range_m * 0.35));
        }
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
        let (exaggeration, terrain) = (self.settings.exaggeration, sight.terrain);
        let ground = |p: LatLon| sight.ground_m(p);
        let key = BuiltKey {
            settings: self.settings.clone(),
            terrain: terrain.is_some(),
            text: input.theme.text,
        };
        if self.built_for.as_ref() != Some(&key) || self.scene != *input.scene {
            self.scene.clone_from(input.scene);
            self.built = Built::new(&self.scene, &self.settings, input.theme.text, &ground);
            self.built_for = Some(key);
            self.built_serial += 1;
        }
        let height = sight.look.size.y;
        let visible = self.camera.degrees_per_point(height) * height;
        let window = GraticuleWindow::around(self.camera.target, visible);
        let color = input.theme.text;
        let wanted = (window, color, terrain.is_some(), exaggeration);
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

    /// The picture to draw: the last one while nothing it depends on changed.
    fn picture(
        &mut self,
        ui: &Ui,
        sight: &Sight<'_>,
        input: &GlobeInput<'_>,
        terrain: Option<&Arc<Topography>>,
    ) -> Option<Arc<Frame>> {
        let rect = sight.rect;
        let scale = ui.ctx().pixels_per_point();
        let edge = |v: f32| (v * scale).round();
        let size = [edge(rect.max.x) - edge(rect.min.x), edge(rect.max.y) - edge(rect.min.y)];
        if size.iter().any(|s| *s < 1.0 || *s > 16384.0) {
            return None;
        }
        // A fiftieth of a degree: the Sun moves that far in five seconds.
        let sun = [input.sun.lat, input.sun.lon_360()].map(|d| (d * 50.0).round() as i32);
        let key = FrameKey {
            camera: self.camera,
            size: size.map(|s| s as u32),
            scale,
            sun,
            settings: self.settings.clone(),
            built: self.built_serial,
            terrain: terrain.is_some(),
            background: input.theme.background,
            ground: input.theme.raised,
        };
        // One of many pictures in a row may be drawn fast; the last one is drawn again in full.
        let now = ui.input(|i| i.time);
        let recent = self.drawn_at.is_some_and(|at| now - at < SETTLE_S);
        let soon = is_slow() && recent;
        let last = self.frame.as_ref().filter(|(drawn, _)| *drawn == key);
        let fast = soon && last.is_none_or(|(_, frame)| frame.fast);
        if fast {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(SETTLE_S));
        }
        if let Some((_, frame)) = last.filter(|(_, frame)| frame.fast == fast) {
            return Some(Arc::clone(frame));
        }
        if last.is_none() {
            self.drawn_at = Some(now);
        }
        self.serial += 1;
        let frame = Frame { fast, ..self.make_frame(&key, sight, input, terrain) };
        let frame = Arc::new(frame);
        self.frame = Some((key, Arc::clone(&frame)));
        Some(frame)
    }

    fn make_frame(
        &self,
        key: &FrameKey,
        sight: &Sight<'_>,
        input: &GlobeInput<'_>,
        terrain: Option<&Arc<Topography>>,
    ) -> Frame {
        let look = &sight.look;
        let highest_m = 2.5e4 * self.settings.exaggeration.max(1.0);
        // Half of the lines lie behind the planet; the depth would hide them, but not for free.
        let low = POLAR_RADIUS_M * POLAR_RADIUS_M * 0.97;
        let front = |s: &&Segment| s.start.dot(look.eye) > low || s.end.dot(look.eye) > low;
        let lines = self.graticule.iter().chain(&self.built.segments).filter(front);
        // Marks are whole or not at all: what is hidden is left out here, not by the depth.
        let seen = self.built.points.iter().filter(|p| sight.sees(p.position));
        let points = seen.map(|p| PointInstance {
            position: (p.position - look.eye).as_vec3().to_array(),
            size: p.size,
            color: p.color.to_srgba_unmultiplied(),
            shape: p.shape as u8 as f32,
        });
        Frame {
            serial: self.serial,
            fast: false,
            size: key.size,
            globals: self.globals(key, look, input),
            ground: ground(look, RINGS, SPOKES, highest_m, |p| sight.ground_m(p)),
            lines: lines.map(|s| s.instance(look)).collect(),
            points: points.collect(),
            topography: terrain.cloned(),
            background: linear(key.background),
        }
    }

    fn globals(&self, key: &FrameKey, look: &Look, input: &GlobeInput<'_>) -> Globals {
        let settings = &self.settings;
        let [low, high] = Hypsometry::built_in().range_m();
        let plain = linear(key.ground);
        let outline = linear(key.background);
        let map = if settings.light == Light::HillShade { 1.0 } else { 0.0 };
        let haze = if settings.haze { 0.55 } else { 0.0 };
        let [x, y, z] = input.sun.direction().as_vec3().to_array();
        let lamp = (look.up - look.right).normalize().as_vec3();
        Globals {
            clip_from_relative: look.clip_from_relative().as_mat4().to_cols_array_2d(),
            sun: [x, y, z, settings.ambient.clamp(0.0, 1.0)],
            lamp: [lamp.x, lamp.y, lamp.z, 0.0],
            shade: [settings.relief.clamp(0.0, 40.0), map, haze, (low / 1e3) as f32],
            view: [key.size[0] as f32, key.size[1] as f32, key.scale, look.near_m as f32],
            plain: [plain[0], plain[1], plain[2], ((high - low) / 1e3) as f32],
            outline: [outline[0], outline[1], outline[2], 0.0],
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
        let all = self.built.labels.iter().chain(&self.graticule_labels);
        let laid: Vec<overlay::ShownLabel> = all
            .filter(|l| {
                let long = l.extent_km * per_km;
                l.extent_km <= 0.0 || (long > 2.0 * f64::from(l.size) && long < 4.0 * look.size.x)
            })
            .filter_map(|l| overlay::lay_out(painter, sight, l))
            .collect();
        let candidates: Vec<_> = laid.iter().map(|l| l.candidate(selected)).collect();
        let taken = overlay::furniture_rects(sight.rect, &self.settings, self.list_rect);
        let kept = self.placer.place(&candidates, &taken);
        kept.into_iter().filter_map(|i| laid.get(i).cloned()).collect()
    }
}
