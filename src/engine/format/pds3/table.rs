//! `TABLE`, `INDEX_TABLE`, `SERIES`, `SPECTRUM` (fixed rows) and `SPREADSHEET` (delimited rows).

use super::object::Data;
use super::value::{Object, Value};
use crate::format::table::{
    CellKind, Column, ColumnData, Field, Group, Kind, Meaning, Member, Record, Scalar, Table,
    TimeKind, decode, dsv, misplaced_ends, restored,
};
use crate::problem::Problem;

/// Keywords of a column whose values mark missing data.
const SPECIALS: [&str; 6] = [
    "MISSING_CONSTANT",
    "INVALID_CONSTANT",
    "NULL_CONSTANT",
    "UNKNOWN_CONSTANT",
    "NOT_APPLICABLE_CONSTANT",
    "MISSING",
];

/// Reads a table; `None` where the object does not describe one.
pub(super) fn read(object: &Object, data: &Data<'_>, problems: &mut Vec<Problem>) -> Option<Table> {
    if object.name.to_ascii_uppercase().ends_with("SPREADSHEET") {
        return spreadsheet(object, data, problems);
    }
    let ascii = object.text("INTERCHANGE_FORMAT").eq_ignore_ascii_case("ASCII");
    let Some(row) = object.count("ROW_BYTES").filter(|n| *n > 0) else {
        let reason = "no ROW_BYTES above 0: table left unread";
        problems.push(Problem::at(object.offset, object.name.as_str(), reason));
        return None;
    };
    let prefix = object.count("ROW_PREFIX_BYTES").unwrap_or(0);
    let suffix = object.count("ROW_SUFFIX_BYTES").unwrap_or(0);
    let length = prefix.saturating_add(row).saturating_add(suffix);
    let mut record = Record::default();
    record.members = members(object, ascii, prefix, &mut record.fields, 0, problems);
    match record.fits(length) {
        Ok(found) => {
            let at = object.offset;
            problems.extend(found.into_iter().map(|p| Problem { offset: Some(at), ..p }));
        }
        Err(reason) => {
            problems.push(Problem::at(object.offset, object.name.as_str(), reason));
            return None;
        }
    }
    let offset = data.start as u64;
    let converted = if ascii { restored(data.rest(), length) } else { None };
    if converted.is_some() {
        let reason = "the rows lost their carriage returns, read as if they had them";
        problems.push(data.problem(offset, "ROW_BYTES", reason));
    }
    let held = converted.as_deref().unwrap_or_else(|| data.rest());
    let at_hand = held.len() / length;
    let stated = object.count("ROWS");
    let rows = stated.unwrap_or(at_hand).min(at_hand);
    if let Some(stated) = stated.filter(|n| *n > at_hand) {
        let reason =
            format!("the label says {stated} rows of {length} bytes, the file holds {at_hand}");
        problems.push(data.problem(offset + (at_hand * length) as u64, "ROWS", reason));
    }
    let bytes = held.get(..rows * length)?;
    if ascii && let Some((wrong, first)) = misplaced_ends(bytes, length) {
        let reason = format!(
            "{wrong} of {rows} rows do not end with the only line feed at byte {length}: \
             ROW_BYTES may be wrong"
        );
        problems.push(data.problem(offset + (first * length) as u64, "ROW_BYTES", reason));
    }
    let mut found = Vec::new();
    let mut columns: Vec<Column> = sampled(object, rows).into_iter().collect();
    columns.extend(decode(&record, bytes, length, offset, &mut found));
    problems.extend(found.into_iter().map(|p| p.in_file(data.name)));
    Some(Table { name: title(object), file: data.name.to_owned(), rows, columns })
}

fn title(object: &Object) -> String {
    let name = object.text("NAME");
    if name.is_empty() { object.name.clone() } else { name.to_owned() }
}

