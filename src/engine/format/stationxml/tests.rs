//! Tests against ObsPy 1.5.1, the table of FACTS 2.3 and damaged files.

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

/// VBB U of InSight (FACTS 2.3), as this test writes it.
const SAMPLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<f:FDSNStationXML xmlns:f="http://www.fdsn.org/xml/station/1" schemaVersion="1.2">
<f:Source>test</f:Source><f:Created>2020-01-01T00:00:00Z</f:Created>
<f:Network code="XB" startDate="2018-01-01T00:00:00"><f:Description> d </f:Description>
<f:Station code="ELYSE"><f:Latitude>4.502384</f:Latitude><f:Longitude>135.623447</f:Longitude>
<f:Elevation>-2613.4</f:Elevation><f:Site><f:Name>Elysium</f:Name></f:Site>
<f:Channel code="BHU" locationCode="03" startDate="2019-02-09T00:00:00"
endDate="2019-06-01T00:00:00">
<f:Depth>-0.1</f:Depth><f:Azimuth>135.1</f:Azimuth><f:Dip>-29.4</f:Dip>
<f:SampleRateRatio><f:NumberSamples>20</f:NumberSamples><f:NumberSeconds>2</f:NumberSeconds>
</f:SampleRateRatio>
<f:Sensor><f:Type>VBB</f:Type></f:Sensor>
<f:Response><f:InstrumentSensitivity><f:Value>8.62622E10</f:Value><f:Frequency>0.1</f:Frequency>
<f:InputUnits><f:Name>M/S</f:Name></f:InputUnits><f:OutputUnits><f:Name>COUNTS</f:Name>
</f:OutputUnits>
</f:InstrumentSensitivity>
<f:Stage number="1"><f:PolesZeros><f:InputUnits><f:Name>M/S</f:Name></f:InputUnits>
<f:OutputUnits><f:Name>V</f:Name></f:OutputUnits>
<f:PzTransferFunctionType>LAPLACE (RADIANS/SECOND)</f:PzTransferFunctionType>
<f:NormalizationFactor>80.2887</f:NormalizationFactor>
<f:NormalizationFrequency>0.1</f:NormalizationFrequency>
<f:Zero><f:Real>0</f:Real><f:Imaginary>0</f:Imaginary></f:Zero>
<f:Zero><f:Real>0</f:Real><f:Imaginary>0</f:Imaginary></f:Zero>
<f:Zero><f:Real>-109.316</f:Real><f:Imaginary>0</f:Imaginary></f:Zero>
<f:Zero><f:Real>-10.1317</f:Real><f:Imaginary>0</f:Imaginary></f:Zero>
<f:Pole><f:Real>-46.7264</f:Real><f:Imaginary>73.9273</f:Imaginary></f:Pole>
<f:Pole><f:Real>-46.7264</f:Real><f:Imaginary>-73.9273</f:Imaginary></f:Pole>
<f:Pole><f:Real>-11.7674</f:Real><f:Imaginary>0</f:Imaginary></f:Pole>
<f:Pole><f:Real>-0.243358</f:Real><f:Imaginary>0.30515</f:Imaginary></f:Pole>
<f:Pole><f:Real>-0.243358</f:Real><f:Imaginary>-0.30515</f:Imaginary></f:Pole>
</f:PolesZeros><f:StageGain><f:Value>257082</f:Value><f:Frequency>0.1</f:Frequency>
</f:StageGain></f:Stage>
<f:Stage number="2"><f:FIR><f:Symmetry>ODD</f:Symmetry>
<f:NumeratorCoefficient i="1">0.1</f:NumeratorCoefficient>
<f:NumeratorCoefficient i="2">0.2</f:NumeratorCoefficient>
<f:NumeratorCoefficient i="3">0.4</f:NumeratorCoefficient></f:FIR>
<f:Decimation><f:InputSampleRate>20</f:InputSampleRate><f:Factor>2</f:Factor>
<f:Offset>0</f:Offset>
<f:Delay>0.1</f:Delay><f:Correction>0.1</f:Correction></f:Decimation>
<f:StageGain><f:Value>335544</f:Value><f:Frequency>0</f:Frequency></f:StageGain></f:Stage>
</f:Response></f:Channel></f:Station></f:Network></f:FDSNStationXML>"#;

