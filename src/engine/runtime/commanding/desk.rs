//! The thread of commanding: orders one after the other, what telemetry says of commands, time.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::super::engine::Random;
use super::super::handle::MessageLevel;
use super::super::owner::Event;
use super::knowledge::Knowledge;
use super::order::{Answered, Order, OrderId, Reply, Token};
use super::picture::{AuditLine, CommandingPicture, SessionView};
use super::uplinks::Uplinks;
use crate::archive::Archive;
use crate::command::{
    Accounts, COMMAND_KIND, Commanding, Cost, Desk as Commands, JournalError, LiveProcessor,
    Policy, Record, SessionLimits, Started, State, read_journal, record_words,
};
use crate::delivery::Exchange;
use crate::document::{DOCUMENT_KIND, DocumentEvent, Documents, Store};
use crate::event_request::{self, Requests};
use crate::ingest::live::Listener;
use crate::mission::Database;
use crate::time::{Clock, Instant};

/// Folder of the journal in an archive.
pub(in crate::runtime) const FOLDER: &str = "command";
/// How often time is looked at.
const TICK: Duration = Duration::from_secs(1);
/// Seconds between two looks at the exchange folder.
const SCAN_S: u32 = 3;
/// Seconds after which requests are followed even where no stored data changed.
const FOLLOW_S: u32 = 30;
/// How often uplinks are asked what became of commands.
const LOOK: Duration = Duration::from_millis(200);
/// Answers that are kept for those who asked.
const ANSWERS: usize = 64;
/// Lines of the audit trail that are shown.
const LINES: usize = 5_000;
/// Commands that are held against the circumstances every second.
const MOST_READY: usize = 200;

/// Something for the thread.
pub(in crate::runtime) enum DeskOrder {
    /// Somebody asks something.
    Ask {
        /// Its number.
        id: OrderId,
        /// The session.
        token: Token,
        /// What is asked.
        order: Box<Order>,
    },
    /// Stored data changed.
    LookThrough,
}

/// What the thread is made of where this process writes.
pub(super) struct Parts {
    pub(super) commanding: Commanding,
    pub(super) live: LiveProcessor,
    pub(super) accounts: Accounts,
    pub(super) store: Store,
    pub(super) listener: Listener,
}

/// The state of the thread.
pub(in crate::runtime) struct Desk {
    pub(super) archive: Arc<Archive>,
    pub(super) clock: Arc<dyn Clock + Send + Sync>,
    pub(super) random: Random,
    events: Sender<Event>,
    pub(super) knowledge: Knowledge,
    pub(super) documents: Arc<Documents>,
    pub(super) requests: Arc<Requests>,
    pub(super) parts: Option<Parts>,
    pub(super) uplinks: Uplinks,
    pub(super) exchange: Option<Exchange>,
    folder: PathBuf,
    /// Why nothing can be done at all.
    stopped: String,
    /// Why the journal takes nothing now.
    pub(super) trouble: String,
    audit: Arc<VecDeque<AuditLine>>,
    answers: Arc<VecDeque<Answered>>,
    shown: Arc<CommandingPicture>,
    said: Vec<(MessageLevel, String)>,
    /// Length of the journal when it was read last, where this process only reads.
    read_length: u64,
    pub(super) is_new: bool,
    /// Seconds until requests are followed again; stored data that change make it nothing.
    pub(super) follow_in: u32,
    /// Whether a command changed since it was shown last.
    is_new_desk: bool,
}

impl Desk {
    /// Opens the journal of an archive, or reads it where another process writes.
    pub(in crate::runtime) fn open(
        archive: Arc<Archive>,
        missions: Arc<Database>,
        clock: Arc<dyn Clock + Send + Sync>,
        random: Random,
        events: Sender<Event>,
    ) -> Self {
        let folder = archive.path().join(FOLDER);
        let mut desk = Self {
            knowledge: Knowledge::new(Arc::clone(&missions)),
            archive,
            clock,
            random,
            events,
            documents: Arc::default(),
            requests: Arc::default(),
            parts: None,
            uplinks: Uplinks::default(),
            exchange: None,
            folder,
            stopped: String::new(),
            trouble: String::new(),
            audit: Arc::default(),
            answers: Arc::default(),
            shown: Arc::default(),
            said: Vec::new(),
            read_length: 0,
            is_new: true,
            follow_in: 0,
            is_new_desk: true,
        };
        if desk.archive.writable() {
            if let Err(reason) = desk.start(missions) {
                desk.say(MessageLevel::Error, format!("Nothing can be commanded: {reason}"));
                desk.stopped = reason;
            }
        } else {
            "this console only reads the archive; command from the one that writes it"
                .clone_into(&mut desk.stopped);
        }
        desk
    }

