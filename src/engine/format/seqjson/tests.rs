//! The good and bad cases of the public schema, and the schema itself as the judge of what is
//! accepted and written.

mod schema;

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value as Plain, json};

use super::{
    Action, Argument, Json, Metadata, Model, Number, OnBoard, Request, SeqJson, Start, Step, Time,
    TimeKind, Value, check, read, sniff, write,
};
use schema::Schema;

/// A folder of the test data; none, and a line that says so, where it is not present.
fn cases(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd/");
    let path = PathBuf::from(root).join("seq_json/test").join(folder);
    let Ok(entries) = std::fs::read_dir(&path) else {
        println!("skipped: E_ccsds_xtce_cmd/seq_json/test/{folder} is not present");
        return None;
    };
    let mut found: Vec<(String, Vec<u8>)> = entries
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).expect("a case"))
        })
        .collect();
    found.sort();
    Some(found)
}

fn public_schema() -> Option<Schema> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/E_ccsds_xtce_cmd/");
    let found = std::fs::read(PathBuf::from(root).join("seq_json/schema.json")).ok();
    if found.is_none() {
        println!("skipped: E_ccsds_xtce_cmd/seq_json/schema.json is not present");
    }
    found.map(|bytes| Schema(serde_json::from_slice(&bytes).expect("the schema")))
}

fn told(text: &str) -> Vec<String> {
    read(text.as_bytes()).1.iter().map(ToString::to_string).collect()
}

#[test]
fn good_cases_come_back_as_they_were() {
    let Some(good) = cases("valid-seq-json") else { return };
    assert_eq!(good.len(), 18);
    let schema = public_schema();
    for (name, bytes) in good {
        let (sequence, problems) = read(&bytes);
        assert!(problems.is_empty(), "{name}: {problems:#?}");
        let text = write(&sequence);
        let (before, after): (Plain, Plain) =
            (serde_json::from_slice(&bytes).unwrap(), serde_json::from_str(&text).unwrap());
        assert_eq!(before, after, "{name}");
        assert_eq!(read(text.as_bytes()), (sequence, Vec::new()), "{name}");
        assert!(schema.as_ref().is_none_or(|schema| schema.accepts(&after)), "{name}");
    }
}

#[test]
fn bad_cases_are_refused_with_the_place_and_what_is_allowed() {
    let Some(bad) = cases("invalid-seq-json") else { return };
    assert!(bad.len() > 40, "{}", bad.len());
    let schema = public_schema();
    for (name, bytes) in &bad {
        let (_, problems) = read(bytes);
        assert!(!problems.is_empty(), "{name} was accepted");
        for problem in &problems {
            println!("{name}: {problem}");
            assert!(problem.offset.is_some_and(|at| at <= bytes.len() as u64), "{problem}");
        }
        let plain: Plain = serde_json::from_slice(bytes).unwrap();
        assert!(schema.as_ref().is_none_or(|schema| !schema.accepts(&plain)), "{name}");
    }
    let of = |name: &str| {
        let (_, bytes) = bad.iter().find(|(of, _)| of.starts_with(name)).expect(name);
        read(bytes).1.iter().map(|p| format!("{}: {}", p.field, p.reason)).collect::<Vec<_>>()
    };
    assert_eq!(
        of("hex-arg-invalid4"),
        ["/steps/0/args/0/value: \"0x\" has to be 0x and digits 0-9 and A-F in capitals, as 0x1A"]
    );
    assert_eq!(
        of("request-missing-time-and-epoch"),
        [
            "/requests/0/steps/0/args: it is missing; a step needs it",
            "/requests/0: time or ground_epoch is missing; a request starts by one of them",
        ]
    );
    assert_eq!(
        of("variable-nonaccepted-type"),
        ["/locals/0/type: \"NONACCEPTED_TYPE\" is none of FLOAT, INT, STRING, UINT or ENUM"]
    );
    assert_eq!(
        of("command-extra-property"),
        ["/steps/0/extra_property: a step has no such member; it may have stem, \
                return_assign_to, \
         time, args, description, metadata, models"]
    );
    assert!(
        of("step-multiple-types").contains(
            &"/steps/0/type: it stands twice in this object; keep one of them".to_owned()
        )
    );
}

