//! The dictionary follows from the database, and its packets tell themselves apart.

use std::collections::HashSet;

use super::*;
use crate::mission::telemetry::{Calibrator, Encoding, Kind};
use crate::mission::{Database, Limit, Severity};

fn missions() -> Vec<Mission> {
    Database::builtin().missions
}

#[test]
fn every_packed_parameter_stands_in_one_packet_and_apids_are_unique() {
    for mission in missions() {
        let types = packet_types(&mission);
        let apids: HashSet<u16> = types.iter().map(|t| t.apid).collect();
        assert_eq!(apids.len(), types.len());
        let mut seen = HashSet::new();
        for kind in &types {
            let Payload::Parameters { instrument, parameters } = &kind.payload else { continue };
            let of = &mission.instruments[*instrument];
            for p in parameters.iter().map(|at| &of.parameters[*at]) {
                assert!(seen.insert(p.name.clone()), "{} stands in two packets", p.name);
                assert_eq!(p.rate_hz, kind.rate_hz);
            }
        }
        // Channels travel as records, and the ground works out what the clock is off.
        let packed = mission.instruments.iter().flat_map(|i| &i.parameters);
        let packed = packed.filter(|p| p.expression.is_empty());
        let clock = format!("/{}/clock/", mission.id);
        let names = packed.map(|p| p.name.clone());
        let names = names.filter(|name| name.starts_with('/') && !name.starts_with(&clock));
        assert_eq!(seen, names.collect());
    }
}

#[test]
fn names_are_those_of_the_series_and_the_apids_those_of_the_table() {
    let mission = missions().remove(0);
    let found = dictionary(&mission);
    assert!(found.parameters.iter().any(|p| p.name == "/insight/apss/pressure"));
    let pressure = found.containers.iter().find(|c| c.name == "/insight/apss/Packet0").unwrap();
    assert_eq!((pressure.rate_hz, pressure.description.as_str()), (Some(2.0), "APID 96"));
    assert_eq!(found, dictionary(&mission));
}

#[test]
fn codings_are_as_short_as_range_and_digits_allow() {
    let mission = missions().remove(0);
    let of = |name: &str| {
        let all = mission.instruments.iter().flat_map(|i| &i.parameters);
        coding(all.clone().find(|p| p.name == name).unwrap())
    };
    assert_eq!(of("/insight/apss/state"), Coding::State);
    // 560 to 800 Pa, widened by 240 Pa, in steps of 0.005 Pa.
    let Coding::Scaled { bits: 24, offset, scale } = of("/insight/apss/pressure") else {
        panic!("pressure is not scaled");
    };
    assert_eq!((offset, scale), (320.0, 0.005));
    let direction = of("/insight/apss/wind_direction");
    assert_eq!(direction, Coding::Scaled { bits: 16, offset: 0.0, scale: 0.5 });
    assert_eq!(of("/insight/apss/mag_x"), Coding::Float);
    let volts = of("/insight/apss/pae_voltage");
    assert!(matches!(volts, Coding::Scaled { bits: 16, .. }), "{volts:?}");
}

#[test]
fn limits_become_alarms() {
    let found = dictionary(&missions()[0]);
    let of = |name: &str| found.types.iter().find(|t| t.name == name).unwrap();
    let pressure = of("/insight/apss/pressure");
    assert_eq!(pressure.unit, "Pa");
    assert!(matches!(&pressure.calibrator, Some(Calibrator::Polynomial(c)) if c.len() == 2));
    assert!(matches!(pressure.encoding, Some(Encoding::Integer { bits: 24, .. })));
    let ranges = &pressure.alarm.as_ref().unwrap().outside;
    assert_eq!(ranges.len(), 1);
    assert_eq!((ranges[0].0, ranges[0].1.low), (Severity::Watch, Some(560.0)));
    let state = of("/insight/apss/state");
    assert!(matches!(&state.kind, Kind::Enumerated { labels } if labels.len() == 5));
    let labels = &state.alarm.as_ref().unwrap().labels;
    assert_eq!(labels, &[(Severity::Critical, "FAULT".to_owned())]);
}

#[test]
fn one_sided_limits_of_a_severity_become_one_range() {
    let mut mission = missions().remove(0);
    let parameter = &mut mission.instruments[1].parameters[1];
    let limit = |low, high| Limit { severity: Severity::Watch, low, high, ..Limit::default() };
    parameter.limits = vec![limit(Some(600.0), None), limit(None, Some(700.0))];
    let name = parameter.name.clone();
    let found = dictionary(&mission);
    let of = found.types.iter().find(|t| t.name == name).unwrap();
    let ranges = &of.alarm.as_ref().unwrap().outside;
    assert_eq!(ranges.len(), 1);
    assert_eq!((ranges[0].1.low, ranges[0].1.high), (Some(600.0), Some(700.0)));
}
