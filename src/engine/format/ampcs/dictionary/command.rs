//! Commands, their arguments, and parameters of flight software.

use super::model::{Argument, ArgumentKind, CommandDefinition, ParameterDefinition, Range};
use super::read::{attribute, categories, name, ranges, size, unit, whole};
use crate::format::xmltree::{Node, Problems};

/// Elements of a command that are fields of their own.
const FIELDS: [&str; 4] = ["arguments", "categories", "description", "completion"];

/// A command of flight software or hardware; none for other elements, which are told.
pub(super) fn command(node: Node<'_>, told: &mut Problems) -> Option<CommandDefinition> {
    let is_hardware = node.name() == "hw_command";
    if !(is_hardware || ["fsw_command", "sse_command"].contains(&node.name())) {
        told.at(node, node.name(), "this kind of command is not read");
        return None;
    }
    let stem = name(node, "stem", told)?;
    let opcode = whole(node, "opcode", &attribute(node, "opcode"), told);
    let mut notes = Vec::new();
    for child in node.children().filter(|n| !FIELDS.contains(&n.name())) {
        note(child, "", 0, &mut notes);
    }
    Some(CommandDefinition {
        stem,
        is_hardware,
        opcode,
        class: attribute(node, "class"),
        arguments: arguments(node, told),
        description: node.text_of("description").to_owned(),
        completion: node.text_of("completion").to_owned(),
        categories: categories(node),
        notes,
    })
}

/// Attributes that further statements of a command have in the schema.
const NOTES: [&str; 5] = [
    "custom_validation_required",
    "command_priority",
    "prime_string_only",
    "uplink_file_type",
    "value",
];
/// Deepest statement that is looked at.
const NOTE_DEPTH: usize = 4;

/// Notes the known attributes and the text of an element and of those in it.
fn note(node: Node<'_>, above: &str, depth: usize, notes: &mut Vec<(String, String)>) {
    let path =
        if above.is_empty() { node.name().to_owned() } else { format!("{above}/{}", node.name()) };
    for key in NOTES {
        let value = attribute(node, key);
        if !value.is_empty() {
            notes.push((format!("{path}@{key}"), value));
        }
    }
    if !node.text().is_empty() {
        notes.push((path.clone(), node.text().to_owned()));
    }
    if depth < NOTE_DEPTH {
        for child in node.children() {
            note(child, &path, depth + 1, notes);
        }
    }
}

/// The arguments of a command, of an event record or of one time of a repetition.
pub(super) fn arguments(node: Node<'_>, told: &mut Problems) -> Vec<Argument> {
    node.all("arguments").flat_map(Node::children).filter_map(|n| argument(n, told)).collect()
}

/// One argument.
pub(super) fn argument(node: Node<'_>, told: &mut Problems) -> Option<Argument> {
    let kind = match node.name() {
        "unsigned_arg" => ArgumentKind::Unsigned,
        "integer_arg" => ArgumentKind::Integer,
        "float_arg" => ArgumentKind::Float,
        "time_arg" => ArgumentKind::Time,
        "fill_arg" => ArgumentKind::Fill,
        "enum_arg" | "enumerated_arg" => ArgumentKind::Enum { table: attribute(node, "enum_name") },
        "boolean_arg" => {
            let words = node.child("boolean_format");
            let word = |key: &str, usual: &str| {
                let word = words.map_or_else(String::new, |n| attribute(n, key));
                if word.is_empty() { usual.to_owned() } else { word }
            };
            ArgumentKind::Boolean {
                true_text: word("true_str", "TRUE"),
                false_text: word("false_str", "FALSE"),
            }
        }
        "var_string_arg" | "fixed_string_arg" | "string_arg" => ArgumentKind::String {
            prefix_bits: size(node, "prefix_bit_length", told),
            max_bits: size(node, "max_bit_length", told).or(size(node, "bit_length", told)),
            regex: node.text_of("valid_regex").to_owned(),
        },
        "repeat_arg" => repeat(node, told),
        other => {
            told.at(node, other, "this type of argument is not known; its name was kept");
            ArgumentKind::Other { word: other.to_owned() }
        }
    };
    let is_fill = kind == ArgumentKind::Fill;
    let own = if is_fill { attribute(node, "name") } else { name(node, "name", told)? };
    Some(Argument {
        name: own,
        kind,
        bits: size(node, "bit_length", told),
        unit: unit(&attribute(node, "units")),
        default: node.attribute("default_value").map(str::to_owned),
        ranges: ranges(node),
        description: node.text_of("description").to_owned(),
    })
}

fn repeat(node: Node<'_>, told: &mut Problems) -> ArgumentKind {
    let inner = node.child("repeat");
    let times = inner.map_or_else(Range::default, |n| Range {
        min: attribute(n, "min"),
        max: attribute(n, "max"),
    });
    if inner.is_none() {
        told.at(node, "repeat_arg", "it says not what is repeated; it has no arguments");
    }
    ArgumentKind::Repeat {
        prefix_bits: size(node, "prefix_bit_length", told),
        times,
        arguments: inner.map_or_else(Vec::new, |n| arguments(n, told)),
    }
}

/// A parameter of flight software.
pub(super) fn parameter(node: Node<'_>, told: &mut Problems) -> Option<ParameterDefinition> {
    let own = name(node, "param_name", told)?;
    let typed = node.child("parameter_type").and_then(|n| n.children().next());
    let Some(typed) = typed else {
        told.at(node, "parameter_type", format!("{own} has no type; it was left out"));
        return None;
    };
    let kind = match typed.name() {
        "unsigned_int_param" => ArgumentKind::Unsigned,
        "signed_int_param" | "integer_param" => ArgumentKind::Integer,
        "float_param" => ArgumentKind::Float,
        "time_param" => ArgumentKind::Time,
        "enum_param" => ArgumentKind::Enum { table: attribute(typed, "enum_name") },
        "boolean_param" => {
            let words = ("TRUE".to_owned(), "FALSE".to_owned());
            ArgumentKind::Boolean { true_text: words.0, false_text: words.1 }
        }
        "string_param" => ArgumentKind::String {
            prefix_bits: None,
            max_bits: size(typed, "max_bit_length", told),
            regex: String::new(),
        },
        other => {
            told.at(typed, other, "this type of parameter is not known; its name was kept");
            ArgumentKind::Other { word: other.to_owned() }
        }
    };
    Some(ParameterDefinition {
        id: attribute(node, "param_id"),
        value: Argument {
            name: own,
            kind,
            bits: size(typed, "bit_length", told),
            unit: unit(&attribute(node, "units")),
            default: node.child("default_value").map(|n| n.text().to_owned()),
            ranges: ranges(typed),
            description: node.text_of("sysdesc").to_owned(),
        },
        location: attribute(node, "location"),
        managed_by: attribute(node, "managed_by"),
        applied: node.child("when_applied").map_or_else(String::new, |n| attribute(n, "applied")),
        rationale: node.text_of("rationale").to_owned(),
        categories: categories(node),
    })
}
