//! One picture of the globe as plain bytes: what the renderer uploads.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use egui::Color32;
use glam::DVec3;

use super::camera::Look;
use super::mesh::GroundVertex;
use super::topography::Topography;

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
    pub ground: Vec<GroundVertex>,
    pub lines: Vec<LineInstance>,
    pub points: Vec<PointInstance>,
    pub topography: Option<Arc<Topography>>,
    /// Colour around the globe, linear.
    pub background: [f32; 3],
}

/// A piece of a line on the ground, body-fixed, metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub start: DVec3,
    pub end: DVec3,
    pub width: f32,
    pub color: Color32,
}

impl Segment {
    /// Relative to an eye, for the renderer.
    pub(crate) fn instance(&self, look: &Look) -> LineInstance {
        LineInstance {
            start: (self.start - look.eye).as_vec3().to_array(),
            width: self.width,
            end: (self.end - look.eye).as_vec3().to_array(),
            color: self.color.to_srgba_unmultiplied(),
        }
    }
}

/// Linear red, green and blue of an opaque colour.
pub(crate) fn linear(color: Color32) -> [f32; 3] {
    let c = egui::Rgba::from(color);
    [c.r(), c.g(), c.b()]
}
