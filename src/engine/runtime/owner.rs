//! The owner thread: intents, events of jobs and what other threads found, in one order; publishes
//! the snapshot.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};

use super::alarms::AlarmOrder;
use super::commanding::{CommandingPicture, DeskOrder};
use super::engine::{EVENT_QUEUE, JOB_QUEUE, Shared};
use super::handle::{AlarmPicture, Intent, JobState, MessageLevel, Snapshot};
use super::jobs::Ledger;
use super::links::{LinkOrder, Live};
use super::work::Work;
use crate::mission::Database;
use crate::time::TimeRange;

/// How often a reading console looks for what the writing one stored.
const REFRESH: Duration = Duration::from_secs(1);

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

/// What the owner knows of the thread of the alarms.
pub(super) struct AlarmDesk {
    pub(super) picture: Arc<AlarmPicture>,
    /// The mission database with the limits that operators changed.
    pub(super) missions: Arc<Database>,
    pub(super) orders: Sender<AlarmOrder>,
    pub(super) stop: Arc<AtomicBool>,
    /// The archive generation that it was told to look through.
    pub(super) asked: u64,
}

impl Drop for AlarmDesk {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What the owner knows of the thread of commanding.
pub(super) struct CommandDesk {
    pub(super) picture: Arc<CommandingPicture>,
    pub(super) orders: Sender<DeskOrder>,
}

/// The state of the owner thread.
pub(super) struct Owner {
    pub(super) shared: Arc<Shared>,
    pub(super) ledger: Ledger,
    pub(super) jobs: Sender<(u64, Work, Arc<AtomicBool>)>,
    pub(super) alarms: AlarmDesk,
    pub(super) commanding: CommandDesk,
    pub(super) links: Sender<LinkOrder>,
    pub(super) live: Box<Live>,
}

impl Owner {
    pub(super) fn run(&mut self, events: &Receiver<Event>) {
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

    pub(super) fn publish(&mut self, is_news: bool) {
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
