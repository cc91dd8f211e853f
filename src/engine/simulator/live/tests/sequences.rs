//! Sequences and tables: loaded whole or refused, run by the clock, told in events.

use super::commands::{packet, reasons, reports, send, stages};
use super::ground::{mission, options, receive, spacecraft, start};
use crate::mission::Mission;
use crate::mission::commands::reports::{Report, table_file};
use crate::mission::packets::dictionary;
use crate::sequence::table::{Catalogue, TableChange, TableFile, compare};
use crate::sequence::{BinarySequence, compile, text};
use crate::storage::hex;

fn compiled(of: &Mission, source: &str) -> BinarySequence {
    let parsed = text::parse(source);
    assert!(parsed.faults.is_empty(), "{:?}", parsed.faults);
    compile(&parsed.sequence, &dictionary(of), &of.id, 189, start(), &|_| None).unwrap()
}

/// A step that was missed, one at a time, one after the end of another, one that fails.
const SOURCE: &str = "@ID \"night1\"
A2019-207T11:00:00 NO_OP
A2019-207T12:00:30 SEIS_VBB_CONFIG \"ENG\" \"LOW\" \"LOW\"
C SEIS_GET_TILT
R00:00:10 SEIS_HEATER \"ON\"
E00:02:40 SEIS_RUNOUT
C SEIS_EBOX_OFF
C SEIS_GET_TILT
";

fn load(of: &Mission, file: &[u8], activate: &str, count: u16) -> Vec<u8> {
    packet(of, "SEQ_LOAD", &[("sequence", &hex(file)), ("activate", activate)], count)
}

#[test]
fn a_sequence_runs_step_by_step() {
    let of = mission("insight");
    let sequence = compiled(&of, SOURCE);
    assert_eq!(sequence.steps.len(), 7);
    let file = sequence.to_bytes();
    let packets =
        [load(&of, &file, "false", 1), packet(&of, "SEQ_ACTIVATE", &[("id", "night1")], 2)];
    let (_, ground) = send(&packets, options(1), 500.0);
    let stages = stages(&ground);
    assert_eq!(stages.iter().filter(|stage| *stage == "COMPLETED").count(), 2, "{stages:?}");
    let told: Vec<String> = reports(&ground).iter().map(ToString::to_string).collect();
    let step = |rest: &str| format!("Sequence night1 step {rest}");
    let expected = [
        "Sequence night1 loaded, 7 steps".to_owned(),
        "Sequence night1 activated".to_owned(),
        step("1 of 7 NO_OP failed: its time 2019-07-26T11:00:00.0Z was missed"),
        step("2 of 7 SEIS_VBB_CONFIG started"),
        step("2 of 7 SEIS_VBB_CONFIG completed"),
        step("3 of 7 SEIS_GET_TILT started"),
        step("4 of 7 SEIS_HEATER started"),
        step("4 of 7 SEIS_HEATER completed"),
        step("5 of 7 SEIS_RUNOUT started"),
        step("3 of 7 SEIS_GET_TILT completed"),
        step("5 of 7 SEIS_RUNOUT completed"),
        step("6 of 7 SEIS_EBOX_OFF started"),
        step("6 of 7 SEIS_EBOX_OFF completed"),
        step("7 of 7 SEIS_GET_TILT started"),
        step("7 of 7 SEIS_GET_TILT failed: SEIS is in mode OFF"),
        "Sequence night1 ended".to_owned(),
    ];
    let mut sorted = (told.clone(), expected.to_vec());
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1);
    // Those of a pass come in their order.
    assert_eq!(told[..2], expected[..2]);
    let modes: Vec<f64> = ground.series()["/insight/seis/state"].iter().map(|(_, x)| *x).collect();
    assert!(modes.contains(&2.0) && modes.contains(&0.0), "{modes:?}");
}

