//! Violations worked out by hand.

use super::*;

/// One violation of a rule, or none.
fn one(activities: Vec<Activity>, rule: &str) -> Option<Violation> {
    let (plan, checker) = checked(activities);
    let mut found = of_rule(&plan, &checker, rule);
    assert!(found.len() <= 1, "{found:#?}");
    found.pop()
}

#[test]
fn exclusion_tells_the_later_one_and_a_time_that_is_free() {
    // Image 02:00 to 02:30, move 02:20 to 02:35: ten minutes together; the move may start at 02:30.
    let v = one(vec![act(1, "Image", 120), act(2, "Move", 140)], "R-EXCL").unwrap();
    assert_eq!(v.activities, [ActivityId(1), ActivityId(2)]);
    assert_eq!(v.range, minutes(140, 150));
    assert_eq!(v.fix, Some(Fix::Shift { id: ActivityId(2), to: min(150) }));
    assert_eq!(
        v.reason,
        "Move #2 at 2020-01-01T02:20:00Z runs while Image #1 at 2020-01-01T02:00:00Z does, for 10 min"
    );
    // Touching is no overlap.
    assert_eq!(one(vec![act(1, "Image", 120), act(2, "Move", 150)], "R-EXCL"), None);
    assert_eq!(one(vec![act(1, "Image", 120), act(2, "Image", 130)], "R-EXCL"), None);
}

#[test]
fn gaps_and_orders() {
    // Moves last 15 min: the second starts 5 min after the first has ended.
    let v = one(vec![act(1, "Move", 120), act(2, "Move", 140)], "R-GAP").unwrap();
    assert!(v.reason.contains("starts only 5 min after Move #1"), "{}", v.reason);
    assert!(v.reason.ends_with("10 min are needed"), "{}", v.reason);
    assert_eq!(v.fix, Some(Fix::Shift { id: ActivityId(2), to: min(145) }));
    assert_eq!(one(vec![act(1, "Move", 120), act(2, "Move", 145)], "R-GAP"), None);

    // An image needs a go that ended 1 to 60 min before. A move with the tag lasts 15 min.
    let go = |at| Activity { tags: vec!["go".into()], ..act(1, "Move", at) };
    assert!(one(vec![go(100), act(2, "Image", 115)], "R-AFTER").is_some());
    assert!(one(vec![go(100), act(2, "Image", 116)], "R-AFTER").is_none());
    assert!(one(vec![go(100), act(2, "Image", 175)], "R-AFTER").is_none());
    assert!(one(vec![go(100), act(2, "Image", 176)], "R-AFTER").is_some());
    assert!(one(vec![act(1, "Move", 100), act(2, "Image", 130)], "R-AFTER").is_some());

    // On lasts 10 min; off has to start within two hours after its end.
    let v = one(vec![act(1, "On", 60), act(2, "Off", 191)], "R-BEFORE").unwrap();
    let expected = Fix::Add { kind: "Off".into(), start: min(70), arguments: [].into() };
    assert_eq!(v.fix, Some(expected));
    assert!(one(vec![act(1, "On", 60), act(2, "Off", 190)], "R-BEFORE").is_none());
}

#[test]
fn windows_are_kept() {
    // Sending lasts an hour; the pass is from 10:00 to 12:00.
    assert!(one(vec![act(1, "Send", 660)], "R-IN").is_none());
    let v = one(vec![act(1, "Send", 661)], "R-IN").unwrap();
    assert_eq!(v.fix, Some(Fix::Shift { id: ActivityId(1), to: min(660) }));
    assert!(v.reason.contains("lies only partly inside pass"), "{}", v.reason);
    let v = one(vec![act(1, "Send", 60)], "R-IN").unwrap();
    assert!(v.reason.contains("which is next from 2020-01-01T10:00:00Z"), "{}", v.reason);
    assert_eq!(v.fix, Some(Fix::Shift { id: ActivityId(1), to: min(600) }));
    let v = one(vec![act(1, "Send", 1700)], "R-IN").unwrap();
    assert_eq!(v.fix, Some(Fix::Shift { id: ActivityId(1), to: min(1800) }));

    // A move of 15 min stays 5 min away from a pass.
    assert!(one(vec![act(1, "Move", 580)], "R-OUT").is_none());
    let v = one(vec![act(1, "Move", 581)], "R-OUT").unwrap();
    assert_eq!(v.fix, Some(Fix::Shift { id: ActivityId(1), to: min(725) }));
    assert_eq!(v.severity, Severity::Warning);
    assert!(one(vec![act(1, "Move", 725)], "R-OUT").is_none());
    assert!(one(vec![act(1, "Move", 724)], "R-OUT").is_some());
}

