//! Datagrams: each is handed over or counted.

use std::net::UdpSocket;

use super::*;

#[test]
fn what_does_not_fit_is_dropped_and_counted() {
    const ROOM: usize = 10;
    const SENT: u64 = 200;
    let (link, deliveries) = start("udp:127.0.0.1:0", "", quick(), ROOM);
    let at = listening_at(&link);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for i in 0..SENT {
        // No more than one at a time is in the buffer of the system, which would lose them unsaid.
        socket.send_to(&i.to_le_bytes(), &at).unwrap();
        until(&link, "received", |s| s.bytes == 8 * (i + 1));
    }
    let status = until(&link, "counted", |s| s.deliveries + s.dropped == SENT);
    assert_eq!((status.deliveries, status.dropped), (ROOM as u64, SENT - ROOM as u64));
    assert_eq!(status.peer, socket.local_addr().unwrap().to_string());
    for i in 0..ROOM as u64 {
        assert_eq!(next(&deliveries), Delivery::Datagram(i.to_le_bytes().to_vec()));
    }
    // With room again, they come again.
    socket.send_to(b"last", &at).unwrap();
    assert_eq!(next(&deliveries), Delivery::Datagram(b"last".to_vec()));
    stops(link);
}

#[test]
fn an_address_that_is_not_of_this_machine_is_said() {
    // RFC 5737: for documentation, nobody has it.
    let (link, _deliveries) = start("udp:192.0.2.1:5000", "", quick(), 1);
    let status = until(&link, "tried", |s| s.detail.contains("trying again"));
    assert_eq!(status.state, LinkState::Unavailable);
    assert!(status.detail.contains("does not have the address"), "{}", status.detail);
    stops(link);
}
