//! `Table_Character` and `Table_Binary`: records of fixed length.

use roxmltree::Node;

use super::field;
use super::object::Data;
use super::xml::{at, child, count, deep, name, title, value};
use crate::format::table::{
    Column, ColumnData, Table, decode, misplaced_ends, parse_real, restored,
};
use crate::problem::Problem;

/// Reads a table; `None` where the label gives no record to read.
pub(super) fn read(
    node: Node<'_, '_>,
    data: &Data<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Table> {
    let characters = name(node) == "Table_Character";
    let wanted = if characters { "Record_Character" } else { "Record_Binary" };
    let Some(record_node) = child(node, wanted) else {
        problems.push(Problem::at(at(node), name(node), format!("no {wanted}: left unread")));
        return None;
    };
    let (offset, bytes) = data.object(node, problems)?;
    let length = count(record_node, "record_length", problems)
        .and_then(|n| usize::try_from(n).ok())
        .filter(|n| *n > 0);
    let Some(length) = length else {
        let reason = "no record_length above 0: table left unread";
        problems.push(Problem::at(at(record_node), "record_length", reason));
        return None;
    };
    let record = field::record(record_node, problems);
    match record.fits(length) {
        Ok(found) => {
            let place = at(record_node);
            problems.extend(found.into_iter().map(|p| Problem { offset: Some(place), ..p }));
        }
        Err(reason) => {
            problems.push(Problem::at(at(record_node), name(node), reason));
            return None;
        }
    }
    if let Some((one, two)) = record.overlap() {
        let reason = format!("shares bytes with '{}'", two.name);
        problems.push(Problem::at(at(record_node), one.name.as_str(), reason));
    }
    let converted = if characters { restored(bytes, length) } else { None };
    if converted.is_some() {
        let reason = "the records lost their carriage returns, read as if they had them";
        problems.push(data.problem(offset, "record_delimiter", reason));
    }
    let bytes = converted.as_deref().unwrap_or(bytes);
    let at_hand = bytes.len() / length;
    let stated = count(node, "records", problems);
    let rows = stated.map_or(at_hand, |n| usize::try_from(n).unwrap_or(usize::MAX).min(at_hand));
    if let Some(stated) = stated.filter(|n| *n > at_hand as u64) {
        let end = offset + (at_hand * length) as u64;
        let reason =
            format!("the label says {stated} records of {length} bytes, the file holds {at_hand}");
        problems.push(data.problem(end, "records", reason));
    }
    let bytes = bytes.get(..rows * length)?;
    if characters {
        check_ends(node, bytes, length, offset, data, problems);
    }
    let mut table = Table {
        name: title(node),
        file: data.name.to_owned(),
        rows,
        columns: sampled(node, rows).into_iter().collect(),
    };
    let mut found = Vec::new();
    table.columns.extend(decode(&record, bytes, length, offset, &mut found));
    problems.extend(found.into_iter().map(|p| p.in_file(data.name)));
    Some(table)
}

/// Record delimiters of a character table: told once where they are not at the record's end.
fn check_ends(
    node: Node<'_, '_>,
    bytes: &[u8],
    length: usize,
    offset: u64,
    data: &Data<'_>,
    problems: &mut Vec<Problem>,
) {
    let wanted = value(node, "record_delimiter").to_ascii_lowercase().replace('_', "-");
    let bare = |r: &[u8]| r.ends_with(b"\n") && !r.ends_with(b"\r\n");
    if let Some((wrong, first)) = misplaced_ends(bytes, length) {
        let reason = format!(
            "{wrong} of {} records do not end with the only line feed at byte {length}: \
             record_length may be wrong",
            bytes.len() / length
        );
        problems.push(data.problem(offset + (first * length) as u64, "record_delimiter", reason));
    } else if wanted.starts_with("carriage-return") && bytes.chunks_exact(length).any(bare) {
        let first = bytes.chunks_exact(length).position(bare).unwrap_or(0);
        let wrong = bytes.chunks_exact(length).filter(|r| bare(r)).count();
        let reason = format!("{wrong} records end with a bare line feed, the label says {wanted}");
        problems.push(data.problem(offset + (first * length) as u64, "record_delimiter", reason));
    }
    let end = offset + bytes.len() as u64;
    let last = node.next_sibling_element().is_none();
    if last && !value(node, "offset").is_empty() && end < data.bytes.len() as u64 {
        let left = data.bytes.len() as u64 - end;
        let reason = format!("{left} bytes after the last record are not described");
        problems.push(data.problem(end, "records", reason));
    }
}

/// The sampling parameter of `Uniformly_Sampled` as a column (information model, class
/// Uniformly_Sampled: linear steps, equal ratios, or steps of the power).
fn sampled(node: Node<'_, '_>, rows: usize) -> Option<Column> {
    let spec = child(node, "Uniformly_Sampled")?;
    let number = |key| parse_real(value(spec, key));
    let first = number("first_sampling_parameter_value")?;
    let step = number("sampling_parameter_interval")?;
    let base = number("sampling_parameter_base").unwrap_or(10.0);
    let value_at = |i: f64| match value(spec, "sampling_parameter_scale") {
        "Logarithmic" => first * step.powf(i),
        "Exponential" => (base.powf(first) + i * step).log(base),
        _ => first + i * step,
    };
    let data = ColumnData::F64((0..rows).map(|i| value_at(i as f64)).collect());
    Some(Column {
        unit: deep(spec, "sampling_parameter_unit").to_owned(),
        data_type: "Uniformly_Sampled".to_owned(),
        ..Column::new(value(spec, "sampling_parameter_name"), data)
    })
}
