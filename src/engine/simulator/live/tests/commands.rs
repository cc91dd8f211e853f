//! Commands are verified in the telemetry and have their effect.

use proptest::prelude::*;

use super::ground::{Ground, mission, options, receive, spacecraft, start};
use crate::format::mseed;
use crate::mission::Mission;
use crate::mission::commands::reports::Report;
use crate::mission::packets::dictionary;
use crate::parameter::command::{Given, encode, finish_packet};
use crate::simulator::live::{Command, Options, Order, Passes, Spacecraft, decode};
use crate::storage::hex;

/// The packet of a command by the dictionary of a mission.
pub(super) fn packet(of: &Mission, name: &str, given: &[(&str, &str)], count: u16) -> Vec<u8> {
    let dictionary = dictionary(of);
    let id = dictionary.commanding.find(name).expect(name);
    let given: Vec<(String, Given)> =
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let encoded = encode(&dictionary, id, &given, &|_| None);
    finish_packet(&encoded.unwrap_or_else(|told| panic!("{name}: {told:?}")).bytes, count)
}

/// Sends packets after ten seconds, and listens for some more.
pub(super) fn send(
    packets: &[Vec<u8>],
    options: Options,
    seconds: f64,
) -> (Vec<Result<Order, String>>, Ground) {
    let mut craft = spacecraft(options);
    let mut bytes = craft.advance(start().plus_s(10.0));
    let results = packets.iter().map(|packet| craft.execute(packet)).collect();
    bytes.extend(craft.advance(start().plus_s(seconds)));
    (results, receive(&mission("insight"), &bytes))
}

fn tell(command: &Command, options: Options, seconds: f64) -> (Result<Order, String>, Ground) {
    let (mut results, ground) = send(&[command.packet(77).unwrap()], options, seconds);
    (results.remove(0), ground)
}

pub(super) fn stages(ground: &Ground) -> Vec<String> {
    ground.texts("/insight/packet/command_stage")
}

pub(super) fn reasons(ground: &Ground) -> Vec<String> {
    ground.texts("/insight/packet/command_reason")
}

/// What events say that programs read.
pub(super) fn reports(ground: &Ground) -> Vec<Report> {
    let texts = ground.texts("/insight/packet/event_text");
    texts.iter().filter_map(|text| Report::parse(text)).collect()
}

#[test]
fn the_services_are_those_of_the_dictionary() {
    for (id, second) in [("insight", "apss"), ("msl", "sam")] {
        let of = mission(id);
        let all = [
            (Command::NoOp, "NO_OP", vec![]),
            (
                Command::SetMode { instrument: 1, mode: 12 },
                "SET_MODE",
                vec![("instrument", second), ("mode", "12")],
            ),
            (Command::StartFault("safe@5s".to_owned()), "START_FAULT", vec![("fault", "safe@5s")]),
            (Command::ClearFaults, "CLEAR_FAULTS", vec![]),
            (Command::DumpNow { seconds: 600 }, "DUMP_NOW", vec![("seconds", "600")]),
        ];
        for (command, name, given) in all {
            assert_eq!(command.packet(5).unwrap(), packet(&of, name, &given, 5), "{id} {name}");
        }
    }
    assert!(Command::StartFault("x".repeat(201)).packet(1).is_err());
}

