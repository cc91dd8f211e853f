//! Frames of the tables with a million event messages and a hundred thousand alarms: scrolled,
//! searched, filtered.
//!
//! `cargo bench --bench tables -- [--messages N] [--alarms N]`. A frame is the panel's pass over
//! egui with the accessibility tree, without the rasteriser; one that takes longer than a sixtieth
//! of a second is late. Searches run on the engine's threads, their time is told beside.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use egui::accesskit::Role;
use egui::{Event, Modifiers, MouseWheelUnit, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::clock::{NightCache, UtcOnly};
use marsdeck::intent::IntentQueue;
use marsdeck::state::{Selection, Session, TimeControl};
use marsdeck::theme::{self, Theme};
use marsdeck::view::{Panel, Queries, ViewContext};
use marsdeck_engine::alarm::{Board, Found, Record, What, views};
use marsdeck_engine::archive::{Access, Archive, EventMessage, EvrLevel, SeriesKey};
use marsdeck_engine::mission::{Database, Severity};
use marsdeck_engine::query::Request;
use marsdeck_engine::runtime::{
    AlarmPicture, Engine, EngineConfig, EngineHandle, Intent, Snapshot, Ticket,
};
use marsdeck_engine::time::{Instant, SystemClock, TimeRange};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// 2019-01-01, where the messages begin.
const START_S: f64 = 1_546_300_800.0;
/// A frame at 60 a second.
const PACE: Duration = Duration::from_nanos(16_666_667);
const SIZE: Vec2 = vec2(1600.0, 1000.0);
/// Messages stored at once.
const PIECE: usize = 50_000;

/// Queries go to the engine, the snapshot is the one given.
struct Handle {
    engine: Arc<Engine>,
    snapshot: Arc<Snapshot>,
}

impl EngineHandle for Handle {
    fn send(&self, _intent: Intent) {}

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot)
    }

    fn query(&self, request: Request) -> Ticket {
        self.engine.query(request)
    }
}

