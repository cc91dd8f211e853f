//! Every XTCE file of the test data: numbers of systems, types, parameters and containers, and
//! what is known of some of them.

use super::{folder, round, told};
use crate::format::xtce;
use crate::mission::telemetry::{
    Calibrator, Condition, Dictionary, Encoding, Epoch, IntegerForm, Item, Kind, Operator, Place,
};

const SAME: [i64; 4] = [0; 4];

/// File; elements counted with Python's `xml.etree.ElementTree` (`SpaceSystem`, children of
/// `ParameterTypeSet`, `Parameter` in `ParameterSet`, children of `ContainerSet` in
/// `TelemetryMetaData`); what the dictionary has more of.
const FILES: &[(&str, [i64; 4], [i64; 4])] = &[
    ("lasp_space_packet_parser/jpss/contrived_inheritance_structure.xml", [1, 17, 27, 5], SAME),
    ("lasp_space_packet_parser/jpss/jpss1_geolocation_xtce_v1.xml", [1, 17, 27, 4], SAME),
    ("lasp_space_packet_parser/suda/suda_combined_science_definition.xml", [1, 207, 207, 9], SAME),
    ("lasp_space_packet_parser/test_xtce_4byte.xml", [1, 1, 1, 1], SAME),
    ("lasp_space_packet_parser/test_xtce_default_namespace.xml", [1, 17, 27, 4], SAME),
    ("lasp_space_packet_parser/test_xtce_no_namespace.xml", [1, 17, 27, 4], SAME),
    ("lasp_space_packet_parser/udp_packet.xml", [1, 4, 5, 1], SAME),
    ("xtce_workshop/commands-1.2.xml", [1, 1, 1, 0], SAME),
    ("xtce_workshop/containers-1.2.xml", [1, 3, 3, 5], SAME),
    ("xtce_workshop/demo-mission-1.2.xml", [2, 12, 13, 4], SAME),
    ("xtce_workshop/nested-1.2.xml", [5, 0, 0, 0], SAME),
    ("xtce_workshop/preservation-1.2.xml", [2, 4, 2, 1], SAME),
    ("xtce_workshop/telemetry-1.2.xml", [1, 5, 5, 0], SAME),
    ("xtce_workshop/time-binary-1.2.xml", [1, 5, 3, 0], SAME),
    // Three 1.1 arrays take their size from entries; two types do not exist.
    ("xtcetools/BogusSAT-2.xml", [10, 113, 114, 30], [0, 3, -2, 0]),
    ("xtcetools/Diagnostic_Log_Packets.xml", [2, 14, 16, 4], SAME),
    ("yamcs_examples/pus/src/main/yamcs/mdb/dt.xml", [1, 12, 0, 0], SAME),
    // Types of /dt, which is another file.
    ("yamcs_examples/pus/src/main/yamcs/mdb/pus.xml", [1, 4, 17, 9], [0, 0, -14, 0]),
    // Types of /dt and /PUS, which are other files.
    ("yamcs_examples/pus/src/main/yamcs/mdb/pus11.xml", [3, 6, 21, 6], [0, -1, -17, 0]),
    ("yamcs_examples/pus/src/main/yamcs/mdb/pus17.xml", [1, 0, 0, 2], SAME),
    ("yamcs_examples/pus/src/main/yamcs/mdb/pus23.xml", [1, 0, 0, 0], SAME),
    ("yamcs_examples/simulation/src/main/yamcs/mdb/downstream-direct.xml", [1, 0, 0, 0], SAME),
    ("yamcs_examples/simulation/src/main/yamcs/mdb/downstream-embedded.xml", [1, 0, 0, 0], SAME),
    ("yamcs_quickstart/xtce.xml", [1, 14, 41, 3], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/BogusSAT-1.xml", [5, 58, 61, 4], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/a2.xml", [1, 0, 0, 0], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/array-arg.xml", [1, 0, 0, 0], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/array-in-array-arg.xml", [1, 0, 0, 0], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/array-tm.xml", [1, 9, 5, 4], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/ccsds-green-book.xml", [1, 12, 12, 3], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/container-entry.xml", [1, 1, 2, 2], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/enum-arg.xml", [1, 0, 0, 0], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/ref-xtce.xml", [2, 9, 17, 4], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/refsolver2.xml", [1, 1, 0, 0], SAME),
    ("yamcs_xtce/yamcs-core/src/test/resources/xtce/strings-cmd.xml", [1, 0, 0, 0], SAME),
    ("yamcs_xtce/yamcs-xtce/src/test/resources/BogusSAT-1.xml", [5, 63, 62, 5], SAME),
    ("yamcs_xtce/yamcs-xtce/src/test/resources/indirect-param.xml", [1, 2, 3, 2], SAME),
    ("yamcs_xtce/yamcs-xtce/src/test/resources/ranges-test.xml", [1, 1, 1, 1], SAME),
];