#[test]
fn states_are_found_and_kept() {
    let rule = "Image.needs.camera";
    let v = one(vec![act(1, "Image", 100)], rule).unwrap();
    assert!(v.reason.contains("finds camera OFF, set from the start; it needs ON"), "{}", v.reason);
    let expected = Fix::Add { kind: "On".into(), start: min(90), arguments: [].into() };
    assert_eq!(v.fix, Some(expected));
    // On from 01:30 to 01:40: the image may start when it ends.
    assert!(one(vec![act(1, "On", 90), act(2, "Image", 100)], rule).is_none());
    assert!(one(vec![act(1, "On", 90), act(2, "Image", 99)], rule).is_some());
    // Off sets at 02:01 while the image runs until 02:10.
    let v = one(vec![act(1, "On", 90), act(2, "Image", 100), act(3, "Off", 120)], rule).unwrap();
    assert_eq!(v.activities, [ActivityId(2), ActivityId(3)]);
    assert_eq!(v.fix, Some(Fix::Shift { id: ActivityId(3), to: min(130) }));
    assert!(one(vec![act(1, "On", 90), act(2, "Image", 100), act(3, "Off", 129)], rule).is_none());
    let (_, checker) = checked(vec![act(1, "On", 90), act(3, "Off", 120)]);
    let pieces = checker.state("camera").unwrap();
    let shown: Vec<_> = pieces.iter().map(|p| (p.range, p.value.as_str())).collect();
    assert_eq!(
        shown,
        [(minutes(0, 100), "OFF"), (minutes(100, 121), "ON"), (minutes(121, 2880), "OFF")]
    );
}

#[test]
fn resources_are_simulated_as_straight_lines() {
    // Before sunrise: 100 Wh; two hours of images at 40 W take 80 Wh: 20 Wh at 02:00, no less.
    let image = |id, at, s: f64| act(id, "Image", at).with("length", number(s));
    let (plan, checker) = checked(vec![image(1, 0, 7200.0)]);
    assert_eq!(of_rule(&plan, &checker, "battery.bounds"), []);
    let battery = checker.profile("battery").unwrap();
    assert!((battery.at(min(60)).unwrap() - 60.0).abs() < 1e-9);
    assert!((battery.at(min(120)).unwrap() - 20.0).abs() < 1e-9);
    // From 06:00 on the Sun brings 10 W: 30 Wh at 07:00; full at 14:00, and so it stays.
    assert!((battery.at(min(420)).unwrap() - 30.0).abs() < 1e-9);
    assert!((battery.at(min(840)).unwrap() - 100.0).abs() < 1e-9);
    assert!((battery.at(min(900)).unwrap() - 100.0).abs() < 1e-9);

    // Half an hour more: 20 Wh are passed at 02:00, 0 Wh is reached at 02:30; back at 08:00.
    let (plan, checker) = checked(vec![image(1, 0, 7200.0), image(2, 120, 1800.0)]);
    let [v] = &of_rule(&plan, &checker, "battery.bounds")[..] else { panic!() };
    assert_eq!(v.range, minutes(120, 480));
    assert_eq!(v.activities, [ActivityId(1), ActivityId(2)]);
    assert_eq!(
        v.reason,
        "Battery is 0 Wh at 2020-01-01T02:30:00Z, less than 20 Wh from 2020-01-01T02:00:00Z \
         to 2020-01-01T08:00:00Z"
    );
    // 20 bit/s · 1 · 1800 s / 36000 = 1 Mbit at the end, and sending cannot send more than there is.
    let (_, checker) = checked(vec![image(2, 120, 1800.0), act(3, "Send", 600)]);
    let data = checker.profile("data").unwrap();
    assert_eq!(data.at(min(149)), Some(0.0));
    assert_eq!(data.at(min(150)), Some(1.0));
    assert!((data.at(min(601)).unwrap() - 0.5).abs() < 1e-9);
    assert_eq!(data.at(min(660)), Some(0.0));
}

