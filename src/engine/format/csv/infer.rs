//! What a delimited table holds: delimiter, header row, column types, units and clocks.

use super::{Delimited, Limits};
use crate::format::table::{
    CellKind, CellReader, Column, ColumnData, Meaning, TimeKind, parse_real,
};
use crate::problem::Problem;

/// The delimiter that gives the first lines the same, largest number of cells.
pub(super) fn delimiter(lines: &[&str]) -> u8 {
    let mut best = (0, b',');
    for candidate in [b',', b'\t', b';', b'|'] {
        let counts: Vec<usize> = lines.iter().take(4).map(|l| cells(l, candidate)).collect();
        let Some(&first) = counts.first() else { continue };
        let even = counts.iter().all(|c| *c == first);
        let score = if first > 1 { first * 2 + usize::from(even) * first * 4 } else { 0 };
        if score > best.0 {
            best = (score, candidate);
        }
    }
    best.1
}

/// Number of cells in a line, quotes respected.
pub(super) fn cells(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    let mut n = 1;
    for b in line.bytes() {
        if b == b'"' {
            quoted = !quoted;
        } else if b == delimiter && !quoted {
            n += 1;
        }
    }
    n
}

/// Whether a numeric column of that name counts time rather than a measurement.
pub(super) fn is_clock(name: &str) -> bool {
    matches!(
        name.to_ascii_uppercase().as_str(),
        "AOBT" | "SCLK" | "LOBT" | "ET" | "TIME" | "SOL" | "MILLISECONDS"
    )
}

/// Units of columns that their tables leave unsaid: APSS tables (FACTS 4.7, from the InSight
/// APSS readers), MEDA PS, REMS daily.
fn known_unit(name: &str) -> &'static str {
    let upper = name.to_ascii_uppercase();
    let tail = |s: &str| upper.ends_with(s);
    if tail("FREQUENCY") {
        "Hz"
    } else if upper == "AOBT" || upper == "SCLK" {
        "s"
    } else if upper == "WIND_DIRECTION" || upper == "LS" {
        "deg"
    } else if tail("WIND_SPEED") {
        "m/s"
    } else if tail("_TEMP") && (upper.starts_with("BM") || upper.starts_with("BP"))
        || upper == "PRESSURE_TEMP"
    {
        "K"
    } else if upper == "PRESSURE" || upper == "PRESSURE_UNCERTAINTY" {
        "Pa"
    } else if upper == "MIN_TEMP" || upper == "MAX_TEMP" {
        "degC"
    } else {
        ""
    }
}

/// Splits `PRESSURE (Pa)` or `PRESSURE [Pa]` into name and unit.
fn name_and_unit(cell: &str) -> (String, String) {
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some(inner) = cell.strip_suffix(close)
            && let Some((name, unit)) = inner.rsplit_once(open)
            && !name.trim().is_empty()
        {
            return (name.trim().to_owned(), unit.trim().to_owned());
        }
    }
    (cell.to_owned(), known_unit(cell).to_owned())
}

/// Cells of one column while the rows come in: bytes end to end with their ends and offsets.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        self.ends.push(self.bytes.len());
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let cell = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            cell
        })
    }
}

/// Collects rows.
pub(super) struct Rows {
    limits: Limits,
    room: usize,
    columns: Vec<Cells>,
    offsets: Vec<u64>,
    uneven: usize,
    first_uneven: Option<(u64, usize)>,
    stopped: Option<(u64, &'static str)>,
}

impl Rows {
    /// An empty table read from `size` bytes.
    pub(super) fn new(limits: Limits, size: usize) -> Self {
        Self {
            limits,
            room: size.saturating_mul(2).saturating_add(1024),
            columns: Vec::new(),
            offsets: Vec::new(),
            uneven: 0,
            first_uneven: None,
            stopped: None,
        }
    }

    /// Takes a row; false when the limits are reached.
    pub(super) fn push(&mut self, row: &::csv::ByteRecord, at: u64) -> bool {
        if self.offsets.is_empty() {
            self.columns.resize_with(row.len().min(self.limits.columns), Cells::default);
            if row.len() > self.limits.columns {
                self.stopped = Some((at, "more columns than the limit, the rest is left out"));
            }
        }
        let width = self.columns.len();
        if width == 1 && row.get(0).is_some_and(|c| c.trim_ascii().is_empty()) {
            return true;
        }
        if self.offsets.len() > self.limits.rows {
            self.stopped = Some((at, "more rows than the limit, the rest is left out"));
            return false;
        }
        if self.room < width {
            self.stopped = Some((at, "too many short rows, the rest is left out"));
            return false;
        }
        self.room -= width;
        if row.len() != width {
            self.uneven += 1;
            self.first_uneven.get_or_insert((at, row.len()));
        }
        for (i, cells) in self.columns.iter_mut().enumerate() {
            cells.push(row.get(i).unwrap_or_default());
        }
        self.offsets.push(at);
        true
    }

