//! Tests against the published catalogue, ObsPy 1.5.1, round trips and damaged files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::time::Instant;

/// A file of the shared test data; none, said aloud, where the folder is missing.
fn data(path: &str) -> Option<Vec<u8>> {
    let base = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let bytes = std::fs::read(base.join(path)).ok();
    if bytes.is_none() {
        println!("skipped: {path} not present");
    }
    bytes
}

fn time(text: &str) -> Instant {
    crate::format::xmltree::parse_time(text).unwrap()
}

const CATALOGUE: &str = "A_insight_seis/catalogs/catalog_20191002.xml";

#[test]
fn mars_catalogue_counts_by_type_and_quality() {
    let Some(bytes) = data(CATALOGUE) else { return };
    assert!(sniff(&bytes));
    let (events, problems) = read(&bytes);
    assert_eq!(problems, vec![]);
    assert_eq!(events.len(), 141);
    assert_eq!(events.iter().map(|e| e.picks.len()).sum::<usize>(), 919);
    let mut counts = BTreeMap::new();
    for event in &events {
        let quality = event.origin().unwrap().quality.clone();
        *counts.entry((event.mars_kind.clone(), quality)).or_insert(0) += 1;
    }
    let counts: Vec<_> = counts.iter().map(|((k, q), n)| (k.as_str(), q.as_str(), *n)).collect();
    // FACTS 6.3.
    let expected = [
        ("2.4_HZ", "C", 54),
        ("2.4_HZ", "D", 44),
        ("BROADBAND", "A", 2),
        ("BROADBAND", "B", 3),
        ("BROADBAND", "C", 3),
        ("BROADBAND", "D", 3),
        ("HIGH_FREQUENCY", "A", 1),
        ("HIGH_FREQUENCY", "B", 1),
        ("HIGH_FREQUENCY", "C", 12),
        ("HIGH_FREQUENCY", "D", 1),
        ("LOW_FREQUENCY", "B", 2),
        ("LOW_FREQUENCY", "C", 7),
        ("LOW_FREQUENCY", "D", 8),
    ];
    assert_eq!(counts, expected);
}

