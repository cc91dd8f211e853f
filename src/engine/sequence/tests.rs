//! Sequences against a command dictionary: checks, completion and help.

use super::text::parse;
use super::{check, check_sequence, complete, encode_step, help, short_name};
use crate::format::xtce;
use crate::mission::telemetry::Dictionary;

/// A system `SEIS` with `GAIN(axis, level, factor = 1)`, `OFF` and an abstract `BASE`.
pub(super) fn dictionary() -> Dictionary {
    dictionary_with("4095")
}

/// The same with another greatest factor.
pub(super) fn dictionary_with(greatest: &str) -> Dictionary {
    let text = format!(
        "<SpaceSystem name='SEIS' xmlns='http://www.omg.org/spec/XTCE/20180204'>\
         <Header version='4.2'/><CommandMetaData><ArgumentTypeSet>\
         <EnumeratedArgumentType name='Axis'><IntegerDataEncoding sizeInBits='8'/>\
         <EnumerationList><Enumeration label='U' value='0'/><Enumeration label='V' value='1'/>\
         <Enumeration label='W' value='2'/></EnumerationList></EnumeratedArgumentType>\
         <BooleanArgumentType name='Level' zeroStringValue='LOW' oneStringValue='HIGH'>\
         <IntegerDataEncoding sizeInBits='8'/></BooleanArgumentType>\
         <IntegerArgumentType name='Factor' signed='false'><UnitSet><Unit>dB</Unit></UnitSet>\
         <IntegerDataEncoding sizeInBits='16'/><ValidRangeSet><ValidRange minInclusive='1' \
         maxInclusive='{greatest}'/></ValidRangeSet></IntegerArgumentType></ArgumentTypeSet>\
         <MetaCommandSet><MetaCommand name='BASE' abstract='true'><CommandContainer name='B'>\
         <EntryList><FixedValueEntry binaryValue='CA' sizeInBits='8'/></EntryList>\
         </CommandContainer></MetaCommand>\
         <MetaCommand name='GAIN' shortDescription='Sets the gain. It takes a second.'>\
         <BaseMetaCommand metaCommandRef='BASE'/><ArgumentList>\
         <Argument name='axis' argumentTypeRef='Axis'/>\
         <Argument name='level' argumentTypeRef='Level'/>\
         <Argument name='factor' argumentTypeRef='Factor' initialValue='1'/></ArgumentList>\
         <CommandContainer name='G'><EntryList>\
         <FixedValueEntry binaryValue='01' sizeInBits='8'/>\
         <ArgumentRefEntry argumentRef='axis'/><ArgumentRefEntry argumentRef='level'/>\
         <ArgumentRefEntry argumentRef='factor'/></EntryList><BaseContainer containerRef='B'/>\
         </CommandContainer></MetaCommand>\
         <MetaCommand name='OFF'><BaseMetaCommand metaCommandRef='BASE'/><CommandContainer \
         name='O'><EntryList><FixedValueEntry binaryValue='02' sizeInBits='8'/></EntryList>\
         <BaseContainer containerRef='B'/></CommandContainer></MetaCommand>\
         </MetaCommandSet></CommandMetaData></SpaceSystem>"
    );
    let (dictionary, problems) = xtce::read(text.as_bytes());
    assert!(problems.is_empty(), "{problems:#?}");
    dictionary.expect("a system")
}

fn told(text: &str) -> Vec<String> {
    let parsed = parse(text);
    assert!(parsed.faults.is_empty(), "{:?}", parsed.faults);
    check(&dictionary(), &parsed, &|_| None)
        .iter()
        .map(|f| format!("{}:{}-{} {}", f.span.line, f.span.start, f.span.end, f.reason))
        .collect()
}

#[test]
fn commands_become_bytes() {
    let of = dictionary();
    let parsed = parse("R1 GAIN U HIGH\nR1 GAIN factor=0x2A \"W\" level=false\nR1 /SEIS/OFF");
    let bytes: Vec<Vec<u8>> = parsed
        .sequence
        .steps
        .iter()
        .map(|step| encode_step(&of, step, &|_| None).expect("a command").bytes)
        .collect();
    assert_eq!(bytes, [vec![0xCA, 1, 0, 1, 0, 1], vec![0xCA, 1, 2, 0, 0, 42], vec![0xCA, 2]]);
    assert_eq!(short_name(&of.commanding, of.commanding.find("OFF").expect("OFF")), "OFF");
}

