//! The embedded engine: owner thread, query workers, job workers.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use super::alarms::{self, AlarmOrder};
use super::commanding::{CommandingPicture, Desk, DeskOrder};
use super::handle::{AlarmPicture, EngineHandle, Intent, JobState, MessageLevel, Snapshot, Ticket};
use super::jobs::Ledger;
use super::links::{LinkOrder, Live, Switchboard};
use super::work::{self, Work};
use crate::archive::{Access, Archive, ArchiveError, StoredPacket};
use crate::ingest::live::KeptPackets;
use crate::mission::Database;
use crate::query::{self, Answer, QueryError, Request};
use crate::time::{Clock, TimeRange};

/// Fills in random bytes that nobody can guess; false where the system gives none.
pub type Random = fn(&mut [u8]) -> bool;

/// Called when something new can be seen; must return at once.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Intents and job events that may wait; senders of progress drop theirs when it is full.
const EVENT_QUEUE: usize = 1024;
/// Queries that may wait; one more is answered as busy.
const QUERY_QUEUE: usize = 512;
/// Jobs that may wait; one more is refused with a message.
const JOB_QUEUE: usize = 64;
/// Threads that answer queries, and threads that carry out jobs.
const WORKERS: usize = 2;
/// Orders to the thread of the alarms that may wait; an action more is refused with a message.
const ALARM_QUEUE: usize = 256;
/// Orders to the thread of the links that may wait; one more is refused with a message.
const LINK_QUEUE: usize = 64;
/// Orders to the thread of commanding that may wait; one more is refused with a message.
const COMMAND_QUEUE: usize = 64;
/// How often a reading console looks for what the writing one stored.
const REFRESH: Duration = Duration::from_secs(1);

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The archive could not be opened.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A thread could not be started.
    #[error("no thread could be started: {0}; close other programs and try again")]
    Thread(#[from] std::io::Error),
}

/// What the engine is started with.
pub struct EngineConfig {
    /// Folder of the archive, made where it does not exist and writing is asked for.
    pub archive: PathBuf,
    /// Whether to write; an archive that another console holds is opened for reading instead.
    pub access: Access,
    /// Mission database.
    pub missions: Database,
    /// What is said of the mission files, for the log.
    pub notes: Vec<String>,
    /// System clock.
    pub clock: Arc<dyn Clock + Send + Sync>,
    /// Wakes the console.
    pub waker: Waker,
    /// Whether the links of the archive run.
    pub links: bool,
    /// Fills in random bytes, for passwords and salts.
    pub random: Random,
}

/// An event of the owner thread.
pub(super) enum Event {
    Intent(Intent),
    Progress {
        job: u64,
        fraction: Option<f32>,
        detail: String,
    },
    Ended {
        job: u64,
        state: JobState,
        detail: String,
    },
    Alarms {
        picture: Arc<AlarmPicture>,
        missions: Arc<Database>,
        said: Vec<(MessageLevel, String)>,
    },
    Commanding {
        picture: Arc<CommandingPicture>,
        said: Vec<(MessageLevel, String)>,
    },
    Live(Box<Live>),
    Stop,
}

impl Event {
    /// Whether the console is to be woken: how the engine fares is no reason to paint by itself.
    fn is_news(&self) -> bool {
        !matches!(self, Self::Live(live) if !live.is_news)
    }
}

struct Query {
    request: Request,
    cancelled: Arc<AtomicBool>,
    answer: Sender<Result<Answer, QueryError>>,
}

/// What the threads share.
struct Shared {
    archive: Arc<Archive>,
    missions: Arc<Database>,
    packets: KeptPackets,
    snapshot: RwLock<Arc<Snapshot>>,
    clock: Arc<dyn Clock + Send + Sync>,
    waker: Waker,
}

