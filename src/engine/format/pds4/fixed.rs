//! `Table_Character` and `Table_Binary`: records of fixed length.

use roxmltree::Node;

use super::field::{self, Field, Kind, Member, Record};
use super::object::Data;
use super::xml::{at, child, count, deep, name, title, value};
use crate::format::table::{
    CellKind, CellReader, Column, ColumnData, Meaning, Scalar, Table, float, integer, parse_real,
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
    if !fits(&record, length, record_node, problems) {
        return None;
    }
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
        check_ends(bytes, length, offset, data, problems);
    }
    let mut table = Table {
        name: title(node),
        file: data.name.to_owned(),
        rows,
        columns: sampled(node, rows).into_iter().collect(),
    };
    let positions = positions(&record);
    let items = record.items();
    let mut found = Vec::new();
    for (i, field) in record.fields.iter().enumerate() {
        let places = positions.get(i).map_or(&[][..], Vec::as_slice);
        let source = Source { bytes, length, offset, places };
        let before = table.columns.len();
        columns(field, &source, &mut table.columns, &mut found);
        for column in table.columns.iter_mut().skip(before) {
            column.items = items.get(i).copied().unwrap_or(1);
        }
    }
    problems.extend(found.into_iter().map(|p| p.in_file(data.name)));
    Some(table)
}

/// Whether every field lies in the record; the bytes of all fields together are bounded so that
/// overlapping groups cannot ask for more memory than the file justifies.
fn fits(record: &Record, length: usize, node: Node<'_, '_>, problems: &mut Vec<Problem>) -> bool {
    if record.fields.is_empty() {
        problems.push(Problem::at(at(node), name(node), "no fields: table left unread"));
        return false;
    }
    let bits = record.fields.iter().map(|f| f.bits.len()).fold(0, usize::saturating_add);
    if record.width() > length || bits > length.saturating_mul(8) {
        let reason = format!("{} fields do not fit in {length} bytes", record.width());
        problems.push(Problem::at(at(node), name(node), reason));
        return false;
    }
    for (field, places) in record.fields.iter().zip(positions(record)) {
        let end = places.iter().map(|p| p.saturating_add(field.length)).max().unwrap_or(0);
        if end > length {
            let reason = format!("ends at byte {end} of a record of {length}; kept as missing");
            problems.push(Problem::at(at(node), field.name.as_str(), reason));
        }
    }
    true
}

/// Record delimiters of a character table: told once where they are not at the record's end.
fn check_ends(
    bytes: &[u8],
    length: usize,
    offset: u64,
    data: &Data<'_>,
    problems: &mut Vec<Problem>,
) {
    let off = |r: &[u8]| r.last() != Some(&b'\n') || r.iter().take(length - 1).any(|b| *b == b'\n');
    let wrong = bytes.chunks_exact(length).filter(|r| off(r)).count();
    if let Some(first) = bytes.chunks_exact(length).position(off) {
        let reason = format!(
            "{wrong} of {} records do not end with the only line feed at byte {length}: \
             record_length may be wrong",
            bytes.len() / length
        );
        problems.push(data.problem(offset + (first * length) as u64, "record_delimiter", reason));
    }
}

/// Where each field lies in a record, repetitions in order.
fn positions(record: &Record) -> Vec<Vec<usize>> {
    fn walk(members: &[Member], base: usize, fields: &[Field], out: &mut [Vec<usize>]) {
        for m in members {
            match m {
                Member::Field(i) => {
                    if let (Some(f), Some(o)) = (fields.get(*i), out.get_mut(*i)) {
                        o.push(base.saturating_add(f.offset));
                    }
                }
                // A group without fields repeats nothing; `fits` has bounded the others.
                Member::Group(g) if field::width(&g.members) == 0 => {}
                Member::Group(g) => {
                    for k in 0..g.repetitions {
                        let start = base.saturating_add(g.offset);
                        let start = start.saturating_add(k.saturating_mul(g.stride));
                        walk(&g.members, start, fields, out);
                    }
                }
            }
        }
    }
    let mut out = vec![Vec::new(); record.fields.len()];
    walk(&record.members, 0, &record.fields, &mut out);
    out
}

