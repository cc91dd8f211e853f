//! Pipelines, layouts and samplers of the globe.

use std::collections::HashMap;

use eframe::wgpu;

use super::super::ground::TileVertex;
use super::super::hypsometry::Hypsometry;
use super::frame::{AreaVertex, GroundParts, LineInstance, PointInstance, TileInstance};

/// Format of the offscreen picture.
pub(crate) const PICTURE: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
/// Format of its depth.
pub(crate) const DEPTH: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;
/// Entries of the colour table.
const COLORS: u32 = 512;

const GLOBE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/globe.wgsl"));
const BLIT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/blit.wgsl"));

/// Pipelines for a number of samples per pixel.
pub(crate) struct SceneSet {
    pub samples: u32,
    pub air: wgpu::RenderPipeline,
    pub areas: wgpu::RenderPipeline,
    pub lines: wgpu::RenderPipeline,
    pub points: wgpu::RenderPipeline,
}

/// What all globes of a window share.
pub(crate) struct Pipelines {
    /// For a picture that stays.
    pub full: SceneSet,
    /// For one of many in a row, on devices that need it.
    pub fast: Option<SceneSet>,
    pub blit: wgpu::RenderPipeline,
    module: wgpu::ShaderModule,
    /// The ground by its parts, whether a picture covers it (0 to 2), and samples per pixel.
    ground: HashMap<(GroundParts, u8, u32), wgpu::RenderPipeline>,
    scene_layout: wgpu::BindGroupLayout,
    tile_layout: wgpu::BindGroupLayout,
    blit_layout: wgpu::BindGroupLayout,
    clamped: wgpu::Sampler,
    nearest: wgpu::Sampler,
    colors: wgpu::TextureView,
    /// What squares without a picture have.
    pub no_picture: wgpu::BindGroup,
}

/// How a pipeline treats what is there already.
#[derive(Clone, Copy, PartialEq)]
enum Over {
    /// Hides it.
    Ground,
    /// Lies on it, and does not hide what comes next.
    Mark,
}

impl SceneSet {
    fn new(
        device: &wgpu::Device,
        module: &wgpu::ShaderModule,
        scene: &wgpu::BindGroupLayout,
        samples: u32,
    ) -> Self {
        let instances = |array_stride: usize, attributes| wgpu::VertexBufferLayout {
            array_stride: array_stride as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes,
        };
        let corners = |array_stride: usize, attributes| wgpu::VertexBufferLayout {
            array_stride: array_stride as u64,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes,
        };
        let line = wgpu::vertex_attr_array![
            0 => Float32x3, 1 => Float32, 2 => Float32x3, 3 => Unorm8x4
        ];
        let point = wgpu::vertex_attr_array![
            0 => Float32x3, 1 => Float32, 2 => Unorm8x4, 3 => Float32x2
        ];
        let area = wgpu::vertex_attr_array![0 => Float32x3, 1 => Unorm8x4];
        let make = |[vertex, fragment]: [&'static str; 2], buffers: &[_]| {
            let plan = Plan { vertex, fragment, constants: &[], over: Over::Mark, samples };
            scene_pipeline(device, module, &[scene], buffers, &plan)
        };
        let areas = [corners(size_of::<AreaVertex>(), &area)];
        let lines = [instances(size_of::<LineInstance>(), &line)];
        let points = [instances(size_of::<PointInstance>(), &point)];
        Self {
            samples,
            air: make(["air_vertex", "air_fragment"], &[]),
            areas: make(["area_vertex", "area_fragment"], &areas),
            lines: make(["line_vertex", "line_fragment"], &lines),
            points: make(["point_vertex", "point_fragment"], &points),
        }
    }
}

