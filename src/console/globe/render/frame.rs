//! One picture of the globe as plain bytes: what the renderer uploads.

use bytemuck::{Pod, Zeroable};
use egui::Color32;
use glam::DVec3;

use super::super::camera::Look;
use super::super::ground::DrawTile;

/// The uniforms of shaders/globe.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct Globals {
    pub clip_from_relative: [[f32; 4]; 4],
    pub sun: [f32; 4],
    pub lamp: [f32; 4],
    pub shade: [f32; 4],
    pub view: [f32; 4],
    pub plain: [f32; 4],
    pub outline: [f32; 4],
    pub ground: [f32; 4],
    pub eye: [f32; 4],
    pub right: [f32; 4],
    pub up: [f32; 4],
    pub forward: [f32; 4],
}

/// Which parts the ground has: a pipeline is made for each combination that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct GroundParts {
    /// Lit by the Sun or by a lamp.
    pub lit: bool,
    /// By the Sun.
    pub sun: bool,
    /// 0 plain, 1 by height, 2 by slope.
    pub colour: u8,
    pub contours: bool,
    pub dust: bool,
    pub haze: bool,
    /// The eye is inside the air.
    pub near: bool,
}

/// What the triangles of one square need besides their corners.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct TileInstance {
    /// Its origin relative to the eye, metres.
    pub origin: [f32; 3],
    /// Nearer than this it has its own shape, metres.
    pub near_m: f32,
    /// Middle and half of the range of its heights, metres.
    pub heights: [f32; 2],
    /// From there its shape changes to that of the square above within 1 over this, metres.
    pub per_m: f32,
    /// 1 when it has a picture.
    pub picture: f32,
    /// Where it lies in its picture: offset from the west and the north, and size; and nothing.
    pub part: [f32; 4],
}

/// A straight piece of a line, ends relative to the eye.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct LineInstance {
    pub start: [f32; 3],
    pub width: f32,
    pub end: [f32; 3],
    pub color: [u8; 4],
}

/// A mark, position relative to the eye.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct PointInstance {
    pub position: [f32; 3],
    pub size: f32,
    pub color: [u8; 4],
    pub shape: f32,
    /// Turn of the shape, radians clockwise on the screen.
    pub turn: f32,
}

/// A corner of a filled area, position relative to the eye.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct AreaVertex {
    pub position: [f32; 3],
    pub color: [u8; 4],
}

/// A picture to draw.
pub(crate) struct Frame {
    /// Grows with every change of the picture in a view.
    pub serial: u64,
    /// Drawn without multisampling where the device is slow, because another one follows soon.
    pub fast: bool,
    /// Size of the picture, pixels.
    pub size: [u32; 2],
    pub globals: Globals,
    pub parts: GroundParts,
    /// Squares of the ground, nearest first, and what each needs.
    pub tiles: Vec<DrawTile>,
    pub instances: Vec<TileInstance>,
    pub areas: Vec<AreaVertex>,
    pub lines: Vec<LineInstance>,
    pub points: Vec<PointInstance>,
    /// Behind the planet.
    pub stars: Vec<PointInstance>,
    /// Whether the air is drawn.
    pub air: bool,
    /// Colour around the globe.
    pub background: [f32; 3],
    /// Bytes that the ground may take on the device.
    pub budget: usize,
}

/// A piece of a line on the ground, metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub start: DVec3,
    pub end: DVec3,
    pub width: f32,
    pub color: Color32,
}

impl Segment {
    /// Distance of its nearest point from another, metres.
    pub(crate) fn distance_m(&self, from: DVec3) -> f64 {
        let along = self.end - self.start;
        let part = (from - self.start).dot(along) / along.length_squared().max(1e-12);
        (self.start + along * part.clamp(0.0, 1.0)).distance(from)
    }

    /// Relative to an eye, for the renderer; none where it only joins the edges of a map.
    pub(crate) fn instance(&self, look: &Look) -> Option<LineInstance> {
        let start = look.relative(self.start);
        look.map.joins(self.start, self.end).then(|| LineInstance {
            start: start.as_vec3().to_array(),
            width: self.width,
            end: (start + (self.end - self.start)).as_vec3().to_array(),
            color: self.color.to_srgba_unmultiplied(),
        })
    }
}

/// Red, green and blue of an opaque colour, 0 to 1, coded as they are.
pub(crate) fn coded(color: Color32) -> [f32; 3] {
    [color.r(), color.g(), color.b()].map(|v| f32::from(v) / 255.0)
}