/// The embedded engine. Dropping it stops its threads and waits for them.
pub struct Engine {
    shared: Arc<Shared>,
    events: Sender<Event>,
    queries: Option<Sender<Query>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Opens the archive and starts the threads.
    pub fn start(config: EngineConfig) -> Result<Self, EngineError> {
        let EngineConfig { archive, access, missions, notes, clock, waker, links, random } = config;
        let mut ledger = Ledger::default();
        for note in notes {
            ledger.say(clock.now(), MessageLevel::Warning, note);
        }
        let archive = Arc::new(open(&archive, access, &*clock, &mut ledger)?);
        let missions = Arc::new(missions);
        let shared = Arc::new(Shared {
            archive,
            packets: KeptPackets::new(Arc::clone(&missions)),
            missions,
            snapshot: RwLock::default(),
            clock,
            waker,
        });
        let (events, event_queue) = bounded(EVENT_QUEUE);
        let (queries, query_queue) = bounded::<Query>(QUERY_QUEUE);
        let (jobs, job_queue) = bounded::<(u64, Work, Arc<AtomicBool>)>(JOB_QUEUE);
        let mut threads = Vec::new();
        for n in 0..WORKERS {
            let (queue, state) = (query_queue.clone(), Arc::clone(&shared));
            threads.push(spawn(format!("query {n}"), move || answer_queries(&queue, &state))?);
            let (queue, state, events) = (job_queue.clone(), Arc::clone(&shared), events.clone());
            threads.push(spawn(format!("job {n}"), move || {
                for (id, work, cancel) in queue {
                    work::run(
                        &state.archive,
                        &state.missions,
                        &*state.clock,
                        id,
                        &work,
                        &cancel,
                        &events,
                    );
                }
            })?);
        }
        let (orders, order_queue) = bounded(ALARM_QUEUE);
        let stop = Arc::new(AtomicBool::new(false));
        let desk = alarms::Desk::open(
            Arc::clone(&shared.archive),
            Arc::clone(&shared.missions),
            Arc::clone(&shared.clock),
            events.clone(),
            Arc::clone(&stop),
        );
        let (desk, alarms) = desk?;
        let missions = desk.missions();
        threads.push(spawn("alarms".into(), move || desk.run(&order_queue))?);
        let alarms = AlarmDesk { picture: alarms, missions, orders, stop, asked: 0 };
        let (commands, command_queue) = bounded(COMMAND_QUEUE);
        let (state, to_owner) = (Arc::clone(&shared), events.clone());
        threads.push(spawn("commanding".into(), move || {
            let Shared { archive, missions, clock, .. } = &*state;
            let (archive, missions) = (Arc::clone(archive), Arc::clone(missions));
            let desk = Desk::open(archive, missions, Arc::clone(clock), random, to_owner);
            desk.run(&command_queue);
        })?);
        let commanding = CommandDesk { picture: Arc::default(), orders: commands };
        let (orders, link_queue) = bounded(LINK_QUEUE);
        let switchboard = Switchboard::new(
            links,
            Arc::clone(&shared.archive),
            Arc::clone(&shared.missions),
            Arc::clone(&shared.clock),
            events.clone(),
        );
        threads.push(spawn("links".into(), move || switchboard.run(&link_queue))?);
        let live = Box::default();
        let mut owner = Owner {
            shared: Arc::clone(&shared),
            ledger,
            jobs,
            alarms,
            commanding,
            links: orders,
            live,
        };
        owner.publish(true);
        threads.push(spawn("owner".into(), move || owner.run(&event_queue))?);
        Ok(Self { shared, events, queries: Some(queries), threads: Mutex::new(threads) })
    }

    /// The archive itself, for the command line.
    pub fn archive(&self) -> &Arc<Archive> {
        &self.shared.archive
    }
}

fn open(
    folder: &std::path::Path,
    access: Access,
    clock: &dyn Clock,
    ledger: &mut Ledger,
) -> Result<Archive, ArchiveError> {
    let opened = match access {
        Access::Write => match Archive::open_or_create(folder, clock.now()) {
            Err(error) if error.allows_reading() && Archive::is_archive(folder) => {
                let text = format!("{error}. This console reads the archive and does not write");
                ledger.say(clock.now(), MessageLevel::Warning, text);
                Archive::open(folder, Access::Read)
            }
            other => other,
        },
        Access::Read => Archive::open(folder, Access::Read),
    };
    let (archive, repairs) = opened?;
    for repair in repairs {
        ledger.say(clock.now(), MessageLevel::Warning, repair);
    }
    Ok(archive)
}

fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name).spawn(body)
}

fn answer_queries(queue: &Receiver<Query>, shared: &Shared) {
    for query in queue {
        if query.cancelled.load(Ordering::Relaxed) {
            continue;
        }
        let decode = |packets: &[StoredPacket]| {
            let picture = shared.packets.picture(&shared.archive, packets);
            picture.map_err(|error| QueryError::Failed(error.to_string()))
        };
        let answer = query::answer(&shared.archive, &query.request, &decode, &query.cancelled);
        // A closed channel is a view that moved on.
        if query.answer.send(answer).is_ok() {
            (shared.waker)();
        }
    }
}

