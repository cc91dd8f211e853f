//! `marsdeck snapshot`: a workspace or panel as a PNG file, through the same code as the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use crossbeam_channel::{Receiver, bounded};
use marsdeck_engine::runtime::{EngineHandle, Intent, JobState, Waker};

use super::flight::{GlobeArguments, Pattern, Shot};
use super::{Outcome, open, output, place};
use crate::app::offscreen::Offscreen;
use crate::app::{App, Options, WORKSPACES};
use crate::intent::UiIntent;
use crate::state::GlobeLook;

/// Arguments of `marsdeck snapshot`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Workspace (Watch, Seismic, …) or panel (Plots, Catalogue, …); `panel:Globe` where both
    /// have the name
    view: String,
    /// PNG file to write; for a flight the pattern of their names, as frames/%04d.png
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Size in pixels
    #[arg(long, default_value = "1600x1000", value_name = "WxH")]
    size: String,
    /// Folder of the archive; without it the demo archive, simulated where there is none
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
    /// Mission in focus: insight or msl
    #[arg(long)]
    mission: Option<String>,
    /// Show this sol of the mission
    #[arg(long)]
    sol: Option<i32>,
    /// Put the cursor here: UTC or `Sol 235 12:00 LMST`
    #[arg(long, value_name = "T")]
    at: Option<String>,
    /// Length of the visible range in seconds, centred on --at
    #[arg(long, value_name = "SECONDS")]
    span: Option<f64>,
    /// Series for the Plots panel, as NAME or NAME@PRODUCT
    #[arg(long, value_name = "SERIES")]
    plot: Vec<String>,
    /// Event to select, by name
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// dark or light
    #[arg(long, default_value = "dark")]
    theme: String,
    #[command(flatten)]
    globe: GlobeArguments,
}

/// Longest wait for answers to one picture.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let size = size(&arguments.size)?;
    let title = arguments.view.strip_prefix("panel:").unwrap_or(&arguments.view);
    let globe_alone = arguments.globe.any();
    let is_globe = title.eq_ignore_ascii_case("globe");
    ensure!(is_globe || !globe_alone, "--place, --fly and the like are for the view globe");
    let folder = match &arguments.archive {
        Some(folder) => {
            place::ensure_archive(folder)?;
            folder.clone()
        }
        None => place::demo_archive()?,
    };
    let (wake, woken) = bounded(1);
    // A full channel means that the receiver will look anyway.
    let waker: Waker = Arc::new(move || {
        let _: Result<(), _> = wake.try_send(());
    });
    let engine = Arc::new(open::start(folder, waker, false)?);
    if arguments.archive.is_none() {
        wait_for_demo(&*engine, &woken)?;
    }
    wait_for_alarms(&*engine, &woken)?;
    let options = options(arguments, &*engine)?;
    let shot = arguments.globe.shot(&engine.snapshot())?;
    if matches!(shot, Shot::Flight(_)) {
        Pattern::of(&arguments.out)?;
    }
    let mut app = App::headless(engine, options);
    for file in arguments.globe.files() {
        ensure!(app.lay_on_globe(file), "{} is no map: see --help for what is", file.display());
    }
    let is_workspace = !globe_alone
        && title == arguments.view
        && WORKSPACES.iter().any(|name| name.eq_ignore_ascii_case(title));
    if !is_workspace {
        let titles = app.panel_titles();
        let Some(found) = titles.iter().find(|t| t.eq_ignore_ascii_case(title)) else {
            bail!(
                "there is no view {title:?}; choose one of {}, {}",
                WORKSPACES.join(", "),
                titles.join(", ")
            );
        };
        app.show_alone(found);
    }
    for name in &arguments.plot {
        let key = marsdeck_engine::archive::SeriesKey::parse(name);
        app.intents().send(UiIntent::PlotSeries(key));
    }
    let mut offscreen = Offscreen::new(app, size, &woken, PATIENCE)?;
    match shot {
        Shot::Usual => write_png(&arguments.out, size, &offscreen.picture()?)?,
        Shot::View(look) => {
            offscreen.send(UiIntent::LookAt(look));
            write_png(&arguments.out, size, &offscreen.picture()?)?;
        }
        Shot::Flight(looks) => fly(&mut offscreen, &arguments.out, size, looks)?,
    }
    Ok(Outcome::Done)
}

