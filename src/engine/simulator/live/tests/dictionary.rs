//! The dictionaries of commands against hand-worked bytes, the planner and wrong files.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ground::mission;
use crate::format::ccsds::crc16;
use crate::format::xtce;
use crate::mission::command::{Check, Consequence};
use crate::mission::packets::dictionary;
use crate::mission::{Database, Mission, MissionFile, builtin_files};
use crate::parameter::command::{Given, encode, finish_packet};
use crate::plan::{
    Activity, ActivityId, Checker, Model, ParameterKind, Plan, Value, Windows, expand,
};
use crate::time::{Instant, TimeRange};

fn encoded(of: &Mission, name: &str, given: &[(&str, &str)]) -> Result<Vec<u8>, String> {
    let dictionary = dictionary(of);
    let id = dictionary.commanding.find(name).ok_or("no such command")?;
    let given: Vec<(String, Given)> =
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let encoded = encode(&dictionary, id, &given, &|_| None);
    encoded.map(|of| of.bytes).map_err(|told| format!("{told:?}"))
}

fn finished(bytes: &[u8]) -> Vec<u8> {
    let crc = crc16(bytes).to_be_bytes();
    [bytes, &crc].concat()
}

#[test]
fn the_bytes_are_those_worked_out_by_hand() {
    let of = mission("insight");
    // Type 1, no secondary header, APID 10: 0x100A; whole, count 77: 0xC04D; 4 bytes less one.
    let no_op = finish_packet(&encoded(&of, "NO_OP", &[]).unwrap(), 77);
    assert_eq!(no_op, finished(&[0x10, 0x0A, 0xC0, 0x4D, 0, 3, 0, 0]));
    // CRC-16/CCITT-FALSE of 100A C04D 0003 0000.
    assert_eq!(no_op[8..], crc16(&[0x10, 0x0A, 0xC0, 0x4D, 0, 3, 0, 0]).to_be_bytes());
    let heater = encoded(&of, "SEIS_HEATER", &[("state", "ON")]).unwrap();
    let heater = finish_packet(&heater, 16_384 + 5);
    assert_eq!(heater, finished(&[0x10, 0x0A, 0xC0, 5, 0, 4, 1, 0x0E, 1]));
    // 0.3 is 3FD3333333333333.
    let level = finish_packet(&encoded(&of, "SEIS_LEVEL", &[]).unwrap(), 0);
    let body = [0x10, 0x0A, 0xC0, 0, 0, 11, 1, 7, 0x3F, 0xD3, 0x33, 0x33, 0x33, 0x33, 0x33, 0x33];
    assert_eq!(level, finished(&body));
    let stop = finish_packet(&encoded(&of, "SEQ_STOP", &[("id", "nf")]).unwrap(), 0);
    assert_eq!(stop, finished(&[0x10, 0x0A, 0xC0, 0, 0, 7, 0, 8, 0, 2, b'n', b'f']));
    let load = encoded(&of, "SEQ_LOAD", &[("sequence", "CAFE01")]).unwrap();
    let body = [0x10, 0x0A, 0xC0, 0, 0, 9, 0, 6, 0, 3, 0xCA, 0xFE, 1, 0];
    assert_eq!(finish_packet(&load, 0), finished(&body));
    assert_eq!(finish_packet(&[1, 2, 3], 4), [1, 2, 3]);
}

#[test]
fn a_blob_of_60000_bytes_goes_up_and_a_longer_one_does_not() {
    let of = mission("insight");
    let blob = "5A".repeat(60_000);
    let bytes = encoded(&of, "SEQ_LOAD", &[("sequence", &blob)]).unwrap();
    let packet = finish_packet(&bytes, 1);
    assert_eq!(packet.len(), 8 + 2 + 60_000 + 1 + 2);
    assert_eq!(packet[4..6], ((packet.len() - 7) as u16).to_be_bytes());
    let refused = encoded(&of, "SEQ_LOAD", &[("sequence", &format!("{blob}00"))]);
    assert!(refused.unwrap_err().contains("60001 bytes"));
}

