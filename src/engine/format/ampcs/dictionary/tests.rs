//! Dictionaries, made here and real.

use std::path::Path;

use super::*;
use crate::format::ampcs::EvrLevel;
use crate::format::xtce;
use crate::mission::telemetry::Kind;

/// A file of the sample data; says so where they are not there.
fn real(name: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd");
    let path = Path::new(root).join(name);
    if !path.exists() {
        eprintln!("skipped: {name} not present");
        return None;
    }
    Some(std::fs::read(path).unwrap())
}

const EVRS: &str = r#"<evr_dictionary>
  <header><mission_name>TEST</mission_name><version>1.0</version></header>
  <enum_definitions><enum_table name="E"><enum symbol="OK" numeric="0"/><enum symbol="BAD"
    numeric="0x10"/><enum symbol="X" numeric="?"/></enum_table></enum_definitions>
  <evrs>
    <evr id="0x1001" name="BUS_LOW" level="WARNING_HI">
      <categories><module>pwr</module><subsystem>BUS</subsystem></categories>
      <format_message><![CDATA[Bus %4.2f V, code %s]]></format_message>
      <number_of_arguments>2</number_of_arguments>
      <args><float_arg name="volts" bit_length="32"/><enum_arg name="code" bit_length="8"
        enum_name="E"/></args>
    </evr>
    <evr id="7" name="ODD" level="INFO"><args><opcode_arg name="op"/></args></evr>
    <evr name="NO_NUMBER" level="FATAL"/>
  </evrs>
  <extra/>
</evr_dictionary>"#;

#[test]
fn event_records_have_level_message_and_arguments() {
    assert!(sniff_dictionary(EVRS.as_bytes()));
    let (read, problems) = read_dictionary(EVRS.as_bytes());
    assert_eq!((read.header.mission.as_str(), read.header.version.as_str()), ("TEST", "1.0"));
    let low = &read.evrs[0];
    assert_eq!((low.id, low.level, low.arguments.len()), (0x1001, EvrLevel::WarningHi, 2));
    assert_eq!(low.format, "Bus %4.2f V, code %s");
    assert_eq!((low.categories.module.as_str(), low.categories.subsystem.as_str()), ("pwr", "BUS"));
    assert_eq!(low.arguments[1].kind, ArgumentKind::Enum { table: "E".into() });
    assert_eq!(read.evrs[1].level, EvrLevel::EvrUnknown);
    assert_eq!(read.enumeration("E").unwrap().values[1], (16, "BAD".into()));
    // A symbol without number, INFO, opcode_arg, an event without number, an unknown part.
    assert_eq!((read.evrs.len(), problems.len()), (2, 5), "{problems:#?}");
    assert!(problems.iter().all(|p| p.offset.is_some()));
    assert_eq!(read.summary(), "2 event records, 1 enumerations");
}

#[test]
fn channels_have_units_and_polynomials() {
    let text = r#"<telemetry_dictionary><telemetry_definitions>
        <telemetry abbreviation="T-1" name="TEMP" type="unsigned" source="flight" byte_length="2">
          <raw_units>DN</raw_units><raw_to_eng><parameterized_algorithm><name>polynomial</name>
          <param name="coeff0" value="-40"/><param name="coeff1" value="0.1"/>
          </parameterized_algorithm><eng_units>C</eng_units></raw_to_eng></telemetry>
        <telemetry abbreviation="T-2" name="S" type="enum" byte_length="x">
          <enum_format enum_name="NONE_SUCH"/></telemetry>
        <telemetry name="NAMELESS"/>
        </telemetry_definitions></telemetry_dictionary>"#;
    let (read, problems) = read_dictionary(text.as_bytes());
    let first = &read.channels[0];
    assert_eq!((first.polynomial.as_slice(), first.eu_unit.as_str()), (&[-40.0, 0.1][..], "C"));
    assert_eq!((first.raw_unit.as_str(), first.bytes), ("DN", Some(2)));
    assert_eq!((read.channels.len(), problems.len()), (2, 3), "{problems:#?}");
}

#[test]
fn broken_dictionaries_are_told() {
    for cut in 0..EVRS.len() {
        if let Some(piece) = EVRS.get(..cut) {
            let (read, problems) = read_dictionary(piece.as_bytes());
            assert!(read.evrs.len() <= 3 && !problems.is_empty(), "cut at {cut}");
        }
    }
    for wrong in ["", "<other/>", "[{\"channel_id\": 1, \"data_type\"", "[{\"channel_id\"}]"] {
        let (read, problems) = read_dictionary(wrong.as_bytes());
        assert!(!problems.is_empty() && read == Dictionary::default(), "{wrong}");
    }
    let odd = r#"[{"channel_id":"A","enum_value":"x"},{"channel_id":"","data_type":""},5]"#;
    let (_, problems) = read_dictionary(odd.as_bytes());
    assert_eq!(problems.len(), 3, "{problems:#?}");
}