/// Distance and back azimuth in degrees, depth in metres, latitude: as Python's `xml.etree`
/// gives them.
type Located = (&'static str, Option<f64>, Option<f64>, Option<f64>, Option<f64>);
const SINGLE_STATION: [Located; 17] = [
    ("S0290b", Some(29.1), Some(68.0), Some(45700.0), Some(14.49016733)),
    ("S0235c", Some(29.2), None, Some(45500.0), None),
    ("S0235b", Some(25.9), Some(74.0), Some(45100.0), Some(10.99032013)),
    ("S0231b", None, None, Some(48400.0), None),
    ("S0218a", None, None, Some(48500.0), None),
    ("S0217a", None, Some(122.0), None, None),
    ("S0202c", Some(31.5), None, Some(46600.0), None),
    ("S0189a", Some(32.2), None, Some(46100.0), None),
    ("S0185b", Some(50.5), None, Some(48900.0), None),
    ("S0185a", Some(58.5), None, Some(48600.0), None),
    ("S0183a", None, Some(73.0), None, None),
    ("S0173a", Some(29.0), Some(91.0), Some(45000.0), Some(3.452622439)),
    ("S0154a", Some(49.2), None, Some(49000.0), None),
    ("S0133a", Some(32.82556004), None, Some(45680.41357), None),
    ("S0132a", None, None, Some(50000.0), Some(13.17555637)),
    ("S0128a", Some(13.2), None, Some(41500.0), None),
    ("S0105a", Some(31.2), None, Some(45900.0), None),
];

#[test]
fn mars_catalogue_distances_and_locations() {
    let Some(bytes) = data(CATALOGUE) else { return };
    let (events, _) = read(&bytes);
    for event in &events {
        let origin = event.origin().unwrap();
        let known = SINGLE_STATION.iter().find(|known| known.0 == event.name);
        let (_, distance, azimuth, depth, latitude) =
            known.copied().unwrap_or(("", None, None, None, None));
        let seen = |real: Option<Real>| real.map(|r| r.value);
        assert_eq!(seen(origin.distance_deg), distance, "{}", event.name);
        assert_eq!(seen(origin.back_azimuth_deg), azimuth, "{}", event.name);
        assert_eq!(seen(origin.depth_m), depth, "{}", event.name);
        assert_eq!(seen(origin.latitude_deg), latitude, "{}", event.name);
        assert_eq!(origin.epicentre_deg().is_some(), latitude.is_some(), "{}", event.name);
    }
    let quake = events.iter().find(|e| e.name == "S0235b").unwrap();
    assert_eq!(quake.origin().unwrap().time.unwrap().time, time("2019-07-26T12:16:15.587009Z"));
    let seconds = |phase: &str| quake.pick(phase).unwrap().timing.time;
    assert!(seconds("P").s_since(time("2019-07-26T12:19:19.27Z")).abs() < 0.01);
    assert!(seconds("S").s_since(time("2019-07-26T12:21:56.13Z")).abs() < 0.01);
}

#[test]
fn mars_catalogue_agrees_with_its_table() {
    let (Some(bytes), Some(table)) = (data(CATALOGUE), data("tables/mqs_2019-10_catalogue.csv"))
    else {
        return;
    };
    let (events, _) = read(&bytes);
    let table = String::from_utf8(table).unwrap();
    let mut rows = 0;
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let event = events.iter().find(|e| e.name == cells[0]).unwrap();
        let origin = event.origin().unwrap();
        assert_eq!(event.mars_kind, cells[1], "{}", cells[0]);
        assert_eq!(origin.quality, cells[2], "{}", cells[0]);
        assert_eq!(origin.time.unwrap().time, time(cells[3]), "{}", cells[0]);
        for (phases, cell) in
            [(&["start"][..], 8), (&["P", "Pg"], 9), (&["S", "Sg"], 10), (&["end"], 11)]
        {
            let picked = |p: &Pick| phases.contains(&p.phase.as_str());
            if !cells[cell].is_empty() {
                let wanted = time(cells[cell]);
                let found = event.picks.iter().any(|p| picked(p) && p.timing.time == wanted);
                assert!(found, "{} {phases:?}", cells[0]);
            }
        }
        rows += 1;
    }
    assert_eq!(rows, 141);
}

#[test]
fn the_largest_quake() {
    let Some(bytes) = data("tables/S1222a.xml") else { return };
    let (events, problems) = read(&bytes);
    assert_eq!((events.len(), problems), (1, vec![]));
    let event = &events[0];
    assert_eq!((event.name.as_str(), event.region.as_str()), ("S1222a", "Aeolis Northeast"));
    assert_eq!((event.mars_kind.as_str(), event.kind.as_str()), ("BROADBAND", "other event"));
    assert_eq!(event.mars_kind_certainty, "suspected");
    let origin = event.origin().unwrap();
    assert_eq!(origin.quality, "A");
    assert_eq!(origin.epicentre_deg(), Some((-2.971127527, 171.9043946)));
    assert_eq!(origin.distance_deg.map(|d| d.value), Some(37.01401401));
    assert_eq!(origin.back_azimuth_deg.map(|d| d.value), Some(101.0));
    // Its densities: 36 to 38 degrees away, 96 to 112 degrees clockwise from north.
    let distance = origin.distance_deg.unwrap();
    let (lower, upper) = (distance.lower.unwrap(), distance.upper.unwrap());
    assert!((0.5..2.0).contains(&lower) && (0.5..2.0).contains(&upper), "{lower} {upper}");
    let azimuth = origin.back_azimuth_deg.unwrap();
    let (lower, upper) = (azimuth.lower.unwrap(), azimuth.upper.unwrap());
    assert!((1.0..8.0).contains(&lower) && (6.0..18.0).contains(&upper), "{lower} {upper}");
    assert_eq!(origin.time.unwrap().time, time("2022-05-04T23:23:07.856945Z"));
    assert_eq!(event.picks.len(), 52);
    let p = event.pick("P").unwrap();
    assert_eq!(p.timing.time, time("2022-05-04T23:27:45.836925Z"));
    assert_eq!((p.timing.uncertainty_s(), p.channel.as_str()), (Some(0.5), "XB.ELYSE.02.BHZ"));
    assert_eq!(event.picks.iter().filter(|p| p.frequency_hz.is_some()).count(), 35);
    let span = event.span().unwrap();
    assert!((span.duration_s() - 37_978.9).abs() < 1.0, "{}", span.duration_s());
}

