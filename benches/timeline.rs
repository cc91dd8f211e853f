//! Frames of the Plan panel with a quarter of a million activities: zoomed, panned, scrolled.
//!
//! `cargo bench --bench timeline -- [--activities N]`. A frame is the panel's pass over egui with the
//! accessibility tree and the tessellation, without the rasteriser; one that takes longer than a
//! sixtieth of a second is late. Opening and judging the plan runs on the panel's thread; its frames
//! are told, too.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use egui::{Event, Modifiers, MouseWheelUnit, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::clock::{MarsClocks, NightCache};
use marsdeck::intent::IntentQueue;
use marsdeck::state::{Selection, Session, TimeControl};
use marsdeck::theme::{self, Theme};
use marsdeck::view::{Panel, Queries, ViewContext};
use marsdeck_engine::mission::Database;
use marsdeck_engine::plan::{Activity, ActivityId, Plan};
use marsdeck_engine::query::Request;
use marsdeck_engine::runtime::{EngineHandle, Intent, Snapshot, Ticket};
use marsdeck_engine::time::{Instant, TimeRange};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// 2019-06-01, where the plan begins.
const START_S: f64 = 1_559_347_200.0;
/// Seconds from one activity to the next.
const APART_S: f64 = 90.0;
/// A frame at 60 a second.
const PACE: Duration = Duration::from_nanos(16_666_667);
const SIZE: Vec2 = vec2(1600.0, 1000.0);

/// Answers nothing.
struct Handle(Arc<Snapshot>);

impl EngineHandle for Handle {
    fn send(&self, _intent: Intent) {}

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0)
    }

    fn query(&self, _request: Request) -> Ticket {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        // Kept open: a request that never ends.
        std::mem::forget(sender);
        Ticket::new(receiver, Arc::default())
    }
}

struct Stage {
    panel: Box<dyn Panel>,
    snapshot: Arc<Snapshot>,
    queries: Queries,
    time: TimeControl,
    theme: Theme,
    intents: IntentQueue,
    clocks: MarsClocks,
    nights: NightCache,
    session: Session,
    is_ready: bool,
}

impl Stage {
    fn ui(&mut self, ui: &mut egui::Ui) {
        if !std::mem::replace(&mut self.is_ready, true) {
            theme::install_fonts(ui.ctx());
            theme::apply(ui.ctx(), &self.theme);
            return;
        }
        self.queries.begin_frame(1);
        let cx = ViewContext {
            snapshot: &self.snapshot,
            queries: &self.queries,
            time: &self.time,
            selection: &Selection::default(),
            clocks: &self.clocks,
            nights: &self.nights,
            theme: &self.theme,
            intents: &self.intents,
            session: &self.session,
            now: None,
        };
        egui::CentralPanel::default().show(ui, |ui| self.panel.ui(ui, &cx));
        self.intents.drain();
    }
}

/// Times of frames.
#[derive(Default)]
struct Frames(Vec<Duration>);

impl Frames {
    fn step(&mut self, harness: &mut Harness<'static, Stage>) {
        let clock = Stopwatch::now();
        harness.step();
        let output = harness.output();
        let shapes = output.shapes.clone();
        let pixels = output.pixels_per_point;
        let painted = harness.ctx.tessellate(shapes, pixels);
        self.0.push(clock.elapsed());
        drop(painted);
    }

    fn tell(mut self, what: &str) {
        self.0.sort();
        let at = |share: f64| {
            let last = self.0.len().saturating_sub(1);
            self.0.get((last as f64 * share) as usize).copied().unwrap_or_default()
        };
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let late = self.0.iter().filter(|time| **time > PACE).count();
        println!(
            "{what}: {} frames, p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms, {late} late",
            self.0.len(),
            ms(at(0.5)),
            ms(at(0.99)),
            ms(at(1.0))
        );
    }
}

