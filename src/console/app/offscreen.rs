//! Renders the console without a window, through the same code, to RGBA bytes.

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use crossbeam_channel::Receiver;
use egui_kittest::Harness;

use super::App;

/// Frames without anything under way before the picture is taken: layout settles within two.
const STILL_FRAMES: u32 = 4;

/// Renders an app once its queries are answered: `width * height * 4` bytes, row by row from the
/// top. `woken` tells of answers; `patience` is the longest wait for all of them.
pub fn render(
    app: App,
    [width, height]: [u32; 2],
    woken: &Receiver<()>,
    patience: Duration,
) -> anyhow::Result<Vec<u8>> {
    let size = egui::vec2(width as f32, height as f32);
    ensure_driver()?;
    let started = Instant::now();
    let theme = if app.theme.is_dark() { egui::Theme::Dark } else { egui::Theme::Light };
    let mut harness =
        Harness::builder().with_size(size).with_theme(theme).wgpu().build_eframe(move |cc| {
            if let Some(state) = &cc.wgpu_render_state {
                crate::globe::install(state);
            }
            // A window shows coarse ground until the rest is there; a picture waits for it.
            crate::globe::be_patient(&cc.egui_ctx);
            let mut app = app;
            app.style(&cc.egui_ctx);
            app
        });
    let mut still = 0;
    while still < STILL_FRAMES {
        harness.step();
        if harness.state().is_loading() {
            still = 0;
            ensure!(started.elapsed() < patience, "the archive did not answer in time; try again");
            // The time-out only guards against a wake-up that came before the wait.
            let _: Result<(), _> = woken.recv_timeout(Duration::from_millis(20));
        } else {
            still += 1;
        }
    }
    let image = harness
        .render()
        .map_err(|error| anyhow!(error))
        .context("no picture could be rendered; install mesa-vulkan-drivers")?;
    Ok(image.into_raw())
}

/// Says what to install where nothing can draw, which the renderer would answer with a crash.
fn ensure_driver() -> anyhow::Result<()> {
    let setup = egui_kittest::wgpu::default_wgpu_setup();
    let instance = pollster::block_on(setup.new_instance());
    let eframe::egui_wgpu::WgpuSetup::CreateNew(new) = &setup else { return Ok(()) };
    let backends = new.instance_descriptor.backends;
    let found = pollster::block_on(instance.enumerate_adapters(backends));
    ensure!(
        !found.is_empty(),
        "no graphics driver was found; install mesa-vulkan-drivers, which needs no graphics card"
    );
    Ok(())
}