/// File, events, origins, magnitudes, picks of the first event, and the kind of that event:
/// ObsPy 1.5.1.
const OBSPY_FILES: [(&str, usize, usize, usize, usize, &str); 10] = [
    ("invalid_id.xml", 1, 1, 1, 1, ""),
    ("iris_events.xml", 2, 1, 1, 0, "earthquake"),
    ("qml-example-1.2-RC3.xml", 1, 1, 1, 0, "earthquake"),
    ("quakeml_1.2_arrival.xml", 1, 1, 0, 0, ""),
    ("quakeml_1.2_event.xml", 1, 0, 0, 0, "earthquake"),
    ("quakeml_1.2_origin.xml", 1, 1, 0, 0, ""),
    ("quakeml_1.2_pick.xml", 1, 0, 0, 2, ""),
    ("quakeml_1.2_stationmagnitude.xml", 1, 0, 0, 0, ""),
    ("quakeml_1.2_stationmagnitudecontributions.xml", 1, 0, 1, 0, ""),
    ("usgs_event.xml", 2, 1, 1, 0, "quarry_blast"),
];

#[test]
fn obspy_files() {
    for (file, count, origins, magnitudes, picks, kind) in OBSPY_FILES {
        let Some(bytes) = data(&format!("B_miniseed_tests/obspy_quakeml/{file}")) else { return };
        assert!(sniff(&bytes), "{file}");
        let (events, problems) = read(&bytes);
        assert_eq!(problems, vec![], "{file}");
        assert_eq!(events.len(), count, "{file}");
        let first = &events[0];
        assert_eq!(first.origins.len(), origins, "{file}");
        assert_eq!(first.magnitudes.len(), magnitudes, "{file}");
        assert_eq!(first.picks.len(), picks, "{file}");
        assert_eq!(first.kind, kind, "{file}");
        assert!(!first.is_of_mars(), "{file}");
        let (again, problems) = read(write(&events).as_bytes());
        assert_eq!((again, problems), (events, vec![]), "{file}");
    }
}

#[test]
fn ordinary_values_as_obspy_reads_them() {
    let base = "B_miniseed_tests/obspy_quakeml";
    let Some(bytes) = data(&format!("{base}/usgs_event.xml")) else { return };
    let (events, _) = read(&bytes);
    let origin = events[0].origin().unwrap();
    assert_eq!(origin.epicentre_deg(), Some((35.0476667, -117.6623333)));
    let depth = Real { value: 10.0, lower: Some(31610.0), upper: Some(31610.0) };
    assert_eq!(origin.depth_m, Some(depth));
    let magnitude = events[0].magnitude().unwrap();
    assert_eq!((magnitude.value.value, magnitude.kind.as_str()), (1.54, "ml"));
    assert_eq!(magnitude.value.lower, Some(0.1));
    let Some(bytes) = data(&format!("{base}/quakeml_1.2_event.xml")) else { return };
    let event = &read(&bytes).0[0];
    assert_eq!(event.name, "1906 San Francisco Earthquake");
    assert_eq!(event.region, "NEAR EAST COAST OF HONSHU, JAPAN");
    assert_eq!(event.comments, ["Relocated after re-evaluation", "Another comment"]);
    let Some(bytes) = data(&format!("{base}/quakeml_1.2_pick.xml")) else { return };
    let picks = &read(&bytes).0[0].picks;
    assert_eq!((picks[0].channel.as_str(), picks[1].channel.as_str()), ("BW.FUR..", "NZ.BKZ..HHZ"));
    assert_eq!((picks[1].timing.lower_s, picks[1].timing.upper_s), (Some(0.0), Some(0.1)));
}

