//! The wgpu side: pipelines made once, an offscreen picture per view, drawn only when it changed.
//!
//! The picture has its own depth buffer and multisampling and is put on the screen by one
//! triangle, so that it works in a window, offscreen and in tests alike.

pub(crate) mod frame;
mod pipeline;
mod tiles;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui_wgpu::{CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};
use eframe::wgpu;
use egui::PaintCallbackInfo;

use self::frame::{Frame, Globals, TileInstance};
use self::pipeline::{DEPTH, PICTURE, Pipelines, SceneSet};
use self::tiles::GpuTiles;
use super::ground::triangles;

static INSTALLED: AtomicBool = AtomicBool::new(false);
static SLOW: AtomicBool = AtomicBool::new(false);

/// Views that were not drawn for so many pictures of others give their memory back.
const KEPT_FRAMES: u64 = 600;

/// Whether the processor draws the pixels.
pub fn is_software(render_state: &RenderState) -> bool {
    render_state.adapter.get_info().device_type == wgpu::DeviceType::Cpu
}

/// Where a window keeps what draws it.
fn graphics_id() -> egui::Id {
    egui::Id::unique("graphics of the window")
}

/// Notes what draws a window, for those who want to know: interface, device and driver.
pub fn note_graphics(ctx: &egui::Context, render_state: &RenderState) {
    let info = render_state.adapter.get_info();
    let driver = [info.driver.as_str(), info.driver_info.as_str()].join(" ");
    let text = format!("{}, {}, {}", info.backend, info.name, driver.trim());
    ctx.data_mut(|data| data.insert_temp(graphics_id(), text));
}

/// What draws a window: interface, device and driver; none where nothing was noted.
pub fn graphics_text(ctx: &egui::Context) -> Option<String> {
    ctx.data(|data| data.get_temp(graphics_id()))
}

/// Lets pictures that are taken away from the window show globes; what is known of the window's
/// device stays.
pub(crate) fn install_for_stills(render_state: &RenderState) {
    let gpu = Gpu::new(render_state.target_format, samples(render_state), false);
    render_state.renderer.write().callback_resources.insert(gpu);
    INSTALLED.store(true, Ordering::Relaxed);
}

/// Samples per pixel that a device can draw, at most four.
fn samples(render_state: &RenderState) -> u32 {
    let flags = render_state.adapter.get_texture_format_features(PICTURE).flags;
    let depth = render_state.adapter.get_texture_format_features(DEPTH).flags;
    let four = flags.sample_count_supported(4) && depth.sample_count_supported(4);
    if four { 4 } else { 1 }
}

/// Lets a window show globes; call it once when the app starts (and again after a lost device). Multisamples four times where the device can; on a software device only the
/// pictures that stay, not those of a motion.
pub fn install(render_state: &RenderState) {
    install_with(render_state, samples(render_state));
}

/// The same with a given number of samples per pixel: 1 or 4.
pub fn install_with(render_state: &RenderState, samples: u32) {
    let samples = if samples >= 4 { 4 } else { 1 };
    let slow = is_software(render_state);
    SLOW.store(slow && samples > 1, Ordering::Relaxed);
    let gpu = Gpu::new(render_state.target_format, samples, slow);
    render_state.renderer.write().callback_resources.insert(gpu);
    INSTALLED.store(true, Ordering::Relaxed);
}

/// Whether `install` was called; else globes draw themselves plainly.
pub(crate) fn is_installed() -> bool {
    INSTALLED.load(Ordering::Relaxed)
}

/// Whether pictures of a motion should be drawn fast.
pub(crate) fn is_slow() -> bool {
    SLOW.load(Ordering::Relaxed)
}

struct Gpu {
    /// The device that everything below belongs to; none before the first picture.
    device: Option<wgpu::Device>,
    format: wgpu::TextureFormat,
    /// Samples per pixel.
    samples: u32,
    /// Whether the device is slow: quality gives way to speed, in a motion most of all.
    slow: bool,
    /// Made with the first picture, so that a window without a globe starts sooner.
    pipelines: Option<Pipelines>,
    /// Triangles of every square.
    triangles: Option<wgpu::Buffer>,
    views: HashMap<u64, View>,
    frames: u64,
}

/// Buffers and pictures of one globe on the screen.
struct View {
    serial: u64,
    used: u64,
    size: [u32; 2],
    uniforms: wgpu::Buffer,
    scene: wgpu::BindGroup,
    tiles: GpuTiles,
    instances: Grown,
    areas: Grown,
    lines: Grown,
    points: Grown,
    stars: Grown,
    /// The picture that stays, and the one of a motion.
    targets: [Option<Targets>; 2],
    /// Which of them is newest.
    shown: usize,
}

struct Targets {
    drawn: wgpu::TextureView,
    resolved: Option<wgpu::TextureView>,
    depth: wgpu::TextureView,
    size: [u32; 2],
    /// For a screen of another and of the same size.
    blit: [wgpu::BindGroup; 2],
}

