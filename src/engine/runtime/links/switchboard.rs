//! The thread that looks after the links: starts and stops them, shows how they fare.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::super::handle::MessageLevel;
use super::super::health;
use super::super::live::{Health, LinkView, PacketPicture, QueueLoad};
use super::super::owner::Event;
use super::file;
use super::worker::{Progress, QUEUE, Worker};
use crate::alarm::Contact;
use crate::archive::Archive;
use crate::ingest::live::Dictionaries;
use crate::link::{LinkConfig, LinkState, LinkStatus, Source};
use crate::mission::Database;
use crate::time::{Clock, Instant};

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);
/// How often it looks for new dictionaries and keeps where the links are.
const KEEP: Duration = Duration::from_secs(5);
/// Looks over which rates are taken.
const RATE_LOOKS: usize = 5;

/// What the owner wants of the links.
pub(in crate::runtime) enum LinkOrder {
    Put(Box<LinkConfig>),
    Enable { name: String, enabled: bool },
    Remove(String),
}

/// What the console sees.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Live {
    pub(in crate::runtime) links: Arc<Vec<LinkView>>,
    pub(in crate::runtime) packets: Arc<BTreeMap<String, Arc<PacketPicture>>>,
    pub(in crate::runtime) health: Arc<Health>,
    /// Whether links run here.
    pub(in crate::runtime) runs: bool,
    /// Whether there is something that an operator may be waiting for.
    pub(in crate::runtime) is_news: bool,
    pub(in crate::runtime) said: Vec<(MessageLevel, String)>,
}

impl Live {
    /// The links that should bring data here; none where links do not run here.
    pub(in crate::runtime) fn contacts(&self) -> Option<Vec<Contact>> {
        // A file that was read to its end is not expected to bring more.
        let is_expected = |link: &&LinkView| {
            let has_failed = link.status.state == LinkState::Failed;
            link.config.enabled && (has_failed || !matches!(link.config.source, Source::File(_)))
        };
        let at_work = self.links.iter().filter(is_expected);
        let contact = |link: &LinkView| {
            let is_lost = link.silent || link.status.state == LinkState::Failed;
            Contact {
                link: link.config.name.clone(),
                mission: link.config.mission.clone(),
                is_lost,
                is_heard: link.status.last_data.is_some() && !is_lost,
                limit_s: link.config.silent_after_s,
                last: link.status.last_data,
            }
        };
        self.runs.then(|| at_work.map(contact).collect())
    }
}

/// What is remembered of a look.
#[derive(Clone, Copy)]
struct Look {
    at: Moment,
    bytes: u64,
    packets: u64,
    values: u64,
}

struct Line {
    config: LinkConfig,
    worker: Option<Worker>,
    /// Why there is no worker although there should be one.
    failed: String,
    /// The last looks, the newest last.
    looks: Vec<Look>,
    /// When its last data came, or when it was started, by the machine's own clock: the system
    /// clock may be set.
    heard: Moment,
    heard_data: Option<Instant>,
    was_refused: bool,
}

/// The state of the thread.
pub(in crate::runtime) struct Switchboard {
    /// Whether links run here; else they are only shown.
    runs: bool,
    archive: Arc<Archive>,
    missions: Arc<Database>,
    clock: Arc<dyn Clock + Send + Sync>,
    events: Sender<Event>,
    lines: Vec<Line>,
    dictionaries: Arc<Dictionaries>,
    /// Number of products in the archive when the dictionaries were looked at last.
    read_at: Option<u64>,
    positions: BTreeMap<String, String>,
    /// Why `links.toml` cannot be used; empty where it can.
    unusable: String,
    started: Instant,
    said: Vec<(MessageLevel, String)>,
}

impl Switchboard {
    pub(in crate::runtime) fn new(
        runs: bool,
        archive: Arc<Archive>,
        missions: Arc<Database>,
        clock: Arc<dyn Clock + Send + Sync>,
        events: Sender<Event>,
    ) -> Self {
        let started = clock.now();
        Self {
            runs: runs && archive.writable(),
            archive,
            missions,
            clock,
            events,
            lines: Vec::new(),
            dictionaries: Arc::default(),
            read_at: None,
            positions: BTreeMap::new(),
            unusable: String::new(),
            started,
            said: Vec::new(),
        }
    }