#[test]
fn real_catalogues_round_trip() {
    for file in [CATALOGUE, "tables/S1222a.xml"] {
        let Some(bytes) = data(file) else { return };
        let (events, _) = read(&bytes);
        let (again, problems) = read(write(&events).as_bytes());
        assert_eq!(problems, vec![]);
        assert!(again == events, "{file}");
    }
}

/// Two events, one located and one not, with everything that the writer knows.
fn sample() -> Vec<Event> {
    let pick = |phase: &str, s: f64| Pick {
        public_id: format!("smi:test/pick/{phase}"),
        timing: Timing {
            time: time("2019-07-26T12:19:19.123456789Z").plus_s(s),
            lower_s: Some(0.5),
            upper_s: Some(2.0),
        },
        phase: phase.to_owned(),
        channel: "XB.ELYSE.02.BHZ".to_owned(),
        filter: "smi:local/BW(6,2.2,2.8)".to_owned(),
        frequency_hz: (phase == "G1").then_some(Real::exact(0.1)),
    };
    let located = Event {
        public_id: "smi:test/1".into(),
        name: "S0235b & <co>".into(),
        region: "Elysium \"Southeast\"".into(),
        kind: "other event".into(),
        kind_certainty: "suspected".into(),
        mars_kind: "BROADBAND".into(),
        mars_kind_certainty: "known".into(),
        preferred_origin: Some("smi:test/o1".into()),
        preferred_magnitude: Some("smi:test/m1".into()),
        origins: vec![Origin {
            public_id: "smi:test/o1".into(),
            time: Some(Timing { time: time("2019-07-26T12:16:15.587009Z"), ..Timing::default() }),
            latitude_deg: Some(Real { value: 10.99, lower: Some(1.0), upper: Some(2.0) }),
            longitude_deg: Some(Real::exact(160.95)),
            depth_m: Some(Real::exact(45100.0)),
            quality: "A".into(),
            distance_deg: Some(Real { value: 25.9, lower: Some(1.5), upper: None }),
            back_azimuth_deg: Some(Real::exact(74.0)),
            mode: "manual".into(),
            status: "reviewed".into(),
            arrivals: vec![Arrival {
                pick: "smi:test/pick/P".into(),
                phase: "P".into(),
                distance_deg: Some(25.9),
                azimuth_deg: Some(74.0),
            }],
        }],
        magnitudes: vec![Magnitude {
            public_id: "smi:test/m1".into(),
            value: Real { value: 3.5, lower: Some(0.2), upper: Some(0.2) },
            kind: "MW".into(),
            origin: "smi:test/o1".into(),
        }],
        picks: vec![pick("P", 0.0), pick("S", 157.0), pick("G1", 200.0)],
        comments: vec!["made by a test".into()],
    };
    let mut other = located.clone();
    other.name = "S0218a".into();
    other.public_id = "smi:test/2".into();
    other.preferred_origin = Some("smi:test/o2".into());
    other.origins[0].public_id = "smi:test/o2".into();
    other.origins[0].latitude_deg = None;
    other.origins[0].longitude_deg = None;
    other.origins[0].depth_m = None;
    other.origins[0].back_azimuth_deg = None;
    vec![located, other]
}

#[test]
fn what_is_written_reads_back() {
    let events = sample();
    let text = write(&events);
    assert!(sniff(text.as_bytes()));
    assert!(text.contains("<value>4.5024</value>"), "no station coordinates");
    let (again, problems) = read(text.as_bytes());
    assert_eq!(problems, vec![]);
    assert_eq!(again, events);
    assert_eq!(read(write(&[]).as_bytes()), (vec![], vec![]));
}

