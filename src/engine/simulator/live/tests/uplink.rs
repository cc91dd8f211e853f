//! Commands from the ground to the spacecraft: an uplink, a station over TCP, a receiver on board.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::format::ccsds::telecommand::{
    Clcw, CltuScanner, Control, Service, TcFrame, segments, write_cltu,
};
use crate::link::{Answer, Source, Uplink, UplinkConfig, UplinkEvent};
use crate::simulator::live::{Command, CommandReceiver, Station};
use crate::time::{Instant, SystemClock, light_time_s};

const PATIENCE: Duration = Duration::from_secs(40);
const NOW: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);

/// What becomes of each CLTU on its way to the station, and of each report on its way back.
type Fate = Box<dyn FnMut(Vec<u8>) -> Vec<Vec<u8>> + Send>;

/// What a test tells a server, and learns from it.
#[derive(Default)]
struct Watch {
    delivered: Mutex<Vec<Vec<u8>>>,
    /// The connection is cut once a data frame was delivered, before it is answered.
    cut: AtomicBool,
    stop: AtomicBool,
}

struct Server {
    address: Source,
    shared: Arc<Watch>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(receiver: CommandReceiver, up: Fate, down: Fate) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp:{}", listener.local_addr().unwrap()).parse().unwrap();
        listener.set_nonblocking(true).unwrap();
        let shared = Arc::new(Watch::default());
        let seen = Arc::clone(&shared);
        let thread = std::thread::spawn(move || serve(&listener, receiver, &seen, up, down));
        Self { address, shared, thread: Some(thread) }
    }

    fn delivered(&self) -> Vec<Vec<u8>> {
        self.shared.delivered.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.thread.take().unwrap().join().unwrap();
    }
}

fn serve(
    listener: &TcpListener,
    receiver: CommandReceiver,
    shared: &Watch,
    mut up: Fate,
    mut down: Fate,
) {
    let mut station = Station::new(receiver, false);
    'connections: while !shared.stop.load(Ordering::Acquire) {
        let Ok((mut stream, _)) = listener.accept() else {
            std::thread::sleep(Duration::from_millis(2));
            continue;
        };
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        station.connect();
        let (mut scanner, mut buffer) = (CltuScanner::default(), [0; 4096]);
        while !shared.stop.load(Ordering::Acquire) {
            let bytes = match stream.read(&mut buffer) {
                Ok(0) => continue 'connections,
                Ok(n) => &buffer[..n],
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(_) => continue 'connections,
            };
            let mut found = Vec::new();
            scanner.push(bytes, &mut found);
            let mut answers = Vec::new();
            for cltu in found {
                let mut whole = Vec::new();
                write_cltu(&cltu.data, &mut whole);
                for bytes in up(whole) {
                    answers.extend(station.take(NOW, &bytes));
                }
                let arrived = station.advance(NOW);
                let cuts = !arrived.packets.is_empty() && shared.cut.swap(false, Ordering::AcqRel);
                shared.delivered.lock().unwrap().extend(arrived.packets);
                if cuts {
                    continue 'connections;
                }
                let reports = arrived.answers.into_iter();
                answers.extend(reports.filter(|a| !down(a.to_bytes().to_vec()).is_empty()));
            }
            let bytes: Vec<u8> = answers.into_iter().flat_map(Answer::to_bytes).collect();
            if stream.write_all(&bytes).is_err() {
                continue 'connections;
            }
        }
    }
}

fn well() -> Fate {
    Box::new(|bytes| vec![bytes])
}

fn uplink(server: &Server, t1_s: f64, limit: u32) -> Uplink {
    let config = UplinkConfig::new("insight", server.address.clone(), 189);
    Uplink::start(UplinkConfig { t1_s, limit, ..config }, Arc::new(SystemClock)).unwrap()
}

/// The next event that is not about the status.
fn next(uplink: &Uplink) -> UplinkEvent {
    loop {
        let event = uplink.events().recv_timeout(PATIENCE).expect("nothing is told");
        if !matches!(event, UplinkEvent::Status(_)) {
            return event;
        }
    }
}

