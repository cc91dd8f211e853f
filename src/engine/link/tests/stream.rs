//! TCP in both directions: cuts, back-pressure, who may take over.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use super::*;

#[test]
fn a_client_connects_again_after_its_peer_died() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = server.local_addr().unwrap();
    let (link, deliveries) = start(&format!("tcp:{at}"), "", quick(), 16);
    for (i, text) in ["one", "two", "three"].iter().enumerate() {
        let (mut stream, _) = server.accept().unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        assert_eq!(stream_of(&deliveries, text.len()), text.as_bytes());
        let status = until(&link, "connected", |s| s.connects == i as u64 + 1);
        assert_eq!((status.state, status.peer), (LinkState::Ok, at.to_string()));
        assert_eq!(status.last_data, Some(Instant::from_unix_ns(NOW_NS)));
        drop(stream);
        assert_eq!(next(&deliveries), Delivery::Break);
    }
    let status = until(&link, "counted", |s| s.bytes == 11);
    assert_eq!((status.deliveries, status.dropped), (3, 0));
    stops(link);
}

#[test]
fn a_connection_without_data_makes_no_break() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let (link, deliveries) =
        start(&format!("tcp:{}", server.local_addr().unwrap()), "", quick(), 4);
    drop(server.accept().unwrap());
    let (mut stream, _) = server.accept().unwrap();
    stream.write_all(b"data").unwrap();
    assert_eq!(next(&deliveries), Delivery::Stream(b"data".to_vec()));
    stops(link);
}

#[test]
fn a_server_that_is_down_is_said_and_found_when_it_is_up() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = gone.local_addr().unwrap();
    drop(gone);
    let (link, deliveries) = start(&format!("tcp:{at}"), "", quick(), 4);
    let status = until(&link, "tried", |s| s.detail.contains("trying again in"));
    assert_eq!(status.state, LinkState::Unavailable);
    assert!(status.detail.contains("nothing listens there"), "{}", status.detail);
    let server = TcpListener::bind(at).unwrap();
    server.accept().unwrap().0.write_all(b"up").unwrap();
    assert_eq!(stream_of(&deliveries, 2), b"up");
    stops(link);
}

#[test]
fn a_sender_waits_for_a_slow_processor_and_nothing_is_lost() {
    const WORDS: u32 = 2 << 20;
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let (link, deliveries) =
        start(&format!("tcp:{}", server.local_addr().unwrap()), "", quick(), 1);
    let sent: Vec<u8> = (0..WORDS).flat_map(u32::to_le_bytes).collect();
    let all = sent.clone();
    let sender = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        stream.write_all(&all).unwrap();
    });
    // One piece is in the queue and one in the hand: the link waits, and the sender with it.
    until(&link, "full", |s| s.deliveries == 1 && s.bytes > 0);
    assert!(!sender.is_finished(), "8 MiB do not fit into the buffers of the system");
    assert!(stream_of(&deliveries, sent.len()) == sent, "the stream is not what was sent");
    sender.join().unwrap();
    assert_eq!(next(&deliveries), Delivery::Break);
    assert_eq!(link.status().bytes, sent.len() as u64);
    stops(link);
}

#[test]
fn one_sender_after_the_other_is_served() {
    let (link, deliveries) = start("tcp-listen:127.0.0.1:0", "", quick(), 16);
    let at = listening_at(&link);
    for i in 1..=3 {
        let mut stream = TcpStream::connect(&at).unwrap();
        stream.write_all(b"abc").unwrap();
        assert_eq!(stream_of(&deliveries, 3), b"abc");
        let peer = stream.local_addr().unwrap().to_string();
        until(&link, "connected", |s| s.connects == i && s.peer == peer);
        drop(stream);
        assert_eq!(next(&deliveries), Delivery::Break);
    }
    until(&link, "free", |s| s.state == LinkState::Ok && s.detail.contains("nobody"));
    stops(link);
}

#[test]
fn who_merely_connects_cuts_nobody_off_and_a_silent_one_is_replaced() {
    let (link, deliveries) = start("tcp-listen:127.0.0.1:0", "", quick(), 16);
    let at = listening_at(&link);
    let mut first = TcpStream::connect(&at).unwrap();
    first.write_all(b"first").unwrap();
    assert_eq!(stream_of(&deliveries, 5), b"first");
    // A health check: it says nothing, so it never gets the floor, however silent the first is.
    let check = TcpStream::connect(&at).unwrap();
    let silence = Duration::from_millis(300);
    assert!(deliveries.recv_timeout(silence).is_err(), "the first one was cut off");
    first.write_all(b"again").unwrap();
    assert_eq!(stream_of(&deliveries, 5), b"again");
    // Its machine died and connects anew: the old connection is still open, and silent.
    let mut second = TcpStream::connect(&at).unwrap();
    second.write_all(b"second").unwrap();
    assert_eq!(next(&deliveries), Delivery::Break);
    assert_eq!(stream_of(&deliveries, 6), b"second");
    drop(check);
    stops(link);
}

#[test]
fn a_port_in_use_is_said_and_taken_when_it_is_free() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = other.local_addr().unwrap();
    let (link, deliveries) = start(&format!("tcp-listen:{at}"), "", quick(), 4);
    let status = until(&link, "tried", |s| s.detail.contains("trying again"));
    assert_eq!(status.state, LinkState::Unavailable);
    assert!(status.detail.contains("the port is in use"), "{}", status.detail);
    drop(other);
    assert_eq!(listening_at(&link), at.to_string());
    TcpStream::connect(at).unwrap().write_all(b"x").unwrap();
    assert_eq!(stream_of(&deliveries, 1), b"x");
    stops(link);
}
