//! CPU time of a frame with four plots while panning, without the rasteriser: the console's plot
//! over 10⁸ archived samples against `egui_plot` with lines of 2 000 points and with raw points.
//!
//! `cargo bench --bench frame -- [--samples N] [--frames N] [--dir DIR]`: `--samples` in all four
//! channels together (default 10⁸), `--frames` measured of each kind (default 600), `--dir` keeps
//! the archive for the next run. A frame is egui's pass over the interface and the tessellation of
//! what it painted; frames start 60 times a second, as on a screen.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use egui::{CentralPanel, Context, Event, Id, RawInput, Rect, Ui, pos2};
use egui_plot::{Line, Plot, PlotPoint, PlotPoints};
use marsdeck::clock::{MarsClocks, TickLabels};
use marsdeck::plot::{Curve, CurveData, PlotState, PlotView, Row};
use marsdeck::state::TimeAxis;
use marsdeck::theme::{Theme, apply, install_fonts};
use marsdeck::view::{CurveParts, Queries, ask_curve};
use marsdeck_engine::archive::{Access, Archive, SeriesSummary};
use marsdeck_engine::format::mseed::{self, Samples, SourceId, Trace, WriteOptions};
use marsdeck_engine::mission::Database;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::{Engine, EngineConfig, EngineHandle};
use marsdeck_engine::time::{Instant, SystemClock, TimeRange};
use rustix::time::{ClockId, clock_gettime};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Samples per second.
const RATE: f64 = 20.0;
/// Nanoseconds between samples.
const PERIOD: i64 = 50_000_000;
/// 2019-01-01, where the data begin.
const START: i64 = 1_546_300_800_000_000_000;
const CHANNELS: [&str; 4] = ["BHU", "BHV", "BHW", "BHZ"];
/// Samples written at once.
const PIECE: usize = 1_250_000;
/// Size of the window in points; a pixel is a point.
const SIZE: [f32; 2] = [1600.0, 1000.0];
/// A frame moves the range by this share of its length: 8 of 1 600 pixels.
const STEP: f64 = 0.005;
/// Frames a second.
const PACE: f64 = 60.0;
/// Points of a short line.
const SHORT: usize = 2_000;
/// Samples a row of the close, the middle and the wide zoom.
const ZOOMS: [usize; 3] = [1_000, 250_000, 20_000_000];
/// Frames of one kind before the next one's turn, and frames that each turn begins with unmeasured.
const TURN: usize = 100;
const WARM: usize = 12;

struct Options {
    samples: usize,
    frames: usize,
    dir: Option<PathBuf>,
}

fn options() -> Result<Options> {
    let mut out = Options { samples: 100_000_000, frames: 600, dir: None };
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--samples" => out.samples = value.parse::<f64>()? as usize,
            "--frames" => out.frames = value.parse()?,
            "--dir" => out.dir = Some(value.into()),
            other => return Err(format!("{other} is not an option").into()),
        }
    }
    Ok(out)
}

/// A random walk that returns to a slow tide, with bursts.
fn piece(seed: u64, from: usize, count: usize) -> Vec<i32> {
    let mut state = 0x2545_F491_4F6C_DD1D ^ (seed << 32) ^ from as u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f64 / f64::from(1u32 << 24) - 0.5
    };
    let mut value = 0.0;
    (from..from + count)
        .map(|i| {
            let tide = (i as f64 / 1_775_505.0 * std::f64::consts::TAU).sin();
            let burst = if i % 200_000 < 4_000 { 6.0 } else { 1.0 };
            value = value * 0.98 + random() * 60.0 * burst;
            (value + 5_000.0 * tide) as i32
        })
        .collect()
}

/// Writes the four channels as Steim2 records into an archive, unless it holds them.
fn fill(dir: &Path, samples: usize) -> Result<()> {
    let (archive, _) = Archive::open_or_create(dir, Instant::from_unix_ns(START))?;
    let each = samples / CHANNELS.len();
    let held: u64 = archive.series().iter().map(|series| series.samples).sum();
    if held >= (each * CHANNELS.len()) as u64 {
        println!("archive: {held} samples are there");
        return Ok(());
    }
    let watch = Stopwatch::now();
    let mut bytes = 0;
    for (n, channel) in CHANNELS.into_iter().enumerate() {
        for from in (0..each).step_by(PIECE) {
            let count = PIECE.min(each - from);
            let source = SourceId {
                network: "XB".into(),
                station: "ELYSE".into(),
                location: "02".into(),
                channel: channel.into(),
            };
            let start = Instant::from_unix_ns(START + from as i64 * PERIOD);
            let samples = Samples::I32(piece(n as u64 + 1, from, count));
            let trace = Trace { source, start, rate_hz: RATE, publication: 1, samples };
            let records = mseed::write(&trace, &WriteOptions::default())
                .map_err(|problem| problem.to_string())?;
            bytes += records.len();
            let report = archive.append_waveform("raw", &records)?;
            if !report.problems.is_empty() {
                return Err(format!("{:?}", report.problems).into());
            }
        }
    }
    let seconds = watch.elapsed().as_secs_f64();
    println!("archive: {} samples, {} MB, made in {seconds:.0} s", samples, bytes / 1_000_000);
    Ok(())
}

