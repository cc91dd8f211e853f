//! Pictures of the globe along a path of cameras, against an empty pass of the same size; memory
//! along a long tour; how many squares of the ground are made a second.
//!
//! `cargo bench --bench globe -- [--picture FILE] [--shots DIR] [--json FILE] [--tour PICTURES]`: flies
//! `benches/scripts/globe/camera_path.json` as WebWorldWind and CesiumJS do in
//! `benches/scripts/globe.sh`; `--picture` lays a 2:1 picture of the planet on the ground, `--shots`
//! keeps the first picture of each view, `--tour` flies `tour.json` in so many pictures (half an hour
//! at 60 a second are 108 000). A picture is everything from egui's pass over the interface to the
//! last pixel, waited for.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use eframe::egui_wgpu::{RenderState, RendererOptions, ScreenDescriptor};
use eframe::wgpu;
use egui::{Context, RawInput, Rect, pos2, vec2};
use marsdeck::globe::ground::source::{Given, Imagery, PICTURE_SIDE};
use marsdeck::globe::ground::tile::Area;
use marsdeck::globe::{
    Camera, GlobeInput, GlobeScene, GlobeSettings, GlobeView, GroundLayers, ImageryLayer, LatLon,
    Light, be_patient, install, install_with,
};
use marsdeck::theme::{Theme, apply, install_fonts};
use serde::{Deserialize, Serialize};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SIZE: [u32; 2] = [1280, 800];

#[derive(Default)]
struct Options {
    tour: usize,
    picture: Option<PathBuf>,
    shots: Option<PathBuf>,
    json: Option<PathBuf>,
}

fn options() -> Result<Options> {
    let mut out = Options::default();
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--tour" => out.tour = value.parse()?,
            "--picture" => out.picture = Some(value.into()),
            "--shots" => out.shots = Some(value.into()),
            "--json" => out.json = Some(value.into()),
            other => return Err(format!("{other} is not an option").into()),
        }
    }
    Ok(out)
}

/// One camera of a path. Latitudes of the files are planetographic.
#[derive(Clone, Copy, Deserialize)]
struct Step {
    #[serde(default)]
    t_s: f64,
    lat: f64,
    lon: f64,
    range_m: f64,
    heading: f64,
    tilt: f64,
}

impl Step {
    fn camera(self) -> Camera {
        Camera {
            target: LatLon::from_planetographic(self.lat, self.lon),
            range_m: self.range_m,
            heading_deg: self.heading,
            tilt_deg: self.tilt,
            ..Camera::default()
        }
        .clamped()
    }

    /// Between two keys of the tour, as its file says.
    fn towards(self, to: Self, t_s: f64) -> Self {
        let u = ((t_s - self.t_s) / (to.t_s - self.t_s)).clamp(0.0, 1.0);
        let f = u * u * (3.0 - 2.0 * u);
        let along = |a: f64, b: f64| a + (b - a) * f;
        let turn = |a: f64, b: f64| a + LatLon::new(0.0, b - a).lon_180() * f;
        Self {
            t_s,
            lat: along(self.lat, to.lat),
            lon: turn(self.lon, to.lon),
            range_m: along(self.range_m.ln(), to.range_m.ln()).exp(),
            heading: turn(self.heading, to.heading),
            tilt: along(self.tilt, to.tilt),
        }
    }
}

