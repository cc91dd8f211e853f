//! The public fixtures, and texts made here. Layouts and converted values are those of the tests
//! of NASA-AMMOS/aerie-sequence-languages (converters), which the fixtures come from.

use std::path::PathBuf;

use proptest::prelude::*;

use super::write::{entries_text, request_text, steps_text};
use super::{
    Body, Call, Definition, Entry, Field, Head, Label, Request, Satf, Step, Target, Text,
    from_seqjson, read, sniff, to_seqjson, write,
};
use crate::format::seqjson::{self, Action, Json, SeqJson, TimeKind, Value};

/// All files of the test data; none, and a line that says so, where they are not present.
fn fixtures() -> Option<Vec<(String, Vec<u8>)>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd/");
    let Ok(entries) = std::fs::read_dir(PathBuf::from(root).join("satf_sasf")) else {
        println!("skipped: E_ccsds_xtce_cmd/satf_sasf is not present");
        return None;
    };
    let entries = entries.flatten();
    let mut found: Vec<(String, Vec<u8>)> = entries
        .map(|e| (e.file_name().to_string_lossy().into_owned(), std::fs::read(e.path()).unwrap()))
        .collect();
    found.sort();
    Some(found)
}

fn fixture(name: &str) -> Option<Satf> {
    let all = fixtures()?;
    let (_, bytes) = all.into_iter().find(|(of, _)| of.contains(name)).expect(name);
    let (of, problems) = read(&bytes);
    assert!(problems.is_empty(), "{name}: {problems:#?}");
    Some(of)
}

fn first(of: &Satf) -> &Definition {
    match &of.body {
        Body::Types(list) => &list[0],
        Body::Requests(_) => panic!("a file of requests"),
    }
}

fn converted(of: &Satf) -> SeqJson {
    let (mut sequences, problems) = to_seqjson(of);
    assert!(problems.is_empty(), "{problems:#?}");
    let one = sequences.remove(0);
    assert!(seqjson::check(&one).is_empty(), "{:#?}", seqjson::check(&one));
    one
}

/// One definition with these steps.
fn made(steps: &str) -> Satf {
    let text = format!("$$EOH\nABSOLUTE_SEQUENCE(a,\\a\\,\nSTEPS,\n{steps}\nend\n)\n$$EOF\n");
    let (of, problems) = read(text.as_bytes());
    assert!(problems.is_empty(), "{problems:#?}");
    of
}

#[test]
fn every_fixture_is_read_and_written_back_to_the_same() {
    let Some(all) = fixtures() else { return };
    assert_eq!(all.len(), 26);
    for (name, bytes) in all {
        let (of, problems) = read(&bytes);
        // Two of them end without $$EOF or have one definition cut; nothing else is wrong.
        for problem in &problems {
            println!("{name}: {problem}");
            let known = ["$$EOF", "a comma stands behind", "it is left out"];
            assert!(known.iter().any(|part| problem.reason.contains(part)), "{name}: {problem}");
        }
        assert!(sniff(&bytes));
        let text = write(&of);
        let (again, told) = read(text.as_bytes());
        assert_eq!(again, of, "{name}\n{text}");
        assert!(told.is_empty(), "{name}: {told:#?}");
        assert_eq!(write(&again), text, "{name}");
    }
}

