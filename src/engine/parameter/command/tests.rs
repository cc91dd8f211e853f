//! Commands of the test data and of dictionaries made here, with bytes worked out by hand.

use std::path::PathBuf;

use proptest::prelude::*;

use super::{Encoded, Given, encode};
use crate::format::xtce::{self, SourceFile};
use crate::mission::telemetry::Dictionary;
use crate::problem::Problem;

/// A file of the test data; none, and a line that says so, where it is not present.
fn bytes(name: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd");
    let found = std::fs::read(PathBuf::from(root).join(name)).ok();
    if found.is_none() {
        println!("skipped: E_ccsds_xtce_cmd/{name} is not present");
    }
    found
}

fn load(name: &str) -> Option<Dictionary> {
    xtce::read(&bytes(name)?).0
}

/// A dictionary of a system `S` with this inside its `CommandMetaData`.
fn made(inside: &str) -> Dictionary {
    let text = format!(
        "<SpaceSystem name='S' xmlns='http://www.omg.org/spec/XTCE/20180204'>\
         <CommandMetaData>{inside}</CommandMetaData></SpaceSystem>"
    );
    let (dictionary, problems) = xtce::read(text.as_bytes());
    assert!(problems.is_empty(), "{problems:#?}");
    dictionary.expect("a system")
}

/// A command with one argument `x` of a type with this element and inside.
fn one(element: &str, inside: &str) -> Dictionary {
    let kind = element.split(' ').next().unwrap_or_default();
    made(&format!(
        "<ArgumentTypeSet><{element} name='T'>{inside}</{kind}></ArgumentTypeSet><MetaCommandSet>\
         <MetaCommand name='C'><ArgumentList><Argument name='x' argumentTypeRef='T'/>\
         </ArgumentList><CommandContainer name='P'><EntryList><ArgumentRefEntry argumentRef='x'/>\
         </EntryList></CommandContainer></MetaCommand></MetaCommandSet>"
    ))
}

fn run(of: &Dictionary, name: &str, given: &[(&str, &str)]) -> Result<Encoded, Vec<Problem>> {
    let id = of.commanding.find(name).expect(name);
    let given: Vec<(String, Given)> = given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Given::parse(value).expect(value)))
        .collect();
    encode(of, id, &given, &|_| None)
}

fn hex(of: &Dictionary, name: &str, given: &[(&str, &str)]) -> String {
    let encoded = run(of, name, given).unwrap_or_else(|problems| panic!("{problems:#?}"));
    encoded.bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02X}"))
}

