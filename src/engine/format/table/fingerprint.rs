//! Columns against the reference tables made by `benches/scripts/pds_reference.py`: name, number
//! of values, number of missing ones and a hash of all values must be the same.

use super::{Array, Column, ColumnData, Table};

/// One line of a reference table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) print: Print,
    /// First and last value, to tell what is wrong.
    pub(crate) ends: String,
}

/// What identifies the values of a column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Print {
    pub(crate) name: String,
    pub(crate) values: usize,
    pub(crate) missing: usize,
    pub(crate) hash: u64,
}

/// The lines of a reference table.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    text.lines()
        .filter_map(|l| {
            let cells: Vec<&str> = l.split('\t').collect();
            let print = Print {
                name: (*cells.get(3)?).to_owned(),
                values: cells.get(4)?.parse().ok()?,
                missing: cells.get(5)?.parse().ok()?,
                hash: u64::from_str_radix(cells.get(6)?, 16).ok()?,
            };
            Some(Line {
                label: (*cells.first()?).to_owned(),
                print,
                ends: cells.get(7..).unwrap_or_default().join(" … "),
            })
        })
        .collect()
}

/// All columns and arrays of a product; repeated columns also item by item (`NAME_0` and so on,
/// as pdr names them).
pub(crate) fn prints(tables: &[Table], arrays: &[Array]) -> Vec<Print> {
    let columns = tables.iter().flat_map(|t| &t.columns);
    let repeated = columns.clone().filter(|c| (2..64).contains(&c.items));
    let items = repeated.flat_map(|c| (0..c.items).map(move |k| item(c, k)));
    let arrays = arrays.iter().map(|a| Column::new("array", ColumnData::F64(a.values.clone())));
    let all = columns.cloned().chain(items).chain(arrays);
    all.map(|c| print(&c)).collect()
}

/// Item `k` of every row.
fn item(c: &Column, k: usize) -> Column {
    let data = match &c.data {
        ColumnData::F64(v) => ColumnData::F64(v.iter().skip(k).step_by(c.items).copied().collect()),
        ColumnData::I64(v) => ColumnData::I64(v.iter().skip(k).step_by(c.items).copied().collect()),
        ColumnData::Text(v) => {
            ColumnData::Text(v.iter().skip(k).step_by(c.items).cloned().collect())
        }
        ColumnData::Bytes(v) => {
            ColumnData::Bytes(v.iter().skip(k).step_by(c.items).cloned().collect())
        }
    };
    Column::new(format!("{}_{k}", c.name), data)
}

fn print(column: &Column) -> Print {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    match &column.data {
        ColumnData::Text(cells) => {
            for cell in cells {
                fnv(cell.as_deref().unwrap_or("").as_bytes(), &mut hash);
                fnv(b"\n", &mut hash);
            }
        }
        data => {
            for value in data.to_f64().unwrap_or_default() {
                let bits =
                    if value.is_nan() { 0x7ff8_0000_0000_0000 } else { (value + 0.0).to_bits() };
                fnv(&bits.to_le_bytes(), &mut hash);
            }
        }
    }
    Print {
        name: column.name.split_whitespace().collect::<Vec<_>>().join(" "),
        values: column.data.len(),
        missing: column.data.missing(),
        hash,
    }
}

fn fnv(bytes: &[u8], hash: &mut u64) {
    for b in bytes {
        *hash = (*hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
    }
}

/// How many reference lines of a label the product equals, and what the others look like.
pub(crate) fn compare(lines: &[Line], found: &[Print]) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    for line in lines {
        if !found.contains(&line.print) {
            let near: Vec<&Print> = found.iter().filter(|p| p.name == line.print.name).collect();
            wrong.push(format!("{}: {:?} ({}) but {near:?}", line.label, line.print, line.ends));
        }
    }
    (lines.len() - wrong.len(), wrong)
}