/// CPU time of this thread, and of all threads, in milliseconds.
fn cpu_ms() -> (f64, f64) {
    let ms = |clock| {
        let t = clock_gettime(clock);
        t.tv_sec as f64 * 1e3 + t.tv_nsec as f64 * 1e-6
    };
    (ms(ClockId::ThreadCPUTime), ms(ClockId::ProcessCPUTime))
}

/// One frame of a kind at a range; the result is by how many nanoseconds what is drawn lags.
type Draw<'a> = Box<dyn FnMut(&mut Ui, TimeRange) -> Option<i64> + 'a>;

/// What is measured: an interface and what its frames cost.
struct Kind<'a> {
    name: String,
    context: Context,
    draw: Draw<'a>,
    span_ns: i64,
    /// How far the range may move.
    room_ns: i64,
    frame: usize,
    cpu: Vec<f64>,
    wall: Vec<f64>,
    workers: f64,
    lags: Vec<f64>,
    vertices: usize,
}

impl<'a> Kind<'a> {
    fn new(name: String, (span_ns, room_ns): (i64, i64), draw: Draw<'a>) -> Self {
        let context = Context::default();
        install_fonts(&context);
        apply(&context, &Theme::dark());
        let (cpu, wall, lags, workers, frame, vertices) = Default::default();
        Self { name, context, draw, span_ns, room_ns, frame, cpu, wall, workers, lags, vertices }
    }

    /// The range of the next frame; where the data end, the way turns back.
    fn range(&self) -> TimeRange {
        let gone = (self.frame as f64 * STEP * self.span_ns as f64) as i64;
        let turned = gone % (2 * self.room_ns).max(1);
        let start = Instant::from_unix_ns(START + turned.min(2 * self.room_ns - turned));
        TimeRange::new(start, start.plus_ns(self.span_ns))
    }

    fn run(&mut self, frames: usize) {
        let pace = Duration::from_secs_f64(1.0 / PACE);
        let mut due = Stopwatch::now();
        for n in 0..frames + WARM {
            std::thread::sleep(due.saturating_duration_since(Stopwatch::now()));
            due = Stopwatch::now().max(due) + pace;
            let before = cpu_ms();
            let watch = Stopwatch::now();
            let lag = self.one();
            let wall = watch.elapsed().as_secs_f64() * 1e3;
            let own = cpu_ms().0 - before.0;
            // What the frame asked of the workers is done by the time the next one starts.
            std::thread::sleep(due.saturating_duration_since(Stopwatch::now()));
            let after = cpu_ms();
            if n >= WARM {
                self.cpu.push(own);
                self.wall.push(wall);
                self.workers += (after.1 - before.1) - (after.0 - before.0);
                self.lags.extend(lag.map(|ns| ns as f64 / (STEP * self.span_ns as f64)));
                self.frame += 1;
            }
        }
    }

    fn one(&mut self) -> Option<i64> {
        let range = self.range();
        let mut lag = None;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), SIZE.into())),
            time: Some(self.frame as f64 / PACE),
            events: vec![Event::PointerMoved(pos2(SIZE[0] * 0.6, SIZE[1] * 0.3))],
            ..RawInput::default()
        };
        let draw = &mut self.draw;
        let mut output = self.context.run_ui(input, |ui| {
            CentralPanel::default().show(ui, |ui| lag = draw(ui, range));
        });
        let shapes = std::mem::take(&mut output.shapes);
        let scale = output.pixels_per_point;
        let painted = self.context.tessellate(shapes, scale);
        self.vertices = painted
            .iter()
            .map(|part| match &part.primitive {
                egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
                egui::epaint::Primitive::Callback(_) => 0,
            })
            .sum();
        output.drop_without_applying_deltas();
        lag
    }
}

