//! From elements to the parts that the XML dictionaries share, to channels and event records.

use super::command::{argument, arguments, command, parameter};
use super::model::{
    Categories, Channel, Dictionary, EnumTable, EvrDefinition, Group, Header, Range, UplinkFileType,
};
use crate::format::ampcs::EvrLevel;
use crate::format::xmltree::{Node, Problems};

/// An attribute without blanks around it; empty where there is none.
pub(super) fn attribute(node: Node<'_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().trim().to_owned()
}

/// An attribute, or the text of a child of that name.
pub(super) fn either(node: Node<'_>, name: &str) -> String {
    let attribute = attribute(node, name);
    if attribute.is_empty() { node.text_of(name).to_owned() } else { attribute }
}

/// A unit; `None` and `n/a` mean that there is none.
pub(super) fn unit(text: &str) -> String {
    let is_none = ["none", "n/a", "na"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_none { String::new() } else { text.to_owned() }
}

/// A whole number, decimal or with `0x` in front; told where it is none.
pub(super) fn whole(node: Node<'_>, field: &str, text: &str, told: &mut Problems) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let number = match hex {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    if number.is_none() {
        let shown: String = text.chars().take(40).collect();
        told.at(node, field, format!("\"{shown}\" is not a whole number; it was left out"));
    }
    number
}

/// A whole number of an attribute, such as a length.
pub(super) fn size(node: Node<'_>, name: &str, told: &mut Problems) -> Option<u32> {
    let number = whole(node, name, node.attribute(name)?, told)?;
    let size = u32::try_from(number).ok();
    if size.is_none() {
        told.at(node, name, "the number is too large; it was left out");
    }
    size
}

/// The name of an entry; told where it is missing.
pub(super) fn name(node: Node<'_>, attribute_name: &str, told: &mut Problems) -> Option<String> {
    let name = attribute(node, attribute_name);
    if name.is_empty() {
        let reason = format!("it has no {attribute_name}; it was left out");
        told.at(node, node.name(), reason);
        return None;
    }
    Some(name)
}

/// Module and category, as elements or as `category` with name and value.
pub(super) fn categories(node: Node<'_>) -> Categories {
    let mut out = Categories::default();
    for child in node.all("categories").flat_map(Node::children) {
        let (name, value) = if child.name() == "category" {
            (attribute(child, "name"), unit(&attribute(child, "value")))
        } else {
            (child.name().to_owned(), child.text().to_owned())
        };
        match name.as_str() {
            "module" => out.module = value,
            "ops_category" => out.ops = value,
            "subsystem" => out.subsystem = value,
            _ => out.other.push((name, value)),
        }
    }
    out
}

/// The valid ranges of a value.
pub(super) fn ranges(node: Node<'_>) -> Vec<Range> {
    let ranges = node.all("range_of_values").flat_map(|list| list.all("include"));
    ranges.map(|n| Range { min: attribute(n, "min"), max: attribute(n, "max") }).collect()
}

/// The whole file.
pub(super) fn dictionary(root: Node<'_>, told: &mut Problems) -> Dictionary {
    let mut out = Dictionary::default();
    for child in root.children() {
        match child.name() {
            "header" => out.header = header(child),
            "enum_definitions" => {
                out.enums = child.all("enum_table").filter_map(|n| table(n, told)).collect();
            }
            "telemetry_groups" => out.groups = child.all("group").map(group).collect(),
            "telemetry_definitions" => {
                out.channels = child.all("telemetry").filter_map(|n| channel(n, told)).collect();
            }
            "evrs" => out.evrs = child.all("evr").filter_map(|n| evr(n, told)).collect(),
            "uplink_file_types" => out.uplink_files = child.all("file_type").map(file).collect(),
            "command_definitions" => {
                out.commands = child.children().filter_map(|n| command(n, told)).collect();
            }
            "param" => out.parameters.extend(parameter(child, told)),
            other => told.at(child, other, "this part of a dictionary is not read"),
        }
    }
    references(root, &out, told);
    out
}

/// Tells of enumerations that are named but not defined.
fn references(root: Node<'_>, dictionary: &Dictionary, told: &mut Problems) {
    for channel in &dictionary.channels {
        let wanted = &channel.enumeration;
        if !wanted.is_empty() && dictionary.enumeration(wanted).is_none() {
            let reason = format!("its enumeration {} is not defined", clipped(wanted));
            told.at(root, &clipped(&channel.id), reason);
        }
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(60).collect()
}

fn header(node: Node<'_>) -> Header {
    let ids = node.all("spacecraft_ids").flat_map(|list| list.all("spacecraft_id"));
    let mut spacecraft: Vec<String> = ids
        .map(|n| {
            let value = attribute(n, "value");
            if value.is_empty() { n.text().to_owned() } else { value }
        })
        .collect();
    let own = attribute(node, "spacecraft_id");
    if !own.is_empty() {
        spacecraft.push(own);
    }
    Header {
        mission: either(node, "mission_name"),
        version: either(node, "version"),
        schema_version: either(node, "schema_version"),
        spacecraft,
    }
}

fn table(node: Node<'_>, told: &mut Problems) -> Option<EnumTable> {
    let table_name = name(node, "name", told)?;
    let values = node.all("values").flat_map(|list| list.all("enum")).chain(node.all("enum"));
    let mut out = EnumTable { name: table_name, values: Vec::new() };
    for value in values {
        let text = attribute(value, "numeric");
        match text.parse().ok().or_else(|| i64::try_from(whole_quiet(&text)?).ok()) {
            Some(number) => out.values.push((number, attribute(value, "symbol"))),
            None => told.at(value, "enum", "its numeric is no whole number; it was left out"),
        }
    }
    let mut numbers: Vec<i64> = out.values.iter().map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
        let reason = "two of its symbols have the same number; the first one is shown";
        told.at(node, &clipped(&out.name), reason);
    }
    Some(out)
}

