//! Dictionaries of missions through XTCE, and packets through the decoder.

use proptest::prelude::*;

use crate::format::xtce;
use crate::mission::packets::{Coding, PacketType, Payload, coding, dictionary, packet_types};
use crate::mission::telemetry::Dictionary;
use crate::mission::{Database, Mission, Parameter};
use crate::parameter::{Plan, Raw, Values};
use crate::simulator::live::{Encoder, Field};
use crate::time::Instant;

fn missions() -> Vec<Mission> {
    Database::builtin().missions
}

fn encoders(mission: &Mission) -> (Plan, Vec<(PacketType, Encoder)>) {
    let dictionary = dictionary(mission);
    let (plan, problems) = Plan::compile(&dictionary, 0);
    assert_eq!(problems, [], "the dictionary compiles");
    let made = packet_types(mission).into_iter().enumerate().map(|(i, kind)| {
        assert_eq!(dictionary.containers[i + 1].name, kind.name);
        let encoder = Encoder::new(&dictionary, i + 1, kind.apid).unwrap();
        (kind, encoder)
    });
    (plan, made.collect())
}

#[test]
fn the_dictionary_reads_back_equal_and_without_a_problem() {
    for mission in missions() {
        let dictionary = dictionary(&mission);
        let (read, problems) = xtce::read(xtce::write(&dictionary).as_bytes());
        assert_eq!(problems, []);
        let read = read.unwrap();
        assert_eq!(read.systems, dictionary.systems);
        assert_eq!(read.types, dictionary.types);
        assert_eq!(read.containers, dictionary.containers);
        assert_eq!(read.commanding.containers, dictionary.commanding.containers);
        let names = |of: &Dictionary| -> Vec<String> {
            of.commanding.commands.iter().map(|command| command.name.clone()).collect()
        };
        assert_eq!(names(&read), names(&dictionary));
        for (back, own) in read.commanding.commands.iter().zip(&dictionary.commanding.commands) {
            assert_eq!(back, own);
        }
        for (back, own) in read.commanding.types.iter().zip(&dictionary.commanding.types) {
            assert_eq!(back, own);
        }
        assert_eq!(read, dictionary);
    }
}

/// A value that the parameter may have, from a number of 0 to 1.
fn value(parameter: &Parameter, share: f64) -> (f64, f64) {
    match coding(parameter) {
        Coding::State => {
            let at = (share * parameter.states.len() as f64) as usize;
            (parameter.states[at.min(parameter.states.len() - 1)].0, 0.0)
        }
        Coding::Scaled { bits, offset, scale } => {
            (offset + share * scale * (2f64.powi(bits as i32) - 1.0), scale * 0.5001)
        }
        Coding::Float => {
            let x = (share - 0.5) * 2e6;
            (x, x.abs() * 1e-7)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_encoded_decodes(
        shares in prop::collection::vec(0.0_f64..1.0, 64),
        count in 0_u64..40_000,
        ns in 1_500_000_000_000_000_000_i64..1_900_000_000_000_000_000,
    ) {
        let time = Instant::from_unix_ns(ns);
        for mission in missions() {
            let (plan, encoders) = encoders(&mission);
            let (mut state, mut values) = (plan.state(), Values::new());
            for (kind, encoder) in &encoders {
                let Payload::Parameters { instrument, parameters } = &kind.payload else {
                    continue;
                };
                let of = &mission.instruments[*instrument];
                let sent: Vec<(f64, f64)> = parameters
                    .iter()
                    .zip(&shares)
                    .map(|(at, share)| value(&of.parameters[*at], *share))
                    .collect();
                let fields: Vec<Field<'_>> = sent.iter().map(|(x, _)| Field::Number(*x)).collect();
                let packet = encoder.encode(count, time, &fields).unwrap();
                plan.decode(&packet, &mut state, &mut values);
                prop_assert_eq!(&values.problems, &[]);
                prop_assert_eq!(values.end_bit, 8 * packet.len() as u64);
                for (at, (x, slack)) in parameters.iter().zip(&sent) {
                    let name = &of.parameters[*at].name;
                    let got = values.named(name, &plan).unwrap();
                    prop_assert!((got.engineering - x).abs() <= *slack, "{name}: {x} {got:?}");
                }
                let at = (0..values.len()).find_map(|i| values.instant(i, &plan)).unwrap();
                prop_assert!(at.s_since(time).abs() <= 1.0 / 65_536.0);
                let counted = values.named(&format!("/{}/packet/count", mission.id), &plan);
                prop_assert_eq!(counted.unwrap().engineering, (count % 16_384) as f64);
            }
        }
    }
}

#[test]
fn the_services_decode() {
    let mission = missions().remove(0);
    let (plan, encoders) = encoders(&mission);
    let (mut state, mut values) = (plan.state(), Values::new());
    let time = Instant::from_unix_ns(1_700_000_000_250_000_000);
    let record = [0xA5; 512];
    let ticks = 7_u64 << 16 | 0x8000;
    let fields: [Vec<Field<'_>>; 4] = [
        vec![Field::Raw(ticks), Field::Raw(1_700_000_000_250_000)],
        vec![Field::Raw(1), Field::Raw(4711), Field::Text("FSW"), Field::Text("Größe")],
        vec![Field::Raw(9), Field::Raw(16_383), Field::Raw(3), Field::Raw(2), Field::Text("")],
        vec![Field::Bytes(&record)],
    ];
    let mut decode = |index: usize| {
        let (kind, encoder) = &encoders[index];
        assert_eq!(encoder.len(), fields[index].len());
        let packet = encoder.encode(5, time, &fields[index]).unwrap();
        plan.decode(&packet, &mut state, &mut values);
        assert_eq!(values.problems, []);
        assert_eq!(values.end_bit, 8 * packet.len() as u64, "{}", kind.name);
        let found = ["sclk", "event_text", "command_stage", "record"][index];
        let value = values.named(&format!("/insight/packet/{found}"), &plan).unwrap();
        match (index, value.raw) {
            (0, _) => {
                assert_eq!(value.engineering, 7.5);
                let times = (0..values.len()).filter_map(|i| values.instant(i, &plan));
                assert_eq!(times.collect::<Vec<_>>(), [time, time]);
            }
            (1 | 2, _) => assert_eq!(value.text, Some(["Größe", "COMPLETED"][index - 1])),
            (_, Raw::Bytes(bytes)) => assert_eq!(bytes, record),
            (_, raw) => panic!("{raw:?}"),
        }
    };
    (0..4).for_each(&mut decode);
    let (_, encoder) = &encoders[1];
    assert!(encoder.encode(0, time, &[]).is_err());
    assert!(encoder.encode(0, time, &fields[3]).is_err());
}