impl Pipelines {
    pub(crate) fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: wgpu::TextureFormat,
        samples: u32,
        slow: bool,
    ) -> Self {
        let module = |label, source: &'static str| {
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(label),
                source: wgpu::ShaderSource::Wgsl(source.into()),
            })
        };
        let (globe, blit) = (module("globe", GLOBE), module("globe blit", BLIT));
        let scene_layout =
            layout(device, "globe scene", &[Bound::Uniforms, Bound::Texture, Bound::Sampler]);
        let tile_layout = layout(device, "globe square", &[Bound::Texture]);
        let blit_layout = layout(device, "globe blit", &[Bound::Texture, Bound::Sampler]);
        let set = |samples| SceneSet::new(device, &globe, &scene_layout, samples);
        let table = color_table(Hypsometry::built_in());
        let colors = small_texture(device, queue, PICTURE, [COLORS, 1], &table);
        let nothing = small_texture(device, queue, PICTURE, [1, 1], &[0; 4]);
        let nothing = [wgpu::BindingResource::TextureView(&nothing)];
        Self {
            full: set(samples),
            fast: (slow && samples > 1).then(|| set(1)),
            blit: blit_pipeline(device, &blit, &blit_layout, screen),
            module: globe,
            ground: HashMap::new(),
            no_picture: group(device, "globe square", &tile_layout, &nothing),
            scene_layout,
            tile_layout,
            blit_layout,
            clamped: sampler(device, wgpu::FilterMode::Linear, slow),
            nearest: sampler(device, wgpu::FilterMode::Nearest, slow),
            colors,
        }
    }

    /// Makes the pipeline for ground of some parts, unless it is there.
    pub(crate) fn prepare_ground(
        &mut self,
        device: &wgpu::Device,
        parts: GroundParts,
        cover: u8,
        samples: u32,
    ) {
        let Self { ground, module, scene_layout, tile_layout, .. } = self;
        ground.entry((parts, cover, samples)).or_insert_with(|| {
            let constants = [
                ("LIT", f64::from(u8::from(parts.lit))),
                ("SUN", f64::from(u8::from(parts.sun))),
                ("COLOUR", f64::from(parts.colour)),
                ("CONTOURS", f64::from(u8::from(parts.contours))),
                ("DUST", f64::from(u8::from(parts.dust))),
                ("HAZE", f64::from(u8::from(parts.haze))),
                ("NEAR", f64::from(u8::from(parts.near))),
                ("COVER", f64::from(cover)),
            ];
            let corner = wgpu::vertex_attr_array![
                0 => Float32x3, 1 => Float32x3, 2 => Float32x2, 3 => Unorm16x2
            ];
            let square = wgpu::vertex_attr_array![4 => Float32x4, 5 => Float32x4, 6 => Float32x4];
            let buffers = [
                wgpu::VertexBufferLayout {
                    array_stride: size_of::<TileVertex>() as u64,
                    step_mode: wgpu::VertexStepMode::Vertex,
                    attributes: &corner,
                },
                wgpu::VertexBufferLayout {
                    array_stride: size_of::<TileInstance>() as u64,
                    step_mode: wgpu::VertexStepMode::Instance,
                    attributes: &square,
                },
            ];
            let layouts = [&*scene_layout, &*tile_layout, &*tile_layout];
            let plan = Plan {
                vertex: "ground_vertex",
                fragment: "ground_fragment",
                constants: &constants,
                over: Over::Ground,
                samples,
            };
            scene_pipeline(device, module, &layouts, &buffers, &plan)
        });
    }

    /// A pipeline that was prepared.
    pub(crate) fn ground(
        &self,
        parts: GroundParts,
        cover: u8,
        samples: u32,
    ) -> Option<&wgpu::RenderPipeline> {
        self.ground.get(&(parts, cover, samples))
    }

    /// Uniforms and colours of a view.
    pub(crate) fn scene_group(
        &self,
        device: &wgpu::Device,
        uniforms: &wgpu::Buffer,
    ) -> wgpu::BindGroup {
        let resources = [
            uniforms.as_entire_binding(),
            wgpu::BindingResource::TextureView(&self.colors),
            wgpu::BindingResource::Sampler(&self.clamped),
        ];
        group(device, "globe scene", &self.scene_layout, &resources)
    }

    /// Slopes or picture of a square.
    pub(crate) fn tile_group(
        &self,
        device: &wgpu::Device,
        texture: &wgpu::TextureView,
    ) -> wgpu::BindGroup {
        let resources = [wgpu::BindingResource::TextureView(texture)];
        group(device, "globe square", &self.tile_layout, &resources)
    }

    /// A finished picture.
    /// A picture for a screen of other and of the same size.
    pub(crate) fn blit_groups(
        &self,
        device: &wgpu::Device,
        picture: &wgpu::TextureView,
    ) -> [wgpu::BindGroup; 2] {
        [&self.clamped, &self.nearest].map(|sampler| {
            let resources = [
                wgpu::BindingResource::TextureView(picture),
                wgpu::BindingResource::Sampler(sampler),
            ];
            group(device, "globe blit", &self.blit_layout, &resources)
        })
    }
}