    /// Types the columns and puts them into `out`.
    pub(super) fn finish(mut self, out: &mut Delimited, problems: &mut Vec<Problem>) {
        if let Some((at, n)) = self.first_uneven {
            let reason = format!(
                "{} rows hold another number of cells than the first row's {} (this one {n}); \
                 missing cells are empty, surplus ones left out",
                self.uneven,
                self.columns.len()
            );
            problems.push(Problem::at(at, "row", reason));
        }
        let first: Vec<String> = self
            .columns
            .iter()
            .map(|c| {
                let cell = c.iter().next().unwrap_or_default();
                String::from_utf8_lossy(cell).trim().to_owned()
            })
            .collect();
        out.header = !first.is_empty() && first.iter().all(|c| is_name(c));
        let skip = usize::from(out.header);
        // Room was kept for a header row; without one there may be a row too many.
        if let Some(&at) = self.offsets.get(self.limits.rows.saturating_add(skip)) {
            self.offsets.truncate(self.limits.rows.saturating_add(skip));
            self.stopped.get_or_insert((at, "more rows than the limit, the rest is left out"));
        }
        if let Some((at, reason)) = self.stopped {
            problems.push(Problem::at(at, "table", reason));
        }
        for (i, cells) in std::mem::take(&mut self.columns).into_iter().enumerate() {
            let (name, unit) = match (out.header, first.get(i)) {
                (true, Some(cell)) if !cell.is_empty() => name_and_unit(cell),
                _ => (format!("c{}", i + 1), String::new()),
            };
            let mut column = self.typed(&name, &cells, skip, problems);
            column.unit = unit;
            out.table.columns.push(column);
        }
        out.table.rows = self.offsets.len().saturating_sub(skip);
    }

    fn typed(&self, name: &str, cells: &Cells, skip: usize, problems: &mut Vec<Problem>) -> Column {
        let (kind, time) = kind_of(name, cells, skip);
        let mut reader = CellReader::new(kind);
        for (cell, at) in cells.iter().zip(&self.offsets).skip(skip) {
            let blank = kind != CellKind::Text && is_blank(cell);
            reader.push(if blank { b"" } else { cell }, *at);
        }
        let data_type = match kind {
            CellKind::Real => "real",
            CellKind::Integer(_) => "integer",
            _ => "text",
        };
        let data = reader.finish(name, data_type, &Meaning::PLAIN, problems);
        Column { data_type: data_type.to_owned(), time, ..Column::new(name, data) }
    }
}

/// A header cell is not a number, not a time and not an empty string in a row of numbers.
fn is_name(cell: &str) -> bool {
    parse_real(cell).is_none() && TimeKind::of(cell).is_none()
}

fn is_blank(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    cell.is_empty()
        || [&b"NaN"[..], b"nan", b"NA", b"N/A", b"--", b"null", b"NULL", b"None"].contains(&cell)
}

/// Type and clock of a column: the narrowest that all but one in a hundred of its cells fit
/// (the others are told and kept as missing). Flags and codes with leading zeros stay text.
fn kind_of(name: &str, cells: &Cells, skip: usize) -> (CellKind, Option<TimeKind>) {
    if name.to_ascii_uppercase().ends_with("FLAGS") {
        return (CellKind::Text, None);
    }
    let (mut n, mut whole, mut real, mut coded) = (0_usize, 0_usize, 0_usize, false);
    let mut kinds: [(Option<TimeKind>, usize); 4] = [
        (Some(TimeKind::Utc), 0),
        (Some(TimeKind::Date), 0),
        (Some(TimeKind::Lmst), 0),
        (Some(TimeKind::Ltst), 0),
    ];
    for cell in cells.iter().skip(skip).filter(|c| !is_blank(c)) {
        n += 1;
        let text = String::from_utf8_lossy(cell);
        let text = text.trim();
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if parse_real(text).is_some() {
            real += 1;
            whole += usize::from(text.parse::<i64>().is_ok());
            coded |= digits.len() > 1
                && digits.starts_with('0')
                && digits.bytes().all(|c| c.is_ascii_digit());
        } else if let Some(kind) = TimeKind::of(text)
            && let Some(slot) = kinds.iter_mut().find(|k| k.0 == Some(kind))
        {
            slot.1 += 1;
        }
    }
    let nearly = |count: usize| n > 0 && count * 100 >= n * 99;
    if n == 0 {
        return (CellKind::Real, None);
    }
    if nearly(real) && !coded {
        return (if whole == real { CellKind::Integer(10) } else { CellKind::Real }, None);
    }
    (CellKind::Text, kinds.iter().find(|k| nearly(k.1)).and_then(|k| k.0))
}

/// Writes columns as comma-separated text with a header row; units follow the name in brackets.
pub fn write(columns: &[Column]) -> String {
    let rows = columns.iter().map(|c| c.data.len()).max().unwrap_or(0);
    let mut out = Vec::new();
    for c in columns {
        out.push(if c.unit.is_empty() {
            c.name.clone()
        } else {
            format!("{} [{}]", c.name, c.unit)
        });
    }
    let mut text = join(&out);
    for row in 0..rows {
        let cells: Vec<String> = columns.iter().map(|c| cell(&c.data, row)).collect();
        text.push_str(&join(&cells));
    }
    text
}

fn cell(data: &ColumnData, row: usize) -> String {
    match data {
        ColumnData::F64(v) => match v.get(row) {
            Some(x) if !x.is_nan() => format!("{x}"),
            _ => String::new(),
        },
        ColumnData::I64(v) => {
            v.get(row).copied().flatten().map_or_else(String::new, |x| x.to_string())
        }
        ColumnData::Text(v) => v.get(row).cloned().flatten().unwrap_or_default(),
        ColumnData::Bytes(v) => {
            let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
            let bytes = v.get(row).map_or(&[][..], Vec::as_slice);
            bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
        }
    }
}

fn join(cells: &[String]) -> String {
    let quoted: Vec<String> = cells
        .iter()
        .map(|c| {
            if c.contains([',', '"', '\n', '\r']) || c.starts_with('#') {
                format!("\"{}\"", c.replace('"', "\"\""))
            } else {
                c.clone()
            }
        })
        .collect();
    format!("{}\r\n", quoted.join(","))
}
