//! What is written is valid by the order of the schema's elements and reads back.

use proptest::prelude::*;

use super::made::commanding;
use super::round;
use crate::format::xtce;
use crate::mission::Severity;
use crate::mission::math::{MathOperator, MathStep};
use crate::mission::telemetry::{
    Alarm, ByteOrder, Calibrator, Comparison, Condition, Container, Dictionary, Encoding, Entry,
    Epoch, FloatForm, IntegerForm, Item, Kind, Label, Operator, ParameterType, Place, Range, Size,
    Source, StringSize, System, TelemetryParameter,
};

/// Parameters and types that references of a generated dictionary may name.
const COUNT: usize = 4;

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z<&\"'é]([ a-z\t]{0,4}[a-z0-9>])?"
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![(-1000_i32..1000).prop_map(f64::from), -1e12..1e12, Just(1e-300), Just(0.1)]
}

fn comparison() -> impl Strategy<Value = Condition> {
    let operator = prop::sample::select(vec![
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
    ]);
    let path = prop::collection::vec(prop_oneof!["m[0-9]", r"\[[0-9]\]"], 0..3);
    (0..COUNT, path, any::<bool>(), operator, word()).prop_map(
        |(parameter, path, calibrated, operator, value)| {
            Condition::Is(Comparison { parameter, path, calibrated, operator, value })
        },
    )
}

/// Conditions as the schema nests them: all in any, any in all.
fn condition() -> impl Strategy<Value = Condition> {
    let list = |of| prop::collection::vec(of, 2..4);
    let all = list(comparison().boxed()).prop_map(Condition::All).boxed();
    let any = list(prop_oneof![comparison(), all.clone()].boxed()).prop_map(Condition::Any).boxed();
    let both = list(prop_oneof![comparison(), any.clone()].boxed()).prop_map(Condition::All);
    prop_oneof![comparison(), all, any, both]
}

fn size() -> impl Strategy<Value = Size> {
    let lookup = prop::collection::vec((comparison(), 0_i64..100), 1..3).prop_map(Size::Lookup);
    let of = (0..COUNT, any::<bool>(), -9_i64..9, -9_i64..9).prop_map(|(p, calibrated, s, i)| {
        Size::Of { parameter: p, calibrated, slope: s, intercept: i }
    });
    prop_oneof![(0_i64..5000).prop_map(Size::Fixed), of, lookup]
}

fn range() -> impl Strategy<Value = Range> {
    (prop::option::of(number()), 0.0..9.0, any::<[bool; 3]>()).prop_map(|(low, wide, flags)| {
        let high = flags[0].then(|| low.unwrap_or(0.0) + wide);
        Range {
            low,
            high,
            low_exclusive: low.is_some() && flags[1],
            high_exclusive: high.is_some() && flags[2],
        }
    })
}

fn alarm() -> impl Strategy<Value = Alarm> {
    let severity = || {
        prop::sample::select(vec![
            Severity::Watch,
            Severity::Warning,
            Severity::Distress,
            Severity::Critical,
            Severity::Severe,
        ])
    };
    let ranges = || prop::collection::vec((severity(), range()), 0..3);
    let labels = prop::collection::vec((severity(), word()), 0..3);
    (ranges(), ranges(), labels, prop::option::of(severity()), 1_u32..9).prop_map(
        |(outside, inside, labels, other_labels, minimum_violations)| Alarm {
            outside,
            inside,
            labels,
            other_labels,
            minimum_violations,
        },
    )
}

/// Steps that leave one number: operands, each but the first with an operator behind it.
fn calculation() -> impl Strategy<Value = Calibrator> {
    let operand = || {
        let path = prop::collection::vec(prop_oneof!["m[0-9]", r"\[[0-9]\]"], 0..2);
        prop_oneof![
            number().prop_map(MathStep::Value),
            Just(MathStep::This),
            (0..COUNT, path, any::<bool>()).prop_map(|(parameter, path, calibrated)| {
                MathStep::Parameter { parameter, path, calibrated }
            }),
        ]
    };
    let operator = prop::sample::select(MathOperator::ALL)
        .prop_filter("two in, one out", |operator| operator.arity() == (2, 1));
    (operand(), prop::collection::vec((operand(), operator), 0..4)).prop_map(|(first, more)| {
        let more = more.into_iter().flat_map(|(step, by)| [step, MathStep::Operator(by)]);
        Calibrator::Math(std::iter::once(first).chain(more).collect())
    })
}

fn calibrator() -> impl Strategy<Value = Calibrator> {
    let polynomial = prop::collection::vec(number(), 1..5).prop_map(Calibrator::Polynomial);
    let spline = (prop::collection::vec(number(), 2..5), 0_u32..2, any::<bool>()).prop_map(
        |(values, order, extrapolate)| {
            let points = values.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
            Calibrator::Spline { order, points, extrapolate }
        },
    );
    prop_oneof![polynomial, spline, calculation()]
}