/// Activities of several instruments over most of a year, with clusters.
fn plan(count: usize) -> Plan {
    let kinds = ["APSSGeneric", "SeisGeneric", "EngGeneric", "RADStandard", "ICCImages"];
    let start = Instant::from_unix_s(START_S);
    let length = count as f64 * APART_S;
    let range = TimeRange::new(start, start.plus_s(length + 10_000.0));
    let mut plan = Plan::new("year", "Year", "insight", range);
    for i in 0..count {
        // Every ninth lies in one of a few dense hours.
        let s = if i % 9 == 0 {
            (i / 20_000) as f64 * 20_000.0 * APART_S + (i % 20_000) as f64 * 0.4
        } else {
            i as f64 * APART_S
        };
        let id = ActivityId(i as u64 + 1);
        let kind = kinds.get(i % kinds.len()).copied().unwrap_or_default();
        plan.activities.insert(id, Activity::new(id, kind, start.plus_s(s)));
    }
    plan
}

fn stage(plan: &Plan) -> Result<Stage> {
    let missions = Arc::new(Database::builtin());
    let snapshot = Arc::new(Snapshot { missions, generation: 1, ..Snapshot::default() });
    let panel = marsdeck::panel::all(&marsdeck::panel::GlobeData::default())
        .into_iter()
        .find(|panel| panel.title() == "Plan");
    let mut panel = panel.ok_or("no such panel")?;
    panel.restore(&json!({ "plan": serde_json::to_string(plan)? }));
    let time = TimeControl::paused_at(plan.start.plus_s(1e6), plan.range());
    Ok(Stage {
        panel,
        snapshot: Arc::clone(&snapshot),
        queries: Queries::new(Arc::new(Handle(snapshot))),
        time,
        theme: Theme::dark(),
        intents: IntentQueue::default(),
        clocks: MarsClocks::default(),
        nights: NightCache::default(),
        session: Session::new([1; 32]),
        is_ready: false,
    })
}

fn wheel(harness: &Harness<'static, Stage>, at: egui::Pos2, delta: Vec2, modifiers: Modifiers) {
    harness.event(Event::PointerMoved(at));
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers,
    });
}

/// Zooms in on a place and pans there and back at every few steps.
fn travel(harness: &mut Harness<'static, Stage>, at: egui::Pos2, what: &str) {
    let mut frames = Frames::default();
    for _ in 0..26 {
        for _ in 0..4 {
            wheel(harness, at, vec2(0.0, 60.0), Modifiers::NONE);
            frames.step(harness);
        }
        for x in [-40.0, -40.0, 40.0, 40.0] {
            wheel(harness, at, vec2(x, 0.0), Modifiers::NONE);
            frames.step(harness);
        }
    }
    for _ in 0..130 {
        wheel(harness, at, vec2(0.0, -60.0), Modifiers::NONE);
        frames.step(harness);
    }
    frames.tell(what);
}

fn main() -> Result<()> {
    let mut count = 250_000;
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--activities" => count = value.parse::<f64>()? as usize,
            other => return Err(format!("{other} is not an option").into()),
        }
    }
    let stage = stage(&plan(count))?;
    let mut harness = Harness::builder()
        .with_size(SIZE)
        .build_ui_state(|ui, stage: &mut Stage| stage.ui(ui), stage);
    let mut frames = Frames::default();
    let clock = Stopwatch::now();
    loop {
        frames.step(&mut harness);
        let waits = ["checking…", "Opening the plan…"];
        let is_open = harness.query_by_label("Timeline of Year").is_some();
        let is_waiting = waits.iter().any(|text| harness.query_by_label(text).is_some());
        if is_open && !is_waiting || clock.elapsed() > Duration::from_mins(2) {
            break;
        }
        std::thread::sleep(PACE / 2);
    }
    println!("{count} activities opened and judged in {:.2} s", clock.elapsed().as_secs_f64());
    frames.tell("opening");
    for (x, y, what) in
        [(700.0, 420.0, "middle"), (210.0, 330.0, "dense hour"), (1100.0, 500.0, "right")]
    {
        travel(&mut harness, pos2(x, y), what);
    }
    let mut frames = Frames::default();
    for i in 0..200 {
        let down = if i < 100 { -30.0 } else { 30.0 };
        wheel(&harness, pos2(80.0, 400.0), vec2(0.0, down), Modifiers::NONE);
        frames.step(&mut harness);
    }
    frames.tell("scrolled");
    Ok(())
}
