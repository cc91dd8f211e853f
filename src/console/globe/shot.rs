//! A picture of a globe at any size, drawn away from the window by the same code.

use egui_kittest::Harness;
use egui_kittest::wgpu::WgpuTestRenderer;
use glam::DVec3;

use super::camera::Camera;
use super::geodesy::LatLon;
use super::ground::source::GroundLayers;
use super::picture::be_patient;
use super::render::install_for_stills;
use super::scene::{GlobeScene, PickId};
use super::settings::GlobeSettings;
use super::view::{GlobeInput, GlobeView};
use crate::theme::{self, Theme};

/// Shortest and longest side of a picture, pixels: every graphics device can draw the longest.
pub const SHOT_PX: [u32; 2] = [64, 8192];
/// Frames until labels and graticule stand still.
const FRAMES: usize = 3;

/// Everything that a picture needs, free of the window.
pub struct Shot {
    camera: Camera,
    settings: GlobeSettings,
    scene: GlobeScene,
    ground: GroundLayers,
    stars: Vec<(DVec3, f32)>,
    sun: LatLon,
    selected: Option<PickId>,
    theme: Theme,
    /// Size in pixels, within [`SHOT_PX`].
    size: [u32; 2],
    /// Pixels of a point: the size of words and marks.
    scale: f32,
}

impl Shot {
    /// Of a camera with some settings; `scene` is all that is drawn on the ground of `input`.
    pub(crate) fn new(
        camera: Camera,
        settings: GlobeSettings,
        scene: GlobeScene,
        input: &GlobeInput<'_>,
        size: [u32; 2],
        scale: f32,
    ) -> Self {
        let [least, most] = SHOT_PX;
        Self {
            camera,
            settings: GlobeSettings { list_open: false, animate: false, ..settings },
            scene,
            ground: input.ground.clone(),
            stars: input.stars.to_vec(),
            sun: input.sun,
            selected: input.selected.cloned(),
            theme: input.theme.clone(),
            size: size.map(|side| side.clamp(least, most)),
            scale: scale.clamp(0.25, 8.0),
        }
    }

    /// Size in pixels.
    pub fn size(&self) -> [u32; 2] {
        self.size
    }

    /// Draws it: red, green, blue, row by row from the top. Takes seconds; call it on a thread of
    /// its own. The error is a sentence.
    pub fn render(self) -> Result<Vec<u8>, String> {
        if !can_draw() {
            return Err("No graphics driver was found; install mesa-vulkan-drivers.".to_owned());
        }
        let mut setup = egui_kittest::wgpu::default_wgpu_setup();
        if let eframe::egui_wgpu::WgpuSetup::CreateNew(new) = &mut setup {
            // The usual choice prefers the processor, so that tests agree; here speed counts.
            new.native_adapter_selector = None;
        }
        let points = self.size.map(|side| side as f32 / self.scale);
        let mut harness = Harness::builder()
            .with_size(egui::vec2(points[0], points[1]))
            .with_pixels_per_point(self.scale)
            .with_render_cursor(false)
            // Names come from anywhere, also in scripts that no font here has.
            .allow_missing_glyphs()
            .with_accessibility_check(false)
            .renderer(WgpuTestRenderer::from_setup(setup))
            .build_eframe(move |cc| {
                if let Some(state) = &cc.wgpu_render_state {
                    install_for_stills(state);
                }
                be_patient(&cc.egui_ctx);
                theme::install_fonts(&cc.egui_ctx);
                theme::apply(&cc.egui_ctx, &self.theme);
                let mut view = GlobeView::still(self.settings.clone());
                view.camera = self.camera;
                Stage { shot: self, view }
            });
        harness.run_steps(FRAMES);
        let image = harness.render()?;
        let rgb = image.pixels().flat_map(|p| p.0.into_iter().take(3));
        Ok(rgb.collect())
    }
}

/// Whether anything can draw; where not, asking for a picture would crash.
pub fn can_draw() -> bool {
    let setup = egui_kittest::wgpu::default_wgpu_setup();
    let instance = pollster::block_on(setup.new_instance());
    let eframe::egui_wgpu::WgpuSetup::CreateNew(new) = &setup else { return true };
    let backends = new.instance_descriptor.backends;
    !pollster::block_on(instance.enumerate_adapters(backends)).is_empty()
}

/// The picture as a program of its own.
struct Stage {
    shot: Shot,
    view: GlobeView,
}

impl eframe::App for Stage {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let shot = &self.shot;
        let input = GlobeInput {
            scene: &shot.scene,
            ground: &shot.ground,
            stars: &shot.stars,
            sun: shot.sun,
            at: None,
            selected: shot.selected.as_ref(),
            theme: &shot.theme,
        };
        self.view.ui(ui, &input);
    }
}