fn load(name: &str) -> Option<(Dictionary, Vec<crate::problem::Problem>)> {
    let bytes = std::fs::read(folder()?.join(name)).ok()?;
    assert!(xtce::sniff(&bytes), "{name}");
    let (dictionary, problems) = xtce::read(&bytes);
    Some((dictionary.expect(name), problems))
}

#[test]
fn every_file_is_read_and_written_again() {
    if folder().is_none() {
        return;
    }
    let mut read = 0;
    for (name, counted, more) in FILES {
        let Some((dictionary, problems)) = load(name) else {
            println!("skipped: {name} is not present");
            continue;
        };
        let numbers = [
            dictionary.systems.len(),
            dictionary.types.len(),
            dictionary.parameters.len(),
            dictionary.containers.len(),
        ];
        for i in 0..4 {
            assert_eq!(numbers[i] as i64, counted[i] + more[i], "{name}, {i}");
        }
        for problem in &problems {
            assert!(problem.field.starts_with("line "), "{name}: {problem}");
        }
        round(&dictionary);
        read += 1;
    }
    assert!(read > 0);
}

#[test]
fn files_without_peculiarities_have_no_problems() {
    for name in [
        "lasp_space_packet_parser/udp_packet.xml",
        "lasp_space_packet_parser/test_xtce_4byte.xml",
        "xtce_workshop/telemetry-1.2.xml",
        "xtce_workshop/nested-1.2.xml",
        "yamcs_xtce/yamcs-core/src/test/resources/xtce/array-tm.xml",
        "yamcs_xtce/yamcs-core/src/test/resources/xtce/container-entry.xml",
    ] {
        let Some((_, problems)) = load(name) else { continue };
        assert!(problems.is_empty(), "{name}: {problems:#?}");
    }
}

#[test]
fn namespaces_do_not_matter() {
    let base = "lasp_space_packet_parser/";
    let Some((one, _)) = load(&format!("{base}test_xtce_default_namespace.xml")) else { return };
    let Some((other, _)) = load(&format!("{base}test_xtce_no_namespace.xml")) else { return };
    assert_eq!(one.types, other.types);
    assert_eq!(one.parameters, other.parameters);
    assert_eq!(one.containers, other.containers);
}

#[test]
fn jpss_geolocation_holds_what_its_file_says() {
    let name = "lasp_space_packet_parser/jpss/jpss1_geolocation_xtce_v1.xml";
    let Some((dictionary, _)) = load(name) else { return };
    let container = |name: &str| {
        let found = dictionary.containers.iter().find(|c| c.name.ends_with(name));
        found.expect(name)
    };
    let header = container("/CCSDSPacket");
    assert!(header.is_abstract && header.base.is_none());
    let names: Vec<&str> = header
        .entries
        .iter()
        .map(|entry| match entry.item {
            Item::Parameter(id) => dictionary.parameters[id].name.rsplit('/').next().unwrap(),
            Item::Container(_) => panic!("no containers in it"),
        })
        .collect();
    assert_eq!(
        names,
        ["VERSION", "TYPE", "SEC_HDR_FLG", "PKT_APID", "SEQ_FLGS", "SRC_SEQ_CTR", "PKT_LEN"]
    );
    let bits: u32 = header
        .entries
        .iter()
        .map(|entry| {
            let Item::Parameter(id) = entry.item else { return 0 };
            match dictionary.types[dictionary.parameters[id].type_id].encoding {
                Some(Encoding::Integer { bits, .. }) => bits,
                _ => 0,
            }
        })
        .sum();
    assert_eq!(bits, 48);
    let geolocation = container("/JPSS_ATT_EPHEM");
    let Some(Condition::All(all)) = &geolocation.restriction else { panic!("no list") };
    let Some(Condition::Is(first)) = all.first() else { panic!("no comparison") };
    assert_eq!(dictionary.parameters[first.parameter].name.rsplit('/').next(), Some("PKT_APID"));
    assert_eq!((first.operator, first.value.as_str()), (Operator::Equal, "11"));
}