#[test]
fn real_command_dictionaries() {
    let Some(bytes) = real("aerie_ui/command-dictionary.xml") else { return };
    assert!(sniff_dictionary(&bytes));
    let (read, problems) = read_dictionary(&bytes);
    assert_eq!(problems, []);
    assert_eq!((read.commands.len(), read.header.spacecraft.as_slice()), (4, &["42".into()][..]));
    assert!(read.commands[0].is_hardware && read.commands[0].opcode.is_none());
    let arguments = &read.commands[3].arguments;
    let names: Vec<&str> = arguments.iter().map(|a| a.name.as_str()).collect();
    let all = ["float_arg_0", "integer_arg_0", "time_arg_0", "unsigned_arg_0", "var_string_arg_0"];
    assert_eq!(names, all);
    let ranges = vec![Range { min: "1".into(), max: "2039".into() }];
    assert_eq!((&arguments[3].ranges, arguments[3].unit.as_str()), (&ranges, "METER"));
    assert_eq!(arguments[3].default.as_deref(), Some("2000"));
    let text = ArgumentKind::String {
        prefix_bits: Some(8),
        max_bits: Some(1024),
        regex: "[0-9a-fxA-FX]{4,}".into(),
    };
    assert_eq!(arguments[4].kind, text);
    assert_eq!(read.enumeration("SomeEnum").unwrap().values[0], (1, "ON".into()));

    for name in [
        "aerie_ampcs/command_banananation.xml",
        "aerie_ui_mocks/sequencing/dictionaries/command_banananation.xml",
    ] {
        let Some(bytes) = real(name) else { return };
        let (read, problems) = read_dictionary(&bytes);
        assert_eq!(problems, [], "{name}");
        let text = String::from_utf8_lossy(&bytes);
        let count = text.matches("</fsw_command>").count() + text.matches("</hw_command>").count();
        assert_eq!(read.commands.len(), count, "{name}");
        let echo = &read.commands[0];
        assert_eq!((echo.stem.as_str(), echo.opcode), ("ECHO", Some(0xffff)));
        let restriction = "restricted_modes/prime_string_restriction@prime_string_only".to_owned();
        assert!(echo.notes.contains(&(restriction, "No".into())), "{:?}", echo.notes);
        let repeated =
            read.commands.iter().flat_map(|c| &c.arguments).find_map(|a| match &a.kind {
                ArgumentKind::Repeat { arguments, .. } => Some(arguments.len()),
                _ => None,
            });
        assert_eq!(repeated, Some(2), "{name}");
    }
}

#[test]
fn real_channel_and_parameter_dictionaries() {
    let Some(bytes) = real("aerie_ui/channel-dictionary.xml") else { return };
    let (read, problems) = read_dictionary(&bytes);
    // Both symbols of the file's table have the number 0.
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].reason.contains("same number"));
    let bake = &read.channels[0];
    assert_eq!((bake.id.as_str(), bake.enumeration.as_str()), ("BAKE-0000", "BAKE_STATE"));
    assert_eq!((bake.measurement, bake.categories.ops.as_str()), (Some(1), "BAKE"));
    assert_eq!(read.groups[0].channels, ["OVEN-21", "OVEN-26"]);

    for name in ["aerie_ui/parameter-dictionary.xml", "aerie_ampcs/parameter_banananation.xml"] {
        let Some(bytes) = real(name) else { return };
        let (read, problems) = read_dictionary(&bytes);
        assert_eq!(problems, [], "{name}");
        let rate = &read.parameters[0];
        assert_eq!((rate.id.as_str(), rate.applied.as_str()), ("0x6260", "IMMEDIATELY"));
        assert_eq!((rate.value.bits, rate.value.default.as_deref()), (Some(8), Some("1")));
    }

    let Some(bytes) = real("openmct_mcws/ChannelDictionary.json") else { return };
    assert!(sniff_dictionary(&bytes));
    let (read, problems) = read_dictionary(&bytes);
    assert_eq!((read.channels.len(), problems.len()), (3, 0), "{problems:?}");
    assert_eq!(read.channels[0].raw_unit, "percentage");
    assert_eq!(read.channels[2].enumeration, "ENG-0002");
    let Some(bytes) = real("openmct_mcws/ChannelEnumerationDictionary.json") else { return };
    let (read, _) = read_dictionary(&bytes);
    assert_eq!(read.enumeration("ENG-0002").unwrap().values[3], (3, "CONTINGENCY_STATE".into()));
    let Some(bytes) = real("openmct_mcws/Session.json") else { return };
    assert!(!sniff_dictionary(&bytes));
}