/// Gives a command as soon as it is taken.
fn send(uplink: &Uplink, id: u64, packet: &[u8]) {
    let mut left = PATIENCE;
    let step = Duration::from_millis(2);
    while let Err(refused) = uplink.send(id, packet.to_vec()) {
        left = left.checked_sub(step).unwrap_or_else(|| {
            panic!("never taken: {refused}: {:?}", uplink.status());
        });
        std::thread::sleep(step);
    }
}

/// Packets of one frame and of several.
fn packet(id: u64) -> Vec<u8> {
    let text = "x".repeat(usize::try_from(id * 97 % 700).unwrap());
    Command::StartFault(text).packet(id as u16).unwrap()
}

/// Sends commands and waits for all of them; in the end each was acknowledged, in order.
fn all_arrive(uplink: &Uplink, server: &Server, count: u64) {
    for id in 0..count {
        send(uplink, id, &packet(id));
    }
    let (mut sent, mut acknowledged) = (Vec::new(), Vec::new());
    while acknowledged.len() < count as usize {
        match next(uplink) {
            UplinkEvent::Sent { id } => sent.push(id),
            UplinkEvent::Acknowledged { id } => acknowledged.push(id),
            other => panic!("{other:?}"),
        }
    }
    let ids: Vec<u64> = (0..count).collect();
    assert_eq!((&sent, &acknowledged), (&ids, &ids));
    assert_eq!(server.delivered(), ids.iter().map(|id| packet(*id)).collect::<Vec<_>>());
}

#[test]
fn commands_arrive_once_and_in_order() {
    let server = Server::start(CommandReceiver::new(189), well(), well());
    let uplink = uplink(&server, 30.0, 3);
    all_arrive(&uplink, &server, 60);
    let status = uplink.status();
    assert_eq!((status.repeated, status.under_way, status.connects), (0, 0, 1));
    assert_eq!(u64::from(status.radiated), status.frames);
    assert_eq!(status.report.unwrap().report, status.next);
}

#[test]
fn commands_arrive_once_and_in_order_over_a_bad_radio() {
    let mut state: u32 = 1;
    let mut random = move |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    let mut other = random;
    let up = move |mut bytes: Vec<u8>| {
        let bit = 16 + random(40) as usize;
        let mut flip = |bit: usize| bytes[bit / 8] ^= 0x80 >> (bit % 8);
        match random(8) {
            0 => return Vec::new(),
            1 => return vec![bytes.clone(), bytes],
            // Corrected; rejected; and the start sequence destroyed.
            2 => flip(bit),
            3 => (flip(bit), flip(bit + 1)).1,
            4 => (flip(0), flip(3)).1,
            _ => {}
        }
        vec![bytes]
    };
    let down = move |bytes| if other(5) == 0 { Vec::new() } else { vec![bytes] };
    let server = Server::start(CommandReceiver::new(189), Box::new(up), Box::new(down));
    let uplink = uplink(&server, 0.05, 1000);
    all_arrive(&uplink, &server, 60);
    assert!(uplink.status().repeated > 0);
}

#[test]
fn a_cut_connection_loses_a_command_and_sends_nothing_again() {
    let server = Server::start(CommandReceiver::new(189), well(), well());
    let uplink = uplink(&server, 30.0, 3);
    send(&uplink, 1, &Command::NoOp.packet(1).unwrap());
    assert_eq!(next(&uplink), UplinkEvent::Sent { id: 1 });
    assert_eq!(next(&uplink), UplinkEvent::Acknowledged { id: 1 });
    server.shared.cut.store(true, Ordering::Release);
    send(&uplink, 2, &Command::NoOp.packet(2).unwrap());
    let lost = next(&uplink);
    assert!(matches!(&lost, UplinkEvent::Lost { id: 2, .. }), "{lost:?}");
    send(&uplink, 3, &Command::NoOp.packet(3).unwrap());
    assert_eq!(next(&uplink), UplinkEvent::Sent { id: 3 });
    assert_eq!(next(&uplink), UplinkEvent::Acknowledged { id: 3 });
    let expected: Vec<_> = (1..4).map(|n| Command::NoOp.packet(n).unwrap()).collect();
    assert_eq!(server.delivered(), expected);
    assert_eq!((uplink.status().connects, uplink.status().repeated), (2, 0));
}