    fn start(&mut self, missions: Arc<Database>) -> Result<(), String> {
        let now = self.clock.now();
        let mut id = [0; 16];
        if !(self.random)(&mut id) {
            return Err("the system gives no random bytes; restart it".to_owned());
        }
        let opened = Commanding::open(&self.folder, Policy::default(), now, id);
        let Started { commanding, live, records, told } = opened.map_err(|e| e.to_string())?;
        let accounts =
            Accounts::open(&self.folder, &records, Cost::default(), SessionLimits::default());
        let accounts = accounts.map_err(|error| error.to_string())?;
        // Reports that came while nobody noted them are in the archive still.
        let out = commanding.desk().out().filter_map(|item| item.verification.as_ref());
        let since = out.map(crate::command::Verification::released).min().unwrap_or(now);
        let listener = Listener::new(&self.archive, missions, since).map_err(|e| e.to_string())?;
        for text in told {
            self.say(MessageLevel::Warning, format!("Commanding: {text}"));
        }
        self.take(&records);
        // Its own actions keep it up to date from here on.
        self.requests = Arc::new(Requests::of(&records));
        let store = Store::new(&self.folder);
        self.parts = Some(Parts { commanding, live, accounts, store, listener });
        self.start_uplinks();
        self.open_exchange();
        self.take_written();
        Ok(())
    }

