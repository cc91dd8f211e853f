//! The attributes of a shapefile: a dBase table.

use serde_json::{Map, Number, Value};

use crate::problem::Problem;

/// Most columns; dBase allows 255.
const MOST_FIELDS: usize = 1024;

struct Field {
    name: String,
    kind: u8,
    length: usize,
}

/// Reads all rows in order, deleted ones too (they have shapes). `encoding` is the text of a
/// `.cpg` file.
pub(super) fn read(bytes: &[u8], encoding: &[u8]) -> (Vec<Map<String, Value>>, Vec<Problem>) {
    let mut problems = Vec::new();
    if bytes.is_empty() {
        return (Vec::new(), problems);
    }
    let Some(head) = bytes.first_chunk::<32>() else {
        problems.push(Problem::at(0, "dbf", "too short for a dBase table"));
        return (Vec::new(), problems);
    };
    let count = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let start = usize::from(u16::from_le_bytes([head[8], head[9]]));
    let width = usize::from(u16::from_le_bytes([head[10], head[11]]));
    let is_utf8 = is_utf8(encoding);
    let mut fields = Vec::new();
    let mut at = 32;
    while let Some(field) = bytes.get(at..at + 32).filter(|f| f.first() != Some(&0x0D)) {
        if at + 32 > start || fields.len() >= MOST_FIELDS {
            break;
        }
        let name = field.iter().take(11).take_while(|b| **b != 0).copied().collect::<Vec<u8>>();
        fields.push(Field {
            name: text(&name, is_utf8),
            kind: field.get(11).copied().unwrap_or(b'C'),
            length: usize::from(field.get(16).copied().unwrap_or(0)),
        });
        at += 32;
    }
    let total: usize = fields.iter().map(|f| f.length).sum();
    if width == 0 || total + 1 > width {
        problems.push(Problem::at(10, "dbf", "the fields are wider than a row; no attributes"));
        return (Vec::new(), problems);
    }
    let body = bytes.get(start..).unwrap_or_default();
    let there = body.len() / width;
    if there < count {
        let reason = format!("cut off: {there} of {count} rows; copy the file again");
        problems.push(Problem::at(bytes.len() as u64, "dbf", reason));
    }
    let rows = body.chunks_exact(width).take(count).map(|row| {
        let mut at = 1;
        let mut properties = Map::new();
        for field in &fields {
            let cell = row.get(at..at + field.length).unwrap_or_default();
            at += field.length;
            let value = value(field, &text(cell, is_utf8));
            if !value.is_null() {
                properties.insert(field.name.clone(), value);
            }
        }
        properties
    });
    (rows.collect(), problems)
}

fn is_utf8(encoding: &[u8]) -> bool {
    let name = String::from_utf8_lossy(encoding).trim().to_ascii_uppercase();
    name.is_empty() || name.contains("UTF-8") || name.contains("UTF8") || name == "65001"
}

/// Text of bytes: UTF-8 where it is valid and not named otherwise, else Latin-1.
fn text(bytes: &[u8], is_utf8: bool) -> String {
    let bytes = bytes.split(|b| *b == 0).next().unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) if is_utf8 || text.is_ascii() => text.trim().to_owned(),
        _ => bytes.iter().map(|b| char::from(*b)).collect::<String>().trim().to_owned(),
    }
}

fn value(field: &Field, cell: &str) -> Value {
    match field.kind {
        _ if cell.is_empty() => Value::Null,
        b'N' | b'F' | b'O' | b'I' => {
            let whole = cell.parse::<i64>().ok().map(Number::from);
            let real = || cell.parse::<f64>().ok().and_then(Number::from_f64);
            whole.or_else(real).map_or(Value::Null, Value::Number)
        }
        b'L' => match cell {
            "T" | "t" | "Y" | "y" => Value::Bool(true),
            "F" | "f" | "N" | "n" => Value::Bool(false),
            _ => Value::Null,
        },
        _ => Value::String(cell.to_owned()),
    }
}
