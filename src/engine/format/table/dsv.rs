//! Records of delimited fields (PDS DSV 1, PDS3 `SPREADSHEET`): quoted or bare, repeated groups.

use super::{CellKind, CellReader, Column, Kind, Member, Record};
use crate::problem::Problem;

/// What was read: columns, rows, and the bytes they took.
pub(crate) struct Dsv {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
    pub(crate) used: usize,
}

/// Reads up to `limit` records; `offset` is where `bytes` start in their file.
pub(crate) fn read(
    record: &Record,
    bytes: &[u8],
    offset: u64,
    delimiter: u8,
    limit: usize,
    problems: &mut Vec<Problem>,
) -> Result<Dsv, String> {
    let width = record.width();
    if width == 0 || width > bytes.len().saturating_add(64) {
        return Err(format!("{width} fields in a record, the file has {} bytes", bytes.len()));
    }
    let kind = |k| if let Kind::Text(kind) = k { kind } else { CellKind::Text };
    let mut readers: Vec<CellReader> =
        record.fields.iter().map(|f| CellReader::new(kind(f.kind))).collect();
    let room = bytes.len().saturating_mul(2).saturating_add(1024);
    let mut rows = Rows { width, room, rows: 0, wrong: 0, first: None };
    let order = order(record, width);
    let crlf = ends_crlf(bytes);
    let mut used = 0;
    while used < bytes.len() && rows.rows < limit {
        let (line, next) = line(bytes.get(used..).unwrap_or_default(), crlf);
        let at = offset + used as u64;
        if !rows.take(line, at, delimiter, &order, &mut readers, problems) {
            break;
        }
        used += next;
    }
    rows.finish(problems);
    let columns = record
        .fields
        .iter()
        .zip(readers)
        .zip(record.items())
        .map(|((f, reader), items)| {
            let data = reader.finish(&f.name, &f.data_type, &f.meaning, problems);
            Column {
                unit: f.unit.clone(),
                data_type: f.data_type.clone(),
                time: f.time,
                items,
                ..Column::new(f.name.as_str(), data)
            }
        })
        .collect();
    Ok(Dsv { columns, rows: rows.rows, used })
}

/// The record without its line end, and the bytes it takes with it. With `crlf` a lone line feed
/// is part of a field (PDS DSV 1 names one record delimiter; quotes do not hide it).
fn line(bytes: &[u8], crlf: bool) -> (&[u8], usize) {
    let mut from = 0;
    while let Some(n) = bytes.get(from..).and_then(|b| b.iter().position(|b| *b == b'\n')) {
        let end = from + n;
        let line = bytes.get(..end).unwrap_or_default();
        match line.strip_suffix(b"\r") {
            Some(line) => return (line, end + 1),
            None if !crlf => return (line, end + 1),
            None => from = end + 1,
        }
    }
    (bytes.strip_suffix(b"\r").unwrap_or(bytes), bytes.len())
}

/// Whether the first line ends with a carriage return and a line feed.
fn ends_crlf(bytes: &[u8]) -> bool {
    let n = bytes.iter().position(|b| *b == b'\n');
    n.is_some_and(|n| n > 0 && bytes.get(n - 1) == Some(&b'\r'))
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

struct Rows {
    width: usize,
    room: usize,
    rows: usize,
    wrong: usize,
    first: Option<(u64, usize)>,
}

impl Rows {
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
            problems.push(Problem::at(at, "records", reason));
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
            problems.push(Problem::at(at, "fields", reason));
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
        if let Some(end) = end {
            self.at += end + 1;
        } else {
            self.at = self.line.len();
            self.done = true;
        }
        cell
    }
}
