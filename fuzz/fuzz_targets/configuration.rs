//! Configuration tables: catalogues from any text, rows of text, and rows of bytes in a file that
//! is otherwise right; what is accepted writes and reads back the same.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parsers::problems_are_sound;
use parsers::sequence::BinarySequence;
use parsers::sequence::table::{Catalogue, Row, Table, TableFile, budget, check, seed_code};
use parsers::time::Instant;

const SPACECRAFT: u32 = 189;
/// Bytes of the seal at the end of a file: a SHA-256.
const SEAL: usize = 32;

static SEIS: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::seis().expect("built in"));

/// What a table leads to, by any catalogue.
fn judge(of: &Catalogue, table: &Table) {
    let found = check(of, table);
    assert!(found.iter().all(|v| v.rows.iter().all(|row| *row < table.rows.len())));
    assert_eq!(budget(of, table).rows.len(), table.rows.len());
}

fn written(table: Table) -> Option<Vec<u8>> {
    let file = TableFile { spacecraft: SPACECRAFT, created: Instant::from_unix_ns(7), table };
    let bytes = file.to_bytes(&SEIS).ok()?;
    let (again, _) = TableFile::from_bytes(&bytes, SPACECRAFT, &SEIS).expect("own bytes");
    assert_eq!(again, file);
    Some(bytes)
}

fn text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Catalogue::parse(text) {
        Ok(of) => of.tables.iter().for_each(|table| judge(&of, table)),
        Err(problems) => problems_are_sound(&problems, data.len()),
    }
    let rows: Vec<Row> = text.lines().take(50).filter_map(|line| Row::parse(line).ok()).collect();
    for row in &rows {
        let _ = seed_code(&SEIS, row);
        assert_eq!(Row::parse(&row.to_string()).as_ref(), Ok(row));
    }
    let table = Table { id: "FUZZ".to_owned(), rows };
    judge(&SEIS, &table);
    let _ = written(table);
}

/// The bytes stand in place of the end of a body that is right, from the identifier on.
fn binary(data: &[u8]) {
    let Some(table) = SEIS.tables.first() else { return };
    let head = {
        let mut one = written(table.clone()).expect("a table that is built in");
        let mut other = written(Table { id: "?".to_owned(), ..table.clone() }).expect("the same");
        one.truncate(one.len() - SEAL);
        other.truncate(other.len() - SEAL);
        one.into_iter().zip(other).take_while(|(a, b)| a == b).map(|(a, _)| a).collect::<Vec<_>>()
    };
    let bytes = BinarySequence::sealed(&[&head, data].concat());
    if let Ok((file, _)) = TableFile::from_bytes(&bytes, SPACECRAFT, &SEIS) {
        judge(&SEIS, &file.table);
        if let Ok(own) = file.to_bytes(&SEIS) {
            assert_eq!(own, bytes);
        }
    }
}

fuzz_target!(|data: &[u8]| {
    text(data);
    binary(data);
});
