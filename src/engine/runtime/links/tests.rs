//! Links through the whole engine: set up, fed over a socket, stopped, started again.

use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Moment};

use super::{links, set_links};
use crate::archive::{Access, Archive, SeriesKey};
use crate::ingest::{IngestOptions, ingest_bytes};
use crate::link::{LinkConfig, LinkState, Source};
use crate::mission::Database;
use crate::runtime::{Engine, EngineConfig, EngineHandle, Intent, LinkView, Snapshot};
use crate::time::{Clock, Instant, SystemClock, TimeRange};

const DICTIONARY: &str = r#"<SpaceSystem name="T" xmlns="http://www.omg.org/spec/XTCE/20180204">
<TelemetryMetaData><ParameterTypeSet>
 <IntegerParameterType name="u48" signed="false"><IntegerDataEncoding sizeInBits="48"/></IntegerParameterType>
 <IntegerParameterType name="u16" signed="false"><IntegerDataEncoding sizeInBits="16"/></IntegerParameterType>
 <AbsoluteTimeParameterType name="time"><Encoding><IntegerDataEncoding sizeInBits="32"/></Encoding>
  <ReferenceTime><Epoch>1970-01-01T00:00:00Z</Epoch></ReferenceTime></AbsoluteTimeParameterType>
</ParameterTypeSet><ParameterSet><Parameter name="head" parameterTypeRef="u48"/>
 <Parameter name="time" parameterTypeRef="time"/><Parameter name="bus" parameterTypeRef="u16"/>
</ParameterSet><ContainerSet><SequenceContainer name="packet"><EntryList>
 <ParameterRefEntry parameterRef="head"/><ParameterRefEntry parameterRef="time"/>
 <ParameterRefEntry parameterRef="bus"/></EntryList></SequenceContainer></ContainerSet>
</TelemetryMetaData></SpaceSystem>"#;

/// Packets `from` to `to - 1`: one a second from 2023-11-14T22:12:53Z on, the bus counts up.
fn packets(from: u16, to: u16) -> Vec<u8> {
    let one = |i: u16| {
        let mut bytes = vec![0x00, 0x2A, 0xC0 | (i >> 8) as u8, i as u8, 0, 5];
        bytes.extend((1_700_000_000 + u32::from(i)).to_be_bytes());
        bytes.extend(i.to_be_bytes());
        bytes
    };
    (from..to).flat_map(one).collect()
}

fn prepare(folder: &Path, all: &[LinkConfig]) {
    let now = Instant::from_unix_s(1.7e9);
    let archive = Archive::create(folder, now).unwrap();
    let options = IngestOptions::default();
    ingest_bytes(&archive, "t.xml", DICTIONARY.as_bytes(), &|_| None, &options, now);
    set_links(&archive, all).unwrap();
}

fn start(folder: &Path) -> Engine {
    start_by(folder, Arc::new(SystemClock))
}

fn start_by(folder: &Path, clock: Arc<dyn Clock + Send + Sync>) -> Engine {
    Engine::start(EngineConfig {
        archive: folder.to_owned(),
        access: Access::Write,
        missions: Database::builtin(),
        notes: Vec::new(),
        clock,
        waker: Arc::new(|| {}),
        links: true,
        random: |_| true,
    })
    .unwrap()
}

/// Waits until a snapshot is as wanted; minutes only where the machine is very busy.
fn until(engine: &Engine, what: &str, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let deadline = Moment::now() + Duration::from_mins(2);
    loop {
        let snapshot = engine.snapshot();
        if wanted(&snapshot) {
            return snapshot;
        }
        assert!(Moment::now() < deadline, "not seen: {what}; {:?}", snapshot.links);
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn link<'s>(snapshot: &'s Snapshot, name: &str) -> Option<&'s LinkView> {
    snapshot.links.iter().find(|link| link.config.name == name)
}

