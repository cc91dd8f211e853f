//! The commanding part of a mission's dictionary.

use super::super::Mission;
use super::super::command::{
    Argument, ArgumentType, Check, Command, CommandContainer, CommandEntry, CommandItem,
    Commanding, Constraint, Significance, Stage, Verifier, Window,
};
use super::super::telemetry::{
    ByteOrder, Comparison, Condition, ContainerId, Dictionary, Encoding, FloatForm, IntegerForm,
    Kind, Label, Operator, ParameterType, Place, Range, StringSize,
};
use super::{
    ArgumentDefinition, ArgumentKind, COMMAND_APID, CommandDefinition, ConstraintDefinition, Scalar,
};

/// Seconds in which a stage shows, besides the way of light.
const WITHIN_S: f64 = 60.0;

/// The commands of a mission by the telemetry of its dictionary: all extend one abstract command
/// with the primary header. Sequence count, packet length and the error control at the end are
/// zero; the sender puts them.
pub(in crate::mission) fn commanding(mission: &Mission, telemetry: &Dictionary) -> Commanding {
    let mut out = Commanding::default();
    if mission.commands.is_empty() {
        return out;
    }
    let root = format!("/{}", mission.id);
    out.containers.push(header(&root));
    out.commands.push(Command {
        name: format!("{root}/command/Telecommand"),
        description: "What all commands begin with".to_owned(),
        is_abstract: true,
        container: Some(0),
        ..Command::default()
    });
    let report = format!("{root}/packet/Verification");
    let report = telemetry.containers.iter().position(|container| container.name == report);
    for definition in in_order(mission) {
        let folder = match definition.instrument.as_str() {
            "" => "command",
            instrument => instrument,
        };
        let name = format!("{root}/{folder}/{}", definition.name);
        let arguments = definition.arguments.iter().map(|argument| {
            out.types.push(argument_type(&name, argument));
            Argument {
                name: argument.name.clone(),
                type_id: out.types.len() - 1,
                description: argument.description.clone(),
                initial: argument.default.as_ref().map(ToString::to_string),
            }
        });
        let arguments: Vec<Argument> = arguments.collect();
        out.containers.push(container(&name, definition));
        let constraints = definition.constraints.iter();
        out.commands.push(Command {
            description: definition.description.clone(),
            base: Some(0),
            arguments,
            container: Some(out.containers.len() - 1),
            significance: Some(Significance {
                level: definition.significance,
                reason: definition.reason.clone(),
                at_risk: String::new(),
            }),
            constraints: constraints.filter_map(|one| constraint(one, telemetry)).collect(),
            verifiers: report.map(|id| verifiers(id, definition)).unwrap_or_default(),
            name,
            ..Command::default()
        });
    }
    out
}

/// Services first, then those of the instruments in their order.
fn in_order(mission: &Mission) -> Vec<&CommandDefinition> {
    let place =
        |of: &CommandDefinition| mission.instruments.iter().position(|i| i.id == of.instrument);
    let mut all: Vec<&CommandDefinition> = mission.commands.iter().collect();
    all.sort_by_key(|of| (place(of), of.code));
    all
}

fn after(item: CommandItem) -> CommandEntry {
    CommandEntry { item, place: Place::After(0), include: None, repeat: None }
}

fn fixed(name: &str, value: u16, bits: u32) -> CommandEntry {
    let bytes = value.to_be_bytes();
    let bytes = bytes.into_iter().skip(usize::from(bits <= 8)).collect();
    after(CommandItem::Fixed { name: name.to_owned(), bytes, bits })
}

/// The primary header (133.0-B-2, 4.1.3).
fn header(root: &str) -> CommandContainer {
    CommandContainer {
        name: format!("{root}/command/Header"),
        description: "Primary header".to_owned(),
        base: None,
        is_cut: false,
        restriction: None,
        entries: vec![
            fixed("version", 0, 3),
            fixed("type", 1, 1),
            fixed("secondary", 0, 1),
            fixed("apid", COMMAND_APID, 11),
            fixed("segment", 3, 2),
            fixed("count", 0, 14),
            fixed("length", 0, 16),
        ],
        bits: None,
    }
}

fn container(name: &str, of: &CommandDefinition) -> CommandContainer {
    let arguments = of.arguments.iter().map(|a| after(CommandItem::Argument(a.name.clone())));
    let mut entries = vec![fixed("code", of.code, 16)];
    entries.extend(arguments);
    entries.push(fixed("error_control", 0, 16));
    CommandContainer {
        name: name.to_owned(),
        description: format!("Operation code {}", of.code),
        base: None,
        is_cut: false,
        restriction: None,
        entries,
        bits: None,
    }
}