/// Frequency, gain, phase in degrees of VBB U: table of FACTS 2.3.
const VBB_U: [(f64, f64, f64); 10] = [
    (0.001, 0.00026, 178.85),
    (0.01, 0.02574, 168.39),
    (0.02, 0.10428, 155.95),
    (0.05, 0.60185, 109.52),
    (0.1, 1.00000, 51.97),
    (0.3, 1.00132, 16.20),
    (1.0, 1.03037, 7.03),
    (2.0, 1.09274, 4.11),
    (5.0, 1.23434, -4.20),
    (10.0, 1.45214, -26.00),
];

fn check_vbb_u(response: &Response) {
    for (f, gain, phase) in VBB_U {
        let value = response.evaluate(f);
        assert!((value.abs() - gain).abs() < 6e-6, "{f} Hz: {} {gain}", value.abs());
        assert!((value.phase_deg() - phase).abs() < 6e-3, "{f} Hz: {} {phase}", value.phase_deg());
    }
}

#[test]
fn a_file_of_our_own() {
    assert!(sniff(SAMPLE.as_bytes()));
    assert!(!sniff(b"<q:quakeml/>") && !sniff(b"\x00\x01") && !sniff(b""));
    let (inventory, problems) = read(SAMPLE.as_bytes());
    assert_eq!(problems, vec![]);
    assert_eq!((inventory.version.as_str(), inventory.source.as_str()), ("1.2", "test"));
    let at = Instant::from_unix_s(1_558_000_000.0);
    let (station, channel) = inventory.find("XB.ELYSE.03.BHU", at).unwrap();
    assert_eq!((station.site.as_str(), station.elevation_m), ("Elysium", Some(-2613.4)));
    assert_eq!((channel.rate_hz, channel.azimuth_deg), (Some(10.0), Some(135.1)));
    assert_eq!((channel.dip_deg, channel.depth_m), (Some(-29.4), Some(-0.1)));
    assert_eq!(channel.sensor, "VBB");
    assert!(inventory.find("XB.ELYSE.03.BHU", Instant::from_unix_s(0.0)).is_none());
    let response = channel.response.as_ref().unwrap();
    check_vbb_u(response);
    assert_eq!(response.gain_product(), 257082.0 * 335544.0);
    let Transfer::Fir { coefficients } = &response.stages[1].transfer else { panic!("no FIR") };
    assert_eq!(coefficients, &[0.1, 0.2, 0.4, 0.2, 0.1]);
    assert_eq!(response.stages[1].decimation.map(|d| (d.factor, d.delay_s)), Some((2, 0.1)));
    let counts = response.counts_per_unit(0.1).unwrap();
    assert!((counts.abs() / 8.62622e10 - 1.0).abs() < 1e-12);
}