fn encoding() -> impl Strategy<Value = Encoding> {
    let order = || {
        prop::sample::select(vec![
            ByteOrder::Big,
            ByteOrder::Little,
            ByteOrder::Listed([1, 0, 3, 2, 0, 0, 0, 0]),
        ])
    };
    let form = prop::sample::select(vec![
        IntegerForm::Unsigned,
        IntegerForm::TwosComplement,
        IntegerForm::OnesComplement,
        IntegerForm::SignMagnitude,
        IntegerForm::Bcd,
        IntegerForm::PackedBcd,
    ]);
    let integer =
        (form, order()).prop_map(|(form, order)| Encoding::Integer { bits: 32, form, order });
    let form = prop::sample::select(vec![FloatForm::Ieee754, FloatForm::Mil1750A]);
    let float = (form, order()).prop_map(|(form, order)| Encoding::Float { bits: 32, form, order });
    let most = || prop::option::of(8_u64..9999);
    let text = prop_oneof![
        (size(), prop::option::of(any::<u8>()))
            .prop_map(|(bits, terminator)| StringSize::Fixed { bits, terminator }),
        (any::<u8>(), most())
            .prop_map(|(terminator, most)| StringSize::Terminated { terminator, most }),
        (1_u32..=64, most()).prop_map(|(bits, most)| StringSize::Counted { bits, most }),
    ];
    let text = text.prop_map(|size| Encoding::String { size, charset: "UTF-8".to_owned() });
    prop_oneof![integer, float, text, size().prop_map(|size| Encoding::Binary { size })]
}

fn kind() -> impl Strategy<Value = Kind> {
    let labels = prop::collection::vec((-9_i64..9, 0_i64..9, word()), 1..4).prop_map(|list| {
        let label = |(value, more, label)| Label { value, last: value + more, label };
        Kind::Enumerated { labels: list.into_iter().map(label).collect() }
    });
    let epoch = prop_oneof![
        Just(Epoch::Tai),
        Just(Epoch::J2000),
        Just(Epoch::Unix),
        Just(Epoch::Gps),
        Just(Epoch::At("2018-11-26".to_owned())),
        (0..COUNT).prop_map(Epoch::Parameter),
    ];
    prop_oneof![
        (any::<bool>(), 1_u32..65).prop_map(|(signed, bits)| Kind::Integer { signed, bits }),
        Just(Kind::Float { bits: 64 }),
        (word(), word()).prop_map(|(zero, one)| Kind::Boolean { zero, one }),
        labels,
        Just(Kind::String),
        Just(Kind::Binary),
        (epoch, number(), number()).prop_map(|(epoch, scale, offset)| Kind::AbsoluteTime {
            epoch,
            scale,
            offset
        }),
        (number(), number()).prop_map(|(scale, offset)| Kind::RelativeTime { scale, offset }),
        (0..1_usize, prop::collection::vec(size(), 1..3))
            .prop_map(|(element, dimensions)| Kind::Array { element, dimensions }),
        prop::collection::vec(0..1_usize, 1..4).prop_map(|list| {
            let member = |(i, id)| (format!("m{i}"), id);
            Kind::Aggregate { members: list.into_iter().enumerate().map(member).collect() }
        }),
    ]
}

/// What a type of any kind can have; [`trimmed`] takes away what its kind cannot.
fn parameter_type() -> impl Strategy<Value = ParameterType> {
    let calibrators =
        (prop::option::of(calibrator()), prop::collection::vec((condition(), calibrator()), 0..2));
    let alarms = (prop::option::of(alarm()), prop::collection::vec((condition(), alarm()), 0..2));
    let text = (word(), word(), prop::option::of(word()));
    (kind(), encoding(), calibrators, alarms, prop::option::of(range()), text).prop_map(
        |(kind, encoding, calibrators, alarms, valid_range, text)| {
            trimmed(ParameterType {
                name: String::new(),
                description: text.0,
                unit: text.1,
                kind,
                encoding: Some(encoding),
                calibrator: calibrators.0,
                context_calibrators: calibrators.1,
                alarm: alarms.0,
                context_alarms: alarms.1,
                valid_range,
                initial: text.2,
            })
        },
    )
}