#[test]
fn faults_of_the_notation_are_told_at_their_byte() {
    assert_eq!(
        told("{\"id\": 01}"),
        ["byte 7: JSON: this is no number as JSON writes it, such as -1.5e3"]
    );
    assert_eq!(told("{\"id\": \"a\" \"b\"}"), ["byte 11: JSON: expected a comma or }"]);
    assert_eq!(told(""), ["byte 0: JSON: the document ends where a value is expected"]);
    assert_eq!(
        told("[1]"),
        ["byte 0: (document): it has to be an object, which holds a sequence, and is a list"]
    );
    assert_eq!(read(b"{\"id\":\"\xFF\"}").1.len(), 1);
    let deep = "[".repeat(100_000);
    assert!(told(&deep)[0].contains("nested too deeply"));
    let many = format!("{{\"id\":\"x\",\"metadata\":{{}},\"steps\":[{}1]}}", "1,".repeat(50_000));
    assert_eq!(told(&many).len(), 1000);
}

#[test]
fn digits_escapes_and_the_order_of_metadata_are_kept() {
    let text = r#"{"id": "a\u00e9\ud83d\ude80\n/", "metadata": {"z": 3.0, "a": [1e400, 0.10,
        12345678901234567890123, null, {"m": {}}]}, "steps": []}"#;
    let (sequence, problems) = read(text.as_bytes());
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(sequence.id, "aé🚀\n/");
    let again = write(&sequence);
    assert!(again.contains("\"z\": 3.0,\n    \"a\": [\n      1e400,\n      0.10,"), "{again}");
    assert!(again.contains("12345678901234567890123"));
    assert!(sniff(again.as_bytes()) && !sniff(b"{\"id\": 1}"));
    assert!(sniff(b"{\"id\": \"a\", \"metadata\": {}}"));
    assert!(!sniff(b"{\"id\": \"a\", \"metadata\": {}, \"features\": []}"));
    assert_eq!(read(again.as_bytes()).0, sequence);
}

#[test]
fn what_is_put_together_wrongly_is_told_before_it_is_sent() {
    let mut sequence = SeqJson { id: "x".to_owned(), ..SeqJson::default() };
    assert!(check(&sequence).is_empty());
    sequence.steps = Some(vec![Step {
        action: Action::Load(OnBoard { sequence: "a".to_owned(), ..OnBoard::default() }),
        time: Time { kind: TimeKind::CommandComplete, tag: None },
        args: Some(vec![Argument::of(Value::Hex("12".to_owned()))]),
        description: None,
        metadata: None,
        models: None,
    }]);
    assert_eq!(check(&sequence)[0].field, "/steps/0/args/0/value");
}

/// A small document with everything in it, for mutations.
fn full() -> Plain {
    json!({
        "id": "full", "metadata": {"a": [1, {"b": null}]},
        "locals": [
            {"name": "x", "type": "ENUM", "enum_name": "E", "allowable_values": ["A"]},
            {"name": "y", "type": "INT", "allowable_values": [1],
             "allowable_ranges": [{"min": 1, "max": 2.5}], "sc_name": "LCS"}],
        "parameters": [{"name": "p", "type": "STRING"}],
        "steps": [
            {"type": "command", "stem": "C", "time": {"type": "ABSOLUTE", "tag": "t"},
             "args": [{"type": "number", "value": 1}, {"type": "hex", "value": "0x1F"},
                {"type": "repeat", "value": [[{"type": "string", "value": "s", "name": "n"}], []]},
                {"type": "boolean", "value": true}, {"type": "symbol", "value": "x"}],
             "models": [{"offset": "0", "value": false, "variable": "v"}],
             "return_assign_to": "y", "metadata": {}, "description": "d"},
            {"type": "load", "sequence": "q", "time": {"type": "COMMAND_COMPLETE"}, "engine": 2,
             "epoch": "e"},
            {"type": "activate", "sequence": "q", "time": {"type": "EPOCH_RELATIVE", "tag": ""}},
            {"type": "ground_block", "name": "b", "time": {"type": "COMMAND_RELATIVE"}, "args": []},
            {"type": "ground_event", "name": "b", "time": {"type": "COMMAND_RELATIVE"}}],
        "requests": [
            {"type": "request", "name": "r", "time": {"type": "ABSOLUTE"}, "steps": [
                {"type": "ground_event", "name": "b", "time": {"type": "COMMAND_RELATIVE"}}]},
            {"type": "request", "name": "r", "ground_epoch": {"delta": "1", "x": 1}, "steps": [
                {"type": "ground_event", "name": "b", "time": {"type": "COMMAND_RELATIVE"}}]}],
        "immediate_commands": [{"stem": "i", "args": [], "description": "x", "metadata": {}}],
        "hardware_commands": [{"stem": "h"}],
    })
}