#[test]
fn every_command_of_the_planner_exists_and_its_arguments_fit() {
    for id in ["insight", "msl"] {
        let of = mission(id);
        let model = Arc::new(Model::builtin(id));
        let start = Instant::from_unix_ns(1_564_142_400_000_000_000);
        let range = TimeRange::new(start, start.plus_s(1e7));
        let mut plan = Plan::new("p", "p", id, range);
        for (number, kind) in (1_u64..).zip(model.types.values()) {
            let at = start.plus_s(number as f64 * 1000.0);
            let mut activity = Activity::new(ActivityId(number), &kind.id, at);
            for parameter in kind.parameters.iter().filter(|p| p.default.is_none()) {
                let value = match parameter.kind {
                    ParameterKind::Text | ParameterKind::Time => Value::Text("x".to_owned()),
                    _ => Value::Number(parameter.min.unwrap_or(1.0)),
                };
                activity = activity.with(&parameter.name, value);
            }
            plan.activities.insert(activity.id, activity);
        }
        let checker = Checker::new(Arc::clone(&model), Arc::new(Windows::default()), &plan);
        let expanded = expand(&checker);
        let mut seen = BTreeSet::new();
        for command in &expanded {
            let given = command.arguments.iter().map(|(n, v)| (n.as_str(), v.as_str()));
            let given: Vec<(&str, &str)> = given.collect();
            let bytes = encoded(&of, &command.name, &given);
            assert!(bytes.is_ok(), "{id} {}: {bytes:?}", command.name);
            seen.insert(command.name.clone());
        }
        // Also those that need other than the default values.
        let all = model.types.values().flat_map(|kind| &kind.commands);
        for command in all {
            let known = of.commands.iter().find(|own| own.name == command.name);
            let known = known.unwrap_or_else(|| panic!("{id} has no {}", command.name));
            for (name, _) in &command.arguments {
                let has = known.arguments.iter().any(|argument| argument.name == *name);
                assert!(has, "{} has no {name}", known.name);
            }
        }
        assert!(seen.len() >= 15, "{seen:?}");
    }
}

#[test]
fn what_is_at_stake_and_how_it_is_verified_is_stated() {
    let of = mission("insight");
    let found = dictionary(&of);
    let commanding = &found.commanding;
    let level = |name| commanding.significance(commanding.find(name).unwrap()).unwrap().level;
    assert_eq!(level("NO_OP"), Consequence::Normal);
    assert_eq!(level("SEIS_HEATER"), Consequence::Vital);
    assert_eq!(level("SEIS_EBOX_OFF"), Consequence::Critical);
    assert_eq!(commanding.commands.len(), of.commands.len() + 1);
    for (command, own) in commanding.commands.iter().skip(1).zip(&of.commands) {
        assert!(command.name.ends_with(&format!("/{}", own.name)));
        assert_eq!(command.constraints.len(), own.constraints.len());
        assert!(own.significance == Consequence::Normal || !own.reason.is_empty());
        assert_eq!(command.verifiers.len(), 3);
        for verifier in &command.verifiers {
            let Check::Comes(id) = verifier.check else { panic!("{verifier:?}") };
            assert_eq!(found.containers[id].name, "/insight/packet/Verification");
        }
    }
    let recentre = of.commands.iter().find(|c| c.name == "SEIS_RECENTER").unwrap();
    assert_eq!(recentre.longest_s(), 600.0);
    let msl = mission("msl");
    let libs = msl.commands.iter().find(|c| c.name == "CCAM_LIBS").unwrap();
    // 30 s, 5 points of 30 shots at 0.3333 s, 10 s for each point.
    assert!((libs.length_s(&|_| None) - (30.0 + 150.0 * 0.3333 + 50.0)).abs() < 1e-9);
}

#[test]
fn the_dictionary_survives_xtce() {
    for id in ["insight", "msl"] {
        let own = dictionary(&mission(id));
        let (back, problems) = xtce::read(xtce::write(&own).as_bytes());
        assert_eq!(problems, []);
        let back = back.unwrap();
        let value = |of: &crate::mission::telemetry::Dictionary, name: &str| {
            let id = of.commanding.find(name).unwrap();
            let given = [("sequence".to_owned(), Given::from("0102"))];
            encode(of, id, &given, &|_| None).unwrap().bytes
        };
        assert_eq!(value(&back, "SEQ_LOAD"), value(&own, "SEQ_LOAD"));
    }
}

