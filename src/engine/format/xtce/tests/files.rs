//! Dictionaries over several files, with expectations made by hand.

use super::{folder, told};
use crate::format::xtce::{self, SourceFile};
use crate::mission::telemetry::Dictionary;
use crate::problem::Problem;

const XI: &str = "xmlns:xi='http://www.w3.org/2001/XInclude'";

fn read(files: &[(&str, &str)]) -> (Dictionary, Vec<Problem>) {
    let files: Vec<_> =
        files.iter().map(|(name, text)| SourceFile { name, bytes: text.as_bytes() }).collect();
    let (dictionary, problems) = xtce::read_all(&files);
    (dictionary.expect("a dictionary"), problems)
}

/// What is written as files reads back together.
fn round(dictionary: &Dictionary) {
    let written = xtce::write_all(dictionary);
    let files: Vec<_> =
        written.iter().map(|(name, text)| SourceFile { name, bytes: text.as_bytes() }).collect();
    let (again, problems) = xtce::read_all(&files);
    assert_eq!(again.as_ref(), Some(dictionary), "{problems:#?}");
}

fn telemetry(types: &str, parameters: &str, containers: &str) -> String {
    format!(
        "<TelemetryMetaData><ParameterTypeSet>{types}</ParameterTypeSet><ParameterSet>{parameters}\
         </ParameterSet><ContainerSet>{containers}</ContainerSet></TelemetryMetaData>"
    )
}

const BYTE: &str = "<IntegerParameterType name='U8'><IntegerDataEncoding/></IntegerParameterType>";

#[test]
fn roots_side_by_side_name_each_other() {
    let types = format!("<SpaceSystem name='dt'>{}</SpaceSystem>", telemetry(BYTE, "", ""));
    let user = telemetry(
        "",
        "<Parameter name='p' parameterTypeRef='/dt/U8'/>",
        "<SequenceContainer name='C'><EntryList><ParameterRefEntry parameterRef='p'/></EntryList>\
         </SequenceContainer>",
    );
    let user = format!("<SpaceSystem name='A'>\n{user}</SpaceSystem>");
    for order in [[("a.xml", &user), ("dt.xml", &types)], [("dt.xml", &types), ("a.xml", &user)]] {
        let (dictionary, problems) = read(&order.map(|(name, text)| (name, text.as_str())));
        assert!(problems.is_empty(), "{problems:#?}");
        assert_eq!(dictionary.parameters[0].name, "/A/p");
        assert_eq!(dictionary.types[dictionary.parameters[0].type_id].name, "/dt/U8");
        assert_eq!(dictionary.containers.len(), 1);
        round(&dictionary);
    }
    // Alone it says what is missing and where.
    let (_, problems) = read(&[("a.xml", &user)]);
    assert!(
        told(&problems, "line 2, Parameter", "in another file, of the system dt"),
        "{problems:?}"
    );
    assert_eq!(problems[0].place, "a.xml");
    let needs = xtce::needs(user.as_bytes()).expect("a system");
    assert_eq!(
        (needs.root.as_str(), needs.roots.iter().next().map(String::as_str)),
        ("A", Some("dt"))
    );
}

#[test]
fn a_system_of_two_files_is_one() {
    let one = format!("<SpaceSystem name='S'>{}</SpaceSystem>", telemetry(BYTE, "", ""));
    let two = telemetry(BYTE, "<Parameter name='p' parameterTypeRef='U8'/>", "");
    let two = format!("<SpaceSystem name='S'>\n{two}</SpaceSystem>");
    let (dictionary, problems) = read(&[("one.xml", &one), ("two.xml", &two)]);
    assert_eq!((dictionary.name.as_str(), dictionary.systems.len()), ("S", 1));
    assert_eq!((dictionary.types.len(), dictionary.parameters.len()), (1, 1));
    assert_eq!(problems.len(), 1);
    let place = "/S/U8 is defined twice; the first counts, that of one.xml, line 1";
    assert!(told(&problems, "line 2, IntegerParameterType", place), "{problems:?}");
    assert_eq!(problems[0].place, "two.xml");
    round(&dictionary);
}

#[test]
fn files_stand_where_others_include_them() {
    let root = format!(
        "<SpaceSystem name='S' {XI}><SpaceSystem name='Bus'><xi:include href='sub/tm.xml'/>\
         </SpaceSystem>\n<xi:include href='sub/payload.xml'/><xi:include href='gone.xml'/>\
         </SpaceSystem>"
    );
    let tm = telemetry(BYTE, "<Parameter name='p' parameterTypeRef='U8'/>", "");
    let payload =
        format!("<SpaceSystem name='P' {XI}><xi:include href='../sub/inner.xml'/></SpaceSystem>");
    let inner = "<SpaceSystem name='I'/>";
    let (dictionary, problems) = read(&[
        ("sub/payload.xml", &payload),
        ("sub/tm.xml", &tm),
        ("root.xml", &root),
        ("sub/inner.xml", inner),
    ]);
    let names: Vec<&str> = dictionary.systems.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["/S", "/S/Bus", "/S/P", "/S/P/I"]);
    assert_eq!(dictionary.parameters[0].name, "/S/Bus/p");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(told(&problems, "line 2, include", "\"gone.xml\" that it includes was not given"));
    round(&dictionary);
}