#[test]
fn commands_survive_their_packets_and_damage_is_noticed() {
    let of = mission("insight");
    for (name, given) in [
        ("NO_OP", vec![]),
        ("SEIS_RECENTER", vec![("axis", "V")]),
        ("SEIS_EVENT_EXTRACT", vec![("request", "S0235b"), ("rate_hz", "100")]),
        ("SEQ_LOAD", vec![("sequence", "DEADBEEF"), ("activate", "true")]),
    ] {
        let packet = packet(&of, name, &given, 5);
        let (at, read) = decode(&of.commands, &packet).unwrap();
        assert_eq!((read.count, read.name.as_str()), (5, name));
        assert_eq!(of.commands[at].name, name);
        for bit in 0..packet.len() * 8 {
            let mut damaged = packet.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&of.commands, &damaged).is_err(), "{name} bit {bit}");
        }
        for length in 0..packet.len() {
            assert!(decode(&of.commands, &packet[..length]).is_err());
        }
    }
    let loaded = packet(&of, "SEQ_LOAD", &[("sequence", "DEADBEEF"), ("activate", "true")], 5);
    let (_, order) = decode(&of.commands, &loaded).unwrap();
    assert_eq!(order.blob("sequence"), Some(&[0xDE, 0xAD, 0xBE, 0xEF][..]));
    assert!(order.is("activate") && order.text("sequence").is_none());
}

proptest! {
    #[test]
    fn sealed_nonsense_never_panics(
        code in 0_u16..16,
        high in 0_u16..4,
        data in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let of = mission("insight");
        let [a, b] = (high << 8 | code).to_be_bytes();
        let bytes = [&[0x10, 10, 0xC0, 0, 0, 0, a, b][..], &data, &[0, 0]].concat();
        let packet = finish_packet(&bytes, 3);
        // Whatever is taken is encoded to the same bytes again.
        if let Ok((at, order)) = decode(&of.commands, &packet) {
            let value = |name: &str| match order.blob(name) {
                Some(bytes) => hex(bytes),
                None => order.text(name).unwrap_or_default().to_owned(),
            };
            let names = of.commands[at].arguments.iter().map(|a| a.name.as_str());
            let given: Vec<(&str, String)> = names.map(|name| (name, value(name))).collect();
            let given: Vec<(&str, &str)> = given.iter().map(|(n, v)| (*n, v.as_str())).collect();
            prop_assert_eq!(super::commands::packet(&of, &order.name, &given, 3), packet);
        }
        let _refused = decode(&of.commands, &data);
    }
}

#[test]
fn a_command_is_accepted_started_and_completed() {
    let (result, ground) = tell(&Command::NoOp, options(1), 60.0);
    assert_eq!(result.unwrap().name, "NO_OP");
    assert_eq!(stages(&ground), ["ACCEPTED", "STARTED", "COMPLETED"]);
    let counts = &ground.series()["/insight/packet/command_count"];
    assert!(counts.iter().all(|(_, x)| *x == 77.0));
}

#[test]
fn a_mode_is_set_and_a_wrong_one_fails_with_its_reason() {
    // APSS is the second instrument, EVENT its mode 3.
    let set = Command::SetMode { instrument: 1, mode: 3 };
    let (_, ground) = tell(&set, options(1), 60.0);
    assert!(ground.series()["/insight/apss/state"].iter().any(|(_, x)| *x == 3.0));
    let (_, ground) = tell(&Command::SetMode { instrument: 1, mode: 77 }, options(1), 60.0);
    assert_eq!(stages(&ground), ["ACCEPTED", "STARTED", "FAILED"]);
    assert!(reasons(&ground).iter().any(|reason| reason == "APSS has no mode 77"));
}

#[test]
fn a_damaged_command_is_refused() {
    let mut packet = Command::NoOp.packet(3).unwrap();
    packet[6] = 9;
    let (results, ground) = send(&[packet, Vec::new()], options(1), 60.0);
    assert!(results[0].as_ref().unwrap_err().contains("error control"));
    assert!(results[1].is_err());
    assert_eq!(stages(&ground), ["FAILED", "FAILED"]);
}