fn argument_type(command: &str, of: &ArgumentDefinition) -> ArgumentType {
    let integer = |bits, form| Encoding::Integer { bits, form, order: ByteOrder::Big };
    let byte = || integer(8, IntegerForm::Unsigned);
    let counted = |most: f64| {
        let most = Some(8 * most as u64 + 16);
        let size = StringSize::Counted { bits: 16, most };
        Encoding::String { size, charset: "UTF-8".to_owned() }
    };
    let most = of.max.unwrap_or(0.0);
    let (kind, encoding) = match of.kind {
        ArgumentKind::Bool => {
            let (zero, one) = ("FALSE".to_owned(), "TRUE".to_owned());
            (Kind::Boolean { zero, one }, byte())
        }
        ArgumentKind::Integer => {
            let kind = Kind::Integer { signed: true, bits: 32 };
            (kind, integer(32, IntegerForm::TwosComplement))
        }
        ArgumentKind::Number => {
            let (form, order) = (FloatForm::Ieee754, ByteOrder::Big);
            (Kind::Float { bits: 64 }, Encoding::Float { bits: 64, form, order })
        }
        // A character takes up to four bytes; their number is bounded below.
        ArgumentKind::Text => (Kind::String, counted(4.0 * most)),
        ArgumentKind::Blob => (Kind::Binary, counted(most)),
        ArgumentKind::Choice => {
            let labels = (0..).zip(&of.choices).map(|(value, choice)| Label {
                value,
                last: value,
                label: choice.to_string(),
            });
            (Kind::Enumerated { labels: labels.collect() }, byte())
        }
    };
    let name = format!("{command}_{}", of.name);
    let (description, unit) = (of.description.clone(), of.unit.clone());
    let of_type =
        ParameterType { description, unit, ..ParameterType::new(name, kind, Some(encoding)) };
    let is_text = of.kind == ArgumentKind::Text;
    ArgumentType {
        of: of_type,
        valid: valid(of),
        valid_is_raw: false,
        characters: is_text.then_some((0, most as u64)),
        members: Vec::new(),
    }
}

/// The values that a number may have.
fn valid(of: &ArgumentDefinition) -> Vec<Range> {
    if !matches!(of.kind, ArgumentKind::Integer | ArgumentKind::Number) {
        return Vec::new();
    }
    let single = |value: &Scalar| match value {
        Scalar::Number(x) => Some(Range { low: Some(*x), high: Some(*x), ..Range::default() }),
        _ => None,
    };
    let mut ranges: Vec<Range> = of.choices.iter().filter_map(single).collect();
    if ranges.is_empty() && (of.min.is_some() || of.max.is_some()) {
        ranges.push(Range { low: of.min, high: of.max, ..Range::default() });
    }
    ranges
}

fn constraint(of: &ConstraintDefinition, telemetry: &Dictionary) -> Option<Constraint> {
    let parameter = telemetry.parameters.iter().position(|p| p.name == of.parameter)?;
    let compared = |operator, value: &str| {
        let (path, value) = (Vec::new(), value.to_owned());
        Condition::Is(Comparison { parameter, path, calibrated: true, operator, value })
    };
    let mut all: Vec<Condition> =
        of.is_not.iter().map(|name| compared(Operator::NotEqual, name)).collect();
    if !of.is.is_empty() {
        let any = of.is.iter().map(|name| compared(Operator::Equal, name));
        all.push(Condition::Any(any.collect()));
    }
    all.extend(of.above.map(|x| compared(Operator::Greater, &x.to_string())));
    all.extend(of.below.map(|x| compared(Operator::Less, &x.to_string())));
    let condition = match all.len() {
        1 => all.pop()?,
        _ => Condition::All(all),
    };
    Some(Constraint { condition, timeout_s: of.timeout_s, suspendable: of.suspendable })
}

/// Accepted, started, complete: each by the verification packet that names the command.
fn verifiers(report: ContainerId, of: &CommandDefinition) -> Vec<Verifier> {
    let verifier = |stage, to_s| {
        let window = Some(Window { from_s: None, to_s, from_release: false });
        Verifier { stage, check: Check::Comes(report), window, noted: None }
    };
    // What is queued waits for others, too.
    let waits_s = if of.queued { 1_800.0 } else { 0.0 };
    vec![
        verifier(Stage::Accepted, WITHIN_S),
        verifier(Stage::Executing, WITHIN_S + waits_s),
        verifier(Stage::Complete, WITHIN_S + of.longest_s().ceil()),
    ]
}
