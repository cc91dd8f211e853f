//! From a look at the globe to a picture: made anew only when something in it changed.
//!
//! On a device without a graphics processor the pictures of a motion are drawn with fewer samples,
//! coarser ground and, when that is still slow, fewer pixels; the last one is drawn again in full.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use egui::{Color32, Context, Ui};
use glam::DVec3;

use super::build::Built;
use super::camera::{Camera, Look};
use super::geodesy::{LatLon, POLAR_RADIUS_M};
use super::ground::source::GroundLayers;
use super::ground::{DrawTile, Ground, Recipe, Store, Topography, View, Wake};
use super::hypsometry::Hypsometry;
use super::map::MapMode;
use super::render::frame::{
    AreaVertex, Frame, Globals, GroundParts, LineInstance, PointInstance, Segment, TileInstance,
    coded,
};
use super::render::{is_installed, is_slow};
use super::settings::{GlobeSettings, Light};
use super::sight::Sight;
use super::view::GlobeInput;

/// On a slow device a picture is drawn in full when none followed for so long, seconds.
const SETTLE_S: f64 = 0.3;
/// Squares of the ground are at most so high on the screen, pixels: a texel of their slopes is
/// about two and one of their pictures about one.
const MOST_PX: f64 = 320.0;
/// The same for pictures of a motion on a slow device.
const MOST_PX_FAST: f64 = 480.0;
/// A motion whose pictures take longer than this, seconds, gets fewer pixels; shorter ones more.
const SLOW_S: f32 = 0.075;
const QUICK_S: f32 = 0.04;
/// Fewest pixels of a motion, as a part of the full width and height.
const LEAST_SCALE: f32 = 0.5;

/// Where a window keeps that its pictures are taken only once.
fn patience_id() -> egui::Id {
    egui::Id::unique("patience of globes")
}

/// From now on globes of a window wait in every frame until all their ground is there: for
/// pictures that are taken only once.
pub fn be_patient(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(patience_id(), true));
}

/// Scale height of the air, metres (NASA Mars fact sheet: 11.1 km).
const SCALE_HEIGHT_M: f64 = 11_100.0;
/// Below this height of the eye lines are cut finer near it, so often at most, metres.
const NEAR_M: f64 = 1e5;
const MOST_CUTS: u32 = 14;

/// What lies over the ground, and a number that changes with it.
pub(crate) struct Marks<'a> {
    pub built: &'a Built,
    pub graticule: &'a [Segment],
    pub serial: u64,
}

/// What to show in a frame.
pub(crate) struct Drawn {
    /// None where nothing can be drawn.
    pub frame: Option<Arc<Frame>>,
    /// Whether it was made in this frame.
    pub is_new: bool,
    /// Whether all the ground that is wanted is there.
    pub is_complete: bool,
}

/// The pictures of one globe.
#[derive(Default)]
pub(crate) struct Pictures {
    /// The window that shows them.
    window: Arc<Mutex<Option<Context>>>,
    store: Option<Store>,
    recipe: Option<Arc<Recipe>>,
    made_of: Option<RecipeKey>,
    is_patient: bool,
    last: Option<(FrameKey, Arc<Frame>)>,
    is_complete: bool,
    serial: u64,
    /// When the picture last changed, seconds of the user interface's clock.
    drawn_at: Option<f64>,
    /// Part of the full width and height that pictures of a motion get.
    scale: Option<f32>,
}

/// What the ground is made of, to see when that changes.
#[derive(Clone, PartialEq)]
struct RecipeKey {
    map: MapMode,
    has_terrain: bool,
    /// Address of each source, and opacity.
    elevation: Vec<usize>,
    imagery: Vec<(usize, f32)>,
}

/// Everything that a picture depends on.
#[derive(Clone, PartialEq)]
struct FrameKey {
    camera: Camera,
    size: [u32; 2],
    scale: f32,
    sun: [i32; 2],
    settings: GlobeSettings,
    marks: u64,
    tiles: Vec<[u64; 2]>,
    stars: usize,
    background: Color32,
    ground: Color32,
}