#[test]
fn a_block_is_laid_out_as_the_public_converter_does() {
    let Some(of) = fixture("utils_L956") else { return };
    let block = first(&of);
    assert_eq!(
        (block.keyword.as_str(), block.name.as_str()),
        ("RT_on_board_block", "/eng/seq/instrument.mod")
    );
    let back = converted(&of);
    let (again, problems) = from_seqjson(std::slice::from_ref(&back), Target::Satf);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(
        entries_text("PARAMETERS", &first(&again).parameters),
        "PARAMETERS,\n\tstatus(\n\t\tTYPE,UNSIGNED_DECIMAL\n\t),\n\tid(\n\t\tTYPE,STRING,\n\t\t\
         ENUM_NAME,\\GRNS_ANNEAL_HEATER\\\n\t),\n\ttemp(\n\t\tTYPE,UNSIGNED_DECIMAL\n\t),\nend"
    );
    assert_eq!(
        steps_text(first(&again).steps.as_deref().unwrap()),
        "STEPS,\n\tcommand(1,\n\t\tSCHEDULED_TIME,\\00:00:01\\,FROM_PREVIOUS_START,\n\t\t\
         NTEXT,\\\"Set package\"\\,\n\t\tSTATUS(\"EXECUTE\", \"status\")\n\t),\n\tcommand(2,\n\t\t\
         SCHEDULED_TIME,\\00:00:01.123456\\,FROM_PREVIOUS_START,\n\t\t\
         NTEXT,\\\"Disable volatage\"\\,\n\t\tVOLTAGE_OFF(\"OFF\")\n\t),\nend"
    );
    // There and back again is the same sequence.
    assert_eq!(converted(&again).steps, back.steps);
    assert_eq!(converted(&again).parameters, back.parameters);
}

#[test]
fn a_request_is_laid_out_as_the_public_converter_does() {
    let Some(all) = fixtures() else { return };
    let (_, bytes) = all.iter().find(|(name, _)| name.contains("L1084")).unwrap();
    let (of, problems) = read(bytes);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].reason.contains("$$EOF"));
    let (again, problems) = from_seqjson(&[converted(&of)], Target::Sasf);
    assert!(problems.is_empty(), "{problems:?}");
    let Body::Requests(list) = &again.body else { panic!("no requests") };
    assert_eq!(
        request_text(&list[0]),
        "request(ep_atr_testing_setup,\n\tSTART_TIME, 2024-001T00:00:00.000,ABSOLUTE,\n\t\
         REQUESTOR,\"me\",\n\tPROCESSOR,\"VC2AB\",\n\tKEY,\"NO_KEY\")\n\t\tcommand(1,\n\t\t\t\
         SCHEDULED_TIME,\\00:00:01\\,FROM_PREVIOUS_START,\n\t\t\t\
         USER_SEQ_VAR_SEQ_ACTIVATE(\"NO_EPOCH\", -1, \"/eng/seq/ep_configure.mod\", \
         \"THRUSTER_TABLE_A\", 55, 10, 35)\n\t\t),\n\t\tcommand(2,\n\t\t\t\
         SCHEDULED_TIME,\\01:00:00\\,FROM_PREVIOUS_START,\n\t\t\t\
         USER_SEQ_VAR_SEQ_LOAD(\"NO_EPOCH\", -1, \"/eng/seq/ep_start_mission_thrust.mod\", \
         \"TRUE\", 235, 0.218, 2400)\n\t\t),\n\t\tcommand(3,\n\t\t\t\
         SCHEDULED_TIME,\\00:01:00\\,FROM_PREVIOUS_START,\n\t\t\t\
         USER_SEQ_EXECUTE(\"ep_start_mission_thrust.mod\")\n\t\t),\nend;"
    );
    let label = again.head.label.expect("a label");
    assert_eq!(
        label.pairs,
        [("DATA_SET_ID".to_owned(), "SPACECRAFT_ACTIVITY_SEQUENCE".to_owned())]
    );
    let empty = Request {
        name: "r".to_owned(),
        start: Some(Text::Bare("00:00:00".to_owned())),
        start_from: Some("WAIT_PREVIOUS_END".to_owned()),
        ..Request::default()
    };
    assert_eq!(
        request_text(&empty),
        "request(r,\n\tSTART_TIME, 00:00:00,WAIT_PREVIOUS_END)\n\nend;"
    );
}

