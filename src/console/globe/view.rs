//! The globe as a widget: state, one pass from input to picture, and what came of it.

use std::sync::Arc;

use egui::{Color32, Rect, Response, Sense, Ui};
use glam::DVec2;

use super::build::{Built, BuiltLabel, GraticuleWindow};
use super::camera::{Camera, Look};
use super::frame::{Frame, Globals, PointInstance, Segment, linear};
use super::geodesy::{LatLon, is_hidden};
use super::hypsometry::Hypsometry;
use super::labels::Placer;
use super::mesh::{RINGS, SPOKES, ground};
use super::render::{GlobeCallback, is_installed};
use super::scene::{GlobeScene, PickId};
use super::settings::{GlobeSettings, Light};
use super::topography::Topography;
use super::{input, list, overlay, plain};
use crate::theme::Theme;

/// Points below this height of the ellipsoid do not hide marks: deeper than any basin, metres.
const BASIN_M: f64 = 9e3;
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
    built_serial: u64,
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
        let rect = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(rect, Sense::click_and_drag());
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Globe of Mars")
        });
        let ctx = ui.ctx().clone();
        let terrain = Topography::shared(move || ctx.request_repaint());
        input::handle(self, ui, &response, terrain.as_deref());
        self.advance(ui);
        if let Some(t) = &terrain {
            self.camera.target_height_m =
                t.ground_m(self.camera.target, self.settings.exaggeration);
        }
        let size = rect.size();
        let look = self.camera.look(f64::from(size.x), f64::from(size.y));
        self.rebuild(input, terrain.as_deref(), &look);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        if self.plain || !is_installed() {
            plain::paint(self, &painter, rect, &look, input, terrain.as_deref());
        } else if let Some(frame) = self.picture(ui, rect, &look, input, terrain.as_ref()) {
            let callback = GlobeCallback { view: response.id.value(), frame };
            painter.add(eframe::egui_wgpu::Callback::new_paint_callback(rect, callback));
        }

        let shown = self.place_labels(&painter, rect, &look);
        overlay::labels(&painter, &shown, input.theme);
        let pointer = response.hover_pos().and_then(|p| {
            let at = DVec2::new(f64::from(p.x - rect.min.x), f64::from(p.y - rect.min.y));
            let place = self.pick_place(&look, at, terrain.as_deref())?;
            let elevation_m = terrain.as_ref().map(|t| t.elevation_m(place));
            Some(Reading { place, elevation_m })
        });
        let hovered = response
            .hover_pos()
            .and_then(|p| self.pick_mark(&look, rect, p).or_else(|| overlay::pick(&shown, p)));
        overlay::rings(self, &painter, rect, &look, [hovered.as_ref(), input.selected], input.theme);
        overlay::furniture(self, ui, rect, &look, pointer, input.theme);
        list::show(self, ui, rect, input);
        self.tip(&response, hovered.as_ref());
        let picked = hovered.clone().filter(|_| response.clicked());
        let flying = self.flight.is_some();
        GlobeResponse { picked, hovered, pointer, flying, look, rect, response }
    }

    /// The ground under a position of the view, points from its corner.
    pub(crate) fn pick_place(
        &self,
        look: &Look,
        at: DVec2,
        terrain: Option<&Topography>,
    ) -> Option<LatLon> {
        let exaggeration = self.settings.exaggeration;
        look.pick(at, |p| terrain.map_or(0.0, |t| t.ground_m(p, exaggeration)))
    }

    /// Points and colours of what is drawn, for the overlay and the plain globe.
    pub(crate) fn built(&self) -> (&Built, &[Segment]) {
        (&self.built, &self.graticule)
    }

    /// Where a body-fixed position appears on the screen; `None` when the planet hides it.
    pub(crate) fn on_screen(look: &Look, rect: Rect, position: glam::DVec3) -> Option<egui::Pos2> {
        let at = look.project(position).filter(|_| !is_hidden(look.eye, position, BASIN_M))?;
        Some(rect.min + egui::vec2(at.x as f32, at.y as f32))
    }

    fn pick_mark(&self, look: &Look, rect: Rect, pointer: egui::Pos2) -> Option<PickId> {
        let near = |p: &super::build::BuiltPoint| {
            let distance = Self::on_screen(look, rect, p.position)?.distance(pointer);
            (distance <= p.size / 2.0 + 5.0).then_some(distance)
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
    fn rebuild(&mut self, input: &GlobeInput<'_>, terrain: Option<&Topography>, look: &Look) {
        let exaggeration = self.settings.exaggeration;
        let ground = |p: LatLon| terrain.map_or(0.0, |t| t.ground_m(p, exaggeration));
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
        let visible = self.camera.degrees_per_point(look.size.y) * look.size.y;
        let window = GraticuleWindow::around(self.camera.target, visible);
        let color = input.theme.text;
        let wanted = (window, color, terrain.is_some(), exaggeration);
        if !self.settings.graticule {
            self.built_serial += u64::from(self.graticule_for.is_some());
            self.graticule.clear();
            self.graticule_labels.clear();
            self.graticule_for = None;
        } else if self.graticule_for != Some(wanted) {
            self.graticule = window.segments(color.gamma_multiply(0.28), &ground);
            self.graticule_labels = window.labels(color.gamma_multiply(0.75), &ground);
            self.graticule_for = Some(wanted);
            self.built_serial += 1;
        }
    }

    /// The picture to draw: the last one while nothing it depends on changed.
    fn picture(
        &mut self,
        ui: &Ui,
        rect: Rect,
        look: &Look,
        input: &GlobeInput<'_>,
        terrain: Option<&Arc<Topography>>,
    ) -> Option<Arc<Frame>> {
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
        if let Some((_, frame)) = self.frame.as_ref().filter(|(drawn, _)| *drawn == key) {
            return Some(Arc::clone(frame));
        }
        self.serial += 1;
        let frame = Arc::new(self.make_frame(&key, look, input, terrain));
        self.frame = Some((key, Arc::clone(&frame)));
        Some(frame)
    }

    fn make_frame(
        &self,
        key: &FrameKey,
        look: &Look,
        input: &GlobeInput<'_>,
        terrain: Option<&Arc<Topography>>,
    ) -> Frame {
        let exaggeration = self.settings.exaggeration;
        let height = |p: LatLon| terrain.map_or(0.0, |t| t.ground_m(p, exaggeration));
        let highest_m = 2.5e4 * exaggeration.max(1.0);
        let lines = self.graticule.iter().chain(&self.built.segments);
        // What lies behind the horizon is left out here; hills in front are left to the depth.
        let facing = self.built.points.iter();
        let facing = facing.filter(|p| !is_hidden(look.eye, p.position, BASIN_M));
        let points = facing.map(|p| PointInstance {
            position: (p.position - look.eye).as_vec3().to_array(),
            size: p.size,
            color: p.color.to_srgba_unmultiplied(),
            shape: p.shape as u8 as f32,
        });
        Frame {
            serial: self.serial,
            size: key.size,
            globals: self.globals(key, look, input),
            ground: ground(look, RINGS, SPOKES, highest_m, height),
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
        rect: Rect,
        look: &Look,
    ) -> Vec<overlay::ShownLabel> {
        let per_km = 1.0 / (self.camera.degrees_per_point(look.size.y) * 59.16);
        let all = self.built.labels.iter().chain(&self.graticule_labels);
        let laid: Vec<overlay::ShownLabel> = all
            .filter(|l| {
                let long = l.extent_km * per_km;
                l.extent_km <= 0.0 || (long > f64::from(l.size) && long < 4.0 * look.size.x)
            })
            .filter_map(|l| overlay::lay_out(painter, rect, look, l))
            .collect();
        let candidates: Vec<_> = laid.iter().map(|l| l.candidate).collect();
        let taken = overlay::furniture_rects(rect, &self.settings, self.list_rect);
        let kept = self.placer.place(&candidates, &taken);
        kept.into_iter().filter_map(|i| laid.get(i).cloned()).collect()
    }
}
