//! An uplink at work: its thread, what it is told from outside, and its end.

use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use super::model::{Refused, UplinkConfig, UplinkEvent, UplinkStatus};
use super::session::Worker;
use crate::format::ccsds::{HEADER_BYTES, LARGEST_PACKET};
use crate::link::port::{Port, Shared, Tempo};
use crate::link::{LinkState, LinkStatus};
use crate::time::Clock;

/// Most commands under way.
const MOST_COMMANDS: usize = 256;
/// Events that nobody has taken, from which on no commands are taken.
pub(super) const MOST_EVENTS: usize = 4096;

/// A command on its way to the thread.
pub(super) struct Order {
    pub(super) id: u64,
    pub(super) packet: Vec<u8>,
}

/// What both sides know: the connection's own status, the figures of COP-1, and whether and how
/// many commands are taken.
#[derive(Default)]
pub(super) struct Board {
    figures: Mutex<UplinkStatus>,
    pub(super) is_ready: AtomicBool,
    pub(super) taken: AtomicUsize,
}

impl Board {
    /// Changes the figures; nothing but copies is done under this lock.
    pub(super) fn change(&self, change: impl FnOnce(&mut UplinkStatus)) {
        change(&mut self.figures.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The figures, with where the connection stands.
    pub(super) fn status(&self, link: &Shared) -> UplinkStatus {
        let LinkStatus { state, detail, peer, connects, .. } = link.lock().clone();
        let figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let under_way = self.taken.load(Ordering::Acquire);
        UplinkStatus { state, detail, peer, connects, under_way, ..figures }
    }
}

/// An uplink at work, on a thread of its own. Dropping it stops it and waits for it, at most a
/// second. What was under way then ends by an event; a receiver that was cloned before gets it.
pub struct Uplink {
    link: Arc<Shared>,
    board: Arc<Board>,
    orders: Sender<Order>,
    events: Receiver<UplinkEvent>,
    /// Dropped to stop the thread.
    stop: Option<Sender<Infallible>>,
    /// Nothing is ever sent: it closes when the thread is done.
    done: Receiver<Infallible>,
    thread: Option<JoinHandle<()>>,
    tempo: Tempo,
}

impl Uplink {
    /// Starts an uplink; one that is not enabled, or set up wrongly, only says so.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(config: UplinkConfig, clock: Arc<dyn Clock + Send + Sync>) -> io::Result<Self> {
        Self::start_with(config, clock, Tempo::default())
    }

    pub(super) fn start_with(
        config: UplinkConfig,
        clock: Arc<dyn Clock + Send + Sync>,
        tempo: Tempo,
    ) -> io::Result<Self> {
        let (state, detail) = match config.problem() {
            _ if !config.enabled => (LinkState::Disabled, "switched off".to_owned()),
            Some(problem) => (LinkState::Failed, problem),
            None => (LinkState::Unavailable, "starting".to_owned()),
        };
        let link = Arc::new(Shared::new(LinkStatus { state, detail, ..LinkStatus::default() }));
        let board = Arc::new(Board::default());
        let (stop, stopped) = bounded(0);
        let (working, done) = bounded::<Infallible>(0);
        let (orders, taken) = bounded(MOST_COMMANDS);
        let (out, events) = unbounded();
        let mut thread = None;
        if state == LinkState::Unavailable {
            // A link's way out for bytes is not used here.
            let (nothing, _) = bounded(0);
            let stop_too = stopped.clone();
            let port = Port::new(Arc::clone(&link), Arc::clone(&clock), nothing, stopped, tempo);
            let seen = (Arc::clone(&link), Arc::clone(&board));
            let label = format!("uplink {}", config.mission);
            let body = move || {
                Worker::new(port, config, clock, seen, (taken, out), stop_too).work();
                drop(working);
            };
            thread = Some(std::thread::Builder::new().name(label).spawn(body)?);
        }
        Ok(Self { link, board, orders, events, stop: Some(stop), done, thread, tempo })
    }

    /// Gives a command, a whole packet, under a number by which events name it; never waits.
    ///
    /// # Errors
    /// Where it is not taken: then nothing of it has left.
    pub fn send(&self, id: u64, packet: Vec<u8>) -> Result<(), Refused> {
        if !(HEADER_BYTES + 1..=LARGEST_PACKET).contains(&packet.len()) {
            return Err(Refused::NoPacket);
        }
        if !self.board.is_ready.load(Ordering::Acquire) {
            return Err(Refused::NotReady);
        }
        if self.events.len() > MOST_EVENTS {
            return Err(Refused::Full);
        }
        let most = |taken: usize| (taken < MOST_COMMANDS).then_some(taken + 1);
        let taken = &self.board.taken;
        if taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, most).is_err() {
            return Err(Refused::Full);
        }
        self.orders.try_send(Order { id, packet }).map_err(|error| {
            taken.fetch_sub(1, Ordering::AcqRel);
            if error.is_full() { Refused::Full } else { Refused::NotReady }
        })
    }

    /// What it tells; a receiver may be cloned, each event goes to one of them.
    pub fn events(&self) -> &Receiver<UplinkEvent> {
        &self.events
    }

    /// How it fares; never waits.
    pub fn status(&self) -> UplinkStatus {
        self.board.status(&self.link)
    }
}

impl Drop for Uplink {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else { return };
        if self.done.recv_timeout(self.tempo.farewell) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("an uplink does not end; it is let go");
            return;
        }
        // A fault of the thread was said where it was caught.
        let _ = thread.join();
    }
}