#[test]
fn problems_name_element_and_line() {
    let Some((_, problems)) = load("xtcetools/BogusSAT-2.xml") else { return };
    assert!(told(&problems, "line 245, Parameter", "Type_Does_Not_Exist"));
    assert!(!told(&problems, "MathOperationCalibrator", ""), "{problems:#?}");
    assert!(told(&problems, "line 1700, MathAlgorithm", "not supported"));
    assert!(told(&problems, "line 307, VariableFrameStream", "not supported"));
    let name = "yamcs_xtce/yamcs-core/src/test/resources/xtce/BogusSAT-1.xml";
    let Some((_, problems)) = load(name) else { return };
    assert!(told(&problems, "line 510, MathOperationCalibrator", "needs 2 numbers and finds 1"));
    assert!(told(&problems, "line 486, MathOperationCalibrator", "it leaves no number"));
    let Some((_, problems)) = load("xtce_workshop/containers-1.2.xml") else { return };
    assert!(told(&problems, "line 29, ParameterSegmentRefEntry", "not supported"));
    assert!(told(&problems, "line 44, Comparison", "instance"));
    assert!(told(&problems, "line 54, NextContainer", "not supported"));
    assert!(told(&problems, "line 18, ParameterRefEntry", "has no encoding"));
    let name = "yamcs_xtce/yamcs-core/src/test/resources/xtce/refsolver2.xml";
    let Some((_, problems)) = load(name) else { return };
    assert!(told(&problems, "line 10, BooleanParameterType", "/refsolver3/base_type"));
}

#[test]
fn green_book_example_is_as_printed() {
    let name = "yamcs_xtce/yamcs-core/src/test/resources/xtce/ccsds-green-book.xml";
    let Some((dictionary, _)) = load(name) else { return };
    let of = |name: &str| dictionary.types.iter().find(|t| t.name.ends_with(name)).expect(name);
    let battery = of("/PBATMTEMPType");
    assert_eq!(battery.kind, Kind::Float { bits: 64 });
    let Some(Encoding::Integer { bits, form, .. }) = battery.encoding else {
        panic!("{battery:?}")
    };
    assert_eq!((bits, form), (16, IntegerForm::TwosComplement));
    let coefficients = [
        -7_459.232_737_08,
        8.236_435_191_48,
        -3.021_850_618_76e-3,
        2.334_224_290_56e-7,
        5.671_895_561_73e-11,
    ];
    assert_eq!(battery.calibrator, Some(Calibrator::Polynomial(coefficients.to_vec())));
    let seconds = dictionary.parameters.iter().position(|p| p.name.ends_with("/Seconds"));
    let Kind::AbsoluteTime { epoch, scale, offset } = &of("/MilliSecondsType").kind else {
        panic!("no time")
    };
    assert_eq!(Some(epoch), seconds.map(Epoch::Parameter).as_ref());
    assert_eq!((*scale, *offset), (0.001, 0.0));
    let header = dictionary.containers.iter().find(|c| c.name.ends_with("/Header")).expect("one");
    let second = &header.entries[4];
    assert!(matches!(second.item, Item::Container(_)) && second.place == Place::After(0));
    assert!(matches!(&second.include, Some(Condition::Is(c)) if c.value == "1"));
}
