//! `marsdeck mdb` with dictionaries of several files and of AMPCS.

use super::Home;

#[test]
fn a_dictionary_of_several_files_is_one() {
    let home = Home::new();
    let types = "<IntegerParameterType name=\"u8\"><IntegerDataEncoding/></IntegerParameterType>";
    let shared = format!(
        "<SpaceSystem name=\"dt\"><TelemetryMetaData><ParameterTypeSet>{types}\
         </ParameterTypeSet></TelemetryMetaData></SpaceSystem>"
    );
    home.write("set/dt.xml", &shared);
    let user = |most: u32, include: &str| {
        format!(
            "<SpaceSystem name=\"T\" xmlns:xi=\"http://www.w3.org/2001/XInclude\">\n\
             <TelemetryMetaData><ParameterSet><Parameter name=\"bus\" \
             parameterTypeRef=\"/dt/u8\"/></ParameterSet></TelemetryMetaData>\n\
             <CommandMetaData><ArgumentTypeSet><IntegerArgumentType name=\"u8\">\
             <IntegerDataEncoding/><ValidRangeSet><ValidRange minInclusive=\"0\" \
             maxInclusive=\"{most}\"/></ValidRangeSet></IntegerArgumentType></ArgumentTypeSet>\
             <MetaCommandSet><MetaCommand name=\"GO\"><ArgumentList><Argument name=\"speed\" \
             argumentTypeRef=\"u8\"/></ArgumentList><CommandContainer name=\"GO\"><EntryList>\
             <ArgumentRefEntry argumentRef=\"speed\"/></EntryList></CommandContainer>\
             <DefaultSignificance consequenceLevel=\"critical\"/></MetaCommand></MetaCommandSet>\
             </CommandMetaData>{include}</SpaceSystem>"
        )
    };
    home.write("set/user.xml", user(3, ""));
    let counts = "1 types, 1 parameters, 0 containers, 1 commands, 0 problems";
    for said in ["mdb check set", "mdb check set/user.xml set/dt.xml"] {
        assert!(home.say(said).done().text().contains(counts), "{said}");
    }
    let alone = home.say("mdb check set/user.xml").ended(3).text();
    assert!(alone.contains("line 2") && alone.contains("of the system dt"), "{alone}");
    let listed = home.say("mdb list set --commands").done().lines();
    assert_eq!(listed[0], "/T/GO [Critical]");
    assert!(listed[1].contains("speed") && listed[1].contains("0..3"), "{listed:?}");
    home.write("newer/dt.xml", &shared);
    home.write("newer/user.xml", user(4, ""));
    let changed = home.say("mdb diff set newer").done().text();
    assert!(changed.contains("~ command /T/GO: argument speed: range 0..3 → 0..4"), "{changed}");
    let written = home.say("mdb export set --out out").done().lines();
    assert_eq!(written.len(), 2);
    assert!(home.say("mdb diff set out").done().text().starts_with("0 added, 0 removed"));
    home.say("mdb export set --out out").refused(&["out exists", "new folder"]);
    // A file that another includes is read with it, and told where it is missing.
    home.write("whole.xml", user(3, "\n<xi:include href=\"set/more.xml\"/>"));
    let missing = home.say("mdb check whole.xml set/dt.xml").ended(3).text();
    assert!(missing.contains("whole.xml") && missing.contains("line 4"), "{missing}");
    home.write("set/more.xml", "<SpaceSystem name=\"More\"/>");
    home.say("mdb check whole.xml set/dt.xml").done();
}

#[test]
fn dictionaries_of_ampcs_are_listed_and_written_as_xtce() {
    let home = Home::new();
    home.write(
        "c.xml",
        "<command_dictionary><header mission_name=\"Demo\" version=\"1\"/><command_definitions>\
         <fsw_command opcode=\"0x0102\" stem=\"GO\"><arguments><unsigned_arg name=\"speed\" \
         bit_length=\"8\" units=\"m/s\"/></arguments><description>Drives</description>\
         </fsw_command></command_definitions></command_dictionary>",
    );
    home.write(
        "t.xml",
        "<telemetry_dictionary><header mission_name=\"Demo\" version=\"1\"/>\
         <telemetry_definitions><telemetry abbreviation=\"BUS-0001\" name=\"VOLTS\" \
         type=\"unsigned\" byte_length=\"2\"><raw_units>V</raw_units></telemetry>\
         </telemetry_definitions></telemetry_dictionary>",
    );
    let checked = home.say("mdb check c.xml t.xml").ended(3).text();
    assert!(checked.contains("1 parameters, 0 containers, 1 commands"), "{checked}");
    assert!(checked.contains("no width of operation codes"), "{checked}");
    let listed = home.say("mdb list c.xml t.xml --commands").done().text();
    assert!(listed.contains("/demo/GO Drives") && listed.contains("m/s"), "{listed}");
    let listed = home.say("mdb list c.xml t.xml").done().text();
    assert!(listed.contains("/demo/BUS-0001"), "{listed}");
    home.say("mdb export c.xml t.xml --out demo.xml").ended(3);
    let checked = home.say("mdb check demo.xml").done().text();
    assert!(checked.contains("1 parameters, 0 containers, 1 commands, 0 problems"), "{checked}");
}
