//! Delimited text tables without a label: delimiter, comments, header row, column types, units
//! and clocks are found from the bytes. Used for APSS, REMS, SAM tables and our own exports.

mod infer;
#[cfg(test)]
mod tests;

pub use infer::write;

use crate::format::table::{Column, Table};
use crate::problem::Problem;

/// How much a table may hold; more is left out and told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most rows kept.
    pub rows: usize,
    /// Most columns kept.
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 50_000_000, columns: 4096 }
    }
}

/// A delimited table as read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delimited {
    /// Lines that start with `#`, without the sign, in order.
    pub comments: Vec<String>,
    /// The delimiter found: comma, semicolon, tab or vertical bar.
    pub delimiter: u8,
    /// Whether the first row holds names; without, columns are called `c1`, `c2` and so on.
    pub header: bool,
    /// The table.
    pub table: Table,
}

impl Delimited {
    /// Columns that hold numbers to plot: not a time, not an index counted in the row number.
    pub fn values(&self) -> impl Iterator<Item = &Column> {
        self.table.columns.iter().filter(|c| c.data.is_numeric() && !infer::is_clock(&c.name))
    }
}

/// Whether the bytes look like a delimited table: text whose first lines hold the same number
/// (above one) of cells.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    if head.is_empty() || head.contains(&0) {
        return false;
    }
    let text = String::from_utf8_lossy(head);
    let mut lines: Vec<&str> =
        text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')).collect();
    if bytes.len() > head.len() {
        lines.pop();
    }
    let delimiter = infer::delimiter(&lines) as char;
    let counts: Vec<usize> =
        lines.iter().take(4).map(|l| infer::cells(l, delimiter as u8)).collect();
    counts.len() >= 2 && counts[0] > 1 && counts.windows(2).all(|w| w[0] == w[1])
}

/// Reads a delimited table. Rows that are short are filled with missing cells, cells beyond the
/// header are left out; both are told once, with the offset of the first.
pub fn read(bytes: &[u8], limits: Limits) -> (Delimited, Vec<Problem>) {
    let mut problems = Vec::new();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (comments, body_at) = comments(bytes);
    let body = bytes.get(body_at..).unwrap_or_default();
    let head = String::from_utf8_lossy(body.get(..body.len().min(8192)).unwrap_or_default());
    let lines: Vec<&str> = head.lines().take(8).filter(|l| !l.trim().is_empty()).collect();
    let delimiter = infer::delimiter(&lines);
    let mut out = Delimited { comments, delimiter, ..Delimited::default() };
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .from_reader(body);
    let mut row = ::csv::ByteRecord::new();
    let mut rows = infer::Rows::new(limits, bytes.len());
    loop {
        let at = body_at as u64 + reader.position().byte();
        match reader.read_byte_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {
                if !rows.push(&row, at) {
                    break;
                }
            }
            Err(error) => {
                problems.push(Problem::at(at, "row", format!("cannot be read: {error}")));
                break;
            }
        }
    }
    rows.finish(&mut out, &mut problems);
    if out.table.columns.is_empty() {
        problems.push(Problem::at(body_at as u64, "table", "no rows"));
    }
    (out, problems)
}

/// The leading comment lines and the offset of the first line after them. A comment line whose
/// cells name columns (as ChemCam writes it) is still a comment here.
fn comments(bytes: &[u8]) -> (Vec<String>, usize) {
    let mut lines = Vec::new();
    let mut at = 0;
    while bytes.get(at) == Some(&b'#') {
        let rest = bytes.get(at..).unwrap_or_default();
        let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
        let line = String::from_utf8_lossy(rest.get(1..end).unwrap_or_default());
        lines.push(line.trim().to_owned());
        at += end;
    }
    (lines, at)
}