/// What the mission database makes of a file of the test data, and its problems.
fn converted(name: &str) -> Option<(crate::mission::telemetry::Dictionary, Vec<Problem>)> {
    let bytes = real(name)?;
    Some(read_dictionary(&bytes).0.to_mission())
}

/// What is converted can be written as XTCE and read again.
fn written(of: &crate::mission::telemetry::Dictionary) {
    let (again, problems) = xtce::read(xtce::write(of).as_bytes());
    let again = again.expect("a dictionary");
    let commands = |d: &crate::mission::telemetry::Dictionary| d.commanding.commands.clone();
    assert_eq!(commands(&again), commands(of), "{problems:#?}");
    assert_eq!(again.parameters, of.parameters);
    assert_eq!(again.commanding.types, of.commanding.types);
}

#[test]
fn channels_become_parameters() {
    let Some((of, problems)) = converted("aerie_ui/channel-dictionary.xml") else { return };
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!((of.name.as_str(), of.version.as_str()), ("generic", "1.0.0.0"));
    let parameter = &of.parameters[0];
    assert_eq!(parameter.name, "/generic/BAKE-0000");
    assert_eq!(parameter.description, "BAKE_STATE: String of the oven");
    let Kind::Enumerated { labels } = &of.types[parameter.type_id].kind else { panic!("{of:?}") };
    assert_eq!(labels[1].label, "OVEN_ON");
    written(&of);
}

#[test]
fn commands_become_bytes() {
    let Some((of, problems)) = converted("aerie_ampcs/command_banananation.xml") else { return };
    assert!(problems.iter().any(|p| p.field == "opcode"), "{problems:#?}");
    written(&of);
    let id = of.commanding.find("PREHEAT_OVEN").expect("a command");
    assert!(of.commanding.commands[id].description.contains("turn on the oven"));
    let argument = &of.commanding.types[of.commanding.commands[id].arguments[0].type_id];
    assert_eq!((argument.valid[0].low, argument.valid[0].high), (Some(0.0), Some(100.0)));
    // Without width of the operation codes of the other file nothing can be encoded.
    let Some((of, _)) = converted("aerie_ui/command-dictionary.xml") else { return };
    assert!(of.commanding.containers.iter().all(|container| container.is_cut));
    let words = of.commanding.find("FSW_CMD_0").expect("a command");
    assert_eq!(of.commanding.commands[words].arguments[0].initial.as_deref(), Some("ON"));
    written(&of);
}

#[test]
fn repetitions_events_and_what_is_left_out() {
    let text = "<command_dictionary><header mission_name='My Mission' version='7'/>\
        <command_definitions><fsw_command opcode='0x12' stem='GO'><arguments><fill_arg \
        bit_length='4'/><repeat_arg name='legs' prefix_bit_length='4'><repeat min='1' max='9'>\
        <arguments><unsigned_arg name='speed' bit_length='8' units='m/s'/></arguments></repeat>\
        </repeat_arg></arguments></fsw_command></command_definitions></command_dictionary>";
    let (of, _) = read_dictionary(text.as_bytes());
    let (of, problems) = of.to_mission();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(!of.commanding.containers[0].is_cut);
    let command = &of.commanding.commands[0];
    assert_eq!(command.name, "/my_mission/GO");
    let names: Vec<&str> = command.arguments.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["legs_count", "legs"]);
    written(&of);
    let evrs = "<evr_dictionary><header mission_name='m'/><evrs><evr id='5' name='HOT' \
        level='WARNING_HI'><format_message>it is %d</format_message><args><integer_arg name='t' \
        bit_length='8'/></args></evr></evrs></evr_dictionary>";
    let (of, _) = read_dictionary(evrs.as_bytes()).0.to_mission();
    let event = &of.events[0];
    assert_eq!((event.name.as_str(), event.number), ("/m/HOT", 5));
    assert_eq!((event.level.as_str(), event.message.as_str()), ("WARNING_HI", "it is %d"));
    let left = "<param-def><param param_id='1' param_name='P'><parameter_type><float_param \
        bit_length='32'/></parameter_type></param></param-def>";
    let (_, problems) = read_dictionary(left.as_bytes()).0.to_mission();
    assert!(problems.iter().any(|p| p.reason.contains("no counterpart")), "{problems:#?}");
}