    /// Carries out orders until their sender is gone, then stops the links.
    pub(in crate::runtime) fn run(mut self, orders: &Receiver<LinkOrder>) {
        self.load();
        let mut kept = Moment::now();
        let mut is_news = true;
        loop {
            self.show(is_news);
            is_news = match orders.recv_timeout(LOOK) {
                Ok(order) => {
                    self.carry_out(order);
                    true
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.lines.iter().any(|line| line.worker.is_some())
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if kept.elapsed() >= KEEP {
                self.look_for_dictionaries();
                self.keep_positions();
                kept = Moment::now();
            }
        }
        for worker in self.lines.iter().filter_map(|line| line.worker.as_ref()) {
            worker.begin_stop();
        }
        for at in 0..self.lines.len() {
            self.stop(at);
        }
        self.keep_positions();
    }

    fn say(&mut self, level: MessageLevel, text: String) {
        self.said.push((level, text));
    }

    fn load(&mut self) {
        match file::links(self.archive.path()) {
            Ok(configs) => {
                self.positions = file::positions(self.archive.path());
                self.look_for_dictionaries();
                self.lines = configs.into_iter().map(Line::new).collect();
                for at in 0..self.lines.len() {
                    self.start(at);
                }
            }
            Err(reason) => {
                self.unusable.clone_from(&reason);
                self.say(MessageLevel::Error, reason);
            }
        }
    }

    /// Reads the dictionaries again when there may be others.
    fn look_for_dictionaries(&mut self) {
        let products = self.archive.product_count();
        let is_first = self.read_at.is_none();
        if self.read_at.replace(products) == Some(products) {
            return;
        }
        // Other files come often (a watched folder); a new dictionary makes every link choose anew.
        if !is_first && matches!(self.dictionaries.are_outdated(&self.archive), Ok(false)) {
            return;
        }
        match Dictionaries::of(&self.archive, &self.missions) {
            Ok(found) => {
                self.dictionaries = Arc::new(found);
                for worker in self.lines.iter().filter_map(|line| line.worker.as_ref()) {
                    worker.use_dictionaries(Arc::clone(&self.dictionaries));
                }
            }
            Err(error) => {
                let text = format!("The dictionaries of the archive could not be read: {error}");
                self.say(MessageLevel::Error, text);
            }
        }
    }

    fn keep_positions(&mut self) {
        let mut now = self.positions.clone();
        for line in &self.lines {
            if let Some(worker) = &line.worker {
                now.insert(line.config.name.clone(), worker.progress().position);
            }
        }
        now.retain(|name, position| {
            !position.is_empty() && self.lines.iter().any(|line| line.config.name == *name)
        });
        if now != self.positions && self.archive.writable() {
            // On failure it is tried again with the next look; nothing is lost meanwhile.
            if file::write_positions(self.archive.path(), &now).is_ok() {
                self.positions = now;
            }
        }
    }

    fn carry_out(&mut self, order: LinkOrder) {
        if !self.archive.writable() {
            let text = "The links were not changed: this console only reads the archive. Change \
                        them at the console that writes it";
            return self.say(MessageLevel::Error, text.to_owned());
        }
        if !self.unusable.is_empty() {
            let text = format!("The links were not changed: {}", self.unusable);
            return self.say(MessageLevel::Error, text);
        }
        let place = |lines: &[Line], name: &str| lines.iter().position(|l| l.config.name == name);
        match order {
            LinkOrder::Put(config) => {
                if let Some(problem) = file::problem(&config) {
                    let text = format!("Link {} was not set up: {problem}", config.name);
                    return self.say(MessageLevel::Error, text);
                }
                let at = place(&self.lines, &config.name).unwrap_or(self.lines.len());
                let line = Line::new(*config);
                if at < self.lines.len() {
                    // Where the old source was does not matter to another one.
                    let same = self.lines[at].config.source == line.config.source;
                    self.stop(at);
                    if !same {
                        self.positions.remove(&line.config.name);
                    }
                    self.lines[at] = line;
                } else {
                    self.lines.push(line);
                }
                self.start(at);
            }
            LinkOrder::Enable { name, enabled } => {
                let Some(at) = place(&self.lines, &name) else { return };
                self.lines[at].config.enabled = enabled;
                self.stop(at);
                self.start(at);
            }
            LinkOrder::Remove(name) => {
                let Some(at) = place(&self.lines, &name) else { return };
                self.stop(at);
                self.lines.remove(at);
                self.positions.remove(&name);
            }
        }
        let configs: Vec<LinkConfig> = self.lines.iter().map(|l| l.config.clone()).collect();
        if let Err(error) = file::set_links(&self.archive, &configs) {
            let text = format!("The links are changed until the next start only: {error}");
            self.say(MessageLevel::Error, text);
        }
    }

    fn start(&mut self, at: usize) {
        let Some(line) = self.lines.get_mut(at) else { return };
        line.heard = Moment::now();
        line.looks.clear();
        line.failed.clear();
        if !line.config.enabled || !self.runs {
            return;
        }
        let position = self.positions.get(&line.config.name).cloned().unwrap_or_default();
        let dictionaries = Arc::clone(&self.dictionaries);
        let started =
            Worker::start(&line.config, position, &self.archive, dictionaries, &self.clock);
        match started {
            Ok(worker) => line.worker = Some(worker),
            Err(error) => {
                line.failed = format!(
                    "no thread could be started: {error}; close other programs, then switch it \
                     off and on"
                );
            }
        }
    }

    fn stop(&mut self, at: usize) {
        let Some(line) = self.lines.get_mut(at) else { return };
        if let Some(worker) = line.worker.take() {
            let name = line.config.name.clone();
            let progress = worker.stop();
            self.positions.insert(name, progress.position);
        }
    }

    fn show(&mut self, is_news: bool) {
        let now = self.clock.now();
        let runs = self.runs;
        let mut health = health::look(self.archive.path(), self.started, now);
        let mut views = Vec::with_capacity(self.lines.len());
        let mut packets = BTreeMap::new();
        for line in &mut self.lines {
            let progress = line.worker.as_ref().map(Worker::progress).unwrap_or_default();
            let queued = line.worker.as_ref().map_or(0, Worker::queued);
            let name = line.config.name.clone();
            if !progress.refused.is_empty() {
                health.cannot_archive.clone_from(&progress.refused);
            }
            health.waiting_values += progress.waiting;
            health.queues.push(QueueLoad { name: name.clone(), length: queued, limit: QUEUE });
            if progress.refused.is_empty() == line.was_refused {
                line.was_refused = !line.was_refused;
                self.said.push(if line.was_refused {
                    let why = &progress.refused;
                    (MessageLevel::Error, format!("Nothing of {name} can be archived: {why}"))
                } else {
                    (MessageLevel::Info, format!("{name} is archived again"))
                });
            }
            packets.insert(name, Arc::clone(&progress.packets));
            let (view, values_per_s) = line.view(progress, runs);
            health.values_per_s += values_per_s;
            views.push(view);
        }
        let live = Live {
            links: Arc::new(views),
            packets: Arc::new(packets),
            health: Arc::new(health),
            runs,
            is_news: is_news || !self.said.is_empty(),
            said: std::mem::take(&mut self.said),
        };
        // The owner is gone only when the engine ends.
        drop(self.events.send(Event::Live(Box::new(live))));
    }
}

impl Line {
    fn new(config: LinkConfig) -> Self {
        Self {
            config,
            worker: None,
            failed: String::new(),
            looks: Vec::new(),
            heard: Moment::now(),
            heard_data: None,
            was_refused: false,
        }
    }

    fn status(&self, runs: bool) -> LinkStatus {
        let of = |state, detail: &str| LinkStatus {
            state,
            detail: detail.to_owned(),
            ..LinkStatus::default()
        };
        match &self.worker {
            Some(worker) if worker.has_ended() => LinkStatus {
                state: LinkState::Failed,
                detail: "its thread ended by a fault of the program: switch it off and on, and \
                         report what it was given"
                    .to_owned(),
                ..worker.status()
            },
            Some(worker) => worker.status(),
            None if !self.config.enabled => of(LinkState::Disabled, "switched off"),
            None if !runs => of(
                LinkState::Disabled,
                "this console only reads the archive: links run at the \
                                         console that writes it",
            ),
            None => of(LinkState::Failed, &self.failed),
        }
    }

    /// What is shown, and the values stored a second.
    fn view(&mut self, progress: Progress, runs: bool) -> (LinkView, f64) {
        let status = self.status(runs);
        let counts = progress.counts;
        self.looks.push(Look {
            at: Moment::now(),
            bytes: status.bytes,
            packets: counts.packets,
            values: counts.values,
        });
        if self.looks.len() > RATE_LOOKS + 1 {
            self.looks.remove(0);
        }
        let rate = |of: fn(&Look) -> u64| match (self.looks.first(), self.looks.last()) {
            (Some(first), Some(last)) if self.looks.len() > 1 => {
                let passed = last.at.duration_since(first.at).as_secs_f64();
                of(last).saturating_sub(of(first)) as f64 / passed.max(0.1)
            }
            _ => 0.0,
        };
        if status.last_data != self.heard_data {
            (self.heard, self.heard_data) = (Moment::now(), status.last_data);
        }
        let limit = self.config.silent_after_s;
        let is_at_work = matches!(status.state, LinkState::Ok | LinkState::Unavailable);
        let view = LinkView {
            bytes_per_s: rate(|look| look.bytes),
            packets_per_s: rate(|look| look.packets),
            silent: is_at_work && limit > 0.0 && self.heard.elapsed().as_secs_f64() > limit,
            config: self.config.clone(),
            status,
            counts,
            newest: progress.newest,
            latency_s: progress.latency_s,
            problems: progress.problems,
        };
        (view, rate(|look| look.values))
    }
}