#[test]
fn arguments_allocations_and_counts() {
    let image = act(1, "Image", 0).with("rate", number(50.0));
    assert!(one(vec![image.clone().with("channels", number(2.0))], "R-ALLOC").is_none());
    let v = one(vec![image.clone().with("channels", number(3.0))], "R-ALLOC").unwrap();
    assert!(v.reason.contains("asks for 150 bit/s ({rate} * {channels}), more than 100 bit/s"));
    let v = one(vec![image.clone().with("channels", number(9.0))], "argument").unwrap();
    assert!(v.reason.ends_with("channels is 9, more than 4"), "{}", v.reason);
    let expected =
        Fix::Argument { id: ActivityId(1), name: "channels".into(), value: Some(number(4.0)) };
    assert_eq!(v.fix, Some(expected));
    let v = one(vec![image.with("rate", number(30.0))], "argument").unwrap();
    assert!(v.reason.ends_with("rate is 30 bit/s, which is not one of 10, 20, 50"), "{}", v.reason);
    let v = one(vec![act(1, "Image", 0).with("zoom", number(3.0))], "argument").unwrap();
    assert_eq!(v.severity, Severity::Warning);
    assert!(one(vec![act(1, "Dig", 0)], "type").is_some());
    assert!(one(vec![act(1, "Move", 2870)], "range").is_some());

    let moves = |n: i64| (0..n).map(|i| act(i as u64 + 1, "Move", 100 * i)).collect::<Vec<_>>();
    assert!(one(moves(3), "R-DAY").is_none());
    let v = one(moves(4), "R-DAY").unwrap();
    assert_eq!(v.fix, Some(Fix::Remove { id: ActivityId(4) }));
    assert_eq!(v.reason, "Move on sol 18262: 4, more than 3");
}

#[test]
fn anchors_are_followed() {
    let hang = |id, to, from_end, m: i64| Activity {
        anchor: Some(Anchor { to: ActivityId(to), from_end, offset_ns: m * 60_000_000_000 }),
        ..act(id, "Move", 0)
    };
    let (_, checker) = checked(vec![act(1, "On", 90), hang(2, 1, true, 5), hang(3, 2, false, 60)]);
    assert_eq!(checker.span(ActivityId(2)).unwrap().range, minutes(105, 120));
    assert_eq!(checker.span(ActivityId(3)).unwrap().range, minutes(165, 180));
    let v = one(vec![hang(2, 1, true, 5)], "anchor").unwrap();
    assert!(v.reason.contains("#1 that it hangs on is not there"), "{}", v.reason);
    let (plan, checker) = checked(vec![hang(1, 2, true, 5), hang(2, 1, true, 5)]);
    assert_eq!(of_rule(&plan, &checker, "anchor").len(), 2);
}

#[test]
fn a_waiver_holds_until_an_edit() {
    let (mut plan, mut checker) = checked(vec![act(1, "Image", 120), act(2, "Move", 140)]);
    let ids = [ActivityId(1), ActivityId(2)];
    let edit = plan.waive("R-EXCL", &ids, ("lead", "tested on the ground"), min(0));
    plan.apply(&[edit]).unwrap();
    let waived = |plan: &Plan, checker: &Checker| {
        of_rule(plan, checker, "R-EXCL").into_iter().map(|v| v.waived_by).collect::<Vec<_>>()
    };
    assert_eq!(waived(&plan, &checker), [Some("lead".to_owned())]);
    let before = plan.activities[&ActivityId(2)].clone();
    let after = Activity { start: min(141), ..before.clone() };
    plan.apply(&[Edit::replace(before, after)]).unwrap();
    checker.update(&plan, &[ActivityId(2)]);
    assert_eq!(waived(&plan, &checker), [None]);
}

#[test]
fn commands_come_out_of_activities() {
    let (_, checker) = checked(vec![
        act(1, "Image", 100).with("channels", number(3.0)),
        act(2, "Image", 90).with("mode", Value::Text("B".into())),
    ]);
    let expected = Expanded {
        activity: ActivityId(1),
        time: min(100).plus_s(5.0),
        name: "SHOOT".into(),
        arguments: vec![("m".into(), "A".into()), ("n".into(), "3 ch".into())],
    };
    assert_eq!(expand(&checker), [expected]);
}