/// Writes a picture for each view, with a progress bar.
fn fly(
    offscreen: &mut Offscreen<'_>,
    out: &Path,
    size: [u32; 2],
    looks: Vec<GlobeLook>,
) -> anyhow::Result<()> {
    let pattern = Pattern::of(out)?;
    let first = pattern.path(1);
    if let Some(folder) = first.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} could not be made", folder.display()))?;
    }
    let progress = output::Progress::new();
    let all = looks.len();
    for (n, look) in looks.into_iter().enumerate() {
        progress.show(n as f32 / all as f32, &format!("picture {} of {all}", n + 1));
        offscreen.send(UiIntent::LookAt(look));
        write_png(&pattern.path(n + 1), size, &offscreen.picture()?)?;
    }
    Ok(())
}

fn options(arguments: &Arguments, engine: &dyn EngineHandle) -> anyhow::Result<Options> {
    let as_window = open::Arguments {
        mission: arguments.mission.clone(),
        sol: arguments.sol,
        at: arguments.at.clone(),
        workspace: Some(arguments.view.clone()),
        theme: Some(arguments.theme.clone()),
        ..open::Arguments::default()
    };
    let mut options = open::view(arguments.archive.is_none(), &as_window)?;
    options.map_data_folder = place::settings().ok();
    options.tiles_folder = place::tiles();
    if let (Some(at), Some(span)) = (options.at, arguments.span) {
        options.range = Some(marsdeck_engine::time::TimeRange::new(
            at.plus_s(-span / 2.0),
            at.plus_s(span / 2.0),
        ));
    }
    if let Some(name) = &arguments.event {
        let snapshot = engine.snapshot();
        let event = snapshot.events.iter().find(|e| e.name.eq_ignore_ascii_case(name));
        let event = event.with_context(|| format!("no event is called {name}"))?;
        options.event = Some(event.id.clone());
    }
    Ok(options)
}

/// Simulates the demo archive where it is empty, with a progress bar.
fn wait_for_demo(engine: &dyn EngineHandle, woken: &Receiver<()>) -> anyhow::Result<()> {
    if !engine.snapshot().series.is_empty() {
        return Ok(());
    }
    output::message("First start: simulating the demo archive");
    let progress = output::Progress::new();
    engine.send(Intent::MakeDemo { seed: open::DEMO_SEED });
    loop {
        // The engine wakes for every progress; the time-out only guards against a missed one.
        let _: Result<(), _> = woken.recv_timeout(Duration::from_secs(1));
        let snapshot = engine.snapshot();
        let Some(job) = snapshot.jobs.first() else { continue };
        match &job.state {
            JobState::Running(fraction) => progress.show(fraction.unwrap_or(0.0), &job.detail),
            JobState::Done | JobState::DoneWithProblems => return Ok(()),
            JobState::Failed | JobState::Cancelled => {
                bail!("the demo archive could not be made: {}", job.detail)
            }
        }
    }
}

/// Waits until the stored data were looked through for alarms.
fn wait_for_alarms(engine: &dyn EngineHandle, woken: &Receiver<()>) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let snapshot = engine.snapshot();
        if snapshot.alarms.evaluated >= snapshot.archive_generation {
            return Ok(());
        }
        let is_late = started.elapsed() > PATIENCE;
        ensure!(!is_late, "the data could not be looked through for alarms in time; try again");
        let _: Result<(), _> = woken.recv_timeout(Duration::from_millis(50));
    }
}

fn size(text: &str) -> anyhow::Result<[u32; 2]> {
    let parsed =
        text.split_once(['x', 'X']).and_then(|(w, h)| Some([w.parse().ok()?, h.parse().ok()?]));
    match parsed {
        Some(size @ [w, h]) if (200..=7680).contains(&w) && (150..=4320).contains(&h) => Ok(size),
        _ => bail!("--size takes WIDTHxHEIGHT, 200x150 to 7680x4320, not {text:?}"),
    }
}

fn write_png(path: &Path, [width, height]: [u32; 2], rgba: &[u8]) -> anyhow::Result<()> {
    let file = std::fs::File::create(path)
        .with_context(|| format!("{} could not be written", path.display()))?;
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|p| p.iter().take(3).copied()).collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_width_by_height() {
        assert_eq!(size("1280x800").unwrap(), [1280, 800]);
        for wrong in ["", "1280", "0x0", "99999x99999", "ax1"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
