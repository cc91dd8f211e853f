//! Containers, conditions, arrays, calibration, alarms and packets that are too short.

use super::make::{Make, after, binary, equal, kind_type, of, text, unsigned};
use crate::mission::Severity;
use crate::mission::telemetry::*;
use crate::parameter::{Plan, Raw, Validity, Values};
use crate::time::Instant;

fn names(plan: &Plan, values: &Values) -> Vec<String> {
    values.ids().iter().map(|id| plan.name(*id)).collect()
}

/// Two containers told apart by the first byte, one of them once more by the second.
fn family() -> Make {
    let mut make = Make::default();
    let [apid, mode, a, b, c] = ["apid", "mode", "a", "b", "c"].map(|n| make.add(n, unsigned(8)));
    let root = make.container(None, None, vec![after(apid), after(mode)]);
    make.0.containers[root].is_abstract = true;
    make.container(Some(root), Some(equal(apid, "1")), vec![after(a)]);
    let second = make.container(Some(root), Some(equal(apid, "0x02")), vec![after(b)]);
    let both = Condition::All(vec![equal(apid, "2"), equal(mode, "7")]);
    make.container(Some(second), Some(both), vec![after(c)]);
    make
}

#[test]
fn a_value_across_nine_bytes_is_missing_where_the_packet_has_eight() {
    let mut make = Make::default();
    make.add("bit", unsigned(1));
    make.add("wide", unsigned(64));
    let plan = make.flat().plan();
    let (mut state, mut values) = (plan.state(), Values::new());
    plan.decode(&[0xFF; 8], &mut state, &mut values);
    assert_eq!(values.engineering(), [1.0]);
    assert_eq!(values.problems.len(), 1);
    plan.decode(&[0xFF; 9], &mut state, &mut values);
    assert_eq!(values.raw_bits(), [1, u64::MAX]);
}

#[test]
fn inheritance_is_followed_by_restrictions() {
    let make = family();
    let decode = |packet: &[u8]| {
        let (plan, values) = make.decode(packet);
        (names(&plan, &values), values.container, values.problems.len())
    };
    assert_eq!(
        decode(&[1, 0, 9]),
        (vec!["/S/apid".into(), "/S/mode".into(), "/S/a".into()], Some(1), 0)
    );
    let two = ["/S/apid", "/S/mode", "/S/b"].map(String::from).to_vec();
    assert_eq!(decode(&[2, 0, 9]), (two.clone(), Some(2), 0));
    let three = [two, vec!["/S/c".to_owned()]].concat();
    assert_eq!(decode(&[2, 7, 9, 8]), (three, Some(3), 0));
    // Nobody fits: what all share is kept, and it is said.
    assert_eq!(decode(&[5, 0, 9]).1, Some(0));
    assert_eq!(decode(&[5, 0, 9]).2, 1);
}

#[test]
fn circles_and_absurd_sizes_are_refused() {
    let mut make = family();
    make.0.containers[0].base = Some(3);
    let (_, problems) = Plan::compile(&make.0, 0);
    assert!(problems.iter().any(|p| p.reason.contains("inherits from itself")), "{problems:?}");

    let mut make = Make::default();
    let x = make.add("x", unsigned(8));
    let inner = make.container(None, None, vec![after(x)]);
    let entry = Entry { item: Item::Container(inner), ..after(0) };
    make.0.containers[inner].entries.push(entry);
    let (_, problems) = Plan::compile(&make.0, inner);
    assert!(problems.iter().any(|p| p.reason.contains("circle")), "{problems:?}");

    let mut make = Make::default();
    let kind = Kind::Array { element: 0, dimensions: vec![Size::Fixed(1_000_000_000)] };
    make.add("many", kind_type(kind, None));
    make.0.types[0].kind = Kind::Array { element: 0, dimensions: vec![Size::Fixed(2)] };
    make.container(None, None, vec![after(0)]);
    let (plan, problems) = Plan::compile(&make.0, 0);
    assert!(!problems.is_empty() && plan.leaves().is_empty());
    assert!(Plan::compile(&make.0, 77).1.len() >= 2);
    assert_eq!(Plan::compile_named(&make.0, "/nowhere").1.len(), 1);
}