impl Pictures {
    /// Sets the ground up for what the user wants to see.
    pub(crate) fn supply(
        &mut self,
        ctx: &Context,
        settings: &GlobeSettings,
        layers: &GroundLayers,
    ) {
        let patient = ctx.data(|data| data.get_temp(patience_id())).unwrap_or(false);
        self.is_patient = patient;
        // The window may be another one than last time: the ground wakes the present one.
        *self.window.lock().unwrap_or_else(PoisonError::into_inner) = Some(ctx.clone());
        let window = Arc::clone(&self.window);
        let wake: Wake = Arc::new(move || {
            if let Some(ctx) = &*window.lock().unwrap_or_else(PoisonError::into_inner) {
                ctx.request_repaint();
            }
        });
        let topography = if patient {
            Topography::load()
        } else {
            let wake = Arc::clone(&wake);
            Topography::shared(move || wake())
        };
        let (elevation, imagery) = settings.ground_sources(layers);
        let key = RecipeKey {
            map: settings.map,
            has_terrain: topography.is_some(),
            elevation: elevation.iter().map(|e| Arc::as_ptr(e).addr()).collect(),
            imagery: imagery.iter().map(|(i, o)| (Arc::as_ptr(i).addr(), *o)).collect(),
        };
        if self.made_of.as_ref() == Some(&key) {
            return;
        }
        let recipe = Recipe { map: settings.map, topography, elevation, imagery };
        self.recipe = Some(Arc::new(recipe.clone()));
        match &mut self.store {
            Some(store) => store.set_recipe(recipe),
            None => self.store = Some(Store::new(recipe, wake)),
        }
        self.made_of = Some(key);
    }

    /// What the ground is made of.
    pub(crate) fn recipe(&self) -> Option<Arc<Recipe>> {
        self.recipe.clone()
    }

    /// Bytes that the ground takes, without those on the graphics device.
    pub(crate) fn bytes(&self) -> usize {
        self.store.as_ref().map_or(0, Store::bytes)
    }

    /// A number that changes when heights may have.
    pub(crate) fn heights(&self) -> u64 {
        let Some(recipe) = &self.recipe else { return 0 };
        let layers = recipe.elevation.iter().map(|e| e.version().wrapping_add(1));
        layers.fold(u64::from(recipe.topography.is_some()), u64::wrapping_add)
            + ((recipe.map as u64) << 60)
    }

    /// The picture to draw: the last one while nothing it depends on changed.
    pub(crate) fn draw(
        &mut self,
        ui: &Ui,
        sight: &Sight<'_>,
        camera: &Camera,
        settings: &GlobeSettings,
        input: &GlobeInput<'_>,
        marks: &Marks<'_>,
    ) -> Drawn {
        let none = Drawn { frame: None, is_new: false, is_complete: false };
        let scale = ui.ctx().pixels_per_point();
        let edge = |v: f32| (v * scale).round();
        let rect = sight.rect;
        let size = [edge(rect.max.x) - edge(rect.min.x), edge(rect.max.y) - edge(rect.min.y)];
        if !is_installed() || size.iter().any(|s| *s < 1.0 || *s > 16384.0) {
            return none;
        }
        let now = ui.input(|i| i.time);
        let in_motion =
            is_slow() && !self.is_patient && self.drawn_at.is_some_and(|at| now - at < SETTLE_S);
        let view = View {
            look: sight.look,
            scale: f64::from(scale),
            most_px: if in_motion { MOST_PX_FAST } else { MOST_PX },
            exaggeration: sight.exaggeration,
        };
        let budget = settings.budget_mb.clamp(32, 8192) as usize * 1_000_000;
        let Some(store) = &mut self.store else { return none };
        let ground = store.update(&view, budget, now, self.is_patient);
        // A fiftieth of a degree: the Sun moves that far in five seconds.
        let sun = [input.sun.lat, input.sun.lon_360()].map(|d| (d * 50.0).round() as i32);
        let mut key = FrameKey {
            camera: *camera,
            size: size.map(|s| s as u32),
            scale,
            sun,
            settings: settings.clone(),
            marks: marks.serial,
            tiles: ground.tiles.iter().map(stamps).collect(),
            stars: input.stars.len(),
            background: input.theme.background,
            ground: input.theme.raised,
        };
        self.is_complete = ground.is_complete;
        let same = |old: &FrameKey| FrameKey { tiles: key.tiles.clone(), ..old.clone() } == key;
        let moved = !self.last.as_ref().is_some_and(|(old, _)| same(old));
        let fast = in_motion && (moved || self.last.as_ref().is_some_and(|(_, f)| f.fast));
        if fast {
            self.pace(ui);
            ui.ctx().request_repaint_after(Duration::from_secs_f64(SETTLE_S));
            let part = self.scale.unwrap_or(1.0);
            key.size = size.map(|s| (s * part).round().max(1.0) as u32);
        }
        let last = self.last.as_ref().filter(|(old, frame)| *old == key && frame.fast == fast);
        if let Some((_, frame)) = last {
            let frame = Some(Arc::clone(frame));
            return Drawn { frame, is_new: false, is_complete: self.is_complete };
        }
        if moved {
            self.drawn_at = Some(now);
        }
        self.serial += 1;
        let made = Make { sight, settings, input, key: &key, view: &view };
        let frame = Arc::new(made.frame(self.serial, fast, ground, marks, budget));
        self.last = Some((key, Arc::clone(&frame)));
        Drawn { frame: Some(frame), is_new: true, is_complete: self.is_complete }
    }