fn bus(engine: &Engine) -> Vec<f64> {
    let always = TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(4e9));
    let never = std::sync::atomic::AtomicBool::new(false);
    let key = SeriesKey::parse("/T/bus");
    engine.archive().range(&key, always, 100_000, &never).map(|(_, v, _)| v).unwrap_or_default()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn connect(port: u16) -> TcpStream {
    let deadline = Moment::now() + Duration::from_mins(1);
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => return stream,
            Err(error) => assert!(Moment::now() < deadline, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn telemetry_over_tcp_is_stored_shown_and_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("archive");
    let port = free_port();
    prepare(&folder, &[LinkConfig::new("pass", Source::TcpListen(format!("127.0.0.1:{port}")))]);
    let engine = start(&folder);
    let mut stream = connect(port);
    // Cut inside a packet.
    let bytes = packets(0, 100);
    stream.write_all(&bytes[..505]).unwrap();
    stream.write_all(&bytes[505..]).unwrap();
    let seen =
        until(&engine, "300 values", |s| link(s, "pass").is_some_and(|l| l.counts.values == 300));
    let view = link(&seen, "pass").unwrap();
    assert_eq!((view.counts.packets, view.counts.missing, view.counts.unknown), (100, 0, 0));
    assert_eq!((view.status.state, view.status.bytes), (LinkState::Ok, 1200));
    // Counted in seconds that went by since 1970, of which 27 are leap seconds.
    assert_eq!(view.newest.map(Instant::unix_s), Some(1_700_000_072.0));
    let picture = &seen.packets["pass"];
    assert_eq!((picture.dictionary.as_str(), picture.recent.len()), ("t.xml", 100));
    assert!(seen.health.memory.is_some_and(|bytes| bytes > 1 << 20));
    assert_eq!(bus(&engine), (0..100).map(f64::from).collect::<Vec<_>>());
    drop(engine);

    // Again, with some that were there: stored once.
    let engine = start(&folder);
    let mut stream = connect(port);
    stream.write_all(&packets(90, 110)).unwrap();
    until(&engine, "the rest", |s| {
        link(s, "pass").is_some_and(|l| l.counts.values + l.counts.known_values == 60)
    });
    assert_eq!(bus(&engine), (0..110).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn links_are_set_up_switched_and_removed_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("archive");
    prepare(&folder, &[]);
    let engine = start(&folder);
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = LinkConfig::new("low gain", Source::Udp(format!("127.0.0.1:{port}")));
    engine.send(Intent::PutLink { link: Box::new(config.clone()) });
    until(&engine, "a link", |s| {
        link(s, "low gain").is_some_and(|l| l.status.state == LinkState::Ok)
    });
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(&packets(0, 1), ("127.0.0.1", port)).unwrap();
    until(&engine, "a datagram", |s| link(s, "low gain").is_some_and(|l| l.counts.values == 3));
    assert_eq!(links(&folder).unwrap(), std::slice::from_ref(&config));

    engine.send(Intent::EnableLink { name: config.name.clone(), enabled: false });
    until(&engine, "off", |s| {
        link(s, "low gain").is_some_and(|l| l.status.state == LinkState::Disabled)
    });
    assert!(!links(&folder).unwrap()[0].enabled);
    engine
        .send(Intent::PutLink { link: Box::new(LinkConfig { frame_bytes: 1, ..config.clone() }) });
    let seen = until(&engine, "a refusal", |s| {
        s.messages.iter().any(|m| m.text.contains("frames of 1 bytes are not possible"))
    });
    assert_eq!(link(&seen, "low gain").unwrap().config.frame_bytes, 1115);
    engine.send(Intent::RemoveLink { name: config.name });
    until(&engine, "none", |s| s.links.is_empty());
    assert_eq!(links(&folder).unwrap(), []);
}

#[test]
fn a_silent_link_is_an_alarm_until_it_is_heard() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("archive");
    let port = free_port();
    let source = Source::TcpListen(format!("127.0.0.1:{port}"));
    let config = LinkConfig { silent_after_s: 0.5, ..LinkConfig::new("relay", source) };
    prepare(&folder, &[config]);
    let engine = start(&folder);
    let state = |s: &Snapshot| {
        let alarm = s.alarms.present.iter().find(|view| view.title == "No data by relay");
        alarm.map(|view| (view.alarm.active, view.alarm.key.clone()))
    };
    until(&engine, "an alarm", |s| state(s).is_some_and(|(active, _)| active));
    // Killed or not, the next start knows it; it is not raised twice.
    drop(engine);
    let engine = start(&folder);
    until(&engine, "the alarm again", |s| state(s).is_some_and(|(active, _)| active));
    let mut stream = connect(port);
    let (mut sent, deadline) = (0, Moment::now() + Duration::from_mins(2));
    while engine.snapshot().links.is_empty() || state(&engine.snapshot()).is_none_or(|(a, _)| a) {
        assert!(Moment::now() < deadline, "not heard");
        stream.write_all(&packets(sent, sent + 1)).unwrap();
        sent += 1;
        std::thread::sleep(Duration::from_millis(50));
    }
    let journal = engine.snapshot().alarms.journal.records().len();
    assert!(journal >= 2, "{journal} records");
    let raised =
        engine.snapshot().alarms.present.iter().filter(|v| v.title.contains("relay")).count();
    assert_eq!(raised, 1);
}

#[test]
fn a_link_file_that_cannot_be_read_is_told_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("archive");
    prepare(&folder, &[]);
    let broken = "[[link]]\nname = \"a\"\nsource = \"ftp:x\"\n";
    std::fs::write(folder.join("links.toml"), broken).unwrap();
    let engine = start(&folder);
    let said = |s: &Snapshot, what: &str| s.messages.iter().any(|m| m.text.contains(what));
    until(&engine, "the reason", |s| said(s, "is no source of a link"));
    let config = LinkConfig::new("b", Source::Udp("127.0.0.1:0".into()));
    engine.send(Intent::PutLink { link: Box::new(config) });
    until(&engine, "a refusal", |s| said(s, "The links were not changed"));
    drop(engine);
    assert_eq!(std::fs::read_to_string(folder.join("links.toml")).unwrap(), broken);
}