#[test]
fn what_is_not_sound_or_for_another_is_refused_whole() {
    let of = mission("insight");
    let good = compiled(&of, SOURCE);
    let mut tampered = good.to_bytes();
    tampered[40] ^= 1;
    let mut other = good.clone();
    other.dictionary.sha256[0] ^= 1;
    let elsewhere = BinarySequence { spacecraft: 76, ..good.clone() };
    let odd = BinarySequence { id: "two words".to_owned(), ..good.clone() };
    let packets = [
        load(&of, &tampered, "true", 1),
        load(&of, &other.to_bytes(), "true", 2),
        load(&of, &elsewhere.to_bytes(), "true", 3),
        load(&of, &odd.to_bytes(), "true", 4),
        packet(&of, "SEQ_ACTIVATE", &[("id", "night1")], 5),
        packet(&of, "SEQ_STOP", &[("id", "night1")], 6),
    ];
    let (_, ground) = send(&packets, options(1), 60.0);
    let stages = stages(&ground);
    assert_eq!(stages.iter().filter(|stage| *stage == "FAILED").count(), 6, "{stages:?}");
    let reasons = reasons(&ground);
    let parts = ["damaged", "made by the dictionary", "for spacecraft 76", "without blanks"];
    for part in
        parts.into_iter().chain(["no sequence night1 is on board", "no sequence night1 runs"])
    {
        assert!(reasons.iter().any(|reason| reason.contains(part)), "{part}: {reasons:?}");
    }
    assert_eq!(reports(&ground), []);
}

#[test]
fn safe_mode_stops_sequences_and_they_can_start_again() {
    let of = mission("insight");
    let file = compiled(&of, "@ID \"long\"\nC NO_OP\nR01:00:00 NO_OP\n").to_bytes();
    let mut craft = spacecraft(options(1));
    let mut bytes = craft.advance(start().plus_s(10.0));
    let mut send = |name: &str, given: &[(&str, &str)], count, until: f64| {
        craft.execute(&packet(&of, name, given, count)).unwrap();
        craft.advance(start().plus_s(until))
    };
    let given = [("sequence", hex(&file)), ("activate", "true".to_owned())];
    let given: Vec<(&str, &str)> = given.iter().map(|(n, v)| (*n, v.as_str())).collect();
    bytes.extend(send("SEQ_LOAD", &given, 1, 20.0));
    // It runs: it cannot be replaced.
    bytes.extend(send("SEQ_LOAD", &given, 2, 30.0));
    bytes.extend(send("START_FAULT", &[("fault", "safe")], 3, 40.0));
    bytes.extend(send("SEQ_ACTIVATE", &[("id", "long")], 4, 50.0));
    bytes.extend(send("CLEAR_FAULTS", &[], 5, 60.0));
    bytes.extend(send("SEQ_ACTIVATE", &[("id", "long")], 6, 70.0));
    bytes.extend(send("SEQ_STOP", &[("id", "long")], 7, 110.0));
    let ground = receive(&of, &bytes);
    let told: Vec<String> = reports(&ground)
        .iter()
        .filter(|report| !matches!(report, Report::Step { .. }))
        .map(ToString::to_string)
        .collect();
    let expected = [
        "Sequence long loaded, 2 steps",
        "Sequence long activated",
        "Sequence long stopped: safe mode",
        "Sequence long activated",
        "Sequence long stopped: commanded",
    ];
    assert_eq!(told, expected);
    let reasons = reasons(&ground);
    assert!(reasons.contains(&"long runs; stop it first".to_owned()), "{reasons:?}");
}

#[test]
fn a_table_goes_up_and_comes_back() {
    let of = mission("insight");
    let seis = Catalogue::seis().unwrap();
    let standard = seis.tables[0].clone();
    let mut table = standard.clone();
    table.id = "FEWER".to_owned();
    table.rows.pop();
    assert_ne!(compare(&standard, &table), Vec::<TableChange>::new());
    let file = TableFile { spacecraft: 189, created: start(), table: table.clone() };
    let file = file.to_bytes(&seis).unwrap();
    let dump = |count| packet(&of, "TABLE_DUMP", &[("instrument", "seis")], count);
    let (_, ground) = send(&[dump(1)], options(1), 60.0);
    let back = |ground: &super::ground::Ground| {
        let reports = reports(ground);
        let bytes = table_file(reports.iter(), "seis").expect("a whole dump");
        TableFile::from_bytes(&bytes, 189, &seis).unwrap().0.table
    };
    assert_eq!(back(&ground), standard);
    let mut wrong = file.clone();
    wrong[30] ^= 1;
    let load = |file: &[u8], count| packet(&of, "TABLE_LOAD", &[("table", &hex(file))], count);
    let packets = [load(&file, 1), load(&wrong, 2), dump(3), dump(4)];
    let (_, ground) = send(&packets, options(1), 60.0);
    assert_eq!(compare(&back(&ground), &table), []);
    assert!(reasons(&ground).iter().any(|reason| reason.contains("damaged")));
    let loaded = format!("Table {} of seis loaded, {} rows", table.id, table.rows.len());
    assert!(reports(&ground).iter().any(|report| report.to_string() == loaded));
}
