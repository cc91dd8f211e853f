//! A link stops promptly whatever it is at: its own waits are made endless, so only the stop can
//! end them.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use super::*;

/// Waits of an hour, looks at the stop every few milliseconds.
fn endless() -> Tempo {
    let hour = Duration::from_hours(1);
    Tempo {
        first_pause: hour,
        longest_pause: hour,
        connect: hour,
        reply: hour,
        flush: hour,
        keep_alive: hour,
        takeover: hour,
        idle: hour,
        total: hour,
        farewell: hour,
        ..quick()
    }
}

fn served(scheme: &str) -> (TcpListener, Link, Receiver<Delivery>) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = server.local_addr().unwrap();
    let (link, deliveries) = start(&format!("{scheme}{at}"), "", endless(), 1);
    (server, link, deliveries)
}

#[test]
fn while_it_pauses_before_it_tries_again() {
    for source in ["tcp:127.0.0.1:1", "seedlink:127.0.0.1:1", "http://127.0.0.1:1/", "file:/no"] {
        let (link, _deliveries) = start(source, "", endless(), 1);
        until(&link, "paused", |s| s.detail.contains("trying again"));
        stops(link);
    }
}

#[test]
fn while_it_connects() {
    // A queue of connections that is full: the system does not answer the next ones.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    socket.listen(0).unwrap();
    let at = socket.local_addr().unwrap().as_socket().unwrap();
    let full: Vec<_> =
        (0..4).map(|_| TcpStream::connect_timeout(&at, Duration::from_millis(100))).collect();
    for scheme in ["tcp:", "seedlink:", "http://"] {
        let (link, _deliveries) = start(&format!("{scheme}{at}"), "", endless(), 1);
        until(&link, "connecting", |s| s.detail != "starting");
        stops(link);
    }
    drop(full);
}

#[test]
fn while_it_is_connected_and_nothing_comes() {
    let (server, link, _deliveries) = served("tcp:");
    let held = server.accept().unwrap();
    until(&link, "connected", |s| s.state == LinkState::Ok);
    stops(link);
    drop(held);
    let (server, link, _deliveries) = served("seedlink:");
    let held = server.accept().unwrap();
    stops(link);
    drop(held);
    for source in ["tcp-listen:127.0.0.1:0", "udp:127.0.0.1:0"] {
        let (link, _deliveries) = start(source, "", endless(), 1);
        listening_at(&link);
        stops(link);
    }
}

#[test]
fn while_the_queue_is_full() {
    let (server, link, _deliveries) = served("tcp:");
    let (mut stream, _) = server.accept().unwrap();
    // Two pieces: one fills the queue, one waits for room.
    stream.write_all(b"one").unwrap();
    until(&link, "full", |s| s.deliveries == 1);
    stream.write_all(b"two").unwrap();
    until(&link, "waiting", |s| s.bytes == 6);
    stops(link);
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        std::fs::write(folder.path().join(name), name).unwrap();
    }
    let (link, _deliveries) = start(&format!("folder:{}", folder.path().display()), "", quick(), 1);
    until(&link, "waiting", |s| s.deliveries == 1 && s.bytes == 2);
    stops(link);
}

#[test]
fn when_nobody_takes_what_it_brings() {
    let (server, link, deliveries) = served("tcp:");
    let (mut stream, _) = server.accept().unwrap();
    drop(deliveries);
    stream.write_all(b"lost").unwrap();
    let status = until(&link, "ended", |s| s.state == LinkState::Disabled);
    assert_eq!(status.detail, "stopped");
    stops(link);
}