#[test]
fn older_mars_elements_in_the_origin() {
    let text = "<quakeml xmlns:m='http://quakeml.org/xmlns/bed/1.2/mars'><eventParameters>\
        <event publicID='e'><origin publicID='o'><m:distance><value>12.5</value></m:distance>\
        <m:BAZ>80</m:BAZ><m:locationQuality>x#B</m:locationQuality></origin>\
        <preferredOriginID>gone</preferredOriginID></event></eventParameters></quakeml>";
    let (events, problems) = read(text.as_bytes());
    let origin = events[0].origin().unwrap();
    assert_eq!(origin.distance_deg, Some(Real::exact(12.5)));
    assert_eq!(origin.back_azimuth_deg, Some(Real::exact(80.0)));
    assert_eq!(origin.quality, "B");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "preferredOriginID");
}

#[test]
fn every_cut_gives_a_problem_and_no_half_event() {
    let text = write(&sample());
    let first = text.find("</event>").unwrap() + "</event>".len();
    let second = text.rfind("</event>").unwrap() + "</event>".len();
    let last = text.trim_end().len();
    for cut in (0..last).step_by(11).chain(first - 2..first + 2) {
        let (events, problems) = read(&text.as_bytes()[..cut]);
        assert!(problems.iter().any(|p| p.offset.is_some()), "{cut}: {problems:?}");
        let complete = usize::from(cut >= first) + usize::from(cut >= second);
        assert_eq!(events.len(), complete, "{cut}");
    }
}

#[test]
fn a_code_with_a_point_is_told_and_left_out() {
    let text = write(&sample());
    let at = text.find("channelCode=\"").expect("a channel") + "channelCode=\"".len();
    let damaged = format!("{}1.5{}", &text[..at], &text[at..]);
    let (events, problems) = read(damaged.as_bytes());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].field, "waveformID");
    let picks = |events: &[Event]| -> Vec<(Instant, bool)> {
        let picks = events.iter().flat_map(|e| &e.picks);
        picks.map(|p| (p.timing.time, p.channel.is_empty())).collect()
    };
    let (before, after) = (picks(&sample()), picks(&events));
    assert_eq!(before.len(), after.len());
    let emptied = before.iter().zip(&after).filter(|(b, a)| !b.1 && a.1).count();
    assert_eq!(emptied, 1);
}

#[test]
fn a_label_of_another_kind_is_not_taken() {
    let path = "A_insight_seis/catalogs/events_mars_extended_multiorigin_v14_2023-01-01.xml";
    let Some(bytes) = data(path) else { return };
    assert!(!sniff(&bytes));
    let (events, problems) = read(&bytes);
    assert!(events.is_empty());
    assert!(problems[0].reason.contains("not quakeml"), "{problems:?}");
}

fn real() -> impl Strategy<Value = Real> {
    let side = || proptest::option::of(0.0..1e6_f64);
    (-1e12..1e12_f64, side(), side()).prop_map(|(value, lower, upper)| Real { value, lower, upper })
}

fn text() -> impl Strategy<Value = String> {
    "[!-~\u{e9}][ -~\u{e9}\n\t]{0,20}[!-~]".prop_map(|s| s)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_event_round_trips(
        name in text(), id in text(), comment in text(), ns in any::<i64>(),
        value in real(), distance in proptest::option::of(real()), phase in text(),
    ) {
        let mut event = sample().remove(0);
        event.name = name;
        event.comments = vec![comment];
        event.magnitudes[0].value = value;
        event.origins[0].distance_deg = distance;
        event.picks[0].phase = phase;
        event.picks[0].timing.time = Instant::from_unix_ns(ns);
        event.picks[0].public_id = id.replace(['\n', '\t'], " ");
        let (again, _) = read(write(std::slice::from_ref(&event)).as_bytes());
        prop_assert_eq!(again, vec![event]);
    }

    #[test]
    fn damage_is_survived(at in 0_usize..9000, n in 1_usize..40, with in any::<u8>()) {
        let mut bytes = write(&sample()).into_bytes();
        for b in bytes.iter_mut().skip(at).take(n) {
            *b = with;
        }
        let _ = read(&bytes);
    }

    #[test]
    fn garbage_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = sniff(&bytes);
        prop_assert!(read(&bytes).0.is_empty());
    }
}
