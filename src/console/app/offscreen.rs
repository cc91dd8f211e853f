//! Renders the console without a window, through the same code, to RGBA bytes.

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use crossbeam_channel::Receiver;
use egui_kittest::Harness;

use super::App;
use crate::intent::UiIntent;

/// Frames without anything under way before the first picture is taken: layout settles within two.
const STILL_FRAMES: u32 = 4;
/// The same for each later picture: what was sent is seen in the first, labels in the second.
const LATER_FRAMES: u32 = 2;

/// A console without a window, of one size, that pictures are taken of.
pub struct Offscreen<'a> {
    harness: Harness<'static, App>,
    woken: &'a Receiver<()>,
    patience: Duration,
    still: u32,
}

impl<'a> Offscreen<'a> {
    /// Sets a console up. `woken` tells of answers; `patience` is the longest wait for all of them
    /// before a picture.
    pub fn new(
        app: App,
        [width, height]: [u32; 2],
        woken: &'a Receiver<()>,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let size = egui::vec2(width as f32, height as f32);
        ensure_driver()?;
        let theme = if app.theme.is_dark() { egui::Theme::Dark } else { egui::Theme::Light };
        // Names come from anywhere, also in scripts that no font here has.
        let builder = Harness::builder().allow_missing_glyphs().with_accessibility_check(false);
        let harness = builder.with_size(size).with_theme(theme).wgpu().build_eframe(move |cc| {
            if let Some(state) = &cc.wgpu_render_state {
                crate::globe::install(state);
            }
            // A window shows coarse ground until the rest is there; a picture waits for it.
            crate::globe::be_patient(&cc.egui_ctx);
            let mut app = app;
            app.style(&cc.egui_ctx);
            app
        });
        Ok(Self { harness, woken, patience, still: STILL_FRAMES })
    }

    /// Sends a wish that the next picture shows.
    pub fn send(&self, intent: UiIntent) {
        self.harness.state().intents().send(intent);
    }

    /// A picture, once the queries are answered: `width * height * 4` bytes, row by row from the
    /// top.
    pub fn picture(&mut self) -> anyhow::Result<Vec<u8>> {
        let started = Instant::now();
        let wanted = std::mem::replace(&mut self.still, LATER_FRAMES);
        let mut still = 0;
        while still < wanted {
            self.harness.step();
            if self.harness.state().is_loading() {
                still = 0;
                let is_late = started.elapsed() >= self.patience;
                ensure!(!is_late, "the archive did not answer in time; try again");
                // The time-out only guards against a wake-up that came before the wait.
                let _: Result<(), _> = self.woken.recv_timeout(Duration::from_millis(20));
            } else {
                still += 1;
            }
        }
        let image = self
            .harness
            .render()
            .map_err(|error| anyhow!(error))
            .context("no picture could be rendered; install mesa-vulkan-drivers")?;
        Ok(image.into_raw())
    }
}

/// Says what to install where nothing can draw, which the renderer would answer with a crash.
fn ensure_driver() -> anyhow::Result<()> {
    ensure!(
        crate::globe::can_draw(),
        "no graphics driver was found; install mesa-vulkan-drivers, which needs no graphics card"
    );
    Ok(())
}