#[derive(Deserialize)]
struct Flight {
    name: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Paths {
    views: Vec<Flight>,
}

#[derive(Deserialize)]
struct Tour {
    duration_s: f64,
    keys: Vec<Step>,
}

fn file<T: serde::de::DeserializeOwned>(name: &str) -> Result<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/scripts/globe").join(name);
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

/// A 2:1 picture of the planet from 180° west, with its smaller copies.
struct WholePlanet {
    levels: Vec<image::RgbaImage>,
    painted: AtomicUsize,
}

impl WholePlanet {
    fn open(path: &Path) -> Result<Self> {
        let mut levels = vec![image::open(path)?.to_rgba8()];
        while let Some(last) = levels.last().filter(|l| l.width() > 256) {
            let (w, h) = (last.width() / 2, last.height() / 2);
            levels.push(image::imageops::resize(last, w, h, image::imageops::FilterType::Triangle));
        }
        Ok(Self { levels, painted: AtomicUsize::new(0) })
    }
}

impl Imagery for WholePlanet {
    fn paint(&self, area: Area, pixels: &mut [[u8; 4]]) -> Given {
        self.painted.fetch_add(1, Ordering::Relaxed);
        let wanted = (area.east - area.west) / PICTURE_SIDE as f64;
        let fits = |l: &&image::RgbaImage| 360.0 / f64::from(l.width()) <= wanted;
        let level = self.levels.iter().rev().find(fits).unwrap_or(&self.levels[0]);
        let (w, h) = (f64::from(level.width()), f64::from(level.height()));
        for (i, pixel) in pixels.iter_mut().enumerate() {
            let part = |n: usize| (n as f64 + 0.5) / PICTURE_SIDE as f64;
            let place = area.place(part(i % PICTURE_SIDE), part(i / PICTURE_SIDE));
            let x = (place.lon_180() + 180.0) / 360.0 * w - 0.5;
            let y = ((90.0 - place.lat) / 180.0 * h - 0.5).clamp(0.0, h - 1.0);
            let (fx, fy) = (x - x.floor(), y - y.floor());
            let at = |dx: i64, dy: i64| {
                let x = (x.floor() as i64 + dx).rem_euclid(w as i64) as u32;
                let y = (y.floor() as i64 + dy).clamp(0, h as i64 - 1) as u32;
                level.get_pixel(x, y).0.map(f64::from)
            };
            let [a, b, c, d] = [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
            *pixel = std::array::from_fn(|k| {
                let upper = a[k] * (1.0 - fx) + b[k] * fx;
                let lower = c[k] * (1.0 - fx) + d[k] * fx;
                (upper * (1.0 - fy) + lower * fy).round() as u8
            });
        }
        Given::Whole
    }

    fn finest_deg(&self, _area: Area) -> f64 {
        360.0 / f64::from(self.levels[0].width())
    }

    fn version(&self) -> u64 {
        0
    }
}

/// A window without a screen.
struct Stage {
    context: Context,
    state: RenderState,
    target: wgpu::TextureView,
    texture: wgpu::Texture,
    view: GlobeView,
    scene: GlobeScene,
    ground: GroundLayers,
    theme: Theme,
    time: f64,
}

impl Stage {
    fn new(patient: bool, samples: Option<u32>, light: Light, ground: GroundLayers) -> Self {
        let setup = egui_kittest::wgpu::default_wgpu_setup();
        let state = egui_kittest::wgpu::create_render_state(setup, RendererOptions::default());
        match samples {
            Some(samples) => install_with(&state, samples),
            None => install(&state),
        }
        let context = Context::default();
        install_fonts(&context);
        apply(&context, &Theme::dark());
        if patient {
            be_patient(&context);
        }
        let texture = state.device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: SIZE[0], height: SIZE[1], depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: state.target_format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let target = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let settings = GlobeSettings {
            animate: false,
            light,
            graticule: false,
            legend: false,
            stars: false,
            haze: false,
            ..GlobeSettings::default()
        };
        Self {
            context,
            state,
            target,
            texture,
            view: GlobeView::new(settings),
            scene: GlobeScene::default(),
            ground,
            theme: Theme::dark(),
            time: 0.0,
        }
    }