/// Every place of a document as a path of positions.
fn places(of: &Plain, at: Vec<usize>, out: &mut Vec<Vec<usize>>) {
    out.push(at.clone());
    let below = |i: usize| at.iter().copied().chain([i]).collect();
    match of {
        Plain::Array(list) => list.iter().enumerate().for_each(|(i, v)| places(v, below(i), out)),
        Plain::Object(all) => all.values().enumerate().for_each(|(i, v)| places(v, below(i), out)),
        _ => (),
    }
}

fn at_mut<'a>(of: &'a mut Plain, path: &[usize]) -> &'a mut Plain {
    let Some((first, rest)) = path.split_first() else { return of };
    match of {
        Plain::Array(list) => at_mut(&mut list[*first], rest),
        Plain::Object(all) => at_mut(all.values_mut().nth(*first).expect("a member"), rest),
        _ => of,
    }
}

fn odd_value() -> impl Strategy<Value = Plain> {
    let words =
        ["ENUM", "STRING", "UINT", "command", "load", "hex", "repeat", "0xA", "1a", "", "A"];
    prop_oneof![
        Just(json!(null)),
        Just(json!(7)),
        Just(json!(2.5)),
        Just(json!(true)),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{"type": "number", "value": 1}])),
        prop::sample::select(words.to_vec()).prop_map(|word| json!(word)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The reader and the public schema agree on documents that are changed at random.
    #[test]
    fn it_accepts_what_the_schema_accepts(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..4, odd_value()), 0..4)
    ) {
        let Some(schema) = public_schema() else { return Ok(()) };
        let mut document = full();
        prop_assert!(schema.accepts(&document));
        let names = ["type", "name", "time", "value", "enum_name", "allowable_ranges", "extra"];
        for (which, how, value) in changes {
            let mut all = Vec::new();
            places(&document, Vec::new(), &mut all);
            let target = at_mut(&mut document, &all[which.index(all.len())]);
            match (how, &mut *target) {
                (0, Plain::Object(members)) => {
                    let name = names[which.index(names.len())];
                    members.insert(name.to_owned(), value);
                }
                (1, Plain::Object(members)) if !members.is_empty() => {
                    let name = members.keys().nth(which.index(members.len())).cloned();
                    members.remove(&name.expect("a member"));
                }
                (2, Plain::Array(list)) => list.push(value),
                _ => *target = value,
            }
        }
        let text = document.to_string();
        let (sequence, problems) = read(text.as_bytes());
        let accepted = schema.accepts(&document);
        prop_assert_eq!(problems.is_empty(), accepted, "{}\n{:#?}", text, problems);
        if problems.is_empty() {
            let again: Plain = serde_json::from_str(&write(&sequence)).unwrap();
            prop_assert_eq!(again, document);
        }
    }

    /// Any bytes give a sequence and problems; what is written of a damaged one reads back.
    #[test]
    fn any_bytes_are_read(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        at in 0..2000_usize,
    ) {
        let _ = (sniff(&bytes), read(&bytes));
        let mut text = full().to_string().into_bytes();
        let at = at % text.len();
        let end = (at + bytes.len() / 40).min(text.len());
        text.splice(at..end, bytes.iter().copied().take(2));
        let (sequence, _) = read(&text);
        let (again, problems) = read(write(&sequence).as_bytes());
        // What was left out of a damaged one can leave an empty list behind, nothing else.
        prop_assert!(problems.iter().all(|p| p.reason.contains("empty")
            || p.reason.contains("missing")
            || p.reason.contains("letter")), "{:?}", problems);
        prop_assert_eq!(again.id, sequence.id);
    }
}

#[test]
fn a_request_by_ground_epoch_keeps_its_other_members() {
    let other: Metadata = vec![("arbitrary".to_owned(), Json::from("v"))];
    let epoch = Start::GroundEpoch { delta: None, name: Some("n".to_owned()), other };
    let step = Step {
        action: Action::GroundEvent("e".to_owned()),
        time: Time { kind: TimeKind::CommandRelative, tag: Some("00:00:01".to_owned()) },
        args: None,
        description: None,
        metadata: None,
        models: Some(vec![Model {
            offset: "00:00:00".to_owned(),
            variable: "v".to_owned(),
            value: Json::Number(Number::of(0.1).expect("finite")),
        }]),
    };
    let request = Request {
        name: "r".to_owned(),
        start: epoch,
        steps: vec![step],
        description: None,
        metadata: None,
    };
    let of = SeqJson { requests: Some(vec![request]), ..SeqJson::default() };
    assert!(check(&of).is_empty());
    assert_eq!(read(write(&of).as_bytes()).0, of);
    assert!(Number::of(f64::NAN).is_none() && Number::parse("1.").is_none());
    assert_eq!(Number::parse("-0.5e1").expect("a number").f64(), -5.0);
}