#[test]
fn a_step_says_the_same_in_seqjson() {
    let Some(of) = fixture("utils_L76.") else { return };
    let (sequences, problems) = to_seqjson(&of);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(
        problems[0].to_string(),
        "test, command 3472: its PROCESSORS have no place in SeqJSON and are left out"
    );
    assert_eq!(sequences[0].id, "test");
    let step = &sequences[0].steps.as_ref().unwrap()[0];
    assert_eq!(step.time.kind, TimeKind::EpochRelative);
    assert_eq!(step.time.tag.as_deref(), Some("00:01:00"));
    assert_eq!(step.description.as_deref(), Some("This command turns, to correct position."));
    let values: Vec<&Value> = step.args.iter().flatten().map(|one| &one.value).collect();
    assert_eq!(
        values,
        [
            &Value::Symbol("param6".to_owned()),
            &Value::Number(10.into()),
            &Value::Bool(false),
            &Value::Text("abc".to_owned()),
        ]
    );
    assert_eq!(
        step.metadata.as_deref(),
        Some(
            &[
                ("INCLUSION_CONDITION".to_owned(), Json::from("param_rate == receive_rate")),
                ("DRAW".to_owned(), Json::from("VERTICAL")),
            ][..]
        )
    );
    let models = step.models.as_deref().unwrap();
    assert!(models.iter().all(|model| model.offset == "00:00:00"));
    assert_eq!(models[2].value, Json::from("abc"));
}

#[test]
fn durations_of_model_values() {
    let of = |list: &str| {
        to_seqjson(&made(&format!(
            "command(1,SCHEDULED_TIME,\\00:00:01\\,EPOCH,ASSUMED_MODEL_VALUES,\\{list}\\,CMD())"
        )))
    };
    let offsets = |list: &str| {
        let (sequences, problems) = of(list);
        assert!(problems.is_empty(), "{problems:?}");
        let models = sequences[0].steps.as_ref().unwrap()[0].models.clone().unwrap();
        models.into_iter().map(|model| model.offset).collect::<Vec<_>>()
    };
    assert_eq!(offsets("a=1,b=\"x,y\""), ["00:00:00", "00:00:00"]);
    assert_eq!(offsets("a=1,b=2,00:00:07"), ["00:00:07", "00:00:07"]);
    assert_eq!(offsets("a=1,b=2,00:00:01,00:00:02"), ["00:00:01", "00:00:02"]);
    let (_, problems) = of("a=1,b=2,c=3,00:00:01,00:00:02");
    assert!(problems[0].reason.starts_with("2 durations for 3 model values"), "{problems:?}");
}

#[test]
fn times_that_seqjson_does_not_know_are_counted_or_refused() {
    let of = made(
        "command(1,SCHEDULED_TIME,\\00:00:10\\,FROM_ACTIVITY_START,A),\
         command(2,SCHEDULED_TIME,\\00:00:05\\,FROM_PREVIOUS_START,B),\
         command(3,SCHEDULED_TIME,\\00:01:00\\,FROM_REQUEST_START,C),\
         command(4,SCHEDULED_TIME,\\00:00:00\\,WAIT_PREVIOUS_END,D),\
         command(5,SCHEDULED_TIME,\\00:02:00\\,FROM_REQUEST_START,E),\
         command(6,SCHEDULED_TIME,\\00:02:00\\,MARS_TIME,F)",
    );
    let (sequences, problems) = to_seqjson(&of);
    let steps = sequences[0].steps.as_ref().unwrap();
    let tags: Vec<(TimeKind, Option<&str>)> =
        steps.iter().map(|step| (step.time.kind, step.time.tag.as_deref())).collect();
    assert_eq!(
        tags,
        [
            (TimeKind::CommandRelative, Some("00:00:10")),
            (TimeKind::CommandRelative, Some("00:00:05")),
            (TimeKind::CommandRelative, Some("00:00:45")),
            (TimeKind::CommandComplete, None),
        ]
    );
    assert_eq!(problems.len(), 2);
    assert!(problems[0].reason.contains("cannot be counted from the step before"));
    assert!(problems[1].reason.starts_with("\"MARS_TIME\" is no time tag"));
}