fn group(
    device: &wgpu::Device,
    label: &str,
    layout: &wgpu::BindGroupLayout,
    resources: &[wgpu::BindingResource<'_>],
) -> wgpu::BindGroup {
    let entries: Vec<wgpu::BindGroupEntry<'_>> = (0u32..)
        .zip(resources)
        .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
        .collect();
    let label = Some(label);
    device.create_bind_group(&wgpu::BindGroupDescriptor { label, layout, entries: &entries })
}

/// What can be bound.
#[derive(Clone, Copy)]
enum Bound {
    Uniforms,
    Texture,
    Sampler,
}

fn layout(device: &wgpu::Device, label: &str, bound: &[Bound]) -> wgpu::BindGroupLayout {
    let entry = |(binding, bound): (u32, &Bound)| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
        ty: match bound {
            Bound::Uniforms => wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            Bound::Texture => wgpu::BindingType::Texture {
                sample_type: wgpu::TextureSampleType::Float { filterable: true },
                view_dimension: wgpu::TextureViewDimension::D2,
                multisampled: false,
            },
            Bound::Sampler => wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
        },
        count: None,
    };
    let entries: Vec<wgpu::BindGroupLayoutEntry> = (0u32..).zip(bound).map(entry).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(label),
        entries: &entries,
    })
}

/// What makes one pipeline different from another.
struct Plan<'a> {
    vertex: &'static str,
    fragment: &'static str,
    /// Which parts the shader has.
    constants: &'a [(&'a str, f64)],
    over: Over,
    samples: u32,
}

fn scene_pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    layouts: &[&wgpu::BindGroupLayout],
    buffers: &[wgpu::VertexBufferLayout<'_>],
    plan: &Plan<'_>,
) -> wgpu::RenderPipeline {
    let Plan { vertex, fragment, constants, over, samples } = *plan;
    let options = wgpu::PipelineCompilationOptions { constants, ..Default::default() };
    let layouts: Vec<_> = layouts.iter().map(|layout| Some(*layout)).collect();
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(vertex),
        bind_group_layouts: &layouts,
        immediate_size: 0,
    });
    let buffers: Vec<_> = buffers.iter().cloned().map(Some).collect();
    let blend = wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING;
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(vertex),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some(vertex),
            compilation_options: options.clone(),
            buffers: &buffers,
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: Some(wgpu::DepthStencilState {
            format: DEPTH,
            depth_write_enabled: Some(over == Over::Ground),
            depth_compare: Some(wgpu::CompareFunction::GreaterEqual),
            stencil: wgpu::StencilState::default(),
            bias: wgpu::DepthBiasState::default(),
        }),
        multisample: wgpu::MultisampleState { count: samples, ..Default::default() },
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: options,
            targets: &[Some(wgpu::ColorTargetState {
                format: PICTURE,
                blend: (over == Over::Mark).then_some(blend),
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn blit_pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    layout: &wgpu::BindGroupLayout,
    screen: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("globe blit"),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let fragment = if screen.is_srgb() { "blit_linear" } else { "blit_coded" };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("globe blit"),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("blit_vertex"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(screen.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}

/// How textures are read. Between two smaller copies of one, a slow device takes the nearer: half of
/// the texels are read, and squares are never so much larger than they show that a border appears.
fn sampler(device: &wgpu::Device, filter: wgpu::FilterMode, slow: bool) -> wgpu::Sampler {
    let between =
        if slow { wgpu::MipmapFilterMode::Nearest } else { wgpu::MipmapFilterMode::Linear };
    device.create_sampler(&wgpu::SamplerDescriptor {
        label: Some("globe"),
        address_mode_u: wgpu::AddressMode::ClampToEdge,
        address_mode_v: wgpu::AddressMode::ClampToEdge,
        mag_filter: filter,
        min_filter: filter,
        mipmap_filter: between,
        ..Default::default()
    })
}

/// A texture without levels, filled at once.
fn small_texture(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    format: wgpu::TextureFormat,
    [width, height]: [u32; 2],
    bytes: &[u8],
) -> wgpu::TextureView {
    let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("globe table"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(bytes.len() as u32 / height.max(1)),
        rows_per_image: Some(height),
    };
    queue.write_texture(texture.as_image_copy(), bytes, layout, size);
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

/// The table at equal steps of height, as texels.
fn color_table(table: &Hypsometry) -> Vec<u8> {
    let [low, high] = table.range_m();
    let height = |i: u32| low + (high - low) * (f64::from(i) + 0.5) / f64::from(COLORS);
    (0..COLORS).flat_map(|i| table.color(height(i)).to_array()).collect()
}