#[test]
fn a_dump_can_be_commanded_where_no_orbiter_listens() {
    let silent = Passes::Every { minutes: 10_000.0, length: 0.05 };
    let set = Options { passes: silent, ..options(1) };
    let (_, without) = tell(&Command::NoOp, set.clone(), 120.0);
    let (_, with) = tell(&Command::DumpNow { seconds: 60 }, set.clone(), 120.0);
    assert!(with.packets.len() > without.packets.len() + 50);
    let deaf = Options { hears_in_passes_only: true, ..set };
    let (result, _) = tell(&Command::NoOp, deaf.clone(), 120.0);
    assert!(result.unwrap_err().contains("outside of passes"));
    let mut craft = spacecraft(deaf);
    craft.advance(start().plus_s(1.0));
    assert!(craft.execute(&Command::NoOp.packet(1).unwrap()).is_ok());
}

#[test]
fn long_commands_tell_their_progress_and_those_of_an_instrument_wait() {
    let of = mission("insight");
    let both = [
        packet(&of, "SEIS_RECENTER", &[], 1),
        packet(&of, "SEIS_RECENTER", &[("axis", "V")], 2),
        packet(&of, "SEIS_HEATER", &[("state", "OFF")], 3),
    ];
    let (_, ground) = send(&both, options(1), 1300.0);
    let counts = ground.series()["/insight/packet/command_count"].clone();
    let of_count = |count: f64| -> Vec<String> {
        let told = stages(&ground).into_iter().zip(&counts);
        told.filter(|(_, (_, x))| *x == count).map(|(stage, _)| stage).collect()
    };
    let long = ["STARTED", "PROGRESS", "PROGRESS", "PROGRESS", "COMPLETED"];
    assert_eq!(of_count(1.0), [&["ACCEPTED"], &long[..]].concat());
    assert_eq!(of_count(2.0), [&["ACCEPTED", "QUEUED"], &long[..]].concat());
    assert_eq!(of_count(3.0), ["ACCEPTED", "STARTED", "COMPLETED"]);
    assert!(reasons(&ground).contains(&"50 %".to_owned()));
    // 600 s after the start of each.
    let mass = &ground.series()["/insight/seis/mass_position_u"];
    let before = mass.iter().filter(|(t, _)| *t < start().plus_s(600.0)).map(|(_, x)| x.abs());
    let after = mass.iter().filter(|(t, _)| *t > start().plus_s(620.0)).map(|(_, x)| x.abs());
    assert!(before.fold(f64::MAX, f64::min) > 5.0);
    assert!(after.fold(0.0, f64::max) < 2.0);
}

#[test]
fn modes_are_looked_at_on_board_and_safe_mode_ends_commands() {
    let of = mission("insight");
    let (_, ground) = send(&[packet(&of, "SEIS_LEVEL", &[], 1)], options(1), 60.0);
    assert!(reasons(&ground).contains(&"SEIS is in mode SCIENCE".to_owned()));
    let packets = [
        packet(&of, "SEIS_RECENTER", &[], 1),
        packet(&of, "START_FAULT", &[("fault", "safe@5s")], 2),
    ];
    let (_, ground) = send(&packets, options(1), 60.0);
    assert!(reasons(&ground).contains(&"safe mode".to_owned()));
}

#[test]
fn the_laser_counts_its_shots_and_comes_back_to_standby() {
    let of = mission("msl");
    // 2021-05-01T03:00:00Z, whatever sol that is.
    let begin = crate::time::Instant::from_unix_ns(1_619_838_000_000_000_000);
    let set = Options { passes: options(1).passes, ..Options::new(1, begin) };
    let mut craft = Spacecraft::new(&of, set).unwrap();
    let mut bytes = craft.advance(begin.plus_s(5.0));
    let mut command = |name: &str, given: &[(&str, &str)], count, until: f64| {
        craft.execute(&packet(&of, name, given, count)).unwrap();
        craft.advance(begin.plus_s(until))
    };
    bytes.extend(command("CCAM_POWER", &[("state", "ON")], 1, 60.0));
    let libs = [("target", "rock"), ("raster", "3x3"), ("shots", "30")];
    bytes.extend(command("CCAM_LIBS", &libs, 2, 700.0));
    let series = receive(&of, &bytes).series();
    // 9 points of 30 shots.
    assert_eq!(series["/msl/chemcam/shots"].last().unwrap().1, 270.0);
    let modes: Vec<f64> = series["/msl/chemcam/state"].iter().map(|(_, x)| *x).collect();
    assert!(modes.contains(&3.0), "LIBS: {modes:?}");
    assert_eq!(modes.last(), Some(&1.0), "STANDBY");
}