/// What the owner knows of the thread of the alarms.
struct AlarmDesk {
    picture: Arc<AlarmPicture>,
    /// The mission database with the limits that operators changed.
    missions: Arc<Database>,
    orders: Sender<AlarmOrder>,
    stop: Arc<AtomicBool>,
    /// The archive generation that it was told to look through.
    asked: u64,
}

impl Drop for AlarmDesk {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What the owner knows of the thread of commanding.
struct CommandDesk {
    picture: Arc<CommandingPicture>,
    orders: Sender<DeskOrder>,
}

/// The state of the owner thread.
struct Owner {
    shared: Arc<Shared>,
    ledger: Ledger,
    jobs: Sender<(u64, Work, Arc<AtomicBool>)>,
    alarms: AlarmDesk,
    commanding: CommandDesk,
    links: Sender<LinkOrder>,
    live: Box<Live>,
}

impl Owner {
    fn run(&mut self, events: &Receiver<Event>) {
        let reading = !self.shared.archive.writable();
        loop {
            let event = if reading {
                events.recv_timeout(REFRESH)
            } else {
                events.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match event {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(event) => {
                    let mut is_news = event.is_news();
                    self.handle(event);
                    // Several events of one moment make one snapshot.
                    for event in events.try_iter().take(EVENT_QUEUE) {
                        if matches!(event, Event::Stop) {
                            self.ledger.cancel_all();
                            return;
                        }
                        is_news |= event.is_news();
                        self.handle(event);
                    }
                    self.publish(is_news);
                }
                Err(RecvTimeoutError::Timeout) => self.refresh(),
            }
        }
        self.ledger.cancel_all();
    }

    fn refresh(&mut self) {
        // A full queue looks again in a second.
        drop(self.alarms.orders.try_send(AlarmOrder::Reload));
        match self.shared.archive.refresh() {
            Ok(true) => self.publish(true),
            Ok(false) => {}
            Err(error) => {
                let text = format!("The archive could not be read again: {error}");
                let repeated = self.ledger.messages().last().is_some_and(|m| m.text == text);
                if !repeated {
                    self.ledger.say(self.shared.clock.now(), MessageLevel::Error, text);
                    self.publish(true);
                }
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Intent(Intent::Cancel { job }) => self.ledger.cancel(job),
            Event::Intent(Intent::Alarm { alarms, action, who }) => {
                let text = "The alarms are busy: nothing was done. Try again in a moment";
                self.order_alarms(AlarmOrder::Act { alarms, action, who }, text);
            }
            Event::Intent(Intent::WriteNote { entry }) => {
                let text = "The log book is busy: nothing was written. Try again in a moment";
                self.order_alarms(AlarmOrder::Note(entry), text);
            }
            Event::Intent(Intent::EditLimits { edit }) => {
                let text = "The alarms are busy: no limit was changed. Try again in a moment";
                self.order_alarms(AlarmOrder::EditLimits(edit), text);
            }
            Event::Intent(Intent::SetEscalation { rule }) => {
                let text = "The alarms are busy: nothing was changed. Try again in a moment";
                self.order_alarms(AlarmOrder::Escalation(rule), text);
            }
            Event::Alarms { picture, missions, said } => {
                (self.alarms.picture, self.alarms.missions) = (picture, missions);
                for (level, text) in said {
                    self.ledger.say(self.shared.clock.now(), level, text);
                }
            }
            Event::Commanding { picture, said } => {
                self.commanding.picture = picture;
                for (level, text) in said {
                    self.ledger.say(self.shared.clock.now(), level, text);
                }
            }
            Event::Intent(Intent::Command { id, token, order }) => {
                let order = DeskOrder::Ask { id, token, order };
                if self.commanding.orders.try_send(order).is_err() {
                    let text = "Commanding is busy: nothing was done. Try again in a moment";
                    self.ledger.say(self.shared.clock.now(), MessageLevel::Error, text.to_owned());
                }
            }
            Event::Live(live) => {
                self.live = live;
                if let Some(contacts) = self.live.contacts() {
                    // A full queue is told in a second.
                    drop(self.alarms.orders.try_send(AlarmOrder::Contacts(contacts)));
                }
                for (level, text) in std::mem::take(&mut self.live.said) {
                    self.ledger.say(self.shared.clock.now(), level, text);
                }
            }
            Event::Intent(Intent::PutLink { link }) => self.order(LinkOrder::Put(link)),
            Event::Intent(Intent::EnableLink { name, enabled }) => {
                self.order(LinkOrder::Enable { name, enabled });
            }
            Event::Intent(Intent::RemoveLink { name }) => self.order(LinkOrder::Remove(name)),
            Event::Intent(intent) => {
                if let Some(work) = Work::of(intent) {
                    self.start(work);
                }
            }
            Event::Progress { job, fraction, detail } => {
                self.ledger.progress(job, fraction, detail);
            }
            Event::Ended { job, state, detail } => {
                self.ledger.end(job, state, detail, self.shared.clock.now());
            }
            Event::Stop => {}
        }
    }

    fn order_alarms(&mut self, order: AlarmOrder, busy: &str) {
        if self.alarms.orders.try_send(order).is_err() {
            self.ledger.say(self.shared.clock.now(), MessageLevel::Error, busy.to_owned());
        }
    }

    fn order(&mut self, order: LinkOrder) {
        if self.links.try_send(order).is_err() {
            let text = "The links are busy: nothing was changed. Try again in a moment";
            self.ledger.say(self.shared.clock.now(), MessageLevel::Error, text.to_owned());
        }
    }

    fn start(&mut self, work: Work) {
        let now = self.shared.clock.now();
        if work.writes() && !self.shared.archive.writable() {
            let text = format!(
                "{} was not started: this console only reads the archive. Close the other console, \
                 or open an archive that can be written",
                work.title()
            );
            self.ledger.say(now, MessageLevel::Error, text);
            return;
        }
        let (id, cancel) = self.ledger.open(work.title());
        match self.jobs.try_send((id, work, cancel)) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                let text = format!("{JOB_QUEUE} jobs wait already; try again when one has ended");
                self.ledger.end(id, JobState::Failed, text, now);
            }
        }
    }

