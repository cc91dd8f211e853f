//! Panels on a stage: a fake engine with fixed answers, one panel, and what it asked for.
//!
//! `MARSDECK_TEST_IMAGES=folder` keeps the pictures that the tests render.

mod accounts;
mod alarms;
mod commands;
mod desk;
mod event_requests;
mod events;
mod exchange;
mod globe;
mod health;
mod links;
mod log_book;
mod packets;
mod passes;
mod plan;
mod products;
mod sequence;
mod spectra;
mod tables;
mod uplinks;

pub use packets::with_packets;

use std::sync::{Arc, Mutex};

use egui_kittest::Harness;
use marsdeck::clock::{NightCache, SolClocks, UtcOnly};
use marsdeck::intent::{IntentQueue, UiIntent};
use marsdeck::state::{Selection, Session, TimeControl};
use marsdeck::theme::{self, Theme};
use marsdeck::view::{Panel, Queries, ViewContext};
use marsdeck_engine::mission::Database;
use marsdeck_engine::query::{Answer, QueryError, Request};
use marsdeck_engine::runtime::{EngineHandle, Intent, Snapshot, Ticket};
use marsdeck_engine::time::{Instant, TimeRange};

type Answers = Box<dyn Fn(&Request) -> Option<Result<Answer, QueryError>> + Send + Sync>;

/// Answers at once from a function; a request without an answer stays under way.
struct Fake {
    snapshot: Arc<Snapshot>,
    answers: Answers,
    waiting: Mutex<Vec<crossbeam_channel::Sender<Result<Answer, QueryError>>>>,
}

impl EngineHandle for Fake {
    fn send(&self, _intent: Intent) {}

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot)
    }

    fn query(&self, request: Request) -> Ticket {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        match (self.answers)(&request) {
            Some(answer) => sender.send(answer).expect("room for one"),
            None => self.waiting.lock().expect("not poisoned").push(sender),
        }
        Ticket::new(receiver, Arc::default())
    }
}

/// One panel with all that it may read.
pub struct Stage {
    panel: Box<dyn Panel>,
    snapshot: Arc<Snapshot>,
    queries: Queries,
    pub time: TimeControl,
    pub selection: Selection,
    theme: Theme,
    intents: IntentQueue,
    pub session: Session,
    pub clocks: Box<dyn SolClocks>,
    /// What the panel asked for, oldest first.
    pub wishes: Vec<UiIntent>,
    ready: bool,
}

impl Stage {
    /// A panel by its title.
    pub fn new(title: &str, snapshot: Snapshot, theme: Theme, answers: Answers) -> Self {
        let missions = Arc::new(Database::builtin());
        let snapshot = Arc::new(Snapshot { missions, generation: 1, ..snapshot });
        let waiting = Mutex::default();
        let fake = Fake { snapshot: Arc::clone(&snapshot), answers, waiting };
        let panel = marsdeck::panel::all(&marsdeck::panel::GlobeData::default())
            .into_iter()
            .find(|p| p.title() == title);
        let mut panel = panel.expect("a panel of this title");
        panel.observe(&snapshot);
        let start = Instant::from_unix_s(1.5642e9);
        Self {
            panel,
            snapshot,
            queries: Queries::new(Arc::new(fake)),
            time: TimeControl::paused_at(start, TimeRange::new(start, start.plus_s(88_775.0))),
            selection: Selection::default(),
            theme,
            intents: IntentQueue::default(),
            session: Session::new([7; 32]),
            clocks: Box::new(UtcOnly),
            wishes: Vec::new(),
            ready: false,
        }
    }

    /// Another snapshot, which the panel looks at as the window has it do.
    pub fn set_snapshot(&mut self, snapshot: Snapshot) {
        let generation = self.snapshot.generation + 1;
        let missions = Arc::clone(&self.snapshot.missions);
        self.snapshot = Arc::new(Snapshot { missions, generation, ..snapshot });
        self.panel.observe(&self.snapshot);
    }

    /// What the panel would keep for the next start.
    pub fn kept(&self) -> Option<serde_json::Value> {
        self.panel.state().cloned()
    }

    /// Gives the panel back what an earlier run kept.
    pub fn restore(&mut self, kept: &serde_json::Value) {
        self.panel.restore(kept);
    }

    /// Other answers to what is asked from now on.
    pub fn set_answers(&mut self, answers: Answers) {
        let fake =
            Fake { snapshot: Arc::clone(&self.snapshot), answers, waiting: Mutex::default() };
        self.queries = Queries::new(Arc::new(fake));
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        if !self.ready {
            theme::install_fonts(ui.ctx());
            theme::apply(ui.ctx(), &self.theme);
            self.ready = true;
            ui.ctx().request_repaint();
            return;
        }
        self.queries.begin_frame(self.snapshot.archive_generation);
        let cx = ViewContext {
            snapshot: &self.snapshot,
            queries: &self.queries,
            time: &self.time,
            selection: &self.selection,
            clocks: self.clocks.as_ref(),
            nights: &NightCache::default(),
            theme: &self.theme,
            intents: &self.intents,
            session: &self.session,
            now: None,
        };
        egui::CentralPanel::default().show(ui, |ui| self.panel.ui(ui, &cx));
        for wish in self.intents.drain() {
            match &wish {
                UiIntent::SelectProduct(id) => self.selection.product = Some(*id),
                UiIntent::SelectLink(name) => self.selection.link.clone_from(name),
                UiIntent::SelectEvent(id) => self.selection.event.clone_from(id),
                UiIntent::SelectRequest(id) => self.selection.request.clone_from(id),
                _ => {}
            }
            self.wishes.push(wish);
        }
    }
}

/// A harness that has run long enough for the first answers to be on screen.
pub fn harness(stage: Stage, size: [f32; 2], draws: bool) -> Harness<'static, Stage> {
    let builder = Harness::builder().with_size(egui::Vec2::from(size));
    let builder = if draws { builder.wgpu() } else { builder };
    let mut harness = builder.build_ui_state(|ui, stage: &mut Stage| stage.ui(ui), stage);
    harness.run_steps(6);
    harness
}

/// Renders, checks that something was painted, and keeps the picture where that is asked for.
pub fn picture(harness: &mut Harness<'static, Stage>, name: &str) {
    let image = harness.render().expect("a picture");
    let first = image.get_pixel(0, 0);
    assert!(image.pixels().any(|p| p != first), "{name} is not blank");
    if let Some(folder) = std::env::var_os("MARSDECK_TEST_IMAGES") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::create_dir_all(&folder).expect("a folder for the pictures");
        image.save(folder.join(format!("{name}.png"))).expect("the picture is written");
    }
}

/// Both themes.
pub fn themes() -> [Theme; 2] {
    [Theme::dark(), Theme::light()]
}