#[test]
fn a_window_of_full_rate_is_extracted_and_sent() {
    let of = mission("insight");
    let given = |id, start| {
        [("request", id), ("start", start), ("window_s", "5"), ("rate_hz", "100")].to_vec()
    };
    // The on-board clock is 0.35 s fast: 12:00:01 has passed on board.
    let packets = [
        packet(&of, "SEIS_EVENT_EXTRACT", &given("S0235b", "2019-07-26T12:00:01"), 1),
        packet(&of, "SEIS_EVENT_EXTRACT", &given("late", "2019-07-26T15:00:00"), 2),
        packet(&of, "SEIS_EVENT_EXTRACT", &given("gone", "2019-07-23T15:00:00"), 3),
        packet(&of, "APSS_EVENT_EXTRACT", &[("request", "dust"), ("window_s", "5")], 4),
    ];
    let (_, ground) = send(&packets, options(1), 240.0);
    let (traces, problems) = mseed::read(&ground.records().concat());
    assert_eq!(problems, []);
    let of_channel = |start: &str| -> Vec<_> {
        traces.iter().filter(|t| t.source.channel.starts_with(start)).collect()
    };
    let fast = of_channel("HH");
    assert_eq!(fast.len(), 3);
    assert!(fast.iter().all(|t| t.rate_hz == 100.0 && t.samples.len() == 500));
    let pressure = of_channel("BDO");
    assert_eq!((pressure.len(), pressure[0].samples.len()), (1, 100));
    let reports = reports(&ground);
    let has = |wanted: &str| reports.iter().any(|report| report.to_string().contains(wanted));
    for wanted in [
        "Request S0235b extracted ",
        "Request S0235b sent",
        "Request dust sent",
        "Request late failed: the window is not over",
        "Request gone failed: overwritten",
    ] {
        assert!(has(wanted), "{wanted}: {reports:?}");
    }
    assert!(reasons(&ground).iter().any(|reason| reason.contains("50 hours")));
}

#[test]
fn records_that_are_overwritten_before_a_pass_are_told() {
    let of = mission("insight");
    let passes = Passes::Every { minutes: 8.0, length: 1.0 };
    let small = Options { passes, memory_bytes: 60_000, ..options(1) };
    let mut craft = spacecraft(small);
    let mut bytes = craft.advance(start().plus_s(90.0));
    let given = [("request", "lost"), ("window_s", "60"), ("rate_hz", "100")];
    craft.execute(&packet(&of, "SEIS_EVENT_EXTRACT", &given, 1)).unwrap();
    bytes.extend(craft.advance(start().plus_s(570.0)));
    let reports = reports(&receive(&of, &bytes));
    let told = reports.iter().map(ToString::to_string).find(|text| text.contains("failed"));
    assert!(told.as_ref().is_some_and(|text| text.contains("overwritten")), "{reports:?}");
}

#[test]
fn faults_begin_and_end_by_command() {
    let mut craft = spacecraft(options(1));
    craft.advance(start().plus_s(10.0));
    craft.execute(&Command::StartFault("safe".to_owned()).packet(1).unwrap()).unwrap();
    craft.advance(start().plus_s(20.0));
    craft.execute(&Command::ClearFaults.packet(2).unwrap()).unwrap();
    let notes: Vec<String> = craft.take_notes().into_iter().map(|note| note.text).collect();
    assert!(notes.iter().any(|text| text == "fault: safe mode"), "{notes:?}");
    assert!(notes.iter().any(|text| text == "fault ends: safe mode"), "{notes:?}");
}
