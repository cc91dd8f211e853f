//! `marsdeck [ARCHIVE]`: the window.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;

use anyhow::{Context as _, anyhow};
use marsdeck_engine::archive::{Access, Archive};
use marsdeck_engine::runtime::{Engine, EngineConfig, EngineHandle, Intent, Waker};
use marsdeck_engine::time::{Convention, Instant, SolClock, SystemClock, TimeRange};

use super::{Outcome, output, place};
use crate::app::{App, Options, Seat, read_layout};
use crate::clock::MarsClocks;
use crate::state::Session;

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

/// What wakes the present window; none before the first one.
type Context = Arc<Mutex<Option<egui::Context>>>;

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
    // The window does not exist yet when the engine starts, and may be made anew.
    let context = Context::default();
    let waker: Waker = {
        let context = Arc::clone(&context);
        Arc::new(move || {
            let present = context.lock().ok().and_then(|context| context.clone());
            if let Some(present) = present {
                present.request_repaint();
            }
        })
    };
    let mut options = view(arguments.archive.is_none(), arguments)?;
    options.settings_folder = Some(place::settings()?);
    options.tiles_folder = place::tiles();
    options.now = Some(place::now);
    let mut token = [0; 32];
    anyhow::ensure!(random(&mut token), "the system gives no random bytes; restart it");
    options.session = Session::new(token);
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

/// Random bytes of the system.
fn random(bytes: &mut [u8]) -> bool {
    getrandom::fill(bytes).is_ok()
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
        random,
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

/// A window that lived for less counts as broken, seconds.
const SHORT_LIFE_S: f64 = 10.0;
/// So many broken windows in a row are tried.
const MOST_BROKEN: u32 = 5;

/// The console in a window, and in the next one when the graphics device of that is lost.
fn window(
    engine: JoinHandle<anyhow::Result<Arc<Engine>>>,
    options: Options,
    context: &Context,
) -> anyhow::Result<Outcome> {
    let seat = Seat::default();
    let mut opening = Some((engine, options));
    let mut broken = 0;
    loop {
        let born = std::time::Instant::now();
        // egui's painter panics where the device goes in the middle of a frame.
        let run = || one_window(&seat, &mut opening, context);
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        // While a driver resets, windows may fail for some seconds; the console waits for it.
        let is_rebuilt = seat.lost_graphics() || broken > 0 && !matches!(ended, Ok(Ok(())));
        if !is_rebuilt || broken >= MOST_BROKEN {
            ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            break;
        }
        if broken == 0 || born.elapsed().as_secs_f64() >= SHORT_LIFE_S {
            output::message("the graphics device was lost; the window is made anew");
            broken = 0;
        }
        broken += 1;
        std::thread::sleep(std::time::Duration::from_millis(200 * u64::from(broken)));
    }
    output::message("closed");
    Ok(Outcome::Done)
}

/// What a console is made of, until it is.
type Opening = Option<(JoinHandle<anyhow::Result<Arc<Engine>>>, Options)>;

fn one_window(seat: &Seat, opening: &mut Opening, context: &Context) -> anyhow::Result<()> {
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("marsdeck")
            .with_title("marsdeck")
            .with_inner_size([1600.0, 1000.0])
            .with_min_inner_size([900.0, 600.0])
            .with_fullscreen(opening.as_ref().is_some_and(|(_, options)| options.kiosk))
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Wgpu,
        ..Default::default()
    };
    // An archive that cannot be opened is told in its own words, not in those of the window.
    let refused: Arc<OnceLock<anyhow::Error>> = Arc::default();
    let told = Arc::clone(&refused);
    let result = eframe::run_native(
        "marsdeck",
        native,
        Box::new(move |cc| {
            if let Ok(mut context) = context.lock() {
                *context = Some(cc.egui_ctx.clone());
            }
            let make = || -> anyhow::Result<App> {
                let (engine, options) = opening.take().context("the console was taken already")?;
                let opened = engine.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                Ok(App::new(opened? as Arc<dyn EngineHandle>, options))
            };
            seat.take(cc, make).map_err(|error| {
                drop(told.set(error));
                "the archive was not opened"
            })?;
            Ok(Box::new(seat.clone()))
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
    })
}
