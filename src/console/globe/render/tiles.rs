//! Squares of the ground on the device: uploaded once, kept while they are drawn and fit.

use std::collections::HashMap;

use eframe::wgpu;

use super::super::ground::source::PICTURE_SIDE;
use super::super::ground::tile::TileId;
use super::super::ground::{DrawTile, Picture, RELIEF_SIDE, TileVertex};
use super::pipeline::{PICTURE, Pipelines};

/// Squares that were not drawn for so many pictures are let go.
const KEPT_PICTURES: u64 = 300;

/// One square on the device.
pub(super) struct GpuTile {
    stamp: u64,
    used: u64,
    bytes: usize,
    pub corners: wgpu::Buffer,
    pub textures: wgpu::BindGroup,
}

/// The squares of one globe.
#[derive(Default)]
pub(super) struct GpuTiles {
    tiles: HashMap<TileId, GpuTile>,
    pictures: u64,
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
        self.pictures += 1;
        for tile in wanted {
            match self.tiles.get_mut(&tile.id) {
                Some(held) if held.stamp == tile.stamp => held.used = self.pictures,
                _ => {
                    let made = GpuTile::new(device, queue, pipelines, tile, self.pictures);
                    self.bytes += made.bytes;
                    if let Some(old) = self.tiles.insert(tile.id, made) {
                        self.bytes -= old.bytes;
                    }
                }
            }
        }
        self.evict(budget);
    }

    /// A square that was uploaded.
    pub(super) fn get(&self, id: TileId) -> Option<&GpuTile> {
        self.tiles.get(&id)
    }

    fn evict(&mut self, budget: usize) {
        let mut idle: Vec<(u64, TileId)> = self
            .tiles
            .iter()
            .filter(|(_, tile)| tile.used < self.pictures)
            .map(|(id, tile)| (tile.used, *id))
            .collect();
        idle.sort_unstable();
        for (used, id) in idle {
            if self.bytes <= budget && used + KEPT_PICTURES > self.pictures {
                break;
            }
            if let Some(tile) = self.tiles.remove(&id) {
                self.bytes -= tile.bytes;
            }
        }
    }
}

impl GpuTile {
    fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        pipelines: &Pipelines,
        tile: &DrawTile,
        used: u64,
    ) -> Self {
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
        let relief = texture(
            device,
            queue,
            wgpu::TextureFormat::Rgba16Float,
            RELIEF_SIDE as u32,
            &[bytemuck::cast_slice(&terrain.relief)],
        );
        let picture = tile.picture.as_ref().map(|picture: &std::sync::Arc<Picture>| {
            let levels: Vec<&[u8]> =
                picture.levels.iter().map(|level| bytemuck::cast_slice(&level[..])).collect();
            texture(device, queue, PICTURE, PICTURE_SIDE as u32, &levels)
        });
        let textures = pipelines.tile_group(device, &relief, picture.as_ref());
        let bytes = vertices.len() + terrain.relief.len() * 8;
        let bytes = bytes + tile.picture.as_ref().map_or(0, |p| p.bytes());
        Self { stamp: tile.stamp, used, bytes, corners, textures }
    }
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