/// The bytes of one field in every record.
struct Source<'a> {
    bytes: &'a [u8],
    length: usize,
    offset: u64,
    places: &'a [usize],
}

impl<'a> Source<'a> {
    /// Bytes (empty where they lie outside the record) and file offset of every cell.
    fn cells(&self, size: usize) -> impl Iterator<Item = (&'a [u8], u64)> {
        let (length, offset, places) = (self.length, self.offset, self.places);
        self.bytes.chunks_exact(length).enumerate().flat_map(move |(row, record)| {
            places.iter().map(move |p| {
                let at = offset + (row * length + p) as u64;
                (record.get(*p..p.saturating_add(size)).unwrap_or_default(), at)
            })
        })
    }
}

/// The columns of one field: one, two for complex numbers, more for packed bits.
fn columns(field: &Field, source: &Source<'_>, out: &mut Vec<Column>, problems: &mut Vec<Problem>) {
    let size = field.length;
    let column = |name: String, data| Column {
        unit: field.unit.clone(),
        data_type: field.data_type.clone(),
        time: field.time,
        ..Column::new(name, data)
    };
    match field.kind {
        Kind::Text(kind) => {
            let mut reader = CellReader::new(kind);
            for (cell, at) in source.cells(size) {
                reader.push(cell, at);
            }
            let data = reader.finish(&field.name, &field.data_type, &field.meaning, problems);
            out.push(column(field.name.clone(), data));
        }
        Kind::Binary(how) => {
            let data = binary(how, source.cells(size).map(|c| c.0), size, &field.meaning);
            if data.missing() == data.len() && !data.is_empty() && !matches!(size, 1..=8) {
                let reason = format!("no number of type {} has {size} bytes", field.data_type);
                problems.push(Problem::of(field.name.as_str(), reason));
            }
            out.push(column(field.name.clone(), data));
        }
        Kind::Complex { big } => {
            let half = size / 2;
            let how = Scalar::Float { big };
            for (suffix, skip) in [("re", 0), ("im", half)] {
                let cells =
                    source.cells(size).map(|(c, _)| c.get(skip..skip + half).unwrap_or_default());
                let data = binary(how, cells, half, &field.meaning);
                out.push(column(format!("{}.{suffix}", field.name), data));
            }
        }
        Kind::Bits => {
            let data = source.cells(size).map(|c| c.0.to_vec()).collect();
            out.push(column(field.name.clone(), ColumnData::Bytes(data)));
        }
    }
    for (name, first, last) in &field.bits {
        let values = source.cells(size).map(|(c, _)| bits(c, *first, *last)).collect();
        out.push(column(name.clone(), ColumnData::I64(values)));
    }
}

/// Bits `first` to `last`, counted from 1 at the most significant bit of the first byte.
fn bits(cell: &[u8], first: usize, last: usize) -> Option<i64> {
    let mut value = 0_i64;
    for bit in first - 1..last {
        let byte = cell.get(bit / 8)?;
        value = (value << 1) | i64::from((byte >> (7 - bit % 8)) & 1);
    }
    Some(value)
}

/// Binary numbers to a column, special constants and scaling applied.
pub(super) fn binary<'a>(
    how: Scalar,
    cells: impl Iterator<Item = &'a [u8]>,
    size: usize,
    meaning: &Meaning,
) -> ColumnData {
    match how {
        Scalar::Int { signed, big } => {
            meaning.ints(cells.map(|c| integer(c, signed, big)).collect())
        }
        Scalar::Float { .. } | Scalar::Vax => {
            let values = cells.map(|c| float(c, how).unwrap_or(f64::NAN)).collect();
            ColumnData::F64(meaning.reals(values, size == 4))
        }
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
