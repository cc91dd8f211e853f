//! What every kind of link works with: the way out, the status, the stop, and patience.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{
    Receiver, RecvTimeoutError, Sender, TryRecvError, TrySendError, bounded, select,
};

use super::model::{Delivery, LinkState, LinkStatus};
use crate::time::Clock;

/// The link was stopped, or nobody takes what it brings: its `run` returns at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended;

/// What a step of a link gives, unless the link has ended.
pub(super) type Flow<T = ()> = Result<T, Ended>;

/// How long a link waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tempo {
    /// Between two looks at the stop while something is awaited.
    pub tick: Duration,
    /// Before the first new attempt; it doubles each time.
    pub first_pause: Duration,
    /// Longest pause between two attempts.
    pub longest_pause: Duration,
    /// To connect, for each address of a name.
    pub connect: Duration,
    /// For the answer to a command.
    pub reply: Duration,
    /// How long records are gathered before they are handed over.
    pub flush: Duration,
    /// Silence after which a server is asked for a sign of life.
    pub keep_alive: Duration,
    /// Silence after which another connection may take the place of the present one.
    pub takeover: Duration,
    /// Longest silence within the answer to a request.
    pub idle: Duration,
    /// Longest time of a whole request.
    pub total: Duration,
    /// How long a drop waits for the thread before it lets go of it.
    pub farewell: Duration,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            tick: Duration::from_millis(100),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            reply: Duration::from_secs(15),
            flush: Duration::from_millis(500),
            keep_alive: Duration::from_secs(30),
            takeover: Duration::from_secs(5),
            idle: Duration::from_mins(1),
            total: Duration::from_mins(10),
            farewell: Duration::from_millis(800),
        }
    }
}

/// The status of a link, seen from both sides.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<LinkStatus>);

impl Shared {
    pub(super) fn new(status: LinkStatus) -> Self {
        Self(Mutex::new(status))
    }

    /// Nothing but copies is done under this lock, so nobody waits for it.
    pub(super) fn lock(&self) -> MutexGuard<'_, LinkStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The side of a link that works.
pub(super) struct Port {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock + Send + Sync>,
    out: Sender<Delivery>,
    /// Nothing is ever sent: the other end is dropped to stop the link.
    stop: Receiver<Infallible>,
    pub(super) tempo: Tempo,
}

impl Port {
    pub(super) fn new(
        shared: Arc<Shared>,
        clock: Arc<dyn Clock + Send + Sync>,
        out: Sender<Delivery>,
        stop: Receiver<Infallible>,
        tempo: Tempo,
    ) -> Self {
        Self { shared, clock, out, stop, tempo }
    }

    /// Says where the link stands.
    pub(super) fn say(&self, state: LinkState, detail: impl Into<String>) {
        let mut status = self.shared.lock();
        status.state = state;
        status.detail = detail.into();
    }

    /// Says that a connection stands.
    pub(super) fn connected(&self, peer: impl Into<String>, detail: impl Into<String>) {
        let mut status = self.shared.lock();
        status.connects += 1;
        status.peer = peer.into();
        status.state = LinkState::Ok;
        status.detail = detail.into();
    }

    /// Sets the other side.
    pub(super) fn peer(&self, peer: impl Into<String>) {
        self.shared.lock().peer = peer.into();
    }

    /// Sets where to go on after a restart.
    pub(super) fn position(&self, position: impl Into<String>) {
        self.shared.lock().position = position.into();
    }

    /// Counts bytes that came now.
    pub(super) fn received(&self, bytes: usize) {
        let now = self.clock.now();
        let mut status = self.shared.lock();
        status.bytes += bytes as u64;
        status.last_data = Some(now);
    }

    /// Ends where the link was stopped.
    pub(super) fn check(&self) -> Flow {
        match self.stop.try_recv() {
            Err(TryRecvError::Empty) => Ok(()),
            Err(TryRecvError::Disconnected) => Err(Ended),
            Ok(never) => match never {},
        }
    }

    /// Waits.
    pub(super) fn sleep(&self, time: Duration) -> Flow {
        match self.stop.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => Err(Ended),
            Ok(never) => match never {},
        }
    }

    /// Hands a piece over, and waits as long as there is no room for it.
    pub(super) fn hand_over(&self, delivery: Delivery) -> Flow {
        self.check()?;
        let counted = delivery != Delivery::Break;
        select! {
            recv(self.stop) -> _ => return Err(Ended),
            send(self.out, delivery) -> sent => sent.map_err(|_| Ended)?,
        }
        self.shared.lock().deliveries += u64::from(counted);
        Ok(())
    }

    /// Hands a piece over if there is room for it, else drops and counts it.
    pub(super) fn offer(&self, delivery: Delivery) -> Flow {
        match self.out.try_send(delivery) {
            Ok(()) => self.shared.lock().deliveries += 1,
            Err(TrySendError::Full(_)) => self.shared.lock().dropped += 1,
            Err(TrySendError::Disconnected(_)) => return Err(Ended),
        }
        Ok(())
    }

    /// Does something that cannot be interrupted (a name look-up, a connection) on a thread of
    /// its own. Where the link is stopped meanwhile, that thread is let go: it ends by its own
    /// time limit, and what it made is dropped.
    pub(super) fn patiently<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Flow<io::Result<T>> {
        self.check()?;
        let (sender, receiver) = bounded(1);
        let spawned = std::thread::Builder::new().name("link-wait".to_owned()).spawn(move || {
            // Nobody listens any more after a stop.
            let _ = sender.send(job());
        });
        if let Err(error) = spawned {
            return Ok(Err(error));
        }
        select! {
            recv(self.stop) -> _ => Err(Ended),
            recv(receiver) -> result => {
                Ok(result.unwrap_or_else(|_| Err(io::Error::other("the waiting thread ended"))))
            }
        }
    }
}

/// Growing pauses between attempts: 1 s, 2 s, 4 s … 30 s, the same each time.
pub(super) struct Pauses<'a> {
    port: &'a Port,
    next: Duration,
}

impl<'a> Pauses<'a> {
    pub(super) fn new(port: &'a Port) -> Self {
        Self { port, next: port.tempo.first_pause }
    }

    /// Begins again with the shortest, after something worked.
    pub(super) fn reset(&mut self) {
        self.next = self.port.tempo.first_pause;
    }

    /// The next pause, which is not waited for here.
    pub(super) fn take(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.port.tempo.longest_pause);
        pause
    }

    /// Says that the other side cannot be reached and when it is tried again, and waits.
    pub(super) fn wait(&mut self, why: &str) -> Flow {
        let pause = self.take();
        let detail = format!("{why}; trying again in {} s", pause.as_secs_f64());
        self.port.say(LinkState::Unavailable, detail);
        self.port.sleep(pause)
    }
}