fn spreadsheet(object: &Object, data: &Data<'_>, problems: &mut Vec<Problem>) -> Option<Table> {
    let mut record = Record::default();
    record.members = members(object, true, 0, &mut record.fields, 0, problems);
    let delimiter = match object.text("FIELD_DELIMITER").to_ascii_uppercase().as_str() {
        "TAB" => b'\t',
        "SEMICOLON" => b';',
        "VERTICAL_BAR" => b'|',
        _ => b',',
    };
    let offset = data.start as u64;
    let stated = object.count("ROWS");
    let limit = stated.unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let read = match dsv::read(&record, data.rest(), offset, delimiter, limit, &mut found) {
        Ok(read) => read,
        Err(reason) => {
            problems.push(Problem::at(object.offset, object.name.as_str(), reason));
            return None;
        }
    };
    problems.extend(found.into_iter().map(|p| p.in_file(data.name)));
    if let Some(stated) = stated.filter(|n| *n != read.rows) {
        let reason = format!("the label says {stated} rows, the file holds {}", read.rows);
        problems.push(data.problem(offset + read.used as u64, "ROWS", reason));
    }
    let file = data.name.to_owned();
    Some(Table { name: title(object), file, rows: read.rows, columns: read.columns })
}

/// Deepest nesting of containers.
const DEPTH: usize = 8;