fn refused(of: &Dictionary, name: &str, given: &[(&str, &str)]) -> String {
    let problems = run(of, name, given).expect_err("it has to be refused");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_quickstart_spacecraft_by_hand() {
    let Some(of) = load("yamcs_quickstart/xtce.xml") else { return };
    // Version 0, TC 1, no secondary header, APID 101 = 0x065: 0x1065. Standalone 3, count 0:
    // 0xC000. Length 0. Packet 2, battery 3.
    assert_eq!(hex(&of, "SwitchVoltageOn", &[("Battery", "3")]), "1065C000000000020003");
    assert_eq!(hex(&of, "Reboot", &[]), "1065C00000000001");
    let why = refused(&of, "SwitchVoltageOff", &[("Battery", "4")]);
    assert!(why.contains("Battery: 4 is not valid; 1 to 3 is"), "{why}");
    let why = refused(&of, "SwitchVoltageOff", &[]);
    assert!(why.contains("Battery: it has no value"), "{why}");
    let why = refused(&of, "SwitchVoltageOff", &[("Battery", "1"), ("CCSDS_APID", "7")]);
    assert!(why.contains("CCSDS_APID: it is always 101"), "{why}");
    let why = refused(&of, "SwitchVoltageOff", &[("Battery", "1"), ("Volts", "7")]);
    assert!(why.contains("Volts: no argument has this name"), "{why}");
    let why = refused(&of, "/myproject/MyProjectPacket", &[]);
    assert!(why.contains("abstract"), "{why}");
    let encoded = run(&of, "SwitchVoltageOn", &[("Battery", "3")]).expect("bytes");
    let last = encoded.fields.last().expect("fields");
    assert_eq!((last.name.as_str(), last.at, last.bits), ("Battery", 64, 16));
    assert_eq!(encoded.bits, 80);
}

#[test]
fn packet_utilisation_services_over_five_files() {
    let names = ["dt", "pus", "pus11", "pus17", "pus23"];
    let path = |name: &str| format!("yamcs_examples/pus/src/main/yamcs/mdb/{name}.xml");
    let all: Vec<_> = names.iter().filter_map(|name| Some((*name, bytes(&path(name))?))).collect();
    if all.len() < names.len() {
        return;
    }
    let files: Vec<_> = all.iter().map(|(name, bytes)| SourceFile { name, bytes }).collect();
    let (of, problems) = xtce::read_all(&files);
    let of = of.expect("a dictionary");
    assert!(!problems.iter().any(|p| p.reason.contains("another file")), "{problems:#?}");
    // Version 0, TC, secondary header, APID 1: 0x1801. Flags 3: 0xC000. Length 0. PUS version 2,
    // acknowledge 7: 0x27. Service 17, 1. Source 0.
    assert_eq!(hex(&of, "ARE_YOU_ALIVE", &[]), "1801C00000002711010000");
    assert_eq!(hex(&of, "ENABLE_SCHEDULER", &[("ackflags", "1")]), "1801C0000000210B010000");
    // Two requests; their number follows from the list.
    let requests = r#"[{"source_id": 1, "apid": 2, "seqcount": 3},
        {"source_id": 4, "apid": 5, "seqcount": "0x6"}]"#;
    assert_eq!(
        hex(&of, "DELETE_ACTIVITIES_BY_ID", &[("requests", requests)]),
        "1801C0000000270B0500000002000100020003000400050006"
    );
    let why = refused(&of, "DELETE_ACTIVITIES_BY_ID", &[("requests", r#"[{"apid": 70000}]"#)]);
    assert!(why.contains("requests[0].source_id: it has no value"), "{why}");
    assert!(why.contains("requests[0].apid: 70000 does not fit into 16 bits"), "{why}");
}

#[test]
fn the_green_book_command() {
    let name = "yamcs_xtce/yamcs-core/src/test/resources/xtce/ccsds-green-book.xml";
    let Some(of) = load(name) else { return };
    // Header of telemetry: ID 255, secondary header 0 and type 0 in a byte, length 0; then 1E,
    // the check sum 0 of eight bits, the timer.
    let bytes = hex(&of, "PWHTMR", &[("TimerStartStop", "TIMER_START")]);
    assert!(bytes.starts_with("FF00") && bytes.ends_with("1E000001"), "{bytes}");
    let why = refused(&of, "PWHTMR", &[("TimerStartStop", "TIMER_PAUSE")]);
    assert!(why.contains("\"TIMER_PAUSE\" is none of TIMER_STOP, TIMER_START"), "{why}");
}

#[test]
fn texts_of_the_yamcs_tests() {
    let Some(of) = load("yamcs_xtce/yamcs-core/src/test/resources/xtce/strings-cmd.xml") else {
        return;
    };
    let para = ("para1", "10");
    // Six bytes with a terminator that only a full text does without.
    assert_eq!(hex(&of, "command1", &[("string1", "ab"), para]), "616200000000000A");
    assert_eq!(hex(&of, "command1", &[("string1", "abcdef"), para]), "616263646566000A");
    assert!(refused(&of, "command1", &[("string1", "abcdefg"), para]).contains("room for 48"));
    assert_eq!(hex(&of, "command2", &[("string2", "abcdef"), para]), "616263646566000A");
    assert_eq!(hex(&of, "command3", &[("string3", "ab"), para]), "616200000A");
    assert!(refused(&of, "command3", &[("string3", "abcdef"), para]).contains("room for 48"));
    assert_eq!(hex(&of, "command5", &[("string5", "ab"), para]), "00026162000A");
    assert!(refused(&of, "command5", &[("string5", "abcde"), para]).contains("more than 48"));
    assert_eq!(hex(&of, "command6", &[("string6", "ab"), para]), "6162000000000A");
    // A size in a field of another size is not supported, which the dictionary says.
    let given = [("buf_length", "6"), ("string4", "ab"), para];
    assert!(refused(&of, "command4", &given).contains("how it stands"));
}

#[test]
fn reference_commands_of_yamcs() {
    let base = "yamcs_xtce/yamcs-core/src/test/resources/xtce/";
    if let Some(of) = load(&format!("{base}ref-xtce.xml")) {
        // 1980-01-06T00:00:20 UTC is 20 s of GPS time; the second is 20 s of 1970.
        let times = [("t1", "1980-01-06T00:00:20"), ("t2", "1970-01-01T00:00:20")];
        assert_eq!(hex(&of, "command1", &times), "0000001400000014");
        let given = [("arg1", r#"{"m1": 66, "m2": 2.5}"#)];
        assert_eq!(hex(&of, "command2", &given), "000000424004000000000000");
        assert_eq!(hex(&of, "command4", &[]), "0000000740091EB851EB851F");
        let why = refused(&of, "command2", &[("arg1", r#"{"m1": 1, "m2": 100.5}"#)]);
        assert!(why.contains("arg1.m2: 100.5 is not valid; … to 100 is"), "{why}");
        // x · 10 in reverse Polish; 55.24296675 · 100 + 6138.107417 = 11662.4.
        let given = [("arg1", "5"), ("arg2", "100")];
        assert_eq!(hex(&of, "command_with_algo", &given), "00322D8E");
        let why = refused(&of, "command_with_algo", &[("arg1", "5"), ("arg2", "99")]);
        assert!(why.contains("arg2: 99 is not valid; 100 to 1100 kPa is"), "{why}");
        // Encoded by an algorithm that only Yamcs has.
        assert!(refused(&of, "command3", &[("arg1", "0102")]).contains("how it stands"));
    }
    if let Some(of) = load(&format!("{base}array-arg.xml")) {
        assert_eq!(hex(&of, "cmd1", &[("length", "2"), ("array1", "[1, 2]")]), "00020102");
        assert_eq!(hex(&of, "cmd1", &[("array1", "[1, 2, 3]")]), "0003010203");
        let why = refused(&of, "cmd1", &[("length", "3"), ("array1", "[1, 2]")]);
        assert!(why.contains("array1: it has 2 elements, and 3 are needed"), "{why}");
        let why = refused(&of, "cmd1", &[("array1", "[1, 2, 3, 4, 5, 6]")]);
        assert!(why.contains("length: 6 is not valid; … to 5 is"), "{why}");
    }
    if let Some(of) = load(&format!("{base}array-in-array-arg.xml")) {
        let array = r#"[{"inner_array": [1, 2]}, {"inner_array_length": 1, "inner_array": [3]}]"#;
        let bytes = hex(&of, "cmd1", &[("outer_array", array)]);
        assert_eq!(bytes, "0002020001000201".to_owned() + "0003");
    }
    if let Some(of) = load(&format!("{base}enum-arg.xml")) {
        assert_eq!(hex(&of, "cmd1", &[("phase", "MISSION")]), "03");
        assert_eq!(hex(&of, "cmd1", &[("phase", "4")]), "04");
        assert!(refused(&of, "cmd1", &[("phase", "6")]).contains("none of SAFE, LEOP"));
    }
    if let Some(of) = load("yamcs_xtce/yamcs-xtce/src/test/resources/ranges-test.xml") {
        assert_eq!(hex(&of, "SetTemperature", &[("temperature", "20")]), "4034000000000000");
        let why = refused(&of, "SetTemperature", &[("temperature", "40")]);
        assert!(why.contains("40 is not valid; 10 to below 40 degC is"), "{why}");
    }
}

#[test]
fn numbers_of_every_form() {
    let integer = |attributes: &str| {
        one("IntegerArgumentType", &format!("<IntegerDataEncoding {attributes}/>"))
    };
    for (attributes, value, bytes) in [
        ("sizeInBits='12'", "0xABC", "ABC0"),
        ("sizeInBits='3' encoding='twosComplement'", "-2", "C0"),
        ("sizeInBits='24' encoding='signMagnitude'", "-2", "800002"),
        ("sizeInBits='16' byteOrder='leastSignificantByteFirst'", "258", "0201"),
        ("sizeInBits='32' byteOrder='2,3,0,1'", "0x04030201", "03040102"),
        ("sizeInBits='16' encoding='packedBCD'", "1987", "1987"),
        ("sizeInBits='64'", "18446744073709551615", "FFFFFFFFFFFFFFFF"),
    ] {
        assert_eq!(hex(&integer(attributes), "C", &[("x", value)]), bytes, "{attributes}");
    }
    let why = refused(&integer("sizeInBits='8'"), "C", &[("x", "256")]);
    assert!(why.contains("x: 256 does not fit into 8 bits, which hold 0 to 255"), "{why}");
    assert!(refused(&integer("sizeInBits='8'"), "C", &[("x", "1.5")]).contains("no whole number"));
    assert!(refused(&integer("sizeInBits='8'"), "C", &[("x", "[1]")]).contains("single value"));
    let float =
        |attributes: &str| one("FloatArgumentType", &format!("<FloatDataEncoding {attributes}/>"));
    assert_eq!(hex(&float("sizeInBits='16'"), "C", &[("x", "-2")]), "C000");
    let mil = float("sizeInBits='32' encoding='MILSTD_1750A'");
    assert_eq!(hex(&mil, "C", &[("x", "10")]), "50000004");
    assert!(refused(&mil, "C", &[("x", "much")]).contains("\"much\" is no number"));
    assert!(refused(&mil, "C", &[("x", "inf")]).contains("no number"));
    let boolean = one(
        "BooleanArgumentType oneStringValue='On' zeroStringValue='Off'",
        "<IntegerDataEncoding sizeInBits='1'/>",
    );
    assert_eq!(hex(&boolean, "C", &[("x", "On")]), "80");
    assert!(refused(&boolean, "C", &[("x", "Auto")]).contains("neither Off nor On"));
    let binary = one(
        "BinaryArgumentType",
        "<BinaryDataEncoding><SizeInBits><FixedValue>24</FixedValue></SizeInBits>\
         </BinaryDataEncoding>",
    );
    assert_eq!(hex(&binary, "C", &[("x", "0xCA FE")]), "CAFE00");
    assert!(refused(&binary, "C", &[("x", "CAF")]).contains("two digits"));
    let ranges = one(
        "IntegerArgumentType",
        "<IntegerDataEncoding sizeInBits='8'/><ValidRangeSet><ValidRange minInclusive='1' \
         maxInclusive='3'/><ValidRange minInclusive='10'/></ValidRangeSet>",
    );
    assert_eq!(hex(&ranges, "C", &[("x", "12")]), "0C");
    assert!(refused(&ranges, "C", &[("x", "5")]).contains("1 to 3 or 10 to … is"));
    let wide = one(
        "StringArgumentType",
        "<StringDataEncoding encoding='UTF-16LE'><SizeInBits><Fixed><FixedValue>48</FixedValue>\
         </Fixed><TerminationChar>00</TerminationChar></SizeInBits></StringDataEncoding>\
         <SizeRangeInCharacters minInclusive='1' maxInclusive='3'/>",
    );
    assert_eq!(hex(&wide, "C", &[("x", "aé")]), "6100E9000000");
    assert!(refused(&wide, "C", &[("x", "")]).contains("it has 0 characters; 1 to 3 are valid"));
}

#[test]
fn places_repetitions_conditions_and_fixed_values() {
    let of = made(
        "<ArgumentTypeSet><IntegerArgumentType name='U8'><IntegerDataEncoding sizeInBits='8'/>\
         </IntegerArgumentType></ArgumentTypeSet><MetaCommandSet><MetaCommand name='C'>\
         <ArgumentList><Argument name='n' argumentTypeRef='U8'/><Argument name='b' \
         argumentTypeRef='U8' initialValue='0xEE'/></ArgumentList><CommandContainer name='P'>\
         <BinaryEncoding><SizeInBits><FixedValue>64</FixedValue></SizeInBits></BinaryEncoding>\
         <EntryList><FixedValueEntry binaryValue='FFF3' sizeInBits='4'/>\
         <ArgumentRefEntry argumentRef='n'><LocationInContainerInBits \
         referenceLocation='containerStart'><FixedValue>8</FixedValue></LocationInContainerInBits>\
         </ArgumentRefEntry><ArgumentRefEntry argumentRef='b'><RepeatEntry><Count><DynamicValue>\
         <ArgumentInstanceRef argumentRef='n'/></DynamicValue></Count><Offset><FixedValue>4\
         </FixedValue></Offset></RepeatEntry></ArgumentRefEntry><FixedValueEntry name='odd' \
         binaryValue='AA' sizeInBits='8'><IncludeCondition><Comparison comparisonOperator='&gt;' \
         value='2'><ArgumentInstanceRef argumentRef='n'/></Comparison></IncludeCondition>\
         </FixedValueEntry></EntryList></CommandContainer></MetaCommand></MetaCommandSet>",
    );
    // Four bits, a gap of four, n, then twice EE with four bits between; filled to 64 bits.
    assert_eq!(hex(&of, "C", &[("n", "2")]), "3002EE0EE0000000");
    // n = 3: the last AA stands behind three EE: 30 03 EE 0EE 0EE AA.
    assert_eq!(hex(&of, "C", &[("n", "3")]), "3003EE0EE0EEAA00");
    let encoded = run(&of, "C", &[("n", "3")]).expect("bytes");
    let names: Vec<&str> = encoded.fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["fixed value", "n", "b", "b", "b", "odd"]);
    assert_eq!(encoded.arguments[1], ("b".to_owned(), Given::Text("0xEE".to_owned())));
}

#[test]
fn what_is_not_whole_is_refused() {
    let text = "<SpaceSystem name='S'><CommandMetaData><MetaCommandSet><MetaCommand name='A'>\
         <BaseMetaCommand metaCommandRef='Gone'/></MetaCommand><MetaCommand name='B'/>\
         <MetaCommand name='C'><CommandContainer name='P'><EntryList><FixedValueEntry \
         binaryValue='01' sizeInBits='8'/><StreamSegmentEntry/></EntryList></CommandContainer>\
         </MetaCommand><MetaCommand name='D'><CommandContainer name='Q'><EntryList>\
         <ContainerRefEntry containerRef='Q'/></EntryList></CommandContainer></MetaCommand>\
         </MetaCommandSet></CommandMetaData></SpaceSystem>";
    let (of, problems) = xtce::read(text.as_bytes());
    let of = of.expect("a system");
    assert!(problems.len() >= 4, "{problems:#?}");
    assert!(refused(&of, "A", &[]).contains("not in the dictionary"));
    assert!(refused(&of, "B", &[]).contains("no container"));
    assert!(refused(&of, "C", &[]).contains("not known or not supported"));
    assert!(refused(&of, "D", &[]).contains("not known or not supported"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,40}", json in "[\\[{\"a1:,}\\]]{0,20}") {
        let of = one(
            "IntegerArgumentType",
            "<IntegerDataEncoding sizeInBits='13'/>",
        );
        for value in [&text, &json] {
            let Ok(given) = Given::parse(value) else { continue };
            let given = [("x".to_owned(), given)];
            match encode(&of, 0, &given, &|_| None) {
                Ok(encoded) => prop_assert_eq!((encoded.bytes.len(), encoded.bits), (2, 13)),
                Err(problems) => prop_assert!(!problems.is_empty()),
            }
        }
    }
}