    fn publish(&mut self, is_news: bool) {
        let archive = &self.shared.archive;
        let old = self.shared.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone();
        let generation = archive.generation();
        let mut next = Snapshot {
            generation: old.generation + 1,
            archive_generation: generation,
            archive_path: archive.path().to_owned(),
            writable: archive.writable(),
            missions: Arc::clone(&self.alarms.missions),
            series: Arc::clone(&old.series),
            events: Arc::clone(&old.events),
            alarms: Arc::clone(&self.alarms.picture),
            commanding: Arc::clone(&self.commanding.picture),
            links: Arc::clone(&self.live.links),
            packets: Arc::clone(&self.live.packets),
            health: Arc::clone(&self.live.health),
            products: old.products,
            span: old.span,
            jobs: self.ledger.views(),
            messages: self.ledger.messages(),
        };
        if old.generation == 0 || old.archive_generation != generation {
            let series = archive.series();
            next.span = series.iter().map(|s| s.span).reduce(|a, b| a.hull(&b));
            next.series = Arc::new(series);
            match archive.events(TimeRange::ALL) {
                Ok(events) => next.events = Arc::new(events),
                Err(error) => {
                    let text = format!("The event catalogue could not be read: {error}");
                    self.ledger.say(self.shared.clock.now(), MessageLevel::Error, text);
                    next.messages = self.ledger.messages();
                }
            }
            next.products = archive.product_count();
        }
        if old.archive_generation != generation {
            // A full queue: it listens with the next change.
            drop(self.commanding.orders.try_send(DeskOrder::LookThrough));
        }
        if self.alarms.asked != generation
            && self.alarms.orders.try_send(AlarmOrder::LookThrough).is_ok()
        {
            self.alarms.asked = generation;
        }
        *self.shared.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        if is_news {
            (self.shared.waker)();
        }
    }
}

impl EngineHandle for Engine {
    fn send(&self, intent: Intent) {
        // The owner only ends with the engine; a full queue makes the console wait for it, which
        // takes microseconds because the owner does no I/O on an intent.
        drop(self.events.send(Event::Intent(intent)));
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.shared.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn query(&self, request: Request) -> Ticket {
        let (sender, receiver) = bounded(1);
        let cancelled = Arc::new(AtomicBool::new(false));
        let ticket = Ticket::new(receiver, Arc::clone(&cancelled));
        let query = Query { request, cancelled, answer: sender };
        if let Some(queue) = &self.queries
            && let Err(TrySendError::Full(query)) = queue.try_send(query)
        {
            // The view asks again in its next frame.
            drop(query.answer.send(Err(QueryError::Cancelled)));
        }
        ticket
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.events.send(Event::Stop));
        self.queries = None;
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            drop(thread.join());
        }
    }
}
