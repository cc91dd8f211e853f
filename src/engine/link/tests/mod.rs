//! Links against small servers and folders that the tests make; they wait on conditions, and never
//! measure time.

mod files;
mod http;
mod seedlink;
mod stop;
mod stream;
mod udp;

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::port::Tempo;
use super::{Delivery, Link, LinkConfig, LinkState, LinkStatus};
use crate::time::{Clock, Instant, SimulatedClock};

/// How long a test waits for what must come before it fails.
const PATIENCE: Duration = Duration::from_secs(40);
const NOW_NS: i64 = 1_700_000_000_000_000_000;

/// Short waits, so that tests are quick.
fn quick() -> Tempo {
    Tempo {
        tick: Duration::from_millis(5),
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(50),
        flush: Duration::from_millis(20),
        takeover: Duration::from_millis(100),
        farewell: PATIENCE,
        ..Tempo::default()
    }
}

fn clock() -> Arc<dyn Clock + Send + Sync> {
    Arc::new(SimulatedClock::new(Instant::from_unix_ns(NOW_NS)))
}

fn config(source: &str) -> LinkConfig {
    let mut config = LinkConfig::new("test", source.parse().unwrap());
    config.poll_s = 0.05;
    config
}

fn start(source: &str, position: &str, tempo: Tempo, room: usize) -> (Link, Receiver<Delivery>) {
    let (out, deliveries) = bounded(room);
    let link = Link::start_with(config(source), position.to_owned(), clock(), out, tempo).unwrap();
    (link, deliveries)
}

/// Looks at a link until a condition holds.
fn until(link: &Link, what: &str, holds: impl Fn(&LinkStatus) -> bool) -> LinkStatus {
    let mut left = PATIENCE;
    let step = Duration::from_millis(2);
    loop {
        let status = link.status();
        if holds(&status) {
            return status;
        }
        left = left.checked_sub(step).unwrap_or_else(|| panic!("never {what}: {status:?}"));
        std::thread::sleep(step);
    }
}

/// The address in the detail of a link that listens.
fn listening_at(link: &Link) -> String {
    let status = until(link, "listening", |s| s.detail.starts_with("listening at "));
    let at = status.detail.trim_start_matches("listening at ");
    at.split(';').next().unwrap().to_owned()
}

fn next(deliveries: &Receiver<Delivery>) -> Delivery {
    deliveries.recv_timeout(PATIENCE).expect("nothing was handed over")
}

/// The next bytes of a stream, as many as are asked for, and no break among them.
fn stream_of(deliveries: &Receiver<Delivery>, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        match next(deliveries) {
            Delivery::Stream(more) => bytes.extend(more),
            other => panic!("{other:?} after {} bytes", bytes.len()),
        }
    }
    bytes
}

/// Drops a link; fails where that takes as long as the waits of the link, which are made long.
fn stops(link: Link) {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        drop(link);
        sender.send(()).unwrap();
    });
    receiver.recv_timeout(PATIENCE).expect("the link does not stop");
}

#[test]
fn a_link_that_is_switched_off_does_nothing() {
    let (out, deliveries) = bounded(1);
    let mut config = config("tcp:127.0.0.1:1");
    config.enabled = false;
    let link = Link::start(config, "p".to_owned(), clock(), out).unwrap();
    let status = link.status();
    assert_eq!((status.state, status.position.as_str()), (LinkState::Disabled, "p"));
    assert!(deliveries.recv_timeout(PATIENCE).is_err(), "nobody holds the other end");
    stops(link);
}

#[test]
fn a_fault_in_a_link_is_said_and_goes_no_further() {
    struct Broken;
    impl Clock for Broken {
        fn now(&self) -> Instant {
            panic!("the clock is broken");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pass.tlm");
    std::fs::write(&path, b"bytes").unwrap();
    let (out, _deliveries) = bounded(1);
    let config = config(&format!("file:{}", path.display()));
    let link = Link::start_with(config, String::new(), Arc::new(Broken), out, quick()).unwrap();
    let status = until(&link, "failed", |s| s.state == LinkState::Failed);
    assert!(status.detail.contains("the clock is broken"), "{}", status.detail);
    stops(link);
}
