//! Commands of the test data and of files made here, with expectations made by hand.

use super::{folder, round, told};
use crate::format::xtce;
use crate::mission::command::{Check, CommandItem, Consequence, Packing, Stage, Window};
use crate::mission::math::{MathOperator, MathStep};
use crate::mission::telemetry::{
    ArgumentComparison, Calibrator, Condition, Dictionary, Kind, Operator, Size, With,
};
use crate::problem::Problem;

fn load(name: &str) -> Option<(Dictionary, Vec<Problem>)> {
    let bytes = std::fs::read(folder()?.join(name)).ok()?;
    let (dictionary, problems) = xtce::read(&bytes);
    Some((dictionary?, problems))
}

#[test]
fn the_reference_file_holds_what_it_says() {
    let name = "yamcs_xtce/yamcs-core/src/test/resources/xtce/ref-xtce.xml";
    let Some((of, problems)) = load(name) else { return };
    // Counted with grep: MetaCommand 12 and elements of ArgumentTypeSet 8.
    assert_eq!(of.commanding.commands.len(), 12);
    assert_eq!(of.commanding.types.len(), 9);
    let command = |name: &str| &of.commanding.commands[of.commanding.find(name).expect(name)];
    let vital = command("vital_command").significance.as_ref().expect("significance");
    assert_eq!((vital.level, vital.reason.as_str()), (Consequence::Vital, "no particular reason"));
    let held = &command("cmd_with_constraint1").constraints[0];
    assert_eq!((held.timeout_s, held.suspendable), (Some(1.234), false));
    let Condition::All(all) = &held.condition else { panic!("{held:?}") };
    assert_eq!(all.len(), 1);
    // Yamcs names an argument as if it were a parameter; both ways mean the same.
    let argument = |with, operator| {
        Condition::Argument(ArgumentComparison { argument: "arg1".to_owned(), operator, with })
    };
    let held = &command("cmd_with_constraint2").constraints[0].condition;
    let equal = argument(With::Value("15".to_owned()), Operator::Equal);
    assert_eq!(*held, Condition::All(vec![equal]));
    let local = of.parameters.iter().position(|p| p.name.ends_with("local_para1")).unwrap();
    for name in ["cmd_with_verifier3", "cmd_with_verifier4"] {
        let check = &command(name).verifiers[0].check;
        let same = argument(With::Parameter(local), Operator::Equal);
        assert_eq!(*check, Check::Holds(same), "{name}");
    }
    let verifier = &command("cmd_with_verifier2").verifiers[0];
    assert_eq!((verifier.stage, &verifier.check), (Stage::Complete, &Check::Changes(local, 10.0)));
    let window = Window { from_s: None, to_s: 1.0, from_release: false };
    assert_eq!((verifier.window, verifier.noted), (Some(window), Some(local + 1)));
    let ten = of.commanding.types.iter().find(|t| t.of.name.ends_with("arg1_with_algo")).unwrap();
    let steps =
        vec![MathStep::This, MathStep::Value(10.0), MathStep::Operator(MathOperator::Multiply)];
    assert_eq!(ten.of.calibrator, Some(Calibrator::Math(steps)));
    let members = &of.commanding.types.iter().find(|t| !t.members.is_empty()).unwrap().members;
    assert_eq!(members[1], ("m2".to_owned(), "3.14".to_owned()));
    assert!(told(&problems, "ToBinaryTransformAlgorithm", "not supported"), "{problems:#?}");
    round(&of);
}

#[test]
fn the_workshop_commands_and_their_faults() {
    let Some((of, problems)) = load("xtce_workshop/commands-1.2.xml") else { return };
    let find = |name: &str| of.commanding.find(name).expect(name);
    let (base, ghost) = (find("BaseCmd"), &of.commanding.commands[find("GhostCmd")]);
    assert!(of.commanding.commands[base].is_abstract);
    assert_eq!(of.commanding.commands[find("CleanCmd")].base, Some(base));
    assert_eq!((ghost.base, ghost.is_cut), (None, true));
    assert!(
        told(&problems, "BaseMetaCommand", "no command is named \"NoSuchCmd\""),
        "{problems:?}"
    );
    assert_eq!(problems.len(), 1, "{problems:#?}");
}

