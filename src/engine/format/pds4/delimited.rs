//! `Table_Delimited` and `Inventory`: PDS DSV 1, records of quoted or bare fields.

use roxmltree::Node;

use super::field;
use super::object::Data;
use super::xml::{at, child, content, count, name, title};
use crate::format::table::{Table, dsv};
use crate::problem::Problem;

/// Reads a table; `None` where the label gives no record to read.
pub(super) fn read(
    node: Node<'_, '_>,
    data: &Data<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Table> {
    let Some(record_node) = child(node, "Record_Delimited") else {
        problems.push(Problem::at(at(node), name(node), "no Record_Delimited: left unread"));
        return None;
    };
    let (offset, bytes) = data.object(node, problems)?;
    let (offset, bytes) = line_start(data, offset, bytes, problems);
    let record = field::record(record_node, problems);
    let delimiter = delimiter(node, problems);
    let stated = count(node, "records", problems);
    let limit = stated.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let mut found = Vec::new();
    let dsv = match dsv::read(&record, bytes, offset, delimiter, limit, &mut found) {
        Ok(dsv) => dsv,
        Err(reason) => {
            problems.push(Problem::at(at(record_node), "fields", reason));
            return None;
        }
    };
    problems.extend(found.into_iter().map(|p| p.in_file(data.name)));
    let rows = dsv.rows;
    if let Some(stated) = stated.filter(|n| *n != rows as u64) {
        let reason = format!("the label says {stated} records, the file holds {rows}");
        problems.push(data.problem(offset + dsv.used as u64, "records", reason));
    }
    Some(Table { name: title(node), file: data.name.to_owned(), rows, columns: dsv.columns })
}

/// The start of the first record: a text conversion that took carriage returns out of the header
/// lines moves it forward, and the label's offset then points into the record.
fn line_start<'a>(
    data: &'a Data<'_>,
    offset: u64,
    bytes: &'a [u8],
    problems: &mut Vec<Problem>,
) -> (u64, &'a [u8]) {
    let start = offset as usize;
    let before = data.bytes.get(start.saturating_sub(SHIFT)..start).unwrap_or_default();
    let into = before.iter().rev().position(|b| *b == b'\n').unwrap_or(0);
    if into == 0 || data.bytes.contains(&b'\r') {
        return (offset, bytes);
    }
    let reason = format!("points {into} bytes into a record, read from that record's start");
    problems.push(data.problem(offset, "offset", reason));
    let start = start - into;
    (start as u64, data.bytes.get(start..).unwrap_or(bytes))
}

/// Most header lines whose carriage returns may be missing.
const SHIFT: usize = 16;

/// The delimiter byte: named in the label, comma where it is not.
fn delimiter(node: Node<'_, '_>, problems: &mut Vec<Problem>) -> u8 {
    let Some(found) = child(node, "field_delimiter") else { return b',' };
    match content(found).to_ascii_lowercase().replace(['_', '-'], " ").as_str() {
        "comma" | "0x2c" | "," => b',',
        "horizontal tab" | "tab" | "0x09" => b'\t',
        "semicolon" | "0x3b" | ";" => b';',
        "vertical bar" | "0x7c" | "|" => b'|',
        other => {
            let shown: String = other.chars().take(20).collect();
            let reason = format!("'{shown}' is no PDS DSV 1 delimiter, read as comma");
            problems.push(Problem::at(at(found), "field_delimiter", reason));
            b','
        }
    }
}