/// One panel with all that it may read.
struct Stage {
    panel: Box<dyn Panel>,
    snapshot: Arc<Snapshot>,
    queries: Queries,
    time: TimeControl,
    theme: Theme,
    intents: IntentQueue,
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
            clocks: &UtcOnly,
            nights: &NightCache::default(),
            theme: &self.theme,
            intents: &self.intents,
            session: &Session::new([0; 32]),
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
        self.0.push(clock.elapsed());
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

fn messages(archive: &Archive, count: usize) -> Result<()> {
    let levels = [EvrLevel::Diagnostic, EvrLevel::ActivityLo, EvrLevel::WarningLo, EvrLevel::Fatal];
    let modules = ["seis", "apss", "chemcam", "sam", "rover"];
    for first in (0..count).step_by(PIECE) {
        let piece = (first..count.min(first + PIECE)).map(|i| EventMessage {
            time: Instant::from_unix_s(START_S + i as f64),
            level: levels.get(i % 97 % levels.len()).copied().unwrap_or(EvrLevel::Diagnostic),
            mission: "msl".to_owned(),
            name: format!("EVR_{}", i % 613),
            module: modules.get(i % modules.len()).copied().unwrap_or_default().to_owned(),
            message: format!("step {} of run {} ended with code {}", i % 31, i / 31, i % 7),
            source: "bench".to_owned(),
            ..EventMessage::default()
        });
        archive.put_messages(&piece.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Alarms of as many series, a few of each cause.
fn picture(count: usize, missions: &Database) -> AlarmPicture {
    let severities = [Severity::Watch, Severity::Warning, Severity::Distress, Severity::Critical];
    let record = |i: usize| Record {
        seq: i as i64,
        key: SeriesKey::new(format!("/msl/sam/p{i}"), "raw"),
        time: Instant::from_unix_s(START_S + (i / 5) as f64 * 120.0),
        what: What::Found(Found {
            severity: severities.get(i % 4).copied().unwrap_or(Severity::Watch),
            value: i as f64,
            limit: "above 0".to_owned(),
            latch: false,
        }),
    };
    let records: Vec<Record> = (0..count).map(record).collect();
    let present = views(&Board::at(&records, Instant::MAX), missions);
    AlarmPicture { evaluated: 1, present, ..AlarmPicture::default() }
}

fn stage(title: &str, engine: &Arc<Engine>, alarms: Arc<AlarmPicture>) -> Result<Stage> {
    let missions = Arc::new(Database::builtin());
    let snapshot = Arc::new(Snapshot {
        missions,
        alarms,
        generation: 1,
        writable: true,
        ..Snapshot::default()
    });
    let handle = Handle { engine: Arc::clone(engine), snapshot: Arc::clone(&snapshot) };
    let panel = marsdeck::panel::all(&marsdeck::panel::GlobeData::default())
        .into_iter()
        .find(|panel| panel.title() == title);
    let start = Instant::from_unix_s(START_S);
    let mut time = TimeControl::paused_at(start, TimeRange::new(start, start.plus_s(88_775.0)));
    time.set_cursor(start.plus_s(500_000.0));
    if title == "Alarms" {
        time.go_live(Some(start));
    }
    Ok(Stage {
        panel: panel.ok_or("no such panel")?,
        snapshot,
        queries: Queries::new(Arc::new(handle)),
        time,
        theme: Theme::dark(),
        intents: IntentQueue::default(),
        is_ready: false,
    })
}

fn open(stage: Stage) -> Harness<'static, Stage> {
    let mut harness = Harness::builder()
        .with_size(SIZE)
        .build_ui_state(|ui, stage: &mut Stage| stage.ui(ui), stage);
    harness.run_steps(4);
    harness
}

fn scroll(harness: &mut Harness<'static, Stage>, frames: &mut Frames, lines: f32) {
    for _ in 0..200 {
        harness.event(Event::PointerMoved((SIZE * 0.5).to_pos2()));
        harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, lines),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        frames.step(harness);
    }
}

/// Steps until the panel no longer waits for an answer; how long that took.
fn settle(harness: &mut Harness<'static, Stage>, frames: &mut Frames) -> Duration {
    let clock = Stopwatch::now();
    loop {
        frames.step(harness);
        if !harness.state().queries.is_loading() || clock.elapsed() > Duration::from_mins(1) {
            return clock.elapsed();
        }
        std::thread::sleep(PACE);
    }
}

fn events(engine: &Arc<Engine>) -> Result<()> {
    let mut harness = open(stage("Events", engine, Arc::default())?);
    let mut frames = Frames::default();
    settle(&mut harness, &mut frames);
    scroll(&mut harness, &mut frames, -3.0);
    let mut longest = Duration::ZERO;
    // Typed letter by letter: each asks anew. The last word occurs once in a hundred messages.
    harness.get_by_label("Search").focus();
    frames.step(&mut harness);
    for letter in "chemcam EVR_612".chars() {
        harness.get_by_label("Search").type_text(&letter.to_string());
        longest = longest.max(settle(&mut harness, &mut frames));
    }
    scroll(&mut harness, &mut frames, 3.0);
    harness.get_by_label("Until the cursor only").click();
    longest = longest.max(settle(&mut harness, &mut frames));
    frames.tell("events");
    println!("events: longest wait for an answer {:.0} ms", longest.as_secs_f64() * 1e3);
    Ok(())
}

fn alarms(engine: &Arc<Engine>, picture: AlarmPicture) -> Result<()> {
    let mut harness = open(stage("Alarms", engine, Arc::new(picture))?);
    let mut frames = Frames::default();
    scroll(&mut harness, &mut frames, -20.0);
    for _ in 0..5 {
        harness.get_by_label("One line per cause").click();
        (0..10).for_each(|_| frames.step(&mut harness));
        harness.get_by_role_and_label(Role::ComboBox, "Severity").click();
        (0..5).for_each(|_| frames.step(&mut harness));
        harness.get_by_role_and_label(Role::Button, "Serious or worse").click();
        (0..10).for_each(|_| frames.step(&mut harness));
        harness.get_by_role_and_label(Role::ComboBox, "Severity").click();
        (0..5).for_each(|_| frames.step(&mut harness));
        harness.get_by_role_and_label(Role::Button, "All").click();
        (0..10).for_each(|_| frames.step(&mut harness));
    }
    scroll(&mut harness, &mut frames, 20.0);
    frames.tell("alarms");
    Ok(())
}

fn main() -> Result<()> {
    let (mut count, mut many) = (1_000_000, 100_000);
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let value: f64 = words.next().ok_or_else(|| format!("{word} needs a value"))?.parse()?;
        match word.as_str() {
            "--messages" => count = value as usize,
            "--alarms" => many = value as usize,
            other => return Err(format!("{other} is not an option").into()),
        }
    }
    let dir = tempfile::tempdir()?;
    let archive = Archive::create(dir.path(), Instant::from_unix_s(START_S))?;
    let clock = Stopwatch::now();
    messages(&archive, count)?;
    println!("{count} messages stored in {:.1} s", clock.elapsed().as_secs_f64());
    drop(archive);
    let missions = Database::builtin();
    let clock = Stopwatch::now();
    let picture = picture(many, &missions);
    println!("{many} alarms listed in {:.0} ms", clock.elapsed().as_secs_f64() * 1e3);
    let engine = Arc::new(Engine::start(EngineConfig {
        archive: dir.path().to_owned(),
        access: Access::Read,
        missions,
        notes: Vec::new(),
        clock: Arc::new(SystemClock),
        waker: Arc::new(|| ()),
        links: false,
        random: |_| true,
    })?);
    events(&engine)?;
    alarms(&engine, picture)
}
