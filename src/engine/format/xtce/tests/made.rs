//! Commands with one of everything, for the tests of writing.

use super::writing::byte;
use crate::mission::command::{
    Argument, ArgumentType, Check, Command, CommandContainer, CommandEntry, CommandItem,
    Commanding, Consequence, Constraint, Packing, ParameterToSet, Significance, Stage, Verifier,
    Window,
};
use crate::mission::telemetry::{
    ArgumentComparison, Comparison, Condition, Encoding, Kind, Operator, ParameterType, Place,
    Range, Size, StringSize, With,
};

/// Types of arguments: a number, a list, an aggregate, a text.
fn argument_types(text: &str) -> Vec<ArgumentType> {
    let of = |name: &str, kind: Kind, encoding: Option<Encoding>| ArgumentType {
        of: ParameterType { name: name.to_owned(), kind, encoding, ..byte() },
        valid: vec![
            Range { low: Some(1.0), high: Some(3.0), ..Range::default() },
            Range { low: Some(9.5), low_exclusive: true, ..Range::default() },
        ],
        valid_is_raw: true,
        characters: None,
        members: Vec::new(),
    };
    let number = of("/R/u8", byte().kind, byte().encoding);
    let size = size_by_argument();
    let list = Kind::Array { element: 0, dimensions: vec![size.clone()] };
    let list = ArgumentType { valid: Vec::new(), valid_is_raw: false, ..of("/R/list", list, None) };
    let both = Kind::Aggregate { members: vec![("a".to_owned(), 0), ("b".to_owned(), 1)] };
    let members = vec![("a".to_owned(), text.to_owned())];
    let both = ArgumentType {
        members,
        ..ArgumentType { of: of("/R/both", both, None).of, ..list.clone() }
    };
    let encoding = Encoding::String {
        size: StringSize::Fixed { bits: size.clone(), terminator: Some(0) },
        charset: "UTF-8".to_owned(),
    };
    let words = of("/R/X/words", Kind::String, Some(encoding));
    let words = ArgumentType { valid: Vec::new(), valid_is_raw: false, ..words };
    let words = ArgumentType { characters: Some((1, 9)), ..words };
    vec![number, list, both, words]
}

fn size_by_argument() -> Size {
    Size::Argument { name: "n".to_owned(), slope: 2, intercept: -1 }
}

fn argument(name: &str, type_id: usize, text: &str) -> Argument {
    Argument {
        name: name.to_owned(),
        type_id,
        description: text.to_owned(),
        initial: (type_id == 0).then(|| "2".to_owned()),
    }
}

fn with(with: With) -> Condition {
    Condition::Argument(ArgumentComparison {
        argument: "n".to_owned(),
        operator: Operator::Less,
        with,
    })
}

fn plain(text: &str) -> Condition {
    Condition::Is(Comparison {
        parameter: 0,
        path: Vec::new(),
        calibrated: true,
        operator: Operator::Equal,
        value: text.to_owned(),
    })
}

fn base_command(text: &str) -> Command {
    Command {
        name: "/R/base".to_owned(),
        description: text.to_owned(),
        is_abstract: true,
        arguments: vec![argument("n", 0, text), argument("l", 1, text)],
        container: Some(0),
        ..Command::default()
    }
}

/// A command that has one of everything.
fn full_command(text: &str) -> Command {
    let value = with(With::Value(text.to_owned()));
    let any = Condition::Any(vec![with(With::Parameter(1)), plain(text), value.clone()]);
    let significance =
        |level| Significance { level, reason: text.to_owned(), at_risk: "/R/X".to_owned() };
    let window = Window { from_s: Some(0.5), to_s: 600.0, from_release: true };
    let verifier = |stage, check| Verifier { stage, check, window: Some(window), noted: Some(1) };
    Command {
        name: "/R/X/full".to_owned(),
        base: Some(0),
        assignments: vec![("n".to_owned(), text.to_owned())],
        arguments: vec![argument("o", 2, text), argument("w", 3, text)],
        container: Some(1),
        significance: Some(significance(Consequence::Critical)),
        context_significances: vec![(plain(text), significance(Consequence::Vital))],
        constraints: vec![Constraint { condition: any, timeout_s: Some(1.234), suspendable: true }],
        verifiers: vec![
            verifier(Stage::Accepted, Check::Comes(1)),
            verifier(Stage::Complete, Check::Changes(1, 2.5)),
            verifier(Stage::Failed, Check::Holds(value)),
        ],
        sets: vec![ParameterToSet { parameter: 1, value: text.to_owned(), stage: Stage::Release }],
        ..Command::default()
    }
}

/// A base, a command that has one of everything, and one that extends what is not there.
pub(super) fn commanding(text: &str) -> Commanding {
    let value = with(With::Value(text.to_owned()));
    let size = size_by_argument();
    let cut = Command { name: "/R/X/cut".to_owned(), is_cut: true, ..Command::default() };
    let entry = |item| CommandEntry { item, place: Place::After(0), include: None, repeat: None };
    let fixed = CommandItem::Fixed { name: text.to_owned(), bytes: vec![0xAB, 0xCD], bits: 13 };
    let odd = CommandEntry {
        item: CommandItem::Argument("l".to_owned()),
        place: Place::FromStart(77),
        include: Some(Condition::All(vec![plain(text), value])),
        repeat: Some((size, 3)),
    };
    let container = |name: &str, base, entries| CommandContainer {
        name: name.to_owned(),
        description: text.to_owned(),
        base,
        is_cut: false,
        restriction: None,
        entries,
        bits: None,
    };
    let shared = Packing::Command(2);
    let mut own = vec![entry(fixed), odd, entry(CommandItem::Parameter(0))];
    own.push(entry(CommandItem::Container(shared)));
    let mut second = container("/R/X/C", Some(Packing::Telemetry(0)), own);
    (second.restriction, second.bits, second.is_cut) = (Some(plain(text)), Some(99), true);
    Commanding {
        types: argument_types(text),
        containers: vec![
            container("/R/C", None, vec![entry(CommandItem::Argument("n".to_owned()))]),
            second,
            container("/R/X/shared", Some(Packing::Command(0)), Vec::new()),
        ],
        commands: vec![base_command(text), full_command(text), cut],
    }
}
