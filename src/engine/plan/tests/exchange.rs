//! Plans of Aerie and tables of activities.

use proptest::prelude::*;

use super::*;

/// The first activities of `merlin-test-filtered.json` of NASA-AMMOS/aerie-lander, and two more.
const LANDER: &str = r#"{
  "activityInstances": [
    { "parameters": { "duration": 4759962000, "seqid": "nf0000_05", "wakeType": "FULL" },
      "startTimestamp": "2018-330T19:35:39.304", "type": "Wake" },
    { "parameters": { "duration": 1000000, "seqid": "nf0000_06", "wakeType": "DIAGNOSTIC" },
      "startTimestamp": "2018-330T23:42:27.288", "type": "Wake" },
    { "parameters": { "duration": 30000000, "actID": 5011 },
      "startTimestamp": "2018-330T20:00:00", "type": "DrillHole" },
    { "parameters": {}, "startTimestamp": "later", "type": "Wake" },
    { "startTimestamp": "2018-330T20:00:00" }
  ],
  "adaptationId": "", "name": "lander",
  "startTimestamp": "2018-330T00:00:00", "endTimestamp": "2019-030T00:00:00"
}"#;

#[test]
fn the_older_form_opens_and_is_checked() {
    let model = Arc::new(Model::builtin("insight"));
    assert!(aerie::sniff(LANDER.as_bytes()));
    let (plan, problems) = aerie::read(LANDER.as_bytes(), "insight", &model);
    let plan = plan.unwrap();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(told[0].starts_with("activityInstances[3]: "), "{told:#?}");
    assert!(told[1].contains("missing field `type`"), "{told:#?}");
    assert!(told[2].contains("does not know the type DrillHole; its 1 activities"));
    assert_eq!(plan.activities.len(), 3);
    // 2018-11-26 is day 330; 4 759.962 s later the full wake ends.
    let checker = Checker::new(Arc::clone(&model), Arc::new(Windows::default()), &plan);
    let wake = checker.span(ActivityId(1)).unwrap();
    assert_eq!(crate::time::iso(wake.range.start, 3), "2018-11-26T19:35:39.304Z");
    assert!((wake.range.duration_s() - 4759.962).abs() < 1e-6);
    // A diagnostic wake lasts 808 s: 150 + 43 + 250 + 4 + 60 + 1 + 300.
    assert_eq!(checker.span(ActivityId(2)).unwrap().range.duration_ns(), 808_000_000_000);
    // Of an unknown type the length is kept, and no longer an argument.
    let unknown = &plan.activities[&ActivityId(3)];
    assert_eq!(unknown.duration_ns, Some(30_000_000_000));
    assert_eq!(unknown.arguments, [("actID".to_owned(), number(5011.0))].into());
    let again = aerie::read(aerie::write_instances(&plan, &model).as_bytes(), "insight", &model).0;
    assert_eq!(again.unwrap().activities, plan.activities);
}

#[test]
fn the_exported_form_opens_with_anchors_and_offsets() {
    let text = r#"{
      "version": "2", "id": 7, "model_id": 1, "name": "Export", "simulation_arguments": {},
      "start_time": "2020-01-01T00:00:00+00:00", "duration": "2 days 00:00:00", "tags": [],
      "activities": [
        { "id": 3, "type": "Image", "name": "Image", "start_offset": "02:00:00.5", "metadata": {},
          "anchor_id": null, "anchored_to_start": true, "arguments": { "length": 1800000000 },
          "tags": [{ "tag": { "name": "go", "color": "red" } }] },
        { "id": 4, "type": "Move", "name": "stow", "start_offset": "-00:10:00", "metadata": {},
          "anchor_id": 3, "anchored_to_start": false, "arguments": {}, "tags": [] },
        { "id": 3, "type": "Move", "start_offset": "1 day 00:00:01", "arguments": {} }
      ] }"#;
    let model = toy();
    assert!(aerie::sniff(text.as_bytes()));
    let (plan, problems) = aerie::read(text.as_bytes(), "toy", &model);
    let plan = plan.unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].reason.contains("its id is there twice; it becomes 5"));
    assert_eq!((plan.id.as_str(), plan.range()), ("7", minutes(0, 2880)));
    let checker = Checker::new(model.clone(), toy_windows(), &plan);
    let range = |id| checker.span(ActivityId(id)).unwrap().range;
    // 02:00:00.5 for half an hour; ten minutes before its end; and a day and a second later.
    assert_eq!(range(3), TimeRange::new(min(120).plus_s(0.5), min(150).plus_s(0.5)));
    assert_eq!(range(4).start, min(140).plus_s(0.5));
    assert_eq!(range(5).start, min(1440).plus_s(1.0));
    assert_eq!(plan.activities[&ActivityId(3)].tags, ["go"]);
    assert_eq!(plan.activities[&ActivityId(4)].notes, "stow");
    let (again, problems) = aerie::read(aerie::write(&plan, &model).as_bytes(), "toy", &model);
    assert_eq!(problems, []);
    let again = again.unwrap();
    let spans = Checker::new(model, toy_windows(), &again);
    assert!(spans.spans().eq(checker.spans()));
    assert_eq!(again.activities[&ActivityId(4)].notes, "stow");
}

