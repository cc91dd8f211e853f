//! Delimited text: any bytes give a table; what is written of it reads back with its cells.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::format::csv::{self, Limits};
use parsers::{problems_are_sound, table_is_sound};

fuzz_target!(|data: &[u8]| {
    let _ = csv::sniff(data);
    let (read, problems) = csv::read(data, Limits::default());
    problems_are_sound(&problems, data.len());
    table_is_sound(&read.table, data.len());
    let limits = Limits { rows: 3, columns: 2 };
    let (few, problems) = csv::read(data, limits);
    problems_are_sound(&problems, data.len());
    assert!(few.table.rows <= limits.rows && few.table.columns.len() <= limits.columns);
    let text = csv::write(&read.table.columns);
    let (again, problems) = csv::read(text.as_bytes(), Limits::default());
    problems_are_sound(&problems, text.len());
    table_is_sound(&again.table, text.len());
});
