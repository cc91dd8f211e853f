//! Commands are verified in the telemetry and have their effect.

use super::ground::{Ground, mission, options, receive, spacecraft, start};
use crate::format::mseed;
use crate::simulator::live::{Command, Options, Passes};

/// Sends a command after ten seconds, and listens for some more.
fn tell(command: &Command, options: Options, seconds: f64) -> (Result<Command, String>, Ground) {
    let mut craft = spacecraft(options);
    let mut bytes = craft.advance(start().plus_s(10.0));
    let result = craft.execute(&command.packet(77).unwrap());
    bytes.extend(craft.advance(start().plus_s(seconds)));
    (result, receive(&mission("insight"), &bytes))
}

#[test]
fn commands_survive_their_packets_and_damage_is_noticed() {
    let all = [
        Command::NoOp,
        Command::SetMode { instrument: 1, mode: 3 },
        Command::StartFault("safe@5s".to_owned()),
        Command::ClearFaults,
        Command::DumpNow { seconds: 600 },
        Command::ExtractEvent { from: 1_942_000_000, seconds: 60 },
    ];
    for command in all {
        let packet = command.packet(5).unwrap();
        let (header, read) = Command::parse(&packet).unwrap();
        assert_eq!((header.count, &read), (5, &command));
        for bit in 0..packet.len() * 8 {
            let mut damaged = packet.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Command::parse(&damaged).is_err(), "{command:?} bit {bit}");
        }
        for length in 0..packet.len() {
            assert!(Command::parse(&packet[..length]).is_err());
        }
    }
}

#[test]
fn a_command_is_accepted_started_and_completed() {
    let (result, ground) = tell(&Command::NoOp, options(1), 60.0);
    assert_eq!(result, Ok(Command::NoOp));
    let stages = ground.texts("/insight/packet/command_stage");
    assert_eq!(stages, ["ACCEPTED", "STARTED", "COMPLETED"]);
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
    let stages = ground.texts("/insight/packet/command_stage");
    assert_eq!(stages, ["ACCEPTED", "STARTED", "FAILED"]);
    let reasons = ground.texts("/insight/packet/command_reason");
    assert!(reasons.iter().any(|reason| reason == "APSS has no mode 77"), "{reasons:?}");
}

#[test]
fn a_damaged_command_is_refused() {
    let mut craft = spacecraft(options(1));
    let mut bytes = craft.advance(start().plus_s(10.0));
    let mut packet = Command::NoOp.packet(3).unwrap();
    packet[6] = 9;
    assert!(craft.execute(&packet).unwrap_err().contains("error control"));
    assert!(craft.execute(&[]).is_err());
    bytes.extend(craft.advance(start().plus_s(60.0)));
    let ground = receive(&mission("insight"), &bytes);
    assert_eq!(ground.texts("/insight/packet/command_stage"), ["FAILED", "FAILED"]);
}

#[test]
fn a_dump_can_be_commanded_where_no_orbiter_listens() {
    let silent = Passes::Every { minutes: 10_000.0, length: 0.05 };
    let set = Options { passes: silent, ..options(1) };
    let (_, without) = tell(&Command::NoOp, set.clone(), 120.0);
    let (_, with) = tell(&Command::DumpNow { seconds: 60 }, set, 120.0);
    assert!(with.packets.len() > without.packets.len() + 50);
}

#[test]
fn a_stretch_of_full_rate_is_extracted() {
    let set = options(1);
    // Seconds since 1958 TAI of the start: 12 years, 37 leap seconds.
    let from = (start().unix_s() as i64 + 4383 * 86_400 + 37) as u32 + 1;
    let command = Command::ExtractEvent { from, seconds: 5 };
    let (_, ground) = tell(&command, set.clone(), 120.0);
    let (traces, problems) = mseed::read(&ground.records().concat());
    assert_eq!(problems, []);
    let fast: Vec<_> = traces.iter().filter(|t| t.source.channel.starts_with("HH")).collect();
    assert_eq!(fast.len(), 3);
    assert!(fast.iter().all(|t| t.rate_hz == 100.0 && t.samples.len() == 500));
    let late = Command::ExtractEvent { from: from + 10_000, seconds: 5 };
    let (_, ground) = tell(&late, set, 60.0);
    let reasons = ground.texts("/insight/packet/command_reason");
    assert!(reasons.iter().any(|reason| reason.contains("50 hours")), "{reasons:?}");
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