    /// Carries out orders until the last sender is gone.
    pub(in crate::runtime) fn run(mut self, orders: &Receiver<DeskOrder>) {
        let mut ticked = Moment::now();
        self.tick();
        loop {
            let patience = TICK.saturating_sub(ticked.elapsed()).min(LOOK);
            match orders.recv_timeout(patience) {
                Ok(DeskOrder::Ask { id, token, order }) => self.ask(id, &token, *order),
                Ok(DeskOrder::LookThrough) => self.listen(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.take_from_uplinks();
            self.take_written();
            if ticked.elapsed() >= TICK {
                ticked = Moment::now();
                self.tick();
            }
            self.publish();
        }
    }

    fn ask(&mut self, id: OrderId, token: &Token, order: Order) {
        let reply = if self.stopped.is_empty() {
            self.act(token, order)
        } else {
            Reply::Refused(vec![format!("Nothing was done: {}", self.stopped)])
        };
        match &reply {
            Reply::Done(text) => self.say(MessageLevel::Info, text.clone()),
            Reply::Refused(reasons) => self.say(MessageLevel::Error, reasons.join("; ")),
            _ => {}
        }
        let answers = Arc::make_mut(&mut self.answers);
        answers.push_back(Answered { order: id, reply });
        while answers.len() > ANSWERS {
            answers.pop_front();
        }
        self.take_written();
        self.is_new = true;
    }

    /// Lets time pass.
    fn tick(&mut self) {
        let now = self.clock.now();
        let Some(parts) = &mut self.parts else { return self.read_again() };
        let told = parts.commanding.tick(now);
        match told {
            Ok(told) => {
                for (uid, text) in told {
                    self.say(MessageLevel::Warning, format!("Command {uid}: {text}"));
                }
            }
            Err(error) => self.failed(&error),
        }
        if self.follow_in.is_multiple_of(SCAN_S) {
            self.scan_exchange();
        }
        if self.follow_in == 0 {
            self.follow_in = FOLLOW_S;
            self.follow_requests();
        }
        self.follow_in -= 1;
        self.take_written();
        // Countdowns, constraints and sessions change by themselves.
        self.is_new |= self.parts.as_ref().is_some_and(|parts| {
            parts.commanding.desk().open().next().is_some() || !self.shown.sessions.is_empty()
        });
        self.is_new |= *self.shown.uplinks != self.uplink_views();
    }

    /// The journal refused a record.
    pub(super) fn failed(&mut self, error: &JournalError) {
        let text = format!("Commanding stands still: {error}");
        if self.trouble != text {
            self.trouble.clone_from(&text);
            self.say(MessageLevel::Error, text);
        }
    }

    pub(super) fn say(&mut self, level: MessageLevel, text: String) {
        self.said.push((level, text));
        self.is_new = true;
    }

    /// Folds the records that were written since.
    pub(super) fn take_written(&mut self) {
        let Some(parts) = &mut self.parts else { return };
        let records = parts.commanding.journal().take_written();
        if !records.is_empty() {
            self.trouble.clear();
            self.take(&records);
        }
    }

    fn take(&mut self, records: &[Record]) {
        let documents = Arc::make_mut(&mut self.documents);
        let audit = Arc::make_mut(&mut self.audit);
        for record in records {
            documents.apply(record);
            self.is_new_desk |= record.kind == COMMAND_KIND;
            audit.push_back(line(record));
        }
        while audit.len() > LINES {
            audit.pop_front();
        }
        self.is_new = true;
    }

    /// Where another process writes: reads its journal when it has grown.
    fn read_again(&mut self) {
        let path = self.folder.join(crate::command::JOURNAL_FILE);
        let length = std::fs::metadata(path).map_or(0, |of| of.len());
        if length == self.read_length || self.archive.writable() {
            return;
        }
        self.read_length = length;
        let Ok(chain) = read_journal(&self.folder) else { return };
        self.documents = Arc::new(Documents::of(&chain.records));
        self.requests = Arc::new(Requests::of(&chain.records));
        let newest = chain.records.iter().rev().take(LINES).rev();
        self.audit = Arc::new(newest.map(line).collect());
        let commands = Commands::of(&chain.records);
        let picture = Arc::make_mut(&mut self.shown);
        picture.desk = Arc::new(commands);
        self.is_new = true;
    }

    fn publish(&mut self) {
        if !std::mem::take(&mut self.is_new) {
            return;
        }
        let now = self.clock.now();
        let before = Arc::clone(&self.shown);
        let mut picture = CommandingPicture {
            version: before.version + 1,
            stopped: if self.stopped.is_empty() { &self.trouble } else { &self.stopped }.clone(),
            documents: Arc::clone(&self.documents),
            requests: Arc::clone(&self.requests),
            audit: Arc::clone(&self.audit),
            answers: Arc::clone(&self.answers),
            desk: Arc::clone(&before.desk),
            ..CommandingPicture::default()
        };
        if let Some(parts) = &self.parts {
            picture.accounts = Arc::new(parts.accounts.all().cloned().collect());
            let sessions = parts.accounts.sessions(now).map(|(token, account)| SessionView {
                token,
                name: account.name.clone(),
                must_change: account.must_change,
            });
            picture.sessions = Arc::new(sessions.collect());
            if let Some(exchange) = &self.exchange {
                picture.exchange = Arc::new(exchange.view().clone());
            }
            picture.uplinks = Arc::new(self.uplink_views());
            picture.policy = *parts.commanding.policy();
            if std::mem::take(&mut self.is_new_desk) {
                picture.desk = Arc::new(parts.commanding.desk().clone());
            }
            let queued = parts.commanding.desk().open();
            let queued: Vec<_> = queued
                .filter(|item| item.state() != State::Draft)
                .take(MOST_READY)
                .map(|item| item.uid)
                .collect();
            let mut ready = BTreeMap::new();
            for uid in queued {
                if let Some(run) = self.dry_run(uid, now) {
                    ready.insert(uid, run);
                }
            }
            picture.ready = Arc::new(ready);
        }
        self.shown = Arc::new(picture);
        let said = std::mem::take(&mut self.said);
        let picture = Arc::clone(&self.shown);
        // A closed channel: the engine ends.
        drop(self.events.send(Event::Commanding { picture, said }));
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }
}

fn line(record: &Record) -> AuditLine {
    let of_document = || {
        let is_one = record.kind == DOCUMENT_KIND;
        let event = is_one.then(|| serde_json::from_str::<DocumentEvent>(&record.body).ok());
        event.flatten().map(|event| event.words())
    };
    let words =
        record_words(record).or_else(of_document).or_else(|| event_request::record_words(record));
    AuditLine {
        number: record.number,
        time: record.time,
        who: record.who.clone(),
        kind: record.kind.clone(),
        words: words.unwrap_or_else(|| record.body.clone()),
    }
}
