//! Files of packets: made ones with values known by hand, and a real capture whose values ccsdspy
//! 2.0.1 gave (`FixedLength.from_file("ccsdspy_jpss1_geolocation.csv").load(…)`).

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::archive::{Archive, SeriesKey};
use crate::format::ccsds::{Header, PacketKind, Segment, write_packet};
use crate::ingest::{FileReport, IngestOptions, Outcome, ingest_path};
use crate::time::{Instant, TimeRange};

pub(in crate::ingest) const DICTIONARY: &str = r#"<?xml version="1.0"?>
<SpaceSystem name="T" xmlns="http://www.omg.org/spec/XTCE/20180204"><TelemetryMetaData>
 <ParameterTypeSet>
  <IntegerParameterType name="u11" signed="false"><IntegerDataEncoding sizeInBits="11"/></IntegerParameterType>
  <IntegerParameterType name="u5" signed="false"><IntegerDataEncoding sizeInBits="5"/></IntegerParameterType>
  <IntegerParameterType name="u32" signed="false"><IntegerDataEncoding sizeInBits="32"/></IntegerParameterType>
  <IntegerParameterType name="u16" signed="false"><IntegerDataEncoding sizeInBits="16"/></IntegerParameterType>
  <FloatParameterType name="volt"><UnitSet><Unit>V</Unit></UnitSet>
   <IntegerDataEncoding sizeInBits="16"><DefaultCalibrator><PolynomialCalibrator>
    <Term exponent="0" coefficient="-1.5"/><Term exponent="1" coefficient="0.25"/>
   </PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding></FloatParameterType>
 </ParameterTypeSet>
 <ParameterSet>
  <Parameter name="version" parameterTypeRef="u5"/><Parameter name="apid" parameterTypeRef="u11"/>
  <Parameter name="rest" parameterTypeRef="u32"/>
  <Parameter name="day" parameterTypeRef="u16"/><Parameter name="ms" parameterTypeRef="u32"/>
  <Parameter name="us" parameterTypeRef="u16"/><Parameter name="bus" parameterTypeRef="volt"/>
 </ParameterSet>
 <ContainerSet>
  <SequenceContainer name="packet" abstract="true"><EntryList>
   <ParameterRefEntry parameterRef="version"/><ParameterRefEntry parameterRef="apid"/>
   <ParameterRefEntry parameterRef="rest"/></EntryList></SequenceContainer>
  <SequenceContainer name="power"><EntryList>
   <ParameterRefEntry parameterRef="day"/><ParameterRefEntry parameterRef="ms"/>
   <ParameterRefEntry parameterRef="us"/><ParameterRefEntry parameterRef="bus"/></EntryList>
   <BaseContainer containerRef="packet"><RestrictionCriteria>
    <Comparison parameterRef="apid" value="42"/></RestrictionCriteria></BaseContainer>
  </SequenceContainer>
 </ContainerSet>
</TelemetryMetaData></SpaceSystem>"#;

/// A packet of APID 42 at so many seconds after 2019-07-26T00:00:00Z (day 22486 since 1958), whose
/// raw bus voltage is `raw`.
pub(in crate::ingest) fn packet(count: u16, second: u32, raw: u16, out: &mut Vec<u8>) {
    let mut data = 22_486u16.to_be_bytes().to_vec();
    data.extend((second * 1000).to_be_bytes());
    data.extend(500u16.to_be_bytes());
    data.extend(raw.to_be_bytes());
    let header = Header {
        kind: PacketKind::Telemetry,
        secondary: true,
        apid: 42,
        segment: Segment::Unsegmented,
        count,
        data_length: data.len() as u32,
    };
    write_packet(&header, &data, out).unwrap();
}

fn take(archive: &Archive, path: &Path) -> Vec<FileReport> {
    let never = AtomicBool::new(false);
    let now = Instant::from_unix_s(1.7e9);
    ingest_path(archive, path, &IngestOptions::default(), now, &|_| (), &never)
}

pub(in crate::ingest) fn samples(archive: &Archive, key: &str) -> Vec<(i64, f64)> {
    let always = TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(4e9));
    let never = AtomicBool::new(false);
    let (times, values, _) =
        archive.range(&SeriesKey::parse(key), always, 100_000, &never).unwrap();
    times.iter().map(|t| t.unix_ns()).zip(values).collect()
}

