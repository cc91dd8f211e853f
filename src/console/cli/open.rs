//! `marsdeck [ARCHIVE]`: the window.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use anyhow::{Context, anyhow};
use marsdeck_engine::archive::{Access, Archive};
use marsdeck_engine::runtime::{Engine, EngineConfig, EngineHandle, Intent, Waker};
use marsdeck_engine::time::{Convention, Instant, SolClock, SystemClock, TimeRange};

use super::{Outcome, output, place};
use crate::app::{App, Options, read_layout};
use crate::clock::MarsClocks;

/// Arguments of the window.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(id = "open")]
pub struct Arguments {
    /// Folder of the archive; without it the demo archive, simulated on the first start
    #[arg(value_name = "ARCHIVE")]
    pub(super) archive: Option<PathBuf>,
    /// Mission in focus: insight or msl
    #[arg(long)]
    pub(super) mission: Option<String>,
    /// Show this sol of the mission
    #[arg(long)]
    pub(super) sol: Option<i32>,
    /// Put the cursor here: UTC or `Sol 235 12:00 LMST`
    #[arg(long, value_name = "T")]
    pub(super) at: Option<String>,
    /// Workspace to open: Watch, Seismic, Atmosphere, ChemCam, SAM, Archive, Globe
    #[arg(long)]
    pub(super) workspace: Option<String>,
    /// dark or light
    #[arg(long)]
    pub(super) theme: Option<String>,
    /// Open a layout file: workspaces, windows and plots that a colleague exported
    #[arg(long, value_name = "FILE")]
    pub(super) layout: Option<PathBuf>,
    /// Full screen with nothing to press, showing this workspace; Ctrl+Shift+K leaves it
    #[arg(long, value_name = "WORKSPACE", num_args = 0..=1, default_missing_value = "")]
    pub(super) kiosk: Option<String>,
}

impl Arguments {
    /// `--kiosk FOLDER` means the archive, where none is named otherwise.
    fn settled(&self) -> Self {
        let mut settled = self.clone();
        if let (None, Some(folder)) = (&self.archive, &self.kiosk)
            && PathBuf::from(folder).is_dir()
        {
            settled.archive = Some(PathBuf::from(folder));
            settled.kiosk = Some(String::new());
        }
        settled
    }
}

/// Seed of the demo archive.
pub(super) const DEMO_SEED: u64 = 1;

/// P arrival of S0235b: where the demo opens, ten minutes of the quake on screen.
const DEMO_AT: Instant = Instant::from_unix_ns(1_564_143_640_000_000_000);

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let arguments = &arguments.settled();
    let folder = match &arguments.archive {
        Some(folder) => folder.clone(),
        None => place::demo_archive()?,
    };
    anyhow::ensure!(
        arguments.archive.is_none() || folder.is_dir() || !folder.exists(),
        "{} is a file, not an archive; store it in one with marsdeck ingest {} --archive DIR",
        folder.display(),
        folder.display()
    );
    // The window does not exist yet when the engine starts.
    let context: Arc<OnceLock<egui::Context>> = Arc::default();
    let waker: Waker = {
        let context = Arc::clone(&context);
        Arc::new(move || {
            if let Some(context) = context.get() {
                context.request_repaint();
            }
        })
    };
    let mut options = view(arguments.archive.is_none(), arguments)?;
    options.settings_folder = Some(place::settings()?);
    options.now = Some(place::now);
    if let Some(operator) = place::operator() {
        options.operator = operator;
    }
    let may_make_demo = arguments.archive.is_none();
    // A large archive takes its time to open, and so do window and graphics device: both at once.
    let engine = std::thread::spawn(move || -> anyhow::Result<Arc<Engine>> {
        let is_new = !Archive::is_archive(&folder);
        let engine = Arc::new(start(folder, waker, true)?);
        if may_make_demo && (is_new || engine.snapshot().series.is_empty()) {
            engine.send(Intent::MakeDemo { seed: DEMO_SEED });
        }
        Ok(engine)
    });
    window(engine, options, &context)
}

