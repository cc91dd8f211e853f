//! An uplink without a spacecraft: how it is set up, what it refuses, how it ends. With one it is
//! tested in `simulator/live/tests/uplink.rs`.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use super::commands::Commands;
use super::*;
use crate::link::LinkState;
use crate::link::port::Tempo;
use crate::time::{Instant, SimulatedClock};

const PATIENCE: Duration = Duration::from_secs(40);

fn start(config: UplinkConfig) -> Uplink {
    let hour = Duration::from_hours(1);
    let tick = Duration::from_millis(5);
    let tempo =
        Tempo { tick, first_pause: hour, connect: hour, farewell: hour, ..Tempo::default() };
    let clock = Arc::new(SimulatedClock::new(Instant::from_unix_ns(0)));
    Uplink::start_with(config, clock, tempo).unwrap()
}

fn config(address: &str) -> UplinkConfig {
    UplinkConfig::new("insight", address.parse().unwrap(), 189)
}

/// Waits until the status says something.
fn until(uplink: &Uplink, words: &str) -> UplinkStatus {
    loop {
        match uplink.events().recv_timeout(PATIENCE).expect(words) {
            UplinkEvent::Status(status) if status.detail.contains(words) => return status,
            _ => {}
        }
    }
}

#[test]
fn it_is_set_up_by_text() {
    let text = "mission = \"insight\"\naddress = \"tcp:127.0.0.1:10020\"\nscid = 189\n";
    let read: UplinkConfig = toml::from_str(text).unwrap();
    assert_eq!(read, config("tcp:127.0.0.1:10020"));
    assert_eq!(read.problem(), None);
    assert_eq!(toml::from_str::<UplinkConfig>(&toml::to_string(&read).unwrap()).unwrap(), read);
    assert!(toml::from_str::<UplinkConfig>(&format!("{text}colour = 1\n")).is_err());
    let good = read;
    for (wrong, word) in [
        (UplinkConfig { address: "udp:a:1".parse().unwrap(), ..good.clone() }, "tcp:HOST:PORT"),
        (UplinkConfig { scid: 1024, ..good.clone() }, "scid"),
        (UplinkConfig { vcid: 64, ..good.clone() }, "vcid"),
        (UplinkConfig { frame_bytes: 8, ..good.clone() }, "9 to 1024"),
        (UplinkConfig { frame_bytes: 1025, ..good.clone() }, "9 to 1024"),
        (UplinkConfig { t1_s: f64::NAN, ..good.clone() }, "t1_s"),
        (UplinkConfig { limit: 0, ..good }, "limit"),
    ] {
        assert!(wrong.problem().unwrap().contains(word));
        let uplink = start(wrong);
        assert_eq!(uplink.status().state, LinkState::Failed);
        assert_eq!(uplink.send(1, vec![0; 7]), Err(Refused::NotReady));
    }
}

#[test]
fn without_a_spacecraft_nothing_is_taken_and_a_stop_is_prompt() {
    let off = start(UplinkConfig { enabled: false, ..config("tcp:127.0.0.1:1") });
    assert_eq!(off.status().state, LinkState::Disabled);
    // Every wait but the tick is an hour.
    let nobody = start(config("tcp:127.0.0.1:1"));
    until(&nobody, "trying again");
    assert_eq!(nobody.send(1, vec![0; 7]), Err(Refused::NotReady));
    assert_eq!(nobody.send(1, vec![0; 6]), Err(Refused::NoPacket));
    drop(nobody);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let uplink = start(config(&format!("tcp:{}", silent.local_addr().unwrap())));
    until(&uplink, "connected");
    assert_eq!(uplink.status().state, LinkState::Unavailable);
    assert_eq!(uplink.send(1, vec![0; 7]), Err(Refused::NotReady));
    let events = uplink.events().clone();
    drop(uplink);
    let last = events.try_iter().last();
    assert!(matches!(last, Some(UplinkEvent::Status(s)) if s.state == LinkState::Disabled));
}

#[test]
fn each_command_ends_once() {
    let (mut commands, mut events) = (Commands::default(), Vec::new());
    let firsts = [commands.add(7, 1), commands.add(8, 3), commands.add(9, 1), commands.add(5, 2)];
    assert_eq!(firsts, [0, 1, 4, 5]);
    for (tag, cltu) in (0..5).zip(2..) {
        commands.leaves(tag, cltu);
    }
    commands.leaves(1, 9);
    commands.radiated(4, &mut events);
    assert_eq!(events, [UplinkEvent::Sent { id: 7 }]);
    commands.radiated(5, &mut events);
    commands.acknowledged(0, &mut events);
    commands.acknowledged(1, &mut events);
    commands.acknowledged(3, &mut events);
    let done = |id| UplinkEvent::Acknowledged { id };
    assert_eq!(events[1..], [UplinkEvent::Sent { id: 8 }, done(7), done(8)]);
    events.clear();
    commands.give_up("cut", &mut events);
    let reason = || "cut".to_owned();
    let lost = UplinkEvent::Lost { id: 9, reason: reason() };
    assert_eq!(events, [lost, UplinkEvent::Returned { id: 5, reason: reason() }]);
    events.clear();
    commands.give_up("cut", &mut events);
    assert_eq!(events, []);
}