    /// One picture, waited for; whether its ground is complete.
    fn picture(&mut self, camera: Camera) -> Result<bool> {
        self.view.camera = camera;
        let size = vec2(SIZE[0] as f32, SIZE[1] as f32);
        self.time += 0.02;
        let raw = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), size)),
            time: Some(self.time),
            ..RawInput::default()
        };
        let mut complete = false;
        let (view, scene, ground, theme) = (&mut self.view, &self.scene, &self.ground, &self.theme);
        let mut output = self.context.run_ui(raw, |ui| {
            let sun = LatLon::new(8.0, 100.0);
            let input =
                GlobeInput { scene, ground, stars: &[], sun, at: None, selected: None, theme };
            complete = view.ui(ui, &input).complete;
        });
        let RenderState { device, queue, renderer, .. } = &self.state;
        let mut renderer = renderer.write();
        for (id, images) in output.textures_delta.set.drain() {
            for image in images {
                renderer.update_texture(device, queue, id, &image);
            }
        }
        let shapes = self.context.tessellate(output.shapes, 1.0);
        let screen = ScreenDescriptor { pixels_per_point: 1.0, size_in_pixels: SIZE };
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let buffers = renderer.update_buffers(device, queue, &mut encoder, &shapes, &screen);
        {
            let mut pass = begin(&mut encoder, &self.target);
            renderer.render(&mut pass, &shapes, &screen);
        }
        queue.submit(buffers.into_iter().chain([encoder.finish()]));
        device.poll(wgpu::PollType::wait_indefinitely())?;
        Ok(complete)
    }

    /// A pass that only clears, waited for.
    fn empty(&self) -> Result<()> {
        let RenderState { device, queue, .. } = &self.state;
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        drop(begin(&mut encoder, &self.target));
        queue.submit([encoder.finish()]);
        device.poll(wgpu::PollType::wait_indefinitely())?;
        Ok(())
    }

    /// What is on the target now.
    fn save(&self, path: &Path) -> Result<()> {
        let RenderState { device, queue, .. } = &self.state;
        let row = SIZE[0] * 4;
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(row * SIZE[1]),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(
            self.texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(row),
                    rows_per_image: None,
                },
            },
            self.texture.size(),
        );
        queue.submit([encoder.finish()]);
        buffer.slice(..).map_async(wgpu::MapMode::Read, |_| {});
        device.poll(wgpu::PollType::wait_indefinitely())?;
        let bytes = buffer.slice(..).get_mapped_range()?.to_vec();
        let image = image::RgbaImage::from_raw(SIZE[0], SIZE[1], bytes).ok_or("no picture")?;
        image.save(path)?;
        Ok(())
    }
}

fn begin(
    encoder: &mut wgpu::CommandEncoder,
    view: &wgpu::TextureView,
) -> wgpu::RenderPass<'static> {
    encoder
        .begin_render_pass(&wgpu::RenderPassDescriptor {
            label: None,
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..Default::default()
        })
        .forget_lifetime()
}

/// Proportional memory of this process, MB (Linux).
fn memory_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let kb = text.lines().find_map(|l| l.strip_prefix("Pss:")?.split_whitespace().next());
    kb.and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e3
}

fn cpu_s() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
}

#[derive(Clone, Debug, Default, Serialize)]
struct Figures {
    median_ms: f64,
    p95_ms: f64,
    cpu_ms: f64,
    empty_ms: f64,
}

fn spread(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times.get((times.len() as f64 * part) as usize).copied().unwrap_or(0.0);
    (at(0.5), at(0.95))
}

/// Flies a path three times: once to load, twice measured, an empty pass after each picture.
fn fly(stage: &mut Stage, steps: &[Step]) -> Result<Figures> {
    for step in steps {
        stage.picture(step.camera())?;
    }
    let (mut times, mut empty, mut cpu) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..2 {
        for step in steps {
            let (watch, before) = (Stopwatch::now(), cpu_s());
            stage.picture(step.camera())?;
            times.push(watch.elapsed().as_secs_f64() * 1e3);
            cpu += cpu_s() - before;
            let watch = Stopwatch::now();
            stage.empty()?;
            empty.push(watch.elapsed().as_secs_f64() * 1e3);
        }
    }
    let cpu_ms = cpu * 1e3 / times.len() as f64;
    let ((median_ms, p95_ms), (empty_ms, _)) = (spread(times), spread(empty));
    Ok(Figures { median_ms, p95_ms, cpu_ms, empty_ms })
}

fn layers(picture: Option<&Arc<WholePlanet>>) -> GroundLayers {
    let mut ground = GroundLayers::default();
    if let Some(source) = picture {
        ground.imagery.push(ImageryLayer {
            id: "picture".into(),
            name: "Picture".into(),
            visible: true,
            credit: String::new(),
            trouble: String::new(),
            source: Arc::clone(source) as Arc<dyn Imagery>,
        });
    }
    ground
}

