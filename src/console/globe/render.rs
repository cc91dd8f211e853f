//! The wgpu side: pipelines made once, an offscreen picture per view, drawn only when it changed.
//!
//! The picture has its own depth buffer and multisampling and is put on the screen by one
//! triangle, so that it works in a window, offscreen and in tests alike.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui_wgpu::{CallbackResources, CallbackTrait, RenderState, ScreenDescriptor};
use eframe::wgpu;
use egui::PaintCallbackInfo;

use super::frame::{Frame, Globals, LineInstance, PointInstance};
use super::mesh::{GroundVertex, RINGS, SPOKES, triangles};
use super::pipeline::{DEPTH, PICTURE, Pipelines, SceneSet};
use super::topography::Topography;

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

/// Lets a window show globes; call it once when the app starts (and again after a lost device). Multisamples four times where the device can; on a software device only the
/// pictures that stay, not those of a motion.
pub fn install(render_state: &RenderState) {
    let flags = render_state.adapter.get_texture_format_features(PICTURE).flags;
    let depth = render_state.adapter.get_texture_format_features(DEPTH).flags;
    let four = flags.sample_count_supported(4) && depth.sample_count_supported(4);
    install_with(render_state, if four { 4 } else { 1 });
}

/// The same with a given number of samples per pixel: 1 or 4.
pub fn install_with(render_state: &RenderState, samples: u32) {
    let samples = if samples >= 4 { 4 } else { 1 };
    let fast = is_software(render_state) && samples > 1;
    SLOW.store(fast, Ordering::Relaxed);
    let gpu = Gpu::new(render_state.target_format, samples, fast);
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
    /// Whether pictures of a motion get fewer samples.
    fast: bool,
    /// Made with the first picture, so that a window without a globe starts sooner.
    pipelines: Option<Pipelines>,
    relief: Option<wgpu::TextureView>,
    views: HashMap<u64, View>,
    frames: u64,
}

/// Buffers and pictures of one globe on the screen.
struct View {
    serial: u64,
    used: u64,
    size: [u32; 2],
    with_relief: bool,
    uniforms: wgpu::Buffer,
    scene: wgpu::BindGroup,
    ground: wgpu::Buffer,
    triangles: wgpu::Buffer,
    lines: Grown,
    points: Grown,
    /// The picture that stays, and the one of a motion.
    targets: [Option<Targets>; 2],
    /// Which of them is newest.
    shown: usize,
}

struct Targets {
    drawn: wgpu::TextureView,
    resolved: Option<wgpu::TextureView>,
    depth: wgpu::TextureView,
    blit: wgpu::BindGroup,
}

/// A vertex buffer that is made anew when it gets too small.
#[derive(Default)]
struct Grown {
    buffer: Option<wgpu::Buffer>,
    count: u32,
}

impl Grown {
    fn write(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, bytes: &[u8], count: usize) {
        self.count = count as u32;
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

    fn draw(&self, pass: &mut wgpu::RenderPass<'_>, pipeline: &wgpu::RenderPipeline) {
        if let Some(buffer) = self.buffer.as_ref().filter(|_| self.count > 0) {
            pass.set_pipeline(pipeline);
            pass.set_vertex_buffer(0, buffer.slice(..));
            pass.draw(0..6, 0..self.count);
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
        _info: PaintCallbackInfo,
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
        pass.set_bind_group(0, &targets.blit, &[]);
        pass.draw(0..3, 0..1);
    }
}

impl Gpu {
    fn new(format: wgpu::TextureFormat, samples: u32, fast: bool) -> Self {
        Self {
            device: None,
            format,
            samples,
            fast,
            pipelines: None,
            relief: None,
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
        self.relief = None;
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
            Pipelines::new(device, queue, self.format, self.samples, self.fast)
        });
        self.views.retain(|other, view| *other == id || view.used + KEPT_FRAMES > now);
        if let (None, Some(topography)) = (&self.relief, &frame.topography) {
            self.relief = Some(upload_relief(device, queue, topography));
        }
        let with_relief = self.relief.is_some();
        if self.views.get(&id).is_none_or(|v| v.with_relief != with_relief) {
            let view = View::new(device, pipelines, self.relief.as_ref());
            self.views.insert(id, view);
        }
        let Some(view) = self.views.get_mut(&id) else { return };
        view.used = now;
        if view.size != frame.size {
            view.targets = [None, None];
            view.size = frame.size;
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
        view.upload(device, queue, frame);
        let targets = view.targets[shown]
            .get_or_insert_with(|| Targets::new(device, pipelines, set.samples, frame.size));
        let buffers = (&view.scene, &view.ground, &view.triangles);
        draw(encoder, set, targets, buffers, [&view.lines, &view.points], frame.background);
    }
}

impl View {
    fn new(
        device: &wgpu::Device,
        pipelines: &Pipelines,
        relief: Option<&wgpu::TextureView>,
    ) -> Self {
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("globe uniforms"),
            size: size_of::<Globals>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let indices = triangles(RINGS, SPOKES);
        let bytes: &[u8] = bytemuck::cast_slice(&indices);
        let triangles = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("globe triangles"),
            size: bytes.len() as u64,
            usage: wgpu::BufferUsages::INDEX | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: true,
        });
        if let Ok(mut mapped) = triangles.slice(..).get_mapped_range_mut() {
            mapped.copy_from_slice(bytes);
        }
        triangles.unmap();
        Self {
            serial: 0,
            used: 0,
            size: [0, 0],
            with_relief: relief.is_some(),
            scene: pipelines.scene_group(device, &uniforms, relief),
            uniforms,
            ground: vertex_buffer(device, (RINGS * SPOKES * size_of::<GroundVertex>()) as u64),
            triangles,
            lines: Grown::default(),
            points: Grown::default(),
            targets: [None, None],
            shown: 0,
        }
    }

