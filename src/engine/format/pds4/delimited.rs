//! `Table_Delimited` and `Inventory`: PDS DSV 1, records of quoted or bare fields.

use roxmltree::Node;

use super::field::{self, Kind, Member, Record};
use super::object::Data;
use super::xml::{at, child, content, count, name, title};
use crate::format::table::{CellKind, CellReader, Column, Table};
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
    let record = field::record(record_node, problems);
    let delimiter = delimiter(node, problems);
    let width = record.width();
    if width == 0 || width > bytes.len().saturating_add(64) {
        let reason = format!("{width} fields in a record, the file has {} bytes", bytes.len());
        problems.push(Problem::at(at(record_node), "fields", reason));
        return None;
    }
    let mut readers: Vec<CellReader> = record
        .fields
        .iter()
        .map(|f| CellReader::new(if let Kind::Text(kind) = f.kind { kind } else { CellKind::Text }))
        .collect();
    let stated = count(node, "records", problems);
    let limit = stated.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let mut rows = Rows {
        data,
        width,
        room: bytes.len().saturating_mul(2) + 1024,
        rows: 0,
        wrong: 0,
        first: None,
    };
    let order = order(&record, width);
    let mut start = 0;
    while start < bytes.len() && rows.rows < limit {
        let rest = bytes.get(start..)?;
        let (line, next) = line(rest, delimiter);
        if !rows.take(line, offset + start as u64, delimiter, &order, &mut readers, problems) {
            break;
        }
        start += next;
    }
    rows.finish(problems);
    if let Some(stated) = stated.filter(|n| *n != rows.rows as u64) {
        let reason = format!("the label says {stated} records, the file holds {}", rows.rows);
        problems.push(data.problem(offset + start as u64, "records", reason));
    }
    let items = record.items();
    let mut found = Vec::new();
    let columns = record
        .fields
        .iter()
        .zip(readers)
        .zip(items)
        .map(|((f, reader), items)| Column {
            unit: f.unit.clone(),
            data_type: f.data_type.clone(),
            time: f.time,
            items,
            ..Column::new(
                f.name.as_str(),
                reader.finish(&f.name, &f.data_type, &f.meaning, &mut found),
            )
        })
        .collect();
    problems.extend(found.into_iter().map(|p| p.in_file(data.name)));
    Some(Table { name: title(node), file: data.name.to_owned(), rows: rows.rows, columns })
}

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

/// The record without its line end, and the bytes it takes with it. A line feed in quotes that
/// open a field does not end a record.
fn line(bytes: &[u8], delimiter: u8) -> (&[u8], usize) {
    let mut quoted = false;
    let mut open = true;
    for (i, b) in bytes.iter().enumerate() {
        match b {
            b'"' if open || quoted => quoted = !quoted,
            b'\n' if !quoted => {
                let line = bytes.get(..i).unwrap_or_default();
                return (line.strip_suffix(b"\r").unwrap_or(line), i + 1);
            }
            _ => {}
        }
        open = *b == delimiter;
    }
    // An unclosed quote would swallow the rest: end at the first line feed instead.
    if quoted && let Some(end) = bytes.iter().position(|b| *b == b'\n') {
        let line = bytes.get(..end).unwrap_or_default();
        return (line.strip_suffix(b"\r").unwrap_or(line), end + 1);
    }
    (bytes.strip_suffix(b"\r").unwrap_or(bytes), bytes.len())
}

/// Field index of every cell of a record, in file order.
fn order(record: &Record, width: usize) -> Vec<usize> {
    fn walk(members: &[Member], out: &mut Vec<usize>) {
        for m in members {
            match m {
                Member::Field(i) => out.push(*i),
                Member::Group(g) => {
                    let before = out.len();
                    walk(&g.members, out);
                    if out.len() == before || g.repetitions == 0 {
                        out.truncate(before);
                        continue;
                    }
                    let once = out.get(before..).map(<[usize]>::to_vec).unwrap_or_default();
                    for _ in 1..g.repetitions {
                        out.extend_from_slice(&once);
                    }
                }
            }
        }
    }
    let mut out = Vec::with_capacity(width);
    walk(&record.members, &mut out);
    out
}

struct Rows<'a> {
    data: &'a Data<'a>,
    width: usize,
    room: usize,
    rows: usize,
    wrong: usize,
    first: Option<(u64, usize)>,
}

impl Rows<'_> {
    /// Takes one record; false when short records ask for more cells than the file justifies.
    fn take(
        &mut self,
        line: &[u8],
        at: u64,
        delimiter: u8,
        order: &[usize],
        readers: &mut [CellReader],
        problems: &mut Vec<Problem>,
    ) -> bool {
        if self.room < self.width {
            let reason = "too many short records, the rest is left unread";
            problems.push(self.data.problem(at, "records", reason));
            return false;
        }
        self.room -= self.width;
        let mut cells = Cells { line, at: 0, delimiter, done: false };
        let mut short = 0;
        for index in order {
            let start = cells.at;
            let cell = cells.next().unwrap_or_else(|| {
                short += 1;
                &[]
            });
            if let Some(reader) = readers.get_mut(*index) {
                reader.push(cell, at + start as u64);
            }
        }
        let surplus = cells.count();
        if short + surplus > 0 {
            self.wrong += 1;
            self.first.get_or_insert((at, self.width - short + surplus));
        }
        self.rows += 1;
        true
    }

    fn finish(&self, problems: &mut Vec<Problem>) {
        if let Some((at, n)) = self.first {
            let reason = format!(
                "{} records do not hold {} fields, this one {n}; missing fields are empty, \
                 surplus ones left out",
                self.wrong, self.width
            );
            problems.push(self.data.problem(at, "fields", reason));
        }
    }
}

/// Fields of a record, quotes taken off.
struct Cells<'a> {
    line: &'a [u8],
    at: usize,
    delimiter: u8,
    done: bool,
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.done {
            return None;
        }
        let rest = self.line.get(self.at..).unwrap_or_default();
        let lead = rest.iter().take_while(|b| **b == b' ').count();
        let inner = rest.get(lead + 1..).unwrap_or_default();
        let quoted = rest.get(lead) == Some(&b'"');
        let close = if quoted { inner.iter().position(|b| *b == b'"') } else { None };
        let from = close.map_or(0, |c| lead + 1 + c);
        let tail = rest.get(from..).unwrap_or_default();
        let end = tail.iter().position(|b| *b == self.delimiter).map(|n| n + from);
        let cell = match close {
            Some(c) => inner.get(..c),
            None => rest.get(..end.unwrap_or(rest.len())),
        };
        match end {
            Some(end) => self.at += end + 1,
            None => {
                self.at = self.line.len();
                self.done = true;
            }
        }
        cell
    }
}