/// Until the first picture whose ground is complete, as a window would: not waiting in a frame.
fn first_complete(ground: GroundLayers, camera: Camera) -> Result<(f64, f64)> {
    let watch = Stopwatch::now();
    let mut stage = Stage::new(false, None, Light::Even, ground);
    stage.picture(camera)?;
    let first = watch.elapsed().as_secs_f64();
    while !stage.picture(camera)? {
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok((first, watch.elapsed().as_secs_f64()))
}

fn main() -> Result<()> {
    let options = options()?;
    let Paths { views } = file("camera_path.json")?;
    let picture = match &options.picture {
        Some(path) => Some(Arc::new(WholePlanet::open(path)?)),
        None => None,
    };
    println!("memory before anything: {:.0} MB", memory_mb());
    let start = views.first().and_then(|v| v.steps.first()).map(|s| s.camera()).unwrap_or_default();
    let (first, complete) = first_complete(layers(picture.as_ref()), start)?;
    println!("first picture after {first:.2} s, first complete globe after {complete:.2} s");
    let mut figures = BTreeMap::new();
    let kinds = [
        ("even, 1 sample", 1, Light::Even),
        ("even, 4 samples", 4, Light::Even),
        ("shaded, 1 sample", 1, Light::HillShade),
        ("shaded, 4 samples", 4, Light::HillShade),
    ];
    for (kind, samples, light) in kinds {
        let mut stage = Stage::new(true, Some(samples), light, layers(picture.as_ref()));
        for Flight { name, steps } in &views {
            let got = fly(&mut stage, steps)?;
            println!(
                "{kind:17} {name:9} {:6.1} ms a picture (p95 {:6.1}, cpu {:6.1}), an empty pass {:5.2} \
                 ms: {:5.1} x; memory {:.0} MB, ground {:.0} MB",
                got.median_ms,
                got.p95_ms,
                got.cpu_ms,
                got.empty_ms,
                got.median_ms / got.empty_ms,
                memory_mb(),
                stage.view.ground_bytes() as f64 / 1e6
            );
            figures.insert(format!("{kind} {name}"), got);
            let shot = (&options.shots, steps.first(), samples, light);
            if let (Some(folder), Some(step), 4, Light::Even) = shot {
                std::fs::create_dir_all(folder)?;
                stage.picture(step.camera())?;
                stage.save(&folder.join(format!("marsdeck-{name}.png")))?;
            }
        }
    }
    if options.tour > 0 {
        tour(&file("tour.json")?, options.tour, picture.as_ref())?;
    }
    if let Some(path) = &options.json {
        let out = serde_json::json!({
            "views": figures, "first_complete_s": complete, "memory_mb": memory_mb(),
        });
        std::fs::write(path, serde_json::to_vec_pretty(&out)?)?;
    }
    Ok(())
}

/// A long tour as a window shows it, and what memory it takes.
fn tour(tour: &Tour, count: usize, picture: Option<&Arc<WholePlanet>>) -> Result<()> {
    let mut stage = Stage::new(false, None, Light::Sun, layers(picture));
    let budget = f64::from(stage.view.settings.budget_mb);
    let (mut most, mut most_ground, mut pictures) = (0.0f64, 0.0f64, 0usize);
    let watch = Stopwatch::now();
    let mut times = Vec::new();
    let before = picture.map_or(0, |p| p.painted.load(Ordering::Relaxed));
    for i in 0..count {
        let t_s = tour.duration_s * i as f64 / count as f64;
        let after = tour.keys.partition_point(|k| k.t_s <= t_s).clamp(1, tour.keys.len() - 1);
        let step = tour.keys[after - 1].towards(tour.keys[after], t_s);
        let one = Stopwatch::now();
        stage.picture(step.camera())?;
        times.push(one.elapsed().as_secs_f64() * 1e3);
        pictures += 1;
        most_ground = most_ground.max(stage.view.ground_bytes() as f64 / 1e6);
        if pictures.is_multiple_of(100) {
            most = most.max(memory_mb());
        }
    }
    let seconds = watch.elapsed().as_secs_f64();
    let (median, p95) = spread(times);
    println!(
        "tour: {pictures} pictures in {seconds:.0} s, {median:.1} ms each (p95 {p95:.1}); ground at \
         most {most_ground:.0} of {budget:.0} MB, the whole process {most:.0} MB, {:.0} MB at the end",
        memory_mb()
    );
    if let Some(picture) = picture {
        let made = picture.painted.load(Ordering::Relaxed) - before;
        println!("tour: {made} squares made, {:.0} a second", made as f64 / seconds);
    }
    Ok(())
}