    fn upload(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, frame: &Frame) {
        let mut globals = frame.globals;
        globals.outline[3] = if self.with_relief { 1.0 } else { 0.0 };
        queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(&globals));
        queue.write_buffer(&self.ground, 0, bytemuck::cast_slice(&frame.ground));
        let lines: &[LineInstance] = &frame.lines;
        self.lines.write(device, queue, bytemuck::cast_slice(lines), lines.len());
        let points: &[PointInstance] = &frame.points;
        self.points.write(device, queue, bytemuck::cast_slice(points), points.len());
    }
}

/// Records the pass of a picture.
fn draw(
    encoder: &mut wgpu::CommandEncoder,
    set: &SceneSet,
    targets: &Targets,
    (scene, ground, triangles): (&wgpu::BindGroup, &wgpu::Buffer, &wgpu::Buffer),
    [lines, points]: [&Grown; 2],
    background: [f32; 3],
) {
    let [r, g, b] = background.map(f64::from);
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("globe"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: &targets.drawn,
            depth_slice: None,
            resolve_target: targets.resolved.as_ref(),
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a: 1.0 }),
                store: wgpu::StoreOp::Store,
            },
        })],
        depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
            view: &targets.depth,
            depth_ops: Some(wgpu::Operations {
                load: wgpu::LoadOp::Clear(0.0),
                store: wgpu::StoreOp::Discard,
            }),
            stencil_ops: None,
        }),
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    });
    pass.set_bind_group(0, scene, &[]);
    pass.set_pipeline(&set.ground);
    pass.set_vertex_buffer(0, ground.slice(..));
    pass.set_index_buffer(triangles.slice(..), wgpu::IndexFormat::Uint16);
    pass.draw_indexed(0..((RINGS - 1) * SPOKES * 6) as u32, 0, 0..1);
    lines.draw(&mut pass, &set.lines);
    points.draw(&mut pass, &set.points);
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
        let blit = pipelines.blit_group(device, &picture);
        let (drawn, resolved) = if samples > 1 {
            (texture(samples, PICTURE, false), Some(picture))
        } else {
            (picture, None)
        };
        Self { drawn, resolved, depth: texture(samples, DEPTH, false), blit }
    }
}

/// The relief texture with all its levels.
fn upload_relief(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    topography: &Topography,
) -> wgpu::TextureView {
    let levels = topography.relief();
    let (width, height) = levels.first().map_or((1, 1), |l| (l.columns, l.rows));
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("globe relief"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: levels.len().max(1) as u32,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba16Float,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    for (mip_level, level) in levels.iter().enumerate() {
        queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture: &texture,
                mip_level: mip_level as u32,
                origin: wgpu::Origin3d::ZERO,
                aspect: wgpu::TextureAspect::All,
            },
            bytemuck::cast_slice(&level.texels),
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(level.columns * 8),
                rows_per_image: Some(level.rows),
            },
            wgpu::Extent3d { width: level.columns, height: level.rows, depth_or_array_layers: 1 },
        );
    }
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use eframe::egui_wgpu::RendererOptions;
    use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};

    use super::*;

    #[test]
    fn pictures_move_to_another_device_when_theirs_is_lost() {
        let frame = Frame {
            serial: 1,
            fast: false,
            size: [32, 32],
            globals: Globals::zeroed(),
            ground: vec![GroundVertex::zeroed(); RINGS * SPOKES],
            lines: vec![LineInstance::zeroed()],
            points: Vec::new(),
            topography: None,
            background: [0.1, 0.2, 0.3],
        };
        let mut gpu = Gpu::new(wgpu::TextureFormat::Rgba8Unorm, 1, false);
        let mut draw_on = |state: &RenderState| {
            let scope = state.device.push_error_scope(wgpu::ErrorFilter::Validation);
            let mut encoder =
                state.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            gpu.prepare(&state.device, &state.queue, &mut encoder, 7, &frame);
            state.queue.submit([encoder.finish()]);
            assert!(gpu.device.as_ref() == Some(&state.device));
            assert!(gpu.views.get(&7).is_some_and(|view| view.targets[0].is_some()));
            pollster::block_on(scope.pop()).map(|error| error.to_string())
        };
        let state = || create_render_state(default_wgpu_setup(), RendererOptions::default());
        let first = state();
        assert_eq!(draw_on(&first), None);
        first.device.destroy();
        // The very same picture is drawn again, although nothing in it changed.
        let second = state();
        assert_eq!(draw_on(&second), None);
    }
}