#[test]
fn circles_of_files_are_told() {
    let one = format!("<SpaceSystem name='A' {XI}>\n<xi:include href='two.xml'/></SpaceSystem>");
    let two = format!("<SpaceSystem name='B' {XI}>\n<xi:include href='one.xml'/></SpaceSystem>");
    let (dictionary, problems) = read(&[("one.xml", &one), ("two.xml", &two)]);
    let names: Vec<&str> = dictionary.systems.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["/A", "/A/B"]);
    assert!(told(&problems, "line 2, include", "take it out of the circle"), "{problems:?}");
    assert_eq!(problems[0].place, "two.xml");
    let own = format!("<SpaceSystem name='A' {XI}><xi:include href='./a.xml'/></SpaceSystem>");
    let (_, problems) = read(&[("a.xml", &own)]);
    assert!(told(&problems, "include", "the file that it stands in"), "{problems:?}");
    let twice = format!(
        "<SpaceSystem name='A' {XI}><xi:include href='b.xml'/><xi:include href='b.xml'/>\
         <xi:include href='b.xml' parse='text'/></SpaceSystem>"
    );
    let (_, problems) = read(&[("a.xml", &twice), ("b.xml", "<SpaceSystem name='B'/>")]);
    assert!(told(&problems, "include", "included twice"), "{problems:?}");
    assert!(told(&problems, "include", "not supported"), "{problems:?}");
}

#[test]
fn what_is_no_dictionary_is_told_by_file() {
    let (dictionary, problems) = xtce::read_all(&[SourceFile { name: "a.xml", bytes: b"<a/>" }]);
    assert!(dictionary.is_none() && told(&problems, "line 1, a", "no XTCE file"));
    let files = [("a.xml", "<a/>"), ("s.xml", "<SpaceSystem name='S'/>"), ("e.xml", "")];
    let (dictionary, problems) = read(&files);
    assert_eq!(dictionary.systems.len(), 1);
    assert!(problems.iter().any(|p| p.place == "a.xml" && p.reason.contains("no XTCE file")));
    assert!(problems.iter().any(|p| p.place == "e.xml"), "{problems:?}");
    assert!(xtce::read_all(&[]).0.is_none());
}

#[test]
fn services_of_five_files_are_whole() {
    let Some(folder) = folder() else { return };
    let base = folder.join("yamcs_examples/pus/src/main/yamcs/mdb");
    let names = ["dt.xml", "pus.xml", "pus11.xml", "pus17.xml", "pus23.xml"];
    let read: Vec<_> =
        names.iter().filter_map(|n| Some((*n, std::fs::read(base.join(n)).ok()?))).collect();
    if read.len() < names.len() {
        println!("skipped: the PUS example is not present");
        return;
    }
    let files: Vec<_> = read.iter().map(|(name, bytes)| SourceFile { name, bytes }).collect();
    let (dictionary, problems) = xtce::read_all(&files);
    let dictionary = dictionary.expect("a dictionary");
    assert_eq!(dictionary.name, "dt+PUS+PUS11+PUS17+PUS23");
    // Counted with Python's xml.etree.ElementTree: 12 + 4 + 6 types, 17 + 21 parameters,
    // 9 + 6 + 2 containers.
    assert_eq!(dictionary.parameters.len(), 17 + 21);
    assert_eq!(dictionary.types.len(), 12 + 4 + 6);
    assert_eq!(dictionary.containers.len(), 9 + 6 + 2);
    // Counted with grep: MetaCommand elements 1 + 36 + … of which some close.
    assert!(dictionary.commanding.commands.iter().all(|command| !command.is_cut));
    assert!(!problems.iter().any(|p| p.reason.contains("is named")), "{problems:#?}");
    round(&dictionary);
}

#[test]
fn files_that_name_each_other_are_one_set() {
    let of = |root: &str, uses: &str| {
        format!("<SpaceSystem name='{root}'><a typeRef='/{uses}/x'/></SpaceSystem>")
    };
    // The newest first: A uses B, an older B uses C, D is alone, C, and another older A.
    let texts =
        [of("A", "B"), of("B", "B"), of("B", "C"), of("D", "D"), of("C", "C"), of("A", "C")];
    let files: Vec<_> =
        texts.iter().map(|text| SourceFile { name: "f.xml", bytes: text.as_bytes() }).collect();
    assert_eq!(xtce::sets(&files), [vec![0, 1], vec![2, 4], vec![3], vec![4], vec![5, 4]]);
    let root = format!("<SpaceSystem name='S' {XI}><xi:include href='a/inner.xml'/></SpaceSystem>");
    let files = [("inner.xml", "<SpaceSystem name='I'/>"), ("root.xml", root.as_str())];
    let files = files.map(|(name, text)| SourceFile { name, bytes: text.as_bytes() });
    assert_eq!(xtce::sets(&files), [[0, 1]]);
}