fn trimmed(mut of: ParameterType) -> ParameterType {
    let compound = matches!(of.kind, Kind::Array { .. } | Kind::Aggregate { .. });
    let time = matches!(of.kind, Kind::AbsoluteTime { .. } | Kind::RelativeTime { .. });
    if compound {
        of.encoding = None;
    }
    if compound || time {
        of.unit.clear();
    }
    if compound || matches!(of.kind, Kind::AbsoluteTime { .. }) {
        (of.alarm, of.context_alarms) = (None, Vec::new());
    }
    if !matches!(of.encoding, Some(Encoding::Integer { .. } | Encoding::Float { .. })) {
        (of.calibrator, of.context_calibrators) = (None, Vec::new());
    }
    if !matches!(of.kind, Kind::Integer { .. } | Kind::Float { .. }) {
        of.valid_range = None;
    }
    of
}

fn entry() -> impl Strategy<Value = Entry> {
    let place =
        prop_oneof![(-9_i64..99).prop_map(Place::After), (0_i64..99).prop_map(Place::FromStart),];
    let repeat = prop::option::of((size(), 0_u64..9));
    (0..COUNT, place, prop::option::of(condition()), repeat).prop_map(
        |(id, place, include, repeat)| Entry { item: Item::Parameter(id), place, include, repeat },
    )
}

/// A byte without sign.
pub(super) fn byte() -> ParameterType {
    ParameterType {
        name: String::new(),
        description: String::new(),
        unit: String::new(),
        kind: Kind::Integer { signed: false, bits: 8 },
        encoding: Some(Encoding::Integer {
            bits: 8,
            form: IntegerForm::Unsigned,
            order: ByteOrder::Big,
        }),
        calibrator: None,
        context_calibrators: Vec::new(),
        alarm: None,
        context_alarms: Vec::new(),
        valid_range: None,
        initial: None,
    }
}

fn dictionary() -> impl Strategy<Value = Dictionary> {
    let types = prop::collection::vec(parameter_type(), COUNT - 1);
    let entries = prop::collection::vec(entry(), 0..4);
    let sources =
        prop::sample::select(vec![Source::Telemetered, Source::Derived, Source::Constant]);
    let more =
        (prop::option::of(condition()), prop::option::of(1_u64..999), prop::option::of(0.1..9.0));
    (types, entries, sources, more, word()).prop_map(|(types, entries, source, more, text)| {
        let mut types: Vec<_> = [byte()].into_iter().chain(types).collect();
        for (i, of) in types.iter_mut().enumerate() {
            of.name = format!("/R/{}t{i}", if i < 2 { "" } else { "X/" });
        }
        let parameters = (0..COUNT).map(|i| TelemetryParameter {
            name: format!("/R/{}p{i}", if i < 1 { "" } else { "X/" }),
            type_id: i,
            description: text.clone(),
            source,
            initial: (i % 2 == 0).then(|| text.clone()),
        });
        let base = Container {
            name: "/R/base".to_owned(),
            description: text.clone(),
            is_abstract: true,
            base: None,
            restriction: None,
            entries,
            bits: more.1,
            rate_hz: more.2,
        };
        let item = Item::Container(0);
        let held = Entry { item, place: Place::After(0), include: None, repeat: None };
        let inner = Container {
            name: "/R/X/child".to_owned(),
            is_abstract: false,
            base: Some(0),
            restriction: more.0,
            entries: Vec::new(),
            ..base.clone()
        };
        let holder = Container {
            name: "/R/X/holder".to_owned(),
            base: None,
            restriction: None,
            entries: vec![held],
            ..inner.clone()
        };
        let system = |name: &str, description: &str| System {
            name: name.to_owned(),
            description: description.to_owned(),
        };
        Dictionary {
            name: "R".to_owned(),
            version: text.clone(),
            systems: vec![system("/R", &text), system("/R/X", ""), system("/R/X/Empty", "")],
            types,
            parameters: parameters.collect(),
            containers: vec![base, inner, holder],
            commanding: commanding(&text),
            events: Vec::new(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(dictionary in dictionary()) {
        round(&dictionary);
    }
}

#[test]
fn names_without_the_root_are_put_below_it() {
    let parameter = TelemetryParameter {
        name: "/apss/pressure".to_owned(),
        type_id: 9,
        description: String::new(),
        source: Source::Telemetered,
        initial: None,
    };
    let dictionary = Dictionary {
        name: "insight".to_owned(),
        parameters: vec![parameter],
        ..Dictionary::default()
    };
    let text = xtce::write(&dictionary);
    assert!(
        text.contains("<SpaceSystem xmlns=\"http://www.omg.org/spec/XTCE/20180204\""),
        "{text}"
    );
    assert!(text.contains("<SpaceSystem name=\"apss\">"), "{text}");
    let (again, problems) = xtce::read(text.as_bytes());
    assert_eq!(again.map(|d| d.systems.len()), Some(2));
    assert_eq!(problems.len(), 1, "a type that is not there: {problems:?}");
}