#[test]
fn a_file_of_the_planner_is_read_without_its_commas() {
    let text = "CCSD3ZF0000100000001NJPL3KS0L015$$MARK$$;\nMISSION_NAME = INSIGHT;\n\
        SPACECRAFT_ID = 189;\nCCSD3RE00000$$MARK$$NJPL3IF0M01400000001;\n\
        $$nsyt   SPACECRAFT ACTIVITY TYPE FILE\n*****************\n*PROJECT    nsyt\n*****\n$$EOH\n\
        ABSOLUTE_SEQUENCE(nf9001_03,nf9001_03\n  FLAGS,AUTOEXECUTE|AUTOUNLOAD\n  STEPS,\n\
        command(1, SCHEDULED_TIME, 2019-001T12:02:30.000, ABSOLUTE,\n COMMENT,\"Sol-0035M\",\n\
        VM_ABORT_MODE(4, \"ENABLE\")\n),\nspawn(4, SCHEDULED_TIME, 00:01:00, ABSOLUTE,\n\
        REQ_ENGINE_ID, 2,\nRT_on_board_block(wakeup, \"FULL\")\n),\nend\n)\n$$EOF\n";
    let (of, problems) = read(text.as_bytes());
    assert!(problems.is_empty(), "{problems:#?}");
    let label = of.head.label.as_ref().unwrap();
    assert_eq!(label.pairs[1], ("SPACECRAFT_ID".to_owned(), "189".to_owned()));
    assert_eq!(of.head.records, ["PROJECT    nsyt"]);
    assert_eq!(first(&of).fields[0].value, Text::Bare("AUTOEXECUTE|AUTOUNLOAD".to_owned()));
    let sequence = converted(&of);
    let steps = sequence.steps.as_ref().unwrap();
    let Action::Activate(on) = &steps[1].action else { panic!("{:?}", steps[1]) };
    assert_eq!((on.sequence.as_str(), on.engine.as_ref().unwrap().as_str()), ("wakeup", "2"));
    let text = write(&of);
    assert_eq!(read(text.as_bytes()).0, of);
}

#[test]
fn faults_are_told_at_their_byte() {
    let told =
        |text: &str| read(text.as_bytes()).1.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told("{}"),
        ["byte 0: header: there is no $$EOH that ends the header; this is no SATF or SASF file"]
    );
    assert_eq!(
        told("$$EOH\nA(b,\\c)\n$$EOF"),
        [
            "byte 10: text: a text begins here and no backslash ends it",
            "byte 7: text: this parenthesis is not closed",
        ]
    );
    assert_eq!(
        told("$$EOH\nA(b,\\c\\,STEPS,command(1,SCHEDULED_TIME,\\0\\,EPOCH,X(1)))\n$$EOF"),
        ["byte 27: steps: the list has no end; write end behind it"]
    );
    let deep = format!("$$EOH\nA{}$$EOF", "(".repeat(100_000));
    assert!(told(&deep).len() < 100);
}

#[test]
fn what_a_satf_cannot_say_is_told() {
    let text = r#"{"id": "q", "metadata": {"MISSION_NAME": "M", "FLAGS": "a\\b"}, "steps": [
        {"type": "load", "sequence": "x", "time": {"type": "COMMAND_COMPLETE"}},
        {"type": "command", "stem": "C", "args": [{"type": "repeat", "value": [
            [{"type": "number", "value": 1}, {"type": "string", "value": "a\"b"}],
            [{"type": "hex", "value": "0xFF"}]]}],
         "time": {"type": "COMMAND_RELATIVE", "tag": "1"}, "return_assign_to": "v"}],
        "hardware_commands": []}"#;
    let (of, problems) = seqjson::read(text.as_bytes());
    assert!(problems.is_empty(), "{problems:?}");
    let (satf, problems) = from_seqjson(&[of], Target::Satf);
    assert_eq!(problems.len(), 4, "{problems:#?}");
    let steps = first(&satf).steps.as_ref().unwrap();
    assert!(steps_text(steps).contains("\t\tC(1, \"a\\\"b\", 0xFF)\n"), "{}", steps_text(steps));
    assert_eq!(read(write(&satf).as_bytes()), (satf, Vec::new()));
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        "[A-Za-z0-9_:./-]{1,8}"
            .prop_filter("a word of the grammar", |word| {
                !["end", "PROCESSORS", "STEPS", "PARAMETERS", "VARIABLES"].contains(&word.as_str())
            })
            .prop_map(Text::Bare),
        "[ -\\[\\]-~\n]{0,12}".prop_map(Text::Slashed),
        "[ !#-\\[\\]-~]{0,8}(\\\\\")?".prop_map(Text::Quoted),
    ]
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    let name = prop::sample::select(vec!["COMMENT", "NTEXT", "DRAW", "REQ_ENGINE_ID"]);
    let one = (name, text()).prop_map(|(name, value)| Field { name: name.to_owned(), value });
    prop::collection::vec(one, 0..3)
}