#[test]
fn the_plan_of_the_public_lander_model_opens_and_is_checked() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/E_ccsds_xtce_cmd/aerie_lander/merlin-test-filtered.json"
    );
    let Ok(bytes) = std::fs::read(path) else {
        println!("skipped: {path} not present");
        return;
    };
    let model = Arc::new(Model::builtin("insight"));
    let (plan, problems) = aerie::read(&bytes, "insight", &model);
    let plan = plan.unwrap();
    assert_eq!(plan.activities.len(), 2060);
    assert_eq!(problems, [], "every type is in the dictionary");
    let windows = Arc::new(Windows::of(&model, plan.range()));
    let checker = Checker::new(Arc::clone(&model), windows, &plan);
    let violations = checker.violations(&plan);
    let mut counts = std::collections::BTreeMap::new();
    for violation in &violations {
        *counts.entry((violation.severity, violation.rule.as_str())).or_insert(0) += 1;
    }
    println!("{counts:#?}");
    // Twenty-nine wakes of days 337 to 340 are in the file twice, at the very same instants, and one
    // more begins before the one before it has ended: counted from starts and lengths alone.
    assert_eq!(counts.get(&(Severity::Error, "FR-LND-001")), Some(&30));
    let arguments: Vec<_> = violations.iter().filter(|v| v.rule == "argument").collect();
    assert!(arguments.is_empty(), "{arguments:#?}");
    // Written and read again it is the same plan.
    let again = aerie::read(aerie::write(&plan, &model).as_bytes(), "insight", &model).0.unwrap();
    assert_eq!(again.activities.len(), 2060);
    let fields = |p: &Plan| {
        p.activities.values().map(|a| (a.start, a.arguments.clone())).collect::<Vec<_>>()
    };
    assert_eq!(fields(&again), fields(&plan));
}

#[test]
fn tables_go_out_and_come_back() {
    let mut odd = act(7, "Image", 3)
        .with("mode", Value::Text("12".into()))
        .with("length", number(0.1))
        .with("on", Value::Bool(true))
        .with("list", Value::List(vec![number(1.0), Value::Text("a,\"b\"\n".into())]));
    odd.notes = "a, \"quoted\"\nnote".into();
    odd.tags = vec!["go".into(), "x y".into()];
    odd.duration_ns = Some(1_000_000_001);
    odd.anchor = Some(Anchor { to: ActivityId(2), from_end: true, offset_ns: -60_500_000_000 });
    odd.start = odd.start.plus_ns(1);
    let plan = plan_of(vec![act(2, "On", 1), odd]);
    let (back, problems) = table::read(table::write(&plan).as_bytes(), "toy");
    assert_eq!(problems, []);
    assert_eq!(back, plan.activities.into_values().collect::<Vec<_>>());

    let text = "start,type,arg rate,zoom\n\
                Sol 235 12:00,SeisLevel,20,1\n\
                yesterday,SeisLevel,,\n\
                2019-07-26,,,\n";
    let (found, problems) = table::read(text.as_bytes(), "insight");
    // NAIF's LMST kernel: noon of sol 235.
    let noon = crate::time::parse("Sol 235 12:00", Some("insight")).unwrap();
    assert_eq!(
        found,
        [Activity {
            arguments: [("rate".into(), number(20.0))].into(),
            ..Activity::new(ActivityId(1), "SeisLevel", noon)
        }]
    );
    assert_eq!(problems.len(), 2);
    assert_eq!((problems[0].field.as_str(), problems[1].field.as_str()), ("line 3", "line 4"));
    assert!(table::read(b"a,b\n1,2\n", "toy").1[0].reason.contains("no column type"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_to_an_end(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        at in 0..LANDER.len(),
        cut in 0..LANDER.len(),
    ) {
        let model = Model::default();
        let mut damaged = LANDER.as_bytes()[..cut].to_vec();
        damaged.splice(at.min(cut)..at.min(cut), bytes.iter().copied());
        for bytes in [&bytes, &damaged] {
            aerie::sniff(bytes);
            let _ = aerie::read(bytes, "insight", &model);
            let _ = table::read(bytes, "insight");
            let text = String::from_utf8_lossy(bytes).into_owned();
            let _ = Model::load("toy", &toy_files(&text));
        }
    }
}

#[test]
fn a_plan_of_a_table_holds_its_activities() {
    let text = "type,start,arg length\nImage,2020-01-01T00:00,60\nSession,2020-01-01T20:00,36000\n";
    let (activities, problems) = table::read(text.as_bytes(), "toy");
    assert_eq!(problems, []);
    // Ten hours from 20:00, and an hour of room.
    let plan = table::plan("t", "toy", &toy(), activities).unwrap();
    assert_eq!((plan.start, plan.end), (min(0), min(31 * 60)));
    assert_eq!(table::plan("t", "toy", &toy(), Vec::new()), None);
}
