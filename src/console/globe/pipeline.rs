//! Pipelines, layouts and samplers of the globe.

use eframe::wgpu;

use super::frame::{LineInstance, PointInstance};
use super::hypsometry::Hypsometry;
use super::mesh::GroundVertex;

/// Format of the offscreen picture.
pub(crate) const PICTURE: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8UnormSrgb;
/// Format of its depth.
pub(crate) const DEPTH: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;
/// Entries of the colour table.
const COLORS: u32 = 512;

const GLOBE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/globe.wgsl"));
const BLIT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/blit.wgsl"));

/// Pipelines for a number of samples per pixel.
pub(crate) struct SceneSet {
    pub samples: u32,
    pub ground: wgpu::RenderPipeline,
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
    scene_layout: wgpu::BindGroupLayout,
    blit_layout: wgpu::BindGroupLayout,
    around: wgpu::Sampler,
    clamped: wgpu::Sampler,
    colors: wgpu::TextureView,
    no_relief: wgpu::TextureView,
}

impl SceneSet {
    fn new(
        device: &wgpu::Device,
        module: &wgpu::ShaderModule,
        layout: &wgpu::BindGroupLayout,
        samples: u32,
    ) -> Self {
        let ground = wgpu::VertexBufferLayout {
            array_stride: size_of::<GroundVertex>() as u64,
            step_mode: wgpu::VertexStepMode::Vertex,
            attributes: &wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32x3],
        };
        let line = wgpu::VertexBufferLayout {
            array_stride: size_of::<LineInstance>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &wgpu::vertex_attr_array![
                0 => Float32x3, 1 => Float32, 2 => Float32x3, 3 => Unorm8x4
            ],
        };
        let point = wgpu::VertexBufferLayout {
            array_stride: size_of::<PointInstance>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &wgpu::vertex_attr_array![
                0 => Float32x3, 1 => Float32, 2 => Unorm8x4, 3 => Float32
            ],
        };
        let make = |names, buffer, marks| {
            scene_pipeline(device, module, layout, names, buffer, marks, samples)
        };
        Self {
            samples,
            ground: make(["ground_vertex", "ground_fragment"], ground, false),
            lines: make(["line_vertex", "line_fragment"], line, true),
            points: make(["point_vertex", "point_fragment"], point, true),
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
        let scene_layout = layout(device, "globe scene", true, 2);
        let blit_layout = layout(device, "globe blit", false, 1);
        let set = |samples| SceneSet::new(device, &globe, &scene_layout, samples);
        let colors = small_texture(
            device,
            queue,
            PICTURE,
            [COLORS, 1],
            &color_table(Hypsometry::built_in()),
        );
        let no_relief =
            small_texture(device, queue, wgpu::TextureFormat::Rgba16Float, [1, 1], &[0; 8]);
        Self {
            full: set(samples),
            fast: (slow && samples > 1).then(|| set(1)),
            blit: blit_pipeline(device, &blit, &blit_layout, screen),
            scene_layout,
            blit_layout,
            around: sampler(device, wgpu::AddressMode::Repeat),
            clamped: sampler(device, wgpu::AddressMode::ClampToEdge),
            colors,
            no_relief,
        }
    }

    /// Uniforms, relief and colours of a view.
    pub(crate) fn scene_group(
        &self,
        device: &wgpu::Device,
        uniforms: &wgpu::Buffer,
        relief: Option<&wgpu::TextureView>,
    ) -> wgpu::BindGroup {
        let relief = relief.unwrap_or(&self.no_relief);
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("globe scene"),
            layout: &self.scene_layout,
            entries: &[
                entry(0, uniforms.as_entire_binding()),
                entry(1, wgpu::BindingResource::TextureView(relief)),
                entry(2, wgpu::BindingResource::Sampler(&self.around)),
                entry(3, wgpu::BindingResource::TextureView(&self.colors)),
                entry(4, wgpu::BindingResource::Sampler(&self.clamped)),
            ],
        })
    }

    /// A finished picture.
    pub(crate) fn blit_group(
        &self,
        device: &wgpu::Device,
        picture: &wgpu::TextureView,
    ) -> wgpu::BindGroup {
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("globe blit"),
            layout: &self.blit_layout,
            entries: &[
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(picture),
                },
                wgpu::BindGroupEntry {
                    binding: 1,
                    resource: wgpu::BindingResource::Sampler(&self.clamped),
                },
            ],
        })
    }
}

/// Uniforms (if asked for), then pairs of texture and sampler.
fn layout(
    device: &wgpu::Device,
    label: &str,
    uniforms: bool,
    textures: u32,
) -> wgpu::BindGroupLayout {
    let both = wgpu::ShaderStages::VERTEX_FRAGMENT;
    let entry = |binding, visibility, ty| wgpu::BindGroupLayoutEntry {
        binding,
        visibility,
        ty,
        count: None,
    };
    let mut entries = Vec::new();
    if uniforms {
        let ty = wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        entries.push(entry(0, both, ty));
    }
    for _ in 0..textures {
        let texture = wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
        let first = entries.len() as u32;
        entries.push(entry(first, wgpu::ShaderStages::FRAGMENT, texture));
        entries.push(entry(first + 1, wgpu::ShaderStages::FRAGMENT, sampler));
    }
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(label),
        entries: &entries,
    })
}

fn scene_pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    layout: &wgpu::BindGroupLayout,
    [vertex, fragment]: [&str; 2],
    buffer: wgpu::VertexBufferLayout<'_>,
    marks: bool,
    samples: u32,
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(vertex),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(vertex),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some(vertex),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[Some(buffer)],
        },
        primitive: wgpu::PrimitiveState::default(),
        // Marks are tested against the ground but do not hide each other.
        depth_stencil: Some(wgpu::DepthStencilState {
            format: DEPTH,
            depth_write_enabled: Some(!marks),
            depth_compare: Some(wgpu::CompareFunction::GreaterEqual),
            stencil: wgpu::StencilState::default(),
            bias: wgpu::DepthBiasState::default(),
        }),
        multisample: wgpu::MultisampleState { count: samples, ..Default::default() },
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(wgpu::ColorTargetState {
                format: PICTURE,
                blend: marks.then_some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
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
    let fragment = if screen.is_srgb() { "blit_linear" } else { "blit_gamma" };
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

fn sampler(device: &wgpu::Device, along: wgpu::AddressMode) -> wgpu::Sampler {
    device.create_sampler(&wgpu::SamplerDescriptor {
        label: Some("globe"),
        address_mode_u: along,
        address_mode_v: wgpu::AddressMode::ClampToEdge,
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        mipmap_filter: wgpu::MipmapFilterMode::Linear,
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
