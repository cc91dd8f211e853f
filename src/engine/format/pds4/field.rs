//! Fields of a record: what the label declares, flattened out of its groups.

use roxmltree::Node;

use super::object::specials;
use super::xml::{at, child, count, name, value};
use crate::format::table::{
    CellKind, Field, Group, Kind, Meaning, Member, Record, Scalar, TimeKind,
};
use crate::problem::Problem;

/// Deepest nesting of groups; the standard's examples stop at four.
const DEPTH: usize = 16;

/// Reads the fields and groups of a record.
pub(super) fn record(node: Node<'_, '_>, problems: &mut Vec<Problem>) -> Record {
    let mut record = Record::default();
    record.members = members(node, &mut record.fields, 0, problems);
    record
}

fn members(
    node: Node<'_, '_>,
    fields: &mut Vec<Field>,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Vec<Member> {
    let mut out = Vec::new();
    for n in node.children().filter(roxmltree::Node::is_element) {
        let kind = name(n);
        if kind.starts_with("Field_") {
            fields.push(field(n, problems));
            out.push(Member::Field(fields.len() - 1));
        } else if kind.starts_with("Group_Field_") {
            if depth >= DEPTH {
                let reason = format!("groups nested more than {DEPTH} deep, the rest is left out");
                problems.push(Problem::at(at(n), kind, reason));
                continue;
            }
            let mut size = |key| count(n, key, problems).and_then(|v| usize::try_from(v).ok());
            let repetitions = size("repetitions").unwrap_or(1);
            let offset = size("group_location").map_or(0, |v| v.saturating_sub(1));
            let length = size("group_length").unwrap_or(0);
            let stride = length.checked_div(repetitions).unwrap_or(0);
            if length.checked_rem(repetitions).is_some_and(|r| r != 0) {
                let reason = format!("{length} bytes are not {repetitions} equal repetitions");
                problems.push(Problem::at(at(n), "group_length", reason));
            }
            let members = members(n, fields, depth + 1, problems);
            out.push(Member::Group(Group { repetitions, offset, stride, members }));
        }
    }
    out
}

fn field(n: Node<'_, '_>, problems: &mut Vec<Problem>) -> Field {
    let data_type = value(n, "data_type").to_owned();
    let shown = value(n, "name").to_owned();
    let mut size = |key| count(n, key, problems).and_then(|v| usize::try_from(v).ok());
    let offset = size("field_location").map_or(0, |v| v.saturating_sub(1));
    let length = size("field_length").unwrap_or(0);
    let kind = kind(&data_type).unwrap_or_else(|| {
        let reason = format!("data type '{data_type}' is unknown, read as text");
        problems.push(Problem::at(at(n), shown.as_str(), reason));
        Kind::Text(CellKind::Text)
    });
    let given = |key| {
        let text = value(n, key);
        (!text.is_empty()).then(|| text.to_owned())
    };
    let meaning = Meaning {
        specials: specials(n),
        factor: given("scaling_factor"),
        offset: given("value_offset"),
    };
    let bits = bits(n, &shown, length, problems);
    let time = if data_type.starts_with("ASCII_Date_Time") {
        Some(TimeKind::Utc)
    } else if data_type.starts_with("ASCII_Date") {
        Some(TimeKind::Date)
    } else {
        None
    };
    let unit = value(n, "unit").to_owned();
    Field { name: shown, unit, data_type, kind, time, meaning, offset, length, bits }
}

fn bits(
    n: Node<'_, '_>,
    field: &str,
    length: usize,
    problems: &mut Vec<Problem>,
) -> Vec<(String, usize, usize)> {
    let Some(packed) = child(n, "Packed_Data_Fields") else { return Vec::new() };
    let mut out = Vec::new();
    for bit in packed.children().filter(|b| name(*b) == "Field_Bit") {
        let mut place = |keys: [&str; 2]| {
            keys.iter().find_map(|k| count(bit, k, problems)).and_then(|v| usize::try_from(v).ok())
        };
        let first = place(["start_bit_location", "start_bit"]).unwrap_or(0);
        let last = place(["stop_bit_location", "stop_bit"]).unwrap_or(0);
        let shown = value(bit, "name");
        if first == 0 || last < first || last > length.saturating_mul(8) || last - first > 62 {
            let reason = format!("bits {first} to {last} do not lie in a field of {length} bytes");
            problems.push(Problem::at(at(bit), shown, reason));
        } else {
            out.push((format!("{field}.{shown}"), first, last));
        }
    }
    out
}

/// What a PDS4 data type name means; `None` for names the model does not have.
pub(super) fn kind(data_type: &str) -> Option<Kind> {
    let order = |text: &str| {
        if text.contains("MSB") {
            Some(true)
        } else if text.contains("LSB") {
            Some(false)
        } else {
            None
        }
    };
    let text = |k| Some(Kind::Text(k));
    match data_type {
        "ASCII_Real" => text(CellKind::Real),
        "ASCII_Integer" | "ASCII_NonNegative_Integer" => text(CellKind::Integer(10)),
        "ASCII_Numeric_Base2" => text(CellKind::Integer(2)),
        "ASCII_Numeric_Base8" => text(CellKind::Integer(8)),
        "ASCII_Numeric_Base16" => text(CellKind::Integer(16)),
        "ASCII_Boolean" => text(CellKind::Boolean),
        "UnsignedBitString" | "SignedBitString" => Some(Kind::Bits),
        "UnsignedByte" => Some(Kind::Binary(Scalar::Int { signed: false, big: true })),
        "SignedByte" => Some(Kind::Binary(Scalar::Int { signed: true, big: true })),
        t if t.starts_with("ASCII_") || t.starts_with("UTF8_") => text(CellKind::Text),
        t if t.starts_with("IEEE754") => Some(Kind::Binary(Scalar::Float { big: order(t)? })),
        t if t.starts_with("Complex") => Some(Kind::Complex { big: order(t)? }),
        t if t.starts_with("Signed") => {
            Some(Kind::Binary(Scalar::Int { signed: true, big: order(t)? }))
        }
        t if t.starts_with("Unsigned") => {
            Some(Kind::Binary(Scalar::Int { signed: false, big: order(t)? }))
        }
        _ => None,
    }
}