/// Starts the engine over an archive, made where there is none, with its links or without.
pub(super) fn start(folder: PathBuf, waker: Waker, links: bool) -> anyhow::Result<Engine> {
    let (missions, problems) = place::missions();
    let notes = problems.iter().map(|p| format!("Mission database: {p}")).collect();
    Ok(Engine::start(EngineConfig {
        archive: folder,
        access: Access::Write,
        missions,
        notes,
        clock: Arc::new(SystemClock),
        waker,
        links,
    })?)
}

/// What to show, from the arguments.
pub(super) fn view(is_demo: bool, arguments: &Arguments) -> anyhow::Result<Options> {
    let mission = arguments.mission.as_deref().unwrap_or("insight");
    let clock = SolClock::of(mission)?;
    let at = arguments.at.as_deref().map(|text| place::instant(text, mission)).transpose()?;
    let sol = arguments.sol.map(|sol| clock.sol_range(sol, Convention::Kernel));
    let noon = |range: TimeRange| range.start.plus_s(range.duration_s() / 2.0);
    let kiosk = arguments.kiosk.clone().filter(|workspace| !workspace.is_empty());
    let layout = arguments.layout.as_deref().map(read_layout);
    let demo = (is_demo && at.is_none() && sol.is_none()).then_some(DEMO_AT);
    Ok(Options {
        clocks: Arc::new(MarsClocks::default()),
        workspace: kiosk.or_else(|| arguments.workspace.clone()),
        layout: layout.transpose().map_err(anyhow::Error::msg)?,
        kiosk: arguments.kiosk.is_some(),
        mission: arguments.mission.clone(),
        theme: arguments.theme.clone(),
        at: at.or(sol.map(noon)).or(demo),
        range: sol.or(demo.map(|t| TimeRange::new(t.plus_s(-600.0), t.plus_s(1500.0)))),
        ..Options::default()
    })
}

fn window(
    engine: JoinHandle<anyhow::Result<Arc<Engine>>>,
    options: Options,
    context: &Arc<OnceLock<egui::Context>>,
) -> anyhow::Result<Outcome> {
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("marsdeck")
            .with_title("marsdeck")
            .with_inner_size([1600.0, 1000.0])
            .with_min_inner_size([900.0, 600.0])
            .with_fullscreen(options.kiosk)
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Wgpu,
        ..Default::default()
    };
    let context = Arc::clone(context);
    // An archive that cannot be opened is told in its own words, not in those of the window.
    let refused: Arc<OnceLock<anyhow::Error>> = Arc::default();
    let told = Arc::clone(&refused);
    let result = eframe::run_native(
        "marsdeck",
        native,
        Box::new(move |cc| {
            // Nobody set it before: this closure runs once.
            drop(context.set(cc.egui_ctx.clone()));
            if let Some(render_state) = &cc.wgpu_render_state {
                crate::globe::install(render_state);
            }
            let opened = engine.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let handle: Arc<dyn EngineHandle> = opened.map_err(|error| {
                drop(told.set(error));
                "the archive was not opened"
            })?;
            Ok(Box::new(App::new(cc, handle, options)))
        }),
    );
    if let Some(error) = Arc::into_inner(refused).and_then(OnceLock::into_inner) {
        return Err(error);
    }
    // The last words are the reason; before them stand places in the source of a library.
    let reason = |error: eframe::Error| {
        let words = error.to_string();
        anyhow!("{}", words.rsplit(": ").next().unwrap_or(&words))
    };
    result.map_err(reason).with_context(|| {
        "the window could not be opened. It needs a display (DISPLAY or WAYLAND_DISPLAY), the \
         packages libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0, and a graphics \
         driver (mesa-vulkan-drivers, or libegl1 with libgl1-mesa-dri). Without a display, \
         marsdeck snapshot Watch --out watch.png renders to a file"
    })?;
    output::message("closed");
    Ok(Outcome::Done)
}
