//! The text form: by hand, there and back, and any text.

use proptest::prelude::*;

use super::super::{Sequence, Step, When, from_seqjson, to_seqjson};
use super::{Span, parse, print};
use crate::format::satf::{self, Target};
use crate::format::seqjson::{
    self, Action, Argument, Json, Model, Number, OnBoard, SeqJson, Value,
};
use crate::time::{self, Instant};

const TEXT: &str = r#"@ID "nf9030_02"
@METADATA "dictionary_version" "4.2"
@METADATA "lgo" json "{\n  \"boolean\": false\n}"
# before the quake
A2019-207T12:16:15.587 SEIS_GAIN axis=U "HIGH" 2 true 0x1F # a note
R00:00:10 /S/SEIS_RATE 20.0 -1e3 @"a + b"
@RETURN "LCS"
@METADATA "author" "ME"
@MODEL "power" 12.5 "00:00:01"
E-00:10:00@landing APSS_ON
C00:00:05 @GROUND_BLOCK("sub_spawn") 30 list=[(1 "a") (x=2)]
C @ACTIVATE("d:/eng/test.mod")
@ENGINE 2
@EPOCH "e"
# the end
"#;

#[test]
fn a_text_by_hand() {
    let parsed = parse(TEXT);
    assert!(parsed.faults.is_empty(), "{:#?}", parsed.faults);
    let of = &parsed.sequence;
    assert_eq!((of.id.as_str(), of.dictionary.as_str(), of.steps.len()), ("nf9030_02", "4.2", 5));
    let quake = time::parse("2019-207T12:16:15.587", None).expect("a time");
    let first = &of.steps[0];
    assert_eq!(
        (&first.time, first.stem(), first.note.as_str()),
        (&When::At(quake), Some("SEIS_GAIN"), "a note")
    );
    assert_eq!(first.remarks, ["before the quake"]);
    assert_eq!(
        first.arguments[0],
        Argument { name: Some("axis".to_owned()), value: Value::Symbol("U".to_owned()) }
    );
    let values: Vec<&Value> = first.arguments[1..].iter().map(|one| &one.value).collect();
    assert_eq!(
        values,
        [
            &Value::Text("HIGH".to_owned()),
            &Value::Number(2.into()),
            &Value::Bool(true),
            &Value::Hex("0x1F".to_owned())
        ]
    );
    assert_eq!(of.steps[2].time, When::Epoch { name: "landing".to_owned(), ns: -600_000_000_000 });
    assert_eq!(parsed.places[0].name, Span { line: 5, start: 24, end: 33 });
    assert_eq!(parsed.places[0].arguments[0], Span { line: 5, start: 34, end: 40 });
    assert_eq!(of.closing, ["the end"]);
    assert_eq!(print(of), TEXT);
    // The same by way of SeqJSON, which the public schema accepts.
    let exchange = to_seqjson(of);
    assert!(seqjson::check(&exchange).is_empty());
    assert_eq!(from_seqjson(&exchange), (of.clone(), Vec::new()));
}

#[test]
fn faults_have_a_line_and_a_column() {
    let told = |text: &str| {
        let faults = parse(text).faults;
        faults
            .iter()
            .map(|f| format!("{}:{}-{} {}", f.span.line, f.span.start, f.span.end, f.reason))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("R1 A\nR0:1 B"), ["2:1-5 \"0:1\" is no duration such as 00:08:20.5"]);
    assert_eq!(
        told("CMD 1"),
        ["1:1-4 a step begins with its time: A2019-207T12:16:15, R00:00:10, E-00:10:00 or C"]
    );
    assert_eq!(told("R1"), ["1:3-4 a command or a block has to follow the time"]);
    assert_eq!(told("R1 A \"x"), ["1:6-8 the text has no double quote at its end"]);
    assert_eq!(told("R1 A x="), ["1:8-9 a value has to follow the equals sign"]);
    assert_eq!(told("R1 A ( 1"), ["1:6-7 ( is no argument; texts stand in double quotes"]);
    assert_eq!(told("R1 A [(1 2"), ["1:11-12 the group is not closed; write )"]);
    assert_eq!(
        told("R1 @GROUND_BLOCK(x) 1"),
        ["1:4-17 a name has to follow, as in @GROUND_BLOCK(\"name\")"]
    );
    assert_eq!(
        told("@MODEL \"a\" 1"),
        ["1:13-14 something is missing; the line is @MODEL \"variable\" value \"00:00:00\""]
    );
    assert_eq!(
        told("@MODEL \"a\" 1 \"0\""),
        ["1:1-7 it belongs behind a step, and there is none before it"]
    );
    // What belongs to a step that is left out is not told again.
    assert_eq!(told("R1 A\nRx B\n@ENGINE 1").len(), 1);
    assert_eq!(told("R1 A\n@ENGINE 1"), ["2:1-8 only @ACTIVATE and @LOAD have an engine"]);
}

#[test]
fn what_an_editor_of_steps_cannot_hold_is_told() {
    let of = SeqJson {
        requests: Some(vec![]),
        locals: Some(vec![]),
        steps: Some(vec![seqjson::Step {
            action: Action::GroundEvent("e".to_owned()),
            time: seqjson::Time { kind: seqjson::TimeKind::Absolute, tag: Some("noon".to_owned()) },
            args: None,
            description: None,
            metadata: None,
            models: None,
        }]),
        ..SeqJson::default()
    };
    let (sequence, problems) = from_seqjson(&of);
    assert!(sequence.steps.is_empty());
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["/locals", "/steps/0/time/tag"]);
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z_/][A-Za-z0-9_/.:-]{0,6}", "[ -~üé\n\t]{0,6}", Just("true".to_owned())]
}