prop_compose! {
    fn step()(
        keyword in prop::sample::select(vec!["command", "ground", "note", "spawn"]),
        label in 0..9999_u32,
        time in text(),
        from in prop::sample::select(super::TIME_TAGS.to_vec()),
        fields in fields(),
        stem in "[A-Z][A-Z0-9_]{2,8}",
        arguments in prop::collection::vec(text(), 0..4),
        processors in prop::option::of(prop::collection::vec(text(), 0..2)),
        called in any::<bool>(),
    ) -> Step {
        let call = called.then_some(Call { stem: Text::Bare(stem), arguments });
        let (keyword, from) = (keyword.to_owned(), from.to_owned());
        Step { keyword, label: label.to_string(), time, from, fields, call, processors }
    }
}

prop_compose! {
    fn file()(
        pairs in prop::collection::vec(("[A-Z_]{1,8}", "[A-Za-z0-9:._-]{1,8}"), 0..3),
        records in prop::collection::vec("[A-Z]{1,6}   [a-z]{1,5}", 0..3),
        names in prop::collection::vec("[a-z/][a-z0-9_./]{0,8}", 0..3),
        code in text(),
        parameters in prop::collection::vec(("[a-z]{1,5}", fields()), 0..3),
        steps in prop::option::of(prop::collection::vec(step(), 0..4)),
        start in text(),
        requests in any::<bool>(),
    ) -> Satf {
        let label = (!pairs.is_empty()).then(|| Label {
            opening: "CCSD3ZF0000100000001NJPL3KS0L015$$MARK$$;".to_owned(),
            pairs,
            closing: "CCSD3RE00000$$MARK$$NJPL3IF0M01400000001;".to_owned(),
        });
        let entry = |(name, fields): &(String, Vec<Field>)| {
            let mut of = Entry { name: name.clone(), fields: fields.clone() };
            let value = Text::Bare("FLOAT".to_owned());
            of.fields.push(Field { name: "TYPE".to_owned(), value });
            of
        };
        let body = if requests {
            Body::Requests(names.iter().map(|name| Request {
                name: name.clone(),
                start: Some(start.clone()),
                start_from: None,
                fields: Vec::new(),
                steps: steps.clone().unwrap_or_default(),
            }).collect())
        } else {
            Body::Types(names.iter().map(|name| Definition {
                keyword: "ABSOLUTE_SEQUENCE".to_owned(),
                name: name.clone(),
                code: code.clone(),
                fields: Vec::new(),
                parameters: parameters.iter().map(entry).collect(),
                variables: Vec::new(),
                steps: steps.clone(),
            }).collect())
        };
        Satf { head: Head { label, title: None, records }, body }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_reads_back(of in file()) {
        // Marks of the file format inside of texts are not for a test of texts.
        let text = write(&of);
        prop_assume!(text.matches("$$").count() <= 6);
        let (again, problems) = read(text.as_bytes());
        prop_assert_eq!(&again, &of, "{}", text);
        prop_assert!(problems.is_empty(), "{:?}\n{}", problems, text);
    }

    #[test]
    fn any_text_is_read(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "$$EOH", "$$EOD", "$$EOF", "request", "command", "(", ")", ",", "\\", "\"", "end",
            "STEPS", "PARAMETERS", "SCHEDULED_TIME", "x", "1", "\n", " ", "EPOCH", "ü", "#", "=1",
            "ASSUMED_MODEL_VALUES", "$$MARK$$", ";", "*", "|",
        ]), 0..60)
    ) {
        let text = format!("$$EOH {}", pieces.concat());
        let (of, _) = read(text.as_bytes());
        let (sequences, _) = to_seqjson(&of);
        for target in [Target::Satf, Target::Sasf] {
            let (satf, _) = from_seqjson(&sequences, target);
            let _ = read(write(&satf).as_bytes());
        }
        let _ = read(write(&of).as_bytes());
    }
}
