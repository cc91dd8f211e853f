//! Goals from TOML: what is read, and what is said of what cannot be.

use proptest::prelude::*;

use super::*;

const GOALS: &str = r#"
mission = "toy"

[[goal]]
id = "daily"
kind = "repeat"
activity = "Move"
first = "2020-01-01T06:00:00"
every = "1 d"
tolerance = "20 min"

[[goal]]
id = "with"
kind = "coexist"
activity = "Image"
arguments = { length = "30 min", mode = "B" }
with = ["On", "tag:go"]
anchor = "end"
offset = "-00:00:30"
duration = 5
notes = "n"
from = 2020-01-01T00:00:00Z
to = "2020-01-02"

[[goal]]
id = "few"
kind = "fit"
activity = "Send"
count = 2
window = "pass"
step = 60

[[goal]]
id = "spare"
kind = "fill"
resource = "data"
at_most = 40
candidates = [
  { activity = "Image", priority = 3 },
  { activity = "Image", arguments = { length = 60 } },
]
"#;

fn told(text: &str) -> Vec<String> {
    let (_, problems) = read_goals(text, &toy());
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn goals_of_all_kinds_are_read() {
    let (goals, problems) = read_goals(GOALS, &toy());
    assert_eq!(problems, []);
    let what = |kind: &str| Candidate { kind: kind.into(), ..Candidate::default() };
    let length = |s: f64| [("length".to_owned(), number(s))];
    let image = Candidate {
        arguments: length(1800.0)
            .into_iter()
            .chain([("mode".into(), Value::Text("B".into()))])
            .collect(),
        duration_ns: Some(5_000_000_000),
        notes: "n".into(),
        ..what("Image")
    };
    let kinds = [
        GoalKind::Repeat {
            what: what("Move"),
            first: min(360),
            every_ns: 86_400_000_000_000,
            tolerance_ns: 1_200_000_000_000,
        },
        GoalKind::Coexist {
            what: image,
            with: Selector(vec!["On".into(), "tag:go".into()]),
            from_end: true,
            offset_ns: -30_000_000_000,
            tolerance_ns: 0,
        },
        GoalKind::Fit { what: what("Send"), count: 2, window: Some("pass".into()) },
        GoalKind::Fill {
            candidates: vec![
                Candidate { priority: 3, ..what("Image") },
                Candidate { arguments: length(60.0).into(), ..what("Image") },
            ],
            window: None,
            at_most: Some(("data".into(), 40.0)),
        },
    ];
    assert_eq!(goals.iter().map(|g| g.kind.clone()).collect::<Vec<_>>(), kinds);
    assert_eq!(
        goals.iter().map(|g| g.id.as_str()).collect::<Vec<_>>(),
        ["daily", "with", "few", "spare"]
    );
    assert_eq!(goals[1].within, Some(minutes(0, 1440)));
    assert_eq!((goals[2].step_ns, goals[3].step_ns), (60_000_000_000, 600_000_000_000));
    // What is read is placed.
    let (plan, checker) = checked(vec![act(1, "On", 60)]);
    let done = schedule(&plan, &checker, &goals);
    let placed: Vec<&str> = done.placements.iter().map(|p| p.goal.as_str()).collect();
    assert_eq!(placed, ["daily", "daily", "few", "few", "spare", "spare"], "{done:#?}");
    assert_eq!(done.failures.len(), 1);
    assert_eq!(schedule(&plan, &checker, &goals), done);
}

#[test]
fn a_length_of_time_has_many_notations() {
    let every = |text: &str| {
        let text = GOALS.replacen("\"1 d\"", text, 1);
        let (goals, problems) = read_goals(&text, &toy());
        match goals.first().map(|g| &g.kind) {
            Some(GoalKind::Repeat { every_ns, .. }) if problems.is_empty() => Some(*every_ns),
            _ => None,
        }
    };
    for (text, s) in [
        ("90", 90.0),
        ("1.5", 1.5),
        ("\"90 s\"", 90.0),
        ("\"2 min\"", 120.0),
        ("\"1.5 h\"", 5400.0),
        ("\"1 sol\"", 88_775.244),
        ("\"2 sols\"", 177_550.488),
        ("\"01:00:01.5\"", 3601.5),
    ] {
        assert_eq!(every(text), Some((s * 1e9_f64).round() as i64), "{text}");
    }
    for text in ["0", "-5", "\"1 week\"", "\"\"", "\"1:2\"", "\"1:99:00\"", "nan", "inf", "true"] {
        assert_eq!(every(text), None, "{text}");
    }
}

/// A change of the goals, and what is said of it.
const MISTAKES: [((&str, &str), &str); 17] = [
    (
        ("activity = \"Move\"", "activity = \"Tea\""),
        "goal daily (line 4), activity: toy has no type Tea; marsdeck plan list names them",
    ),
    (
        ("every = \"1 d\"", ""),
        "goal daily (line 4), every: is missing; write the time from one to the next, as \"1 sol\"",
    ),
    (
        ("first = \"2020-01-01T06:00:00\"", "first = 7"),
        "goal daily (line 4), first: is no time; write it as \"Sol 200 12:00\" or in UTC",
    ),
    (
        ("kind = \"fit\"", "kind = \"fits\""),
        "goal few (line 25), kind: is fits; write kind = \"repeat\", \"coexist\", \"fit\" or \
         \"fill\"",
    ),
    (
        ("count = 2", "count = 0"),
        "goal few (line 25), count: asks for none; write 1 or more, or take the goal out",
    ),
    (
        ("window = \"pass\"", "window = \"tea\""),
        "goal few (line 25), window: there is no tea; take one of pass, sun",
    ),
    (
        ("length = \"30 min\"", "length = 0"),
        "goal with (line 12), argument length: is 0 s, less than 1 s; give another value",
    ),
    (
        ("mode = \"B\"", "tea = \"B\""),
        "goal with (line 12), argument tea: Image does not have it; it has length, rate, \
         channels, mode",
    ),
    (
        ("\"On\", ", "\"Tea\", "),
        "goal with (line 12), with: Tea selects nothing that can be planned; marsdeck plan list \
         names the activity types",
    ),
    (
        ("anchor = \"end\"", "anchor = \"middle\""),
        "goal with (line 12), anchor: is middle; write \"start\" or \"end\"",
    ),
    (
        ("at_most = 40", ""),
        "goal spare (line 33), at_most: goes with resource; give both or neither",
    ),
    (
        ("resource = \"data\"", "resource = \"camera\""),
        "goal spare (line 33), resource: camera is no resource with a number; marsdeck plan \
         list names them",
    ),
    (
        ("priority = 3", "priority = \"x\""),
        "goal spare (line 33), candidate 1, priority: is no whole number; write one as 3",
    ),
    (
        ("id = \"few\"", "id = \"with\""),
        "goal with (line 25), id: is there twice; give this goal another one",
    ),
    (
        ("notes = \"n\"", "note = \"n\""),
        "goal with (line 12), note: is no field of a coexist goal; take it out, or use id, \
         from, to, step, kind, activity, arguments, duration, notes, with, anchor, offset, \
         tolerance",
    ),
    (
        ("to = \"2020-01-02\"", "to = \"2019-01-02\""),
        "goal with (line 12), to: does not lie behind from; exchange them or give a later time",
    ),
    (
        ("mission = \"toy\"", "mission = \"msl\""),
        "mission: the goals are for msl, the plan for toy; give the goals of the same mission",
    ),
];

#[test]
fn a_problem_names_the_goal_the_field_and_what_to_do() {
    for (change, said) in MISTAKES {
        assert!(GOALS.contains(change.0), "{}", change.0);
        assert_eq!(told(&GOALS.replacen(change.0, change.1, 1)), [said]);
    }
    assert_eq!(
        told("")[0],
        "goal: there is none; write a table [[goal]] with id and kind for each"
    );
    assert!(told("[[goal]\n")[0].starts_with("line 1: "), "{:?}", told("[[goal]\n"));
    // The goals that are right are still read.
    let (goals, _) = read_goals(&GOALS.replacen("count = 2", "count = 0", 1), &toy());
    assert_eq!(goals.len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// A line of goals that is damaged gives goals or problems, and never neither.
    #[test]
    fn damaged_goals_are_read_or_told(
        at in 0..GOALS.len(), gone in 0..40_usize, put in "[ -~\n]{0,12}",
    ) {
        let text = format!("{}{put}{}", &GOALS[..at], GOALS.get(at + gone..).unwrap_or(""));
        let (goals, problems) = read_goals(&text, &toy());
        prop_assert!(!goals.is_empty() || !problems.is_empty());
        for problem in problems {
            prop_assert!(!problem.reason.is_empty() && problem.reason.len() < 4096);
        }
    }
}