/// A vertex buffer that is made anew when it gets too small.
#[derive(Default)]
struct Grown {
    buffer: Option<wgpu::Buffer>,
    count: u32,
}

impl Grown {
    fn write<T: bytemuck::Pod>(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        entries: &[T],
    ) {
        self.count = entries.len() as u32;
        let bytes: &[u8] = bytemuck::cast_slice(entries);
        if bytes.is_empty() {
            return;
        }
        let fits = |b: &wgpu::Buffer| b.size() >= bytes.len() as u64;
        if !self.buffer.as_ref().is_some_and(fits) {
            self.buffer = Some(vertex_buffer(device, (bytes.len() as u64).next_power_of_two()));
        }
        if let Some(buffer) = &self.buffer {
            queue.write_buffer(buffer, 0, bytes);
        }
    }

    /// Draws every entry as a rectangle of its own.
    fn draw(&self, pass: &mut wgpu::RenderPass<'_>, pipeline: &wgpu::RenderPipeline) {
        if let Some(buffer) = self.buffer.as_ref().filter(|_| self.count > 0) {
            pass.set_pipeline(pipeline);
            pass.set_vertex_buffer(0, buffer.slice(..));
            pass.draw(0..6, 0..self.count);
        }
    }

    /// Draws the entries as corners of triangles.
    fn fill(&self, pass: &mut wgpu::RenderPass<'_>, pipeline: &wgpu::RenderPipeline) {
        if let Some(buffer) = self.buffer.as_ref().filter(|_| self.count > 0) {
            pass.set_pipeline(pipeline);
            pass.set_vertex_buffer(0, buffer.slice(..));
            pass.draw(0..self.count, 0..1);
        }
    }
}

fn vertex_buffer(device: &wgpu::Device, size: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("globe vertices"),
        size,
        usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

/// Puts one picture of a view on the screen, drawing it first when it is new.
pub(crate) struct GlobeCallback {
    /// Which globe.
    pub view: u64,
    /// Its picture.
    pub frame: Arc<Frame>,
}

impl CallbackTrait for GlobeCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(gpu) = resources.get_mut::<Gpu>() {
            gpu.prepare(device, queue, encoder, self.view, &self.frame);
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(gpu) = resources.get::<Gpu>() else { return };
        let Some(targets) = gpu.views.get(&self.view).and_then(|v| v.targets[v.shown].as_ref())
        else {
            return;
        };
        let Some(pipelines) = &gpu.pipelines else { return };
        pass.set_pipeline(&pipelines.blit);
        let screen = info.viewport_in_pixels();
        let same = [screen.width_px, screen.height_px].map(|v| v.max(0) as u32) == targets.size;
        pass.set_bind_group(0, &targets.blit[usize::from(same)], &[]);
        pass.draw(0..3, 0..1);
    }
}

impl Gpu {
    fn new(format: wgpu::TextureFormat, samples: u32, slow: bool) -> Self {
        Self {
            device: None,
            format,
            samples,
            slow,
            pipelines: None,
            triangles: None,
            views: HashMap::new(),
            frames: 0,
        }
    }

    /// Everything that belongs to another device, such as one that was lost, is made anew.
    fn move_to(&mut self, device: &wgpu::Device) {
        if self.device.as_ref() == Some(device) {
            return;
        }
        self.device = Some(device.clone());
        self.pipelines = None;
        self.triangles = None;
        self.views.clear();
    }

    fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        encoder: &mut wgpu::CommandEncoder,
        id: u64,
        frame: &Frame,
    ) {
        self.move_to(device);
        self.frames += 1;
        let now = self.frames;
        let pipelines = self.pipelines.get_or_insert_with(|| {
            Pipelines::new(device, queue, self.format, self.samples, self.slow)
        });
        self.views.retain(|other, view| *other == id || view.used + KEPT_FRAMES > now);
        let triangles = self.triangles.get_or_insert_with(|| index_buffer(device, &triangles()));
        let view = self.views.entry(id).or_insert_with(|| View::new(device, pipelines));
        view.used = now;
        if view.size != frame.size {
            view.targets = [None, None];
            view.size = frame.size;
        }
        let samples = match &pipelines.fast {
            Some(fast) if frame.fast => fast.samples,
            _ => pipelines.full.samples,
        };
        for tile in &frame.tiles {
            pipelines.prepare_ground(device, frame.parts, tile.cover(), samples);
        }
        let (set, shown) = match &pipelines.fast {
            Some(fast) if frame.fast => (fast, 1),
            _ => (&pipelines.full, 0),
        };
        if view.serial == frame.serial && view.targets[shown].is_some() {
            return;
        }
        view.serial = frame.serial;
        view.shown = shown;
        view.upload(device, queue, pipelines, frame);
        view.targets[shown]
            .get_or_insert_with(|| Targets::new(device, pipelines, set.samples, frame.size));
        view.draw(encoder, (pipelines, set), triangles, frame);
    }
}