fn whole_quiet(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?, 16).ok()
}

fn group(node: Node<'_>) -> Group {
    Group {
        name: attribute(node, "group_name"),
        description: attribute(node, "group_desc"),
        channels: node.all("group_channel").map(|n| n.text().to_owned()).collect(),
    }
}

fn file(node: Node<'_>) -> UplinkFileType {
    UplinkFileType {
        name: attribute(node, "name"),
        id: attribute(node, "id"),
        extension: attribute(node, "extension"),
    }
}

fn channel(node: Node<'_>, told: &mut Problems) -> Option<Channel> {
    let id = name(node, "abbreviation", told)?;
    let enumeration = node.child("enum_format").map_or_else(String::new, |n| {
        let name = attribute(n, "enum_name");
        if name.is_empty() { n.text_of("enum_table_name").to_owned() } else { name }
    });
    let measurement = node.child("measurement_id");
    let engineering = node.child("raw_to_eng");
    Some(Channel {
        id,
        name: attribute(node, "name"),
        title: node.text_of("title").to_owned(),
        kind: attribute(node, "type"),
        source: attribute(node, "source"),
        derivation: unit(&attribute(node, "channel_derivation")),
        bytes: size(node, "byte_length", told),
        measurement: measurement.and_then(|n| whole(n, "measurement_id", n.text(), told)),
        description: node.text_of("description").to_owned(),
        enumeration,
        raw_unit: unit(node.text_of("raw_units")),
        eu_unit: engineering.map_or_else(String::new, |n| unit(n.text_of("eng_units"))),
        polynomial: engineering.map_or_else(Vec::new, |n| polynomial(n, told)),
        format: node
            .child("plain_format")
            .map_or_else(String::new, |n| n.text_of("printf_format").to_owned()),
        categories: categories(node),
    })
}

/// Highest power of a polynomial.
const HIGHEST_POWER: usize = 31;

/// Coefficients as `poly`/`coeff@index` or as parameters `coeffN` of an algorithm.
fn polynomial(node: Node<'_>, told: &mut Problems) -> Vec<f64> {
    let mut out = Vec::new();
    let mut put = |n: Node<'_>, index: Option<usize>, text: &str, told: &mut Problems| {
        let value = text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
        let (Some(index), Some(value)) = (index.filter(|i| *i <= HIGHEST_POWER), value) else {
            told.at(n, n.name(), "its index or value is no number in range; it was left out");
            return;
        };
        if out.len() <= index {
            out.resize(index + 1, 0.0);
        }
        if let Some(slot) = out.get_mut(index) {
            *slot = value;
        }
    };
    for n in node.all("poly").chain(node.all("polynomial")).flat_map(|p| p.all("coeff")) {
        put(n, attribute(n, "index").parse().ok(), n.text(), told);
    }
    for n in node.all("parameterized_algorithm").flat_map(|a| a.all("param")) {
        if let Some(index) = attribute(n, "name").strip_prefix("coeff") {
            put(n, index.parse().ok(), &attribute(n, "value"), told);
        }
    }
    out
}

fn evr(node: Node<'_>, told: &mut Problems) -> Option<EvrDefinition> {
    let evr_name = name(node, "name", told)?;
    let id = whole(node, "id", &attribute(node, "id"), told).and_then(|n| i64::try_from(n).ok());
    let Some(id) = id else {
        told.at(node, &clipped(&evr_name), "it has no number; it was left out");
        return None;
    };
    let word = attribute(node, "level");
    let level = EvrLevel::parse(&word);
    if level.is_none() {
        let reason = format!("\"{}\" is no known level; kept as EVR_UNKNOWN", clipped(&word));
        told.at(node, &clipped(&evr_name), reason);
    }
    let args = node.all("args").flat_map(Node::children).filter_map(|n| argument(n, told));
    let mut list: Vec<_> = args.collect();
    list.extend(arguments(node, told));
    let stated = node.child("number_of_arguments").or_else(|| node.child("number_of_args"));
    let stated = stated.and_then(|n| whole(n, "number_of_arguments", n.text(), told));
    if stated.is_some_and(|n| n != list.len() as u64) {
        let reason = format!("it states another number of arguments than its {}", list.len());
        told.at(node, &clipped(&evr_name), reason);
    }
    Some(EvrDefinition {
        id,
        name: evr_name,
        level: level.unwrap_or_default(),
        format: node.text_of("format_message").to_owned(),
        description: node.text_of("description").to_owned(),
        arguments: list,
        categories: categories(node),
    })
}