/// The system clock, set by so many seconds.
#[derive(Default)]
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Instant {
        SystemClock.now().plus_s(self.0.load(Ordering::Relaxed) as f64)
    }
}

#[test]
fn a_clock_that_is_set_neither_hides_nor_invents_a_silent_link() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("archive");
    let port = free_port();
    let source = Source::TcpListen(format!("127.0.0.1:{port}"));
    let config = LinkConfig { silent_after_s: 3.0, ..LinkConfig::new("relay", source) };
    prepare(&folder, &[config]);
    let clock = Arc::new(SetClock::default());
    let engine = start_by(&folder, Arc::clone(&clock) as _);
    let mut stream = connect(port);
    let is_silent = |s: &Snapshot| link(s, "relay").is_some_and(|view| view.silent);
    // An hour forwards, two hours back, while a packet comes every 50 ms.
    for i in 0..60u16 {
        if i == 20 {
            clock.0.store(3600, Ordering::Relaxed);
        }
        if i == 40 {
            clock.0.store(-3600, Ordering::Relaxed);
        }
        stream.write_all(&packets(i, i + 1)).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        assert!(!is_silent(&engine.snapshot()), "packet {i}");
    }
    until(&engine, "all values", |_| bus(&engine).len() == 60);
    assert_eq!(engine.snapshot().alarms.journal.records().len(), 0);
    let silenced = until(&engine, "silence", |s| is_silent(s) && !s.alarms.present.is_empty());
    assert_eq!(silenced.alarms.present[0].title, "No data by relay");
    // The log and the alarms go on by a clock that went back.
    stream.write_all(&packets(60, 61)).unwrap();
    until(&engine, "the return", |s| s.alarms.present.iter().all(|view| !view.alarm.active));
    assert_eq!(bus(&engine).len(), 61);
}

#[test]
fn a_storm_on_one_link_is_counted_and_holds_up_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("archive");
    let (port, other) = (free_port(), free_port());
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = udp.local_addr().unwrap().to_string();
    drop(udp);
    prepare(
        &folder,
        &[
            LinkConfig::new("storm", Source::Udp(address.clone())),
            LinkConfig::new("calm", Source::TcpListen(format!("127.0.0.1:{port}"))),
            LinkConfig::new("dead", Source::Tcp(format!("127.0.0.1:{other}"))),
        ],
    );
    let engine = start(&folder);
    let mut calm = connect(port);
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    // Ten packets a second are usual for such a link; here come 5 000 at once, twelve times.
    let (mut sent, mut last) = (0u64, 0u16);
    for burst in 0..12u16 {
        for i in 0..5_000u16 {
            last = (burst * 5_000 + i) & 0x3fff;
            sent += u64::from(sender.send_to(&packets(last, last + 1), &address).is_ok());
        }
        calm.write_all(&packets(burst, burst + 1)).unwrap();
        let count = u64::from(burst) + 1;
        until(&engine, "the calm link", |s| {
            link(s, "calm").is_some_and(|view| view.counts.packets == count)
        });
    }
    // A last packet tells how many before it are missing; it comes again until it gets through.
    let last = (last + 1) & 0x3fff;
    let deadline = Moment::now() + Duration::from_mins(2);
    let exact = loop {
        sender.send_to(&packets(last, last + 1), &address).unwrap();
        sent += 1;
        std::thread::sleep(Duration::from_millis(600));
        let snapshot = engine.snapshot();
        let view = link(&snapshot, "storm").unwrap();
        if view.counts.packets + view.counts.missing == sent {
            break snapshot;
        }
        assert!(Moment::now() < deadline, "{sent} sent: {:?}", view.counts);
    };
    let storm = link(&exact, "storm").unwrap();
    println!("{sent} sent, {} received, {} missing", storm.counts.packets, storm.counts.missing);
    assert_eq!(storm.counts.lost(), 0);
    assert_eq!(link(&exact, "dead").unwrap().status.state, LinkState::Unavailable);
}