impl View {
    fn new(device: &wgpu::Device, pipelines: &Pipelines) -> Self {
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("globe uniforms"),
            size: size_of::<Globals>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self {
            serial: 0,
            used: 0,
            size: [0, 0],
            scene: pipelines.scene_group(device, &uniforms),
            uniforms,
            tiles: GpuTiles::default(),
            instances: Grown::default(),
            areas: Grown::default(),
            lines: Grown::default(),
            points: Grown::default(),
            stars: Grown::default(),
            targets: [None, None],
            shown: 0,
        }
    }

    fn upload(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        pipelines: &Pipelines,
        frame: &Frame,
    ) {
        queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(&frame.globals));
        self.tiles.upload(device, queue, pipelines, &frame.tiles, frame.budget);
        self.instances.write(device, queue, &frame.instances);
        self.areas.write(device, queue, &frame.areas);
        self.lines.write(device, queue, &frame.lines);
        self.points.write(device, queue, &frame.points);
        self.stars.write(device, queue, &frame.stars);
    }

    /// Records the pass of a picture.
    fn draw(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        (pipelines, set): (&Pipelines, &SceneSet),
        triangles: &wgpu::Buffer,
        frame: &Frame,
    ) {
        let Some(targets) = self.targets[self.shown].as_ref() else { return };
        let mut pass = targets.begin(encoder, frame.background);
        pass.set_bind_group(0, &self.scene, &[]);
        self.stars.draw(&mut pass, &set.points);
        if frame.air {
            pass.set_pipeline(&set.air);
            pass.draw(0..3, 0..1);
        }
        if let Some(instances) = &self.instances.buffer {
            pass.set_index_buffer(triangles.slice(..), wgpu::IndexFormat::Uint16);
            let count = (triangles.size() / 2) as u32;
            for (i, tile) in frame.tiles.iter().enumerate() {
                let pipeline = pipelines.ground(frame.parts, tile.cover(), set.samples);
                let (Some(shape), Some(pipeline)) = (self.tiles.shape(tile.id), pipeline) else {
                    continue;
                };
                pass.set_pipeline(pipeline);
                let picture = tile.picture.as_ref().and_then(|p| self.tiles.picture(p));
                let stride = size_of::<TileInstance>();
                let at = (i * stride) as u64;
                pass.set_bind_group(1, &shape.relief, &[]);
                pass.set_bind_group(2, picture.unwrap_or(&pipelines.no_picture), &[]);
                pass.set_vertex_buffer(0, shape.corners.slice(..));
                pass.set_vertex_buffer(1, instances.slice(at..at + stride as u64));
                pass.draw_indexed(0..count, 0, 0..1);
            }
        }
        self.areas.fill(&mut pass, &set.areas);
        self.lines.draw(&mut pass, &set.lines);
        self.points.draw(&mut pass, &set.points);
    }
}

fn index_buffer(device: &wgpu::Device, indices: &[u16]) -> wgpu::Buffer {
    let bytes: &[u8] = bytemuck::cast_slice(indices);
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("globe triangles"),
        size: bytes.len() as u64,
        usage: wgpu::BufferUsages::INDEX | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: true,
    });
    if let Ok(mut mapped) = buffer.slice(..).get_mapped_range_mut() {
        mapped.copy_from_slice(bytes);
    }
    buffer.unmap();
    buffer
}

impl Targets {
    fn new(device: &wgpu::Device, pipelines: &Pipelines, samples: u32, size: [u32; 2]) -> Self {
        let texture = |samples: u32, format: wgpu::TextureFormat, sampled: bool| {
            let read = if sampled {
                wgpu::TextureUsages::TEXTURE_BINDING
            } else {
                wgpu::TextureUsages::empty()
            };
            let made = device.create_texture(&wgpu::TextureDescriptor {
                label: Some("globe picture"),
                size: wgpu::Extent3d {
                    width: size[0].max(1),
                    height: size[1].max(1),
                    depth_or_array_layers: 1,
                },
                mip_level_count: 1,
                sample_count: samples,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT | read,
                view_formats: &[],
            });
            made.create_view(&wgpu::TextureViewDescriptor::default())
        };
        let picture = texture(1, PICTURE, true);
        let blit = pipelines.blit_groups(device, &picture);
        let (drawn, resolved) = if samples > 1 {
            (texture(samples, PICTURE, false), Some(picture))
        } else {
            (picture, None)
        };
        Self { drawn, resolved, depth: texture(samples, DEPTH, false), size, blit }
    }

    fn begin<'a>(
        &self,
        encoder: &'a mut wgpu::CommandEncoder,
        background: [f32; 3],
    ) -> wgpu::RenderPass<'a> {
        let [r, g, b] = background.map(f64::from);
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("globe"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &self.drawn,
                depth_slice: None,
                resolve_target: self.resolved.as_ref(),
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a: 1.0 }),
                    store: wgpu::StoreOp::Store,
                },
            })],
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &self.depth,
                depth_ops: Some(wgpu::Operations {
                    load: wgpu::LoadOp::Clear(0.0),
                    store: wgpu::StoreOp::Discard,
                }),
                stencil_ops: None,
            }),
            timestamp_writes: None,
            occlusion_query_set: None,
            multiview_mask: None,
        })
    }
}