/// ObsPy 1.5.1 on the same file: channel, sensitivity, stages, and counts per m/s at 0.001, 0.1,
/// 1 and 2 Hz with phase in degrees (`get_evalresp_response_for_frequencies`, output `DEF`).
type Seen = (&'static str, f64, f64, f64, [(f64, f64); 4]);
const OBSPY_VBB: [Seen; 3] = [
    (
        "XB.ELYSE.03.BHU",
        86262200000.0,
        135.1,
        -29.4,
        [
            (22087720.883534845, 178.8535117217853),
            (86261970077.04703, 51.974758618450736),
            (88883518665.65425, 7.028736854621727),
            (94266116141.68498, 4.109486028025417),
        ],
    ),
    (
        "XB.ELYSE.03.BHV",
        90450300000.0,
        15.0,
        -29.2,
        [
            (22888672.841045227, 178.8566967947283),
            (90450141200.78781, 52.63347900835886),
            (93928770283.0689, 6.986653556979428),
            (100040596969.47711, 3.5975729938648686),
        ],
    ),
    (
        "XB.ELYSE.03.BHW",
        86549400000.0,
        255.0,
        -29.7,
        [
            (21807762.31351128, 178.85801997677632),
            (86548781253.60103, 52.85801779372177),
            (90149916665.70224, 6.920134457190568),
            (96246830126.0601, 3.292367837078516),
        ],
    ),
];

#[test]
fn insight_vbb_as_obspy_reads_it() {
    let path = "A_insight_seis/stationxml/inventory_2019-05-22T2318_20190523T2359.xml";
    let Some(bytes) = data(path) else { return };
    assert!(sniff(&bytes));
    let (inventory, problems) = read(&bytes);
    assert_eq!(problems, vec![]);
    assert_eq!(inventory.channels().count(), 3);
    let at = Instant::from_unix_s(1_558_600_000.0);
    for (name, sensitivity, azimuth, dip, points) in OBSPY_VBB {
        let (station, channel) = inventory.find(name, at).unwrap();
        assert_eq!(station.latitude_deg, Some(4.502384));
        assert_eq!((channel.azimuth_deg, channel.dip_deg), (Some(azimuth), Some(dip)));
        assert_eq!((channel.depth_m, channel.rate_hz), (Some(-0.1), Some(10.0)));
        assert_eq!(channel.sensor, "VBB Velocity SCI mode");
        assert_eq!(channel.epoch.start.unix_ns(), 1_558_138_066_945_000_000);
        assert_eq!(channel.epoch.end.unix_ns(), 1_559_391_845_277_000_000);
        let response = channel.response.as_ref().unwrap();
        assert_eq!(response.sensitivity.as_ref().map(|s| s.value), Some(sensitivity));
        let taps: Vec<usize> = response.stages.iter().map(|s| length(&s.transfer)).collect();
        // The file gives the first half and the middle (121, 121, 61) of symmetric filters.
        assert_eq!(taps, [9, 0, 1, 241, 241, 121]);
        for stage in &response.stages {
            if let Transfer::Fir { coefficients } = &stage.transfer {
                assert!((coefficients.iter().sum::<f64>() - 1.0).abs() < 2e-5);
            }
        }
        for (f, (gain, phase)) in [0.001, 0.1, 1.0, 2.0].into_iter().zip(points) {
            let value = response.counts_per_unit(f).unwrap();
            // ObsPy adds the ripple of the digital filters, 4e-5 at 2 Hz.
            assert!((value.abs() / gain - 1.0).abs() < 5e-5, "{name} {f} Hz: {}", value.abs());
            assert!((value.phase_deg() - phase).abs() < 1e-6, "{name} {f} Hz");
        }
    }
    let (_, u) = inventory.find("XB.ELYSE.03.BHU", at).unwrap();
    check_vbb_u(u.response.as_ref().unwrap());
}

fn length(transfer: &Transfer) -> usize {
    match transfer {
        Transfer::Flat => 0,
        Transfer::PolesZeros { zeros, poles, .. } => zeros.len() + poles.len(),
        Transfer::Coefficients { numerator, denominator, .. } => {
            numerator.len() + denominator.len()
        }
        Transfer::Fir { coefficients } => coefficients.len(),
        Transfer::List(points) => points.len(),
        Transfer::Polynomial(p) => p.coefficients.len(),
    }
}

/// File, first network, its number of stations and channels, number of stages: ObsPy 1.5.1, save
/// that it drops the channel without coordinates, which is kept here.
const OBSPY_FILES: [(&str, &str, usize, usize, usize); 11] = [
    ("F1_423_small.xml", "QI", 1, 1, 3),
    ("IRIS_single_channel_with_response.xml", "IU", 1, 1, 3),
    ("IRIS_single_channel_with_response_custom_tags.xml", "IU", 1, 1, 3),
    ("channel_without_coordinates.xml", "IV", 1, 1, 0),
    ("empty_channel.xml", "IV", 1, 0, 0),
    ("full_network_field_station.xml", "PY", 0, 0, 0),
    ("full_station_field_station.xml", "PY", 1, 0, 0),
    ("minimal_station_with_microseconds.xml", "PY", 0, 0, 0),
    ("minimal_with_non_obspy_module_and_sender_tags_station.xml", "PY", 0, 0, 0),
    ("no_default_namespace.xml", "XX", 0, 0, 0),
    ("stationxml_IU.ANTO.30.LDO.xml", "IU", 1, 1, 0),
];

#[test]
fn obspy_files() {
    for (file, network, stations, channels, stages) in OBSPY_FILES {
        let Some(bytes) = data(&format!("B_miniseed_tests/obspy_stationxml/{file}")) else {
            return;
        };
        assert!(sniff(&bytes), "{file}");
        let (inventory, problems) = read(&bytes);
        let expected = usize::from(file == "empty_channel.xml");
        assert_eq!(problems.len(), expected, "{file}: {problems:?}");
        assert_eq!(inventory.networks[0].code, network, "{file}");
        assert_eq!(inventory.networks[0].stations.len(), stations, "{file}");
        assert_eq!(inventory.channels().count(), channels, "{file}");
        let first = inventory.channels().next().and_then(|c| c.2.response.as_ref());
        assert_eq!(first.map_or(0, |r| r.stages.len()), stages, "{file}");
        if file.starts_with("stationxml_IU") {
            let polynomial = first.and_then(|r| r.polynomial.as_ref()).unwrap();
            assert_eq!(polynomial.coefficients, [80000.0, 0.014305]);
            assert_eq!(polynomial.apply(1e6), 94305.0);
            assert_eq!(polynomial.bounds, Some((80000.0, 110000.0)));
        }
        if file == "IRIS_single_channel_with_response.xml" {
            // Whole response at 0.1 Hz by ObsPy; its last filter is not quite flat there.
            let value = first.and_then(|r| r.counts_per_unit(0.1)).unwrap();
            assert!((value.abs() / 33744551211.426224 - 1.0).abs() < 2e-4);
        }
    }
}

#[test]
fn tables_and_analogue_coefficients() {
    let text = |body: &str| {
        format!(
            "<FDSNStationXML><Network code='A'><Station code='B'><Channel code='C'><Response>\
             <Stage number='1'>{body}</Stage></Response></Channel></Station></Network>\
             </FDSNStationXML>"
        )
    };
    let stage = |body: &str| {
        let (inventory, problems) = read(text(body).as_bytes());
        assert_eq!(problems, vec![]);
        let response = inventory.channels().next().unwrap().2.response.clone().unwrap();
        response.stages[0].clone()
    };
    let point = |f: f64, a: f64, p: f64| {
        format!(
            "<ResponseListElement><Frequency>{f}</Frequency><Amplitude>{a}</Amplitude>\
             <Phase>{p}</Phase></ResponseListElement>"
        )
    };
    let list = stage(&format!(
        "<ResponseList>{}{}</ResponseList>",
        point(3.0, 2.0, 90.0),
        point(1.0, 1.0, 0.0)
    ));
    let middle = list.evaluate(2.0);
    assert!((middle.abs() - 0.75).abs() < 1e-12 && (middle.phase_deg() - 45.0).abs() < 1e-9);
    assert!((list.evaluate(0.1).abs() - 0.5).abs() < 1e-12);
    assert!((list.evaluate(9.0).abs() - 1.0).abs() < 1e-12);
    // A low pass 1/(1 + s) in hertz: half power at 1 Hz.
    let low_pass = stage(
        "<Coefficients><CfTransferFunctionType>ANALOG (HERTZ)</CfTransferFunctionType>\
         <Numerator>1</Numerator><Denominator>1</Denominator><Denominator>1</Denominator>\
         </Coefficients>",
    );
    assert!((low_pass.evaluate(1.0).abs() - 0.5_f64.sqrt()).abs() < 1e-12);
    assert!((low_pass.evaluate(1.0).phase_deg() + 45.0).abs() < 1e-9);
}

#[test]
fn every_cut_gives_a_problem_and_no_half_channel() {
    let end = SAMPLE.find("</f:Channel>").unwrap() + "</f:Channel>".len();
    for cut in (0..SAMPLE.len()).step_by(7).chain(end - 3..end + 3) {
        let (inventory, problems) = read(&SAMPLE.as_bytes()[..cut]);
        assert!(problems.iter().any(|p| p.offset.is_some()), "{cut}: {problems:?}");
        assert_eq!(inventory.channels().count(), usize::from(cut >= end), "{cut}");
    }
}

#[test]
fn wrong_values_are_named_with_their_place() {
    let text = SAMPLE
        .replace("<f:Azimuth>135.1", "<f:Azimuth>east")
        .replace("startDate=\"2019-02-09", "startDate=\"2019-02-30");
    let (inventory, problems) = read(text.as_bytes());
    let channel = inventory.channels().next().unwrap().2;
    assert_eq!((channel.azimuth_deg, channel.epoch.start), (None, Instant::MIN));
    let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["Channel", "Azimuth"]);
    let at = text.find("<f:Azimuth>").unwrap() as u64;
    assert_eq!(problems[1].offset, Some(at));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn flipped_bytes_are_survived(at in 0..SAMPLE.len(), with in any::<u8>(), n in 1_usize..20) {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for b in bytes.iter_mut().skip(at).take(n) {
            *b = with;
        }
        let (inventory, _) = read(&bytes);
        for (_, _, channel) in inventory.channels() {
            if let Some(response) = &channel.response {
                let _ = response.evaluate(1.0);
                let _ = response.counts_per_unit(0.0);
            }
        }
    }

    #[test]
    fn garbage_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = sniff(&bytes);
        let (inventory, _) = read(&bytes);
        prop_assert_eq!(inventory.channels().count(), 0);
    }
}
