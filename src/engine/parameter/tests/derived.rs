//! Derived parameters over packets.

use super::make::{Make, after, equal, unsigned};
use crate::parameter::{Definition, Derived, Values};

fn definitions(all: &[(&str, &str)]) -> Vec<Definition> {
    let make = |(name, expression): &(&str, &str)| Definition {
        name: (*name).to_owned(),
        unit: String::new(),
        expression: (*expression).to_owned(),
    };
    all.iter().map(make).collect()
}

#[test]
fn they_are_computed_in_order_when_an_input_came() {
    let mut make = Make::default();
    let [kind, volt, ampere, other] =
        ["kind", "volt", "ampere", "other"].map(|n| make.add(n, unsigned(8)));
    let root = make.container(None, None, vec![after(kind)]);
    make.container(Some(root), Some(equal(kind, "1")), vec![after(volt), after(ampere)]);
    make.container(Some(root), Some(equal(kind, "2")), vec![after(other)]);
    let plan = make.plan();
    let all = definitions(&[
        ("/D/share", "{/D/power} / 100"),
        ("/D/power", "{/S/volt} * {/S/ampere}"),
        ("/D/twice", "2 * {/S/other} + 0 * {/D/power}"),
    ]);
    let (mut derived, problems) = Derived::compile(&all, &plan);
    assert!(problems.is_empty(), "{problems:?}");
    let (mut state, mut values, mut computed) = (plan.state(), Values::new(), Vec::new());
    let mut after = |packet: &[u8]| {
        plan.decode(packet, &mut state, &mut values);
        derived.update(&values, &mut computed);
        let name = |at: usize| derived.names()[at].clone();
        computed.iter().map(|(at, x)| (name(*at), x.to_string())).collect::<Vec<_>>()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    // Power is not known yet.
    assert_eq!(after(&[2, 5]), [pair("/D/twice", "NaN")]);
    let power = after(&[1, 28, 3]);
    assert_eq!(power[0], pair("/D/power", "84"));
    assert!(power.contains(&pair("/D/share", "0.84")) && power.contains(&pair("/D/twice", "10")));
    assert_eq!(after(&[2, 6]), [pair("/D/twice", "12")]);
    assert!(after(&[3]).is_empty());
}

#[test]
fn circles_and_unknown_names_are_refused() {
    let mut make = Make::default();
    make.add("x", unsigned(8));
    let plan = make.flat().plan();
    let all = definitions(&[
        ("/D/a", "{/D/b}"),
        ("/D/b", "{/D/a} + {/S/x}"),
        ("/D/c", "{/S/none}"),
        ("/D/d", "1 +"),
        ("/D/e", "{/S/x}"),
        ("/D/e", "{/S/x} * 2"),
    ]);
    let (derived, problems) = Derived::compile(&all, &plan);
    assert_eq!(derived.names(), ["/D/e"]);
    assert_eq!(problems.len(), 5, "{problems:?}");
}
