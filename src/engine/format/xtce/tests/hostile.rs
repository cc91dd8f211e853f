//! Damaged and hostile files: no panic, no hang, a sentence.

use std::fmt::Write as _;

use super::{round, told};
use crate::format::xtce;

#[test]
fn other_files_are_no_dictionary() {
    for text in ["", "x", "<a/>", "<?xml version='1.0'?><FDSNStationXML/>"] {
        let (dictionary, problems) = xtce::read(text.as_bytes());
        assert!(dictionary.is_none() && !problems.is_empty(), "{text}");
        assert!(!xtce::sniff(text.as_bytes()));
    }
}

#[test]
fn a_cut_file_gives_what_was_complete() {
    let text = "<SpaceSystem name='S'><TelemetryMetaData><ParameterTypeSet>\
                <StringParameterType name='T'/><StringParameterType name='U";
    let (dictionary, problems) = xtce::read(text.as_bytes());
    assert_eq!(dictionary.map(|d| d.types.len()), Some(1));
    assert_eq!(problems.len(), 1, "{problems:?}");
    for end in 0..text.len() {
        let _ = xtce::read(&text.as_bytes()[..end]);
    }
}

#[test]
fn systems_nested_too_deep_are_cut() {
    let text = "<SpaceSystem name='S'>".repeat(100_000);
    let (dictionary, problems) = xtce::read(text.as_bytes());
    assert!(dictionary.is_some_and(|d| d.systems.len() < 100));
    assert!(problems.iter().any(|p| p.reason.contains("deeper")), "{problems:?}");
}

#[test]
fn long_chains_end() {
    let mut types = String::new();
    let mut containers = String::new();
    for i in 0..20_000 {
        let next = i + 1;
        let _ = write!(types, "<IntegerParameterType name='t{i}' baseType='t{next}'/>");
        let _ = write!(types, "<ArrayParameterType name='a{i}' arrayTypeRef='a{next}'/>");
        let _ = write!(
            containers,
            "<SequenceContainer name='c{i}'><EntryList/><BaseContainer containerRef='c{next}'/>\
             </SequenceContainer>"
        );
    }
    let text = format!(
        "<SpaceSystem name='S'><TelemetryMetaData><ParameterTypeSet>{types}</ParameterTypeSet>\
         <ContainerSet>{containers}</ContainerSet></TelemetryMetaData></SpaceSystem>"
    );
    let (dictionary, problems) = xtce::read(text.as_bytes());
    let dictionary = dictionary.expect("a system");
    assert_eq!(dictionary.containers.len(), 20_000);
    assert!(problems.len() <= 201);
    let deepest = (0..dictionary.containers.len()).map(|i| depth(&dictionary, i)).max();
    assert!(deepest <= Some(64), "{deepest:?}");
}

fn depth(dictionary: &crate::mission::telemetry::Dictionary, start: usize) -> usize {
    std::iter::successors(Some(start), |&i| dictionary.containers[i].base).count() - 1
}

#[test]
fn a_large_type_is_not_inherited_without_end() {
    let mut types = String::from("<EnumeratedParameterType name='B'><EnumerationList>");
    for i in 0..20_000 {
        let _ = write!(types, "<Enumeration value='{i}' label='label {i}'/>");
    }
    types.push_str("</EnumerationList></EnumeratedParameterType>");
    for i in 0..5_000 {
        let _ = write!(types, "<EnumeratedParameterType name='d{i}' baseType='B'/>");
    }
    let text = format!(
        "<SpaceSystem name='S'><TelemetryMetaData><ParameterTypeSet>{types}</ParameterTypeSet>\
         </TelemetryMetaData></SpaceSystem>"
    );
    let (_, problems) = xtce::read(text.as_bytes());
    assert!(told(&problems, "EnumeratedParameterType", "too much would be inherited"));
}

#[test]
fn aggregates_that_double_are_refused() {
    let mut types = String::from("<StringParameterType name='g0'/>");
    for i in 1..=15 {
        let before = i - 1;
        let members = format!("<Member name='a' typeRef='g{before}'/>").repeat(8);
        let _ = write!(
            types,
            "<AggregateParameterType name='g{i}'><MemberList>{members}</MemberList>\
             </AggregateParameterType>"
        );
    }
    let text = format!(
        "<SpaceSystem name='S'><TelemetryMetaData><ParameterTypeSet>{types}</ParameterTypeSet>\
         </TelemetryMetaData></SpaceSystem>"
    );
    let (dictionary, problems) = xtce::read(text.as_bytes());
    let dictionary = dictionary.expect("a system");
    assert_eq!(dictionary.types.len(), 6);
    assert!(told(&problems, "AggregateParameterType", "more than 65536 members"));
    round(&dictionary);
}

#[test]
fn odd_names_and_values_are_told() {
    let long = "n".repeat(2_000);
    let text = format!(
        "<SpaceSystem name='S'><TelemetryMetaData><ParameterTypeSet><StringParameterType \
         name='{long}'/><StringParameterType/><StringParameterType name='a/b'/>\
         <StringParameterType name='T'/><StringParameterType name='T'/><Strange/>\
         <IntegerParameterType name='I' sizeInBits='x' signed='maybe'><IntegerDataEncoding \
         sizeInBits='-3'/></IntegerParameterType></ParameterTypeSet></TelemetryMetaData>\
         </SpaceSystem>"
    );
    let (dictionary, problems) = xtce::read(text.as_bytes());
    assert_eq!(dictionary.map(|d| d.types.len()), Some(2));
    for (field, reason) in [
        ("StringParameterType", "longer than 1024 bytes"),
        ("StringParameterType", "it has no name"),
        ("StringParameterType", "is a path"),
        ("StringParameterType", "defined twice"),
        ("Strange", "not supported"),
        ("IntegerParameterType", "sizeInBits \"x\" is not a whole number"),
        ("IntegerParameterType", "signed \"maybe\""),
        ("IntegerDataEncoding", "sizeInBits -3 cannot be"),
    ] {
        assert!(told(&problems, field, reason), "{field}, {reason}: {problems:#?}");
    }
}

#[test]
fn other_encodings_have_the_right_lines() {
    let text = "<SpaceSystem name='S'>\n<é/>\n<Strange/></SpaceSystem>";
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (_, problems) = xtce::read(&utf16);
    assert!(told(&problems, "line 3, Strange", "not supported"), "{problems:?}");
}
