//! The server of the crate `seedlink-rs-server`: nothing lost, nothing twice, on after a restart.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use seedlink_rs_server::{DataStore, SeedLinkServer};

use super::super::*;

/// A record of miniSEED 2 with nothing in it but its names and a number.
fn record(station: &str, channel: &str, number: u32) -> Vec<u8> {
    let mut record = vec![0; 512];
    record[..20].copy_from_slice(b"000000D             ");
    record[..6].copy_from_slice(format!("{number:06}").as_bytes());
    record[8..8 + station.len()].copy_from_slice(station.as_bytes());
    record[13..15].copy_from_slice(b"02");
    record[15..18].copy_from_slice(channel.as_bytes());
    record[18..20].copy_from_slice(b"XB");
    record
}

/// A server in a runtime of its own.
struct Peer {
    _runtime: tokio::runtime::Runtime,
    store: DataStore,
    at: String,
}

fn serve() -> Peer {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(SeedLinkServer::bind("127.0.0.1:0")).unwrap();
    let (store, at) = (server.store().clone(), server.local_addr().unwrap().to_string());
    runtime.spawn(server.run());
    Peer { _runtime: runtime, store, at }
}

/// Passes a connection on to a server, but takes version 4 out of its greeting.
fn without_version_4(to: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (at, to) = (listener.local_addr().unwrap().to_string(), to.to_owned());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, mut server) = (client.unwrap(), TcpStream::connect(&to).unwrap());
            let (mut up, mut down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut up, &mut down);
                let _ = down.shutdown(std::net::Shutdown::Both);
            });
            std::thread::spawn(move || {
                let mut greeting = Vec::new();
                while greeting.iter().filter(|b| **b == b'\n').count() < 2 {
                    let mut byte = [0];
                    if server.read_exact(&mut byte).is_err() {
                        return;
                    }
                    greeting.push(byte[0]);
                }
                let text = String::from_utf8(greeting).unwrap().replace("SLPROTO:4.0", "");
                let _ = client.write_all(text.as_bytes());
                let _ = std::io::copy(&mut server, &mut client);
                let _ = client.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    at
}

/// Takes so many whole records.
fn records(deliveries: &Receiver<Delivery>, count: usize) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    while bytes.len() < 512 * count {
        match next(deliveries) {
            Delivery::Records(more) => bytes.extend(more),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bytes.len(), 512 * count, "more than was pushed");
    bytes.chunks(512).map(<[u8]>::to_vec).collect()
}

fn no_record_is_lost_or_comes_twice(peer: &Peer, at: &str, version: &str) {
    let source = format!("seedlink:{at}/XB_ELYSE,XB_ELYS0");
    let push = |numbers: std::ops::Range<u32>| -> Vec<Vec<u8>> {
        numbers
            .map(|n| {
                let station = if n % 3 == 0 { "ELYS0" } else { "ELYSE" };
                let record = record(station, "BHU", n);
                peer.store.push("XB", station, &record).unwrap();
                // Nobody asked for this one.
                peer.store.push("XB", "OTHER", &record).unwrap();
                record
            })
            .collect()
    };
    let first = push(0..300);
    let (link, deliveries) = start(&source, "", quick(), 16);
    assert_eq!(records(&deliveries, 300), first);
    let live = push(300..350);
    assert_eq!(records(&deliveries, 50), live);
    let status = until(&link, "noted", |s| s.position.contains("XB_ELYSE"));
    assert_eq!((status.state, status.connects), (LinkState::Ok, 1));
    assert!(status.detail.starts_with(version), "{}", status.detail);
    until(&link, "all noted", |s| s.deliveries > 1);
    stops(link);
    drop(deliveries);
    // While it was off, data came; it goes on behind what it had.
    let missed = push(350..400);
    let (link, deliveries) = start(&source, &status.position, quick(), 16);
    assert_eq!(records(&deliveries, 50), missed);
    let live = push(400..420);
    assert_eq!(records(&deliveries, 20), live);
    stops(link);
    assert!(deliveries.is_empty());
}

#[test]
fn version_4_restarted() {
    let peer = serve();
    no_record_is_lost_or_comes_twice(&peer, &peer.at, "version 4 from SeedLink v3.1");
}

#[test]
fn version_3_restarted() {
    let peer = serve();
    let at = without_version_4(&peer.at);
    no_record_is_lost_or_comes_twice(&peer, &at, "version 3 from SeedLink v3.1");
}

#[test]
fn selectors_of_version_3() {
    let peer = serve();
    let at = without_version_4(&peer.at);
    let mut expected = Vec::new();
    for (i, channel) in ["BHU", "BHV", "LHU", "VKO", "BHW"].iter().enumerate() {
        let record = record("ELYSE", channel, i as u32);
        peer.store.push("XB", "ELYSE", &record).unwrap();
        if ["BHU", "BHV", "BHW", "VKO"].contains(channel) {
            expected.push(record);
        }
    }
    let source = format!("seedlink:{at}/XB_ELYSE:02BH?,XB_ELYSE:VKO");
    let (link, deliveries) = start(&source, "", quick(), 16);
    assert_eq!(records(&deliveries, 4), expected);
    stops(link);
}