#[test]
fn a_lockout_is_ended_first() {
    let mut receiver = CommandReceiver::new(189);
    let frame = |number| TcFrame {
        service: Service::Sequenced,
        spacecraft: 189,
        channel: 0,
        number,
        data: vec![0xC0, 0],
    };
    let mut bytes = Vec::new();
    write_cltu(&frame(128).to_bytes().unwrap(), &mut bytes);
    assert!(receiver.take(&bytes)[0].clcw.lockout);
    let server = Server::start(receiver, well(), well());
    let uplink = uplink(&server, 30.0, 3);
    all_arrive(&uplink, &server, 2);
    assert!(!uplink.status().report.unwrap().lockout);
}

#[test]
fn the_limit_loses_what_may_have_left() {
    // Nothing that carries data comes through.
    let only_control = |bytes: Vec<u8>| {
        if bytes[2] & 0x10 == 0 { Vec::new() } else { vec![bytes] }
    };
    let server = Server::start(CommandReceiver::new(189), Box::new(only_control), well());
    let uplink = uplink(&server, 0.05, 2);
    send(&uplink, 5, &packet(5));
    assert!(matches!(next(&uplink), UplinkEvent::Lost { id: 5, .. }));
    assert!(server.delivered().is_empty());
}

#[test]
fn everything_takes_the_light_time_each_way() {
    let mut station = Station::new(CommandReceiver::new(189), true);
    let control = TcFrame {
        service: Service::Control,
        spacecraft: 189,
        channel: 0,
        number: 0,
        data: Control::SetVr(9).to_bytes(),
    };
    let noop = Command::NoOp.packet(1).unwrap();
    let data = segments(&noop, 0, 249).remove(0);
    let frame = TcFrame { service: Service::Sequenced, number: 9, data, ..control.clone() };
    let mut bytes = Vec::new();
    write_cltu(&control.to_bytes().unwrap(), &mut bytes);
    write_cltu(&frame.to_bytes().unwrap(), &mut bytes);
    station.connect();
    assert_eq!(station.take(NOW, &bytes[..40]), Some(Answer::Radiated(1)));
    assert_eq!(station.take(NOW, &bytes[40..]), Some(Answer::Radiated(2)));
    let way_s = light_time_s(NOW);
    assert_eq!(station.advance(NOW.plus_s(way_s - 1.0)).packets, Vec::<Vec<u8>>::new());
    let there = station.advance(NOW.plus_s(way_s + 1.0));
    assert_eq!((there.packets, there.answers), (vec![noop.clone()], Vec::new()));
    let back = station.advance(NOW.plus_s(2.0 * way_s + 1.0));
    let report =
        |farm_b, report| Answer::Report(Clcw { farm_b, report, ..Clcw::default() }.to_bytes());
    assert_eq!(back.answers, [report(1, 9), report(1, 10)]);
    // A new connection gets no answers to what an old one sent, and counts anew; half a CLTU of
    // the old one does not swallow what comes.
    let later = NOW.plus_s(3000.0);
    station.take(later, &bytes[..15]);
    station.connect();
    assert_eq!(station.take(later, &bytes), Some(Answer::Radiated(2)));
    let all = station.advance(later.plus_s(3.0 * way_s));
    assert_eq!((all.packets, all.answers.len()), (vec![noop], 2));
    // The frames of others are not obeyed.
    let mut other = CommandReceiver::new(76);
    let found = other.take(&bytes);
    assert!(found.iter().all(|r| r.packets.is_empty() && r.clcw == Clcw::default()));
    assert_eq!(other.take_notes().len(), 2);
}
