//! What a console sees of the engine, embedded or remote: plain data and one trait.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Receiver;

use super::commanding::{CommandingPicture, Order, OrderId, Token};
use super::live::{Health, LinkView, PacketPicture};
use crate::alarm::{AlarmAction, AlarmRef, AlarmView, Escalation, Journal};
use crate::archive::{Event, LimitEdit, LogEntry, SeriesSummary};
use crate::link::LinkConfig;
use crate::mission::Database;
use crate::query::{Answer, QueryError, Request};
use crate::report::ReportOrder;
use crate::time::{Instant, TimeRange};

/// Severity of a message to the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageLevel {
    /// Done as asked.
    Info,
    /// Done with problems, or recovered.
    Warning,
    /// Not done.
    Error,
}

/// A sentence for the operator's log.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// When it was said (system clock).
    pub time: Instant,
    /// How bad it is.
    pub level: MessageLevel,
    /// The sentence; says what to do next where something failed.
    pub text: String,
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq)]
pub enum JobState {
    /// At work; progress 0 to 1 where it is known.
    Running(Option<f32>),
    /// Ended well.
    Done,
    /// Ended with problems in its input.
    DoneWithProblems,
    /// Failed.
    Failed,
    /// The operator stopped it.
    Cancelled,
}

/// A job as the console shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobView {
    /// Number, ascending.
    pub id: u64,
    /// What it does, e.g. `Ingest S0235b.mseed`.
    pub title: String,
    /// What it is at now, or how it ended.
    pub detail: String,
    /// State and progress.
    pub state: JobState,
}

/// The alarms as the console shows them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlarmPicture {
    /// The archive generation whose data were looked through; 0: none yet.
    pub evaluated: u64,
    /// The alarms that are not normal now: the most severe first, then in first-out order.
    pub present: Vec<AlarmView>,
    /// Everything that ever happened, for replay and statistics.
    pub journal: Arc<Journal>,
    /// Limits that operators changed, in the order of writing.
    pub limit_edits: Arc<Vec<LimitEdit>>,
    /// What is escalated how; none: nothing.
    pub escalation: Option<Escalation>,
}

/// Everything that changes slowly, published whole.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Grows by one with each snapshot.
    pub generation: u64,
    /// Grows when stored data change: part of every cache key.
    pub archive_generation: u64,
    /// Folder of the archive.
    pub archive_path: PathBuf,
    /// Whether this console may write (false: another console holds the archive, or read-only).
    pub writable: bool,
    /// Mission database, with the limits that operators changed.
    pub missions: Arc<Database>,
    /// All series, sorted by key.
    pub series: Arc<Vec<SeriesSummary>>,
    /// All events, ascending in time.
    pub events: Arc<Vec<Event>>,
    /// The alarms.
    pub alarms: Arc<AlarmPicture>,
    /// Accounts, plans, sequences, commands and the audit trail.
    pub commanding: Arc<CommandingPicture>,
    /// The links in the order of `links.toml`.
    pub links: Arc<Vec<LinkView>>,
    /// The packets of each link, by its name.
    pub packets: Arc<BTreeMap<String, Arc<PacketPicture>>>,
    /// How the engine fares.
    pub health: Arc<Health>,
    /// Number of products.
    pub products: u64,
    /// Hull of all data.
    pub span: Option<TimeRange>,
    /// Jobs, newest first; ended ones stay for a while.
    pub jobs: Vec<JobView>,
    /// Messages, oldest first, bounded.
    pub messages: Arc<Vec<Message>>,
}

/// What an operator wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Ingest files or folders.
    Ingest {
        /// What to read.
        paths: Vec<PathBuf>,
    },
    /// Fetch from an FDSN service.
    FetchFdsn {
        /// Base URL of the service, e.g. `https://ws.ipgp.fr`.
        base: String,
        /// `NET.STA.LOC.CHA` with wildcards.
        channels: String,
        /// When.
        range: TimeRange,
    },
    /// Let the simulator write the demo sols.
    MakeDemo {
        /// Same seed, same bytes.
        seed: u64,
    },
    /// Stop a job.
    Cancel {
        /// Its number.
        job: u64,
    },
    /// Handle alarms.
    Alarm {
        /// Which, as the operator saw them.
        alarms: Vec<AlarmRef>,
        /// What to do.
        action: AlarmAction,
        /// Who does it.
        who: String,
    },
    /// Write into the operator's log book; number and time of writing are given by the engine.
    WriteNote {
        /// What to write.
        entry: Box<LogEntry>,
    },
    /// Change the limits of a parameter; number, time of writing and what held before are given by
    /// the engine.
    EditLimits {
        /// The change.
        edit: Box<LimitEdit>,
    },
    /// Say what is escalated how; kept in `alarms.toml` of the archive.
    SetEscalation {
        /// When which program is started; none: never.
        rule: Option<Box<Escalation>>,
    },
    /// Ask something of commanding; the answer stands in its picture.
    Command {
        /// Numbers the order, so that its answer is found.
        id: OrderId,
        /// The session in which it is asked.
        token: Token,
        /// What is asked.
        order: Box<Order>,
    },
    /// Set up a link, or set it up anew; kept in `links.toml` of the archive.
    PutLink {
        /// How; a link of this name is replaced.
        link: Box<LinkConfig>,
    },
    /// Switch a link on or off.
    EnableLink {
        /// Its name.
        name: String,
        /// On or off.
        enabled: bool,
    },
    /// Remove a link; what it brought stays.
    RemoveLink {
        /// Its name.
        name: String,
    },
    /// Write the hand-over report of a sol as HTML.
    Report {
        /// Which.
        order: ReportOrder,
        /// Where to.
        path: PathBuf,
    },
    /// Export samples to a file; the format is told by the extension: csv or mseed.
    Export {
        /// Series as `name@product`.
        series: Vec<crate::archive::SeriesKey>,
        /// When.
        range: TimeRange,
        /// Where to.
        path: PathBuf,
    },
}

/// A running query. Dropping it cancels the query.
#[derive(Debug)]
pub struct Ticket {
    answer: Receiver<Result<Answer, QueryError>>,
    cancelled: Arc<AtomicBool>,
}

impl Ticket {
    /// A ticket over the receiving end of a worker's channel; the worker watches the flag.
    pub fn new(answer: Receiver<Result<Answer, QueryError>>, cancelled: Arc<AtomicBool>) -> Self {
        Self { answer, cancelled }
    }

    /// The answer, if it has come. Never blocks.
    pub fn poll(&self) -> Option<Result<Answer, QueryError>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(crossbeam_channel::TryRecvError::Empty) => None,
            Err(crossbeam_channel::TryRecvError::Disconnected) => Some(Err(QueryError::Cancelled)),
        }
    }

    /// Waits for the answer: for the command line and tests, never for a frame.
    pub fn wait(&self) -> Result<Answer, QueryError> {
        self.answer.recv().unwrap_or(Err(QueryError::Cancelled))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// The engine as a console sees it.
pub trait EngineHandle: Send + Sync {
    /// Sends an intent; its outcome shows in the jobs and messages of later snapshots.
    fn send(&self, intent: Intent);
    /// The newest snapshot.
    fn snapshot(&self) -> Arc<Snapshot>;
    /// Asks a question.
    fn query(&self, request: Request) -> Ticket;
}
