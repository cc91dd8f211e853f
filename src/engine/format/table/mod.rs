//! Tables and arrays as every table codec (PDS4, PDS3, CSV) gives them: named columns of one
//! type each, missing values marked, times recognised.

pub(crate) mod dsv;
#[cfg(test)]
pub(crate) mod fingerprint;
mod record;
mod scalar;
mod text;
mod time;

use crate::time::Instant;

pub(crate) use record::{Field, Group, Kind, Member, Record, decode, misplaced_ends, restored};
pub(crate) use scalar::{Scalar, float, integer};
pub(crate) use text::{CellKind, CellReader, Meaning, parse_real};
pub use time::{TimeKind, parse_utc};

/// Values of a column, row after row; a column with `items` above one holds that many
/// values per row.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnData {
    /// Numbers; a missing one is NaN.
    F64(Vec<f64>),
    /// Integers; a missing one is `None`. A column with values outside 64 bits is `F64`.
    I64(Vec<Option<i64>>),
    /// Text, blanks at both ends stripped; a missing one is `None`.
    Text(Vec<Option<String>>),
    /// Bit strings and opaque bytes.
    Bytes(Vec<Vec<u8>>),
}

impl ColumnData {
    /// Number of values, missing ones included.
    pub fn len(&self) -> usize {
        match self {
            Self::F64(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Bytes(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers as 64-bit floats, missing ones as NaN; `None` for text and bytes.
    pub fn to_f64(&self) -> Option<Vec<f64>> {
        match self {
            Self::F64(v) => Some(v.clone()),
            Self::I64(v) => Some(v.iter().map(|x| x.map_or(f64::NAN, |x| x as f64)).collect()),
            Self::Text(_) | Self::Bytes(_) => None,
        }
    }

    /// Whether the values are numbers.
    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::F64(_) | Self::I64(_))
    }

    /// How many values are missing.
    pub fn missing(&self) -> usize {
        match self {
            Self::F64(v) => v.iter().filter(|x| x.is_nan()).count(),
            Self::I64(v) => v.iter().filter(|x| x.is_none()).count(),
            Self::Text(v) => v.iter().filter(|x| x.is_none()).count(),
            Self::Bytes(_) => 0,
        }
    }
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name as the label or the header row gives it.
    pub name: String,
    /// Unit as written; empty where none is given.
    pub unit: String,
    /// Data type in the words of the format, e.g. `ASCII_Real`, `MSB_INTEGER`.
    pub data_type: String,
    /// Values per row: 1 for a plain column, more for a repeated field, 0 for one repeated never.
    pub items: usize,
    /// Which clock, where the column holds times as text.
    pub time: Option<TimeKind>,
    /// The values.
    pub data: ColumnData,
}

impl Column {
    /// A plain column.
    pub fn new(name: impl Into<String>, data: ColumnData) -> Self {
        Self {
            name: name.into(),
            unit: String::new(),
            data_type: String::new(),
            items: 1,
            time: None,
            data,
        }
    }

    /// The instants of a UTC text column, `None` where a cell is not one.
    pub fn instants(&self) -> Option<Vec<Option<Instant>>> {
        match (&self.data, self.time) {
            (ColumnData::Text(cells), Some(TimeKind::Utc)) => {
                Some(cells.iter().map(|c| c.as_deref().and_then(parse_utc)).collect())
            }
            _ => None,
        }
    }
}

/// A table: columns of equal height.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Name of the data object; empty where none is given.
    pub name: String,
    /// File the rows came from; empty where the codec was given bytes only.
    pub file: String,
    /// Number of rows read.
    pub rows: usize,
    /// The columns, in file order.
    pub columns: Vec<Column>,
}

impl Table {
    /// The column of that name, case ignored.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name))
    }

    /// The first column of UTC times.
    pub fn utc(&self) -> Option<&Column> {
        self.columns.iter().find(|c| c.time == Some(TimeKind::Utc))
    }
}

/// Most values decoded for each byte of a file: objects of a label may overlap, but a label that
/// describes the same bytes over and over is not followed.
pub(crate) const VALUES_PER_BYTE: usize = 16;

/// Values of some tables and arrays.
pub(crate) fn value_count(tables: &[Table], arrays: &[Array]) -> usize {
    let columns = tables.iter().flat_map(|t| &t.columns).map(|c| c.data.len());
    columns.chain(arrays.iter().map(|a| a.values.len())).fold(0, usize::saturating_add)
}

/// An array of numbers, any number of axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Array {
    /// Name of the data object; empty where none is given.
    pub name: String,
    /// File the values came from.
    pub file: String,
    /// Unit as written; empty where none is given.
    pub unit: String,
    /// Element type in the words of the format.
    pub data_type: String,
    /// Name and length of every axis, slowest first.
    pub axes: Vec<(String, usize)>,
    /// Values, last axis fastest; special constants are NaN. Integers beyond 2^53 are rounded.
    pub values: Vec<f64>,
}

impl Array {
    /// Height, width and values of plane `k` of the array seen as planes of its two fastest
    /// axes; `None` past the last plane.
    pub fn plane(&self, k: usize) -> Option<(usize, usize, &[f64])> {
        let width = self.axes.last()?.1;
        let height = match self.axes.len() {
            1 => 1,
            n => self.axes.get(n - 2)?.1,
        };
        let size = width.checked_mul(height)?;
        let start = size.checked_mul(k)?;
        Some((height, width, self.values.get(start..start.checked_add(size)?)?))
    }
}