/// The console's plot with the answers of the engine.
fn ours<'a>(queries: &'a Queries, series: &'a [SeriesSummary]) -> Draw<'a> {
    let (theme, clocks) = (Theme::dark(), MarsClocks::default());
    let mut state = PlotState::default();
    Box::new(move |ui, range| {
        queries.begin_frame(1);
        let columns = PlotView::columns(ui);
        let slot = Id::unique(("frame", range.duration_ns()));
        let answers: Vec<_> =
            series.iter().map(|one| ask_curve(queries, slot, one, range, columns)).collect();
        let lag = answers.iter().filter_map(|answer| match answer.parts() {
            CurveParts::Buckets(drawn, ..) => Some(range.start.ns_since(drawn.start)),
            _ => None,
        });
        let lag = lag.max();
        let rows: Vec<Row<'_>> = series
            .iter()
            .zip(&answers)
            .enumerate()
            .map(|(n, (one, answer))| {
                let data = answer.parts().into();
                let mut curve = Curve::new(&one.key.name, "counts", theme.curve(n), data);
                curve.loading = answer.loading;
                Row { name: one.key.name.clone(), curves: vec![curve], ..Row::default() }
            })
            .collect();
        show(ui, &theme, &clocks, range, &rows, &mut state);
        lag
    })
}

/// The console's plot with short lines on hand.
fn ours_short(lines: &[Vec<PlotPoint>]) -> Draw<'static> {
    let (theme, clocks) = (Theme::dark(), MarsClocks::default());
    let mut state = PlotState::default();
    let lines: Vec<(Vec<Instant>, Vec<f64>)> = lines
        .iter()
        .map(|line| {
            let time = |point: &PlotPoint| Instant::from_unix_ns(START + (point.x * 1e9) as i64);
            (line.iter().map(time).collect(), line.iter().map(|point| point.y).collect())
        })
        .collect();
    Box::new(move |ui, range| {
        let rows: Vec<Row<'_>> = lines
            .iter()
            .zip(CHANNELS)
            .enumerate()
            .map(|(n, ((times, values), name))| {
                let data = CurveData::Points { times, values, period_ns: 0.0 };
                let curves = vec![Curve::new(name, "counts", theme.curve(n), data)];
                Row { name: name.to_owned(), curves, ..Row::default() }
            })
            .collect();
        show(ui, &theme, &clocks, range, &rows, &mut state);
        None
    })
}

fn show(
    ui: &mut Ui,
    theme: &Theme,
    clocks: &MarsClocks,
    range: TimeRange,
    rows: &[Row<'_>],
    state: &mut PlotState,
) {
    let ticks = TickLabels { clocks, mission: "insight", axis: TimeAxis::Utc };
    let id = Id::unique("frame");
    let mut view = PlotView::new(id, theme, range, ticks, rows);
    view.cursor = Some(range.start.plus_ns(range.duration_ns() / 2));
    view.show(ui, state);
}

/// `egui_plot`, given the points that are in the range.
fn peer(lines: &[Vec<PlotPoint>]) -> Draw<'_> {
    let theme = Theme::dark();
    Box::new(move |ui, range| {
        let at = |t: Instant| (t.unix_ns() - START) as f64 * 1e-9;
        let (left, right) = (at(range.start), at(range.end));
        let height = ui.available_height() / lines.len() as f32 - ui.spacing().item_spacing.y;
        for (n, (line, name)) in lines.iter().zip(CHANNELS).enumerate() {
            let first = line.partition_point(|point| point.x < left);
            let end = line.partition_point(|point| point.x < right);
            let visible = line.get(first..end).unwrap_or_default();
            let shown = Line::new(name, PlotPoints::Borrowed(visible)).color(theme.curve(n));
            Plot::new(name).height(height).width(ui.available_width()).show(ui, |plot| {
                plot.set_plot_bounds_x(left..=right);
                plot.line(shown);
            });
        }
        None
    })
}

/// The smallest and largest values of slices of the way of the frames, as lines with [`SHORT`]
/// points in a range.
fn short_lines(
    engine: &Engine,
    series: &[SeriesSummary],
    range: TimeRange,
    span_ns: i64,
) -> Result<Vec<Vec<PlotPoint>>> {
    let shares = range.duration_ns() as f64 / span_ns as f64;
    let width = ((shares * SHORT as f64 / 2.0) as u32).min(16_384);
    let step = range.duration_ns() as f64 * 1e-9 / f64::from(width);
    let begin = (range.start.unix_ns() - START) as f64 * 1e-9;
    let line = |one: &SeriesSummary| -> Result<Vec<PlotPoint>> {
        let request = Request::MinMax { key: one.key.clone(), range, width };
        let Answer::MinMax { buckets, .. } = engine.query(request).wait()? else {
            return Err("the answer is of another kind".into());
        };
        let pair = |(i, bucket): (usize, &marsdeck_engine::archive::Bucket)| {
            let x = begin + i as f64 * step;
            [PlotPoint::new(x, bucket.min), PlotPoint::new(x + step / 2.0, bucket.max)]
        };
        Ok(buckets.iter().enumerate().flat_map(pair).collect())
    };
    series.iter().map(line).collect()
}

