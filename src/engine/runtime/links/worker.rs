//! One link at work: what it delivers becomes values in the archive.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Moment};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::archive::Archive;
use crate::ingest::live::{Dictionaries, Intake, LinkCounts};
use crate::link::{Delivery, Link, LinkConfig, LinkStatus};
use crate::query::PacketPicture;
use crate::time::{Clock, Instant};

/// Pieces that may wait between a link and its values.
pub(super) const QUEUE: usize = 256;
/// How long values wait at most before they are made durable together.
const GROUP: Duration = Duration::from_secs(1);
/// Values that are made durable at once even before that.
const GROUP_VALUES: u64 = 1 << 20;
/// How often the console is told.
const TELL: Duration = Duration::from_millis(500);
/// Pieces that are taken in before the clock is looked at again.
const BURST: usize = 64;

/// What a worker tells of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    pub(super) counts: LinkCounts,
    pub(super) packets: Arc<PacketPicture>,
    pub(super) problems: Vec<String>,
    pub(super) newest: Option<Instant>,
    pub(super) latency_s: Option<f64>,
    pub(super) waiting: u64,
    /// Why the archive takes nothing now; empty where it does.
    pub(super) refused: String,
    /// Where the link goes on: everything before it is stored.
    pub(super) position: String,
}

/// A running link. Dropping it stops it, after what it had delivered is stored.
pub(super) struct Worker {
    link: Arc<Link>,
    progress: Arc<Mutex<Progress>>,
    queue: Receiver<Delivery>,
    dictionaries: Sender<Arc<Dictionaries>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start(
        config: &LinkConfig,
        position: String,
        archive: &Arc<Archive>,
        dictionaries: Arc<Dictionaries>,
        clock: &Arc<dyn Clock + Send + Sync>,
    ) -> std::io::Result<Self> {
        let (sender, queue) = bounded(QUEUE);
        let (newer, dictionary_queue) = bounded(1);
        let link = Link::start(config.clone(), position.clone(), Arc::clone(clock), sender)?;
        let link = Arc::new(link);
        let progress = Arc::new(Mutex::new(Progress { position, ..Progress::default() }));
        let stop = Arc::new(AtomicBool::new(false));
        let mut course = Course {
            intake: Intake::new(config, dictionaries),
            archive: Arc::clone(archive),
            clock: Arc::clone(clock),
            link: Arc::clone(&link),
            progress: Arc::clone(&progress),
            dictionaries: dictionary_queue,
            stop: Arc::clone(&stop),
        };
        let deliveries = queue.clone();
        let thread = std::thread::Builder::new()
            .name(format!("intake {}", config.name))
            .spawn(move || course.run(&deliveries))?;
        Ok(Self { link, progress, queue, dictionaries: newer, stop, thread: Some(thread) })
    }

    /// How the link fares.
    pub(super) fn status(&self) -> LinkStatus {
        self.link.status()
    }

    /// What became of what it brought.
    pub(super) fn progress(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Pieces that wait.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Whether its thread ended although nobody stopped it: a fault of the program.
    pub(super) fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Other dictionaries from now on; the newest counts.
    pub(super) fn use_dictionaries(&self, newer: Arc<Dictionaries>) {
        // A full queue holds one that is read within a second; the next look sends this one.
        drop(self.dictionaries.try_send(newer));
    }

    /// Stops it after what it had delivered is stored; how far it came.
    pub(super) fn stop(mut self) -> Progress {
        self.join();
        self.progress()
    }

    fn join(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }

    /// Asks it to stop, without waiting.
    pub(super) fn begin_stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.join();
    }
}

struct Course {
    intake: Intake,
    archive: Arc<Archive>,
    clock: Arc<dyn Clock + Send + Sync>,
    link: Arc<Link>,
    progress: Arc<Mutex<Progress>>,
    dictionaries: Receiver<Arc<Dictionaries>>,
    stop: Arc<AtomicBool>,
}

impl Course {
    fn run(&mut self, deliveries: &Receiver<Delivery>) {
        // Durations are measured by the machine's own clock: the system clock may be set.
        let (mut stored, mut told) = (Moment::now(), Moment::now());
        let (mut is_new, mut is_taken) = (true, true);
        while !self.stop.load(Ordering::Relaxed) {
            match deliveries.recv_timeout(TELL / 4) {
                Ok(first) => {
                    self.take(&first);
                    for delivery in deliveries.try_iter().take(BURST) {
                        self.take(&delivery);
                    }
                    is_new = true;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if let Some(newer) = self.dictionaries.try_iter().last() {
                self.intake.use_dictionaries(newer);
            }
            // What was refused is tried again after a pause, however much waits by then.
            let due =
                stored.elapsed() >= GROUP || is_taken && self.intake.waiting() >= GROUP_VALUES;
            if is_new && due {
                is_taken = self.store(deliveries);
                is_new = !is_taken;
                stored = Moment::now();
            }
            if told.elapsed() >= TELL {
                self.tell();
                told = Moment::now();
            }
        }
        // What was delivered before the stop is kept; the link may deliver more meanwhile.
        for delivery in deliveries.try_iter().take(QUEUE) {
            self.take(&delivery);
        }
        self.store(deliveries);
        self.tell();
    }

    fn take(&mut self, delivery: &Delivery) {
        self.intake.push(&self.archive, delivery, self.clock.now());
    }

    /// Stores what waits; says whether everything was taken.
    fn store(&mut self, deliveries: &Receiver<Delivery>) -> bool {
        // Whatever is before this position was delivered before it was read; with an empty queue
        // it is in the intake, and after the flush on the disk.
        let position = self.link.status().position;
        let is_all = deliveries.is_empty();
        let outcome = self.intake.flush(&self.archive, self.clock.now());
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if is_all && outcome.is_ok() {
            progress.position = position;
        }
        let is_stored = outcome.is_ok();
        progress.refused = outcome.err().unwrap_or_default();
        is_stored
    }

    fn tell(&mut self) {
        let picture = Arc::new(self.intake.picture());
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.counts = self.intake.counts();
        progress.packets = picture;
        progress.problems = self.intake.problems().to_vec();
        progress.newest = self.intake.newest();
        progress.latency_s = self.intake.latency_s();
        progress.waiting = self.intake.waiting();
    }
}