/// A drive of half an hour in a period awake of one hour that ends before it, in the middle of it, or
/// is not there: it becomes longer, or another one is put in.
#[test]
fn a_state_that_an_activity_holds_is_held_for_longer() {
    let model = Arc::new(Model::builtin("msl"));
    let start = crate::time::parse("msl sol 2400 10:00", None).unwrap();
    let range = TimeRange::new(start.plus_s(-7200.0), start.plus_s(40_000.0));
    let awake = |duration_s: f64| {
        Activity::new(ActivityId(1), "RoverAwake", start).with("duration", number(duration_s))
    };
    let drive = Activity::new(ActivityId(2), "Drive", start.plus_s(3000.0));
    for (activities, expected) in [
        (vec![awake(1200.0), drive.clone()], (Some(1), 4860.0)),
        (vec![awake(4000.0), drive.clone()], (Some(1), 4860.0)),
        (vec![drive], (None, 1920.0)),
    ] {
        let mut plan = Plan::new("p", "p", "msl", range);
        plan.activities.extend(activities.into_iter().map(|a| (a.id, a)));
        let windows = Arc::new(Windows::of(&model, range));
        let mut checker = Checker::new(Arc::clone(&model), windows, &plan);
        let found = of_rule(&plan, &checker, "Drive.needs.rover");
        let fix = found.first().unwrap().fix.clone().unwrap();
        let (id, duration_s) = expected;
        match (&fix, id) {
            (Fix::Argument { id, name, value }, Some(expected)) => {
                assert_eq!((id.0, name.as_str()), (expected, "duration"));
                assert_eq!(*value, Some(number(duration_s)));
            }
            (Fix::Add { kind, start: at, arguments }, None) => {
                assert_eq!((kind.as_str(), *at), ("RoverAwake", start.plus_s(2940.0)));
                assert_eq!(arguments.get("duration"), Some(&number(duration_s)));
            }
            _ => panic!("{fix:?}"),
        }
        let edits = fix.edits(&plan, &checker);
        plan.apply(&edits).unwrap();
        let touched: Vec<ActivityId> = edits.iter().filter_map(Edit::touched).collect();
        checker.update(&plan, &touched);
        assert_eq!(checker.violations(&plan), []);
    }
}

#[test]
fn fixes_put_right_what_they_are_for() {
    let image = |at| act(1, "Image", at);
    let hung = Activity {
        anchor: Some(Anchor { to: ActivityId(1), from_end: false, offset_ns: 60_000_000_000 }),
        ..act(2, "Move", 0)
    };
    let long = Activity { duration_ns: Some(9_000_000_000_000), ..act(1, "Send", 660) };
    let cases = [
        (vec![image(120), act(2, "Move", 140)], "R-EXCL"),
        (vec![image(120), hung], "R-EXCL"),
        (vec![act(1, "Move", 120), act(2, "Move", 140)], "R-GAP"),
        (vec![act(1, "Send", 60)], "R-IN"),
        (vec![long], "R-IN"),
        (vec![act(1, "Move", 590)], "R-OUT"),
        (vec![image(100)], "Image.needs.camera"),
        (vec![image(100).with("channels", number(7.0))], "argument"),
        (vec![image(100).with("zoom", number(7.0))], "argument"),
        (vec![act(1, "On", 60)], "R-BEFORE"),
        (vec![act(1, "Move", 2870)], "range"),
        (vec![image(0).with("length", number(7200.0)), act(2, "Move", 130)], "battery.bounds"),
    ];
    for (activities, rule) in cases {
        let (mut plan, mut checker) = checked(activities);
        let found = of_rule(&plan, &checker, rule);
        let fix = found.first().unwrap_or_else(|| panic!("{rule}: nothing")).fix.clone().unwrap();
        let edits = fix.edits(&plan, &checker);
        plan.apply(&edits).unwrap();
        let touched: Vec<ActivityId> = edits.iter().filter_map(Edit::touched).collect();
        checker.update(&plan, &touched);
        assert_eq!(of_rule(&plan, &checker, rule), [], "{rule} after {fix:?}");
    }
}