/// Columns, fields and containers of an object.
fn members(
    object: &Object,
    ascii: bool,
    shift: usize,
    fields: &mut Vec<Field>,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Vec<Member> {
    let mut out = Vec::new();
    for o in object.objects() {
        match o.name.to_ascii_uppercase().as_str() {
            "COLUMN" | "FIELD" => {
                let place = start_byte(o, problems) + shift;
                let (field, items, step) = column(o, ascii, problems);
                fields.push(field);
                let member = Member::Field(fields.len() - 1);
                out.push(Member::Group(Group {
                    repetitions: items,
                    offset: place,
                    stride: step,
                    members: vec![member],
                }));
            }
            "CONTAINER" if depth < DEPTH => {
                let offset = start_byte(o, problems) + shift;
                let repetitions = o.count("REPETITIONS").unwrap_or(1);
                let stride = o.count("BYTES").unwrap_or(0);
                let members = members(o, ascii, 0, fields, depth + 1, problems);
                out.push(Member::Group(Group { repetitions, offset, stride, members }));
            }
            "CONTAINER" => {
                let reason = format!("containers nested more than {DEPTH} deep: left out");
                problems.push(Problem::at(o.offset, "CONTAINER", reason));
            }
            _ => {}
        }
    }
    out
}

fn start_byte(o: &Object, problems: &mut Vec<Problem>) -> usize {
    match o.count("START_BYTE") {
        Some(0) => {
            problems.push(Problem::at(o.offset, "START_BYTE", "is 0, read as 1"));
            0
        }
        Some(n) => n - 1,
        None => 0,
    }
}

/// A column: the field, how often it repeats, and the bytes from one item to the next.
fn column(o: &Object, ascii: bool, problems: &mut Vec<Problem>) -> (Field, usize, usize) {
    let name = o.text("NAME").to_owned();
    let data_type = o.text("DATA_TYPE").to_owned();
    let bytes = o.count("BYTES").unwrap_or(0);
    let items = o.count("ITEMS").unwrap_or(1);
    let whole = || bytes.checked_div(items).unwrap_or(bytes);
    let length = o.count("ITEM_BYTES").unwrap_or_else(whole);
    let step = o.count("ITEM_OFFSET").unwrap_or(length);
    let (kind, time) = kind(&data_type, ascii).unwrap_or_else(|| {
        let reason = format!("data type '{data_type}' is unknown, read as text");
        problems.push(Problem::at(o.offset, name.as_str(), reason));
        (Kind::Text(CellKind::Text), None)
    });
    let number = |key| o.get(key).and_then(Value::real).map(|x| x.to_string());
    let specials = SPECIALS.iter().filter_map(|k| o.get(k)).map(plain).collect();
    let meaning = Meaning {
        specials,
        factor: number("SCALING_FACTOR").filter(|f| f != "1"),
        offset: number("OFFSET").filter(|f| f != "0"),
    };
    let bits = bits(o, &name, bytes, problems);
    let unit = o.text("UNIT").to_owned();
    let field = Field { name, unit, data_type, kind, time, meaning, offset: 0, length, bits };
    (field, items, step)
}

fn plain(value: &Value) -> String {
    match value.bare() {
        Value::Integer(n) => n.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Text(s) | Value::Symbol(s) => s.clone(),
        _ => String::new(),
    }
}

fn bits(
    o: &Object,
    field: &str,
    bytes: usize,
    problems: &mut Vec<Problem>,
) -> Vec<(String, usize, usize)> {
    let mut out = Vec::new();
    for bit in o.objects().filter(|b| b.name.eq_ignore_ascii_case("BIT_COLUMN")) {
        let first = bit.count("START_BIT").unwrap_or(0);
        let n = bit.count("BITS").unwrap_or(0);
        let last = first.saturating_add(n).saturating_sub(1);
        let shown = bit.text("NAME");
        if first == 0 || n == 0 || n > 63 || last > bytes.saturating_mul(8) {
            let reason = format!("bits {first} to {last} do not lie in a column of {bytes} bytes");
            problems.push(Problem::at(bit.offset, shown, reason));
        } else {
            out.push((format!("{field}.{shown}"), first, last));
        }
    }
    out
}

/// What a data type means (Standards Reference 3.8, table 3.2); `None` for names it lacks.
fn kind(data_type: &str, ascii: bool) -> Option<(Kind, Option<TimeKind>)> {
    let upper = data_type.to_ascii_uppercase().replace(' ', "_");
    let text = |k| Some((Kind::Text(k), None));
    let int = |signed, big| Some((Kind::Binary(Scalar::Int { signed, big }), None));
    match upper.as_str() {
        "TIME" => return Some((Kind::Text(CellKind::Text), Some(TimeKind::Utc))),
        "DATE" => return Some((Kind::Text(CellKind::Text), Some(TimeKind::Date))),
        "CHARACTER" | "BCD" | "N/A" | "" => return text(CellKind::Text),
        "ASCII_REAL" => return text(CellKind::Real),
        "ASCII_INTEGER" => return text(CellKind::Integer(10)),
        _ => {}
    }
    if upper.contains("BIT_STRING") || upper == "BINARY" {
        return Some((Kind::Bits, None));
    }
    let real = upper.contains("REAL") || upper.contains("FLOAT") || upper.contains("DOUBLE");
    let whole = upper.contains("INTEGER") || upper == "BOOLEAN";
    if ascii {
        return match (real, whole) {
            (true, _) => text(CellKind::Real),
            (_, true) => text(CellKind::Integer(10)),
            _ => None,
        };
    }
    let little = ["LSB", "PC_", "VAX"].iter().any(|p| upper.starts_with(p));
    if upper.contains("COMPLEX") {
        return Some((Kind::Complex { big: !little }, None));
    }
    if real {
        let vax = upper.starts_with("VAX");
        let how = if vax { Scalar::Vax } else { Scalar::Float { big: !little } };
        return Some((Kind::Binary(how), None));
    }
    if whole { int(!upper.contains("UNSIGNED") && upper != "BOOLEAN", !little) } else { None }
}

/// The sampling parameter of a `SERIES` or `SPECTRUM` as a column.
fn sampled(object: &Object, rows: usize) -> Option<Column> {
    let name = object.text("SAMPLING_PARAMETER_NAME");
    let step = object.get("SAMPLING_PARAMETER_INTERVAL").and_then(Value::real)?;
    if name.is_empty() {
        return None;
    }
    let first = object.get("MINIMUM_SAMPLING_PARAMETER").and_then(Value::real).unwrap_or(0.0);
    let data = ColumnData::F64((0..rows).map(|i| first + step * i as f64).collect());
    let unit = object.text("SAMPLING_PARAMETER_UNIT").to_owned();
    Some(Column { unit, data_type: "SAMPLING_PARAMETER".to_owned(), ..Column::new(name, data) })
}