#[test]
fn arrays_and_aggregates_have_a_value_per_leaf() {
    let mut make = Make::default();
    let byte = make.kind(unsigned(8));
    let pair = Kind::Aggregate { members: vec![("u".into(), byte), ("v".into(), byte)] };
    let pair = make.kind(kind_type(pair, None));
    let count = make.add("n", unsigned(4));
    let grid = Kind::Array { element: byte, dimensions: vec![Size::Fixed(2), Size::Fixed(1)] };
    make.add("grid", kind_type(grid, None));
    let list = Kind::Array { element: pair, dimensions: vec![of(count)] };
    make.add("list", kind_type(list, None));
    make.add("last", unsigned(4));
    let make = make.flat();
    // n = 2, grid = 1 2, list = (3 4) (5 6), last = 7: all after half a byte.
    let (plan, values) = make.decode(&[0x20, 0x10, 0x20, 0x30, 0x40, 0x50, 0x67]);
    let expected = [
        "/S/n",
        "/S/grid[0][0]",
        "/S/grid[1][0]",
        "/S/list[0].u",
        "/S/list[0].v",
        "/S/list[1].u",
        "/S/list[1].v",
        "/S/last",
    ];
    assert_eq!(names(&plan, &values), expected);
    assert_eq!(values.engineering(), [2.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    assert!(values.problems.is_empty());
    assert_eq!(values.end_bit, 56);
    // A count beyond the packet yields what fits, and a problem that says where it ended.
    let (plan, values) = make.decode(&[0xF0, 0x10, 0x20, 0x30, 0x40]);
    assert_eq!(names(&plan, &values).last().unwrap(), "/S/list[0].v");
    assert_eq!(values.len(), 5);
    assert_eq!(values.problems.len(), 1);
    assert_eq!(values.problems[0].field, "/S/list[1].u");
    assert_eq!(values.problems[0].offset, Some(4));
}

#[test]
fn a_count_of_billions_ends_with_the_packet() {
    let mut make = Make::default();
    let count = make.add("n", unsigned(32));
    let nothing = make.kind(binary(Size::Fixed(0)));
    let list = Kind::Array { element: nothing, dimensions: vec![of(count)] };
    make.add("list", kind_type(list, None));
    make.add("tail", binary(of(count)));
    let make = make.flat();
    let (_, values) = make.decode(&[0xFF; 12]);
    assert!(values.len() < 8192 && values.problems.len() == 1, "{}", values.len());
    let mut make = Make::default();
    let count = make.add("n", unsigned(32));
    make.add("tail", binary(of(count)));
    let (plan, values) = make.flat().decode(&[0xFF; 12]);
    let tail = values.get(1, &plan).unwrap();
    assert_eq!((tail.raw, tail.validity), (Raw::Bytes(&[0xFF; 8]), Validity::Truncated));
}

#[test]
fn entries_may_be_conditional_repeated_and_placed() {
    let mut make = Make::default();
    let [flag, x, y, z] = ["flag", "x", "y", "z"].map(|n| make.add(n, unsigned(8)));
    let entries = vec![
        after(flag),
        Entry { include: Some(equal(flag, "1")), ..after(x) },
        Entry { repeat: Some((of(flag), 8)), ..after(y) },
        Entry { place: Place::FromStart(0), ..after(z) },
        Entry { place: Place::After(-4), ..after(x) },
    ];
    make.container(None, None, entries);
    let (plan, values) = make.decode(&[1, 2, 3, 4]);
    assert_eq!(names(&plan, &values), ["/S/flag", "/S/x", "/S/y", "/S/z", "/S/x"]);
    assert_eq!(values.engineering(), [1.0, 2.0, 3.0, 1.0, f64::from(0x10)]);
    let (plan, values) = make.decode(&[2, 3, 4, 5]);
    assert_eq!(names(&plan, &values), ["/S/flag", "/S/y", "/S/y", "/S/z", "/S/x"]);
    assert_eq!(values.engineering()[1..3], [3.0, 5.0]);
    assert_eq!(values.ids()[2].index, 1);
}

#[test]
fn calibrators_follow_their_rules() {
    let spline = |order, extrapolate| Calibrator::Spline {
        order,
        points: vec![(0.0, 0.0), (10.0, 100.0), (20.0, 400.0)],
        extrapolate,
    };
    let value = |calibrator, raw: u8| {
        let mut make = Make::default();
        make.add("x", ParameterType { calibrator: Some(calibrator), ..unsigned(8) });
        make.flat().decode(&[raw]).1
    };
    let x = |calibrator, raw| value(calibrator, raw).engineering()[0];
    assert_eq!(x(Calibrator::Polynomial(vec![1.0, 2.0, 0.5]), 4), 17.0);
    assert_eq!(x(Calibrator::Polynomial(vec![1.0, 0.0, 0.0, 1.0]), 3), 28.0);
    assert_eq!(x(spline(0, false), 15), 100.0);
    assert_eq!(x(spline(1, false), 15), 250.0);
    assert_eq!(x(spline(1, false), 20), 400.0);
    assert_eq!(x(spline(1, true), 30), 700.0);
    // Through three points of a parabola.
    assert_eq!(x(spline(2, false), 15), 225.0);
    assert_eq!(x(spline(2, true), 30), 900.0);
    let beyond = value(spline(1, false), 21);
    assert!(beyond.engineering()[0].is_nan());
    assert_eq!(beyond.validity()[0], Validity::Uncalibrated);
    assert_eq!(beyond.severity()[0], Severity::Off);
}

#[test]
fn contexts_choose_calibrators_and_alarms() {
    let mut make = Make::default();
    let mode = make.add("mode", unsigned(8));
    let outside = |low, high| Alarm {
        outside: vec![(
            Severity::Warning,
            Range { low: Some(low), high: Some(high), ..Range::default() },
        )],
        minimum_violations: 1,
        ..Alarm::default()
    };
    let x = ParameterType {
        calibrator: Some(Calibrator::Polynomial(vec![0.0, 1.0])),
        context_calibrators: vec![(equal(mode, "1"), Calibrator::Polynomial(vec![0.0, 10.0]))],
        alarm: Some(outside(0.0, 50.0)),
        context_alarms: vec![(equal(mode, "2"), outside(0.0, 1.0))],
        ..unsigned(8)
    };
    make.add("x", x);
    let make = make.flat();
    let of = |packet: &[u8]| {
        let (_, values) = make.decode(packet);
        (values.engineering()[1], values.severity()[1])
    };
    assert_eq!(of(&[0, 5]), (5.0, Severity::Normal));
    assert_eq!(of(&[0, 51]), (51.0, Severity::Warning));
    assert_eq!(of(&[1, 6]), (60.0, Severity::Warning));
    assert_eq!(of(&[2, 5]), (5.0, Severity::Warning));
}

#[test]
fn violations_are_counted_in_the_callers_state() {
    let alarm = Alarm {
        outside: vec![(Severity::Critical, Range { high: Some(9.0), ..Range::default() })],
        minimum_violations: 3,
        ..Alarm::default()
    };
    let mut make = Make::default();
    make.add("x", ParameterType { alarm: Some(alarm), ..unsigned(8) });
    let plan = make.flat().plan();
    let (mut state, mut other, mut values) = (plan.state(), plan.state(), Values::new());
    let mut seen = Vec::new();
    for raw in [10, 10, 9, 10, 10, 10, 10, 0] {
        plan.decode(&[raw], &mut state, &mut values);
        seen.push(values.severity()[0] == Severity::Critical);
    }
    assert_eq!(seen, [false, false, false, false, false, true, true, false]);
    plan.decode(&[10], &mut other, &mut values);
    assert_eq!(values.severity()[0], Severity::Normal);
}

#[test]
fn names_times_and_initial_values() {
    let mut make = Make::default();
    let label = |value, last, label: &str| Label { value, last, label: label.to_owned() };
    let labels = vec![label(0, 0, "SAFE"), label(5, 9, "SCIENCE")];
    let alarm = Alarm {
        labels: vec![(Severity::Distress, "SAFE".into())],
        other_labels: Some(Severity::Watch),
        minimum_violations: 1,
        ..Alarm::default()
    };
    let mode =
        ParameterType { kind: Kind::Enumerated { labels }, alarm: Some(alarm), ..unsigned(8) };
    make.add("mode", mode);
    let heater = Kind::Boolean { zero: "OFF".into(), one: "ON".into() };
    make.add("heater", ParameterType { kind: heater, ..unsigned(8) });
    let time = Kind::AbsoluteTime { epoch: Epoch::Tai, scale: 1.0 / 256.0, offset: 0.0 };
    make.add("time", ParameterType { kind: time, ..unsigned(40) });
    let since = Kind::RelativeTime { scale: 0.5, offset: 1.0 };
    make.add("since", ParameterType { kind: since, ..unsigned(8) });
    let size = StringSize::Fixed { bits: Size::Fixed(32), terminator: None };
    make.add("number", ParameterType { kind: Kind::Float { bits: 64 }, ..text(size, "UTF-8") });
    let make = make.flat();
    // 2000-01-01T00:00:00 UTC is 1 325 376 032 s of TAI after 1958; half a second more.
    let count = (1_325_376_032_u64 * 256 + 128).to_be_bytes();
    let packet = [&[7, 2][..], &count[3..], &[5], b"-2.5"].concat();
    let (plan, values) = make.decode(&packet);
    let texts: Vec<_> = values.iter(&plan).map(|v| v.text).collect();
    assert_eq!(texts, [Some("SCIENCE"), Some("ON"), None, None, Some("-2.5")]);
    assert_eq!(values.severity()[0], Severity::Watch);
    let instant = values.instant(2, &plan).unwrap();
    assert_eq!(instant, Instant::from_unix_ns(946_684_800_500_000_000));
    assert_eq!(values.engineering()[2..], [946_684_800.5, 3.5, -2.5]);
    let (plan, values) = make.decode(&[0, 0]);
    assert_eq!(values.severity()[0], Severity::Distress);
    assert_eq!(values.get(1, &plan).unwrap().text, Some("OFF"));
    assert_eq!(values.problems[0].field, "/S/time");
    assert_eq!(values.len(), 2);
}

#[test]
fn texts_and_constants_decide_too() {
    let mut make = Make::default();
    let size = StringSize::Counted { bits: 8, most: None };
    let kind = make.add("kind", text(size, "UTF-8"));
    let fixed = make.add("fixed", ParameterType { initial: Some("3".into()), ..unsigned(8) });
    let x = make.add("x", unsigned(8));
    let root = make.container(None, None, vec![after(kind)]);
    let test = Condition::All(vec![equal(kind, "ab"), equal(fixed, "3")]);
    make.container(Some(root), Some(test), vec![after(x)]);
    assert_eq!(make.decode(&[2, b'a', b'b', 9]).1.container, Some(1));
    assert_eq!(make.decode(&[2, b'a', b'c', 9]).1.container, Some(0));
}
