//! Arguments of telecommands: any text is encoded in bounds or refused with a reason.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parsers::format::xtce;
use parsers::mission::telemetry::Dictionary;
use parsers::parameter::command::{Given, encode};

/// A command with an argument of every kind.
static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let types = [
        ("Integer", "<IntegerDataEncoding sizeInBits='13' encoding='twosComplement'/>"),
        ("Float", "<FloatDataEncoding sizeInBits='16'/>"),
        ("Boolean", "<IntegerDataEncoding sizeInBits='1'/>"),
        (
            "Enumerated",
            "<IntegerDataEncoding sizeInBits='3'/><EnumerationList><Enumeration value='1' \
             label='ON'/></EnumerationList>",
        ),
        (
            "String",
            "<StringDataEncoding encoding='UTF-16'><Variable maxSizeInBits='800'><DynamicValue>\
             <ParameterInstanceRef parameterRef='_yamcs_ignore'/></DynamicValue>\
             <TerminationChar>00</TerminationChar></Variable></StringDataEncoding>",
        ),
        (
            "Binary",
            "<BinaryDataEncoding><SizeInBits><DynamicValue><ArgumentInstanceRef \
             argumentRef='Integer'/></DynamicValue></SizeInBits></BinaryDataEncoding>",
        ),
        (
            "AbsoluteTime",
            "<Encoding><IntegerDataEncoding sizeInBits='64'/></Encoding><ReferenceTime>\
             <Epoch>TAI</Epoch></ReferenceTime>",
        ),
        (
            "RelativeTime",
            "<Encoding scale='0.001'><FloatDataEncoding sizeInBits='48' \
             encoding='MILSTD_1750A'/></Encoding>",
        ),
        (
            "Aggregate",
            "<MemberList><Member name='a' typeRef='Integer'/><Member name='b' typeRef='String'/>\
             </MemberList>",
        ),
    ];
    let mut text = String::from("<SpaceSystem name='S'><CommandMetaData><ArgumentTypeSet>");
    for (kind, inside) in types {
        text += &format!("<{kind}ArgumentType name='{kind}'>{inside}</{kind}ArgumentType>");
    }
    text += "<ArrayArgumentType name='Array' arrayTypeRef='Aggregate'><DimensionList><Dimension>\
             <StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><DynamicValue>\
             <ArgumentInstanceRef argumentRef='Integer'/></DynamicValue></EndingIndex></Dimension>\
             </DimensionList></ArrayArgumentType></ArgumentTypeSet><MetaCommandSet>\
             <MetaCommand name='C'><ArgumentList>";
    let names: Vec<&str> = types.iter().map(|(kind, _)| *kind).chain(["Array"]).collect();
    for name in &names {
        text += &format!("<Argument name='{name}' argumentTypeRef='{name}'/>");
    }
    text += "</ArgumentList><CommandContainer name='P'><EntryList>";
    for name in &names {
        text += &format!("<ArgumentRefEntry argumentRef='{name}'/>");
    }
    text += "</EntryList></CommandContainer></MetaCommand></MetaCommandSet></CommandMetaData>\
             </SpaceSystem>";
    xtce::read(text.as_bytes()).0.expect("a dictionary")
});

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let given: Vec<(String, Given)> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter_map(|(name, value)| Some((name.to_owned(), Given::parse(value).ok()?)))
        .collect();
    match encode(&DICTIONARY, 0, &given, &|_| None) {
        Ok(encoded) => {
            assert_eq!(encoded.bytes.len() as u64, encoded.bits.div_ceil(8));
            assert!(encoded.bytes.len() <= 65_542 && !encoded.fields.is_empty());
        }
        Err(problems) => {
            assert!(!problems.is_empty() && problems.len() <= 100);
            assert!(problems.iter().all(|p| !p.field.is_empty() && !p.reason.is_empty()));
        }
    }
});
