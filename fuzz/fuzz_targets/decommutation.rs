//! Decommutation: any bytes against a dictionary with everything that a dictionary may have.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parsers::mission::Severity;
use parsers::mission::telemetry::*;
use parsers::parameter::{Definition, Derived, Expression, Plan, Values};
use parsers::problems_are_sound;

fn kind(kind: Kind, encoding: Option<Encoding>) -> ParameterType {
    ParameterType::new("/T", kind, encoding)
}

fn of(parameter: ParameterId, slope: i64, intercept: i64) -> Size {
    Size::Of { parameter, calibrated: false, slope, intercept }
}

fn equal(parameter: ParameterId, value: &str) -> Condition {
    let (path, calibrated, operator) = (Vec::new(), true, Operator::Equal);
    Condition::Is(Comparison { parameter, path, calibrated, operator, value: value.to_owned() })
}

/// Types 0 to 3 are bytes that others refer to: kind, count, size, mode.
fn types() -> Vec<ParameterType> {
    let whole = |bits, form, order| {
        let encoding = Encoding::Integer { bits, form, order };
        kind(Kind::Integer { signed: true, bits: 64 }, Some(encoding))
    };
    let (big, little) = (ByteOrder::Big, ByteOrder::Little);
    let mut all = vec![whole(8, IntegerForm::Unsigned, big); 4];
    let labels = vec![Label { value: 0, last: 9, label: "LOW".to_owned() }];
    all[3].kind = Kind::Enumerated { labels };
    for (bits, form) in [
        (3, IntegerForm::TwosComplement),
        (13, IntegerForm::OnesComplement),
        (24, IntegerForm::SignMagnitude),
        (20, IntegerForm::Bcd),
        (33, IntegerForm::PackedBcd),
        (64, IntegerForm::Unsigned),
    ] {
        all.extend([whole(bits, form, big), whole(bits, form, little)]);
    }
    for (bits, form) in [
        (16, FloatForm::Ieee754),
        (32, FloatForm::Ieee754),
        (64, FloatForm::Ieee754),
        (32, FloatForm::Mil1750A),
        (48, FloatForm::Mil1750A),
    ] {
        let encoding = Encoding::Float { bits, form, order: little };
        let mut one = kind(Kind::Float { bits: 64 }, Some(encoding));
        let points = vec![(0.0, 0.0), (10.0, 5.0), (20.0, 100.0)];
        one.calibrator = Some(Calibrator::Spline { order: 2, points, extrapolate: bits > 32 });
        let context = (equal(3, "LOW"), Calibrator::Polynomial(vec![1.0, -2.0, 0.5]));
        one.context_calibrators = vec![context];
        one.alarm = Some(Alarm {
            outside: vec![(Severity::Warning, Range { high: Some(7.0), ..Range::default() })],
            minimum_violations: 2,
            ..Alarm::default()
        });
        all.push(one);
    }
    let text = |size, charset: &str| {
        kind(Kind::String, Some(Encoding::String { size, charset: charset.to_owned() }))
    };
    all.push(text(StringSize::Counted { bits: 12, most: Some(800) }, "UTF-8"));
    all.push(text(StringSize::Terminated { terminator: 0, most: None }, "UTF-16"));
    let bits = of(2, 3, -4);
    all.push(text(StringSize::Fixed { bits, terminator: Some(0) }, "ISO-8859-1"));
    all.push(kind(Kind::Binary, Some(Encoding::Binary { size: of(2, 1 << 40, 1) })));
    let clock = Some(Encoding::Integer { bits: 56, form: IntegerForm::Unsigned, order: big });
    let time = |epoch, scale| kind(Kind::AbsoluteTime { epoch, scale, offset: 0.5 }, clock.clone());
    all.push(time(Epoch::Tai, 1.0 / 65536.0));
    all.push(time(Epoch::Parameter(2), 1e9));
    let members = (4..all.len()).step_by(3).map(|t| (format!("m{t}"), t)).collect();
    let aggregate = all.len();
    all.push(kind(Kind::Aggregate { members }, None));
    let dimensions = vec![of(1, 16_777_216, 0), Size::Fixed(2), of(1, 1, -3)];
    all.push(kind(Kind::Array { element: aggregate, dimensions }, None));
    all
}

fn dictionary() -> Dictionary {
    let types = types();
    let parameters = (0..types.len())
        .map(|type_id| TelemetryParameter {
            name: format!("/S/p{type_id}"),
            type_id,
            description: String::new(),
            source: Source::Telemetered,
            initial: None,
        })
        .collect::<Vec<_>>();
    let entry =
        |item, bits, include, repeat| Entry { item, place: Place::After(bits), include, repeat };
    let container = |base, restriction, entries| Container {
        name: "/S/container".to_owned(),
        description: String::new(),
        is_abstract: true,
        base,
        restriction,
        entries,
        bits: Some(77),
        rate_hz: None,
    };
    let plain = |p| entry(Item::Parameter(p), 0, None, None);
    let root = container(None, None, (0..4).map(plain).collect());
    let all = (4..types.len()).map(plain).collect();
    let conditional = (4..types.len())
        .map(|p| entry(Item::Parameter(p), p as i64 % 7 - 2, Some(equal(3, &p.to_string())), None))
        .collect();
    let inside = container(None, None, vec![plain(5), plain(20), plain(9)]);
    let mut repeated: Vec<Entry> =
        (0..3).map(|i| entry(Item::Container(3), 0, None, Some((of(1, 1, i), 5)))).collect();
    repeated.push(Entry { place: Place::FromStart(11), ..plain(6) });
    let any = Condition::Any(vec![equal(0, "2"), equal(3, "LOW")]);
    let containers = vec![
        root,
        container(Some(0), Some(equal(0, "1")), all),
        container(Some(0), Some(any), conditional),
        inside,
        container(Some(0), None, repeated),
    ];
    Dictionary { name: "S".to_owned(), types, parameters, containers, ..Dictionary::default() }
}

static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::compile(&dictionary(), 0).0);

fuzz_target!(|data: &[u8]| {
    let plan = &*PLAN;
    let (mut state, mut values) = (plan.state(), Values::new());
    let definition = Definition {
        name: "/D/x".to_owned(),
        unit: String::new(),
        expression: "{/S/p1} * 2 + {/S/p3}".to_owned(),
    };
    let (mut derived, problems) = Derived::compile(&[definition], plan);
    assert!(problems.is_empty());
    let mut computed = Vec::new();
    // The same packet twice: the second time with what was remembered.
    for packet in [data, data] {
        plan.decode(packet, &mut state, &mut values);
        problems_are_sound(&values.problems, packet.len());
        assert!(values.len() <= packet.len() * 64 * 32 + 65_536, "{} values", values.len());
        assert!(values.iter(plan).count() == values.len());
        for value in values.iter(plan) {
            assert!(!plan.name(value.id).is_empty());
        }
        for at in 0..values.len() {
            let _ = values.instant(at, plan);
        }
        derived.update(&values, &mut computed);
        assert!(computed.len() <= 1);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(expression) = Expression::parse(text)
    {
        let inputs = vec![1.5; expression.inputs.len()];
        let _ = expression.evaluate(&inputs, &mut Vec::new());
    }
});
