//! Ground, station and receiver in one process, over a socket.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use super::*;
use crate::format::ccsds::telecommand::{CltuScanner, Farm, Joiner, Taken, TcFrame};
use crate::time::SystemClock;

const LIMIT: Duration = Duration::from_secs(20);

/// A station and a spacecraft behind it.
struct Far {
    listener: TcpListener,
    farm: Farm,
    joiner: Joiner,
    packets: Vec<Vec<u8>>,
}

impl Far {
    fn new() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address").to_string();
        let (farm, joiner) = (Farm::new(0), Joiner::new(70_000));
        (Self { listener, farm, joiner, packets: Vec::new() }, address)
    }

    fn accept(&self) -> TcpStream {
        let begun = Moment::now();
        loop {
            if let Ok((stream, _)) = self.listener.accept() {
                stream.set_nonblocking(false).expect("a stream");
                stream.set_read_timeout(Some(Duration::from_millis(5))).expect("a stream");
                return stream;
            }
            assert!(begun.elapsed() < LIMIT, "nobody connects");
            std::thread::yield_now();
        }
    }

    /// Serves a connection until `enough`; every `lose`th unit is lost on the way.
    fn serve(
        &mut self,
        stream: &mut TcpStream,
        lose: usize,
        enough: &mut dyn FnMut(&Self) -> bool,
    ) {
        let (mut scanner, mut count) = (CltuScanner::default(), 0_u32);
        let (begun, mut buffer) = (Moment::now(), [0; 4096]);
        while !enough(self) {
            assert!(begun.elapsed() < LIMIT, "it takes too long");
            let Ok(read) = stream.read(&mut buffer) else { continue };
            for content in scanner.push(&buffer[..read]) {
                count += 1;
                let radiated = Confirmation::Radiated(count);
                stream.write_all(&radiated.to_bytes()).expect("told");
                if lose > 0 && count as usize % lose == 0 {
                    continue;
                }
                let frame = TcFrame::read(&content).expect("a frame");
                if self.farm.take(&frame) == Taken::Accepted {
                    self.packets.extend(self.joiner.push(&frame.data));
                }
                let word = Confirmation::Word(self.farm.clcw());
                stream.write_all(&word.to_bytes()).expect("told");
            }
        }
    }
}

fn uplink(address: &str) -> Uplink {
    let config = UplinkConfig {
        light_time: false,
        timer_s: 0.2,
        transmissions: 60,
        ..UplinkConfig::new("insight", address, 189)
    };
    assert_eq!(config.problem(), None);
    Uplink::start(config, 7, Arc::new(SystemClock)).expect("an uplink")
}

/// Sends once it is ready.
fn send(uplink: &Uplink, number: u64, packet: &[u8]) {
    let begun = Moment::now();
    while let Err(reason) = uplink.send(number, packet) {
        assert!(begun.elapsed() < LIMIT, "{reason}");
        std::thread::yield_now();
    }
}

#[test]
fn packets_arrive_once_and_in_order_over_a_bad_way() {
    let (mut far, address) = Far::new();
    let uplink = uplink(&address);
    let wanted: Vec<Vec<u8>> = (0..20_u8).map(|n| vec![n; 700 + usize::from(n)]).collect();
    let mut stream = far.accept();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (number, packet) in wanted.iter().enumerate() {
                send(&uplink, number as u64, packet);
            }
        });
        let mut acknowledged = 0;
        let mut events = Vec::new();
        far.serve(&mut stream, 5, &mut |_| {
            let new = uplink.take_events();
            let is = |event: &&UplinkEvent| matches!(event, UplinkEvent::Acknowledged(_));
            acknowledged += new.iter().filter(is).count();
            events.extend(new);
            acknowledged == 20
        });
        let sent = events.iter().filter(|event| matches!(event, UplinkEvent::Sent(_))).count();
        assert_eq!(sent, 20);
        assert!(!events.iter().any(|of| matches!(of, UplinkEvent::Lost(..))), "{events:?}");
    });
    assert_eq!(far.packets, wanted);
    assert!(uplink.status().again > 0);
}

#[test]
fn what_may_have_left_is_never_sent_again() {
    let (mut far, address) = Far::new();
    let uplink = uplink(&address);
    let mut stream = far.accept();
    // The spacecraft answers, then the line is cut while a packet is on its way.
    far.serve(&mut stream, 0, &mut |_| uplink.status().is_ready);
    send(&uplink, 1, &[1; 100]);
    let begun = Moment::now();
    while stream.peek(&mut [0; 8]).is_err() {
        assert!(begun.elapsed() < LIMIT, "nothing was sent");
    }
    drop(stream);
    let mut stream = far.accept();
    let mut events = Vec::new();
    far.serve(&mut stream, 0, &mut |_| {
        events.extend(uplink.take_events());
        uplink.status().is_ready
    });
    send(&uplink, 2, &[2; 100]);
    far.serve(&mut stream, 0, &mut |far| {
        events.extend(uplink.take_events());
        !far.packets.is_empty()
    });
    assert_eq!(far.packets, [vec![2; 100]]);
    assert!(events.iter().any(|of| matches!(of, UplinkEvent::Lost(1, _))), "{events:?}");
    drop(uplink);
}

#[test]
fn nothing_is_taken_without_a_station() {
    let uplink = uplink("127.0.0.1:1");
    let reason = uplink.send(1, &[1]).expect_err("nobody is there");
    assert!(reason.contains("not ready"), "{reason}");
}

#[test]
fn hostile_stations_are_left() {
    let mut heard = Confirmations::default();
    assert_eq!(heard.push(&[0, 0, 0, 0]), Ok(vec![]));
    assert_eq!(heard.push(&[9]), Ok(vec![Confirmation::Radiated(9)]));
    assert!(heard.push(&[7, 0, 0, 0, 0]).is_err());
}

#[test]
fn a_stop_does_not_wait_for_a_station_that_does_not_answer() {
    // A queue of connections that is full: the system does not answer the next ones.
    let socket =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().expect("an address");
    socket.bind(&any.into()).expect("a port");
    socket.listen(0).expect("a listener");
    let at = socket.local_addr().expect("an address").as_socket().expect("an address");
    let full: Vec<_> =
        (0..4).map(|_| TcpStream::connect_timeout(&at, Duration::from_millis(100))).collect();
    let uplink = uplink(&at.to_string());
    let begun = Moment::now();
    while !uplink.status().detail.contains("connecting") {
        assert!(begun.elapsed() < LIMIT, "it does not begin");
        std::thread::yield_now();
    }
    drop(uplink);
    drop(full);
}

#[test]
fn express_packets_are_lost_where_the_station_did_not_radiate_them() {
    let (far, address) = Far::new();
    let config = UplinkConfig {
        light_time: false,
        sequenced: false,
        ..UplinkConfig::new("insight", &address, 189)
    };
    let uplink = Uplink::start(config, 7, Arc::new(SystemClock)).expect("an uplink");
    let stream = far.accept();
    send(&uplink, 1, &[1; 100]);
    let begun = Moment::now();
    while stream.peek(&mut [0; 8]).is_err() {
        assert!(begun.elapsed() < LIMIT, "nothing was sent");
    }
    drop(stream);
    loop {
        assert!(begun.elapsed() < LIMIT, "nothing is told");
        let events = uplink.take_events();
        if !events.is_empty() {
            assert!(matches!(events[..], [UplinkEvent::Lost(1, _)]), "{events:?}");
            break;
        }
        std::thread::yield_now();
    }
}