#[test]
fn a_command_extends_the_header_of_telemetry() {
    let name = "yamcs_xtce/yamcs-core/src/test/resources/xtce/ccsds-green-book.xml";
    let Some((of, problems)) = load(name) else { return };
    let command = &of.commanding.commands[0];
    let container = &of.commanding.containers[command.container.unwrap()];
    let Some(Packing::Telemetry(base)) = container.base else { panic!("{container:?}") };
    assert!(of.containers[base].name.ends_with("/Header"));
    assert_eq!(container.bits, Some(32));
    let fixed = CommandItem::Fixed { name: String::new(), bytes: vec![0x1E], bits: 8 };
    assert_eq!(container.entries[0].item, fixed);
    let stages: Vec<Stage> = command.verifiers.iter().map(|v| v.stage).collect();
    assert_eq!(stages, [Stage::Complete, Stage::Failed]);
    assert_eq!(command.sets[0].stage, Stage::Release);
    assert_eq!(command.sets[1].value, "0x55");
    assert!(!container.is_cut, "{problems:#?}");
}

#[test]
fn sizes_by_arguments() {
    let Some((of, problems)) = load("yamcs_xtce/yamcs-core/src/test/resources/xtce/array-arg.xml")
    else {
        return;
    };
    assert!(problems.is_empty(), "{problems:#?}");
    let Kind::Array { dimensions, .. } = &of.commanding.types[3].of.kind else { panic!("array") };
    let name = "length".to_owned();
    assert_eq!(dimensions, &[Size::Argument { name, slope: 1, intercept: 0 }]);
}

#[test]
fn what_is_not_supported_is_told_by_line() {
    let text = "<SpaceSystem name='S'><CommandMetaData><MetaCommandSet>\n<MetaCommand name='C'>\
        <BaseMetaCommand metaCommandRef='C'/>\n<Interlock/>\n<ArgumentList><Argument name='a' \
        argumentTypeRef='T'/></ArgumentList>\n<CommandContainer name='P'><EntryList>\
        <ArgumentRefEntry argumentRef='b'/>\n<FixedValueEntry binaryValue='XY' sizeInBits='8'/>\
        </EntryList></CommandContainer>\n<DefaultSignificance consequenceLevel='dire'/>\
        <VerifierSet><CompleteVerifier><CustomAlgorithm/></CompleteVerifier></VerifierSet>\
        </MetaCommand>\n<BlockMetaCommand name='B'/></MetaCommandSet><Odd/></CommandMetaData>\
        </SpaceSystem>";
    let (of, problems) = xtce::read(text.as_bytes());
    for (field, reason) in [
        ("line 2, MetaCommand", "extends itself"),
        ("line 3, Interlock", "not supported"),
        ("line 4, Argument", "no argument type is named \"T\""),
        ("line 5, CommandContainer", "cannot be encoded"),
        ("line 6, FixedValueEntry", "not hexadecimal"),
        ("line 7, DefaultSignificance", "none of XTCE 1.2"),
        ("line 7, CustomAlgorithm", "not supported"),
        ("line 8, BlockMetaCommand", "not supported"),
        ("line 8, Odd", "not supported"),
    ] {
        assert!(told(&problems, field, reason), "{field}: {problems:#?}");
    }
    round(&of.expect("a system"));
}

#[test]
fn calculations_that_cannot_be_are_told() {
    let of = |inside: &str| {
        format!(
            "<SpaceSystem name='S'><TelemetryMetaData><ParameterTypeSet><FloatParameterType \
             name='T'><IntegerDataEncoding><DefaultCalibrator>\n<MathOperationCalibrator>{inside}\
             </MathOperationCalibrator></DefaultCalibrator></IntegerDataEncoding>\
             </FloatParameterType></ParameterTypeSet></TelemetryMetaData></SpaceSystem>"
        )
    };
    for (inside, reason) in [
        ("", "it leaves no number"),
        ("<ValueOperand>3</ValueOperand><Operator>+</Operator>", "needs 2 numbers and finds 1"),
        ("<ThisParameterOperand/><Operator>foo</Operator>", "\"foo\""),
        ("<ThisParameterOperand/><Operator>~</Operator>", "\"~\""),
        ("<ValueOperand>much</ValueOperand>", "\"much\""),
        ("<ParameterInstanceRefOperand parameterRef='q'/>", "no parameter is named \"q\""),
        ("<Strange/>", "not supported"),
    ] {
        let (read, problems) = xtce::read(of(inside).as_bytes());
        assert!(told(&problems, "line 2, ", reason), "{inside}: {problems:#?}");
        assert_eq!(read.expect("a system").types[0].calibrator, None);
    }
}