/// A mission of one instrument with these commands.
fn load(commands: &str) -> (Mission, Vec<String>) {
    let file =
        |path: &str, text: &str| MissionFile { path: path.to_owned(), text: text.to_owned() };
    let files = [
        file(
            "toy/mission.toml",
            "id = \"toy\"\nname = \"Toy\"\n[[site]]\nname = \"Toy\"\nlatitude_deg = 0\n\
             longitude_deg = 0\n",
        ),
        file(
            "toy/cam.toml",
            "id = \"cam\"\nname = \"Cam\"\ntitle = \"Camera\"\ncolour = \"#102030\"\n\
             state = \"/toy/cam/state\"\n[[parameter]]\nname = \"/toy/cam/state\"\n\
             title = \"Mode\"\nstates = [[0, \"OFF\"], [1, \"ON\"]]\n",
        ),
        file("toy/commands.toml", &format!("mission = \"toy\"\n{commands}")),
    ];
    let (database, problems) = Database::load(&files);
    let told = problems.iter().map(|p| format!("{}: {}: {}", p.place, p.field, p.reason));
    (database.missions[0].clone(), told.collect())
}

#[test]
fn wrong_entries_are_told_with_file_and_line() {
    let head =
        |rest: &str| format!("[[command]]\nname = \"A\"\ncode = 1\ndescription = \"d\"\n{rest}");
    let (good, told) = load(&head("instrument = \"cam\"\nmodes = [[\"\", \"ON\"]]\n"));
    assert_eq!((good.commands.len(), told.len()), (1, 0), "{told:?}");
    let argument = |rest: &str| head(&format!("arguments = [{{ name = \"x\", {rest} }}]\n"));
    for (text, wanted) in [
        (
            head("instrument = \"lens\"\n"),
            "toy/commands.toml, line 3: instrument: A: there is no lens; write one of cam",
        ),
        (head("duration_s = -1\n"), "seconds are 0 to"),
        (head("instrument = \"cam\"\nduring = \"HOT\"\n"), "HOT is no state"),
        (head("modes = [[\"\", \"ON\"]]\n"), "ON is no state of its instrument"),
        (head("says = \"{y}\"\n"), "names y"),
        (head("constraints = [{ parameter = \"/toy/cam/x\", above = 1 }]\n"), "is no parameter"),
        (
            head("constraints = [{ parameter = \"/toy/cam/state\", is = [\"HOT\"] }]\n"),
            "no state HOT",
        ),
        (head("constraints = [{ parameter = \"/toy/cam/state\" }]\n"), "write is, is_not"),
        (argument("kind = \"choice\", description = \"d\""), "1 to 256 different names"),
        (argument("kind = \"integer\", min = 0.5, description = \"d\""), "numbers of its kind"),
        (argument("kind = \"number\", min = 2, max = 1, description = \"d\""), "min is above max"),
        (argument("kind = \"number\", max = 1, default = 2, description = \"d\""), "its default 2"),
        (argument("kind = \"blob\", max = 60001, description = \"d\""), "1 to 60000 bytes"),
        (
            argument("kind = \"text\", max = 2, default = \"abc\", description = \"d\""),
            "its default abc",
        ),
        (argument("kind = \"bool\", default = 1, description = \"d\""), "true or false"),
        (head("colour = 1\n"), "unknown field `colour`"),
        (format!("{}{}", head(""), head("")), "another command has this name"),
        (format!("{}{}", head(""), head("").replace("\"A\"", "\"B\"")), "A has the code 1 already"),
    ] {
        let (_, told) = load(&text);
        assert!(told.len() == 1 && told[0].contains(wanted), "{wanted}: {told:?}");
    }
    let (_, told) = load("").clone();
    assert_eq!(told.len(), 0);
    let wrong = builtin_files().into_iter().map(|mut file| {
        if file.path == "msl/commands.toml" {
            file.text = file.text.replace("mission = \"msl\"", "mission = \"mer\"");
        }
        file
    });
    let (_, problems) = Database::load(&wrong.collect::<Vec<_>>());
    assert!(problems.iter().any(|problem| problem.reason.contains("in the folder of msl")));
}
