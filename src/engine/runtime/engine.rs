//! The embedded engine: owner thread, query workers, job workers.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::alarms;
use super::commanding::Desk;
use super::handle::{EngineHandle, Intent, MessageLevel, Snapshot, Ticket};
use super::jobs::Ledger;
use super::links::Switchboard;
use super::owner::{AlarmDesk, CommandDesk, Event, Owner};
use super::work::{self, Work};
use crate::archive::{Access, Archive, ArchiveError, StoredPacket};
use crate::ingest::live::KeptPackets;
use crate::mission::Database;
use crate::query::{self, Answer, QueryError, Request};
use crate::time::Clock;

/// Fills in random bytes that nobody can guess; false where the system gives none.
pub type Random = fn(&mut [u8]) -> bool;

/// Called when something new can be seen; must return at once.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Intents and job events that may wait; senders of progress drop theirs when it is full.
pub(super) const EVENT_QUEUE: usize = 1024;
/// Queries that may wait; one more is answered as busy.
const QUERY_QUEUE: usize = 512;
/// Jobs that may wait; one more is refused with a message.
pub(super) const JOB_QUEUE: usize = 64;
/// Threads that answer queries, and threads that carry out jobs.
const WORKERS: usize = 2;
/// Orders to the thread of the alarms that may wait; an action more is refused with a message.
const ALARM_QUEUE: usize = 256;
/// Orders to the thread of the links that may wait; one more is refused with a message.
const LINK_QUEUE: usize = 64;
/// Orders to the thread of commanding that may wait; one more is refused with a message.
const COMMAND_QUEUE: usize = 64;

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

struct Query {
    request: Request,
    cancelled: Arc<AtomicBool>,
    answer: Sender<Result<Answer, QueryError>>,
}

/// What the threads share.
pub(super) struct Shared {
    pub(super) archive: Arc<Archive>,
    pub(super) missions: Arc<Database>,
    pub(super) packets: KeptPackets,
    pub(super) snapshot: RwLock<Arc<Snapshot>>,
    pub(super) clock: Arc<dyn Clock + Send + Sync>,
    pub(super) waker: Waker,
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
            threads.push(spawn(format!("job {n}"), move || carry_out(&queue, &state, &events))?);
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
        let (commanding, thread) = start_commanding(&shared, random, events.clone())?;
        threads.push(thread);
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

/// Starts the thread of commanding.
fn start_commanding(
    shared: &Arc<Shared>,
    random: Random,
    events: Sender<Event>,
) -> std::io::Result<(CommandDesk, JoinHandle<()>)> {
    let (orders, queue) = bounded(COMMAND_QUEUE);
    let state = Arc::clone(shared);
    let thread = spawn("commanding".into(), move || {
        let Shared { archive, missions, clock, .. } = &*state;
        let (archive, missions) = (Arc::clone(archive), Arc::clone(missions));
        let desk = Desk::open(archive, missions, Arc::clone(clock), random, events);
        desk.run(&queue);
    })?;
    Ok((CommandDesk { picture: Arc::default(), orders }, thread))
}

/// Carries out jobs until there are no more.
fn carry_out(
    queue: &Receiver<(u64, Work, Arc<AtomicBool>)>,
    shared: &Shared,
    events: &Sender<Event>,
) {
    let Shared { archive, missions, clock, .. } = shared;
    for (id, work, cancel) in queue {
        work::run(archive, missions, &**clock, id, &work, &cancel, events);
    }
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
