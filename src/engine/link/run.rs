//! A link at work: its thread, its end, and what becomes of a fault in it.

use std::any::Any;
use std::convert::Infallible;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::model::{Delivery, LinkConfig, LinkState, LinkStatus};
use super::port::{Ended, Flow, Port, Shared, Tempo};
use super::source::Source;
use super::{file, folder, http, listen, seedlink, tcp, udp};
use crate::time::Clock;

/// A link at work, on a thread of its own. Dropping it stops it and waits for it, at most a
/// second: where the thread hangs in a file system that does not answer, it is let go, and ends
/// without handing anything over once the file system answers.
#[derive(Debug)]
pub struct Link {
    name: String,
    shared: Arc<Shared>,
    /// Dropped to stop the thread.
    stop: Option<Sender<Infallible>>,
    /// Nothing is ever sent: it closes when the thread is done.
    done: Receiver<Infallible>,
    thread: Option<JoinHandle<()>>,
    tempo: Tempo,
}

impl Link {
    /// Starts a link; one that is not enabled only says so.
    ///
    /// `position` is what [`LinkStatus::position`] said when the link was last stopped; empty at
    /// first. `out` is bounded by the caller: a stream waits while it is full, datagrams are
    /// dropped and counted.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        config: LinkConfig,
        position: String,
        clock: Arc<dyn Clock + Send + Sync>,
        out: Sender<Delivery>,
    ) -> io::Result<Self> {
        Self::start_with(config, position, clock, out, Tempo::default())
    }

    pub(super) fn start_with(
        config: LinkConfig,
        position: String,
        clock: Arc<dyn Clock + Send + Sync>,
        out: Sender<Delivery>,
        tempo: Tempo,
    ) -> io::Result<Self> {
        let status = LinkStatus {
            detail: if config.enabled { "starting" } else { "switched off" }.to_owned(),
            state: if config.enabled { LinkState::Unavailable } else { LinkState::Disabled },
            position: position.clone(),
            ..LinkStatus::default()
        };
        let shared = Arc::new(Shared::new(status));
        let (stop, stopped) = bounded(0);
        let (working, done) = bounded::<Infallible>(0);
        let name = config.name.clone();
        let mut thread = None;
        if config.enabled {
            let port = Port::new(Arc::clone(&shared), clock, out, stopped, tempo);
            let seen = Arc::clone(&shared);
            let body = move || {
                work(&port, &config, &position, &seen);
                drop(working);
            };
            let label = format!("link {name}");
            thread = Some(std::thread::Builder::new().name(label).spawn(body)?);
        }
        Ok(Self { name, shared, stop: Some(stop), done, thread, tempo })
    }

    /// How it fares; never waits.
    ///
    /// The position covers what was handed over before this call. So it may be kept for a restart
    /// once everything that was handed over until then is stored.
    pub fn status(&self) -> LinkStatus {
        self.shared.lock().clone()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else { return };
        if self.done.recv_timeout(self.tempo.farewell) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!(link = self.name, "a link does not end; it is let go");
            return;
        }
        // A fault of the thread was caught and said inside it.
        let _ = thread.join();
    }
}

/// The whole life of a link's thread.
fn work(port: &Port, config: &LinkConfig, position: &str, shared: &Shared) {
    let outcome = catch_unwind(AssertUnwindSafe(|| run(port, config, position)));
    let mut status = shared.lock();
    match outcome {
        // It says itself why there is nothing more to do.
        Ok(Ok(())) => {}
        Ok(Err(Ended)) => {
            status.state = LinkState::Disabled;
            "stopped".clone_into(&mut status.detail);
        }
        Err(fault) => {
            status.state = LinkState::Failed;
            status.detail = format!(
                "a fault in marsdeck ended this link: {}; switch it off and on again, and report it",
                words(fault.as_ref())
            );
            tracing::error!(link = config.name, "{}", status.detail);
        }
    }
}

fn run(port: &Port, config: &LinkConfig, position: &str) -> Flow {
    match &config.source {
        Source::File(path) => file::run(port, path, position),
        Source::Folder(path) => folder::run(port, path, config.poll_s, position),
        Source::Udp(address) => udp::run(port, address),
        Source::Tcp(address) => tcp::run(port, address),
        Source::TcpListen(address) => listen::run(port, address),
        Source::SeedLink { address, streams } => seedlink::run(port, address, streams, position),
        Source::Http(url) => http::run(port, url, config.poll_s, position),
    }
}

/// What a panic said.
fn words(fault: &(dyn Any + Send)) -> String {
    let text = fault.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| fault.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no words".into())
}
