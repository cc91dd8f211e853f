//! Squares of the ground on the device: uploaded once, kept while they are drawn and fit.

use std::collections::HashMap;

use eframe::wgpu;

use super::super::ground::source::PICTURE_SIDE;
use super::super::ground::tile::TileId;
use super::super::ground::{DrawPicture, DrawTile, TileVertex};
use super::pipeline::{PICTURE, Pipelines};

/// Squares that were not drawn for so many pictures are let go.
const KEPT_PICTURES: u64 = 300;

/// The shape of one square on the device.
pub(super) struct GpuShape {
    pub corners: wgpu::Buffer,
    pub relief: wgpu::BindGroup,
}

/// What is kept of each square.
struct Held<T> {
    stamp: u64,
    used: u64,
    bytes: usize,
    what: T,
}

/// The squares of one globe.
#[derive(Default)]
pub(super) struct GpuTiles {
    shapes: HashMap<TileId, Held<GpuShape>>,
    pictures: HashMap<TileId, Held<wgpu::BindGroup>>,
    uploads: u64,
    bytes: usize,
}

impl GpuTiles {
    /// Uploads what is new of a picture, and lets go what does not fit any more.
    pub(super) fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        pipelines: &Pipelines,
        wanted: &[DrawTile],
        budget: usize,
    ) {
        self.uploads += 1;
        let now = self.uploads;
        for tile in wanted {
            self.bytes += keep(&mut self.shapes, tile.id, tile.stamp, now, || {
                shape(device, queue, pipelines, tile)
            });
            if let Some(on_it) = &tile.picture {
                self.bytes += keep(&mut self.pictures, on_it.id, on_it.stamp, now, || {
                    let levels = &on_it.picture.levels;
                    let levels: Vec<&[u8]> =
                        levels.iter().map(|level| bytemuck::cast_slice(&level[..])).collect();
                    let view = texture(device, queue, PICTURE, PICTURE_SIDE as u32, &levels);
                    (pipelines.tile_group(device, &view), on_it.picture.bytes())
                });
            }
        }
        self.bytes -= evict(&mut self.shapes, self.bytes, budget, now);
        self.bytes -= evict(&mut self.pictures, self.bytes, budget, now);
    }

    /// A shape that was uploaded.
    pub(super) fn shape(&self, id: TileId) -> Option<&GpuShape> {
        self.shapes.get(&id).map(|held| &held.what)
    }

    /// A picture that was uploaded.
    pub(super) fn picture(&self, on_it: &DrawPicture) -> Option<&wgpu::BindGroup> {
        self.pictures.get(&on_it.id).map(|held| &held.what)
    }
}

/// Makes something unless the same is held already; says how many bytes more are taken.
fn keep<T>(
    held: &mut HashMap<TileId, Held<T>>,
    id: TileId,
    stamp: u64,
    used: u64,
    make: impl FnOnce() -> (T, usize),
) -> usize {
    if let Some(same) = held.get_mut(&id).filter(|h| h.stamp == stamp) {
        same.used = used;
        return 0;
    }
    let (what, bytes) = make();
    let old = held.insert(id, Held { stamp, used, bytes, what });
    bytes.saturating_sub(old.map_or(0, |o| o.bytes))
}

/// Lets go what was not drawn for longest; says how many bytes that gives back.
fn evict<T>(held: &mut HashMap<TileId, Held<T>>, bytes: usize, budget: usize, now: u64) -> usize {
    let idle = held.iter().filter(|(_, h)| h.used < now).map(|(id, h)| (h.used, *id));
    let mut idle: Vec<(u64, TileId)> = idle.collect();
    idle.sort_unstable();
    let mut back = 0;
    for (used, id) in idle {
        if bytes.saturating_sub(back) <= budget && used + KEPT_PICTURES > now {
            break;
        }
        back += held.remove(&id).map_or(0, |h| h.bytes);
    }
    back.min(bytes)
}

fn shape(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    pipelines: &Pipelines,
    tile: &DrawTile,
) -> (GpuShape, usize) {
    let terrain = &tile.terrain;
    let vertices: &[TileVertex] = &terrain.vertices;
    let vertices: &[u8] = bytemuck::cast_slice(vertices);
    let corners = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("globe square"),
        size: vertices.len() as u64,
        usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    queue.write_buffer(&corners, 0, vertices);
    let relief: &[u8] = bytemuck::cast_slice(&terrain.relief);
    let format = wgpu::TextureFormat::Rgba16Float;
    let view = texture(device, queue, format, terrain.side as u32, &[relief]);
    let bytes = vertices.len() + relief.len();
    (GpuShape { corners, relief: pipelines.tile_group(device, &view) }, bytes)
}

/// A square texture with its levels.
fn texture(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    format: wgpu::TextureFormat,
    side: u32,
    levels: &[&[u8]],
) -> wgpu::TextureView {
    let size = wgpu::Extent3d { width: side, height: side, depth_or_array_layers: 1 };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("globe square"),
        size,
        mip_level_count: levels.len().max(1) as u32,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    for (level, bytes) in levels.iter().enumerate() {
        let side = (side >> level).max(1);
        let target =
            wgpu::TexelCopyTextureInfo { mip_level: level as u32, ..texture.as_image_copy() };
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(bytes.len() as u32 / side),
            rows_per_image: Some(side),
        };
        let size = wgpu::Extent3d { width: side, height: side, depth_or_array_layers: 1 };
        queue.write_texture(target, bytes, layout, size);
    }
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}