fn json() -> impl Strategy<Value = Json> {
    prop_oneof![
        name().prop_map(Json::Text),
        any::<i64>().prop_map(|n| Json::Number(n.into())),
        any::<bool>().prop_map(Json::Bool),
        Just(Json::Null),
        prop::collection::vec((name(), name().prop_map(Json::Text)), 0..3).prop_map(Json::Object),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        name().prop_map(Value::Text),
        name().prop_map(Value::Symbol),
        any::<bool>().prop_map(Value::Bool),
        "0x[0-9A-F]{1,6}".prop_map(Value::Hex),
        any::<f64>().prop_filter_map("finite", Number::of).prop_map(Value::Number),
    ]
}

fn argument(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Argument> {
    (prop::option::of(name()), value).prop_map(|(name, value)| Argument { name, value })
}

fn arguments() -> impl Strategy<Value = Vec<Argument>> {
    let group = prop::collection::vec(argument(value()), 0..3);
    let repeat = prop::collection::vec(group, 0..3).prop_map(Value::Repeat);
    prop::collection::vec(argument(prop_oneof![4 => value(), 1 => repeat]), 0..4)
}

fn when() -> impl Strategy<Value = When> {
    let ns = -1_000_000_000_000_000..1_000_000_000_000_000_i64;
    prop_oneof![
        (0..4_000_000_000_000_000_000_i64).prop_map(|ns| When::At(Instant::from_unix_ns(ns))),
        ns.clone().prop_map(When::AfterStart),
        ns.clone().prop_map(When::AfterEnd),
        Just(When::AfterEnd(0)),
        (name(), ns).prop_map(|(name, ns)| When::Epoch { name, ns }),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let on = || {
        let parts = (name(), prop::option::of(any::<i64>()), prop::option::of(name()));
        parts.prop_map(|(sequence, engine, epoch)| OnBoard {
            sequence,
            engine: engine.map(Number::from),
            epoch,
        })
    };
    prop_oneof![
        (name(), prop::option::of(name()))
            .prop_map(|(stem, return_assign_to)| Action::Command { stem, return_assign_to }),
        name().prop_map(Action::GroundBlock),
        name().prop_map(Action::GroundEvent),
        on().prop_map(Action::Activate),
        on().prop_map(Action::Load),
    ]
}

/// A remark is one line without blanks at its ends.
fn remarks() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[!-~]([ -~]{0,8}[!-~])?", 0..2)
}

prop_compose! {
    fn step()(
        remarks in remarks(),
        time in when(),
        action in action(),
        arguments in arguments(),
        note in name(),
        metadata in prop::collection::vec((name(), json()), 0..2),
        model in prop::option::of((name(), name())),
    ) -> Step {
        let models = model.map(|(variable, offset)| Model {
            offset, variable, value: Json::Bool(true),
        });
        let models = models.into_iter().collect();
        Step { remarks, time, action, arguments, note, metadata, models }
    }
}

prop_compose! {
    pub(in super::super) fn sequence()(
        id in name(),
        dictionary in "[0-9.]{0,4}",
        metadata in prop::collection::vec((name(), json()), 0..2),
        steps in prop::collection::vec(step(), 0..4),
        closing in remarks(),
    ) -> Sequence {
        Sequence { id, dictionary, metadata, steps, closing }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn text_and_form_stay_in_step(of in sequence()) {
        let text = print(&of);
        let parsed = parse(&text);
        prop_assert!(parsed.faults.is_empty(), "{:?}\n{}", parsed.faults, text);
        prop_assert_eq!(&parsed.sequence, &of, "{}", text);
        prop_assert_eq!(parsed.places.len(), of.steps.len());
        prop_assert_eq!(print(&parsed.sequence), text);
        prop_assert_eq!(from_seqjson(&to_seqjson(&of)), (of, Vec::new()));
    }

    #[test]
    fn what_goes_to_a_satf_file_reads_back(of in sequence()) {
        let (file, _) = satf::from_seqjson(&[to_seqjson(&of)], Target::Satf);
        let text = satf::write(&file);
        let (again, problems) = satf::read(text.as_bytes());
        prop_assert_eq!(&again, &file, "{}", text);
        prop_assert!(problems.is_empty(), "{:?}\n{}", problems, text);
        prop_assert!(satf::to_seqjson(&again).0.iter().all(|one| seqjson::check(one).is_empty()));
    }

    #[test]
    fn any_text_is_read(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "R1", "A2019-207", "E", "C", " ", "\n", "\"", "[", "(", ")", "]", "=", "@", "@ID",
            "@METADATA", "@MODEL", "@GROUND_BLOCK", "x", "1", "#", "\\", "json", "ü", ",", "\t",
        ]), 0..60)
    ) {
        let text = pieces.concat();
        let parsed = parse(&text);
        prop_assert_eq!(parsed.places.len(), parsed.sequence.steps.len());
        for fault in &parsed.faults {
            prop_assert!(fault.span.line >= 1 && fault.span.start >= 1);
        }
        let again = parse(&print(&parsed.sequence));
        prop_assert_eq!(again.sequence, parsed.sequence);
    }
}