#[test]
fn packets_become_parameters_once() {
    let dir = tempfile::tempdir().unwrap();
    let tree = dir.path().join("tree");
    fs::create_dir_all(&tree).unwrap();
    let mut bytes = Vec::new();
    // The third of the packets 0 to 9 is missing.
    for i in (0..10u16).filter(|i| *i != 2) {
        packet(i, u32::from(i), 100 + i, &mut bytes);
    }
    fs::write(tree.join("a.tlm"), &bytes).unwrap();
    let archive =
        Archive::create(&dir.path().join("archive"), Instant::from_unix_s(1.7e9)).unwrap();

    let alone = take(&archive, &tree);
    assert_eq!(alone[0].outcome, Outcome::Failed);
    assert!(alone[0].what.contains("ingest their XTCE file first"), "{}", alone[0].what);

    fs::write(tree.join("t.xml"), DICTIONARY).unwrap();
    let reports = take(&archive, &tree);
    let both: Vec<_> = reports.iter().map(|r| (r.format.as_str(), r.outcome)).collect();
    assert_eq!(both, [("ccsds", Outcome::Stored), ("xtce", Outcome::Stored)], "{reports:?}");
    let said: Vec<String> = reports[0].problems.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|s| s.contains("1 packets are missing in 1 gaps")), "{said:?}");

    // 1_564_099_200 s is 2019-07-26T00:00:00Z; the packets state 500 µs more.
    let expected: Vec<(i64, f64)> = (0..10i64)
        .filter(|i| *i != 2)
        .map(|i| ((1_564_099_200 + i) * 1_000_000_000 + 500_000, 0.25 * (100 + i) as f64 - 1.5))
        .collect();
    assert_eq!(samples(&archive, "/T/bus"), expected);
    let known = archive.series();
    let bus = known.iter().find(|s| s.key == SeriesKey::parse("/T/bus")).unwrap();
    assert_eq!(bus.unit, "V");

    let again = take(&archive, &tree);
    assert!(again.iter().all(|r| r.outcome == Outcome::AlreadyStored), "{again:?}");
    assert_eq!(samples(&archive, "/T/bus").len(), 9);
}

#[test]
fn a_dictionary_of_two_files_reads_packets() {
    let (head, rest) = DICTIONARY.split_once("<ParameterTypeSet>").unwrap();
    let (types, rest) = rest.split_once("</ParameterTypeSet>").unwrap();
    let user = format!("{head}{}", rest.replace("parameterTypeRef=\"", "parameterTypeRef=\"/dt/"));
    let shared = format!(
        "<SpaceSystem name=\"dt\"><TelemetryMetaData><ParameterTypeSet>{types}\
         </ParameterTypeSet></TelemetryMetaData></SpaceSystem>"
    );
    let dir = tempfile::tempdir().unwrap();
    let archive =
        Archive::create(&dir.path().join("archive"), Instant::from_unix_s(1.7e9)).unwrap();
    let mut bytes = Vec::new();
    for i in 0..10 {
        packet(i, u32::from(i), 100, &mut bytes);
    }
    // The user of the types comes first: what it needs may come later.
    for (name, text) in [("a.xml", &user), ("b.xml", &shared)] {
        fs::write(dir.path().join(name), text).unwrap();
        assert_eq!(take(&archive, &dir.path().join(name))[0].outcome, Outcome::Stored);
    }
    fs::write(dir.path().join("p.tlm"), &bytes).unwrap();
    let reports = take(&archive, &dir.path().join("p.tlm"));
    assert_eq!(reports[0].outcome, Outcome::Stored, "{reports:?}");
    assert!(reports[0].what.contains("and 1 more"), "{}", reports[0].what);
    let found = samples(&archive, "/T/bus");
    assert_eq!((found.len(), found[0]), (10, (1_564_099_200_000_500_000, 23.5)));
}

#[test]
fn a_real_capture_has_the_values_that_ccsdspy_reads() {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = data.join("E_ccsds_xtce_cmd/lasp_space_packet_parser/jpss");
    if !folder.exists() {
        println!("skipped: {} not present", folder.display());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let archive =
        Archive::create(&dir.path().join("archive"), Instant::from_unix_s(1.7e9)).unwrap();
    take(&archive, &folder.join("jpss1_geolocation_xtce_v1.xml"));
    let reports = take(&archive, &folder.join("J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1"));
    assert_eq!(reports[0].outcome, Outcome::Stored, "{reports:?}");
    let name = |short: &str| {
        let series = archive.series();
        let found = series.iter().find(|s| s.key.name.ends_with(&format!("/{short}")));
        found.unwrap_or_else(|| panic!("no series {short}")).key.to_string()
    };
    // First and last value; the time is day 23109 since 1958, 7.137 ms and 7 199 005.260 ms.
    let midnight = (23_109 - 4_383) * 86_400_000_000_000i64;
    for (short, first, last) in [
        ("ADGPSPOSX", 6.389_695_5e6, 4.388_364e6),
        ("ADGPSVELY", f64::from(-785.8864f32), f64::from(-151.753_39f32)),
        ("ADAET2MS", 86_399_930.0, 7_198_930.0),
        ("ADCFAQ4", f64::from(0.552_974_7f32), f64::from(0.878_100_7f32)),
    ] {
        let all = samples(&archive, &name(short));
        assert_eq!(all.len(), 7200, "{short}");
        assert_eq!(all[0], (midnight + 7_137_000, first), "{short}");
        assert_eq!(all[7199], (midnight + 7_199_005_260_000, last), "{short}");
    }
}