/// The samples of the way of the frames.
fn raw_lines(
    engine: &Engine,
    series: &[SeriesSummary],
    range: TimeRange,
) -> Result<Vec<Vec<PlotPoint>>> {
    let line = |one: &SeriesSummary| -> Result<Vec<PlotPoint>> {
        let request = Request::Range { key: one.key.clone(), range, limit: u64::MAX };
        let Answer::Range { times, values, .. } = engine.query(request).wait()? else {
            return Err("the answer is of another kind".into());
        };
        let point =
            |(t, y): (&Instant, &f64)| PlotPoint::new((t.unix_ns() - START) as f64 * 1e-9, *y);
        Ok(times.iter().zip(&values).map(point).collect())
    };
    series.iter().map(line).collect()
}

/// A quantile of measured values.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

fn report(kinds: &[Kind<'_>], base: &str) {
    let of_base = kinds.iter().find(|kind| kind.name == base);
    let base_ms = of_base.map_or(f64::NAN, |kind| quantile(&kind.cpu, 0.5));
    println!(
        "{:<46} {:>8} {:>8} {:>8} {:>8} {:>7} {:>9} {:>9} {:>7}",
        "ms a frame",
        "CPU p50",
        "CPU p99",
        "wall p50",
        "wall p99",
        "ratio",
        "engine",
        "vertices",
        "lag"
    );
    for kind in kinds {
        let (cpu, wall) = (&kind.cpu, &kind.wall);
        let lag = if kind.lags.is_empty() {
            "-".to_owned()
        } else {
            format!("{:.0}", quantile(&kind.lags, 0.5))
        };
        println!(
            "{:<46} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>7.2} {:>9.2} {:>9} {:>7}",
            kind.name,
            quantile(cpu, 0.5),
            quantile(cpu, 0.99),
            quantile(wall, 0.5),
            quantile(wall, 0.99),
            quantile(cpu, 0.5) / base_ms,
            kind.workers / cpu.len().max(1) as f64,
            kind.vertices,
            lag
        );
    }
    println!(
        "CPU: of the thread that draws; ratio: of its p50 to {base}; engine: CPU of the other \
         threads a frame; lag: frames by which the curves on screen trail the range (p50)"
    );
}

fn main() -> Result<()> {
    let options = options()?;
    let temporary = tempfile::tempdir()?;
    let dir = options.dir.clone().unwrap_or_else(|| temporary.path().join("archive"));
    fill(&dir, options.samples)?;
    let engine = Arc::new(Engine::start(EngineConfig {
        archive: dir,
        access: Access::Read,
        missions: Database::default(),
        notes: Vec::new(),
        clock: Arc::new(SystemClock),
        waker: Arc::new(|| {}),
        links: false,
        random: |_| true,
    })?);
    let series: Vec<_> = engine.snapshot().series.iter().take(CHANNELS.len()).cloned().collect();
    let handle: Arc<dyn EngineHandle> = engine.clone();
    let queries = Queries::new(handle);

    let each = (options.samples / CHANNELS.len()) as i64 * PERIOD;
    // The length of a zoom, and how far it moves in all frames.
    let way = |span: i64| {
        let gone = STEP * (options.frames + 1) as f64 * span as f64;
        (span, (gone as i64).min(each - span).max(1))
    };
    let zooms = ZOOMS.map(|samples| way((samples as i64 * PERIOD).min(each * 4 / 5)));
    let middle = zooms[1];
    let start = Instant::from_unix_ns(START);
    let whole = TimeRange::new(start, start.plus_ns(middle.0 + middle.1));
    let short = short_lines(&engine, &series, whole, middle.0)?;
    let raw = raw_lines(&engine, &series, whole)?;
    let raw_count = middle.0 / PERIOD * CHANNELS.len() as i64;

    let base = format!("egui_plot, 4 lines of {SHORT} points");
    let mut kinds = vec![Kind::new(base.clone(), middle, peer(&short))];
    for zoom in zooms {
        let shown = zoom.0 / PERIOD * CHANNELS.len() as i64;
        let name = format!("marsdeck, {shown} of {} samples", options.samples);
        kinds.push(Kind::new(name, zoom, ours(&queries, &series)));
    }
    let name = format!("marsdeck, 4 lines of {SHORT} points");
    kinds.push(Kind::new(name, middle, ours_short(&short)));
    let name = format!("egui_plot, {raw_count} raw points");
    kinds.push(Kind::new(name, middle, peer(&raw)));
    let mut left = options.frames;
    while left > 0 {
        for kind in &mut kinds {
            kind.run(TURN.min(left));
        }
        left -= TURN.min(left);
    }
    report(&kinds, &base);
    Ok(())
}