    /// Gives the pictures of a motion fewer pixels while they are slow.
    fn pace(&mut self, ui: &Ui) {
        let took = ui.input(|i| i.unstable_dt);
        let part = self.scale.unwrap_or(1.0);
        // Long pauses are not the picture's.
        if took > SLOW_S && took < 0.5 {
            self.scale = Some((part - 0.125).max(LEAST_SCALE));
        } else if took < QUICK_S {
            self.scale = Some((part + 0.0625).min(1.0));
        }
    }
}

/// What a square looks like, as numbers.
fn stamps(tile: &DrawTile) -> [u64; 2] {
    [tile.stamp, tile.picture.as_ref().map_or(0, |p| p.stamp)]
}

/// Makes one picture.
struct Make<'a> {
    sight: &'a Sight<'a>,
    settings: &'a GlobeSettings,
    input: &'a GlobeInput<'a>,
    key: &'a FrameKey,
    view: &'a View,
}

impl Make<'_> {
    fn frame(
        &self,
        serial: u64,
        fast: bool,
        ground: Ground,
        marks: &Marks<'_>,
        budget: usize,
    ) -> Frame {
        let look = &self.sight.look;
        // Half of the lines lie behind the planet; the depth would hide them, but not for free.
        let low = POLAR_RADIUS_M * POLAR_RADIUS_M * 0.97;
        let flat = look.map.is_flat();
        let front = |s: &&Segment| flat || s.start.dot(look.eye) > low || s.end.dot(look.eye) > low;
        let lines = marks.graticule.iter().chain(&marks.built.segments).filter(front);
        // Marks are whole or not at all: what is hidden is left out here, not by the depth.
        let seen = marks.built.points.iter().filter(|p| self.sight.sees(p.position));
        let points = seen.map(|p| PointInstance {
            position: look.relative(p.position).as_vec3().to_array(),
            size: p.size,
            color: p.color.to_srgba_unmultiplied(),
            shape: p.shape as u8 as f32,
            turn: p.turn(look),
        });
        let corners = marks.built.areas.iter().map(|(at, color)| AreaVertex {
            position: look.relative(*at).as_vec3().to_array(),
            color: color.to_srgba_unmultiplied(),
        });
        Frame {
            serial,
            fast,
            size: self.key.size,
            globals: self.globals(),
            parts: self.parts(),
            instances: ground.tiles.iter().map(|t| self.instance(t)).collect(),
            tiles: ground.tiles,
            areas: corners.collect(),
            lines: self.lines(lines),
            points: points.collect(),
            stars: if flat || !self.settings.stars { Vec::new() } else { self.stars() },
            air: !flat && self.settings.haze,
            background: coded(self.key.background),
            budget,
        }
    }

    fn instance(&self, tile: &DrawTile) -> TileInstance {
        let terrain = &tile.terrain;
        let origin = self.sight.look.relative(terrain.origin).as_vec3().to_array();
        // It has the shape of the square above where that one would do.
        let (near_m, far_m) = self.view.morph_m(tile.id, terrain.range_m(self.view.exaggeration));
        TileInstance {
            origin,
            near_m: near_m as f32,
            heights: [terrain.middle_m, terrain.half_m],
            per_m: (1.0 / (far_m - near_m)) as f32,
            picture: if tile.picture.is_some() { 1.0 } else { 0.0 },
            part: tile
                .picture
                .as_ref()
                .map_or([0.0; 4], |p| [p.part[0], p.part[1], p.part[2], 0.0]),
        }
    }

    /// Lines for the renderer. Near the eye they are cut finer and laid on the ground again.
    fn lines<'s>(&self, segments: impl Iterator<Item = &'s Segment>) -> Vec<LineInstance> {
        let look = &self.sight.look;
        let near = !look.map.is_flat() && look.eye_height_m() < NEAR_M;
        let mut out = Vec::new();
        let mut open = Vec::new();
        for segment in segments {
            open.push((*segment, 0));
            while let Some((segment, depth)) = open.pop() {
                let length = segment.start.distance(segment.end);
                let to_eye = segment.distance_m(look.eye);
                if near && depth < MOST_CUTS && length > 0.1 * to_eye.max(1.0) {
                    let middle = LatLon::of(segment.start.midpoint(segment.end));
                    let middle = self.sight.position(middle);
                    open.push((Segment { start: middle, ..segment }, depth + 1));
                    open.push((Segment { end: middle, ..segment }, depth + 1));
                } else {
                    out.extend(segment.instance(look));
                }
            }
        }
        out
    }

    fn stars(&self) -> Vec<PointInstance> {
        let color = self.input.theme.text;
        let star = |(at, bright): &(DVec3, f32)| PointInstance {
            position: (*at * 1e9).as_vec3().to_array(),
            size: 0.8 + 1.6 * bright,
            color: color.gamma_multiply(0.25 + 0.75 * bright).to_srgba_unmultiplied(),
            shape: 0.0,
            turn: 0.0,
        };
        self.input.stars.iter().map(star).collect()
    }

    fn globals(&self) -> Globals {
        let (settings, look, key) = (self.settings, &self.sight.look, self.key);
        let [low, high] = Hypsometry::built_in().range_m();
        let plain = coded(key.ground);
        let outline = coded(key.background);
        let has_terrain = self.sight.ground.is_some_and(|g| g.topography.is_some());
        let map = if settings.light == Light::Sun { 0.0 } else { 1.0 };
        let haze = if settings.haze && !look.map.is_flat() { 0.55 } else { 0.0 };
        let [x, y, z] = self.input.sun.direction().as_vec3().to_array();
        let lamp = (look.up - look.right).normalize().as_vec3();
        // A sheet is seen from far above all air.
        let far = DVec3::Z * 1e9;
        let eye = if look.map.is_flat() { far } else { look.eye }.as_vec3();
        let half = (look.size.y / 2.0) / look.focal();
        let right = (look.right * half * look.size.x / look.size.y).as_vec3();
        let (up, forward) = ((look.up * half).as_vec3(), look.forward.as_vec3());
        let contours = if settings.contours { contour_interval_m(look) as f32 } else { 0.0 };
        Globals {
            clip_from_relative: look.clip_from_relative().as_mat4().to_cols_array_2d(),
            sun: [x, y, z, settings.ambient.clamp(0.0, 1.0)],
            lamp: [lamp.x, lamp.y, lamp.z, 0.0],
            shade: [relief_gain(settings.relief, look), map, haze, (low / 1e3) as f32],
            view: [key.size[0] as f32, key.size[1] as f32, self.pixels(), look.near_m as f32],
            plain: [plain[0], plain[1], plain[2], ((high - low) / 1e3) as f32],
            outline: [outline[0], outline[1], outline[2], if has_terrain { 1.0 } else { 0.0 }],
            ground: [0.0, contours, self.sight.exaggeration as f32, look.map as u8 as f32],
            eye: [eye.x, eye.y, eye.z, settings.dust.clamp(0.0, 5.0)],
            right: [right.x, right.y, right.z, self.inside()],
            up: [up.x, up.y, up.z, 0.0],
            forward: [forward.x, forward.y, forward.z, 0.0],
        }
    }

    /// How much of the air is above the eye, 0 to 1.
    fn inside(&self) -> f32 {
        let look = &self.sight.look;
        let height = if look.map.is_flat() { f64::MAX } else { look.eye_height_m().max(0.0) };
        (-height / SCALE_HEIGHT_M).exp() as f32
    }

    fn parts(&self) -> GroundParts {
        let (settings, flat) = (self.settings, self.sight.look.map.is_flat());
        GroundParts {
            lit: settings.light != Light::Even,
            sun: settings.light == Light::Sun,
            colour: settings.ground as u8,
            contours: settings.contours,
            dust: settings.dust > 0.0 && !flat,
            haze: (settings.haze || settings.dust > 0.0) && !flat,
            near: self.inside() > 1e-3,
        }
    }

    /// Pixels of the picture per point.
    fn pixels(&self) -> f32 {
        self.key.size[1] as f32 / (self.sight.look.size.y as f32).max(1.0)
    }
}

/// The wanted gain where whole regions are in sight; near the ground slopes are steep enough to
/// show as they are.
fn relief_gain(wanted: f32, look: &Look) -> f32 {
    let near = 1.5f32.min(wanted.max(0.0));
    let far = wanted.clamp(0.0, 40.0);
    let height = look.eye_height_m().max(1.0);
    let part = ((height.log10() - 4.0) / 2.0).clamp(0.0, 1.0) as f32;
    near + (far - near) * part
}

/// A round interval that leaves contours some twenty pixels apart on gentle slopes.
pub(crate) fn contour_interval_m(look: &Look) -> f64 {
    let per_point = look.eye_height_m().max(1.0) / look.focal();
    let wanted = (per_point * 3.0).clamp(0.1, 2000.0);
    let decade = 10f64.powf(wanted.log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * decade);
    round.into_iter().find(|i| *i >= wanted).unwrap_or(decade * 10.0)
}