#[test]
fn arguments_are_checked_where_they_stand() {
    assert!(told("R1 GAIN U HIGH 7\nR1 @GROUND_BLOCK(\"any\") 1").is_empty());
    assert_eq!(told("R1 GAIN X HIGH"), ["1:9-10 axis: \"X\" is none of U, V, W"]);
    assert_eq!(told("R1 GAIN U HIGH 0")[0].split(' ').next(), Some("1:16-17"));
    assert_eq!(told("R1 GAIN U"), ["1:4-8 level: it has no value; give it one"]);
    assert_eq!(told("R1 OFF 1"), ["1:8-9 the command takes 0 arguments; take this one out"]);
    assert_eq!(told("R1 GAIN U axis=V"), ["1:9-10 level: \"U\" is neither LOW nor HIGH"]);
    assert_eq!(told("R1 GAIN axis=V axis=U"), ["1:16-22 axis is given twice; keep one"]);
    assert_eq!(told("R1 gain U HIGH"), ["1:4-8 the dictionary has no command gain; there is GAIN"]);
    assert_eq!(told("R1 NOTHING"), ["1:4-11 the dictionary has no command NOTHING"]);
    assert_eq!(
        told("R1 BASE"),
        ["1:4-8 /SEIS/BASE: it is abstract: choose a command that extends it"]
    );
    let sequence = parse("R1 OFF\nR1 OFF 1").sequence;
    let found = check_sequence(&dictionary(), &sequence, &|_| None);
    assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1]);
}

#[test]
fn what_can_stand_at_the_cursor() {
    let of = dictionary();
    let at = |text: &str| {
        let (line, column) = (text.lines().count().max(1), text.chars().count() + 1);
        complete(&of, text, line, column).into_iter().map(|c| c.insert).collect::<Vec<_>>()
    };
    assert_eq!(at(""), ["A", "R", "E", "C", "@METADATA", "@MODEL"]);
    assert_eq!(at("@M"), ["@METADATA", "@MODEL"]);
    assert_eq!(at("R1 "), ["GAIN", "OFF"]);
    assert_eq!(at("R1 o"), ["OFF"]);
    assert_eq!(at("R1 f"), ["OFF"]);
    assert_eq!(at("R1 GAIN "), ["\"U\"", "\"V\"", "\"W\"", "axis=", "level=", "factor="]);
    assert_eq!(at("R1 GAIN \"V"), ["\"V\""]);
    assert_eq!(at("R1 GAIN U level=H"), ["level=\"HIGH\""]);
    assert_eq!(at("R1 GAIN U HIGH "), ["1", "factor="]);
    assert!(at("R1 GAIN # U").is_empty() && at("@METADATA ").is_empty());
    let one = complete(&of, "R1 GA U", 1, 5);
    assert_eq!((one[0].replaces.start, one[0].replaces.end), (4, 6));
    assert_eq!(one[0].detail, "Sets the gain.");
    for line in 0..3 {
        for column in 0..12 {
            let _ = (complete(&of, "R1 \"ü [", line, column), help(&of, "R1 ü [", line, column));
        }
    }
}

#[test]
fn what_is_under_the_cursor() {
    let of = dictionary();
    let text = "# x\nR1 GAIN U factor=3";
    let command = help(&of, text, 2, 5).expect("help");
    assert_eq!(command.title, "/SEIS/GAIN");
    assert_eq!(command.lines[0], "Sets the gain. It takes a second.");
    assert_eq!(command.lines[1], "axis: one of U, V, W");
    let argument = help(&of, text, 2, 13).expect("help");
    assert_eq!((argument.title.as_str(), argument.span.start), ("factor", 11));
    assert_eq!(
        argument.lines,
        ["a whole number, not negative in dB", "valid 1 to 4095", "1 where none is given"]
    );
    assert!(help(&of, text, 1, 1).is_none() && help(&of, text, 9, 9).is_none());
}
